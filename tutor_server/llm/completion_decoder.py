"""Decodes the chunks of Chat Completions, in the forms in which the servers with this API send text and thoughts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tutor_server.llm.error_body import read_error
from tutor_server.llm.prompt_refusal import is_declined, overflow_of
from tutor_server.llm.provider import ProviderFailure, Thinking, Usage
from tutor_server.llm.refusal import reason_of, said
from tutor_server.llm.wire import count, lacks_field, read_json, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_server.llm.provider import Event, FailureReason
    from tutor_server.llm.sse import ServerEvent
    from tutor_server.llm.thinking_habits import AnswerThoughts

_FINISH: dict[str, Literal["stop", "length", "refusal"]] = {
    "length": "length",
    "model_length": "length",  # Mistral
    "max_tokens": "length",
    "content_filter": "refusal",
    "safety": "refusal",  # Gemini
    "recitation": "refusal",
    "prohibited_content": "refusal",
    "blocklist": "refusal",
    "spii": "refusal",
    "guardrail_intervened": "refusal",  # Bedrock
    "content_filtered": "refusal",
}
_BROKEN_OFF: dict[str, FailureReason] = {
    "error": "server_error",  # OpenRouter, Mistral
    "abort": "interrupted",  # vLLM, SGLang
    "insufficient_system_resource": "overloaded",  # DeepSeek
}
_ERRORS: dict[str, FailureReason] = {
    "rate_limit_exceeded": "rate_limited",
    "insufficient_quota": "payment_required",
    "invalid_request_error": "bad_request",
    "overloaded": "overloaded",
}
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""The fields of a delta with thoughts: of DeepSeek, llama.cpp and older vLLM; of OpenRouter, Ollama and newer vLLM; of
some gateways."""
_STATUSES = range(400, 600)


class CompletionDecoder:
    """Decodes the chunks of one completion. Chunks without text, thoughts, finish reason or usage are skipped."""

    def __init__(self, thoughts: AnswerThoughts) -> None:
        self._thoughts = thoughts
        self._refused = False

    def decode(self, raw: ServerEvent) -> Sequence[Event]:
        """Return the events of a chunk. A server sends usage in a separate chunk after the end, or not at all."""
        if raw.data == b"[DONE]":
            return ()
        data = read_json(raw.data)
        if data.get("error") is not None or data.get("object") == "error":
            raise _failure(raw.data, data)
        try:
            return self._read(data)
        except (KeyError, TypeError, AttributeError):
            raise lacks_field() from None

    def _read(self, data: dict[str, Any]) -> Sequence[Event]:
        events: list[Event] = []
        for choice in data.get("choices") or ():
            if choice.get("index") in {0, None}:
                events += self._read_choice(choice)
        if (usage := data.get("usage")) is not None:
            events += _count(usage)
        return events

    def _read_choice(self, choice: dict[str, Any]) -> Iterator[Event]:
        delta = choice.get("delta") or {}
        if (size := _thought_size(delta)) is not None:
            self._thoughts.note_thoughts()
            yield Thinking(size)
        for event in self._content(delta):
            self._thoughts.has_text = self._thoughts.has_text or isinstance(event, str)
            yield event
        if delta.get("refusal"):
            self._refused = True
        if (reason := choice.get("finish_reason")) is None:
            return
        kind = str(reason).lower().removeprefix("content_filter: ")
        if kind in _BROKEN_OFF:
            raise ProviderFailure(_BROKEN_OFF[kind], f"broke off the answer{said(reason)}")
        finish = "refusal" if self._refused else _FINISH.get(kind, "stop")
        for event in self._thoughts.texts.finish(is_cut=finish == "length"):
            self._thoughts.has_text = self._thoughts.has_text or isinstance(event, str)
            yield event
        yield self._thoughts.finish(finish)

    def _content(self, delta: dict[str, Any]) -> Iterator[Event]:
        content = delta.get("content")
        if not content:
            return
        if isinstance(content, list):  # Mistral
            for part in content:
                yield from self._part(part)
        elif _is_thought(delta):
            self._thoughts.note_thoughts()
            yield Thinking(_size(content))
        else:
            yield from self._thoughts.texts.feed(text(content))

    def _part(self, part: Any) -> Iterator[Event]:
        if isinstance(part, str):
            yield from self._thoughts.texts.feed(part)
        elif part.get("type") in {"text", "output_text"}:
            if part["text"]:
                yield from self._thoughts.texts.feed(text(part["text"]))
        elif part.get("type") in {"thinking", "reasoning", "redacted_thinking"}:
            self._thoughts.note_thoughts()
            yield Thinking(_size(part.get("thinking", part.get("text"))))


def _thought_size(delta: dict[str, Any]) -> int | None:
    """Return the bytes of the thoughts in fields of their own, or None if there are none."""
    for name in _THOUGHTS:
        if delta.get(name):
            return _size(delta[name])
    details = delta.get("reasoning_details")  # OpenRouter; it repeats the field `reasoning`.
    return _size(details) if details else None


def _is_thought(delta: dict[str, Any]) -> bool:
    """Return whether the content of a delta is marked as thoughts, as Gemini does."""
    extra = delta.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    return isinstance(google, dict) and google.get("thought") is True


def _size(value: object) -> int:
    """Return the bytes of the texts in a value: a text, or objects with texts."""
    match value:
        case str():
            return len(value.encode("utf-8", "replace"))
        case list():
            return sum(map(_size, value))
        case dict():
            return sum(_size(value.get(name)) for name in ("text", "thinking", "summary"))
        case _:
            return 0


def _failure(raw: bytes, data: dict[str, Any]) -> ProviderFailure:
    """Return the failure for an error in place of a chunk."""
    error = read_error(raw)
    inner = data.get("error")
    kind = (inner.get("code") or inner.get("type")) if isinstance(inner, dict) else error.fields.get("type")
    status = error.numbers.get("code", 0)
    status = status if status in _STATUSES else 400
    overflow = overflow_of(status, error)
    reason = _ERRORS.get(str(kind)) or (reason_of(status) if error.numbers.get("code") in _STATUSES else "server_error")
    if overflow is not None:
        reason = "too_long"
    elif is_declined(status, error):
        reason = "declined"
    return ProviderFailure(reason, f"broke off the answer{said(kind)}", overflow=overflow)


def _count(usage: dict[str, Any]) -> Sequence[Usage]:
    """Return the usage. Where the total says so, thoughts that a server counts apart are part of the output."""
    prompt, completion = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    if prompt is None or completion is None:
        return ()
    total = count(usage.get("total_tokens"))
    if total is not None and total > prompt + completion:
        completion = total - prompt
    details = usage.get("prompt_tokens_details") or {}
    read, written = count(details.get("cached_tokens")), count(details.get("cache_write_tokens"))
    return (Usage(prompt, completion, cache_read_tokens=read or 0, cache_write_tokens=written or 0),)
