"""The dialect of one server with a Chat Completions endpoint: what it does not take, learnt from its refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_server.llm.error_body import ErrorBody

LENGTHS = ("max_tokens", "max_completion_tokens")
"""The two names of the longest answer. One of them is in every call."""
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
"""The values of `reasoning_effort`, the least first."""

SystemRole = Literal["system", "developer", "user"]

_NOT_TAKEN = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|extra|forbidden|not permitted|not allowed"
    r"|cannot find|can't find|not available|not accepted|invalid (?:parameter|param|field|argument|property|value)"
    r"|instead|deprecated|does not take|no longer|not valid|not implemented|only the default|not compatible|not enabled"
)
"""How servers say that they do not take a part of a request; else its value is wrong, such as a length too large."""
_WRONG_VALUE = re.compile(r"too (?:large|big|high|long)|at most|at least|less than|greater than|maximum value")
_ROLE = re.compile(r"\brole\b|\broles\b|(?:developer|system) (?:instruction|message)")
_STATUSES = frozenset({400, 404, 405, 415, 422, 500, 501})
"""Statuses of servers that do not take a part of a request: some fail on it instead of refusing it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes. The longest answer has a name at any time, so that no call goes out without it."""

    length: str = LENGTHS[0]
    system_role: SystemRole = "system"
    efforts: tuple[str, ...] = EFFORTS
    left_out: frozenset[str] = frozenset()
    refused_lengths: frozenset[str] = frozenset()

    def body(self, fields: Mapping[str, Any], max_tokens: int) -> dict[str, Any]:
        """Return the body of a call in this dialect. `fields` has every option, by its first name."""
        body = {name: value for name, value in fields.items() if name not in self.left_out}
        body["messages"] = in_role(body["messages"], self.system_role)
        effort = body.get("reasoning_effort")
        if effort in EFFORTS:
            body["reasoning_effort"] = self._effort(effort)
        body[self.length] = max_tokens
        return body

    @property
    def takes_a_length(self) -> bool:
        """Whether the server takes the longest answer under one of its names."""
        return not self.refused_lengths.issuperset(LENGTHS)

    def _effort(self, wanted: str) -> str:
        """Return the least effort that the server takes and that is not below the wanted one."""
        rest = [effort for effort in self.efforts if EFFORTS.index(effort) >= EFFORTS.index(wanted)]
        return rest[0] if rest else self.efforts[-1]

    def after(self, status: int, error: ErrorBody, sent: Mapping[str, Any], optional: frozenset[str]) -> Dialect | None:
        """Return the dialect that a refusal of the body `sent` teaches, or None if it teaches nothing.

        Only a field of `optional` is left out. Calls under way at the same time may teach the same.
        """
        if status not in _STATUSES or not self._is_about_form(error):
            return None
        if (role := self._role_after(error, sent)) is not None:
            return replace(self, system_role=role)
        if "reasoning_effort" in sent and error.names("reasoning_effort"):
            return self._effort_after(error, sent["reasoning_effort"])
        for name in LENGTHS:
            if name in sent and error.names(name) and self._is_refused_length(name, error):
                return self._length_after(name)
        for name in sent:
            if name in optional and error.names(name):
                return replace(self, left_out=self.left_out | {name})
        return None

    @staticmethod
    def _is_about_form(error: ErrorBody) -> bool:
        kinds = " ".join(error.fields.values()).lower()
        return bool(error.places) or _NOT_TAKEN.search(f"{kinds} {error.text}") is not None

    @staticmethod
    def _is_refused_length(name: str, error: ErrorBody) -> bool:
        """Return whether the name of a length is refused, and not its value."""
        kinds = " ".join(error.fields.values()).lower()
        other = LENGTHS[1 - LENGTHS.index(name)]
        is_refused = _NOT_TAKEN.search(f"{kinds} {error.text}") is not None
        return other in error.text or (is_refused and _WRONG_VALUE.search(error.text) is None)

    def _length_after(self, name: str) -> Dialect:
        refused = self.refused_lengths | {name}
        other = LENGTHS[1 - LENGTHS.index(name)]
        return replace(self, length=other, refused_lengths=refused)

    def _role_after(self, error: ErrorBody, sent: Mapping[str, Any]) -> SystemRole | None:
        role = sent["messages"][0]["role"]
        is_about = "role" in error.places or _ROLE.search(error.text) is not None
        if role == "user" or not is_about:
            return None
        wants_developer = error.fields.get("code") == "unsupported_value" or "developer role" in error.text
        return "developer" if role == "system" and wants_developer else "user"

    def _effort_after(self, error: ErrorBody, sent: str) -> Dialect:
        """Return the dialect with the efforts that the refusal lists, or without an effort if it lists none."""
        listed = tuple(
            effort
            for effort in EFFORTS
            if effort != sent and re.search(rf"['\"`]{effort}['\"`]", error.text) is not None
        )
        if listed:
            return replace(self, efforts=listed)
        return replace(self, left_out=self.left_out | {"reasoning_effort"})


def in_role(messages: Sequence[Mapping[str, Any]], role: SystemRole) -> list[dict[str, Any]]:
    """Return messages whose first is the system prompt, with that prompt in another role.

    As a part of the student's first turn, it goes to models whose chat template knows no other role.
    """
    system, *turns = (dict(message) for message in messages)
    if role != "user":
        return [system | {"role": role}, *turns]
    if not turns or turns[0]["role"] != "user":
        return [system | {"role": "user"}, *turns]
    first = turns[0] | {"content": f"{system['content']}\n\n{turns[0]['content']}"}
    return [first, *turns[1:]]
