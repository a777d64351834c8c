"""The commands `modules`, `switch` and `users limit` of `tutor-server`: their arguments and output."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tutor_server.settings import Settings

    Run = Callable[[Coroutine[object, object, None]], int]

MOST_HOURS = 366 * 24


def add_course_commands(commands: Any, run: Run) -> None:
    """Add the commands to the parser; `run` runs a coroutine and returns the exit status."""
    modules = commands.add_parser("modules", help="bring a course's modules in from files, list or remove them")
    actions = modules.add_subparsers(required=True, metavar="ACTION")
    importing = actions.add_parser("import", help="make or change a module for each Markdown file of a folder")
    importing.add_argument("folder", metavar="FOLDER", type=Path)
    importing.set_defaults(run=lambda settings, options: run(_import(settings, options.folder)))
    exporting = actions.add_parser("export", help="write every module with the files of its exercise into a folder")
    exporting.add_argument("folder", metavar="FOLDER", type=Path)
    exporting.add_argument("--with-reference", action="store_true", help="also the reference, which no student may see")
    exporting.set_defaults(run=lambda settings, options: run(_export(settings, options)))
    actions.add_parser("list", help="one line a module").set_defaults(run=lambda settings, _: run(_list(settings)))
    removing = actions.add_parser("remove", help="remove a module, with every student's progress in it")
    removing.add_argument("module", metavar="MODULE")
    removing.set_defaults(run=lambda settings, options: run(_remove(settings, options.module)))

    switch = commands.add_parser("switch", help="switch the tutor off or on, for everything or for a module")
    states = switch.add_subparsers(required=True, metavar="ACTION")
    off = states.add_parser("off", help="refuse asks and end answers, within 5 seconds")
    off.add_argument("--module", metavar="ID", help="only this module")
    off.add_argument("--message", metavar="TEXT", default="", type=_message, help="what students are told")
    off.set_defaults(run=lambda settings, options: run(_off(settings, options.module, options.message)))
    on = states.add_parser("on", help="take asks again")
    on.add_argument("--module", metavar="ID", help="only this module")
    on.set_defaults(run=lambda settings, options: run(_on(settings, options.module)))
    states.add_parser("status", help="say what is off").set_defaults(run=lambda settings, _: run(_status(settings)))


def add_limit_commands(actions: Any, run: Run) -> None:
    """Add `limit` and `unlimit` to the actions of `users`."""
    limit = actions.add_parser("limit", help="give an account limits of its own for some hours")
    limit.add_argument("email", metavar="EMAIL")
    limit.add_argument("--per-minute", metavar="N", type=_count, help="messages a minute")
    limit.add_argument("--per-day", metavar="N", type=_count, help="messages a UTC day")
    limit.add_argument("--hours", metavar="H", type=_hours, required=True, help="how long they hold")
    limit.set_defaults(run=lambda settings, options: run(_limit(settings, limit, options)))
    unlimit = actions.add_parser("unlimit", help="let everybody's limits hold for an account again")
    unlimit.add_argument("email", metavar="EMAIL")
    unlimit.set_defaults(run=lambda settings, options: run(_unlimit(settings, options.email)))


async def _import(settings: Settings, folder: Path) -> None:
    from tutor_server.cli.course import import_modules

    for module in await import_modules(settings, folder):
        print(f"{module.id}  {module.title}")


async def _export(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.course import export_modules

    for module in await export_modules(settings, options.folder, with_reference=options.with_reference):
        print(f"{module.id}  {module.title}")


async def _list(settings: Settings) -> None:
    from tutor_server.cli.course import list_modules

    for module in await list_modules(settings):
        bound = f"hints up to {module.max_hint_level}" if module.max_hint_level else "all hints"
        print(f"{module.order:>6}  {module.id}  {module.title}  ({bound})")


async def _remove(settings: Settings, module_id: str) -> None:
    from tutor_server.cli.course import remove_module

    await remove_module(settings, module_id)


async def _off(settings: Settings, module_id: str | None, message: str) -> None:
    from tutor_server.cli.course import switch_off

    await switch_off(settings, module_id, message)


async def _on(settings: Settings, module_id: str | None) -> None:
    from tutor_server.cli.course import switch_on

    await switch_on(settings, module_id)


async def _status(settings: Settings) -> None:
    from tutor_server.cli.course import what_is_off

    found = await what_is_off(settings)
    for off in found:
        what = off.module_id or "everything"
        print(f"off since {off.since:%Y-%m-%d %H:%M} UTC: {what}  {off.message}".rstrip())
    if not found:
        print("on")


async def _limit(settings: Settings, parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    from tutor_server.cli.course import set_limits
    from tutor_server.storage.overrides import OwnLimits

    if options.per_minute is None and options.per_day is None:
        parser.error("give --per-minute or --per-day")
    own = OwnLimits(options.per_minute, options.per_day)
    until = await set_limits(settings, options.email, own, options.hours)
    print(f"until {until:%Y-%m-%d %H:%M} UTC")


async def _unlimit(settings: Settings, email: str) -> None:
    from tutor_server.cli.course import remove_limits

    await remove_limits(settings, email)


def _message(text: str) -> str:
    if len(text) > 300:  # noqa: PLR2004 - 300 is the column's maximum length, also in the contract
        raise argparse.ArgumentTypeError("takes at most 300 characters")
    return text


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 100_000:  # noqa: PLR2004 - the public contract states these bounds
        raise argparse.ArgumentTypeError("is 1 to 100000")
    return count


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= MOST_HOURS:
        raise argparse.ArgumentTypeError(f"is more than 0 and at most {MOST_HOURS}")
    return hours
