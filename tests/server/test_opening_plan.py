"""The plan of an ask: a decision from facts, rules and new ids, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Circumstances, Ladder
from tutor_protocol import Ask, Position, ReportedFinding
from tutor_server.storage.background import AskBackground, Asker
from tutor_server.storage.conversation import Conversation, PastAsk
from tutor_server.storage.modules import Module
from tutor_server.storage.overrides import OwnLimits
from tutor_server.storage.problems import PlacedAsk, Raised
from tutor_server.tutoring.context import estimate_tokens
from tutor_server.tutoring.opening_plan import ExaminedAsk, Facts, Ids, daily_messages, decide, highest_level
from tutor_server.tutoring.rules import Rules
from tutor_server.tutoring.speaking import OUTAGE_NOTE

RULES = Rules(daily_messages=100, max_hint_level=5, ladder=Ladder.CODE, context_tokens=8000, max_output_tokens=800)
IDS = Ids(
    problem=UUID(int=1),
    ask=UUID(int=2),
    session=UUID(int=3),
    module_progress=UUID(int=4),
    owner="a process",
    marker_key=b"a key of the service",
)
MODULE = Module(
    id="loops",
    title="Loops",
    order=1,
    statement="Add up the prices.",
    objectives=(),
    allowed_names=("math.fsum",),
    max_hint_level=3,
)
NOTHING_BEFORE = AskBackground(session_id=None, module=None)
FACTS = Facts(
    examined=ExaminedAsk(
        ask=Ask(request_id=UUID(int=5), code="total = 0\n", cursor=Position(0, 0), question="Is `total` a number?"),
        digest=b"digest",
        snapshot=Snapshot(fingerprint="fingerprint", shape="shape", unit="unit"),
        error_type="none",
        purpose="check",
        finding=ReportedFinding("purpose.check", 1, "start_here"),
        is_read=True,
        session_type="editor",
        session_id=None,
        follow_up_to=None,
        stored_code="total = 0\n",
        code_line=1,
        day=date(2026, 3, 14),
        now=datetime(2026, 3, 14, 9, 30, tzinfo=UTC),
    ),
    asker=Asker(id=UUID(int=6), subject="subject", levels=StudentLevels(2, 4)),
    background=NOTHING_BEFORE,
    daily_messages=100,
    messages=40,
    placed=PlacedAsk(
        raised=Raised(problem_id=UUID(int=1), level=HintLevel.CONCEPT, moved=True), circumstances=Circumstances()
    ),
    conversation=Conversation(),
)


def test_a_first_ask_begins_a_session() -> None:
    """A student's first ask begins a session with a new id, and states how many messages are left today."""
    new = decide(FACTS, RULES, IDS).new_ask

    assert (new.session_id, new.begins_session) == (IDS.session, True)
    assert new.remaining_today == 60
    assert (new.id, new.owner, new.raised) == (IDS.ask, "a process", FACTS.placed.raised)


def test_a_later_ask_goes_on_with_its_session() -> None:
    """A later ask continues the session that was found."""
    background = replace(NOTHING_BEFORE, session_id=UUID(int=9))

    new = decide(replace(FACTS, background=background), RULES, IDS).new_ask

    assert (new.session_id, new.begins_session) == (UUID(int=9), False)


def test_the_same_facts_give_the_same_plan() -> None:
    """The same facts give the same plan, so that a unit of work can be repeated after a deadlock."""
    assert decide(FACTS, RULES, IDS) == decide(FACTS, RULES, IDS)


def test_a_module_bounds_the_hints_and_allows_its_names() -> None:
    """A module limits the hint level, and its allowed names are split into words for the guard."""
    plan = decide(replace(FACTS, background=replace(NOTHING_BEFORE, module=MODULE)), RULES, IDS)

    assert (plan.begins_module, plan.new_ask.max_hint_level) == ("loops", 3)
    assert plan.material.allowed_names == frozenset({"math", "fsum"})


@pytest.mark.parametrize(
    ("of_operator", "of_module", "bound"), [(5, None, 5), (5, 3, 3), (2, 3, 2), (2, None, 2), (4, 4, 4)]
)
def test_the_lower_bound_counts(of_operator: int, of_module: int | None, bound: int) -> None:
    """If the operator and the module have different maximum hint levels, the lower one applies."""
    module = replace(MODULE, max_hint_level=of_module)

    assert highest_level(module, replace(RULES, max_hint_level=of_operator)) == bound


@pytest.mark.parametrize(
    ("own", "messages"), [(None, 100), (OwnLimits(None, None), 100), (OwnLimits(5, None), 100), (OwnLimits(None, 7), 7)]
)
def test_a_students_own_limit_goes_before_everybodys(own: OwnLimits | None, messages: int) -> None:
    """A student's individual daily limit takes precedence over the general one."""
    assert daily_messages(replace(FACTS.asker, own_limits=own), RULES) == messages


def test_an_installation_that_stores_no_code_stores_none_of_the_question() -> None:
    """With `store_code` off, code in the question is masked in the database, but not in the prompt."""
    plan = decide(FACTS, replace(RULES, store_code=False), IDS)

    assert plan.new_ask.question == "Is `·····` a number?"
    assert "Is `total` a number?" in plan.request.turns[-1].content


def after(*asks: PastAsk, last_code: str | None = None) -> Facts:
    """Return the facts of an ask that follows others about the same problem."""
    return replace(FACTS, conversation=Conversation(asks=asks, last_code=last_code))


def sent(facts: Facts, rules: Rules = RULES) -> list[str]:
    """Return the texts of a prompt: the system part, then the turns."""
    request = decide(facts, rules, IDS).request
    return [request.system, *(turn.content for turn in request.turns)]


ANSWERED = PastAsk(question="Is `total` right?", answer="What is `total`?", hint_level=1)


def test_the_guard_knows_what_the_model_was_told() -> None:
    """The guard gets the prompt's secret word as its canary, the hint level, and the earlier answers."""
    plan = decide(after(ANSWERED), RULES, IDS)

    assert plan.material.level == HintLevel.CONCEPT
    assert plan.material.earlier == ("What is `total`?",)
    assert plan.material.canary is not None
    assert plan.request.system.count(plan.material.canary) == 3


@pytest.mark.parametrize(
    "ask",
    [
        replace(ANSWERED, is_withheld=True),
        replace(ANSWERED, state="cancelled"),
        replace(ANSWERED, state="failed"),
        replace(ANSWERED, is_helpful=False),
        replace(ANSWERED, was_cut=True),
        replace(ANSWERED, answer=""),
    ],
    ids=["withheld", "cancelled", "failed", "no help", "cut at the output limit", "no answer"],
)
def test_an_answer_that_failed_does_not_come_back(ask: PastAsk) -> None:
    """An answer that was withheld, cut, cancelled or rated unhelpful is in no later prompt. The guard knows of it."""
    plan = decide(after(ask), RULES, IDS)

    assert sent(after(ask)) == sent(after())
    assert plan.material.earlier == tuple(filter(None, [ask.answer]))


@pytest.mark.parametrize(
    "ask", [ANSWERED, replace(ANSWERED, is_helpful=True), replace(ANSWERED, answer=f"{OUTAGE_NOTE}What is `total`?")]
)
def test_earlier_asks_are_turns(ask: PastAsk) -> None:
    """An earlier question and its answer are turns of the student and the tutor, and the code is in the last turn."""
    request = decide(after(ask), RULES, IDS).request

    assert [turn.role for turn in request.turns] == ["user", "assistant", "user"]
    assert "Is `total` right?" in request.turns[0].content
    assert request.turns[1].content == "What is `total`?"
    assert ["total = 0" in turn.content for turn in request.turns] == [False, False, True]


def test_prompts_about_one_problem_begin_alike() -> None:
    """Two asks about a problem, at two hint levels, have the same system part, and the same turns but the last."""
    first = after(ANSWERED)
    raised = replace(FACTS.placed, raised=replace(FACTS.placed.raised, level=HintLevel.STRUCTURE))
    edited = replace(FACTS.examined, ask=replace(FACTS.examined.ask, code="total = 1\n"), finding=FINDING)
    second_ask = PastAsk(question=FACTS.examined.ask.question or "", answer="It is a number.", hint_level=2)
    second = replace(after(ANSWERED, second_ask), placed=raised, examined=edited)

    before, now = sent(replace(first, background=IN_SESSION)), sent(replace(second, background=IN_SESSION))

    assert now[: len(before) - 1] == before[:-1]
    assert "Hint level 2 of 5" in before[-1]
    assert "Hint level 3 of 5" in now[-1]


IN_SESSION = replace(NOTHING_BEFORE, session_id=UUID(int=9))
FINDING = ReportedFinding("logic.value-lost-before-use", 1, "likely")


def test_each_session_and_problem_has_its_own_secret_word() -> None:
    """The secret word is equal in each ask of a session about a problem; another one has another word."""
    other_problem = replace(FACTS.placed, raised=replace(FACTS.placed.raised, problem_id=UUID(int=42)))
    facts = [
        replace(FACTS, background=IN_SESSION),
        replace(after(ANSWERED), background=IN_SESSION),
        replace(FACTS, background=replace(IN_SESSION, session_id=UUID(int=10))),
        replace(FACTS, background=IN_SESSION, placed=other_problem),
    ]

    words = [decide(each, RULES, IDS).material.canary for each in facts]

    assert words[0] == words[1]
    assert len(set(words)) == 3
    assert decide(facts[0], RULES, replace(IDS, marker_key=b"another key")).material.canary != words[0]


def test_the_edit_since_the_last_ask_is_told() -> None:
    """The lines that the student has changed are in the last turn, if the installation stores code."""
    facts = after(ANSWERED, last_code="total = 9\n")
    stores_none = replace(facts, examined=replace(FACTS.examined, stored_code=None))

    assert "changed since the last ask\n-   | total = 9\n+ 1 | total = 0\n" in sent(facts)[-1]
    assert "changed since the last ask" not in sent(stores_none)[-1]
    assert "changed since the last ask" not in sent(after(ANSWERED, last_code="total = 0\n"))[-1]


def test_the_model_is_told_the_finding_and_the_purpose() -> None:
    """The last turn names the finding with its line and certainty, and what the student asks for."""
    told = sent(replace(FACTS, examined=replace(FACTS.examined, finding=FINDING)))[-1]

    assert "found on line 1: value lost before use. It holds this for likely" in told
    assert "What the student asks for: a check of the program." in told


def test_an_installation_that_stores_no_code_explains_its_dots() -> None:
    """Without stored code, the prompt says what the dots in earlier answers stand for."""
    assert "stand where code was" in sent(FACTS, replace(RULES, store_code=False))[0]
    assert "stand where code was" not in sent(FACTS)[0]


def test_what_could_not_be_read_goes_to_no_model() -> None:
    """Code that could not be analysed is not sent to a model, since the guard could not judge the answer."""
    plan = decide(replace(FACTS, examined=replace(FACTS.examined, is_read=False)), RULES, IDS)

    assert plan.request.offline_only


def test_the_reserved_money_is_that_of_the_whole_prompt() -> None:
    """The reserved cost grows with the length of the prompt, and includes an answer of the maximum length.

    All before the last turn may be written to a cache, which has a price of its own.
    """
    asked = FACTS.examined.ask
    longer = replace(FACTS, examined=replace(FACTS.examined, ask=replace(asked, question="Why? " * 50)))

    short, long = decide(FACTS, RULES, IDS).reserved, decide(longer, RULES, IDS).reserved

    texts = sent(longer)
    assert long.input_tokens > short.input_tokens
    assert long.output_tokens == short.output_tokens == 800
    assert long.input_tokens == sum(map(estimate_tokens, texts))
    assert long.cache_write_tokens == sum(map(estimate_tokens, texts[:-1]))


def test_a_request_that_is_taken_up_again_keeps_its_message_id() -> None:
    """When a request is repeated, its message keeps the id of the first attempt."""
    accepted = decide(FACTS, RULES, IDS).accepted(UUID(int=77))

    assert (accepted.message_id, accepted.hint_level, accepted.remaining_today) == (UUID(int=77), 2, 60)
