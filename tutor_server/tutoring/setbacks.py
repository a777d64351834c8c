"""The sentence before a hint of the built-in tutor that says why the student's question got no answer of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_protocol import Submission
    from tutor_server.llm.provider import FailureReason

DECLINED_NOTE = "*The AI service does not answer this question; this hint comes from the built-in tutor.*\n\n"


def setback_note(setback: FailureReason | None, submission: Submission) -> str:
    """Return the sentence for a prompt that was declined or is too long; or an empty string."""
    match setback:
        case "declined":
            return DECLINED_NOTE
        case "too_long":
            return (
                f"*{longest_part(submission)} too long for the AI model; this hint comes from the built-in tutor. "
                "Ask again with less of it.*\n\n"
            )
        case _:
            return ""


def longest_part(submission: Submission) -> str:
    """Return the longest part of a submission, as the subject of a sentence with its verb."""
    parts = {
        "Your program is": len(submission.code),
        "Your question is": len(submission.question or ""),
        "The traceback is": len(submission.traceback or ""),
        "The cells before this one are": sum(len(cell.source) + len(cell.output) for cell in submission.cells),
        "The editor's messages are": sum(len(item.message) for item in submission.diagnostics),
    }
    return max(parts, key=lambda part: parts[part])
