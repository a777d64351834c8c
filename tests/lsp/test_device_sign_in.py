"""Device sign-in (RFC 8628): the flow itself, and the commands of the language server."""

from __future__ import annotations

import asyncio
import platform
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from testing.editor_side.editor import TUTOR_CLIENT, Conversation
from testing.editor_side.scripted_accounts import EMAIL, USER_CODE, ScriptedAccounts, envelope
from tutor_lsp.server import AskTutorServer
from tutor_lsp.service.address import has_same_origin
from tutor_lsp.service.session import ServiceFault, Unreachable
from tutor_lsp.sign_in.accounts import CLIENT_ID, DEVICE_GRANT, AccountService, DeviceCode
from tutor_lsp.sign_in.browser import has_desktop
from tutor_lsp.sign_in.device import SignInRefused, approval, begin, page_of
from tutor_lsp.sign_in.editor_sign_in import THIS_WINDOW_ONLY
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.sign_in.token_store import Tokens
from tutor_lsp.tutors.tutor import LOCAL, SIGNED_OUT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.editor_side.editor import Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings
    from tutor_lsp.tutors.choice import Access

STATUS_DID_CHANGE = "tutor/status/didChange"
SIGN_IN_DID_END = "tutor/signIn/didEnd"


@pytest.fixture
async def accounts() -> AsyncIterator[ScriptedAccounts]:
    """Return a running account service with one student."""
    scripted = ScriptedAccounts()
    async with scripted.serve():
        yield scripted


class Pauses:
    """A replacement for `sleep` that returns at once and records the requested seconds."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Record the seconds."""
        self.seconds.append(seconds)


async def sign_in(accounts: ScriptedAccounts, pauses: Pauses) -> Tokens:
    """Run the whole flow; return its result."""
    service = AccountService(accounts.url, now=lambda: 1000.0)
    return await approval(service, await begin(service, accounts.url, program="a test"), sleep=pauses)


class TestFlow:
    """The functions `begin` and `approval`, with a scripted service."""

    async def test_it_asks_until_the_student_has_approved(self, accounts: ScriptedAccounts) -> None:
        """Each poll is a form as RFC 8628 requires, and follows a pause of `interval` seconds."""
        accounts.device_errors = ["authorization_pending"] * 2
        pauses = Pauses()

        tokens = await sign_in(accounts, pauses)

        assert tokens == Tokens("access-1", "refresh-1", 1900.0)
        assert pauses.seconds == [5, 5, 5]
        question = {"grant_type": DEVICE_GRANT, "device_code": "device-code", "client_id": CLIENT_ID}
        assert accounts.requests == [
            ("/api/auth/device", {"client_id": CLIENT_ID, "client_name": f"Ask Tutor in a test ({platform.system()})"}),
            *[("/api/auth/device/token", question)] * 3,
        ]

    async def test_s6_slow_down_is_for_good(self, accounts: ScriptedAccounts) -> None:
        """S6: each `slow_down` adds 5 s to the interval of all further polls."""
        accounts.device_errors = ["slow_down", "authorization_pending", "slow_down", "authorization_pending"]
        pauses = Pauses()

        await sign_in(accounts, pauses)

        assert pauses.seconds == [5, 10, 10, 15, 15]

    @pytest.mark.parametrize(
        ("error", "message"),
        [
            ("access_denied", "was refused in the browser"),
            ("expired_token", "Nobody approved the sign-in in time"),
            ("invalid_grant", "does not accept this sign-in"),
            ("", "does not accept this sign-in"),
        ],
    )
    async def test_s6_an_end_without_tokens_is_said(self, accounts: ScriptedAccounts, error: str, message: str) -> None:
        """S6: if the code is denied, expired or used up, polling ends with a sentence."""
        accounts.device_errors = ["authorization_pending", error]

        with pytest.raises(SignInRefused, match=message):
            await sign_in(accounts, Pauses())

        assert accounts.paths == ["device", "device/token", "device/token"]

    async def test_it_ends_by_itself_when_the_code_has_expired(self, accounts: ScriptedAccounts) -> None:
        """Polling ends when the code has expired, even if the service never reports this."""
        accounts.device = {"expires_in": 20, "interval": 5}
        accounts.device_errors = ["authorization_pending"] * 100
        pauses = Pauses()

        with pytest.raises(SignInRefused, match="in time"):
            await sign_in(accounts, pauses)

        assert pauses.seconds == [5, 5, 5, 5]

    @pytest.mark.parametrize(
        ("interval", "pause"), [(None, 5), (0, 1), (-3, 1), (1e9, 60), (float("nan"), 1), (2.5, 2.5)]
    )
    async def test_no_interval_makes_it_rush_or_hang(
        self, accounts: ScriptedAccounts, interval: float | None, pause: float
    ) -> None:
        """The polling interval is limited to 1 to 60 s; it is 5 s if the service sends none."""
        accounts.device = {"interval": interval}
        if interval is None:
            accounts.instead["/api/auth/device"] = web.json_response(
                {"device_code": "c", "user_code": USER_CODE, "verification_uri": accounts.url, "expires_in": 600}
            )
        pauses = Pauses()

        await sign_in(accounts, pauses)

        assert pauses.seconds == [pause]

    async def test_a_dropped_network_is_waited_out(self, accounts: ScriptedAccounts) -> None:
        """If a poll fails for lack of a network, the interval doubles and polling continues."""
        service = AccountService(accounts.url)
        code = await begin(service, accounts.url, program="a test")
        troubles = iter([web.Response(status=502), web.Response(text="<html>Wireless login</html>")])
        pauses = Pauses()

        async def sleep(seconds: float) -> None:
            await pauses(seconds)
            trouble = next(troubles, None)
            if trouble is None:
                accounts.instead.clear()
            else:
                accounts.instead["/api/auth/device/token"] = trouble

        await approval(service, code, sleep=sleep)

        assert pauses.seconds == [5, 10, 20]

    @pytest.mark.parametrize(
        "reply",
        [
            envelope(404, "NOT_FOUND"),
            web.Response(status=404, text="not found"),
            web.Response(status=500),
            web.Response(text="<html>Wireless login</html>"),
            web.json_response({}),
            web.json_response({"device_code": "c", "user_code": USER_CODE, "verification_uri": "x", "expires_in": "x"}),
            web.Response(status=302, headers={"Location": "http://127.0.0.1:1/api/auth/device"}),
            web.Response(status=307, headers={"Location": "http://127.0.0.1:1/api/auth/device"}),
        ],
        ids=["no-route", "404", "500", "portal", "empty", "wrong-type", "302", "307"],
    )
    async def test_another_server_is_said_so(self, accounts: ScriptedAccounts, reply: web.Response) -> None:
        """If the server is not a tutor service, one sentence says so, and no other server is contacted."""
        accounts.instead["/api/auth/device"] = reply

        with pytest.raises(ServiceFault):
            await begin(AccountService(accounts.url), accounts.url, program="a test")

    @pytest.mark.parametrize(
        "page",
        [
            "https://evil.example/device",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "//evil.example/device",
            "/device",
            "",
            "http://127.0.0.1:1/device",
            "http://localhost:{port}/device",
            "https://127.0.0.1:{port}/device",
            "http://127.0.0.1:{port}@evil.example/device",
            "http://user@127.0.0.1:{port}/device",
            "http://127.0.0.1:{port}/device\x1b]0;x\x07",
            "http://127.0.0.1:{port}/device\nhttp://evil.example",
            "http://127.0.0.1:{port}/d\u202eeciv",
        ],
    )
    async def test_only_a_page_of_the_service_is_shown(self, accounts: ScriptedAccounts, page: str) -> None:
        """A verification page with another origin or a suspicious URL is refused before it is shown or opened."""
        page = page.format(port=accounts.url.rpartition(":")[2])
        accounts.device = {"verification_uri": page}
        with pytest.raises(Unreachable, match="another address"):
            await begin(AccountService(accounts.url), accounts.url, program="a test")

        accounts.device = {"verification_uri_complete": page}
        code = await begin(AccountService(accounts.url), accounts.url, program="a test")
        assert page_of(code, accounts.url) == f"{accounts.url}/device"

    @pytest.mark.parametrize("user_code", ["", "A", "BCDF\x1b[2J", "BCDF GHJK", "x" * 40, "<b>BCDF</b>"])
    async def test_a_code_is_letters_and_digits(self, accounts: ScriptedAccounts, user_code: str) -> None:
        """A user code with unexpected characters is refused, so that it cannot control the student's terminal."""
        accounts.device = {"user_code": user_code}

        with pytest.raises(Unreachable, match="cannot be read"):
            await begin(AccountService(accounts.url), accounts.url, program="a test")

    def test_codes_are_not_in_printed_forms(self) -> None:
        """The `repr` of a device code does not contain the code, so that a log cannot be used to sign in."""
        assert "secret" not in repr(DeviceCode("secret", "BCDF", "x", None, 1, 1))


@pytest.mark.parametrize(
    ("url", "is_same"),
    [
        ("https://uni.example/device", True),
        ("https://UNI.example:443/tutor/device?code=X", True),
        ("https://uni.example.evil.example/device", False),
        ("https://uni.example:8443/device", False),
        ("http://uni.example/device", False),
        ("https://[::1", False),
    ],
)
def test_origins_are_compared_whole(url: str, is_same: bool) -> None:  # noqa: FBT001 - pytest passes parametrized values by name
    """Origins are compared by scheme, host and port (RFC 6454 §4), regardless of case and of the default port."""
    assert has_same_origin(url, "https://uni.example/tutor") is is_same


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1 2 3 4"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/ttys001"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_a_browser_is_opened_on_a_desktop_only(
    environment: dict[str, str],
    platform: str,
    expected: bool,  # noqa: FBT001 - pytest passes parametrized values by name
) -> None:
    """No browser is opened over SSH, where it would run on the other computer."""
    assert has_desktop(environment, platform) is expected


class TestLanguageServer:
    """The commands `tutor.signIn` and `tutor.signOut`, over real pipes."""

    @pytest.fixture
    def settings(self, settings: Settings, accounts: ScriptedAccounts, monkeypatch: pytest.MonkeyPatch) -> Settings:
        """Return settings that name the service, on a computer without a keyring."""
        from keyring.backends import fail  # noqa: PLC0415 - only these tests need the library

        monkeypatch.setattr("keyring.core._keyring_backend", fail.Keyring())  # type: ignore[no-untyped-call]  # the library lacks types
        return replace(settings, server_url=accounts.url)

    @pytest.fixture
    async def server(self, settings: Settings, tutor: ScriptedTutor) -> AskTutorServer:
        """Return the language server with polling pauses that are a thousand times shorter."""
        self.accesses: list[Access | None] = []

        def build(_settings: Settings, access: Access | None, _on_status: object) -> ScriptedTutor:
            self.accesses.append(access)
            tutor.is_closed = False
            return tutor

        return AskTutorServer(settings, "0", build, sleep=lambda seconds: asyncio.sleep(seconds / 1000))

    async def token(self) -> str | None:
        """Return the token with which the latest tutor was built."""
        access = self.accesses[-1]
        return None if access is None else await access.credentials.access_token()

    async def test_from_signed_out_to_an_answer(self, editor: Editor, accounts: ScriptedAccounts) -> None:
        """`tutor.signIn` returns at once and shows page and code; after the approval, asks go to the service."""
        accounts.device_errors = ["authorization_pending"]
        uri = await editor.open("x = 1\n")

        returned = await editor.execute("tutor.signIn")
        ready = await editor.hear(STATUS_DID_CHANGE, state="ready")
        answer = await editor.answer(await editor.ask(uri))

        assert returned == {"state": "signedOut", "message": SIGNED_OUT.message, "command": "tutor.signIn"}
        assert ready == {"state": "ready", "message": "The tutor is ready.", "account": EMAIL}
        assert [message["message"] for message in editor.all_heard("window/showMessage")] == [
            f"To sign in, open {accounts.url}/device in a browser and enter the code {USER_CODE}.",
            THIS_WINDOW_ONLY,
        ]
        assert editor.all_heard(SIGN_IN_DID_END) == [{"reason": "completed", "message": THIS_WINDOW_ONLY}]
        assert answer.ended["reason"] == "completed"
        assert await self.token() == "access-1"

    @pytest.mark.parametrize(
        ("info", "name"), [({"name": "Neovim"}, "Neovim"), ({"name": ""}, "an editor"), (None, "an editor")]
    )
    async def test_the_page_can_name_the_editor(
        self, conversation: Conversation, accounts: ScriptedAccounts, info: Json | None, name: str
    ) -> None:
        """The request for a code contains the editor's name, which the page can show."""
        editor = conversation.editor
        await editor.initialize(**({} if info is None else {"clientInfo": info}))
        await editor.execute("tutor.signIn")
        await editor.hear(STATUS_DID_CHANGE, state="ready")

        assert accounts.requests[0][1]["client_name"] == f"Ask Tutor in {name} ({platform.system()})"

    async def test_the_editor_opens_the_page(self, conversation: Conversation, accounts: ScriptedAccounts) -> None:
        """An editor that supports `window/showDocument` opens the page, and a message shows the code for comparison."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": True}
        await editor.initialize({**TUTOR_CLIENT, "window": {"showDocument": {"support": True}}})

        await editor.execute("tutor.signIn")
        await editor.hear(STATUS_DID_CHANGE, state="ready")

        assert editor.all_heard("window/showDocument") == [
            {"uri": f"{accounts.url}/device?code={USER_CODE}", "external": True}
        ]
        assert editor.all_heard("window/showMessage")[0]["message"] == (
            f"Code {USER_CODE}: approve the sign-in in your browser if it shows the same code."
        )

    async def test_an_editor_that_cannot_open_it_says_where_to_go(
        self, conversation: Conversation, accounts: ScriptedAccounts
    ) -> None:
        """If the editor cannot open the page, the message contains its URL."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": False}
        await editor.initialize({**TUTOR_CLIENT, "window": {"showDocument": {"support": True}}})

        await editor.execute("tutor.signIn")
        message = await editor.hear("window/showMessage")

        assert f"open {accounts.url}/device in a browser" in message["message"]

    async def test_a_page_of_somebody_else_is_not_opened(
        self, conversation: Conversation, accounts: ScriptedAccounts
    ) -> None:
        """A page at another origin is not opened; the student sees one warning and stays signed out."""
        accounts.device = {"verification_uri": "https://evil.example/device"}
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": True}
        await editor.initialize({**TUTOR_CLIENT, "window": {"showDocument": {"support": True}}})

        await editor.execute("tutor.signIn")
        message = await editor.hear("window/showMessage")

        assert (message["type"], "another address" in message["message"]) == (2, True)
        assert editor.all_heard("window/showDocument") == []
        assert (await editor.execute("tutor.status"))["state"] == "signedOut"

    async def test_a_refusal_is_said(self, editor: Editor, accounts: ScriptedAccounts) -> None:
        """If the student denies the device, one warning is shown and the sign-in fails."""
        accounts.device_errors = ["access_denied"]

        await editor.execute("tutor.signIn")
        message = await editor.hear("window/showMessage", type=2)
        ended = await editor.hear(SIGN_IN_DID_END)

        assert message["message"] == "The sign-in was refused in the browser."
        assert ended == {"reason": "failed", "message": message["message"]}

    async def test_progress_can_be_cancelled(self, conversation: Conversation, accounts: ScriptedAccounts) -> None:
        """Progress is shown while the sign-in waits, and cancelling it stops the polling."""
        accounts.device_errors = ["authorization_pending"] * 1_000_000
        editor = conversation.editor
        editor.replies["window/workDoneProgress/create"] = lambda _: None
        await editor.initialize({**TUTOR_CLIENT, "window": {"workDoneProgress": True}})
        await editor.execute("tutor.signIn")
        created = await editor.hear("window/workDoneProgress/create")
        await editor.hear("window/showMessage")

        await editor.notify("window/workDoneProgress/cancel", {"token": created["token"]})
        await editor.until(lambda: any(p["value"]["kind"] == "end" for p in editor.all_heard("$/progress")))

        assert [end["reason"] for end in editor.all_heard(SIGN_IN_DID_END)] == ["cancelled"]
        assert (await editor.execute("tutor.status"))["state"] == "signedOut"

    async def test_progress_has_the_code(self, conversation: Conversation, accounts: ScriptedAccounts) -> None:
        """The progress shows the code until the sign-in ends, since editors hide messages after a few seconds."""
        accounts.device_errors = ["authorization_pending"] * 1_000_000
        editor = conversation.editor
        editor.replies["window/workDoneProgress/create"] = lambda _: None
        await editor.initialize({**TUTOR_CLIENT, "window": {"workDoneProgress": True}})

        await editor.execute("tutor.signIn")
        await editor.hear("window/showMessage")

        begun, reported = [step["value"] for step in editor.all_heard("$/progress")]
        assert (begun["title"], reported["message"]) == ("Signing in", f"code {USER_CODE}")

    async def test_asked_again_it_begins_anew(self, editor: Editor, accounts: ScriptedAccounts) -> None:
        """A second `tutor.signIn` replaces the first code, and only one sign-in results."""
        accounts.device_errors = ["authorization_pending"] * 1_000_000
        await editor.execute("tutor.signIn")
        await editor.hear("window/showMessage")
        await editor.execute("tutor.signIn")
        await editor.until(lambda: len(editor.all_heard("window/showMessage")) == 2)
        accounts.device_errors.clear()
        await editor.hear(STATUS_DID_CHANGE, state="ready")
        await editor.hear(SIGN_IN_DID_END)

        assert [end["reason"] for end in editor.all_heard(SIGN_IN_DID_END)] == ["completed"]
        assert accounts.paths.count("device") == 2
        assert accounts.access_token == "access-1"

    async def test_signing_out_tells_the_service(
        self, editor: Editor, accounts: ScriptedAccounts, tutor: ScriptedTutor
    ) -> None:
        """Signing out closes the tutor and revokes the tokens, and the next ask is refused."""
        uri = await editor.open("x = 1\n")
        await editor.execute("tutor.signIn")
        await editor.hear(STATUS_DID_CHANGE, state="ready")
        await editor.answer(await editor.ask(uri))

        status = await editor.execute("tutor.signOut")
        answer = await editor.answer(await editor.ask(uri))

        assert (status["state"], status["command"]) == ("signedOut", "tutor.signIn")
        assert accounts.requests[-1] == ("/api/auth/logout", {"refresh_token": "refresh-1"})
        assert tutor.is_closed
        assert (answer.ended["reason"], answer.ended["code"]) == ("refused", "UNAUTHENTICATED")

    async def test_a_terminals_sign_in_is_noticed(
        self, editor: Editor, accounts: ScriptedAccounts, settings: Settings
    ) -> None:
        """A sign-in or sign-out in another process changes the status without an ask, and nothing pops up."""
        await editor.hear(STATUS_DID_CHANGE, state="signedOut")
        elsewhere = SignIns(lambda: settings.data_dir)
        await elsewhere.agree_to_file()
        await elsewhere.keep(accounts.url, Tokens("a", "r", 4e9))
        await editor.hear(STATUS_DID_CHANGE, state="ready")
        await editor.answer(await editor.ask(await editor.open("x = 1\n")))
        token = await self.token()
        await elsewhere.forget(accounts.url)
        await editor.until(lambda: len(editor.all_heard(STATUS_DID_CHANGE)) == 3)

        assert token == "a"
        assert [status["state"] for status in editor.all_heard(STATUS_DID_CHANGE)] == [
            "signedOut",
            "ready",
            "signedOut",
        ]
        assert editor.all_heard("window/showMessage") == []

    async def test_with_agreement_a_sign_in_is_kept(
        self, editor: Editor, accounts: ScriptedAccounts, settings: Settings
    ) -> None:
        """If the student has agreed to a token file in a terminal, the editor's sign-in also uses a file."""
        await SignIns(lambda: settings.data_dir).agree_to_file()

        await editor.execute("tutor.signIn")
        await editor.hear("window/showMessage", message="You are signed in at 127.0.0.1.")
        other = SignIns(lambda: settings.data_dir)
        other.reload()

        assert other.at(accounts.url) is not None


class TestWithoutASetting:
    """Settings that do not name a service."""

    @pytest.fixture
    async def server(self, settings: Settings, tutor: ScriptedTutor) -> AskTutorServer:
        """Return the language server in local mode, with polling pauses a thousand times shorter."""
        return AskTutorServer(
            settings, "0", lambda _s, _a, _o: tutor, sleep=lambda seconds: asyncio.sleep(seconds / 1000)
        )

    async def test_there_is_nothing_to_sign_in_to(self, editor: Editor) -> None:
        """`tutor.signIn` explains how to name a service, and that local mode needs none."""
        status: Json = await editor.execute("tutor.signIn")
        message: Any = await editor.hear("window/showMessage")

        assert status == {"state": "local", "message": LOCAL.message}
        assert "tutor sign-in --server URL" in message["message"]

    async def test_the_terminals_service_is_used(
        self, editor: Editor, accounts: ScriptedAccounts, settings: Settings
    ) -> None:
        """After a sign-in from a terminal the editor uses that service; after the sign-out it is in local mode."""
        elsewhere = SignIns(lambda: settings.data_dir)
        await elsewhere.agree_to_file()
        await elsewhere.keep(accounts.url, Tokens("a", "r", 4e9))
        await editor.hear(STATUS_DID_CHANGE, state="ready")
        status = await editor.execute("tutor.signOut")

        assert status == {"state": "local", "message": LOCAL.message}
        assert accounts.requests == [("/api/auth/logout", {"refresh_token": "r"})]
