"""`tutor ask`: read the file, find the place, and show the language server's answer while it streams."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tutor_lsp.lsp.source_file import PYTHON_SUFFIXES, NotPythonText, read_executed, read_source
from tutor_lsp.protocol_texts import AI_LABEL
from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.program import TIME_LIMIT_SECONDS, run_program
from tutor_lsp.terminal.account import go_through_sign_in
from tutor_lsp.terminal.answer_view import open_view
from tutor_lsp.terminal.courses import choose_for
from tutor_lsp.terminal.exit_status import DONE, FAILED, WRONG_USE, Exit
from tutor_lsp.terminal.language_client import ConnectionChanged, Ended, LanguageClient, Piece, Started, Waiting
from tutor_lsp.terminal.last_answers import LastAnswer, LastAnswers
from tutor_lsp.terminal.output import choose_way, is_interactive, say
from tutor_lsp.terminal.place import Place, lines_of, parse_place, where_to_look
from tutor_lsp.terminal.service import choose
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import MAX_QUESTION_CHARACTERS, ErrorCode, Position

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tutor_lsp.runner.program import RunOutcome
    from tutor_lsp.terminal.answer_view import AnswerView
    from tutor_lsp.terminal.language_client import Event

LOCAL_INSTEAD = "With --local it is answered on this computer instead."
NOT_PYTHON = "{path} is not a Python file. The tutor explains Python code only."
_PYTHON_SCRIPT = re.compile(r"#!.*\bpython")
"""The shebang line by which a Python script is recognised if its file name has no suffix."""


def ask(options: argparse.Namespace) -> int:
    """Run `tutor ask`. Return the exit status."""
    place = parse_place(options.place)
    text = read_program(place)
    if options.question is not None and len(options.question) > MAX_QUESTION_CHARACTERS:
        raise Exit(WRONG_USE, f"A question has at most {MAX_QUESTION_CHARACTERS} characters.")
    subject = subject_at(place, text)
    argument: dict[str, Any] = {}
    if options.question:
        argument["question"] = options.question
    if options.local:
        argument["local"] = True
    if options.run:
        outcome = _run(place, has_subject=bool(place.line or options.question))
        if outcome.traceback is not None:
            argument["traceback"] = outcome.traceback
            argument["runId"] = str(uuid4())
        if place.line is None:
            subject = where_it_failed(place, subject, outcome)
    elif options.question:
        subject = _follow_up(place, subject, argument)
    answer(subject, argument)
    return DONE


def answer(subject: Subject, argument: dict[str, Any]) -> None:
    """Show the answer about a place, and remember it for questions. Raise `Exit` if there is none."""
    while (ended := asyncio.run(_stream_answer(subject, argument))).reason != "completed":
        _go_on(ended, argument, subject)
    if ended.answer_id is not None:
        line, answered_by = subject.position.line, server_url(argument)
        last_answers().remember(LastAnswer(str(subject.path), line, ended.answer_id, answered_by))


@dataclass(frozen=True, slots=True)
class Subject:
    """The position in a file that the student asks about, and the file's text."""

    path: Path
    text: str
    position: Position


def subject_at(place: Place, text: str) -> Subject:
    """Return a place in a file's text as something to ask about. Raise `Exit` for a line that does not exist."""
    return Subject(place.path.resolve(), text, _position(place, text))


def _follow_up(place: Place, subject: Subject, argument: dict[str, Any]) -> Subject:
    """Name the answer that the question is about: the last one about this function, or about the file without a line.

    Return the subject, moved to the line of that answer if the student has named none.
    """
    last = last_answers().about(subject.path, server_url(argument))
    if last is None or last.line >= len(lines_of(subject.text)):
        return subject
    about = Subject(subject.path, subject.text, _position(Place(place.path, last.line + 1), subject.text))
    if place.line is not None and _unit_at(about) != _unit_at(subject):
        return subject
    argument["followUpTo"] = last.answer_id
    return about if place.line is None else subject


def _unit_at(subject: Subject) -> tuple[str, str]:
    unit = identify(subject.text, subject.position, "document").unit
    return unit.kind, unit.name


def last_answers() -> LastAnswers:
    """Return the last answers that this student got in a terminal."""
    return LastAnswers(choose().settings.data_dir)


def server_url(argument: dict[str, Any]) -> str | None:
    """Return the service that answers an ask, or None if this computer does."""
    return None if argument.get("local") else choose().server_url


def where_it_failed(place: Place, subject: Subject, outcome: RunOutcome) -> Subject:
    """Return the position where the run failed, which may be in another file of the student's."""
    failed_at = outcome.failed_at(subject.path)
    if failed_at is not None and failed_at.path != subject.path:
        text = read_executed(failed_at.path)
        if text is not None and failed_at.frame.line < len(lines_of(text)):
            line = failed_at.frame.line + 1
            say(f"{place.path} failed in {failed_at.path.name} at line {line}: {outcome.exception}", "")
            return Subject(failed_at.path, text, _position(Place(failed_at.path, line), text))
    frame = outcome.frame_in(subject.path)
    if frame is None:
        return subject
    return Subject(subject.path, subject.text, _position(Place(place.path, frame.line + 1), subject.text))


def _go_on(ended: Ended, argument: dict[str, Any], subject: Subject) -> None:
    """Let the student choose how to repeat an ask that got no answer. Raise `Exit` if it is not to be repeated.

    A student of several courses chooses the one of the folder, once. Else the choices are to sign in, to ask again, or
    to get the answer on this computer. If the course has set a limit or has turned the tutor off, there is no choice. A
    question about an answer that the tutor does not know, such as one of another account, is asked again for itself.
    """
    if ended.code == ErrorCode.COURSE_NEEDED:
        choose_for(subject.path)
        return
    if ended.code == ErrorCode.NOT_FOUND and argument.pop("followUpTo", None) is not None:
        return
    reason = ended.message or "The tutor could not answer."
    if ended.retry_after:
        reason += f" Try again in {ended.retry_after} s."
    choice = choose()
    is_signed_out = ended.code == ErrorCode.UNAUTHENTICATED and not choice.has_environment_token
    is_away = choice.server_url is not None and (ended.reason == "failed" or is_signed_out)
    if not is_away or argument.get("local") or choice.server_url is None:
        raise Exit(FAILED, reason)
    if not is_interactive():
        raise Exit(FAILED, f"{reason} {LOCAL_INSTEAD}")
    first = {"s": "sign in now; this question then goes on"} if is_signed_out else {"r": "ask again"}
    match choose_way(reason, {**first, "l": "answer on this computer, without the service", "n": "stop"}):
        case "s":
            go_through_sign_in(choice, choice.server_url)
        case "l":
            argument["local"] = True
            argument.pop("followUpTo", None)  # The service's answer is not known here.
        case "r":
            pass
        case _:
            raise Exit(FAILED, "Stopped.")


def read_program(place: Place) -> str:
    """Return the text of a Python file. Raise `Exit` if it is none."""
    path = place.path
    if path.suffix == ".ipynb":
        raise Exit(WRONG_USE, f"{path} is a notebook. Ask in an editor, at one of its cells.")
    if path.suffix and path.suffix.lower() not in PYTHON_SUFFIXES:
        raise Exit(WRONG_USE, NOT_PYTHON.format(path=path))
    try:
        text = read_source(path)
    except FileNotFoundError:
        raise Exit(WRONG_USE, f"{path} does not exist.") from None
    except IsADirectoryError:
        raise Exit(WRONG_USE, f"{path} is a folder.") from None
    except OSError as error:
        raise Exit(WRONG_USE, f"{path} cannot be read: {error.strerror}.") from None
    except NotPythonText:
        raise Exit(FAILED, f"{path} is not Python text: save it in UTF-8.") from None
    if not path.suffix and not _PYTHON_SCRIPT.match(text):
        raise Exit(WRONG_USE, NOT_PYTHON.format(path=path))
    return text


def _position(place: Place, text: str) -> Position:
    """Return the position to ask about. Without a column it is the first character of the line's text.

    A column past the end of the line means that end. Raise `Exit` for a line that does not exist.
    """
    lines = lines_of(text)
    number = where_to_look(text) if place.line is None else place.line
    count = max(len(lines) - (not lines[-1]), 1)  # The empty line after the last line end does not count.
    if place.column == 0 or not 1 <= number <= count:
        has = "1 line" if count == 1 else f"{count} lines"
        raise Exit(WRONG_USE, f"{place.path} has {has}; lines and columns count from 1.")
    line = lines[number - 1]
    character = len(line) - len(line.lstrip()) if place.column is None else min(place.column - 1, len(line))
    return Position(number - 1, character)


def _run(place: Place, *, has_subject: bool) -> RunOutcome:
    """Run the file. Raise `Exit` if it reads input, or without a traceback, line or question to ask about."""
    try:
        outcome = asyncio.run(run_program(place.path.resolve(), time_limit=TIME_LIMIT_SECONDS))
    except CouldNotRun as error:
        raise Exit(FAILED, f"{place.path} could not be run: {error}.") from None
    if outcome.asks_for_input:
        raise Exit(FAILED, f"{place.path} waits for input, which --run cannot give. Type: tutor run {place.path}")
    if outcome.traceback is None and not has_subject:
        how = f"did not end in {TIME_LIMIT_SECONDS:.0f} seconds" if outcome.timed_out else "ran without an exception"
        raise Exit(FAILED, f"{place.path} {how}. Name a line, or say with --question what is wrong.")
    return outcome


async def _stream_answer(subject: Subject, argument: dict[str, Any]) -> Ended:
    with open_view(sys.stdout) as view:
        async with await LanguageClient.start() as client:
            uri = await client.open(subject.path, subject.text)
            offered = await client.ask_action(uri, subject.position)
            if offered is None:
                raise Exit(FAILED, "The tutor has nothing to offer there.")
            async with aclosing(client.ask({**offered, **argument})) as events:
                async for event in events:
                    show_event(view, event)
                    if isinstance(event, Ended):
                        ended = event
    return ended


def show_event(view: AnswerView, event: Event) -> None:
    """Show a part of an answer."""
    match event:
        case Started(heading=heading):
            view.start(heading)
        case Waiting(place):
            view.wait(place)
        case Piece(text):
            view.add(text)
        case Ended(is_ai=True):
            view.add(f"\n\n*{AI_LABEL}*")
        case ConnectionChanged(state="reconnecting", message=message):
            view.note(message)
