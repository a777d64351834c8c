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

from typing import Any

import attrs

from tutor_lsp.protocol.answers import (
    AnswerEnded,
    AnswerQueued,
    AnswerStarted,
    AnswerUpdated,
    Change,
    Edit,
    EndReason,
    Finding,
    Purpose,
    Tried,
)
from tutor_lsp.protocol.asks import (
    AskArgument,
    AskStarted,
    CancelAsk,
    OtherDiagnostics,
    Rating,
)
from tutor_lsp.protocol.courses import (
    ChooseCourse,
    CourseList,
    JoinCourse,
    LeaveCourse,
    StudentCourse,
)
from tutor_lsp.protocol.modules import (
    ChooseModule,
    CourseModule,
    ExerciseStarted,
    ModuleArgument,
    ModuleList,
    ModulesArgument,
    StartExercise,
)
from tutor_lsp.protocol.names import (
    ANSWER_CANCEL,
    ANSWER_DID_END,
    ANSWER_DID_QUEUE,
    ANSWER_DID_START,
    ANSWER_DID_UPDATE,
    ASK,
    CANCEL,
    CHOOSE_COURSE,
    CHOOSE_MODULE,
    COMPLETE_MODULE,
    COURSES,
    DIAGNOSTICS_DID_CHANGE,
    END_RUN,
    JOIN_COURSE,
    LEAVE_COURSE,
    MODULES,
    RATE,
    RUN,
    RUN_IN_TERMINAL,
    SIGN_IN,
    SIGN_IN_DID_END,
    SIGN_OUT,
    START,
    STATUS,
    STATUS_DID_CHANGE,
    TEST,
)
from tutor_lsp.protocol.runs import (
    EndRun,
    RunArgument,
    RunEnded,
    RunReason,
    TerminalRun,
)
from tutor_lsp.protocol.status import (
    SignInEnded,
    State,
    StatusChanged,
)
from tutor_lsp.protocol.tests import (
    RunTable,
    TestArgument,
    TestedCase,
    TestOutcome,
    TestsEnded,
)
from tutor_lsp.protocol_texts import (
    AI_LABEL,
    CELL_ERROR_MIME,
    CELL_METADATA,
    CHECKED_BOOLEAN,
    CONFIGURATION_SECTION,
    DIAGNOSTIC_SOURCE,
)

__all__ = [
    "AI_LABEL",
    "ANSWER_CANCEL",
    "ANSWER_DID_END",
    "ANSWER_DID_QUEUE",
    "ANSWER_DID_START",
    "ANSWER_DID_UPDATE",
    "ASK",
    "CANCEL",
    "CELL_ERROR_MIME",
    "CELL_METADATA",
    "CHECKED_BOOLEAN",
    "CHOOSE_COURSE",
    "CHOOSE_MODULE",
    "COMMAND_ARGUMENTS",
    "COMPLETE_MODULE",
    "CONFIGURATION_SECTION",
    "COURSES",
    "CUSTOM_PARAMS",
    "DIAGNOSTICS_DID_CHANGE",
    "DIAGNOSTIC_SOURCE",
    "EDITOR_PARAMS",
    "END_RUN",
    "JOIN_COURSE",
    "LEAVE_COURSE",
    "MODULES",
    "RATE",
    "RUN",
    "RUN_IN_TERMINAL",
    "SIGN_IN",
    "SIGN_IN_DID_END",
    "SIGN_OUT",
    "START",
    "STATUS",
    "STATUS_DID_CHANGE",
    "TEST",
    "AnswerEnded",
    "AnswerQueued",
    "AnswerStarted",
    "AnswerUpdated",
    "AskArgument",
    "AskStarted",
    "CancelAsk",
    "Change",
    "ChooseCourse",
    "ChooseModule",
    "CourseList",
    "CourseModule",
    "Edit",
    "EndReason",
    "EndRun",
    "ExerciseStarted",
    "Finding",
    "JoinCourse",
    "LeaveCourse",
    "ModuleArgument",
    "ModuleList",
    "ModulesArgument",
    "Nothing",
    "OtherDiagnostics",
    "Purpose",
    "Rating",
    "RunArgument",
    "RunEnded",
    "RunReason",
    "RunTable",
    "SignInEnded",
    "StartExercise",
    "State",
    "StatusChanged",
    "StudentCourse",
    "TerminalRun",
    "TestArgument",
    "TestOutcome",
    "TestedCase",
    "TestsEnded",
    "Tried",
]


@attrs.frozen(kw_only=True)
class Nothing:
    """The argument of commands that need no argument."""


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
