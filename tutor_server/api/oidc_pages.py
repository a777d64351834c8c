"""`/auth/oidc`: sign-in at the university's identity provider, for the account, the device page and the dashboard."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from aiohttp import hdrs, web

from tutor_server.api import oidc_browser, schemas
from tutor_server.api.account_browser import Visit, keep_code, ways_in
from tutor_server.api.account_forms import STALE, Problem, problem_of, read_login
from tutor_server.api.keys import SINGLE_SIGN_ON
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import AccountDisabled, InvalidCredentials, InvalidRequest, NotFound, TooManyAttempts
from tutor_server.identity.oidc.fetching import ProviderUnavailable
from tutor_server.identity.oidc.single_sign_on import OwnerWanted, SignOnRefused
from tutor_server.identity.oidc.tokens import TokenRefused

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from tutor_server.api.oidc_browser import Begun
    from tutor_server.identity.oidc.single_sign_on import SingleSignOn

log: FilteringBoundLogger = structlog.get_logger()

routes = Routes("account page")

_REFUSALS = (InvalidCredentials, AccountDisabled, TooManyAttempts)
_CALLBACK = "/auth/oidc/callback"
_NO_ADDRESS = "This service does not know its public address. Ask whoever runs it to set TUTOR_PUBLIC_URL."


@routes.add("GET /auth/oidc/start", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def start(request: web.Request, query: schemas.SignOnStart) -> web.Response:
    """Lead the browser to the identity provider."""
    sign_on, visit = _sign_on(request), await Visit.of(request)
    redirect_uri = _redirect_uri(request)
    if redirect_uri is None:
        return _refused(visit, SignOnRefused(_NO_ADDRESS, "no public address"))
    try:
        endpoints = await sign_on.provider.endpoints()
    except ProviderUnavailable as error:
        log.warning("identity_provider_unavailable", reason=str(error))
        sentence = f"{sign_on.name} cannot be reached right now. Please try again in a moment."
        return _refused(visit, SignOnRefused(sentence, "unavailable", status=HTTPStatus.SERVICE_UNAVAILABLE))
    begun = oidc_browser.begin(request, query.goal, query.page)
    url = begun.attempt.authorization_url(
        endpoints, sign_on.provider.client.client_id, redirect_uri, asks_password=query.goal == "erase"
    )
    page = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: url})
    oidc_browser.remember(request, page, begun)
    keep_code(request, page, query.user_code)
    return page


@routes.add("GET /auth/oidc/callback", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def finish(request: web.Request, query: schemas.SignOnAnswer) -> web.Response:
    """Sign the browser in with the code that the provider has sent along."""
    sign_on, visit = _sign_on(request), await Visit.of(request)
    begun = oidc_browser.find(request, query.state)
    if begun is None:
        return _refused(
            visit,
            SignOnRefused("This sign-in did not begin in this browser, or took too long. Please start again.", "state"),
        )
    try:
        page = await _finish(visit, sign_on, begun, query)
    except SignOnRefused as refusal:
        page = _refused(visit, refusal)
    except AccountDisabled as error:
        page = _refused(visit, SignOnRefused(error.detail, "disabled"))
    oidc_browser.forget(request, page, begun)
    return page


@routes.add("POST /auth/oidc/link", access=Access.PUBLIC, produces=HTML, refuses=(NotFound, *_REFUSALS))
async def link(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Join the identity with the account of its address, whose owner agrees and knows the password."""
    sign_on, visit = _sign_on(request), await Visit.of(request)
    if not visit.is_own_form(form.csrf):
        return _refused(visit, SignOnRefused(STALE.sentence, "form"))
    proof = oidc_browser.read_proof(visit, form.token)
    if proof is None:
        return _refused(visit, SignOnRefused(STALE.sentence, "proof"))
    person, account_id, where = proof
    signed_in = visit.renewed()
    try:
        password = read_login(person.email or "", form.password).password.get_secret_value()
        await sign_on.join(person, account_id, password, visit.client_address, signed_in.browser)
    except _REFUSALS as error:
        problem = problem_of(error, wrong_password="The password is wrong.")  # noqa: S106 - a sentence, not a password
        return visit.page("oidc_link.html", problem, email=person.email, proof=form.token, provider=sign_on.name)
    return signed_in.go_on(where)


@routes.add(
    "POST /auth/oidc/backchannel-logout", access=Access.PUBLIC, produces=HTML, refuses=(NotFound, InvalidRequest)
)
async def back_channel_logout(request: web.Request, form: schemas.LogoutForm) -> web.Response:
    """End the sign-ins that the provider has ended (OpenID Connect Back-Channel Logout 1.0)."""
    try:
        await _sign_on(request).log_out(form.logout_token)
    except (TokenRefused, ProviderUnavailable) as error:
        log.warning("logout_token_refused", reason=str(error))
        raise InvalidRequest("The logout token is not valid.") from None
    return web.Response(status=HTTPStatus.OK)


async def _finish(visit: Visit, sign_on: SingleSignOn, begun: Begun, query: schemas.SignOnAnswer) -> web.Response:
    """Return the page after the provider's answer. Raise `SignOnRefused` or `AccountDisabled`."""
    redirect_uri, origin = _redirect_uri(visit.request), origin_of(visit.request)
    if query.error or redirect_uri is None or origin is None:
        raise _refusal_by_provider(sign_on, query.error)
    issuer = sign_on.provider.client.issuer
    must_name = (await _names_issuer(sign_on)) or query.iss is not None
    if must_name and query.iss != issuer:  # RFC 9207 §2.4: the answer may be of another provider.
        raise SignOnRefused(f"The answer is not of {sign_on.name}. Please start again.", "iss of the answer")
    person = await sign_on.identify(begun.attempt, query.code, redirect_uri)
    signed_in = visit.renewed()
    outcome = await sign_on.sign_in(person, signed_in.browser, origin=origin)
    if isinstance(outcome, OwnerWanted):
        return visit.page(
            "oidc_link.html",
            email=person.email,
            proof=oidc_browser.sign_proof(visit, outcome, begun.where),
            provider=sign_on.name,
        )
    if outcome.confirmed_at is None:
        page = signed_in.go_to("account")
        signed_in.remember(page)
        return page
    return signed_in.go_on(begun.where)


async def _names_issuer(sign_on: SingleSignOn) -> bool:
    try:
        return (await sign_on.provider.endpoints()).names_issuer
    except ProviderUnavailable:
        return False  # The exchange of the code fails likewise, with a page for the person.


def _refusal_by_provider(sign_on: SingleSignOn, error: str) -> SignOnRefused:
    """Return the refusal for an error response of the provider (RFC 6749 §4.1.2.1)."""
    known = error if error.isascii() and error.replace("_", "").isalpha() else "other"
    if error == "access_denied":
        return SignOnRefused(f"The sign-in at {sign_on.name} was cancelled.", known)
    if error in {"temporarily_unavailable", "server_error"}:
        sentence = f"{sign_on.name} has a problem of its own right now. Please try again in a moment."
        return SignOnRefused(sentence, known, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return SignOnRefused(f"{sign_on.name} refused the sign-in. Ask whoever runs this service.", known[:64])


def _refused(visit: Visit, refusal: SignOnRefused) -> web.Response:
    log.warning("single_sign_on_refused", reason=refusal.reason)
    problem = Problem(refusal.sentence, refusal.status)
    return visit.page("account_sign_in.html", problem, note=None, email="", **ways_in(visit.request))


def _redirect_uri(request: web.Request) -> str | None:
    """Return the address to which the provider leads browsers back, as it is registered there; None if unknown."""
    origin = origin_of(request)
    return None if origin is None or not urlsplit(origin).hostname else f"{origin}{_CALLBACK}"


def _sign_on(request: web.Request) -> SingleSignOn:
    """Return the use cases. Raise `NotFound` if no identity provider is set."""
    sign_on = request.app[SINGLE_SIGN_ON]
    if sign_on is None:
        raise NotFound
    return sign_on
