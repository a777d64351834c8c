"""The operator's command line, `tutor-server`. Each command imports only what it needs, so that it starts fast."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tutor_server.cli.account_commands import add_account_commands
from tutor_server.cli.course_commands import add_course_commands, add_limit_commands
from tutor_server.cli.courses_commands import add_courses_commands
from tutor_server.cli.evaluation_command import add_evaluation_command
from tutor_server.cli.extra import how_to_install, missing_libraries
from tutor_server.cli.lti_commands import add_lti_commands
from tutor_server.hosts import is_host

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine, Sequence

    from tutor_server.settings import Settings

T = TypeVar("T")

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
MAX_PORT = 65535
ENV_FILE = Path(".env")

DONE, FAILED, WRONG_USE = 0, 1, 2  # argparse also exits with status 2 on wrong usage.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Return the exit status: 0 success, 1 refused or failed (one line on stderr), 2 wrong usage.

    The status is also 2 if the service's libraries are not installed.
    """
    if missing := missing_libraries():
        _fail(how_to_install(missing))
        return WRONG_USE
    options = _parser().parse_args(arguments)
    # Imports create many objects and little garbage, and garbage collection would take a sixth of the start-up time.
    # `_run` turns garbage collection on again.
    gc.disable()
    from tutor_server.process.memory import leave_out_public_keys, stay_small

    stay_small()
    from tutor_server.errors import SettingsError
    from tutor_server.settings import load_settings

    try:
        settings = load_settings(ENV_FILE)
        if not settings.checks_foreign_tokens:
            leave_out_public_keys()
        _configure_logs(settings)
        if options.run is not _serve_worker:  # The parent process has already printed the warnings.
            _warn_of_ignored_settings()
        return int(options.run(settings, options))
    except SettingsError as error:
        for problem in (str(error), *error.others) if options.run is _check else (str(error),):
            _fail(problem)
        return FAILED


def _warn_of_ignored_settings() -> None:
    import structlog

    from tutor_server.settings import ignored_settings

    log = structlog.get_logger()
    for name in ignored_settings(ENV_FILE):
        log.warning("setting_ignored", name=name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tutor-server", description="The service of Ask Tutor. Its settings are environment variables."
    )
    parser.add_argument("--version", action="version", version=f"ask-tutor {version('ask-tutor')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the service")
    serve.add_argument("--host", type=_host, default=DEFAULT_HOST, help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 picks a free one (default: %(default)s)")
    serve.add_argument(
        "--workers", type=_count, default=1, help="processes; more than one needs PostgreSQL and Redis (default: 1)"
    )
    serve.set_defaults(run=_serve)

    # The command has no help text, so that it is not listed: only `serve --workers N` starts it.
    worker = commands.add_parser("serve-worker")
    for pipe_or_socket in ("listening", "lifeline", "ready"):
        worker.add_argument(pipe_or_socket, type=int)
    worker.set_defaults(run=_serve_worker)

    migrate = commands.add_parser("migrate", help="bring the database to the newest schema")
    migrate.set_defaults(run=_migrate)

    openapi = commands.add_parser("openapi", help="print the OpenAPI document of the service")
    openapi.set_defaults(run=_openapi)

    check = commands.add_parser("check", help="test the configuration and say what is wrong")
    check.set_defaults(run=_check)

    users = commands.add_parser("users", help="make, invite, list, disable, export or erase accounts; set limits")
    actions = users.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="one line an account").set_defaults(run=_list_users)
    for name, run, text in (
        ("disable", _disable_user, "let nobody sign in to an account, and end its sign-ins"),
        ("enable", _enable_user, "let an account be used again"),
        ("reset-password", _reset_password, "print a new password, and end the sign-ins with the old one"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("email", metavar="EMAIL")
        action.set_defaults(run=run)
    add_account_commands(actions, _operate)
    add_limit_commands(actions, _operate)
    add_course_commands(commands, _operate)
    add_courses_commands(commands, _operate)
    add_lti_commands(commands, _operate)
    add_evaluation_command(commands, _operate)
    return parser


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    from tutor_server.process.starting import StartRefused, require_safe_host

    require_safe_host(settings, options.host)
    try:
        return _run(_serving(settings, options))
    except StartRefused as error:
        return _fail(str(error))
    except KeyboardInterrupt:  # On Windows the event loop supports no signal handlers, so Ctrl-C raises an exception.
        pass
    return DONE


def _serving(settings: Settings, options: argparse.Namespace) -> Coroutine[object, object, int]:
    if options.workers > 1:
        from tutor_server.process.parent import serve_in_workers

        return serve_in_workers(settings, options.host, options.port, options.workers)
    from tutor_server.process.serving import serve

    return serve(settings, options.host, options.port)


def _serve_worker(settings: Settings, options: argparse.Namespace) -> int:
    import socket

    from tutor_server.process.serving import serve_worker
    from tutor_server.process.starting import StartRefused

    try:
        with socket.socket(fileno=options.listening) as listening:
            _run(serve_worker(settings, listening, options.lifeline, options.ready))
    except StartRefused as error:
        return _fail(str(error))
    return DONE


def _migrate(settings: Settings, _options: argparse.Namespace) -> int:
    from tutor_server.process.starting import StartRefused, migrate

    try:
        _run(migrate(settings))
    except StartRefused as error:
        return _fail(str(error))
    return DONE


def _openapi(_settings: Settings, _options: argparse.Namespace) -> int:
    import orjson

    from tutor_server.api.openapi import document
    from tutor_server.api.service_routes import ROUTES

    print(orjson.dumps(document(ROUTES, version("ask-tutor")), option=orjson.OPT_INDENT_2).decode())
    return DONE


def _check(settings: Settings, _options: argparse.Namespace) -> int:
    from tutor_server.cli.checking import check

    findings = _run(check(settings))
    for finding in findings:
        kind = "wrong" if finding.is_wrong else "warn" if finding.is_warning else "ok"
        print(f"{kind:<6}{finding.subject}: {finding.text}")
    wrong = sum(finding.is_wrong for finding in findings)
    return _fail(f"{wrong} of {len(findings)} checks failed") if wrong else DONE


def _list_users(settings: Settings, _options: argparse.Namespace) -> int:
    from tutor_server.cli.accounts import list_users

    async def print_all() -> None:
        async for account in list_users(settings):
            state = "enabled" if account.disabled_at is None else "disabled"
            print(f"{state:<10}{account.created_at.date()}  {account.email}")

    return _operate(print_all())


def _disable_user(settings: Settings, options: argparse.Namespace) -> int:
    from tutor_server.cli.accounts import disable

    return _operate(disable(settings, options.email))


def _enable_user(settings: Settings, options: argparse.Namespace) -> int:
    from tutor_server.cli.accounts import enable

    return _operate(enable(settings, options.email))


def _reset_password(settings: Settings, options: argparse.Namespace) -> int:
    from tutor_server.cli.accounts import reset_password

    async def print_password() -> None:
        print(await reset_password(settings, options.email))

    return _operate(print_password())


def _operate(work: Coroutine[object, object, None]) -> int:
    from tutor_server.cli.database import OperatorRefused

    try:
        _run(work)
        sys.stdout.flush()
    except OperatorRefused as error:
        return _fail(str(error))
    except BrokenPipeError:  # A reader such as `head` has closed the pipe. Python would report this at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _run(work: Coroutine[object, object, T]) -> T:
    import asyncio

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        gc.freeze()
        gc.enable()
        return runner.run(work)


def _loop_factory() -> Callable[[], AbstractEventLoop] | None:
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


def _configure_logs(settings: Settings) -> None:
    from tutor_server.telemetry.logs import configure_logs

    configure_logs(settings.log_level, settings.log_format or ("console" if sys.stderr.isatty() else "json"))


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one process serves")
    return count


def _host(text: str) -> str:
    if not is_host(text):
        raise argparse.ArgumentTypeError("a host is an address or a name, such as 127.0.0.1 or ::1, without a port")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"a port is 0 to {MAX_PORT}")
    return int(text)


def _fail(reason: str) -> int:
    print(f"tutor-server: {' '.join(reason.split())}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
