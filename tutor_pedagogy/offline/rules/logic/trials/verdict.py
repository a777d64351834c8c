"""The verdict on a search: the rule, the place and the certainty that its survivors allow."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic import (
    absent_values,
    comparisons,
    conditions,
    early_returns,
    effects,
    formulas,
    loops,
    missing_returns,
    replaced_values,
    searches,
    start_values,
    told_borders,
)
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, applied
from tutor_pedagogy.offline.rules.logic.trials.kinds import (
    ABSENT,
    BRANCHES,
    CONVERTED,
    IDENTITY,
    NUMBER,
    RETURN,
    STEP,
)
from tutor_pedagogy.offline.rules.logic.trials.search import ARBITRARY, Evidence, Found, share_of, suspicion
from tutor_pedagogy.offline.rules.logic.trials.tricks import TRICKED, is_trick
from tutor_pedagogy.offline.rules.logic.trials.variations import STEPS, agree
from tutor_pedagogy.offline.rules.logic.whole_output import Outputs
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.rule import LogicRule
    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation
    from tutor_pedagogy.offline.rules.logic.trials.stage import Stage
    from tutor_protocol import Certainty

_LONGEST = 60
RULES = {
    name: Rule(name, "logic")
    for name in (
        "logic.border-on-wrong-side",
        "logic.case-not-ignored",
        "logic.comparison-turned-round",
        "logic.conditions-joined-wrongly",
        "logic.one-step-off",
        "logic.wrong-number",
        "logic.wrong-start-value",
        "logic.wrong-operator",
        "logic.wrong-name-used",
        "logic.operands-swapped",
        "logic.wrong-function-called",
        "logic.value-of-wrong-type",
        "logic.replaced-instead-of-added",
        "logic.line-in-the-wrong-block",
        "logic.branches-swapped",
        "logic.result-not-kept",
        "logic.return-forgotten",
        "logic.step-missing",
        "logic.old-value-needed",
        "logic.conditions-not-chained",
        "logic.branches-exclude-each-other",
        "logic.reduced-only-once",
        "logic.rounded-too-early",
        "logic.sorted-the-other-way",
        "logic.other-end-of-list",
        "logic.zero-in-front-missing",
        "logic.names-swapped",
        "logic.grouped-otherwise",
        "logic.part-of-result-left-out",
        "logic.loop-left-too-early",
        "logic.taken-twice",
    )
}
PLACES = Rule("logic.one-of-several-places", "logic")
_INDEPENDENT = 2
"""The number of expectations from which a finding can be certain."""
LEAST = 0.33
"""The weight below which a survivor is no finding: something else may be wrong, and the change hides it by chance."""
_COMMON = 0.5
_MOST_PLACES = 3
_SHOWN_BY_VALUES = frozenset((ABSENT, CONVERTED, IDENTITY))
"""Kinds that are tried only where a value of the run is of the kind that the slip is about."""
_TURNS = frozenset(
    (
        "logic.comparison-turned-round",
        "logic.branches-swapped",
        "logic.conditions-joined-wrongly",
        "logic.wrong-name-used",
    )
)
"""Kinds that turn a truth value round. One wrong truth value alone is no evidence for them."""
PATTERNS: dict[str, tuple[LogicRule, ...]] = {
    "logic.replaced-instead-of-added": (effects.only_last_round_counts, effects.counted_only_once),
    "logic.line-in-the-wrong-block": (
        start_values.accumulator_reset,
        early_returns.answer_in_first_round,
        early_returns.result_before_all_items,
        early_returns.answer_at_first_fit,
    ),
    "logic.wrong-start-value": (
        start_values.product_with_zero,
        start_values.smallest_starts_at_zero,
        start_values.not_found_looks_like_first,
    ),
    "logic.one-step-off": (loops.last_number_left_out, loops.item_left_out, searches.divides_always),
    "logic.result-not-kept": (effects.result_thrown_away,),
    "logic.return-forgotten": (missing_returns.answer_of_call_forgotten, missing_returns.result_never_returned),
    "logic.answer-of-method-in-place": (missing_returns.answer_of_method_in_place,),
    "logic.old-value-needed": (replaced_values.value_lost_before_use, replaced_values.value_lost_in_swap),
    "logic.conditions-not-chained": (conditions.later_if_overrides,),
    "logic.wrong-operator": (formulas.digits_by_plain_division, formulas.rest_dropped),
    "logic.other-end-of-list": (replaced_values.always_put_in_front,),
    "logic.branches-swapped": (conditions.branch_never_reached,),
    "logic.zero-counts-as-false": (absent_values.zero_counts_as_false,),
    "logic.mixed-and-or": (told_borders.mixed_and_or,),
    "logic.identity-for-equality": (comparisons.identity_for_equality,),
}
"""The pattern rules whose lessons explain a kind of candidate better than its general lesson."""


def verdict(program: Program, stage: Stage, evidence: Evidence, found: Found) -> tuple[Rule, Match, Certainty] | None:
    """Return the finding that the survivors of a search allow, or None."""
    survivors = [each for each in found.survivors if suspicion(each, evidence) >= LEAST]
    survivors = [each for each in survivors if not _is_by_chance(program, each, evidence)]
    survivors = [each for each in survivors if not _is_forced(each, evidence)] or survivors
    survivors = [each for each in survivors if not _is_trick(program, each)]
    if not survivors:
        return None
    best = survivors[0]
    least = share_of(best) * suspicion(best, evidence)
    rivals = [each for each in survivors[1:] if suspicion(each, evidence) >= least]
    stage.steps_left = max(stage.steps_left, STEPS)
    expectation = evidence.failing[0][0]
    rivals = [each for each in rivals if not agree(stage, expectation, best, each)]
    if any(each.line != best.line for each in rivals):
        return _several(program, evidence, [best, *rivals])
    is_alone = _is_alone(evidence)
    is_turn = is_alone and isinstance(expectation.wanted, bool) and best.kind in _TURNS
    pattern = _pattern(program, best)
    if pattern is None and not found.is_whole and best.kind in ARBITRARY:
        return None
    if (
        pattern is None
        and is_alone
        and best.kind in ARBITRARY
        and any(each.line != best.line for each in found.survivors)
    ):
        return None  # One of the two gives the right result by chance, and nothing says which.
    is_open = is_turn or (pattern is None and (not found.is_whole or (is_alone and best.kind in ARBITRARY)))
    edit = None if rivals or is_open else edit_of(program, best)
    is_bare = is_alone and pattern is None and best.kind not in _SHOWN_BY_VALUES
    certainty: Certainty = "start_here" if is_open or is_bare else "likely"
    if edit is not None and found.is_whole and best.weight >= _COMMON and _is_proved(best, evidence):
        certainty = "certain"
    rule, match = pattern or (RULES.get(best.kind) or PATTERNS[best.kind][0], None)
    slots = {**_slots(program, evidence, best), **(match.slots if match is not None else {})}
    expression = _expression(program, best)
    found_here = Match(lines=(best.line,), expression=expression, edit=edit, slots=slots, is_proved=not is_open)
    return rule, found_here, certainty


def _is_alone(evidence: Evidence) -> bool:
    """Return whether one example only tells of the right result. Each line of a whole output is an example."""
    examples = [expectation for expectation, _ in (*evidence.failing, *evidence.holding)]
    return sum(str(each.wanted).count("\n") + 1 if each.form == "output" else 1 for each in examples) < _INDEPENDENT


def _only_writes_result(program: Program, candidate: Candidate) -> bool:
    """Return whether a change only puts the wanted number into a `return`, where any wrong result could be mended so.

    With it, two branches of the function would return the same constant.
    """
    parent = program.parents.get(candidate.node)
    function = program.function_at(candidate.line)
    if not isinstance(parent, ast.Return) or not isinstance(candidate.node, ast.Constant) or function is None:
        return False
    value = getattr(candidate.changes[0].value, "value", None)
    others = (node.value for node in program.returns_of(function) if node is not parent)
    return any(isinstance(each, ast.Constant) and each.value == value for each in others)


def _is_by_chance(program: Program, candidate: Candidate, evidence: Evidence) -> bool:
    """Return whether a change may well give the right results only by chance.

    A `return` of a start value or of an argument gives the result of an empty input also where the function has its
    `return`; and each second number turns one truth value round.
    """
    wanted = [expectation.wanted for expectation, _ in evidence.failing]
    if candidate.kind == NUMBER and _only_writes_result(program, candidate):
        return True
    if candidate.kind == STEP and isinstance(wanted[0], bool) and _is_alone(evidence):
        return True
    if candidate.kind == NUMBER:
        return isinstance(wanted[0], bool) and len(evidence.failing) + len(evidence.holding) < _INDEPENDENT
    if candidate.kind != RETURN or any(wanted):
        return False
    function = program.function_at(candidate.line)
    name = candidate.slots.get("name", "")
    return function is not None and (
        not program.returns_nothing(function) or name in [each.arg for each in function.args.args]
    )


def _is_forced(candidate: Candidate, evidence: Evidence) -> bool:
    """Return whether a change only turns round the one truth value that is wrong, on a line that nothing else runs."""
    wanted = [expectation.wanted for expectation, _ in evidence.failing]
    is_answer = candidate.kind == BRANCHES and isinstance(candidate.node, ast.Constant)
    runs = any(outcome.run.ran.get(candidate.line) for _, outcome in evidence.holding)
    return is_answer and isinstance(wanted[0], bool) and len(set(wanted)) == 1 and not runs


def _is_proved(best: Candidate, evidence: Evidence) -> bool:
    """Return whether independent expectations prove a change: they run its line, and want different results.

    A change that turns a truth value round needs two results that were wrong.
    """
    proving = [expectation for expectation, outcome in evidence.all if outcome.run.ran.get(best.line)]
    wanted = {expectation.right for expectation in proving}
    if isinstance(evidence.failing[0][0].wanted, bool) and best.kind in _TURNS:
        return len(evidence.failing) >= _INDEPENDENT and len(wanted) >= _INDEPENDENT
    return len(proving) >= _INDEPENDENT and len(wanted) >= _INDEPENDENT


def _pattern(program: Program, best: Candidate) -> tuple[LogicRule, Match] | None:
    """Return the pattern rule that describes the same mistake on the same line, with its match."""
    for rule in PATTERNS.get(best.kind, ()):
        for match in rule.find(program):
            if match.lines[0] == best.line or (match.edit is not None and match.edit.line == best.line):
                return rule, match
    return None


def _several(program: Program, evidence: Evidence, survivors: list[Candidate]) -> tuple[Rule, Match, Certainty] | None:
    lines = sorted({each.line for each in survivors})
    if len(lines) > _MOST_PLACES or len({each.kind for each in survivors}) >= _MOST_PLACES:
        return None  # So many changes give the result by chance that none of them tells anything.
    slots = _slots(program, evidence, survivors[0])
    named = [f"line {program.shown(line)}" for line in lines[:3]]
    slots["places"] = f"{', '.join(named[:-1])} and {named[-1]}"
    best = survivors[0]
    return PLACES, Match(lines=(best.line,), expression=_expression(program, best), slots=slots), "start_here"


def _is_trick(program: Program, candidate: Candidate) -> bool:
    """Return whether a change only hides a mistake. Few kinds can, so few edits are written for it."""
    edit = edit_of(program, candidate) if candidate.kind in TRICKED else None
    return edit is not None and is_trick(program, candidate.kind, edit)


def edit_of(program: Program, candidate: Candidate) -> Edit | None:
    """Return the edit of a candidate, if its text gives exactly the tree that was tried."""
    mended = candidate.write()
    if mended is None:
        return None
    tree = parse(mended, cell=program.is_cell)
    if not isinstance(tree, ast.Module) or program.tree is None:
        return None
    with applied(candidate):
        if not alike(tree, program.tree):
            return None
    return edit_to(program, mended)


def _expression(program: Program, candidate: Candidate) -> str | None:
    node = candidate.node
    if isinstance(node, ast.expr):
        return program.segment(node)
    return program.line(node.lineno).strip() or None


def _slots(program: Program, evidence: Evidence, best: Candidate) -> dict[str, str]:
    expectation, outcome = evidence.failing[0]
    text = expectation.text
    is_quotable = len(text) <= _LONGEST and text.isprintable() and "`" not in text
    if expectation.form == "ending":
        call = f"your program with the input `{text}`" if is_quotable else "your program"
    else:
        whole = "the failing case" if expectation.source == "test" and expectation.form != "output" else "your program"
        call = Code(text) if is_quotable and expectation.form not in ("line", "output") else whole
    if expectation.form == "output":
        wanted, came = _differing(expectation)
    else:
        wanted, came = expectation.told or (expectation.right, _got(evidence))
    expected, got = _value(wanted, "the result of the test"), _value(came, "another one")
    if expectation.form == "passes":
        is_one = expectation.text != "the program"
        call = Code(text) if is_quotable and is_one else "your program"
        expected, got = (Code("True"), Code("False")) if is_one else ("no exception", Code("AssertionError"))
    times = outcome.run.ran.get(best.line, 0)
    fact = f"line {program.shown(best.line)} runs {_times(times)}"
    return {
        "call": call,
        "expected": expected,
        "got": got,
        "fact": fact,
        **best.slots,
    }


def _differing(expectation: Expectation) -> tuple[str, str]:
    """Return the first line of an output that is wrong: the right line and the wrong one."""
    outputs = Outputs(tuple(str(expectation.wanted).split("\n")), tuple((expectation.got or "").split("\n")))
    return outputs.first_difference


def _got(evidence: Evidence) -> str:
    expectation, outcome = evidence.failing[0]
    if outcome.run.exception is not None:
        return type(outcome.run.exception).__name__
    if not outcome.is_known:
        return ""
    return repr(outcome.result) if expectation.form in ("value", "shown") else str(outcome.result)


def _value(text: str, long: str) -> str:
    """Return a value as the texts name it. `long` stands for one that cannot be quoted."""
    if text and len(text) <= _LONGEST and text.isprintable():
        return Code(text)
    return long if text else "no result"


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")
