"""Chat Completions as real servers stream them: their chunks beside the text, and their forms of thoughts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from testing.fake_upstream.wire import AnthropicWire, OpenAIWire, frame

if TYPE_CHECKING:
    from testing.fake_upstream.behaviour import Behaviour

Json = dict[str, Any]
ThoughtForm = Literal[
    "reasoning_content",  # DeepSeek, llama.cpp, older vLLM
    "reasoning",  # OpenRouter, Ollama, newer vLLM
    "reasoning_details",  # OpenRouter
    "list",  # Mistral
    "google",  # Gemini
    "tags",  # a server without a parser of thoughts
    "unclosed",
    "closing",  # a chat template that ends the prompt with the opening tag
    "hidden",  # counted, but not sent
]
THOUGHT_FORMS: tuple[ThoughtForm, ...] = (
    *("reasoning_content", "reasoning", "reasoning_details", "list", "google", "tags", "closing", "hidden"),
)


class DialectWire(OpenAIWire):
    """`POST /v1/chat/completions` of the server that the behaviour plays."""

    def __init__(self, body: Json, behaviour: Behaviour) -> None:
        super().__init__(body, behaviour)
        self._dialect = behaviour.dialect
        self._form = behaviour.thought_form
        self._thoughts = 0

    def start(self) -> list[bytes]:
        """Return the chunks before the first token."""
        if self._dialect == "azure":
            filters = {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]}
            return [
                frame({"id": "", "object": "", "created": 0, "model": "", "choices": [], **filters}),
                *super().start(),
            ]
        if self._dialect == "openrouter":
            return [b": OPENROUTER PROCESSING\n\n" * 3, *super().start()]
        return super().start()

    def thoughts(self, words: list[str]) -> list[bytes]:
        """Return the chunks of the thoughts, a word each."""
        self._thoughts = len(words)
        match self._form:
            case "reasoning_content" | "reasoning":
                return [self.chunk({self._form: word}) for word in words]
            case "reasoning_details":
                return [self.chunk({self._form: [{"type": "reasoning.text", "text": word}]}) for word in words]
            case "list":
                return [
                    self.chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": word}]}]})
                    for word in words
                ]
            case "google":
                mark = {"google": {"thought": True}}
                return [self.chunk({"content": word, "extra_content": mark}) for word in words]
            case "hidden":
                return []
            case form:
                opening = [] if form == "closing" else ["<th", "ink>"]
                closing = [] if form == "unclosed" else ["</", "think>\n\n"]
                return [self.chunk({"content": piece}) for piece in (*opening, *words, *closing)]

    def token(self, text: str) -> bytes:
        """Return a chunk with a delta."""
        if self._form == "list":
            self._tokens += 1
            return self.chunk({"content": [{"type": "text", "text": text}]})
        return super().token(text)

    def overloaded(self) -> bytes:
        """Return an error in place of a chunk, or in a chunk as OpenRouter does."""
        if self._dialect != "openrouter":
            return super().overloaded()
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": "error"}
        error = {"code": 503, "message": "Provider disconnected", "metadata": {"provider_name": "Fake"}}
        return frame(self._envelope() | {"provider": "Fake", "error": error, "choices": [choice]})

    def end(self) -> list[bytes]:
        """Return the last chunks. Gemini counts thoughts only in the total."""
        if self._dialect != "gemini":
            self._tokens += self._thoughts
        frames = super().end()
        if self._dialect == "azure":
            results: Json = {
                "index": 0,
                "finish_reason": None,
                "content_filter_results": {},
                "content_filter_offsets": {},
            }
            frames.insert(0, frame(self._envelope() | {"choices": [results]}))
        return frames

    def counts(self, prompt: int, completion: int) -> Json:
        """Return the counts of a call."""
        counts = super().counts(prompt, completion)
        if self._dialect == "gemini":
            counts["total_tokens"] += self._thoughts
        return counts


class ThinkingMessagesWire(AnthropicWire):
    """`POST /v1/messages` of a model that may think."""

    def thoughts(self, words: list[str]) -> list[bytes]:
        """Return a block of thoughts, a word each, with its signature at its end."""
        self._tokens += len(words)
        start = {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}
        deltas = [{"type": "thinking_delta", "thinking": word} for word in words]
        deltas.append({"type": "signature_delta", "signature": "fake"})
        return [
            self._event(start),
            *(self._event({"type": "content_block_delta", "index": 0, "delta": delta}) for delta in deltas),
            self._event({"type": "content_block_stop", "index": 0}),
        ]
