"""The options that all parts of the benchmark share, and the services that are measured side by side."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.service import litellm
from benchmarks.service.ask_tutor import AskTutor
from benchmarks.service.processes import LOAD_CORE, bind_to
from benchmarks.service.proxies import Proxy
from benchmarks.service.upstream import FastUpstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from benchmarks.service.cases import Case


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The students' cases, an empty folder, and whether to run the `--full` form, as for the documented figures."""

    cases: list[Case]
    folder: Path
    is_full: bool

    @property
    def streams(self) -> int:
        """The number of simultaneous answers in the parts of the benchmark that measure many at once."""
        return 1000 if self.is_full else 200

    @property
    def rounds(self) -> int:
        """The number of rounds in which the services are measured in turn."""
        return 4 if self.is_full else 1

    @property
    def seconds(self) -> float:
        """The duration of a load in seconds."""
        return 8 if self.is_full else 4


@dataclass(frozen=True, slots=True)
class Beside:
    """Ask Tutor on SQLite, the bare pass-through (the floor) and, with `--full`, LiteLLM. All use the same model."""

    upstream: FastUpstream
    model: Proxy
    tutor: AskTutor
    floor: Proxy
    litellm: Proxy | None
    without_litellm: str
    """The reason why LiteLLM is not measured. It is empty if LiteLLM is measured."""

    @property
    def subjects(self) -> tuple[AskTutor | Proxy, ...]:
        """The services that are measured."""
        return (self.floor, self.tutor, *([self.litellm] if self.litellm else []))


@asynccontextmanager
async def side_by_side(given: Circumstances) -> AsyncIterator[Beside]:
    """Start the load and the model on one core, and the measured services on the other."""
    async with AsyncExitStack() as stack, upstream_of(given) as (upstream, url):
        model = Proxy.model(url)
        stack.push_async_callback(model.close)
        floor = await Proxy.floor(url)
        stack.push_async_callback(floor.close)
        tutor = await AskTutor.start(given.folder / "beside", given.cases, url)
        stack.push_async_callback(tutor.close)
        other, reason = None, "LiteLLM is left out of the short form"
        if given.is_full:
            try:
                other = await litellm.start(litellm.installed(), given.folder / "litellm", url)
                stack.push_async_callback(other.close)
                reason = ""
            except litellm.NotInstalled as error:
                reason = f"LiteLLM is left out: {error}"
        yield Beside(upstream, model, tutor, floor, other, reason)


@asynccontextmanager
async def upstream_of(given: Circumstances) -> AsyncIterator[tuple[FastUpstream, str]]:
    """Start the model and bind this process to the load's core; yield the model and its URL."""
    bind_to(LOAD_CORE)
    upstream = FastUpstream(given.cases)
    try:
        yield upstream, await upstream.start()
    finally:
        await upstream.stop()
