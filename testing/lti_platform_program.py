"""A course platform: the LTI 1.3 platform of lti1p3platform behind a small web server, run by `testing.lti_platform`.

Everything that the specifications are about is the library's: logins, launches, tokens, links and lists of members. The
web server holds the courses' people, and shows a course page with the tool in a frame or as a link.
"""

from __future__ import annotations

import asyncio
import html
import json
import sys
from functools import partial
from typing import Any

from aiohttp import web
from lti1p3platform.exceptions import LtiException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import generate_next_link
from lti1p3platform.service_connector import NamesRoleProvisioningService

CONFIGURATION: dict[str, Any] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
MEMBERS_A_PAGE = 2
members: list[dict[str, Any]] = []
links: list[dict[str, Any]] = []
scopes: list[str] = []


def new_registration() -> Registration:
    """Return the registration of the tool. A new one reads the tool's keys anew."""
    tool = CONFIGURATION["tool"]
    registration = Registration()
    registration.set_iss(CONFIGURATION["issuer"]).set_client_id(CONFIGURATION["client_id"])
    registration.set_deployment_id(CONFIGURATION["deployment"]).set_launch_url(f"{tool}/lti/launch")
    registration.set_deeplink_launch_url(f"{tool}/lti/launch").set_oidc_login_url(f"{tool}/lti/login")
    registration.set_platform_private_key(CONFIGURATION["private_key"])
    registration.set_platform_public_key(CONFIGURATION["public_key"]).set_tool_key_set_url(f"{tool}/lti/jwks")
    return registration


class Platform(LTI1P3PlatformConfAbstract):
    """The library's platform, with our registration."""

    def init_platform_config(self, **_: Any) -> None:
        """Take nothing from outside."""

    def get_registration_by_params(self, **_: Any) -> Registration:
        """Return the registration."""
        return new_registration()


def new_platform() -> Platform:
    """Return the platform with its registration."""
    platform = Platform()
    platform.get_registration()
    return platform


class WebRequest(Request):
    """A request of aiohttp, as the library wants it; its form is read before."""

    def build_metadata(self, request: Any) -> Any:
        """Return the parts of the request."""
        asked, form = request
        numbers = {name: int(value) if value.isdecimal() else value for name, value in asked.query.items()}
        return {"method": asked.method, "form_data": form, "get_data": numbers, "headers": asked.headers}


class Login(OIDCLoginAbstract):
    """The library's login, which leads to the tool."""

    def set_lti_message_hint(self, **values: Any) -> None:
        """Set what is launched."""
        self._lti_message_hint = json.dumps(values)  # type: ignore[assignment] # the library begins with None

    def get_redirect(self, url: str) -> Any:
        """Return the redirect."""
        return web.HTTPSeeOther(url)


class Launch(LTIAdvantageMessageLaunchAbstract):
    """The library's launch, with the person and the course that the hints name."""

    def prepare_launch(self, preflight_response: Any) -> None:
        """Set who launches what from where."""
        person, hint = json.loads(preflight_response["login_hint"]), json.loads(preflight_response["lti_message_hint"])
        here = CONFIGURATION["issuer"]
        self.set_user_data(
            person["sub"],
            [f"{MEMBERSHIP}{role}" if role.startswith("#") else role for role in person["roles"]],
            email_address=person.get("email"),
        )
        if hint["context"]:
            self.set_launch_context_claim(hint["context"], context_title=f"Course {hint['context']}")
        self.set_nrps(f"{here}/members?limit={MEMBERS_A_PAGE}")
        if hint.get("deep"):
            self.set_dl(f"{here}/links", accept_types={"ltiResourceLink"}, extra_data="opaque")  # type: ignore[arg-type] # the specification's data is a string
        else:
            self.set_resource_link_claim("link-1")
        if hint.get("module"):
            self.set_custom_parameters_claim({"module": hint["module"]})

    def render_launch_form(self, launch_data: Any, **_: Any) -> Any:
        """Return the page whose form goes to the tool, at once where scripts run."""
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(launch_data[name])}">'
            for name in ("state", "id_token")
        )
        action = html.escape(launch_data["launch_url"])
        return (
            f'<!DOCTYPE html><form method="post" action="{action}">{fields}<button autofocus>Launch</button></form>'
            "<script>document.forms[0].submit()</script>"
        )


class Members(NamesRoleProvisioningService):
    """The library's Names and Roles service."""

    def get_member_data_page(
        self, page: int = 1, limit: int | None = None, role: str | None = None, since: str | None = None
    ) -> Any:
        """Return a page of the course's members."""
        assert (role, since) == (None, None)
        size = limit or len(members)
        start = (page - 1) * size
        return {"content": members[start : start + size], "has_next": len(members) > start + size}

    def get_context_by_id(self) -> Context:
        """Return the course."""
        return Context("c-1", "C1", "Course c-1")


async def course_page(request: web.Request) -> web.Response:
    """Show the course, with the tool in a frame, or with a link to it."""
    start = html.escape(f"/start?{request.rel_url.raw_query_string}")
    tool = (
        f'<iframe src="{start}" width="800" height="600" title="Tool"></iframe>'
        if "frame" in request.query
        else f'<a href="{start}">Open the tutor</a>'
    )
    return web.Response(text=f"<!DOCTYPE html><title>Course</title><h1>Course</h1>{tool}", content_type="text/html")


async def start(request: web.Request) -> web.StreamResponse:
    """Begin a launch, by the library."""
    query = request.query
    login = Login(None, new_platform())
    hint = {"context": query.get("context", "c-1"), "module": query.get("module", ""), "deep": query.get("deep", "")}
    login.set_lti_message_hint(**hint)
    person = {"sub": query["sub"], "roles": query.getall("role", ["#Learner"]), "email": query.get("email")}
    raise login.initiate_login(json.dumps(person))


async def authorize(request: web.Request) -> web.Response:
    """Confirm a launch, by the library. Everybody is signed in already."""
    form = dict(await request.post())
    text = Launch(WebRequest((request, form)), new_platform()).lti_launch()
    return web.Response(text=text, content_type="text/html")


async def token(request: web.Request) -> web.Response:
    """Issue a token to the tool, by the library."""
    form = dict(await request.post())
    scopes.append(str(form.get("scope")))
    try:
        answer = await asyncio.to_thread(new_platform().get_access_token, form)
    except LtiException:
        return web.json_response({"error": "invalid_client"}, status=401)
    return web.json_response(answer)


async def list_members(request: web.Request) -> web.Response:
    """List the members, by the library."""
    url = f"{CONFIGURATION['issuer']}/members"
    service = Members(WebRequest((request, {})), new_platform(), url)
    handle: Any = Members.handle_get_members  # Its annotations name another service.
    answer = service.handle_resp(partial(handle, service))
    page = web.json_response(answer.result, status=answer.code, content_type=answer.media_type)
    if answer.result and "next" in answer.result:
        page.headers["Link"] = generate_next_link(answer.result["next"])
    return page


async def take_links(request: web.Request) -> web.Response:
    """Take the links that the tool sends through the browser, by the library."""
    form = dict(await request.post())
    links[:] = await asyncio.to_thread(new_platform().validate_deeplinking_resp, form)
    shown = "".join(f"<li>{html.escape(link['title'])}</li>" for link in links)
    return web.Response(text=f"<!DOCTYPE html><h1>Links taken</h1><ul>{shown}</ul>", content_type="text/html")


async def set_tool(request: web.Request) -> web.Response:
    """Register another tool, for the test."""
    CONFIGURATION["tool"] = await request.json()
    for collected in (members, links, scopes):
        collected.clear()
    return web.Response()


async def set_members(request: web.Request) -> web.Response:
    """Replace the course's members, for the test."""
    members[:] = await request.json()
    return web.Response()


async def seen(_request: web.Request) -> web.Response:
    """Return what the tool has sent, for the test."""
    return web.json_response({"links": links, "scopes": scopes})


async def keys(_request: web.Request) -> web.Response:
    """Publish the platform's keys, by the library."""
    return web.json_response(new_platform().get_jwks())


async def main() -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.add_routes(
        [
            web.get("/course", course_page),
            web.get("/start", start),
            web.get("/authorize", authorize),
            web.post("/token", token),
            web.get("/keys", keys),
            web.get("/members", list_members),
            web.post("/links", take_links),
            web.put("/test/tool", set_tool),
            web.put("/test/members", set_members),
            web.get("/test/seen", seen),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, CONFIGURATION["host"], CONFIGURATION["port"]).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
