"""The commands `courses` of `tutor-server`: their arguments and output."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tutor_server.settings import Settings

    Run = Callable[[Coroutine[object, object, None]], int]

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
ROLES = ("student", "assistant", "instructor")


def add_courses_commands(commands: Any, run: Run) -> None:
    """Add the commands to the parser; `run` runs a coroutine and returns the exit status."""
    courses = commands.add_parser("courses", help="make, list and move courses, and name their members")
    actions = courses.add_subparsers(required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="make a course, and print its join code")
    adding.add_argument("slug", metavar="SLUG", type=_slug, help="its name in addresses and files")
    adding.add_argument("--title", metavar="TEXT", type=_title, required=True)
    adding.add_argument(
        "--instructor", metavar="EMAIL", type=_email, action="append", default=[], help="may be given more than once"
    )
    adding.set_defaults(run=lambda settings, options: run(_add(settings, options)))
    actions.add_parser("list", help="one line a course").set_defaults(run=lambda settings, _: run(_list(settings)))
    member = actions.add_parser("member", help="make an address a member of a course, or change its role")
    member.add_argument("slug", metavar="SLUG", type=_slug)
    member.add_argument("email", metavar="EMAIL", type=_email)
    member.add_argument("role", metavar="ROLE", choices=ROLES, help="student, assistant or instructor")
    member.set_defaults(run=lambda settings, options: run(_member(settings, options)))
    exporting = actions.add_parser("export", help="print a course as JSON: settings, modules, members")
    exporting.add_argument("slug", metavar="SLUG", type=_slug)
    exporting.set_defaults(run=lambda settings, options: run(_export(settings, options.slug)))
    importing = actions.add_parser("import", help="take over an exported course, or a roster (CSV)")
    importing.add_argument("file", metavar="FILE", type=Path)
    importing.add_argument("--course", metavar="SLUG", type=_slug, help="the course; needed for a roster")
    importing.set_defaults(run=lambda settings, options: run(_import(settings, importing, options)))


async def _add(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.courses import add_course

    course = await add_course(settings, options.slug, options.title, options.instructor)
    print(f"{course.slug}  {course.join_code}")


async def _list(settings: Settings) -> None:
    from tutor_server.cli.courses import list_courses

    for course in await list_courses(settings):
        state = "off" if course.off_since is not None else "on"
        print(f"{course.slug}  {state}  {course.join_code or '-'}  {course.title}")


async def _member(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.courses import set_role
    from tutor_server.storage.memberships import ROLES as BY_NAME

    member = await set_role(settings, options.slug, options.email, BY_NAME[options.role])
    print(f"{member.email}  {member.role}")


async def _export(settings: Settings, slug: str) -> None:
    from tutor_server.cli.courses import export

    print(await export(settings, slug))


async def _import(settings: Settings, parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from tutor_server.cli.courses import import_course
    from tutor_server.cli.database import OperatorRefused

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise OperatorRefused(f"{options.file}: {error.strerror}") from error
    if options.file.suffix.lower() == ".csv":
        if options.course is None:
            parser.error("give the course of the roster with --course")
        await _import_roster(settings, options.course, content)
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OperatorRefused(f"{options.file}: is not UTF-8") from None
    course = await import_course(settings, text, options.course)
    print(f"{course.slug}  {course.join_code or '-'}  {course.title}")


async def _import_roster(settings: Settings, slug: str, content: bytes) -> None:
    from tutor_server.api.schemas import parse_email
    from tutor_server.cli.courses import import_roster
    from tutor_server.cli.database import OperatorRefused

    applied, results = await import_roster(settings, slug, content, parse_email)
    for result in results:
        if result.outcome == "refused":
            print(f"line {result.line}: {result.reason}", file=sys.stderr)
    if not applied:
        raise OperatorRefused("the roster was not carried out, since a row is refused")
    for outcome in ("added", "changed", "unchanged", "duplicate"):
        print(f"{outcome}: {sum(result.outcome == outcome for result in results)}")


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise argparse.ArgumentTypeError("takes a-z, 0-9, '.', '_' and '-', at most 64")
    return text


def _title(text: str) -> str:
    if not 1 <= len(text) <= 200:  # noqa: PLR2004 - 200 is the column's maximum length, also in the contract
        raise argparse.ArgumentTypeError("takes 1 to 200 characters")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text) or not text.isascii():
        raise argparse.ArgumentTypeError("is not an e-mail address")
    return text.lower()
