"""Rules for programs that stop with an exception, selected by the exception and its message."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.cause import Cause
from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.evaluation.values import Stopped
from tutor_pedagogy.offline.rules.numerical import crashes, loop_items, lost_tables, sizes_of_arrays, tables
from tutor_pedagogy.offline.rules.runtime import (
    absent_days,
    accumulators,
    any_exception,
    arguments,
    asked_indices,
    asynchronous,
    attributes,
    branch_gaps,
    call_shapes,
    callables,
    callees,
    chains,
    class_calls,
    class_parts,
    conversions,
    coroutines,
    counters,
    csv_rows,
    data_lines,
    dates,
    decimals,
    dictionaries,
    entries,
    environment,
    file_origins,
    files,
    filled,
    formats,
    gaps,
    grid_borders,
    guards,
    hidden_parameters,
    imports,
    indexing,
    initial_values,
    iteration,
    joined_words,
    json_keys,
    kept_strings,
    key_makers,
    key_origins,
    keys,
    letters,
    libraries,
    list_keys,
    literals,
    lookups,
    loops,
    lost_returns,
    module_hidden,
    names,
    nested_items,
    none_values,
    objects,
    odd_calls,
    odd_items,
    one_call_back,
    operands,
    outside_attributes,
    own_objects,
    parent_methods,
    part_and_whole,
    patterns,
    placed_methods,
    plots,
    private_names,
    protocols,
    recursion,
    recursion_steps,
    results,
    rows_of_text,
    scopes,
    search_results,
    set_operators,
    sideways_tables,
    signed_numbers,
    sort_keys,
    splitting,
    standard_types,
    stored_values,
    strings,
    swapped_names,
    syntax_errors,
    taken_positions,
    taken_without_asking,
    thrown_away,
    tries,
    unconverted,
    uncounted_loops,
    unfinished,
    unpacked,
    unread_variables,
    value_origins,
    values,
    wrong_values,
)
from tutor_pedagogy.offline.rules.runtime.context import CrashContext
from tutor_pedagogy.offline.rules.runtime.rule import RuntimeRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.evidence import Evidence
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import Certainty

MODULES = (
    sort_keys,
    signed_numbers,
    nested_items,
    counters,
    gaps,
    sideways_tables,
    odd_calls,
    key_makers,
    placed_methods,
    parent_methods,
    part_and_whole,
    guards,
    decimals,
    private_names,
    json_keys,
    absent_days,
    any_exception,
    call_shapes,
    chains,
    grid_borders,
    letters,
    lookups,
    odd_items,
    search_results,
    set_operators,
    hidden_parameters,
    taken_without_asking,
    tries,
    asked_indices,
    class_calls,
    list_keys,
    literals,
    unfinished,
    taken_positions,
    results,
    one_call_back,
    conversions,
    uncounted_loops,
    unconverted,
    objects,
    entries,
    initial_values,
    stored_values,
    accumulators,
    callees,
    strings,
    branch_gaps,
    file_origins,
    thrown_away,
    filled,
    rows_of_text,
    environment,
    files,
    asynchronous,
    loops,
    own_objects,
    dictionaries,
    protocols,
    splitting,
    coroutines,
    csv_rows,
    dates,
    formats,
    libraries,
    patterns,
    plots,
    standard_types,
    tables,
    loop_items,
    lost_tables,
    sizes_of_arrays,
    crashes,
    imports,
    names,
    scopes,
    callables,
    arguments,
    key_origins,
    kept_strings,
    unpacked,
    swapped_names,
    class_parts,
    lost_returns,
    module_hidden,
    recursion_steps,
    data_lines,
    unread_variables,
    value_origins,
    wrong_values,
    none_values,
    operands,
    iteration,
    indexing,
    keys,
    outside_attributes,
    attributes,
    values,
    recursion,
    syntax_errors,
    joined_words,
)


def in_order(rules: Iterable[RuntimeRule]) -> list[RuntimeRule]:
    """Return the rules, sorted so that each comes before the rules that its `before` names. The fallbacks are last."""
    known = {rule.name: rule for rule in rules}
    above: dict[str, list[str]] = {}
    for rule in known.values():
        for later in rule.before:
            above.setdefault(later, []).append(rule.name)
    for general in (rule for rule in known.values() if rule.is_general):
        after = {general.name, *_all_after(general, known)}
        special = (rule for rule in known.values() if not rule.is_general and rule.name not in after)
        above.setdefault(general.name, []).extend(rule.name for rule in special if after.intersection(rule.before))
    ordered: dict[str, RuntimeRule] = {}

    def place(name: str) -> None:
        for earlier in above.get(name, ()):
            place(earlier)
        ordered.setdefault(name, known[name])

    for name in known:
        place(name)
    for last in (libraries.library_message, any_exception.other):
        ordered[last.name] = ordered.pop(last.name)
    return list(ordered.values())


def _all_after(rule: RuntimeRule, known: Mapping[str, RuntimeRule]) -> list[str]:
    """Return the names of the rules that come after a rule, by its own `before` or by that of a rule in between."""
    found = [*rule.before]
    for name in found:
        found += [later for later in known[name].before if later not in found]
    return found


UNEXPLAINED = any_exception.other
"""The rule that matches every crash, for exceptions that no other rule explains."""
RULES = tuple(in_order(rules_of(MODULES, RuntimeRule)))
"""All rules in the order in which they are tried: the first that finds a match in the code is used."""


@lru_cache(maxsize=64)
def rules_for(exception: str) -> tuple[RuntimeRule, ...]:
    """Return the rules for exceptions of a type, in order."""
    return tuple(rule for rule in RULES if not rule.exceptions or exception in rule.exceptions)


def matches(
    program: Program, crash: Crash, names: Mapping[str, Any] | None = None
) -> Iterator[tuple[RuntimeRule, Match]]:
    """Yield the rules that match a crash, in order. `names` are the known values of variables on the failing line.

    The last rule matches every crash.
    """
    for rule in rules_for(crash.exception):
        message = rule.message.search(crash.message)
        if message is None:
            continue
        try:
            match = rule.detect(CrashContext(program, crash, message, names))
        except Stopped:  # The rule asked about a value that is not known.
            continue
        if match is not None:
            yield rule, match


def diagnose(evidence: Evidence) -> Cause:
    """Return the cause of a crash: the first rule that matches, asserts nothing false, and whose edit mends the crash.

    If no edit mends it, the cause is the first of these rules without its edit. The last rule matches every crash.
    """
    without_edit: Cause | None = None
    for rule, match in matches(evidence.program, evidence.crash, evidence.names):
        if rule is any_exception.other and without_edit is not None:
            break
        claims = [evidence.holds(claim, match) for claim in rule.lesson.claims]
        if False in claims:
            continue
        is_proved = None not in claims and (bool(claims) or rule.lesson.is_proved_by_message or match.is_proved)
        edit = match.edit or _chosen(evidence, match)
        mends = evidence.mends(edit) if edit is not None else None
        if match.needs_edit and not mends:
            continue
        if mends is False:
            without_edit = without_edit or Cause(rule, replace(match, edit=None), "likely")
            continue
        if edit is not None and mends is None and evidence.only_moves(edit):
            return Cause(rule, replace(match, edit=None), _certainty(rule, is_certain=is_proved))
        if edit is None and not match.is_proved and (match.is_symptom or rule.lesson.is_symptom):
            return Cause(rule, match, "start_here")
        return Cause(rule, replace(match, edit=edit), _certainty(rule, is_certain=is_proved or bool(mends)))
    if without_edit is None:
        raise AssertionError("the last rule matches every crash")
    return without_edit


def _chosen(evidence: Evidence, match: Match) -> Edit | None:
    """Return the choice that mends the crash: the only one, or the first if the match allows that; else None."""
    if match.takes_first:
        return next(filter(evidence.mends, match.choices), None)
    mending = [edit for edit in match.choices if evidence.mends(edit)]
    return mending[0] if len(mending) == 1 else None


def _certainty(rule: RuntimeRule, *, is_certain: bool) -> Certainty:
    if rule is any_exception.other or not rule.lesson.is_sure:
        return "start_here"
    return "certain" if is_certain else "likely"
