"""The wire contract between the editor side and the service: `GET /api/chat/ws`, subprotocol `tutor.v1`.

Both sides import this package, so it needs the standard library only. Lines and characters count from 0; characters
are Unicode code points.
"""

from __future__ import annotations

from tutor_protocol.codes import CloseCode, ErrorCode, Limit
from tutor_protocol.encoding import encode
from tutor_protocol.found_edit import FoundEdit
from tutor_protocol.messages import (
    FROM_EDITOR,
    FROM_SERVICE,
    MAX_FRAME_BYTES,
    SUBPROTOCOL,
    Accepted,
    Ask,
    Auth,
    Cancel,
    Certainty,
    Change,
    Delta,
    Done,
    Error,
    ErrorType,
    FromEditor,
    FromService,
    Purpose,
    Queued,
    Range,
    Rate,
    ReportedEdit,
    ReportedFinding,
    Resume,
    TokenUsage,
)
from tutor_protocol.run_trace import RunTrace
from tutor_protocol.submission import (
    MAX_CODE_BYTES,
    MAX_POSITION,
    MAX_QUESTION_CHARACTERS,
    Cell,
    Diagnostic,
    FirstFailure,
    Kind,
    KnownCase,
    Position,
    Submission,
    TestReport,
)

__all__ = [
    "FROM_EDITOR",
    "FROM_SERVICE",
    "MAX_CODE_BYTES",
    "MAX_FRAME_BYTES",
    "MAX_POSITION",
    "MAX_QUESTION_CHARACTERS",
    "SUBPROTOCOL",
    "Accepted",
    "Ask",
    "Auth",
    "Cancel",
    "Cell",
    "Certainty",
    "Change",
    "CloseCode",
    "Delta",
    "Diagnostic",
    "Done",
    "Error",
    "ErrorCode",
    "ErrorType",
    "FirstFailure",
    "FoundEdit",
    "FromEditor",
    "FromService",
    "Kind",
    "KnownCase",
    "Limit",
    "Position",
    "Purpose",
    "Queued",
    "Range",
    "Rate",
    "ReportedEdit",
    "ReportedFinding",
    "Resume",
    "RunTrace",
    "Submission",
    "TestReport",
    "TokenUsage",
    "encode",
]
