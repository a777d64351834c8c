"""What a hint may show of values, runs and other programs, and what is an edit although it shows little code."""

from __future__ import annotations

import pytest

from tutor_pedagogy.guard import Guard, GuardRule
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

PROGRAM = """\
import math
from datetime import date

def largest_gap(heights):
    widest = 0
    position = 0
    while position < len(heights):
        gap = heights[position + 1] - heights[position]
        if gap > widest and widest is not None:
            widest = gap
        position += 1
        return widest

print("Widest gap: " + largest_gap([3, 8, 10]))
"""
QUESTION, CONCEPT, STRUCTURE, EXAMPLE = (HintLevel(level) for level in (1, 2, 3, 4))


def rule_of(reply: str, level: HintLevel) -> GuardRule | None:
    """Return the rule that stops a reply about the program, or None."""
    guard = Guard(level, Submission(code=PROGRAM, cursor=Position(0, 0)))
    guard.feed(reply)
    guard.finish()
    return None if guard.verdict is None else guard.verdict.rule


@pytest.mark.parametrize(
    "reply",
    [
        "After the first round, `gap = 5` and `widest = 5`.",
        "- position = 1: gap = 2, widest = 5\n- position = 2: there is no next one\n",
        "Suppose `position = 2`. Which item is `heights[position + 1]` then?",
        "So `8 - 3 = 5`, and 10 - 8 = 2.",
        "`len(heights)` → `3`, `8 - 3` → `5`, `heights[3]` → IndexError",
        "`print(...)` and `heights[...]` both take something between brackets.",
        "`type(heights)` says `<class 'list'>`.",
        "`True and False` is `False`.",
        "Python reads it as `gap > widest and (widest is not None)`.",
        "A loop such as `while ...:` goes on for as long as something is true.",
        "Try `for each in heights: print(each)` in the shell.",
    ],
)
def test_values_of_a_run_pass_at_all_levels(reply: str) -> None:
    """Sums, values at a step, what an expression gives, forms with gaps and a line for the shell give nothing away."""
    assert [rule_of(reply, level) for level in (QUESTION, CONCEPT, STRUCTURE, EXAMPLE)] == [None] * 4


@pytest.mark.parametrize(
    "reply",
    [
        '`{"red": 1}["blue"]` raises a KeyError, and `"7" * 2` is `"77"`.',
        "With `a, b = (4, 7)`, `a` is 4 and `b` is 7.",
        '`sorted(["fig", "pear"], key=len)` compares the lengths.',
        "`date(2024, 1, 10) - date(2024, 1, 1)` is nine days.",
        "`math.floor()` and `math.ceil()` are easily mixed up.",
    ],
)
def test_a_small_example_of_another_thing_passes_from_level_2(reply: str) -> None:
    """An expression that shares no name with the program may explain a concept."""
    assert [rule_of(reply, level) for level in (CONCEPT, STRUCTURE)] == [None] * 2


@pytest.mark.parametrize(
    "reply",
    [
        "It is `while place < len(sizes) - 1:` that stops in time.",
        "You see `stride -= 2` in such loops.",
        "There is `robot.turn()` for that.",
        'It ends in `print(f"Widest gap: {largest_gap([3, 8, 10])}")`.',
        "With `return best` it works.",
    ],
)
def test_the_program_in_other_names_is_no_example(reply: str) -> None:
    """Nearly a line of the program in other names, a call for a solution or the program's own text is withheld."""
    assert rule_of(reply, CONCEPT) is not None


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        ("```diff\n-        return widest\n+    return widest\n```", GuardRule.EDIT_BLOCK),
        ("Move the `if gap > widest and widest is not None: widest = gap` check before it.", GuardRule.EDIT_MOVE),
        ("`return widest` has to go after the loop.", GuardRule.EDIT_MOVE),
        ("Dedent line 12.", GuardRule.EDIT_MOVE),
        ("Take the return out of the loop.", GuardRule.EDIT_MOVE),
        ("Swap the two operands.", GuardRule.EDIT_MOVE),
        ("Swap `position += 1` and `return widest`.", GuardRule.EDIT_MOVE),
        ("Drop the brackets there.", GuardRule.EDIT_INSERT),
        ("Compare it with `len(heights[0])` instead.", GuardRule.EDIT_SUGGEST),
        ("Divide by `len(widest)`.", GuardRule.EDIT_SUGGEST),
        ("Use less than or equal instead of less than.", GuardRule.EDIT_REPLACE),
        ("Set widest to the first element of heights.", GuardRule.EDIT_SET),
        ("Set widest to minus one.", None),
    ],
)
def test_an_edit_that_shows_little_code_is_withheld(reply: str, rule: GuardRule | None) -> None:
    """A moved line, a removed sign, a look that is offered as the edit and operands in words are edits."""
    assert rule_of(reply, STRUCTURE) == rule


@pytest.mark.parametrize(
    "reply",
    [
        "Let's follow the loop: is the return part of it?",
        "Should the return stand inside the loop or after it?",
        "Use `type(heights[0])` to see what an item is.",
        "What happens to `position` when the loop runs for the last time?",
    ],
)
def test_a_question_about_the_place_is_no_edit(reply: str) -> None:
    """A question about a line or an instruction to look is no edit."""
    assert rule_of(reply, QUESTION) is None


EXAMPLE_OF_LIMITS = """\
```python
def feeling(degrees):
    if degrees > 30:
        return "hot"
    if degrees > 20:
        return "warm"
    return "cold"
```
"""


@pytest.mark.parametrize(("limits", "is_example"), [((80, 60), True), ((30, 20), False)])
def test_an_example_has_values_of_its_own(limits: tuple[int, int], *, is_example: bool) -> None:
    """A function of the same form is an example if its values are others, and the program in other names if not."""
    first, second = limits
    branches = "".join(f'    if points > {limit}:\n        return "{limit}"\n' for limit in (second, first))
    code = f"def grade(points):\n{branches}    return None\n"
    guard = Guard(EXAMPLE, Submission(code=code, cursor=Position(0, 0)))
    guard.feed(EXAMPLE_OF_LIMITS)
    guard.finish()

    assert (guard.verdict is None) == is_example
