"""Single sign-on: the accounts that it makes, joins, erases and makes operators (list O, O5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from sqlalchemy import update

from testing.mail_server import mail_server
from testing.service import PASSWORD
from testing.single_sign_on import ADA, Browser, broken, service_of, without
from tutor_server.identity.oidc.single_sign_on import keep_operators
from tutor_server.storage.models import SignInIdentity, User

if TYPE_CHECKING:
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.identity_provider import IdentityProvider
    from testing.mail_server import MailServer


async def test_a_person_gets_an_account(service: HeldService, provider: IdentityProvider, browser: Browser) -> None:
    """The first sign-in makes an account with the address, the next ones lead to the same."""
    page = await browser.sign_in(provider)
    assert (page.status, page.location) == (303, "../../account")
    assert ADA in (await browser.get("/account")).text

    async with Browser(service.url) as other:
        await other.sign_in(provider)

    assert [(user.email, user.password_hash, user.is_operator) for user in await service.rows(User)] == [
        (ADA, "", False)
    ]
    assert [(row.issuer, row.subject, row.verified_email) for row in await service.rows(SignInIdentity)] == [
        (provider.url, "s-1", ADA)
    ]


@pytest.mark.parametrize("verified", [True, False, None])
async def test_o5_an_account_is_not_joined_without_its_owner(
    service: HeldService, provider: IdentityProvider, browser: Browser, *, verified: bool | None
) -> None:
    """O5: the address of an existing account, verified or not, opens it only with its password."""
    await service.register(ADA)
    provider.claims["email_verified"] = verified

    page = await browser.sign_in(provider)
    assert "Is this account yours?" in page.text
    assert await service.rows(SignInIdentity) == []
    assert "Sign in" in (await browser.get("/account")).text

    form = {"csrf": page.field("csrf"), "token": page.field("token")}
    wrong = await browser.post("/auth/oidc/link", **form, password="not the password")
    assert (wrong.status, wrong.problem) == (422, "The password is wrong.")
    assert await service.rows(SignInIdentity) == []

    joined = await browser.post("/auth/oidc/link", **form, password=PASSWORD)
    assert (joined.status, len(await service.rows(SignInIdentity))) == (303, 1)
    assert "Your account" in (await browser.get("/account")).text
    async with Browser(service.url) as other:
        assert (await other.sign_in(provider)).status == 303


async def test_o5_a_proof_cannot_be_forged_or_taken_elsewhere(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """O5: the form that joins works in the browser that the provider signed in, within 10 minutes, unchanged."""
    await service.register(ADA)
    page = await browser.sign_in(provider)
    csrf, token = page.field("csrf"), page.field("token")
    async with Browser(service.url) as stranger:
        strangers_csrf = (await stranger.get("/account")).field("csrf")
        attempts = [
            (stranger, strangers_csrf, token),
            (browser, strangers_csrf, token),
            (browser, csrf, f"{token}0"),
            (browser, csrf, token.replace(token[:8], "A" * 8)),
            (browser, csrf, ""),
        ]
        for tab, form, proof in attempts:
            assert (await tab.post("/auth/oidc/link", csrf=form, token=proof, password=PASSWORD)).status == 403
    clock.seconds += 601
    assert (await browser.post("/auth/oidc/link", csrf=csrf, token=token, password=PASSWORD)).status == 403
    assert await service.rows(SignInIdentity) == []


async def test_a_provider_without_an_address_is_said_so(provider: IdentityProvider, browser: Browser) -> None:
    """Without an address no account can be made, and the page says what is missing."""
    del provider.claims["email"]

    assert "did not send your e-mail address" in (await browser.sign_in(provider)).problem


@pytest.mark.parametrize("address", ["ada", "a\x00@uni.example", "a b@uni.example", f"{'a' * 250}@uni.example", 7, ""])
async def test_a_text_that_is_no_address_makes_no_account(
    service: HeldService, provider: IdentityProvider, browser: Browser, address: Any
) -> None:
    """An address that could not be stored, or is none, is treated as missing."""
    provider.claims |= {"email": address, "sid": "s\x00"}

    assert "did not send your e-mail address" in (await browser.sign_in(provider)).problem
    assert await service.rows(User) == []


async def test_o5_a_stranger_who_took_the_address_first_stays_outside(
    provider: IdentityProvider, tmp_path: Path, clock: HeldClock
) -> None:
    """O5: an unconfirmed account's identity opens nothing once the owner of the address has come, in either way."""
    async with (
        mail_server() as mail,
        service_of(provider, tmp_path, clock, **mail_settings(mail), operators=ADA) as service,
        Browser(service.url) as stranger,
        Browser(service.url) as owner,
    ):
        provider.claims |= {"sub": "evil", "email_verified": False}
        await stranger.sign_in(provider)
        assert [row.subject for row in await service.rows(SignInIdentity)] == ["evil"]

        provider.claims |= {"sub": "s-1", "email_verified": True}
        await owner.sign_in(provider)

        assert [row.subject for row in await service.rows(SignInIdentity)] == ["s-1"]
        assert "Sign in" in (await stranger.get("/account")).text


async def test_o5_a_new_registration_separates_a_strangers_identity(
    provider: IdentityProvider, tmp_path: Path, clock: HeldClock
) -> None:
    """O5: who registers an unconfirmed address anew does not share the account with an identity from before."""
    async with (
        mail_server() as mail,
        service_of(provider, tmp_path, clock, **mail_settings(mail)) as service,
        Browser(service.url) as stranger,
    ):
        provider.claims |= {"sub": "evil", "email_verified": False}
        await stranger.sign_in(provider)
        await service.register(ADA)

        assert await service.rows(SignInIdentity) == []


def mail_settings(mail: MailServer) -> dict[str, str]:
    """Return the settings of a service in this process that sends mail."""
    names = {"TUTOR_SMTP_URL": "smtp_url", "TUTOR_SMTP_FROM": "smtp_from"}
    return {names[name]: value for name, value in mail.environment.items() if name in names}


async def test_the_address_can_come_from_userinfo(
    service: HeldService, provider: IdentityProvider, browser: Browser
) -> None:
    """An ID token without an address is completed by the userinfo response about the same person, no other."""
    provider.change_claims = without("email")
    assert (await browser.sign_in(provider)).status == 303
    assert [user.email for user in await service.rows(User)] == [ADA]

    provider.respond = broken("userinfo", lambda _request: web.json_response({"sub": "s-2", "email": "x@uni.example"}))
    assert (await browser.sign_in(provider)).status == 403


@pytest.mark.parametrize(
    ("claims", "is_operator"),
    [
        ({"email": "boss@uni.example", "email_verified": True}, True),
        ({"email": "Boss@Uni.Example", "email_verified": "true"}, True),
        ({"email": "boss@uni.example", "email_verified": None}, False),
        ({"sub": "s-77"}, True),
        ({"sub": "boss@uni.example"}, True),
        ({}, False),
    ],
)
async def test_operators_are_named_by_the_settings(
    service: HeldService, provider: IdentityProvider, browser: Browser, claims: dict[str, Any], *, is_operator: bool
) -> None:
    """An operator is known by the subject, or by an address that the provider vouches for."""
    provider.claims |= claims
    await browser.sign_in(provider)

    assert [bool(user.is_operator) for user in await service.rows(User)] == [is_operator]


async def test_an_operator_who_is_named_no_more_loses_the_role(
    provider: IdentityProvider, tmp_path: Path, clock: HeldClock
) -> None:
    """A start with other names takes the role away."""
    async with service_of(provider, tmp_path, clock, operators="s-1") as service:
        async with Browser(service.url) as browser:
            await browser.sign_in(provider)
        assert [bool(user.is_operator) for user in await service.rows(User)] == [True]
        await keep_operators(service.database, frozenset({"s-2"}))
        assert [bool(user.is_operator) for user in await service.rows(User)] == [False]


async def test_an_account_without_a_password_is_erased_after_a_fresh_sign_in(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """Such an account can be erased within 5 minutes after a sign-in; later the person signs in again first."""
    await browser.sign_in(provider)
    clock.seconds += 301
    page = await browser.get("/account/delete")
    assert "goal=erase" in page.text
    csrf = (await browser.get("/account")).field("csrf")
    assert "goal=erase" in (await browser.post("/account/delete", csrf=csrf)).text
    assert len(await service.rows(User)) == 1

    begun = await browser.get("/auth/oidc/start", goal="erase")
    assert "prompt=login" in begun.location
    code, state = provider.authorize(begun.location)
    page = await browser.get("/auth/oidc/callback", code=code, state=state)
    assert page.location == "../../account/delete"
    page = await browser.get("/account/delete")
    await browser.post("/account/delete", csrf=page.field("csrf"))

    assert await service.rows(User) == []
    assert await service.rows(SignInIdentity) == []


async def test_a_disabled_account_is_refused(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """The provider does not open an account that the operator has disabled."""
    await browser.sign_in(provider)
    await service.database.commit(lambda connection: connection.execute(update(User).values(disabled_at=clock.now())))

    async with Browser(service.url) as other:
        page = await other.sign_in(provider)

    assert (page.status, "disabled" in page.problem) == (403, True)
