"""The lessons of all rules, for tests of what they say."""

from __future__ import annotations

import re

from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules import logic, runtime, syntax
from tutor_pedagogy.offline.rules.logic import shown_by_cases, traced, trials, wrong_result
from tutor_pedagogy.offline.rules.logic.case_lines import UNTESTED
from tutor_pedagogy.offline.rules.logic.tracing import TRACE
from tutor_pedagogy.offline.rules.logic.unwritten import UNWRITTEN
from tutor_pedagogy.offline.rules.logic.wrong_branch import WRONG_BRANCH
from tutor_pedagogy.offline.rules.syntax.unreadable import UNREADABLE
from tutor_protocol import Position, Submission

RESULTS = [rule for rule in vars(wrong_result).values() if isinstance(rule, Rule)]
TRIED = [*trials.RULES.values(), trials.PLACES]
OTHERS = [WRONG_BRANCH, UNTESTED, UNWRITTEN, UNREADABLE, TRACE]
RULES = [*syntax.RULES, *runtime.RULES, *logic.RULES, *RESULTS, *TRIED, *traced.RULES, *shown_by_cases.RULES, *OTHERS]
PROGRAM = Program(Submission(code="zz\n", cursor=Position(0, 0)))
FACT = re.compile(r"\$(\w+)")


def parts(rule: Rule) -> list[str]:
    """Return all prose of a rule's lesson."""
    lesson = rule.lesson
    return [
        lesson.question,
        lesson.concept,
        lesson.picture,
        lesson.precise,
        lesson.maths_picture,
        lesson.maths_precise,
        lesson.place,
        *lesson.plan,
        lesson.remedy,
        lesson.reason,
        lesson.check,
        *(each.prose for each in (*lesson.reasons, *lesson.checks)),
        *(part for example in lesson.examples for part in (example.before, example.after)),
    ]
