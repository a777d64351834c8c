"""`tutor`: the command line of the editor side. Asks go through the same language server that editors use."""

from __future__ import annotations

import argparse
import io
import os
import sys
from typing import TYPE_CHECKING

from tutor_lsp import __version__
from tutor_lsp.lsp.stdio_rpc import RequestFailed, ServerStopped
from tutor_lsp.runner.program import TIME_LIMIT_SECONDS
from tutor_lsp.terminal import account as terminal_account
from tutor_lsp.terminal import ask as terminal_ask
from tutor_lsp.terminal import courses as terminal_courses
from tutor_lsp.terminal import modules as terminal_modules
from tutor_lsp.terminal import run as terminal_run
from tutor_lsp.terminal import tests as terminal_tests
from tutor_lsp.terminal.exit_status import FAILED, Exit
from tutor_lsp.terminal.output import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence


_EXAMPLES = """\
examples:
  tutor ask average.py:8       what is wrong in line 8? Again: the next hint
  tutor ask --run average.py   run it, and ask about the error that ends it
  tutor run average.py         run it here; if it fails, h gives a hint
  tutor test average.py --ask  run its tests, and ask about the first that fails
  tutor sign-in --server URL   use the tutor service of your course

`tutor COMMAND --help` says more.
Exit status: 0 done, 1 refused or failed, 2 wrong use.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A character that an old code page lacks is shown as `?`, and does not raise an exception.
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run_command(options)
    except Exit as exit_:
        _complain(str(exit_))
        return exit_.status
    except (ServerStopped, RequestFailed) as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("Stopped.")
        return FAILED
    except BrokenPipeError:  # The program that reads our output has exited (`tutor ask … | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tutor",
        description="A programming tutor: a question first, the solution last.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tutor {__version__}", help="show the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    ask = commands.add_parser(
        "ask",
        help="explain what is wrong at a place in a Python file",
        description="Explain what is wrong at a place in a Python file. Asked again, it says more, in five steps.",
    )
    ask.add_argument(
        "place",
        metavar="FILE[:LINE[:COLUMN]]",
        help="the place, counted from 1; without a line, the file's syntax error or else the whole program",
    )
    ask.add_argument("--question", metavar="TEXT", help="what you want to know")
    ask.add_argument(
        "--run",
        action="store_true",
        help=f"run the file first, for at most {TIME_LIMIT_SECONDS:.0f} seconds, and ask about its traceback",
    )
    ask.add_argument(
        "--local",
        action="store_true",
        help="answer on this computer: no account, no network, nothing is sent to a service",
    )
    ask.set_defaults(run_command=terminal_ask.ask)

    run = commands.add_parser(
        "run",
        help="run a Python file in this terminal, and offer a hint if it fails",
        description="Run a Python file in this terminal: you type its input and see its output, Ctrl-C stops it. If "
        "an exception ends it, one key gives a hint.",
        epilog="Exit status: 0 the program ended well, 1 it failed or the tutor refused, 2 wrong use.",
    )
    run.add_argument("file", metavar="FILE", help="the program")
    run.add_argument("--local", action="store_true", help="answer on this computer")
    run.set_defaults(run_command=terminal_run.run)

    test = commands.add_parser(
        "test",
        help="run the tests of a Python file in a copy of its folder",
        description="Run the tests of a Python file in a copy of its folder: those of its exercise, else "
        "test_NAME.py or NAME_test.py beside it and pairs NAME.in and NAME.out, else the examples of its docstrings.",
        epilog="Exit status: 0 all tests pass, 1 some fail or the tutor refused, 2 wrong use.",
    )
    test.add_argument("file", metavar="FILE", help="the program, or its file of tests")
    test.add_argument("--ask", action="store_true", help="ask about the first test that fails")
    test.add_argument("--trace", action="store_true", help="show the recorded run of the first test that fails")
    test.add_argument("--local", action="store_true", help="with --ask: answer on this computer")
    test.set_defaults(run_command=terminal_tests.test)

    start = commands.add_parser(
        "start",
        help="start an exercise of your course in a folder",
        description="Lay the files of an exercise into a folder. Your own files there are never overwritten.",
    )
    start.add_argument("module_id", metavar="MODULE", help="the module, as `tutor modules` names it")
    start.add_argument("folder", metavar="FOLDER", nargs="?", help="the folder; by default one of the module's name")
    start.set_defaults(run_command=terminal_tests.start)

    sign_in = commands.add_parser(
        "sign-in",
        help="sign in to a tutor service, in a browser",
        description="Sign in to a tutor service, in a browser on this or another device. Editors then use it, too.",
    )
    sign_in.add_argument("--server", metavar="URL", help="the service; by default the one you were signed in to last")
    sign_in.set_defaults(run_command=terminal_account.sign_in)

    sign_out = commands.add_parser("sign-out", help="sign out, here and in your editors")
    sign_out.set_defaults(run_command=terminal_account.sign_out)

    status = commands.add_parser("status", help="say who is signed in where, and how many messages are left today")
    status.set_defaults(run_command=terminal_account.status)

    modules = commands.add_parser(
        "modules",
        help="list the course's modules and your progress, or note that one is done",
        description="List the course's modules in their order, with your progress.",
    )
    modules.set_defaults(run_command=terminal_modules.show)
    changes = modules.add_subparsers(metavar="COMMAND")
    done = changes.add_parser("done", help="note that you have completed a module")
    done.add_argument("module_id", metavar="ID", help="the module, as `tutor modules` names it")
    done.set_defaults(run_command=terminal_modules.complete)

    courses = commands.add_parser("courses", help="list your courses and what is left today, or choose a folder's")
    courses.set_defaults(run_command=terminal_courses.show)
    chosen = courses.add_subparsers(metavar="COMMAND").add_parser("use", help="choose the course of a folder")
    chosen.add_argument("course", metavar="COURSE", help="the course, as `tutor courses` names it")
    chosen.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="the folder; by default this one")
    chosen.set_defaults(run_command=terminal_courses.use)
    join = commands.add_parser("join", help="join a course by its code or link")
    join.add_argument("code", metavar="CODE", help="the code or the link that your instructor gave you")
    join.set_defaults(run_command=terminal_courses.join)
    leave = commands.add_parser("leave", help="leave a course")
    leave.add_argument("course", metavar="COURSE", help="the course, as `tutor courses` names it")
    leave.set_defaults(run_command=terminal_courses.leave)
    return parser


def _complain(reason: str) -> None:
    sys.stderr.write(wrapped(f"tutor: {' '.join(reason.split())}", sys.stderr) + "\n")


if __name__ == "__main__":
    sys.exit(main())
