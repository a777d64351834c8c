"""Decodes the events of Anthropic's Messages API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tutor_server.llm.error_body import read_error
from tutor_server.llm.prompt_refusal import is_declined, overflow_of
from tutor_server.llm.provider import ProviderFailure, Thinking, Usage
from tutor_server.llm.refusal import said
from tutor_server.llm.wire import count, lacks_field, read_json, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_server.llm.provider import Event, FailureReason
    from tutor_server.llm.sse import ServerEvent
    from tutor_server.llm.thinking_habits import AnswerThoughts

_FINISH: dict[str, Literal["stop", "length", "refusal"]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
_ERRORS: dict[str, FailureReason] = {
    "overloaded_error": "overloaded",
    "rate_limit_error": "rate_limited",
    "authentication_error": "authentication",
    "permission_error": "authentication",
    "billing_error": "payment_required",
    "invalid_request_error": "bad_request",
}

_BAD_REQUEST = 400


class MessageDecoder:
    """Decodes the events of one message. Pings and unknown event types are skipped, as the API requires of clients."""

    def __init__(self, thoughts: AnswerThoughts) -> None:
        self._thoughts = thoughts
        self._usage: dict[str, int] = {}
        self._finish: Literal["stop", "length", "refusal"] = "stop"

    def decode(self, raw: ServerEvent) -> Sequence[Event]:
        """Return the events of a server event. A message is complete only after `message_stop`."""
        data = read_json(raw.data)
        try:
            return self._read(data, raw.data)
        except (KeyError, TypeError, AttributeError):
            raise lacks_field() from None

    def _read(self, data: dict[str, Any], raw: bytes) -> Sequence[Event]:
        match data.get("type"):
            case "content_block_start":
                return self._block(data.get("content_block"))
            case "content_block_delta":
                return tuple(self._delta(data["delta"]))
            case "message_start":
                return self._count(data["message"].get("usage"))
            case "message_delta":
                self._finish = _FINISH.get(str(data["delta"].get("stop_reason")), "stop")
                return self._count(data.get("usage"))
            case "message_stop":
                return self._end()
            case "error":
                raise _failure(raw, data["error"].get("type"))
            case _:
                return ()

    def _block(self, block: Any) -> Sequence[Event]:
        if not isinstance(block, dict) or block.get("type") not in {"thinking", "redacted_thinking"}:
            return ()
        self._thoughts.note_thoughts()
        return (Thinking(0),)

    def _delta(self, delta: dict[str, Any]) -> Iterator[Event]:
        if delta["type"] == "text_delta" and delta["text"]:
            yield from self._said(self._thoughts.texts.feed(text(delta["text"])))
        elif delta["type"] in {"thinking_delta", "signature_delta"}:
            self._thoughts.note_thoughts()
            yield Thinking(len(str(delta.get("thinking") or "").encode("utf-8", "replace")))

    def _said(self, events: list[Event]) -> list[Event]:
        self._thoughts.has_text = self._thoughts.has_text or any(isinstance(event, str) for event in events)
        return events

    def _end(self) -> Sequence[Event]:
        return (
            *self._said(self._thoughts.texts.finish(is_cut=self._finish == "length")),
            self._thoughts.finish(self._finish),
        )

    def _count(self, usage: dict[str, Any] | None) -> Sequence[Usage]:
        """Merge a usage object into the totals. Counts are cumulative; later objects may omit the prompt's tokens."""
        if usage is None:
            return ()
        self._usage |= {name: tokens for name, value in usage.items() if (tokens := count(value)) is not None}
        if not {"input_tokens", "output_tokens"} <= self._usage.keys():
            return ()
        read = self._usage.get("cache_read_input_tokens", 0)
        written = self._usage.get("cache_creation_input_tokens", 0)
        return (
            Usage(
                input_tokens=self._usage["input_tokens"] + read + written,
                output_tokens=self._usage["output_tokens"],
                cache_read_tokens=read,
                cache_write_tokens=written,
            ),
        )


def _failure(raw: bytes, kind: object) -> ProviderFailure:
    """Return the failure for an error event."""
    error = read_error(raw)
    overflow = overflow_of(_BAD_REQUEST, error)
    reason = _ERRORS.get(str(kind), "server_error")
    if overflow is not None:
        reason = "too_long"
    elif reason == "bad_request" and is_declined(_BAD_REQUEST, error):
        reason = "declined"
    return ProviderFailure(reason, f"broke off the answer{said(kind)}", overflow=overflow)
