"""The figures that the benchmark prints for programs with a mistake."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, percentile, share
from benchmarks.teaching.bugs import JudgedBug, is_claim
from benchmarks.teaching.generic import names_cause
from benchmarks.teaching.rows import FAMILIES
from benchmarks.teaching.worked_examples import run_examples
from testing.reading_grade import FEWEST_WORDS, GRADE, MOST_WORDS, reading_grade
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = {"syntax": "syntax", "runtime": "run time", "logic": "logic"}


def figures(bugs: Sequence[JudgedBug]) -> list[Figure]:
    """Return the figures for programs with a mistake: some cover all programs, others one family such as `syntax`."""
    return [*_causes(bugs), *_lines(bugs), *_certainties(bugs), *_edits(bugs), *_claims(bugs), *_texts(bugs)]


def print_effects(bugs: Sequence[JudgedBug]) -> None:
    """Print how many of the tutor's edits have each effect, by the family of the mistake."""
    counts = Counter((bug.edit.effect, bug.row.family) for bug in bugs if bug.edit is not None)
    print(f"\n{'effect of the edit':22}" + "".join(f"{_WORDS[family]:>10}" for family in FAMILIES))
    for effect in sorted({effect for effect, _ in counts}):
        print(f"{effect:22}" + "".join(f"{counts[effect, family]:10}" for family in FAMILIES))


def _of(bugs: Sequence[JudgedBug], family: str) -> list[JudgedBug]:
    return [bug for bug in bugs if bug.row.family == family]


def _causes(bugs: Sequence[JudgedBug]) -> list[Figure]:
    logic = _of(bugs, "logic")
    told = [bug for bug in logic if bug.row.reported or bug.row.question or bug.row.test_report]
    pairs = [(bug.alone.rule, bug.on_fix.rule) for bug in logic if bug.on_fix is not None]
    return [
        *(
            share(f"{_WORDS[family]}: a cause beyond the report", [bug.is_named for bug in _of(bugs, family)])
            for family in ("syntax", "runtime")
        ),
        share("logic, with a report: a cause beyond it", [bug.is_named for bug in told]),
        share("logic, the code alone: a cause", [names_cause(bug.alone.rule) for bug in logic]),
        share(
            "logic, the code alone: a cause that is not found in the fix",
            [names_cause(alone) and alone != on_fix for alone, on_fix in pairs],
        ),
    ]


def _lines(bugs: Sequence[JudgedBug]) -> list[Figure]:
    """Return how often the tutor names a right line and, for the same programs, how often Python itself does."""
    found: list[Figure] = []
    for family in FAMILIES:
        known = [bug for bug in _of(bugs, family) if bug.right_lines]
        both = [bug for bug in known if bug.pythons_line is not None]
        found.append(share(f"{_WORDS[family]}: right line", [bug.has_right_line for bug in known]))
        if both:
            gained = [bug.has_right_line and not bug.python_has_right_line for bug in both]
            lost = [bug.python_has_right_line and not bug.has_right_line for bug in both]
            found += [
                share("  where Python names one, the tutor's right", [bug.has_right_line for bug in both]),
                share("  where Python names one, Python's own right", [bug.python_has_right_line for bug in both]),
                share("  right by the tutor alone", gained),
                share("  right by Python alone", lost),
            ]
    return found


def _certainties(bugs: Sequence[JudgedBug]) -> list[Figure]:
    """Return how often answers of each certainty are right, among those that an edit or a known line can check."""
    certain = [bug.is_named and bug.answer.certainty == "certain" for bug in bugs]
    found = [share("answers that are `certain` and name a cause", certain, at_least=40)]
    for certainty, target in (("certain", 98), ("likely", None)):
        truths = [bug.truth for bug in bugs if bug.answer.certainty == certainty and bug.truth != "unchecked"]
        found.append(share(f"`{certainty}`: borne out", [truth == "borne out" for truth in truths], at_least=target))
        against = sorted(set(truths) - {"borne out"})
        found += [share(f"  not: {reason}", [truth == reason for truth in truths]) for reason in against]
    return found


def _edits(bugs: Sequence[JudgedBug]) -> list[Figure]:
    found: list[Figure] = []
    for family, offered in (("syntax", None), ("runtime", 60), ("logic", None)):
        rows = _of(bugs, family)
        edits = [bug.edit for bug in rows if bug.edit is not None]
        decided = [edit.effect for edit in edits if edit.effect != "undecided"]
        found.append(
            share(f"{_WORDS[family]}: an edit is offered", [bug.edit is not None for bug in rows], at_least=offered)
        )
        if family != "logic":
            gone = [effect not in ("does not compile", "error stays") for effect in decided]
            found.append(share("  run, and the reported error is gone", gone))
        found.append(share("  run, and it mends", [effect == "mends" for effect in decided]))
    every = [bug.edit for bug in bugs if bug.edit is not None]
    effects = [edit.effect for edit in every if edit.effect != "undecided"]
    equal = [edit.equals_fix for edit in every if edit.equals_fix is not None]
    return [
        *found,
        share("edits of all kinds: run, and they mend", [effect == "mends" for effect in effects], at_least=90),
        share("edits: compile, keep every statement, small", [edit.is_good for edit in every]),
        share("edits: equal the known fix", equal),
    ]


def _claims(bugs: Sequence[JudgedBug]) -> list[Figure]:
    answers = [bug.on_fix for bug in bugs if bug.on_fix is not None]
    rules = Counter((answer.rule, answer.certainty) for answer in answers if is_claim(answer))
    return [
        share("fixed programs with a claim", [is_claim(answer) for answer in answers], at_most=0),
        *(Figure(f"  {rule}, {certainty}", number, unit="") for (rule, certainty), number in rules.most_common()),
    ]


def _texts(bugs: Sequence[JudgedBug]) -> list[Figure]:
    hints = [text for bug in bugs for level, text in bug.texts.items() if level < HintLevel.SOLUTION]
    words = [len(text.split()) for text in hints]
    examples = run_examples([bug.texts[int(HintLevel.EXAMPLE)] for bug in bugs])
    times = [time for bug in bugs for time in bug.milliseconds]
    flagged = sum(len(bug.flagged) for bug in bugs)
    return [
        share("worked examples that run", examples, at_least=100),
        Figure("offline texts of levels 1 to 4 that the guard flags", flagged, at_most=0, unit=""),
        share("hints of 40 to 160 words", [FEWEST_WORDS <= count <= MOST_WORDS for count in words], at_least=100),
        share("hints of reading grade 9 or below", [reading_grade(text) <= GRADE for text in hints], at_least=100),
        Figure("offline answer, CPU, mean", sum(times) / max(len(times), 1), at_most=1.6, unit="ms"),
        Figure("offline answer, CPU, p95", percentile(times, 95), at_most=5, unit="ms"),
    ]
