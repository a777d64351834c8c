"""What a wrong result alone tells: one rule for each way in which a value can be wrong."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson, Rule
from tutor_server.pedagogy.offline.runtime.case import Site

if TYPE_CHECKING:
    from tutor_server.pedagogy.offline.logic.symptom import Symptom
    from tutor_server.pedagogy.offline.program import Function, Program

_LONGEST_VALUE = 60


def _lesson(  # noqa: PLR0917 - the parts of a lesson in their order
    question: str,
    concept: str,
    picture: str,
    precise: str,
    place: str,
    plan: tuple[str, str, str],
    example: Example,
    remedy: str,
    reason: str,
    check: str,
) -> Lesson:
    return Lesson(
        question=question, concept=concept, picture=picture, precise=precise, place=place, plan=plan, example=example, remedy=remedy, reason=reason, check=check
    )  # fmt: skip


NOTHING = Rule(
    "logic.result-is-none",
    "logic",
    _lesson(
        "The call $call gives back `None`, but $expected was wanted. Follow exactly this call through $function line by line. At which line does the "
        "function end, and is there a `return` on that way?",
        "`None` comes back when a function ends without a `return` that has a value. So for the call $call Python takes a way through $function on which "
        "no answer is given back. Such ways are easy to overlook: a loop that never finds anything, a condition that is false, an empty input.",
        "It is like a maze with one exit where nobody waits.",
        "Check every path of the control flow; the implicit value at the end of the body is None.",
        "On the way of this call no answer is given back behind it.",
        (
            "Play $call through on paper, and tick off each line that runs.",
            "Mark the line at which the function ends.",
            "Give the right answer back there with `return`.",
        ),
        Example(
            "A function with an answer on every way:",
            'def sign(number):\n    if number > 0:\n        return "plus"\n    if number < 0:\n        return "minus"\n    return "zero"\n\n\nprint(sign(0))',
            "For 0 both conditions are false, and the last line answers.",
        ),
        "Follow $call to the end of $function and give $expected back there with `return`.",
        "Every way through the function ends with an answer.",
        "run $call again, then a call for each of the other ways.",
    ),
)
KIND = Rule(
    "logic.result-of-another-kind",
    "logic",
    _lesson(
        "The call $call gives $got, and $expected was wanted. Compare not the values but their kinds: what is each of them, a number, a text, a list? Use "
        "`type` on both.",
        "Two values can look alike and still be of different kinds: a text of digits and a number, a whole number and one with a point, a list and a set. They "
        "are not equal then, or do not behave alike. $function gives back $got, which is not the kind that the task asks for.",
        "It is like paying with a coupon where cash is asked for.",
        "Equality across types is mostly False; a function should have one return type on all paths.",
        "This is where the kind of the result is decided.",
        (
            "Use `type` on the result and on the expected value.",
            "Find the line at which the value becomes what it is.",
            "Choose the operation or the built-in function that gives the right kind, such as `int`, `str` or `list`.",
        ),
        Example(
            "Two divisions, two kinds of numbers:",
            "pupils = 23\nprint(type(pupils / 4), type(pupils // 4))",
            "The single slash gives a number with a point, the double one a whole number.",
        ),
        "Change line $line so that the result has the same kind as $expected.",
        "Value and kind are both as the task asks.",
        "print `type` of the result of $call.",
    ),
)
TRUTH = Rule(
    "logic.answer-turned-round",
    "logic",
    _lesson(
        "The call $call answers $got, but $expected is right. Which condition decides this answer? Put the values of the call into it by hand: is each part true "
        "or false?",
        "A wrong yes or no comes from a condition that does not ask quite what you mean. Usual reasons are the border itself, such as “more than” for “at least”, "
        "a condition turned round, or an answer that is given before all was seen. For $call the condition leads to $got.",
        "It is like a sieve whose holes are a little too wide or too narrow.",
        "Find the boundary case: the smallest input on which predicate and specification differ.",
        "For this call it leads to the wrong answer.",
        (
            "Write down the values of $call and put them into each condition.",
            "Mark the first condition whose answer surprises you.",
            "Check its comparison sign, and the cases none, one and several.",
        ),
        Example(
            "The border is part of the question:",
            "def may_vote(age):\n    return age >= 18\n\n\nprint(may_vote(17), may_vote(18))",
            "With “more than” the answer for exactly 18 would be wrong.",
        ),
        "Change the condition on line $line so that it gives $expected for $call, and keep its answer for the other cases.",
        "The condition asks exactly what the task says.",
        "run $call, and the cases right below and right above the border.",
    ),
)
OFF = Rule(
    "logic.result-off-by-one",
    "logic",
    _lesson(
        "The call $call gives $got, just one away from $expected. Which step happens once too often or once too seldom? Look at where counting starts, where it "
        "stops, and at the border in each comparison.",
        "A result that is off by one nearly always comes from a border: a loop that stops one step too early, a count that starts at 1 and not at 0, or “more than” "
        "in place of “at least”. For $call the result is $got and not $expected.",
        "It is like counting fence posts when you mean the boards between them.",
        "Check half-open intervals: first value, last value, and the comparison at the bound.",
        "Here the border is decided.",
        (
            "Take the smallest input for which the result is wrong.",
            "Write down the first and the last value of each counter.",
            "Change the one border that does not fit.",
        ),
        Example(
            "From the third to the seventh day, both included:",
            "first = 3\nlast = 7\nprint(last - first + 1)",
            "The plain difference is 4, but five days pass by.",
        ),
        "Check the border on line $line: start, end, and the comparison sign.",
        "The step at the border happens exactly as often as it should.",
        "run $call, and the smallest and the next input.",
    ),
)
AMOUNT = Rule(
    "logic.result-too-big-or-small",
    "logic",
    _lesson(
        "The call $call gives $got, but $expected is right. Work the same call out by hand and write down each value in between. At which step do your numbers and "
        "those of the program part?",
        "A wrong number is the sum of its steps: the start, what each round adds, how many rounds there are, and the formula. One of these is not what you mean. With "
        "$call you have a case for which you know the right result, $expected, so you can check step by step.",
        "It is like a bill that is wrong: go through it line by line.",
        "State the loop invariant and test it after each iteration with this input.",
        "Its value is the first to check.",
        (
            "Use `print` to show each value in each round for $call.",
            "Write your own numbers next to them.",
            "The first line that differs shows the step to change.",
        ),
        Example(
            "Values shown in each round:",
            "loan = 100\nfor month in (1, 2):\n    loan -= 30\n    print(month, loan)",
            "Two rounds, two lines: each can be checked by hand.",
        ),
        "Show the values in $function for $call, and change the first step that gives another number than yours.",
        "The first wrong step is the cause of all that follow.",
        "run $call again, and one more case that you work out by hand.",
    ),
)
ORDER = Rule(
    "logic.result-in-another-order",
    "logic",
    _lesson(
        "The call $call gives $got. Compare with $expected: which items are the same, and which stand at another place? In which order does your program come to "
        "them, and at which end does it put them?",
        "The right items in another order come from how they are collected: put in at the front or at the end, kept at their first or at their last appearance, or "
        "passed through a set, which keeps no order. For $call the result is $got.",
        "It is like dealing the right cards from the bottom of the pack.",
        "Decide on first or last occurrence, and whether the structure preserves insertion order.",
        "Here the order of the result is decided.",
        (
            "Print the collection after each round for $call.",
            "Find the first round after which the order is wrong.",
            "Decide which item should be kept, and at which end a new one is put in.",
        ),
        Example(
            "The order in which items are put in:",
            'shelf = []\nfor book in ("A", "B"):\n    shelf.append(book)\n    print(shelf)',
            "Each new book comes last, so the order stays.",
        ),
        "Change line $line so that items are kept and put in in the order of $expected.",
        "The items are collected in the order that the task asks for.",
        "run $call, and a case in which an item appears three times.",
    ),
)
LENGTH = Rule(
    "logic.result-too-long-or-short",
    "logic",
    _lesson(
        "The call $call gives $got, but $expected was wanted. Which item is too much, or which is absent? Follow this one item: at which line is it put in, left out or "
        "taken away?",
        "Too many or too few items mean that the line which collects them runs too often or too seldom: its condition is too wide or too narrow, the loop misses an "
        "item, or what is left at the end is forgotten. For $call that gives $got.",
        "It is like a guest list: someone was let in who should not be, or left outside.",
        "Trace the membership decision for one specific element.",
        "It decides about the items of the result.",
        (
            "Choose one item that is wrong in $got.",
            "Print the condition for this item in its round.",
            "Change the condition or the bounds of the loop so that this item is treated rightly.",
        ),
        Example(
            "The condition shown for each item:",
            'for word in ("sun", "moonlight"):\n    print(word, len(word) > 4)',
            "Each line shows whether the word would be kept.",
        ),
        "Change line $line so that exactly the items of $expected are collected.",
        "The condition lets in what should be in, and nothing else.",
        "run $call, an empty input, and one with a single item.",
    ),
)
ENDLESS = Rule(
    "logic.never-comes-to-an-end",
    "logic",
    _lesson(
        "The call $call does not come to an end. Which loop or which call of itself goes on and on? What should make it stop, and what changes from one round to the next?",
        "A loop ends when its condition becomes false, and a function that calls itself ends at its simplest case. If what they ask about does not change, or changes in the "
        "wrong direction, the end never comes. With $call that happens in $function.",
        "It is like driving round a roundabout because no exit is marked.",
        "Find a measure that decreases in each step and is bounded from below.",
        "What it asks about does not come to an end for this call.",
        (
            "Print the values in this condition in each round, and stop after ten.",
            "See whether they move towards the end, stand still, or jump over it.",
            "Change the step or the condition so that the end is sure to come.",
        ),
        Example(
            "A step that is sure to reach the end:",
            "water = 10\nwhile water > 0:\n    water -= 3\nprint(water)",
            "The value goes below 0 in the end, and “greater than” catches that.",
        ),
        "Change the step or the condition of line $line so that it becomes false at some time for $call.",
        "Each round comes closer to the end.",
        "run $call again, and print how many rounds it took.",
    ),
)
FORM = Rule(
    "logic.text-in-another-form",
    "logic",
    _lesson(
        "The call $call gives $got, and $expected was wanted. Compare the two texts letter by letter: big and small letters, blanks, points and commas. Where is the first "
        "difference?",
        "For a computer two texts are equal only if every character is the same, blanks and points included. The words of your result are right, but its form is not: $got "
        "in place of $expected.",
        "It is like a password: one big letter, and it is another one.",
        "Compare with `repr`, which shows blanks and escapes.",
        "It makes the text that differs.",
        (
            "Print both texts with `repr`, one below the other.",
            "Mark the first character that differs.",
            "Change the text at that place, or use a method such as `strip` or `lower`.",
        ),
        Example(
            "Two texts compared with `repr`:",
            'shown = "Total: 5 "\nprint(repr(shown), repr(shown.strip()))',
            "The marks show the blank at the end of the first one.",
        ),
        "Change the text on line $line so that it equals $expected, letter by letter.",
        "Every character is the same.",
        "run $call and compare with `repr`.",
    ),
)
VALUE = Rule(
    "logic.result-differs",
    "logic",
    _lesson(
        "For $call you get $got, but the task wants $expected. Work out this one call by hand, line by line, as Python does. Which is the first line after which a value is not "
        "what you planned?",
        "One failing call is a gift: you know the input, the wrong result and the right one. The line that causes it lies between the start of $function and its `return`. "
        "Follow the call and compare each value with your plan; the first difference shows the place.",
        "It is like retracing your steps to find where you took the wrong turn.",
        "Bisect the execution: check the state in the middle and go on in the half that is wrong.",
        "Follow the call up to there.",
        (
            "Write down the values of $call at the start of $function.",
            "Use `print` to show the values after each step.",
            "Change the first line whose value differs from your plan.",
        ),
        Example(
            "A step shown on its own:",
            'full = "Ada Lovelace"\nfirst, last = full.split()\nprint(first, last)\nprint(last[0] + first[0])',
            "If the last line is wrong, the one before shows whether the parts were right.",
        ),
        "Trace $call through $function and change the first line whose value differs from your plan.",
        "All later values follow from the first wrong one.",
        "run $call again, and another case from the task.",
    ),
)

_BY_KIND: dict[str, Rule] = {
    "none": NOTHING, "printed": NOTHING, "kind": KIND, "text": KIND, "truth": TRUTH, "off": OFF, "less": AMOUNT, "more": AMOUNT, "zero": AMOUNT,
    "order": ORDER, "short": LENGTH, "long": LENGTH, "empty": LENGTH, "endless": ENDLESS, "form": FORM, "value": VALUE, "rounding": KIND,
}  # fmt: skip


def explain_result(program: Program, symptom: Symptom) -> tuple[Rule, Site] | None:
    """Choose the rule for a wrong result, and the line of the function at which to start."""
    rule = next(
        (_BY_KIND[kind] for kind in symptom.kinds if kind in _BY_KIND), VALUE if symptom.call or symptom.got else None
    )
    if rule is None:
        return None
    function = next((program.functions[name] for name in symptom.functions if name in program.functions), None)
    if function is None:
        function = program.function_at(program.cursor_line) or next(iter(program.functions.values()), None)
    line = _place(program, rule, function) if function is not None else program.cursor_line
    shown = program.line(line).strip()
    facts = {
        "call": _value(symptom.call) or (Code(f"{function.name}") if function is not None else "your program"),
        "expected": _value(symptom.expected) or "the right result",
        "got": _value(symptom.got) or "something else",
        "function": Code(function.name) if function is not None else "your program",
    }
    return rule, Site(lines=(line,), expression=shown or None, facts=facts)


def _value(text: str | None) -> str | None:
    if not text:
        return None
    return (
        Code(text)
        if len(text) <= _LONGEST_VALUE and text.isprintable()
        else Code(text[:_LONGEST_VALUE].rsplit(" ", 1)[0])
    )


def _place(program: Program, rule: Rule, function: Function) -> int:
    """Give the line of a function that decides about a result of this kind."""
    loops = sorted(
        (n for n in program.own_nodes(function) if isinstance(n, ast.For | ast.While)), key=lambda n: n.lineno
    )
    tests = sorted((n for n in program.own_nodes(function) if isinstance(n, ast.If)), key=lambda n: n.lineno)
    results = program.returns_of(function)
    match rule.name:
        case NOTHING.name:
            return function.body[-1].end_lineno or function.lineno
        case TRUTH.name:
            return tests[-1].lineno if tests else results[-1].lineno if results else function.lineno
        case OFF.name | ENDLESS.name | ORDER.name | LENGTH.name:
            whiles = [n for n in loops if isinstance(n, ast.While)]
            chosen = (whiles or loops) if rule is ENDLESS else loops
            return (
                chosen[0].lineno
                if chosen
                else tests[0].lineno
                if tests
                else results[-1].lineno
                if results
                else function.lineno
            )
        case _:
            return results[-1].lineno if results else function.body[-1].end_lineno or function.lineno
