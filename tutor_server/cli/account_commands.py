"""The commands `users add`, `invite`, `delete` and `export` of `tutor-server`: their arguments and output."""

from __future__ import annotations

import getpass
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine

    from tutor_server.settings import Settings

    Run = Callable[[Coroutine[object, object, None]], int]

LOCAL_ADDRESS = "http://127.0.0.1:8765"
"""The address at which `tutor-server serve` listens by default."""


def add_account_commands(actions: Any, run: Run) -> None:
    """Add the commands to the actions of `users`; `run` runs a coroutine and returns the exit status."""
    adding = actions.add_parser("add", help="make an account; its password is asked for, or read from stdin")
    adding.add_argument("--generate", action="store_true", help="make up the password, and print it once")
    for action, work in (
        (adding, _add),
        (
            actions.add_parser("invite", help="make an account, and mail or print a link to choose its password"),
            _invite,
        ),
        (actions.add_parser("delete", help="erase an account with all that is stored about its student"), _delete),
        (actions.add_parser("export", help="print all that is stored about a student, as JSON"), _export),
    ):
        action.add_argument("email", metavar="EMAIL")
        action.set_defaults(run=lambda settings, options, work=work: run(work(settings, options)))


async def _add(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.accounts import add, new_password

    password = new_password() if options.generate else _typed_password()
    await add(settings, options.email, password)
    if options.generate:
        print(password)


async def _invite(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.accounts import invite, mail_invitation
    from tutor_server.identity.email_links import link_of

    secret = await invite(settings, options.email)
    link = link_of("invite", secret, settings.public_url or LOCAL_ADDRESS)
    if settings.smtp_url is None:
        print(link)
    else:
        await mail_invitation(settings, options.email.lower(), link)


async def _delete(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.accounts import delete

    await delete(settings, options.email)


async def _export(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.accounts import export

    async with aclosing(export(settings, options.email)) as pieces:
        async for piece in pieces:
            sys.stdout.buffer.write(piece)
    print()


def _typed_password() -> str:
    """Return a password, typed twice at a terminal or read from the first line of stdin. Raise `OperatorRefused`."""
    from tutor_server.cli.database import OperatorRefused

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("The password again: "):
            raise OperatorRefused("the two passwords are not the same")
    except EOFError:
        raise OperatorRefused("no password was typed") from None
    return password
