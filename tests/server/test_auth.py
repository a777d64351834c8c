"""Registration, sign-in, tokens and the account route, over HTTP."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import jwt
import pytest

from testing.held_service import ON_BOTH, SECRET, HeldService, held_service
from testing.mail_server import mail_server
from testing.service import PASSWORD, Student, sign_up_student
from tutor_server.identity.keys import derive_keys
from tutor_server.storage.daily_usage import count_message

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import ClientSession

    from testing.clock import HeldClock
    from testing.service import Service

KEY = derive_keys(SECRET.encode()).access_tokens
UNKNOWN_REFRESH_TOKEN = "A" * 43


@pytest.fixture(scope="module")
def student(service: Service) -> Student:
    """Return a student that the tests of this module share."""
    return asyncio.run(sign_up_student(service))


async def post(client: ClientSession, path: str, body: dict[str, Any], headers: Any = None) -> tuple[int, Any]:
    """Post JSON; return the status and the body."""
    async with client.post(path, json=body, headers=headers) as response:
        return response.status, await response.json() if response.status != 204 else None


def new_email() -> str:
    """Return an unused e-mail address."""
    return f"{uuid4().hex}@uni.example"


async def test_registering_signs_in(client: ClientSession) -> None:
    """Registering returns 201 with the account, with defaults and the e-mail in lower case, and a pair of tokens."""
    email = new_email()

    status, answer = await post(client, "/api/auth/register", {"email": email.upper(), "password": PASSWORD})

    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert status == 201
    assert answer == {
        "user": {
            "id": str(UUID(answer["user"]["id"])),
            "email": email,
            "programming_level": 3,
            "maths_level": 3,
            "messages_today": 0,
            "daily_message_cap": 100,
            "resets_at": f"{tomorrow}T00:00:00Z",
        },
        "access_token": answer["access_token"],
        "refresh_token": answer["refresh_token"],
        "token_type": "bearer",
        "expires_in": 900,
    }
    assert len(answer["refresh_token"]) == 43


async def test_levels_can_be_given(client: ClientSession) -> None:
    """A registration may state the student's programming and maths levels."""
    body = {"email": new_email(), "password": PASSWORD, "programming_level": 1, "maths_level": 5}

    _, answer = await post(client, "/api/auth/register", body)

    assert (answer["user"]["programming_level"], answer["user"]["maths_level"]) == (1, 5)


async def test_an_email_registers_once(client: ClientSession, student: Student) -> None:
    """An e-mail address can be registered only once, in any spelling."""
    body = {"email": student.email.upper(), "password": PASSWORD}

    assert await post(client, "/api/auth/register", body) == (
        409,
        {"detail": "An account with this e-mail already exists.", "code": "EMAIL_TAKEN"},
    )


async def test_an_email_registers_once_also_at_once(on_both: HeldService) -> None:
    """Of several simultaneous registrations of one e-mail address, only one succeeds."""
    body = {"email": new_email(), "password": PASSWORD}

    answers = await asyncio.gather(*(on_both.post("/api/auth/register", body) for _ in range(5)))

    assert sorted(status for status, _ in answers) == [201, 409, 409, 409, 409]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(
            ("email", value)
            for value in (
                "",
                "ada",
                "ada@",
                "@uni.example",
                "ada@uni..example",
                "ada@-uni.example",
                "a da@uni.example",
                "ada@uni.example\r\nbcc: eve@evil.example",
                "ada\x00@uni.example",
                "ad\u0430@uni.example",
                "=?utf-8?q?ada?=@uni.example",
                ".=?utf-8?q?ada=40evil.example=2c?=@uni.example",
                "\u212aim@uni.example",
                "a" * 65 + "@uni.example",
                "ada@" + "u" * 250 + ".example",
                7,
                None,
            )
        ),
        *(("password", value) for value in ("", "7 chars", "x" * 257, 12345678, None)),
        *(("programming_level", value) for value in (0, 6, "3", 2.5, True, 10**30)),
        ("maths_level", -1),
    ],
)
async def test_a_wrong_field_is_named_and_not_repeated(client: ClientSession, field: str, value: object) -> None:
    """An invalid field gives 422 `VALIDATION_FAILED`, whose detail names the field but not its value."""
    body = {"email": new_email(), "password": PASSWORD} | {field: value}

    status, answer = await post(client, "/api/auth/register", body)

    assert (status, answer["code"]) == (422, "VALIDATION_FAILED")
    assert answer["detail"].startswith(f"{field}: ")
    assert "bcc" not in answer["detail"]
    assert len(answer["detail"]) < 150


async def test_missing_fields_are_all_named(client: ClientSession) -> None:
    """One error names all missing fields."""
    _, answer = await post(client, "/api/auth/register", {})

    assert answer["detail"] == "email: Field required. password: Field required."


async def test_signing_in(client: ClientSession, student: Student) -> None:
    """Signing in returns 200 and the account; upper case in the e-mail and unknown fields are ignored."""
    body = {"email": student.email.upper(), "password": PASSWORD, "remember": True}

    status, answer = await post(client, "/api/auth/login", body)

    assert status == 200
    assert answer["user"]["id"] == student.id
    assert answer.keys() == {"user", "access_token", "refresh_token", "token_type", "expires_in"}


async def test_s4_an_unknown_email_is_answered_like_a_wrong_password(client: ClientSession, student: Student) -> None:
    """S4: an unknown e-mail and a wrong password get the same response, which does not reveal who has an account."""
    wrong = await post(client, "/api/auth/login", {"email": student.email, "password": "not the password"})
    unknown = await post(client, "/api/auth/login", {"email": new_email(), "password": "not the password"})

    assert wrong == unknown == (401, {"detail": "E-mail or password is wrong.", "code": "INVALID_CREDENTIALS"})


async def test_looking_at_the_own_account(client: ClientSession, student: Student) -> None:
    """The account route returns 200 with the contract's fields."""
    async with client.get("/api/auth/me", headers=student.headers) as response:
        answer = await response.json()

    assert response.status == 200
    assert answer.keys() == {
        "id",
        "email",
        "programming_level",
        "maths_level",
        "messages_today",
        "daily_message_cap",
        "resets_at",
    }
    assert (answer["id"], answer["email"]) == (student.id, student.email)


async def test_changing_levels_leaves_the_others(client: ClientSession, student: Student) -> None:
    """PATCH changes only the given levels, and returns the whole account."""
    levels = []
    for body in ({"programming_level": 5}, {"maths_level": 1}, {}):
        async with client.patch("/api/auth/me", json=body, headers=student.headers) as response:
            answer = await response.json()
        levels.append((response.status, answer["programming_level"], answer["maths_level"]))

    assert levels == [(200, 5, 3), (200, 5, 1), (200, 5, 1)]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic eDp5",
        "Bearer a.b.c",
        "Bearer \u00e9.b.c",
        "Bearer " + "x" * 8000,
    ],
)
async def test_no_valid_token(client: ClientSession, authorization: str | None) -> None:
    """Without a valid token, the response is 401 `UNAUTHENTICATED` with the header that RFC 9110 requires."""
    headers = {} if authorization is None else {"Authorization": authorization}

    async with client.get("/api/auth/me", headers=headers) as response:
        answer = await response.json()

    assert (response.status, answer) == (401, {"detail": "Sign in first.", "code": "UNAUTHENTICATED"})
    assert response.headers["WWW-Authenticate"] == "Bearer"


def forged(held: HeldService, access_token: str, *, key: Any = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    """Return a token that is signed correctly, with changed claims; None removes a claim, `typ` changes the header."""
    claims = jwt.decode(access_token, options={"verify_signature": False})
    header = {"typ": changes.pop("typ", "at+jwt")}
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers=header)


FORGERIES: list[dict[str, Any]] = [
    {"algorithm": "none", "key": None},
    {"algorithm": "HS384"},
    {"algorithm": "HS512"},
    {"key": SECRET.encode()},
    {"key": bytes(32)},
    {"typ": "JWT"},
    {"typ": "refresh+jwt"},
    {"aud": "another"},
    {"aud": ["ask-tutor/api", "another"]},
    {"iss": "another"},
    *({claim: None} for claim in ("aud", "iss", "sub", "sid", "jti", "iat", "exp")),
    {"exp": "never"},
    {"exp": 1e300},
    {"exp": 10**30},
    {"exp": True},
    {"sub": "1"},
    {"sid": 5},
]


@ON_BOTH
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_s1_a_forged_token_opens_nothing(held: HeldService) -> None:
    """S1: a token with a wrong algorithm, key, type, issuer or audience, or without a claim, gets 401."""
    genuine = jwt.encode(
        {
            "iss": "ask-tutor",
            "aud": "ask-tutor/api",
            "sub": str(uuid4()),
            "sid": str(uuid4()),
            "jti": str(uuid4()),
            "iat": int(held.clock.now().timestamp()),
            "exp": int(held.clock.now().timestamp()) + 900,
        },
        KEY,
        "HS256",
        headers={"typ": "at+jwt"},
    )

    refusals = [await held.me(forged(held, genuine, **changes)) for changes in FORGERIES]

    assert [(status, answer["code"]) for status, answer in refusals] == [(401, "UNAUTHENTICATED")] * len(FORGERIES)


@ON_BOTH
async def test_s1_a_refresh_token_is_no_access_token(held: HeldService) -> None:
    """S1: a refresh token is not accepted as an access token or vice versa; a correctly signed token is accepted."""
    account = await held.register()

    assert (await held.me(account["refresh_token"]))[0] == 401
    assert (await held.post("/api/auth/refresh", {"refresh_token": account["access_token"]}))[0] == 401
    assert (await held.me(forged(held, account["access_token"])))[0] == 200


async def test_an_access_token_lives_15_minutes(held: HeldService) -> None:
    """An access token is valid for 899 seconds and gives `TOKEN_EXPIRED` at 900, even if it is in the cache."""
    account = await held.register()
    unseen = forged(held, account["access_token"], jti=str(uuid4()))

    held.clock.seconds = 899
    assert (await held.me(account["access_token"]))[0] == 200
    held.clock.seconds = 900
    for token in (account["access_token"], unseen):
        status, answer = await held.me(token)
        assert (status, answer["code"]) == (401, "TOKEN_EXPIRED")


async def test_a_refresh_gives_a_new_pair(held: HeldService) -> None:
    """A refresh after the access token has expired returns two new, valid tokens."""
    account = await held.register()
    held.clock.seconds = 901

    status, pair = await held.post("/api/auth/refresh", {"refresh_token": account["refresh_token"]})

    assert status == 200
    assert pair.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert pair["refresh_token"] != account["refresh_token"]
    assert (await held.me(pair["access_token"]))[0] == 200
    assert (await held.post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]}))[0] == 200


async def refreshed(held: HeldService, token: str) -> tuple[int, str]:
    """Refresh; return the status and the new refresh token, or the refusal's code."""
    status, answer = await held.post("/api/auth/refresh", {"refresh_token": token})
    return status, answer["refresh_token"] if status == 200 else answer["code"]


async def test_s2_five_windows_refresh_at_once(on_both: HeldService) -> None:
    """S2: five simultaneous refreshes get the same new token and stay signed in."""
    first = (await on_both.register())["refresh_token"]

    answers = await asyncio.gather(*(refreshed(on_both, first) for _ in range(5)))

    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert (await refreshed(on_both, answers[0][1]))[0] == 200


async def test_signing_out_while_windows_refresh(on_both: HeldService) -> None:
    """If a sign-out and a refresh run at the same time, afterwards no token of the family is valid."""
    token = (await on_both.register())["refresh_token"]

    *answers, _ = await asyncio.gather(
        *(refreshed(on_both, token) for _ in range(4)),
        on_both.post("/api/auth/logout", {"refresh_token": token}),
    )

    for handed_out in {token, *(new for status, new in answers if status == 200)}:
        assert await refreshed(on_both, handed_out) == (401, "TOKEN_INVALID")


async def test_signing_in_while_the_password_changes(on_both: HeldService) -> None:
    """If a sign-in and a password change run at the same time, no sign-in with the old password stays valid."""
    account = await on_both.register()
    login = {"email": "ada@uni.example", "password": PASSWORD}
    change = {"current_password": PASSWORD, "new_password": "another long password"}

    *answers, changed = await asyncio.gather(
        *(on_both.post("/api/auth/login", login) for _ in range(3)),
        on_both.post("/api/auth/password", change, account["access_token"]),
    )

    assert changed == (204, None)
    for token in [answer["refresh_token"] for status, answer in answers if status == 200]:
        assert await refreshed(on_both, token) == (401, "TOKEN_INVALID")


async def test_s2_an_old_token_later_revokes_the_family(held: HeldService) -> None:
    """S2: using an exchanged token again after 30 seconds counts as theft, and ends the sign-in for all devices."""
    first = (await held.register())["refresh_token"]
    _, second = await refreshed(held, first)

    held.clock.seconds = 29
    assert await refreshed(held, first) == (200, second)
    held.clock.seconds = 30
    assert await refreshed(held, first) == (401, "TOKEN_INVALID")
    assert await refreshed(held, second) == (401, "TOKEN_INVALID")


async def test_s2_an_old_token_whose_successor_was_used_revokes_the_family(held: HeldService) -> None:
    """S2: using a token again whose successor was already exchanged ends the sign-in at once."""
    first = (await held.register())["refresh_token"]
    _, second = await refreshed(held, first)
    _, third = await refreshed(held, second)

    assert await refreshed(held, first) == (401, "TOKEN_INVALID")
    assert await refreshed(held, third) == (401, "TOKEN_INVALID")


async def test_theft_of_one_sign_in_leaves_the_others(held: HeldService) -> None:
    """Reusing a token ends only the sign-in to which it belongs."""
    first = (await held.register())["refresh_token"]
    _, other = await held.post("/api/auth/login", {"email": "ada@uni.example", "password": PASSWORD})
    await refreshed(held, first)
    held.clock.seconds = 60

    assert (await refreshed(held, first))[0] == 401
    assert (await refreshed(held, other["refresh_token"]))[0] == 200


async def test_a_refresh_token_lives_30_days(held: HeldService) -> None:
    """Each refresh token is valid for 30 days from its own issue, and is refused afterwards."""
    first = (await held.register())["refresh_token"]

    held.clock.seconds = 30 * 86400 - 1
    _, second = await refreshed(held, first)
    held.clock.seconds += 30 * 86400

    assert await refreshed(held, second) == (401, "TOKEN_INVALID")


@pytest.mark.parametrize("token", ["", "x", UNKNOWN_REFRESH_TOKEN, "\u00e9" * 43, "A" * 513])
async def test_an_unknown_refresh_token(client: ClientSession, token: str) -> None:
    """A refresh token that was never issued gives `TOKEN_INVALID`, and an overlong one `VALIDATION_FAILED`."""
    status, answer = await post(client, "/api/auth/refresh", {"refresh_token": token})

    assert (status, answer["code"]) == ((422, "VALIDATION_FAILED") if len(token) > 512 else (401, "TOKEN_INVALID"))


async def test_signing_out_ends_that_sign_in(held: HeldService) -> None:
    """Signing out returns 204 and ends only this sign-in; a second sign-out also returns 204."""
    first = (await held.register())["refresh_token"]
    _, second = await refreshed(held, first)
    _, other = await held.post("/api/auth/login", {"email": "ada@uni.example", "password": PASSWORD})

    assert await held.post("/api/auth/logout", {"refresh_token": second}) == (204, None)
    assert await held.post("/api/auth/logout", {"refresh_token": second}) == (204, None)
    assert await held.post("/api/auth/logout", {"refresh_token": UNKNOWN_REFRESH_TOKEN}) == (204, None)
    assert await refreshed(held, first) == (401, "TOKEN_INVALID")
    assert await refreshed(held, second) == (401, "TOKEN_INVALID")
    assert (await refreshed(held, other["refresh_token"]))[0] == 200


async def test_changing_the_password(held: HeldService) -> None:
    """A password change returns 204, replaces the old password, and ends every earlier sign-in."""
    account = await held.register()
    body = {"current_password": PASSWORD, "new_password": "another long password"}

    assert await held.post("/api/auth/password", body, account["access_token"]) == (204, None)

    login = {"email": "ada@uni.example", "password": PASSWORD}
    assert (await held.post("/api/auth/login", login))[0] == 401
    assert (await held.post("/api/auth/login", login | {"password": "another long password"}))[0] == 200
    assert await refreshed(held, account["refresh_token"]) == (401, "TOKEN_INVALID")


async def test_common_passwords_are_refused(held: HeldService) -> None:
    """A common password gives 422 with advice, at registration and at a change, and nothing is changed or counted."""
    refusal = {
        "detail": "password: is one of those that are guessed first. "
        "Choose another one, for example four words that do not belong together.",
        "code": "VALIDATION_FAILED",
    }
    for _ in range(12):
        body = {"email": "ada@uni.example", "password": "Password123"}
        assert await held.post("/api/auth/register", body) == (422, refusal)
    account = await held.register()
    change = {"current_password": PASSWORD, "new_password": "ada@uni.example"}

    assert await held.post("/api/auth/password", change, account["access_token"]) == (422, refusal)
    assert (await held.me(account["access_token"]))[0] == 200


async def test_changing_the_password_needs_the_current_one(client: ClientSession, student: Student) -> None:
    """A wrong current password, a too short new one or a missing token changes nothing."""
    body = {"current_password": PASSWORD, "new_password": "another long password"}

    wrong = await post(client, "/api/auth/password", body | {"current_password": "wrong"}, student.headers)
    short = await post(client, "/api/auth/password", body | {"new_password": "short"}, student.headers)
    signed_out = await post(client, "/api/auth/password", body)

    assert wrong == (401, {"detail": "The current password is wrong.", "code": "INVALID_CREDENTIALS"})
    assert (short[0], short[1]["code"]) == (422, "VALIDATION_FAILED")
    assert (signed_out[0], signed_out[1]["code"]) == (401, "UNAUTHENTICATED")
    assert (await post(client, "/api/auth/login", {"email": student.email, "password": PASSWORD}))[0] == 200


async def test_messages_of_today_are_counted(held: HeldService) -> None:
    """`messages_today` is the count of the UTC day, and resets at `resets_at`."""
    account = await held.register()
    subject = derive_keys(SECRET.encode()).subject("ada@uni.example")
    today = held.clock.now().date()
    for _ in range(3):
        await held.database.commit(lambda connection: count_message(connection, subject, today, 100))

    _, before = await held.me(account["access_token"])
    assert (before["messages_today"], before["resets_at"]) == (3, "2026-03-02T00:00:00Z")

    held.clock.seconds = 12 * 3600
    _, pair = await held.post("/api/auth/refresh", {"refresh_token": account["refresh_token"]})
    _, after = await held.me(pair["access_token"])
    assert (after["messages_today"], after["resets_at"]) == (0, "2026-03-03T00:00:00Z")


@pytest.mark.parametrize(
    ("policy", "email", "status"),
    [
        ("closed", "ada@uni.example", 403),
        ("domains:uni.example, college.example", "ada@uni.example", 201),
        ("domains:UNI.example", "Ada@Uni.Example", 201),
        ("domains:uni.example", "ada@evil-uni.example", 403),
        ("domains:uni.example", "ada@sub.uni.example", 403),
        ("domains:uni.example", "ada@uni.example.evil", 403),
    ],
)
async def test_registration_policy(tmp_path: Path, clock: HeldClock, policy: str, email: str, status: int) -> None:
    """The operator can close registration or restrict it to exact e-mail domains."""
    async with (
        mail_server() as mail,
        held_service(tmp_path, clock, registration=policy, **mail.settings) as held,
    ):
        answered, answer = await held.post("/api/auth/register", {"email": email, "password": PASSWORD})

    assert answered == status
    assert status == 201 or answer["code"] == "REGISTRATION_CLOSED"


async def test_an_account_that_is_gone_signs_nobody_in(held: HeldService) -> None:
    """The token of a deleted account is `UNAUTHENTICATED`."""
    gone = jwt.decode((await held.register())["access_token"], options={"verify_signature": False})
    token = jwt.encode(gone | {"sub": str(uuid4())}, KEY, "HS256", headers={"typ": "at+jwt"})

    status, answer = await held.me(token)

    assert (status, answer["code"]) == (401, "UNAUTHENTICATED")


async def test_s8_no_answer_and_no_log_repeats_a_secret(service: Service, client: ClientSession) -> None:
    """S8: no error and no log line contains a password, token or e-mail address of a request."""
    student = await sign_up_student(service, password="Secret-Marker-1")
    secrets = ["Secret-Marker", student.email, student.access_token, student.refresh_token, "stranger-marker"]
    requests: list[tuple[str, dict[str, Any]]] = [
        ("login", {"email": student.email, "password": "Secret-Marker-2"}),
        ("login", {"email": "stranger-marker@uni.example", "password": "Secret-Marker-2"}),
        ("login", {"email": "stranger-marker", "password": ["Secret-Marker-2"]}),
        ("register", {"email": student.email, "password": "Secret-Marker-3"}),
        ("register", {"email": "stranger-marker@uni.example", "password": "Secret-Marker-3" * 50}),
        ("refresh", {"refresh_token": student.access_token}),
        ("logout", {"refresh_token": {"a": student.refresh_token}}),
        ("password", {"current_password": "Secret-Marker-4", "new_password": "Secret-Marker-5"}),
    ]
    answers = []
    for route, body in requests:
        status, answer = await post(client, f"/api/auth/{route}", body, student.headers)
        assert status >= 400
        answers.append(json.dumps(answer))
    await service.logged("password_change_refused", user_id=student.id)

    for secret in secrets:
        assert not [text for text in (*answers, *service.lines) if secret in text]


async def test_auth_events_are_logged_by_opaque_id(service: Service, client: ClientSession) -> None:
    """Each event of an account is logged once, with the user's id."""
    student = await sign_up_student(service)
    await post(client, "/api/auth/login", {"email": student.email, "password": "wrong password"})
    await post(client, "/api/auth/login", {"email": student.email, "password": PASSWORD})
    _, pair = await post(client, "/api/auth/refresh", {"refresh_token": student.refresh_token})
    await post(client, "/api/auth/logout", {"refresh_token": pair["refresh_token"]})
    await post(client, "/api/auth/refresh", {"refresh_token": pair["refresh_token"]})

    await service.logged("refresh_refused", user_id=student.id)
    events = [
        (entry["event"], entry.get("reason"))
        for entry in service.log
        if entry.get("user_id") == student.id and entry["event"] != "request"
    ]
    assert events == [
        ("registered", None),
        ("login_refused", None),
        ("logged_in", None),
        ("refreshed", None),
        ("logged_out", None),
        ("refresh_refused", "revoked"),
    ]


async def test_a_rule_is_told_in_words_for_people(client: ClientSession) -> None:
    """The error for a short password states the minimum in characters."""
    async with client.post("/api/auth/register", json={"email": "ada@uni.example", "password": "short"}) as response:
        body = await response.json()

    assert body["detail"] == "password: needs at least 8 characters."
