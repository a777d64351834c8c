"""How an ask opens: pass the limits, recognise the problem, climb the ladder, write it in one transaction."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tutor_protocol import Accepted
from tutor_server.admission.limiter import daily_cap_reached
from tutor_server.errors import (
    BudgetBusy,
    BudgetReached,
    DailyCapReached,
    DatabaseUnavailable,
    NotFound,
    TutorError,
)
from tutor_server.ledger.calls import AskCalls
from tutor_server.llm.provider import Request, Usage
from tutor_server.storage.asks import NewAsk, StoredAsk, find_ask, open_ask
from tutor_server.storage.background import Asker, read_asker, read_background
from tutor_server.storage.daily_usage import count_message
from tutor_server.storage.modules import begin_module
from tutor_server.storage.problems import raise_level
from tutor_server.tutoring.ask_admission import AskAdmission
from tutor_server.tutoring.context import build_context, estimate_tokens
from tutor_server.tutoring.prompts import assemble
from tutor_server.tutoring.stored_words import around, without_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from tutor_analysis.analyst import Analyst
    from tutor_analysis.known_examinations import Examination
    from tutor_server.admission.limiter import Grant, Limiter
    from tutor_server.clock import Clock
    from tutor_server.ledger.calls import Ledger
    from tutor_server.llm.provider import Provider
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.received import ReceivedAsk
    from tutor_server.tutoring.rules import Rules

REMEMBERED_ASKERS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAsk:
    """An ask that is under way: what to ask the model, and what has to be settled in the end."""

    accepted: Accepted
    request: Request
    canary: str
    allowed_names: frozenset[str]
    earlier_answers: tuple[str, ...]
    calls: AskCalls
    grant: Grant


class Opening:
    """Opens asks. `new_id` gives fresh UUIDs, `new_word` fresh random words that nobody can guess."""

    def __init__(
        self,
        *,
        database: Database,
        limiter: Limiter,
        ledger: Ledger,
        analyst: Analyst,
        first_provider: Provider,
        rules: Rules,
        clock: Clock,
        new_id: Callable[[], UUID],
        new_word: Callable[[], str],
    ) -> None:
        self._database = database
        self._limiter = limiter
        self._ledger = ledger
        self._analyst = analyst
        self._first_provider = first_provider
        self._rules = rules
        self._clock = clock
        self._new_id = new_id
        self._new_word = new_word
        self._askers = _Askers()
        self._admission = AskAdmission(
            limiter=limiter, database=database, ledger=ledger, clock=clock, first_provider=first_provider, rules=rules
        )

    async def open(self, user_id: UUID, received: ReceivedAsk) -> OpenAsk | StoredAsk:
        """Open an ask, or find the one that its request id already stands for.

        Raises a limit's refusal, `NotFound` or `DatabaseUnavailable`; then nothing was used up.
        """
        request_id = received.ask.request_id
        known = self._askers.get(user_id) or await self._look_up(user_id, request_id)
        while isinstance(known, Asker):
            try:
                return await self._open_as(known, received)
            except _Outdated:
                known = await self._look_up(user_id, request_id)
            except DatabaseUnavailable:
                raise
            except TutorError:  # what is remembered may be at fault, and an ask that was answered is never refused
                latest = await self._look_up(user_id, request_id)
                if latest == known:
                    raise
                known = latest
        return known

    async def _look_up(self, user_id: UUID, request_id: UUID) -> StoredAsk | Asker:
        def read(connection: Connection) -> StoredAsk | Asker:
            stored = find_ask(connection, user_id, request_id)
            if stored is not None and not stored.is_free:
                return stored
            return read_asker(connection, user_id, self._clock.now())

        return await self._database.read(read)

    async def _open_as(self, asker: Asker, received: ReceivedAsk) -> OpenAsk:
        """Pass the limits as the student is remembered, then open. Raises `_Outdated`."""
        grant = await self._admission.admit(asker, received.ask)
        try:
            return await self._open_admitted(received, asker, grant)
        except DailyCapReached:  # the database knows of more messages than the limiter did
            await self._admission.give_back(grant)
            await self._limiter.recount(grant.subject, grant.day)
            raise
        except (BudgetBusy, BudgetReached):  # likewise of money
            await self._admission.give_back(grant)
            await self._limiter.reread_spending(grant.day)
            raise
        except BaseException:
            await self._admission.give_back(grant)
            raise

    async def _open_admitted(self, received: ReceivedAsk, asker: Asker, grant: Grant) -> OpenAsk:
        """Do what takes time: it is for those alone whom the limits have let pass. Raises `_Outdated`."""
        ask = received.ask
        session_id = _parse_id(ask.session_id)
        session_type = "notebook" if ask.kind == "cell" else "editor"
        examined = await self._analyst.examine(asker.id, ask)
        return await self._record(
            received, examined, known=asker, session_type=session_type, session_id=session_id, grant=grant
        )

    async def _record(
        self,
        received: ReceivedAsk,
        examined: Examination,
        *,
        known: Asker,
        session_type: str,
        session_id: UUID | None,
        grant: Grant,
    ) -> OpenAsk:
        """Write the ask, knowing what was said before; give it as it is now under way. Raises `_Outdated`."""
        ask, problem, digest = received.ask, examined.problem, received.digest
        ids = (self._new_id(), self._new_id(), self._new_id(), self._new_id())
        now = self._clock.now()
        nonce, canary = self._new_word(), self._new_word()
        unit = problem.unit
        stored_code = around(unit.source, ask.cursor.line - unit.start_line) if self._rules.store_code else None

        def write(connection: Connection) -> tuple[OpenAsk, Asker]:
            asker = read_asker(connection, known.id, now)
            if asker.own_limits != known.own_limits:
                raise _Outdated
            daily_messages = (asker.own_limits and asker.own_limits.daily_messages) or self._rules.daily_messages
            background = read_background(
                connection,
                user_id=asker.id,
                session_type=session_type,
                fingerprint=problem.fingerprint,
                session_id=session_id,
                module_id=ask.module_id,
            )
            module = background.module
            bound = min(self._rules.max_hint_level, (module and module.max_hint_level) or self._rules.max_hint_level)
            context = build_context(ask, background.history, self._rules.context_tokens)
            messages = count_message(connection, asker.subject, grant.day, daily_messages)
            if messages is None:
                raise daily_cap_reached(grant.day, now)
            raised = raise_level(
                connection,
                new_id=ids[0],
                user_id=asker.id,
                fingerprint=problem.fingerprint,
                bound=bound,
                now=now,
            )
            new = NewAsk(
                id=ids[1],
                user_id=asker.id,
                request_id=ask.request_id,
                digest=digest,
                session_id=background.session_id or ids[2],
                begins_session=background.session_id is None,
                session_type=session_type,
                module_id=ask.module_id,
                raised=raised,
                max_hint_level=bound,
                error_type=examined.error_type,
                remaining_today=daily_messages - messages,
                day=grant.day,
                owner=self._ledger.owner,
                question=context.question if self._rules.store_code else without_code(context.question),
                code=stored_code,
                created_at=now,
            )
            ask_id = open_ask(connection, new)
            if ask_id is None:
                raise _Outdated
            if module is not None:
                begin_module(connection, new_id=ids[3], user_id=asker.id, module_id=module.id, now=now)
            prompt = assemble(
                context,
                level=raised.level,
                student=asker.levels,
                module=module,
                earlier_answers=background.earlier_answers,
                nonce=nonce,
                canary=canary,
            )
            prompt_tokens = estimate_tokens(prompt.system) + sum(estimate_tokens(turn.content) for turn in prompt.turns)
            calls = AskCalls(
                self._ledger,
                ask_id=ask_id,
                user_id=asker.id,
                place=grant.call_mark,
                held=grant.reserved,
                reserved_usage=Usage(prompt_tokens, self._rules.max_output_tokens),
            )
            calls.reserve(connection, self._first_provider)
            opened = OpenAsk(
                accepted=Accepted(
                    request_id=ask.request_id,
                    session_id=new.session_id,
                    message_id=ask_id,
                    hint_level=raised.level,
                    max_hint_level=bound,
                    error_type=examined.error_type,
                    remaining_today=new.remaining_today,
                ),
                request=Request(
                    system=prompt.system,
                    turns=prompt.turns,
                    max_output_tokens=self._rules.max_output_tokens,
                    user=str(asker.id),
                    submission=ask,
                    level=raised.level,
                    student=asker.levels,
                    is_unread=not examined.is_read,
                ),
                canary=canary,
                allowed_names=_words(module.allowed_names if module else ()),
                earlier_answers=tuple(answer.content for answer in background.earlier_answers),
                calls=calls,
                grant=grant,
            )
            return opened, asker

        opened, asker = await self._database.commit(write)
        opened.calls.opened()
        self._askers.remember(asker)
        return opened


class _Outdated(Exception):
    """The limiter decided by what is not so any more: another ask has the request id, or the student other limits."""


class _Askers:
    """The students who asked last, so that an ask need not read who asks before it passes the limits.

    Whatever is remembered is compared as the ask is written.
    """

    def __init__(self) -> None:
        self._by_id: OrderedDict[UUID, Asker] = OrderedDict()

    def get(self, user_id: UUID) -> Asker | None:
        """Give a student as they were at their last ask."""
        return self._by_id.get(user_id)

    def remember(self, asker: Asker) -> None:
        """Remember a student in place of the one who has not asked for longest."""
        self._by_id[asker.id] = asker
        self._by_id.move_to_end(asker.id)
        if len(self._by_id) > REMEMBERED_ASKERS:
            self._by_id.popitem(last=False)


def _words(dotted_names: Iterable[str]) -> frozenset[str]:
    """Give what the guard knows names by: the words between their dots."""
    return frozenset(word for name in dotted_names for word in name.split("."))


def _parse_id(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("This chat session does not exist.") from None
