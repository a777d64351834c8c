"""What the language server and an editor say to each other beyond LSP 3.17: messages, commands and settings.

A client that declares `capabilities.experimental.tutor` gets the notifications below; any other gets answers as a
document or a message. Field names are camelCase on the wire. Positions are in the client's encoding.

| method | direction | params | errors |
| --- | --- | --- | --- |
| `tutor/answer/didStart` | to the editor | `AnswerStarted` | |
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
| `tutor.rate` | `Rating` | null | InvalidParams: `helpful` is no boolean |
| `tutor.signIn`, `tutor.signOut`, `tutor.status` | none | `StatusChanged` | |
| `tutor.modules` | `ModulesArgument` | `ModuleList` | InvalidParams: local mode, signed out, the service away |
| `tutor.completeModule` | `ModuleArgument` | `CourseModule` | as `tutor.modules`, and where there is none of that id |
| `tutor.chooseModule` | `ChooseModule` | null | InvalidParams: no folder on disk, its `.tutor.toml` cannot be changed |
"""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - the converter reads the annotations
from typing import Any, Literal

import attrs
from lsprotocol import types  # noqa: TC002 - the converter reads the annotations

ANSWER_DID_START = "tutor/answer/didStart"
ANSWER_DID_UPDATE = "tutor/answer/didUpdate"
ANSWER_DID_END = "tutor/answer/didEnd"
ANSWER_CANCEL = "tutor/answer/cancel"
DIAGNOSTICS_DID_CHANGE = "tutor/diagnostics/didChange"
SIGN_IN_DID_END = "tutor/signIn/didEnd"
STATUS_DID_CHANGE = "tutor/status/didChange"

ASK = "tutor.ask"
CANCEL = "tutor.cancel"
RUN = "tutor.run"
RATE = "tutor.rate"
SIGN_IN = "tutor.signIn"
SIGN_OUT = "tutor.signOut"
STATUS = "tutor.status"
MODULES = "tutor.modules"
COMPLETE_MODULE = "tutor.completeModule"
CHOOSE_MODULE = "tutor.chooseModule"

DIAGNOSTIC_SOURCE = "Ask Tutor"
"""`source` of our own diagnostics."""

CONFIGURATION_SECTION = "tutor"
"""Of `workspace/configuration`; the same fields come as `initializationOptions`. See `settings`."""

CELL_METADATA = "tutor"
"""Key of `NotebookCell.metadata` under which a client puts `{"outputs": [{"mime", "data"}]}`, both texts.

LSP does not carry what a cell printed. The mime types are VS Code's: `application/vnd.code.notebook.error` with the
JSON `{"name", "message", "stack"}`, `application/vnd.code.notebook.stdout`, `….stderr`, `text/plain`.
"""
CELL_ERROR_MIME = "application/vnd.code.notebook.error"


@attrs.frozen(kw_only=True)
class AskArgument:
    """What `tutor.ask` is about. The code action fills it in; a client may add to it or make its own."""

    uri: str
    position: types.Position
    diagnostics: Sequence[types.Diagnostic] | None = None
    """What the editor's checkers say here; absent: what the language server knows of the line."""
    traceback: str | None = None
    question: str | None = None
    ask_id: str | None = None
    """A UUID, made by the client where it wants to know it beforehand."""
    local: Any = None
    """True: the offline tutor of the language server answers, also where a service is set.

    A client sends it only when the student has chosen that for this ask. The command checks that it is a boolean.
    """


@attrs.frozen(kw_only=True)
class AskStarted:
    """The ask is under way; its notifications carry this id."""

    ask_id: str


@attrs.frozen(kw_only=True)
class CancelAsk:
    """Stop an answer; without an id, all of them."""

    ask_id: str | None = None


@attrs.frozen(kw_only=True)
class OtherDiagnostics:
    """All that others than us report about a document; LSP tells a server nothing of that but under the cursor.

    A client that sends it does so whenever that changes. Our own may be among them, and are left out.
    """

    uri: str
    diagnostics: Sequence[types.Diagnostic]


@attrs.frozen(kw_only=True)
class RunArgument:
    """The file to run: open in the editor, and saved. A client offers it in a trusted workspace only."""

    uri: str


RunReason = Literal["completed", "failed", "timedOut", "needsInput", "cancelled"]


@attrs.frozen(kw_only=True)
class RunEnded:
    """How a run ended: by itself, by an exception, by the time limit, for want of somebody to type, by the student."""

    reason: RunReason
    message: str
    """For the student: one sentence."""
    exit_status: int | None = None
    """Negative: the signal that ended the program."""
    traceback: str | None = None
    range: types.Range | None = None
    """Where the program failed, or was stopped, in the student's file as it is now; a diagnostic stands there."""
    output: str | None = None
    """The end of what it printed on stdout."""
    origin: types.Location | None = None
    """Where it failed in another file of the student's; `range` is then the line that led there. An ask at either is
    about the origin, and its `didStart` names it."""


@attrs.frozen(kw_only=True)
class Rating:
    """Say whether an answer helped. `message_id` is from `AnswerEnded`."""

    message_id: str
    helpful: Any
    """A boolean; checked by the command, since the converter would take any value for one."""


@attrs.frozen(kw_only=True)
class ModulesArgument:
    """Ask for the course's modules, and for that of a document's folder."""

    uri: str | None = None


@attrs.frozen(kw_only=True)
class ModuleArgument:
    """A module of the course."""

    module_id: str


@attrs.frozen(kw_only=True)
class ChooseModule:
    """Make a module that of a folder, for all asks from within: `.tutor.toml` in it is written."""

    folder: str
    """A `file:` URI."""
    module_id: str


@attrs.frozen(kw_only=True)
class CourseModule:
    """A module, and how far the student is in it."""

    id: str
    title: str
    status: str
    """`not_started`, `in_progress` or `completed`."""


@attrs.frozen(kw_only=True)
class ModuleList:
    """The modules of the course in their order; `chosen` is the one that `.tutor.toml` names for the document."""

    modules: Sequence[CourseModule]
    chosen: str | None = None


@attrs.frozen(kw_only=True)
class Nothing:
    """The argument of a command that takes none."""


@attrs.frozen(kw_only=True)
class AnswerStarted:
    """The ask was accepted; `range` is the code that the answer is shown beside."""

    ask_id: str
    uri: str
    range: types.Range
    hint_level: int
    max_hint_level: int
    error_type: str


@attrs.frozen(kw_only=True)
class AnswerUpdated:
    """The next piece of the answer, Markdown; `seq` counts 0, 1, 2, … without a gap."""

    ask_id: str
    seq: int
    delta: str


EndReason = Literal["completed", "cancelled", "refused", "failed"]


@attrs.frozen(kw_only=True)
class AnswerEnded:
    """Nothing more will come for this ask. Sent exactly once for each, also for one that never started."""

    ask_id: str
    reason: EndReason
    message_id: str | None = None
    provider: str | None = None
    fallback: bool | None = None
    withheld: bool | None = None
    remaining_today: int | None = None
    code: str | None = None
    message: str | None = None
    """For the student; beside a `code`."""
    retry_after: int | None = None
    """Seconds."""
    stale: bool | None = None
    """True: the code that the answer is about has changed since."""


State = Literal["ready", "local", "signedOut", "connecting", "reconnecting", "offline", "tooManyWindows"]


@attrs.frozen(kw_only=True)
class StatusChanged:
    """How the tutor is reached, a sentence for the student, and the command that helps, if one does."""

    state: State
    message: str
    command: str | None = None


@attrs.frozen(kw_only=True)
class SignInEnded:
    """A sign-in that `tutor.signIn` began has ended; one that was begun anew is reported once."""

    reason: Literal["completed", "cancelled", "failed"]
    message: str
    """For the student."""


CUSTOM_PARAMS: dict[str, type[Any]] = {
    ANSWER_CANCEL: CancelAsk,
    DIAGNOSTICS_DID_CHANGE: OtherDiagnostics,
}
"""The params of each custom method that an editor may send."""

COMMAND_ARGUMENTS: dict[str, type[Any]] = {
    ASK: AskArgument,
    CANCEL: CancelAsk,
    RUN: RunArgument,
    RATE: Rating,
    SIGN_IN: Nothing,
    SIGN_OUT: Nothing,
    STATUS: Nothing,
    MODULES: ModulesArgument,
    COMPLETE_MODULE: ModuleArgument,
    CHOOSE_MODULE: ChooseModule,
}
"""The class of the one argument of each command."""
