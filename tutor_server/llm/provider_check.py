"""Checks a provider by one real call of a few tokens, made as for an ask, and says what is wrong and what to write."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_protocol import Position, Submission
from tutor_server.llm.batching import Pacing
from tutor_server.llm.call import Call
from tutor_server.llm.connection_problem import connection_problem
from tutor_server.llm.factory import build_remote
from tutor_server.llm.model_list import Listing, listing_of
from tutor_server.llm.provider import ProviderFailure, Request, Turn
from tutor_server.llm.setting_names import SettingNames
from tutor_server.llm.upstream import Upstream

if TYPE_CHECKING:
    from tutor_server.limits import Deadlines
    from tutor_server.llm.call import CallOutcome
    from tutor_server.llm.model_profiles import ModelProfile, RemoteModel
    from tutor_server.llm.provider import Provider

_MOST_CALLS = 10
"""The calls until a server has refused all options that it may refuse."""
_MANY_NAMES = 8
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_PLACE_IS_WRONG = frozenset({301, 302, 303, 307, 308, 404, 405, 406, 415, 421, 501})


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What an ask needs: tokens of the student's context, of the instructions and of the answer."""

    context_tokens: int
    instructions_tokens: int
    max_output_tokens: int
    has_budget: bool


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """The result of a check: a problem, or else warnings; one line each, without secrets."""

    problem: str | None = None
    warnings: tuple[str, ...] = ()


async def check_provider(
    model: RemoteModel, profile: ModelProfile, needs: Needs, deadlines: Deadlines, *, has_price: bool = False
) -> ProviderReport:
    """Call the provider and return what is wrong with its settings. `has_price`: the operator's price file has one."""
    upstream = Upstream(profile.endpoint)
    provider = build_remote(profile, upstream)
    try:
        record = await _call(provider, needs, deadlines)
        report = _Report(model, profile, upstream, needs, names=SettingNames.of(model))
        if record.failure is not None:
            return ProviderReport(await report.problem(record.failure))
        return await report.of_answer(record, provider, has_price=has_price)
    finally:
        await provider.close()


@dataclass(slots=True)
class _Record:
    """The record of the last call."""

    failure: ProviderFailure | None = None
    outcome: CallOutcome | None = None

    def reserved(self, _provider: Provider) -> None:
        """Return None: no call is recorded before it is made."""

    async def start(self, _provider: Provider) -> _Record:
        """Return this record for the next call."""
        return self

    def settle(self, outcome: CallOutcome) -> None:
        """Keep the outcome."""
        self.outcome = outcome

    def withdraw(self) -> None:
        """Do nothing: the call was not made."""


async def _call(provider: Provider, needs: Needs, deadlines: Deadlines) -> _Record:
    """Make one call. It is repeated only while the server refuses options that can be left out."""
    record = _Record()
    for _ in range(_MOST_CALLS):
        request = _request(needs.max_output_tokens)
        call = Call(provider, request, record, deadlines, time.monotonic)
        now = asyncio.get_running_loop().time()
        async for _text in call.texts(request, Pacing(), now + deadlines.first_content, now + deadlines.whole_answer):
            pass
        record.failure = call.failure
        if call.failure is None or not call.failure.adapted:
            break
    return record


def _request(max_output_tokens: int) -> Request:
    return Request(
        system="You test whether a service works. Answer with one word.",
        turns=(Turn("user", "Say: ready"),),
        max_output_tokens=max_output_tokens,
        user="check",
        submission=Submission(code="", cursor=Position(0, 0)),
        level=HintLevel.QUESTION,
        student=StudentLevels(),
    )


class _Report:
    """Turns the outcome of a call into lines for the operator."""

    def __init__(
        self, model: RemoteModel, profile: ModelProfile, upstream: Upstream, needs: Needs, *, names: SettingNames
    ) -> None:
        self._model = model
        self._profile = profile
        self._upstream = upstream
        self._needs = needs
        self._names = names

    async def problem(self, failure: ProviderFailure) -> str:
        """Return what is wrong after a failed call, and what to write instead."""
        if isinstance(failure.__cause__, (aiohttp.ClientError, OSError)):
            return connection_problem(failure.__cause__, self._upstream.url, self._names.base_url)
        if failure.status in {_UNAUTHORIZED, _FORBIDDEN} or failure.reason == "authentication":
            return self._key_problem(failure)
        return await self._place_problem(failure) or await self._model_problem(failure) or self._other_problem(failure)

    def _key_problem(self, failure: ProviderFailure) -> str:
        if self._model.api_key is None:
            return f"wants a key, and none is set: {self._names.to_set_key()}"
        if failure.status == _FORBIDDEN:
            return f"answered 403{_words(failure)}: the key may not use this model; check {self._names.key}"
        return f"refused the key; check {self._names.key}"

    def _other_problem(self, failure: ProviderFailure) -> str:
        if failure.reason == "invalid_response" and "longest answer" in str(failure):
            less = self._names.less_thinking(self._model)
            return f"used up the longest answer with its thoughts: {less}, or raise TUTOR_MAX_OUTPUT_TOKENS"
        words = {
            "timeout": "gave no text in time; try again once the model is loaded, or choose a smaller one",
            "payment_required": f"answered {failure.status}: the account of {self._names.key} has no credit",
            "rate_limited": f"answered {failure.status}: it takes no more calls right now, try again later",
            "overloaded": f"answered {failure.status}: it takes no more calls right now, try again later",
            "too_long": f"finds a few words too long{_words(failure)}; start the server with a larger context window",
        }
        other = f"{failure}{_words(failure)}; check {self._names.base_url} and {self._names.model}"
        return words.get(failure.reason, other)

    async def _place_problem(self, failure: ProviderFailure) -> str | None:
        """Return the problem if the base URL is wrong: the one that works, or what stands there instead."""
        if failure.status not in _PLACE_IS_WRONG and failure.reason != "invalid_response":
            return None
        for candidate in self._model.spec.other_base_urls(self._upstream.url):
            listing = await listing_of(self._upstream, self._model.spec.models_url(candidate))
            if listing.is_api:
                return f"has its API at another path: {self._names.to_set_base_url(candidate)}"
        listing = await self._listing()
        if listing.is_html or "other than an event stream (text/html)" in str(failure):
            return f"answers with a page for browsers; check {self._names.base_url}: it is no model's address"
        if failure.status == _NOT_FOUND and not listing.is_list:
            return f"has no such path (404{_words(failure, ', ')}); check {self._names.base_url}"
        return None

    async def _model_problem(self, failure: ProviderFailure) -> str | None:
        """Return the problem if the server lists models, but not this one."""
        if failure.reason not in {"bad_request", "server_error"}:
            return None
        listing = await self._listing()
        if not listing.names or self._model.name in listing.names:
            return None
        named = ", ".join(listing.names[:_MANY_NAMES]) + (", …" if len(listing.names) > _MANY_NAMES else "")
        return f"has no model {self._model.name}: {self._names.to_set_model(listing.names[0])}; it has {named}"

    async def _listing(self) -> Listing:
        return await listing_of(self._upstream, self._model.spec.models_url(self._model.base_url))

    async def of_answer(self, record: _Record, provider: Provider, *, has_price: bool) -> ProviderReport:
        """Return the report after an answer: the model's context, and whether calls can be counted and priced."""
        listing = await self._listing()
        window = await listing.context_window(self._upstream, self._model.name)
        if (problem := self._context_problem(window, provider)) is not None:
            return ProviderReport(problem)
        warnings: list[str] = []
        if record.outcome is not None and record.outcome.usage_estimated:
            warning = "sends no token counts, so that costs are estimates"
            if self._needs.has_budget:
                instead = "let the server send usage, or leave the budget out"
                return ProviderReport(f"{warning}, and a budget is set: {instead}")
            warnings.append(warning)
        if self._profile.prices is None and not has_price:
            warnings.append(f"no price is known for {self._model.name}, so that its calls count as unpriced")
        if provider.thinking_tokens:
            warnings.append(f"thinks before it answers, which takes time: {self._names.less_thinking(self._model)}")
        return ProviderReport(warnings=tuple(warnings))

    def _context_problem(self, window: int | None, provider: Provider) -> str | None:
        if window is None:
            return None
        own = self._model.options
        answer = own.longest_answer(self._needs.max_output_tokens) + provider.thinking_tokens
        context = min(own.context_tokens or self._needs.context_tokens, self._needs.context_tokens)
        needed = context + self._needs.instructions_tokens + answer
        if needed <= window:
            return None
        room = window - self._needs.instructions_tokens - answer
        instead = f", or {self._names.to_set_context(room)}" if room >= 500 else ""  # noqa: PLR2004 - the least that the setting takes
        return (
            f"its context window of {window} tokens is too small: a call may need {needed} ({context} of the student, "
            f"{self._needs.instructions_tokens} of instructions, {answer} of answer); start the server with a larger "
            f"one{instead}"
        )


def _words(failure: ProviderFailure, before: str = ": ") -> str:
    """Return the server's own words. They quote nobody, since this prompt is ours."""
    text = "".join(letter if letter.isprintable() else " " for letter in failure.detail[:200]).strip()
    return f"{before}{text}" if text else ""
