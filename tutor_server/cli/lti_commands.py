"""The commands `lti` of `tutor-server`: their arguments and output."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tutor_server.settings import Settings

    Run = Callable[[Coroutine[object, object, None]], int]

_MOST_ID = 255


def add_lti_commands(commands: Any, run: Run) -> None:
    """Add the commands to the parser; `run` runs a coroutine and returns the exit status."""
    platforms = commands.add_parser("lti", help="register course platforms (LTI 1.3), and take over their members")
    actions = platforms.add_subparsers(required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="register a platform, change it, or add a deployment")
    adding.add_argument("--issuer", metavar="URL", required=True, help="as the platform names itself")
    adding.add_argument("--client-id", metavar="ID", type=_id, required=True, help="our name there")
    adding.add_argument(
        "--deployment", metavar="ID", type=_id, action="append", required=True, help="may be given more than once"
    )
    adding.add_argument("--course", metavar="SLUG", help="the course of all launches of these deployments")
    adding.add_argument(
        "--kind", choices=("moodle", "canvas"), help="whose addresses to use (default: by the issuer, else Moodle's)"
    )
    for name, text in (
        ("authorization-url", "where launches are confirmed"),
        ("token-url", "where tokens for its services are given"),
        ("keys-url", "where its public keys are"),
        ("token-audience", "the audience of requests for tokens, if it is not the token address"),
    ):
        adding.add_argument(f"--{name}", metavar="URL", help=text)
    adding.add_argument(
        "--trust-addresses", action="store_true", help="the platform has checked the e-mail addresses of its users"
    )
    adding.add_argument("--new-courses", action="store_true", help="instructors there may make courses here")
    adding.set_defaults(run=lambda settings, options: run(_add(settings, options)))
    actions.add_parser("list", help="one line a deployment").set_defaults(run=lambda settings, _: run(_list(settings)))
    removing = actions.add_parser("remove", help="end the registration of a platform; accounts and members stay")
    removing.add_argument("--issuer", metavar="URL", required=True)
    removing.add_argument("--client-id", metavar="ID", type=_id, required=True)
    removing.set_defaults(run=lambda settings, options: run(_remove(settings, options)))
    members = actions.add_parser("members", help="give a course the members of its platform's course")
    members.add_argument("slug", metavar="SLUG")
    members.set_defaults(run=lambda settings, options: run(_members(settings, options.slug)))


async def _add(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.lti import Given, add_platform

    given = Given(
        issuer=options.issuer,
        client_id=options.client_id,
        kind=options.kind,
        authorization_url=options.authorization_url,
        token_url=options.token_url,
        keys_url=options.keys_url,
        token_audience=options.token_audience,
        vouches=options.trust_addresses,
        makes_courses=options.new_courses,
    )
    platform = await add_platform(settings, given, options.deployment, options.course)
    for name, value in (
        ("confirms launches", platform.authorization_url),
        ("gives tokens", platform.token_url),
        ("publishes keys", platform.keys_url),
    ):
        print(f"{name:<18} {value}")
    address = settings.public_url or "http://127.0.0.1:8765"
    print("Type these into the platform:")
    for name, path in (
        ("tool and redirect", "/lti/launch"),
        ("initiate login", "/lti/login"),
        ("key set", "/lti/jwks"),
        ("configuration", "/lti/config.json"),
    ):
        print(f"{name:<18} {address}{path}")
    if not settings.lti_key_files:
        print("TUTOR_LTI_KEY_FILES is not set: until then the service answers these addresses with 404.")


async def _list(settings: Settings) -> None:
    from tutor_server.cli.lti import list_deployments

    for platform, deployment, course in await list_deployments(settings):
        print(f"{platform.issuer}  {platform.client_id}  {deployment.name}  {course or '-'}")


async def _remove(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.lti import remove_platform

    await remove_platform(settings, options.issuer, options.client_id)


async def _members(settings: Settings, slug: str) -> None:
    from tutor_server.cli.lti import take_members_over

    outcome = await take_members_over(settings, slug)
    for name in outcome.__slots__:
        print(f"{name.replace('_', ' ')}: {getattr(outcome, name)}")


def _id(text: str) -> str:
    if not 0 < len(text) <= _MOST_ID or not text.isprintable():
        raise argparse.ArgumentTypeError(f"takes 1 to {_MOST_ID} characters")
    return text
