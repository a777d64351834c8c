"""The ways in which the fake upstream can treat a call: answer it, refuse it, or fail as real upstreams do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from testing.fake_upstream.dialect_wire import ThoughtForm

REPLY = (
    "Read the last line of the error message first. Which name does it mention? "
    "Find the place in your program where that name should get its value, and follow the lines from line 1 up to the "
    "error in the order in which they run. What has happened to it by then?"
)

Fault = Literal[
    "none",
    "no_head",  # The request is read, but no response is ever sent.
    "drop",  # The connection is closed without a response.
    "html",  # An HTML page is sent with status 200, as captive portals do.
    "silence",  # No more data are sent, but the connection stays open.
    "pings",  # From then on only pings are sent, without end.
    "end",  # The body ends properly, although the answer is incomplete.
    "fin",  # The connection is closed (FIN) before the end of the body.
    "reset",  # The connection is reset (RST).
    "inside_event",  # The connection is closed in the middle of an event.
    "bad_json",
    "bad_utf8",
    "error_event",  # The upstream reports that it is overloaded.
    "huge_event",  # An event of 50 MB is sent that never ends.
    "endless_refusal",  # An error status is sent with a body that never ends.
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """The way in which one call is answered.

    `fault` occurs after `tokens_before_fault` tokens of `text`. A `status` other than 200 refuses the call. Delays are
    in seconds: before the head, before the first token, and before each further token. With `bytes`, every byte is
    written separately, `byte_seconds` apart. `unknown` mixes in events, fields and comments that no client can know. A
    request with a field named in `refuses` is answered with 400, as servers do with options that they do not know.
    `echo` appends the prompt of the call to the text, in one of the ways of `ECHOES`.
    `dialect` is the server that is played (see `dialects.py`), with its way to refuse: fields named in
    `refused_options`, messages in `refused_roles`, prompts that contain the text `declines`, and prompts longer than
    `context_tokens`. `thoughts` come before the text, in `thought_form`. With `obeys_limit` thoughts and text end at
    the request's limit, a word being a token.
    `input_tokens` is the whole prompt, of which some tokens may be read from a cache or written to it.
    """

    text: str = REPLY
    fault: Fault = "none"
    tokens_before_fault: int = 0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error_type: str | None = None
    head_seconds: float = 0
    first_token_seconds: float = 0
    token_seconds: float = 0
    ping_seconds: float = 0.01
    bytes: bool = False
    byte_seconds: float = 0
    unknown: bool = False
    usage: Literal["counted", "zero", "none"] = "counted"
    input_tokens: int = 25
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    finish: Literal["stop", "length", "refusal"] = "stop"
    refuses: tuple[str, ...] = ()
    echo: str | None = None
    dialect: str = "openai"
    refused_options: tuple[str, ...] = ()
    refused_roles: tuple[str, ...] = ()
    declines: str = ""
    context_tokens: int | None = None
    thoughts: str = ""
    thought_form: ThoughtForm = "reasoning_content"
    obeys_limit: bool = False

    @property
    def tokens(self) -> list[str]:
        """The text without an echo, split into words."""
        return self.tokens_for("")

    def tokens_for(self, prompt: str) -> list[str]:
        """Return the text of an answer to a prompt, split into words."""
        text = self.text if self.echo is None else self.text + ECHOES[self.echo](prompt)
        words = text.split(" ")
        return [f"{word} " for word in words[:-1]] + words[-1:]


ECHOES: Mapping[str, Callable[[str], str]] = {
    "whole": str,
    "upper": str.upper,
    "apart": " ".join,
    "one line": lambda prompt: " ".join(prompt.split()),
    "second half": lambda prompt: prompt[len(prompt) // 2 :],
    "a few words": lambda prompt: f"It says: {prompt[len(prompt) // 3 :][:90]}.",
    "last line": lambda prompt: prompt.strip().split("\n")[-1],
}
"""The ways in which a model can repeat its system prompt."""

AFTER_TEXT = 5
"""The number of tokens that are sent before a fault in the middle of an answer."""

BY_MODEL: dict[str, Behaviour] = {
    "fake-400": Behaviour(status=400),
    "fake-401": Behaviour(status=401),
    "fake-402": Behaviour(status=402),
    "fake-404": Behaviour(status=404),
    "fake-429": Behaviour(status=429, headers={"Retry-After": "1"}),
    "fake-429-later": Behaviour(status=429, headers={"Retry-After": "3600"}),
    "fake-500": Behaviour(status=500),
    "fake-503": Behaviour(status=503),
    "fake-529": Behaviour(status=529),
    "fake-no-head": Behaviour(fault="no_head"),
    "fake-drop": Behaviour(fault="drop"),
    "fake-html": Behaviour(fault="html"),
    "fake-silence": Behaviour(fault="silence"),
    "fake-pings": Behaviour(fault="pings"),
    "fake-end": Behaviour(fault="end", tokens_before_fault=AFTER_TEXT),
    "fake-fin": Behaviour(fault="fin", tokens_before_fault=AFTER_TEXT),
    "fake-reset": Behaviour(fault="reset", tokens_before_fault=AFTER_TEXT),
    "fake-inside-event": Behaviour(fault="inside_event", tokens_before_fault=AFTER_TEXT),
    "fake-bad-json": Behaviour(fault="bad_json", tokens_before_fault=AFTER_TEXT),
    "fake-bad-utf8": Behaviour(fault="bad_utf8", tokens_before_fault=AFTER_TEXT),
    "fake-overloaded": Behaviour(fault="error_event", tokens_before_fault=AFTER_TEXT),
    "fake-huge-event": Behaviour(fault="huge_event", tokens_before_fault=AFTER_TEXT),
    "fake-stall": Behaviour(fault="silence", tokens_before_fault=AFTER_TEXT),
    "fake-pings-after-text": Behaviour(fault="pings", tokens_before_fault=AFTER_TEXT),
    "fake-bytes": Behaviour(bytes=True),
    "fake-drip": Behaviour(bytes=True, byte_seconds=1),
    "fake-unknown": Behaviour(unknown=True),
    "fake-no-usage": Behaviour(usage="none"),
    "fake-zero-usage": Behaviour(usage="zero"),
    "fake-length": Behaviour(finish="length"),
    "fake-refusal": Behaviour(finish="refusal", text=""),
    "fake-slow": Behaviour(first_token_seconds=0.5, token_seconds=0.02),
}
"""The behaviour that a model's name selects if no behaviour is queued. Any other name gets a whole answer."""
