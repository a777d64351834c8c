"""Decides how an ask is opened, from facts and the operator's rules. The functions do no input or output."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from tutor_analysis.unread import shown_finding
from tutor_analysis.work import Material
from tutor_pedagogy.conversation.talk import NEW
from tutor_pedagogy.dialogue import react
from tutor_pedagogy.guard.known_reference import KnownReference
from tutor_pedagogy.reported import with_report_read
from tutor_protocol import Accepted
from tutor_server.llm.provider import Request, Usage
from tutor_server.storage.asks import NewAsk
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.tutoring.code_edit import edit_between
from tutor_server.tutoring.context import build_context
from tutor_server.tutoring.earlier_turns import answers_for_guard, repeatable
from tutor_server.tutoring.known_facts import KnownFacts
from tutor_server.tutoring.marker_word import marker_word
from tutor_server.tutoring.prompts import assemble
from tutor_server.tutoring.stored_words import without_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.ladder.policy import Ladder
    from tutor_protocol import Ask, Change, ErrorType, Purpose, ReportedFinding
    from tutor_server.storage.background import AskBackground, Asker
    from tutor_server.storage.conversation import Conversation
    from tutor_server.storage.module_files import Reference
    from tutor_server.storage.modules import Module
    from tutor_server.storage.problems import PlacedAsk
    from tutor_server.tutoring.context import Context
    from tutor_server.tutoring.prompts import Prompt
    from tutor_server.tutoring.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedAsk:
    """An ask that the limits have admitted, with the result of its analysis."""

    ask: Ask
    digest: bytes
    snapshot: Snapshot
    error_type: ErrorType
    purpose: Purpose | None
    finding: ReportedFinding
    """The offline tutor's finding. It names no mistake for another purpose, or for code that could not be analysed."""
    is_read: bool
    """Whether the submission could be analysed."""
    session_type: str
    session_id: UUID | None
    course_id: UUID = DEFAULT_COURSE
    follow_up_to: UUID | None
    """The id of the ask that this one is a question about."""
    stored_code: str | None
    """The student's code, or None if the operator does not store code."""
    code_line: int
    """The number of the first line of the code that is stored, as the student's editor shows it."""
    day: date
    """The UTC day on which the limiter counted the ask."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts that the opening transaction has read, and the message and hint level that it has counted."""

    examined: ExaminedAsk
    asker: Asker
    background: AskBackground
    daily_messages: int
    """The student's daily message cap."""
    messages: int
    """The number of messages that the student has sent today, including this one."""
    left_in_course: int | None = None
    """The number of messages that the course's daily cap leaves after this one; None without such a cap."""
    placed: PlacedAsk
    """The problem, the student's hint level for it, and what has changed since the last ask."""
    conversation: Conversation
    """The earlier asks about the same problem."""
    talk: Talk = NEW
    """The conversation so far, for the offline tutor."""

    @property
    def remaining_today(self) -> int:
        """The number of messages that are left today, by the general cap and the course's."""
        left = self.daily_messages - self.messages
        return left if self.left_in_course is None else min(left, self.left_in_course)

    @property
    def edit(self) -> str:
        """The lines that the student has changed since the last ask; empty if code is not stored."""
        before, after = self.conversation.last_code, self.examined.stored_code
        return "" if before is None or after is None else edit_between(before, after, self.examined.code_line)

    @property
    def known(self) -> KnownFacts:
        """What the model is told about the ask."""
        return KnownFacts(
            purpose=self.purpose, finding=shown_finding(self.examined.finding), comparison=self.placed.comparison
        )

    @property
    def purpose(self) -> Purpose | None:
        """The purpose of the ask, as the client is told."""
        return "follow_up" if self.placed.circumstances.is_follow_up else self.examined.purpose

    @property
    def change(self) -> Change | None:
        """What became of the problem since the last ask; None if the code could not be analysed."""
        comparison = self.placed.comparison
        return comparison.change if comparison is not None and self.examined.is_read else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """Ids and random words of one ask. They are drawn before the transaction, since that may run twice."""

    problem: UUID
    ask: UUID
    session: UUID
    module_progress: UUID
    owner: str
    """The process that answers the ask."""
    marker_key: bytes = field(repr=False)
    """The key from which the secret words of prompts are derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rows to write for an ask, the request to send to a model, and the material for the guard."""

    new_ask: NewAsk
    begins_module: str | None
    """The id of the module in which the student asks; None outside modules."""
    request: Request
    reserved: Usage
    """The tokens that are reserved for the call: the estimated prompt and the longest answer."""
    material: Material
    introduction: str
    """The sentences about the change since the last ask, which open the answer; or an empty string."""
    facts: Facts

    def accepted(self, ask_id: UUID) -> Accepted:
        """Return the frame that tells the client that the ask was accepted.

        `ask_id` differs from the plan's id if a released ask is opened again.
        """
        ask = self.new_ask
        return Accepted(
            request_id=ask.request_id,
            session_id=ask.session_id,
            message_id=ask_id,
            hint_level=ask.raised.level,
            max_hint_level=ask.max_hint_level,
            error_type=self.facts.examined.error_type,
            remaining_today=ask.remaining_today,
            purpose=self.facts.purpose,
            change=self.facts.change,
            course_id=ask.course_id,
        )


def daily_messages(asker: Asker, rules: Rules) -> int:
    """Return the general daily message cap of a student: an own limit if there is one, else the one of everybody."""
    return (asker.own_limits and asker.own_limits.daily_messages) or rules.daily_messages


def highest_level(module: Module | None, rules: Rules) -> int:
    """Return the highest hint level: the lower one of the operator's and the module's."""
    return min(rules.max_hint_level, (module and module.max_hint_level) or rules.max_hint_level)


def ladder_of(module: Module | None, rules: Rules) -> Ladder:
    """Return the ladder policy: the module's, or else the operator's."""
    return (module and module.ladder) or rules.ladder


def decide(facts: Facts, rules: Rules, ids: Ids) -> Plan:
    """Return the plan of an ask. The same facts, rules and ids always give the same plan."""
    examined, background, raised = facts.examined, facts.background, facts.placed.raised
    ask, asker, module = examined.ask, facts.asker, background.module
    introduction = react(facts.talk.comparison, ask)
    session_id = background.session_id or ids.session
    past = facts.conversation.asks
    context = build_context(ask, repeatable(past), rules.context_tokens, edit=facts.edit)
    marker = marker_word(ids.marker_key, session_id, raised.problem_id)
    prompt = _prompt(facts, rules, context, introduction, marker)

    request = Request(
        system=prompt.system,
        shared=prompt.shared,
        turns=prompt.turns,
        max_output_tokens=rules.max_output_tokens,
        context_tokens=rules.context_tokens,
        user=str(asker.id),
        submission=ask,
        level=raised.level,
        student=asker.levels,
        talk=facts.talk,
        shorten=partial(_shorter, facts=facts, rules=rules, introduction=introduction, marker=marker),
        offline_only=not examined.is_read or facts.change == "solved",
        providers=rules.providers,
    )
    return Plan(
        new_ask=NewAsk(
            id=ids.ask,
            user_id=asker.id,
            request_id=ask.request_id,
            digest=examined.digest,
            session_id=session_id,
            begins_session=background.session_id is None,
            session_type=examined.session_type,
            course_id=examined.course_id,
            module_id=None if module is None else module.id,
            raised=raised,
            max_hint_level=highest_level(module, rules),
            error_type=examined.error_type,
            purpose=facts.purpose,
            change=facts.change,
            follow_up_to=examined.follow_up_to,
            remaining_today=facts.remaining_today,
            day=examined.day,
            owner=ids.owner,
            question=context.question if rules.store_code else without_code(context.question),
            code=examined.stored_code,
            created_at=examined.now,
        ),
        begins_module=None if module is None else module.id,
        request=request,
        reserved=Usage(prompt.tokens, rules.max_output_tokens, cache_write_tokens=prompt.stable_tokens),
        material=Material(
            level=raised.level,
            submission=with_report_read(ask),
            allowed_names=_words(module.allowed_names if module else ()),
            earlier=answers_for_guard(past),
            canary=marker,
            markers=(marker,),
            exercise="" if module is None else "\n".join((module.title, module.statement, *module.objectives)),
            reference=_reference(background.reference),
        ),
        introduction=introduction,
        facts=facts,
    )


def _shorter(request: Request, tokens: int, *, facts: Facts, rules: Rules, introduction: str, marker: str) -> Request:
    """Return the request with a prompt whose context has a smaller budget."""
    context = build_context(request.submission, repeatable(facts.conversation.asks), tokens, edit=facts.edit)
    prompt = _prompt(facts, rules, context, introduction, marker)
    return replace(request, system=prompt.system, shared=prompt.shared, turns=prompt.turns, shorten=None)


def _prompt(facts: Facts, rules: Rules, context: Context, introduction: str, marker: str) -> Prompt:
    return assemble(
        context,
        level=facts.placed.raised.level,
        student=facts.asker.levels,
        module=facts.background.module,
        known=facts.known,
        introduction=introduction,
        marker=marker,
        keeps_code=rules.store_code,
    )


def _reference(stored: Reference | None) -> KnownReference | None:
    return None if stored is None else KnownReference(stored.solution, stored.shown)


def _words(dotted_names: Iterable[str]) -> frozenset[str]:
    """Return the parts of dotted names, which are the names that the guard allows in the module."""
    return frozenset(word for name in dotted_names for word in name.split("."))
