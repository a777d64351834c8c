"""Opening an ask: checks the limits, analyses the code, then reads, counts and stores in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tutor_analysis.unread import unread_snapshot
from tutor_pedagogy.conversation.talk import NO_CHANGE, Talk
from tutor_pedagogy.ladder.policy import is_reply
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
from tutor_server.storage.asks import StoredAsk, find_ask, open_ask
from tutor_server.storage.background import (
    Asker,
    count_times,
    read_asker,
    read_background,
    read_said,
    read_told,
)
from tutor_server.storage.conversation import read_conversation
from tutor_server.storage.daily_usage import count_message, count_uncapped_message
from tutor_server.storage.modules import begin_module
from tutor_server.storage.problems import place_ask, place_follow_up
from tutor_server.tutoring.ask_admission import AskAdmission
from tutor_server.tutoring.ask_place import AskPlaces
from tutor_server.tutoring.known_askers import KnownAskers
from tutor_server.tutoring.open_ask import OpenAsk
from tutor_server.tutoring.opening_plan import (
    ExaminedAsk,
    Facts,
    Ids,
    daily_messages,
    decide,
    highest_level,
    ladder_of,
)
from tutor_server.tutoring.stored_words import around

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from tutor_analysis.analyst import Analyst
    from tutor_server.admission.limiter import Grant, Limiter
    from tutor_server.clock import Clock
    from tutor_server.ledger.calls import Ledger
    from tutor_server.llm.provider import Provider
    from tutor_server.storage.database import Database
    from tutor_server.storage.modules import Module
    from tutor_server.storage.problems import PlacedAsk
    from tutor_server.tutoring.ask_place import AskPlace
    from tutor_server.tutoring.course_book import CourseBook
    from tutor_server.tutoring.off_switch import OffSwitch
    from tutor_server.tutoring.opening_plan import Plan
    from tutor_server.tutoring.received import ReceivedAsk
    from tutor_server.tutoring.rules import Rules


class Opening:
    """Opens asks. `new_id` returns a new UUID; the secret words of prompts are derived from `marker_key`."""

    def __init__(
        self,
        *,
        database: Database,
        limiter: Limiter,
        ledger: Ledger,
        analyst: Analyst,
        first_provider: Callable[[Sequence[str] | None], Provider],
        book: CourseBook,
        off_switch: OffSwitch,
        rules: Rules,
        clock: Clock,
        new_id: Callable[[], UUID],
        marker_key: bytes,
    ) -> None:
        self._database = database
        self._limiter = limiter
        self._ledger = ledger
        self._analyst = analyst
        self._first_provider = first_provider
        self._rules = rules
        self._clock = clock
        self._new_id = new_id
        self._marker_key = marker_key
        self._askers = KnownAskers()
        self._book = book
        self._off_switch = off_switch
        self._places = AskPlaces(database, book, clock)
        self._admission = AskAdmission(
            limiter=limiter, database=database, ledger=ledger, clock=clock, first_provider=first_provider, rules=rules
        )

    async def open(self, user_id: UUID, received: ReceivedAsk) -> OpenAsk | StoredAsk:
        """Open an ask, or return the stored one that already has its request id.

        The course and the module of the ask are noted in `received`. Raises the refusal of a limit or of a course,
        `NotFound` or `DatabaseUnavailable`; then the ask counts towards no limit.
        """
        request_id = received.ask.request_id
        known = self._askers.get(user_id) or await self._look_up(user_id, request_id)
        while isinstance(known, Asker):
            try:
                opened = await self._open_as(known, received)
            except DatabaseUnavailable:
                raise
            except TutorError:
                # The cached asker may be stale, or the ask may be answered already; then it must not be refused.
                latest = await self._look_up(user_id, request_id)
                if latest == known:
                    raise
                known = latest
            else:
                if opened is not None:
                    return opened
                known = await self._look_up(user_id, request_id)
        return known

    async def _look_up(self, user_id: UUID, request_id: UUID) -> StoredAsk | Asker:
        """Read the ask that has the request id, or else the student. Raises `NotFound`."""

        def read(connection: Connection) -> StoredAsk | Asker:
            stored = find_ask(connection, user_id, request_id)
            if stored is not None and not stored.is_free:
                return stored
            return read_asker(connection, user_id, self._clock.now())

        return await self._database.read(read)

    async def _open_as(self, asker: Asker, received: ReceivedAsk) -> OpenAsk | None:
        """Check the limits with the cached asker, then open the ask. Return None if the cached asker is stale."""
        place = received.place = await self._places.place_of(asker, received.ask)
        self._require_on(place)
        grant = await self._admission.admit(asker, place, received.ask)
        try:
            examined = await self._examine(asker, received, place, grant)
            opened = await self._record(asker, examined, place, grant)
        except DailyCapReached:  # The database has counted more messages than the limiter.
            await self._admission.give_back(grant)
            await self._limiter.recount(grant.subject, grant.day, grant.course_id)
            raise
        except (BudgetBusy, BudgetReached):  # The database has counted more money than the limiter.
            await self._admission.give_back(grant)
            await self._limiter.reread_spending(grant.day, grant.course_id)
            raise
        except NotFound:
            await self._admission.give_back(grant)
            self._places.forget_module(received.ask.module_id)
            raise
        except BaseException:
            await self._admission.give_back(grant)
            raise
        if opened is None:
            await self._admission.give_back(grant)
        return opened

    def _require_on(self, place: AskPlace) -> None:
        """Raise `CourseOff` or `SwitchedOff` if the course or the module takes no asks."""
        refusal = self._book.refusal(place.course.id) or self._off_switch.refusal(place.module_id)
        if refusal is not None:
            raise refusal

    async def _examine(self, asker: Asker, received: ReceivedAsk, place: AskPlace, grant: Grant) -> ExaminedAsk:
        """Analyse an ask. This is slow, so the limits come first. Raises `NotFound` if an id is no UUID."""
        ask = received.ask
        session_id = _parse_id(ask.session_id, "This chat session does not exist.")
        follow_up_to = _parse_id(ask.follow_up_to, "The answer that this question is about does not exist.")
        examination = await self._analyst.examine(asker.id, ask)
        unit = examination.problem.unit
        return ExaminedAsk(
            ask=ask,
            digest=received.digest,
            snapshot=examination.snapshot or unread_snapshot(examination.problem),
            error_type=examination.error_type,
            purpose=examination.purpose,
            finding=examination.finding,
            is_read=examination.is_read,
            session_type="notebook" if ask.kind == "cell" else "editor",
            session_id=session_id,
            course_id=place.course.id,
            follow_up_to=follow_up_to,
            stored_code=around(unit.source, ask.cursor.line - unit.start_line) if self._rules.store_code else None,
            code_line=ask.first_line + unit.start_line + 1,
            day=grant.day,
            now=self._clock.now(),
        )

    async def _record(self, known: Asker, examined: ExaminedAsk, place: AskPlace, grant: Grant) -> OpenAsk | None:
        """Store the ask in one transaction and return it as opened, or None if no row was written.

        Raises `NotFound`, `DailyCapReached`, `BudgetBusy`, `BudgetReached` or `DatabaseUnavailable`.
        """
        ids, rules = self._draw_ids(), self._rules.in_course(place.course)

        def write(connection: Connection) -> tuple[OpenAsk, Asker] | None:
            asker = read_asker(connection, known.id, examined.now)
            if (asker.own_limits, asker.standings) != (known.own_limits, known.standings):
                return None
            plan = decide(self._read_and_charge(connection, examined, asker, place, ids=ids, rules=rules), rules, ids)
            return self._save(connection, plan, grant, ids, place), asker

        try:
            written = await self._database.commit(write)
        except _RequestIdInUse:
            return None
        if written is None:
            return None
        opened, asker = written
        opened.calls.opened()
        self._askers.remember(asker)
        return opened

    def _draw_ids(self) -> Ids:
        problem, ask, session, module_progress = (self._new_id() for _ in range(4))
        return Ids(
            problem=problem,
            ask=ask,
            session=session,
            module_progress=module_progress,
            owner=self._ledger.owner,
            marker_key=self._marker_key,
        )

    def _read_and_charge(
        self,
        connection: Connection,
        examined: ExaminedAsk,
        asker: Asker,
        place: AskPlace,
        *,
        ids: Ids,
        rules: Rules,
    ) -> Facts:
        """Read the conversation history, count the message against the daily cap, and raise the problem's hint level.

        Raises `NotFound` or `DailyCapReached`.
        """
        background = read_background(
            connection,
            user_id=asker.id,
            session_type=examined.session_type,
            session_id=examined.session_id,
            course_id=examined.course_id,
            module_id=place.module_id,
        )
        cap = daily_messages(asker, rules)
        messages = count_message(connection, asker.subject, examined.day, cap)
        if messages is None:
            raise daily_cap_reached(examined.day, examined.now)
        left_in_course = _count_in_course(connection, asker, examined, place)
        placed = self._place(connection, examined, background.module, rules, user_id=asker.id, new_id=ids.problem)
        raised = placed.raised
        return Facts(
            examined=examined,
            asker=asker,
            background=background,
            daily_messages=cap,
            messages=messages,
            left_in_course=left_in_course,
            placed=placed,
            conversation=read_conversation(
                connection,
                raised.problem_id,
                last_problem_id=placed.last_problem_id,
                with_code=examined.stored_code is not None,
            ),
            talk=Talk(
                comparison=placed.comparison if placed.comparison is not None and examined.is_read else NO_CHANGE,
                follow_up_to=None if examined.follow_up_to is None else read_told(connection, examined.follow_up_to),
                times=count_times(connection, raised.problem_id, raised.level),
                said=read_said(connection, background.session_id),
                is_opened=True,
            ),
        )

    def _place(
        self,
        connection: Connection,
        examined: ExaminedAsk,
        module: Module | None,
        rules: Rules,
        *,
        user_id: UUID,
        new_id: UUID,
    ) -> PlacedAsk:
        """Return the problem that the ask is about, and raise its hint level. Raises `NotFound`."""
        policy, bound = ladder_of(module, rules), highest_level(module, rules)
        if examined.follow_up_to is not None:
            return place_follow_up(
                connection,
                user_id=user_id,
                about=examined.follow_up_to,
                snapshot=examined.snapshot,
                made_effort=is_reply(examined.ask.question),
                policy=policy,
                bound=bound,
                now=examined.now,
            )
        return place_ask(
            connection,
            new_id=new_id,
            user_id=user_id,
            snapshot=examined.snapshot,
            run_id=examined.ask.run_id,
            policy=policy,
            bound=bound,
            now=examined.now,
        )

    def _save(self, connection: Connection, plan: Plan, grant: Grant, ids: Ids, place: AskPlace) -> OpenAsk:
        """Store the ask, the module progress and the ledger row. Raises `_RequestIdInUse` or a budget's refusal."""
        new = plan.new_ask
        ask_id = open_ask(connection, new)
        if ask_id is None:
            raise _RequestIdInUse
        if plan.begins_module is not None:
            begin_module(
                connection,
                new_id=ids.module_progress,
                user_id=new.user_id,
                module_id=plan.begins_module,
                now=new.created_at,
            )
        calls = AskCalls(
            self._ledger,
            ask_id=ask_id,
            user_id=new.user_id,
            course=place.course,
            place=grant.call_mark,
            held=grant.reserved,
            reserved_usage=plan.reserved,
        )
        if not plan.request.offline_only:
            calls.reserve(connection, self._first_provider(place.course.providers))
        return OpenAsk(
            accepted=plan.accepted(ask_id),
            material=plan.material,
            student=plan.request.student,
            talk=plan.facts.talk,
            finding=plan.facts.examined.finding,
            introduction=plan.introduction,
            calls=calls,
            grant=grant,
            request=plan.request,
        )


def _count_in_course(connection: Connection, asker: Asker, examined: ExaminedAsk, place: AskPlace) -> int | None:
    """Count the message in its course; return how many the course's cap leaves. Raises `DailyCapReached`."""
    course_id, cap = place.course.id, place.daily_messages
    if cap is None:
        count_uncapped_message(connection, asker.subject, examined.day, course_id)
        return None
    messages = count_message(connection, asker.subject, examined.day, cap, course_id)
    if messages is None:
        raise daily_cap_reached(examined.day, examined.now, course_id)
    return cap - messages


class _RequestIdInUse(Exception):
    """Another ask has used the same request id meanwhile. The exception rolls back what this ask was charged."""


def _parse_id(text: str | None, unknown: str) -> UUID | None:
    """Return an id. Raise `NotFound` with the sentence `unknown` if the text is no UUID."""
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(unknown) from None
