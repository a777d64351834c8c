"""The custom messages, commands and settings of the language server, beyond LSP 3.17.

A client that declares `capabilities.experimental.tutor` gets the notifications below. Any other client gets answers as
a document or a message. Field names are camelCase on the wire. Positions are in the client's encoding.
`python -m tools.generate_protocol` writes the same contract as TypeScript for the VS Code extension.

| method | direction | params | errors |
| --- | --- | --- | --- |
| `tutor/answer/didStart` | to the editor | `AnswerStarted` | |
| `tutor/answer/didQueue` | to the editor | `AnswerQueued` | |
| `tutor/answer/didUpdate` | to the editor | `AnswerUpdated` | |
| `tutor/answer/didEnd` | to the editor | `AnswerEnded` | carried in `reason`, `code` and `message` |
| `tutor/answer/cancel` | from the editor | `CancelAsk` | none: an unknown ask is ignored |
| `tutor/diagnostics/didChange` | from the editor | `OtherDiagnostics` | none: an unknown document is ignored |
| `tutor/signIn/didEnd` | to the editor | `SignInEnded` | carried in `reason` and `message` |
| `tutor/status/didChange` | to the editor | `StatusChanged` | |

| command | argument | result | errors |
| --- | --- | --- | --- |
| `tutor.ask` | `AskArgument` | `AskStarted`, at once | InvalidParams: not open, `askId` no UUID, `local` no boolean |
| `tutor.cancel` | `CancelAsk` | null | none: an unknown ask is ignored |
| `tutor.run` | `RunArgument` | `RunEnded`, at the end of the run | InvalidParams: no file that can be run, not saved |
| `tutor.runInTerminal` | `RunArgument` | `TerminalRun`, at once | as `tutor.run` |
| `tutor.endRun` | `EndRun` | `RunEnded` | InvalidParams: no such run |
| `tutor.test` | `TestArgument` | `TestsEnded`, at the end of the tests | InvalidParams: no file with tests, not saved |
| `tutor.rate` | `Rating` | null | InvalidParams: `helpful` is no boolean |
| `tutor.signIn`, `tutor.signOut`, `tutor.status` | none | `StatusChanged` | |
| `tutor.modules` | `ModulesArgument` | `ModuleList` | InvalidParams: local mode, signed out, the service unreachable |
| `tutor.completeModule` | `ModuleArgument` | `CourseModule` | as `tutor.modules`, and if no module has that id |
| `tutor.chooseModule` | `ChooseModule` | null | InvalidParams: no folder on disk, its `.tutor.toml` cannot be changed |
| `tutor.start` | `StartExercise` | `ExerciseStarted` | as `tutor.modules`, and if the folder cannot be used |
| `tutor.courses` | `ModulesArgument` | `CourseList` | as `tutor.modules` |
| `tutor.joinCourse` | `JoinCourse` | `StudentCourse` | as `tutor.modules`, and if the code opens no course |
| `tutor.leaveCourse` | `LeaveCourse` | null | as `tutor.courses`, and if the student is in no such course |
| `tutor.chooseCourse` | `ChooseCourse` | null | as `tutor.chooseModule` |
"""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - the converter reads the annotations at run time
from typing import Any, Literal

import attrs
from lsprotocol import types  # noqa: TC002 - the converter reads the annotations at run time

ANSWER_DID_START = "tutor/answer/didStart"
ANSWER_DID_QUEUE = "tutor/answer/didQueue"
ANSWER_DID_UPDATE = "tutor/answer/didUpdate"
ANSWER_DID_END = "tutor/answer/didEnd"
ANSWER_CANCEL = "tutor/answer/cancel"
DIAGNOSTICS_DID_CHANGE = "tutor/diagnostics/didChange"
SIGN_IN_DID_END = "tutor/signIn/didEnd"
STATUS_DID_CHANGE = "tutor/status/didChange"

ASK = "tutor.ask"
CANCEL = "tutor.cancel"
RUN = "tutor.run"
RUN_IN_TERMINAL = "tutor.runInTerminal"
END_RUN = "tutor.endRun"
TEST = "tutor.test"
RATE = "tutor.rate"
SIGN_IN = "tutor.signIn"
SIGN_OUT = "tutor.signOut"
STATUS = "tutor.status"
MODULES = "tutor.modules"
COMPLETE_MODULE = "tutor.completeModule"
CHOOSE_MODULE = "tutor.chooseModule"
START = "tutor.start"
COURSES = "tutor.courses"
JOIN_COURSE = "tutor.joinCourse"
LEAVE_COURSE = "tutor.leaveCourse"
CHOOSE_COURSE = "tutor.chooseCourse"

DIAGNOSTIC_SOURCE = "Ask Tutor"
"""The value of `source` in the language server's own diagnostics."""

AI_LABEL = "AI-generated, can be wrong"
"""The label of an answer with words of a model. Answers without such words have no label of this kind."""

CONFIGURATION_SECTION = "tutor"
"""The section of the editor's settings for `workspace/configuration`. `initializationOptions` has the same fields."""

CELL_METADATA = "tutor"
"""The key of `NotebookCell.metadata` under which a client sends `{"outputs": [{"mime", "data"}]}`, both strings.

LSP does not transmit the output of cells. The mime types are VS Code's: `application/vnd.code.notebook.error` with
the JSON `{"name", "message", "stack"}`, `application/vnd.code.notebook.stdout`, `….stderr`, `text/plain`.
"""
CELL_ERROR_MIME = "application/vnd.code.notebook.error"


CHECKED_BOOLEAN = {"type": bool}
"""Metadata of a field that must be a boolean. Its command checks the type, since the converter accepts any value."""


@attrs.frozen(kw_only=True)
class AskArgument:
    """The argument of `tutor.ask`. The code action fills it in. A client may add fields to it, or build its own."""

    uri: str
    position: types.Position
    diagnostics: Sequence[types.Diagnostic] | None = None
    """The diagnostics of the editor's checkers at the position. If absent, those that the language server knows."""
    traceback: str | None = None
    question: str | None = None
    run_id: str | None = None
    """The UUID of the run whose `traceback` this is. A new run counts as an effort under the ladder policy `earned`."""
    ask_id: str | None = None
    """A UUID. A client chooses it if it needs the id before the reply."""
    follow_up_to: str | None = None
    """The `answerId` of the answer that the question is about. Such an ask does not climb."""
    local: Any = attrs.field(default=None, metadata=CHECKED_BOOLEAN)
    """True: the offline tutor in the language server answers, even if a service is set.

    A client sends it only if the student has chosen this for the ask.
    """


@attrs.frozen(kw_only=True)
class AskStarted:
    """The ask has started. Its notifications carry the same id."""

    ask_id: str


@attrs.frozen(kw_only=True)
class CancelAsk:
    """Stop an answer, or all answers if there is no id."""

    ask_id: str | None = None


@attrs.frozen(kw_only=True)
class OtherDiagnostics:
    """All diagnostics of a document from other checkers. LSP itself sends a server only those under the cursor.

    A client that sends this notification does so at each change. The server ignores its own diagnostics in it.
    """

    uri: str
    diagnostics: Sequence[types.Diagnostic]


@attrs.frozen(kw_only=True)
class RunArgument:
    """The file to run. It must be open in the editor and saved. A client offers this in a trusted workspace only."""

    uri: str


RunReason = Literal["completed", "failed", "timedOut", "needsInput", "cancelled"]


@attrs.frozen(kw_only=True)
class RunEnded:
    """A run has ended: by itself, by an exception, at the time limit, by reading input, or by the student.

    A run in a terminal that the student has stopped has `range` and `traceback` if it is known where it was.
    """

    reason: RunReason
    message: str
    """One sentence for the student."""
    exit_status: int | None = None
    """The exit status of the program. A negative one is the signal that ended it."""
    traceback: str | None = None
    range: types.Range | None = None
    """The range where the program failed or was stopped, in the file's current text. The server shows a diagnostic."""
    output: str | None = None
    """The end of the program's stdout."""
    origin: types.Location | None = None
    """The location of the failure if it is in another file of the student's. `range` is then the line that led there.

    An ask at either location is about this location, and its `didStart` names it.
    """


@attrs.frozen(kw_only=True)
class TerminalRun:
    """What the client starts in a terminal with a keyboard. Once it has ended, the client calls `tutor.endRun`."""

    run_id: str
    command: Sequence[str]
    folder: str
    """The working directory, as a path."""
    environment: dict[str, str]
    """The variables to add to the terminal's environment."""


@attrs.frozen(kw_only=True)
class EndRun:
    """A program has ended that `tutor.runInTerminal` described."""

    run_id: str
    exit_status: int | None = None
    """The exit status, if the client knows it."""


@attrs.frozen(kw_only=True)
class TestArgument:
    """The file whose tests are run. It must be open in the editor and saved. A client offers this when trusted only."""

    __test__ = False
    """Tells pytest that this is no class of tests."""
    uri: str
    ask: Any = attrs.field(default=None, metadata=CHECKED_BOOLEAN)
    """True: the server asks the tutor about the first test that fails."""


TestOutcome = Literal["passed", "failed", "error", "skipped"]


@attrs.frozen(kw_only=True)
class TestedCase:
    """One test. `failed`: an assertion failed, `error`: another exception ended it, or a bound."""

    __test__ = False
    """Tells pytest that this is no class of tests."""
    name: str
    outcome: TestOutcome
    message: str | None = None
    """Why it failed, in one or more lines: the call, the expected and the actual result."""


@attrs.frozen(kw_only=True)
class RunTable:
    """The recorded run of the first failing test, as lines of text for the student.

    A client first shows `header` and the first of `rows`, and each further row once the student has predicted it.
    """

    heading: str
    """What the table is of: the loop and the failing test."""
    header: str | None = None
    """The names of the columns. Without a table of a loop, `rows` is empty."""
    rows: Sequence[str] = ()
    """One line for each round of the loop, with the values after the round."""
    steps: Sequence[str] = ()
    """The last steps, one line each."""
    note: str | None = None
    """Why the run is not whole, or why another one may differ."""


@attrs.frozen(kw_only=True)
class TestsEnded:
    """The tests of a file have ended: all pass, some fail, or the student has stopped them.

    After `failed`, and after `passed` if the tutor was asked about this code before, the client can ask at `position`.
    The server adds the report of the tests to an ask there, until the code is edited.
    """

    __test__ = False
    """Tells pytest that this is no class of tests."""
    reason: Literal["passed", "failed", "cancelled"]
    message: str
    """One sentence for the student."""
    uri: str
    """The program that the tests are about. It differs from the argument's if that is a file of tests."""
    tests: Sequence[TestedCase] = ()
    position: types.Position | None = None
    """The position in the program to ask at."""
    ask_id: str | None = None
    """The id of the ask that the server has started, if the argument wanted one."""
    output: str | None = None
    """The end of what the tests printed."""
    trace: RunTable | None = None
    """The recorded run of the first failing test."""


@attrs.frozen(kw_only=True)
class Rating:
    """The student's rating of an answer. `message_id` is from `AnswerEnded`."""

    message_id: str
    helpful: Any = attrs.field(metadata=CHECKED_BOOLEAN)


@attrs.frozen(kw_only=True)
class ModulesArgument:
    """The argument of `tutor.modules`. If it names a document, the result includes the module of its folder."""

    uri: str | None = None


@attrs.frozen(kw_only=True)
class ModuleArgument:
    """A module of the course."""

    module_id: str


@attrs.frozen(kw_only=True)
class ChooseModule:
    """Choose a module for all asks from a folder. The server writes it into the folder's `.tutor.toml`."""

    folder: str
    """A `file:` URI."""
    module_id: str


@attrs.frozen(kw_only=True)
class StartExercise:
    """Lay the files of a module's exercise into a folder, and choose the module for it."""

    module_id: str
    folder: str
    """A `file:` URI. The folder is made if it does not exist."""


@attrs.frozen(kw_only=True)
class ExerciseStarted:
    """The files of an exercise are in a folder. `kept` are files of the student's that were left as they are."""

    title: str
    written: Sequence[str]
    kept: Sequence[str]
    message: str
    """One sentence for the student."""
    statement: str
    """The URI of the Markdown file with the exercise's statement."""
    program: str | None = None
    """The URI of the file to begin with, if the exercise has one."""


@attrs.frozen(kw_only=True)
class CourseModule:
    """A module of the course, with the student's progress."""

    id: str
    title: str
    status: str
    """`not_started`, `in_progress` or `completed`."""


@attrs.frozen(kw_only=True)
class ModuleList:
    """The modules of the course in their order. `chosen` is the id that `.tutor.toml` sets for the document."""

    modules: Sequence[CourseModule]
    chosen: str | None = None


@attrs.frozen(kw_only=True)
class StudentCourse:
    """A course of the student. `role` is `student`, `assistant` or `instructor`."""

    slug: str
    title: str
    role: str
    remaining_today: int | None = None
    """How many messages the student may still send in the course today."""


@attrs.frozen(kw_only=True)
class CourseList:
    """The student's courses. `chosen` is the course that `.tutor.toml` sets for the document.

    If an ask ends with the code `COURSE_NEEDED`, the client lets the student choose one of them, calls
    `tutor.chooseCourse` and asks again.
    """

    courses: Sequence[StudentCourse]
    chosen: str | None = None


@attrs.frozen(kw_only=True)
class JoinCourse:
    """Join the course that a code opens."""

    code: str
    """The code, or the whole link that has it."""


@attrs.frozen(kw_only=True)
class LeaveCourse:
    """Leave a course."""

    course: str
    """The slug of the course."""


@attrs.frozen(kw_only=True)
class ChooseCourse:
    """Choose a course for all asks from a folder. The server writes it into the folder's `.tutor.toml`."""

    folder: str
    """A `file:` URI."""
    course: str
    """The slug of the course."""
    uri: str | None = None
    """A document. If a `.tutor.toml` in its folder or above counts for it, the course is written there."""


@attrs.frozen(kw_only=True)
class Nothing:
    """The argument of commands that need no argument."""


Purpose = Literal["find", "explain", "start", "check", "improve", "follow_up", "other_language"]
Change = Literal["none", "same", "nearer", "worse", "solved", "new"]


@attrs.frozen(kw_only=True)
class AnswerStarted:
    """The ask was accepted. The answer is shown beside the code at `range`."""

    ask_id: str
    uri: str
    range: types.Range
    hint_level: int
    max_hint_level: int
    error_type: str
    purpose: Purpose | None = None
    """The purpose that the ask was understood as. It is absent if the code could not be analysed."""
    change: Change | None = None
    """What became of the problem since the student's last ask about the same unit of code."""
    label: str
    """The number and the name of the hint's level, such as `Hint 2 · concept`, or `Solved`."""
    level_note: str | None = None
    """Why the ask did not climb, in a few words that go behind the label."""


@attrs.frozen(kw_only=True)
class AnswerQueued:
    """The ask waits for the model, or has waited for it."""

    ask_id: str
    place: int
    """The place in the queue from 1, which is next; 0: the wait is over."""
    message: str | None = None
    """The place in words, such as `Waiting: 3rd in line`. It is absent if the wait is over."""


@attrs.frozen(kw_only=True)
class AnswerUpdated:
    """The next part of the answer, in Markdown. `seq` counts 0, 1, 2, … without gaps."""

    ask_id: str
    seq: int
    delta: str


EndReason = Literal["completed", "cancelled", "refused", "failed"]


@attrs.frozen(kw_only=True)
class Finding:
    """The offline tutor's finding: the rule's stable name, the line from 1, and how sure it is of it."""

    rule: str
    line: int
    certainty: Literal["certain", "likely", "start_here"]


@attrs.frozen(kw_only=True)
class Edit:
    """An edit of whole lines of the document, as it was when the student asked."""

    range: types.Range
    new_text: str


Tried = Literal["passed", "failed", "not_run"]


@attrs.frozen(kw_only=True)
class AnswerEnded:
    """The answer has ended. This is sent exactly once for each ask, even if the answer never started."""

    ask_id: str
    reason: EndReason
    message_id: str | None = None
    """The id by which the student can rate the answer. An answer of this computer beside a service has none."""
    answer_id: str | None = None
    """The id of a completed answer, for `followUpTo`. An answer of this computer has one, too."""
    provider: str | None = None
    fallback: bool | None = None
    withheld: bool | None = None
    ai: bool | None = None
    """True: words of a model are in the answer, so that it is labelled as made by AI that can be wrong."""
    remaining_today: int | None = None
    code: str | None = None
    message: str | None = None
    """A sentence for the student. It comes with a `code`."""
    retry_after: int | None = None
    """Seconds until the student may ask again."""
    stale: bool | None = None
    """True: the student has changed the code since the ask."""
    finding: Finding | None = None
    edit: Edit | None = None
    """The edit that an answer of hint level 5 shows. An edit that was tried and has failed is not shown."""
    tried: Tried | None = None
    """What became of the edit when the server tried it on a copy, if the tests or a run had failed before."""


State = Literal["ready", "local", "signedOut", "connecting", "reconnecting", "offline", "tooManyWindows"]


@attrs.frozen(kw_only=True)
class StatusChanged:
    """The state of the connection to the tutor, a sentence for the student, and a command that helps, if any."""

    state: State
    message: str
    command: str | None = None
    account: str | None = None
    """The e-mail address of the student who is signed in, if it is known."""
    module: str | None = None
    """The id of the learning module of the document that was opened or asked about last."""
    course: str | None = None
    """The slug of the course of that document. It is absent for the course `default`, which needs no name."""
    remaining_today: int | None = None
    """How many messages are left today, as the service said with the last answer."""


@attrs.frozen(kw_only=True)
class SignInEnded:
    """A sign-in that `tutor.signIn` started has ended. If the student restarted it, this is sent only once."""

    reason: Literal["completed", "cancelled", "failed"]
    message: str
    """A sentence for the student."""


CUSTOM_PARAMS: dict[str, type[Any]] = {
    ANSWER_CANCEL: CancelAsk,
    DIAGNOSTICS_DID_CHANGE: OtherDiagnostics,
}
"""The class of the params of each custom method that an editor may send."""

EDITOR_PARAMS: dict[str, type[Any]] = {
    ANSWER_DID_START: AnswerStarted,
    ANSWER_DID_QUEUE: AnswerQueued,
    ANSWER_DID_UPDATE: AnswerUpdated,
    ANSWER_DID_END: AnswerEnded,
    SIGN_IN_DID_END: SignInEnded,
    STATUS_DID_CHANGE: StatusChanged,
}
"""The class of the params of each custom method that the language server sends to an editor."""

COMMAND_ARGUMENTS: dict[str, type[Any]] = {
    ASK: AskArgument,
    CANCEL: CancelAsk,
    RUN: RunArgument,
    RUN_IN_TERMINAL: RunArgument,
    END_RUN: EndRun,
    TEST: TestArgument,
    RATE: Rating,
    SIGN_IN: Nothing,
    SIGN_OUT: Nothing,
    STATUS: Nothing,
    MODULES: ModulesArgument,
    COMPLETE_MODULE: ModuleArgument,
    CHOOSE_MODULE: ChooseModule,
    START: StartExercise,
    COURSES: ModulesArgument,
    JOIN_COURSE: JoinCourse,
    LEAVE_COURSE: LeaveCourse,
    CHOOSE_COURSE: ChooseCourse,
}
"""The class of the one argument of each command."""
