"""The plan of an ask: a decision from facts, rules and new ids, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Circumstances, Ladder
from tutor_protocol import Ask, Position
from tutor_server.storage.background import AskBackground, Asker, EarlierAnswer
from tutor_server.storage.modules import Module
from tutor_server.storage.overrides import OwnLimits
from tutor_server.storage.problems import PlacedAsk, Raised
from tutor_server.tutoring.opening_plan import ExaminedAsk, Facts, Ids, daily_messages, decide, highest_level
from tutor_server.tutoring.rules import Rules

RULES = Rules(daily_messages=100, max_hint_level=5, ladder=Ladder.CODE, context_tokens=8000, max_output_tokens=800)
IDS = Ids(
    problem=UUID(int=1),
    ask=UUID(int=2),
    session=UUID(int=3),
    module_progress=UUID(int=4),
    owner="a process",
    nonce="nonce-word",
    canary="canary-word",
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
NOTHING_BEFORE = AskBackground(session_id=None, module=None, history=())
FACTS = Facts(
    examined=ExaminedAsk(
        ask=Ask(request_id=UUID(int=5), code="total = 0\n", cursor=Position(0, 0), question="Is `total` a number?"),
        digest=b"digest",
        snapshot=Snapshot(fingerprint="fingerprint", shape="shape", unit="unit"),
        error_type="none",
        purpose="check",
        is_read=True,
        session_type="editor",
        session_id=None,
        follow_up_to=None,
        stored_code="total = 0\n",
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
    earlier_answers=(),
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


def test_the_guard_knows_what_the_model_was_told() -> None:
    """The guard gets the canary and the hint level of the prompt, and the earlier answers about the problem."""
    plan = decide(replace(FACTS, earlier_answers=(EarlierAnswer(1, "What is `total`?"),)), RULES, IDS)

    assert (plan.material.canary, plan.material.level) == ("canary-word", HintLevel.CONCEPT)
    assert plan.material.earlier == ("What is `total`?",)
    assert "canary-word" in plan.request.system


def test_what_could_not_be_read_goes_to_no_model() -> None:
    """Code that could not be analysed is not sent to a model, since the guard could not judge the answer."""
    plan = decide(replace(FACTS, examined=replace(FACTS.examined, is_read=False)), RULES, IDS)

    assert plan.request.offline_only


def test_the_reserved_money_is_that_of_the_whole_prompt() -> None:
    """The reserved cost grows with the length of the prompt, and includes an answer of the maximum length."""
    asked = FACTS.examined.ask
    longer = replace(FACTS, examined=replace(FACTS.examined, ask=replace(asked, question="Why? " * 50)))

    short, long = decide(FACTS, RULES, IDS).reserved, decide(longer, RULES, IDS).reserved

    assert long.input_tokens > short.input_tokens
    assert long.output_tokens == short.output_tokens == 800


def test_a_request_that_is_taken_up_again_keeps_its_message_id() -> None:
    """When a request is repeated, its message keeps the id of the first attempt."""
    accepted = decide(FACTS, RULES, IDS).accepted(UUID(int=77))

    assert (accepted.message_id, accepted.hint_level, accepted.remaining_today) == (UUID(int=77), 2, 60)
