"""Conditions that are always true, never true, or asked in an order in which a later one cannot be reached."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.logic.smell import Smell
from tutor_server.pedagogy.offline.runtime.case import Site
from tutor_server.pedagogy.offline.runtime.origins import is_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.program import Program


def _on_line(program: Program, node: ast.expr, new: str) -> tuple[str, str] | None:
    line = program.line(node.lineno)
    text = program.segment(node)
    return (line, line.replace(text, new, 1)) if node.lineno == node.end_lineno else None


def _always_true(program: Program) -> Iterator[Site]:
    """`x == 1 or 2`: the second part is a value and no question."""
    for node in program.nodes:
        match node:
            case ast.BoolOp(op=ast.Or(), values=[ast.Compare(left=left, ops=[ast.Eq()]), *rest]) if any(
                isinstance(part, ast.Constant) and part.value not in (None, False, True) for part in rest
            ):
                parts = [program.segment(node.values[0])]
                parts += [
                    f"{program.segment(left)} == {program.segment(part)}"
                    if isinstance(part, ast.Constant)
                    else program.segment(part)
                    for part in rest
                ]
                changed = _on_line(program, node, " or ".join(parts))
                second = next(part for part in rest if isinstance(part, ast.Constant))
                yield Site(
                    lines=(node.lineno,), expression=program.segment(node), edit=program.edit(node.lineno, changed[1]) if changed else None,
                    facts={"second": Code(program.segment(second)), "left": Code(program.segment(left))},
                )  # fmt: skip


def _never_true(program: Program) -> Iterator[Site]:
    """`n == 1 and n == 2`: one value cannot equal two."""
    for node in program.nodes:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                equal = [
                    (ast.dump(v.left), ast.dump(v.comparators[0])) for v in values
                    if isinstance(v, ast.Compare) and isinstance(v.ops[0], ast.Eq) and isinstance(v.comparators[0], ast.Constant)
                ]  # fmt: skip
                lefts = [left for left, _ in equal]
                if len(set(equal)) == len(equal) and len(set(lefts)) < len(lefts):
                    changed = _on_line(program, node, program.segment(node).replace(" and ", " or "))
                    first = values[0]
                    left = program.segment(first.left) if isinstance(first, ast.Compare) else program.segment(first)
                    yield Site(
                        lines=(node.lineno,), expression=program.segment(node), edit=program.edit(node.lineno, changed[1]) if changed else None,
                        facts={"left": Code(left)},
                    )  # fmt: skip


def _always_different(program: Program) -> Iterator[Site]:
    """`x != 1 or x != 2`: one of the two always holds."""
    for node in program.nodes:
        match node:
            case ast.BoolOp(op=ast.Or(), values=values):
                unequal = [
                    (ast.dump(v.left), ast.dump(v.comparators[0])) for v in values
                    if isinstance(v, ast.Compare) and isinstance(v.ops[0], ast.NotEq) and isinstance(v.comparators[0], ast.Constant)
                ]  # fmt: skip
                lefts = [left for left, _ in unequal]
                if len(set(unequal)) == len(unequal) and len(set(lefts)) < len(lefts):
                    changed = _on_line(program, node, program.segment(node).replace(" or ", " and "))
                    first = values[0]
                    yield Site(
                        lines=(node.lineno,), expression=program.segment(node), edit=program.edit(node.lineno, changed[1]) if changed else None,
                        facts={"left": Code(program.segment(first.left) if isinstance(first, ast.Compare) else "")},
                    )  # fmt: skip


def _same_twice(program: Program) -> Iterator[Site]:
    """Both sides of `and`, `or` or a comparison are the same."""
    for node in program.nodes:
        match node:
            case ast.BoolOp(values=values) if len({ast.dump(v) for v in values}) < len(values):
                yield Site(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    facts={"part": Code(program.segment(values[-1]))},
                )
            case ast.Compare(left=left, comparators=[right]) if ast.dump(left) == ast.dump(right) and not isinstance(
                left, ast.Constant | ast.Call
            ):
                yield Site(
                    lines=(node.lineno,), expression=program.segment(node), facts={"part": Code(program.segment(left))}
                )


def _shadowed_branch(program: Program) -> Iterator[Site]:
    """A wider condition is asked before a narrower one, so the narrower is never reached."""
    for node in program.nodes:
        if not isinstance(node, ast.If):
            continue
        seen: list[tuple[str, type[ast.cmpop], float, int]] = []
        current: ast.stmt = node
        while isinstance(current, ast.If):
            match current.test:
                case ast.Compare(
                    left=left,
                    ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as sign],
                    comparators=[ast.Constant(value=int() | float() as bound)],
                ):
                    name = ast.dump(left)
                    for other, kind, limit, line in seen:
                        upwards = kind in (ast.Gt, ast.GtE) and isinstance(sign, ast.Gt | ast.GtE) and bound >= limit
                        downwards = kind in (ast.Lt, ast.LtE) and isinstance(sign, ast.Lt | ast.LtE) and bound <= limit
                        if other == name and (upwards or downwards):
                            yield Site(
                                lines=(current.lineno,), expression=program.segment(current.test),
                                facts={"test": Code(program.segment(current.test)), "first": Code(program.line(line).strip())},
                            )  # fmt: skip
                            break
                    seen.append((name, type(sign), bound, current.lineno))
                case _:
                    break
            current = current.orelse[0] if len(current.orelse) == 1 else ast.Pass()


def _later_overrides(program: Program) -> Iterator[Site]:
    """A chain of separate `if`s in which a later, wider one overrides what an earlier one has set."""
    for block in _blocks(program):
        for first, second in zip(block, block[1:], strict=False):
            match first, second:
                case (
                    ast.If(
                        test=ast.Compare(
                            left=a,
                            ops=[ast.Gt() | ast.GtE()],
                            comparators=[ast.Constant(value=int() | float() as high)],
                        ),
                        orelse=[],
                        body=[ast.Assign(targets=[ast.Name(id=x)])],
                    ),
                    ast.If(
                        test=ast.Compare(
                            left=b, ops=[ast.Gt() | ast.GtE()], comparators=[ast.Constant(value=int() | float() as low)]
                        ),
                        body=[ast.Assign(targets=[ast.Name(id=y)])],
                    ),
                ) if ast.dump(a) == ast.dump(b) and x == y and low < high:
                    line = program.line(second.lineno)
                    yield Site(
                        lines=(second.lineno,), expression=program.segment(second.test),
                        edit=program.edit(second.lineno, line.replace("if ", "elif ", 1)),
                        facts={"name": Code(x), "first": Code(program.segment(first.test)), "test": Code(program.segment(second.test))},
                    )  # fmt: skip
                    break


def _blocks(program: Program) -> Iterator[list[ast.stmt]]:
    for node in program.nodes:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


def _text_with_number(program: Program) -> Iterator[Site]:
    """The text that `input` gave is compared with a number, which is never equal."""
    for node in program.nodes:
        match node:
            case ast.Compare(
                left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int() | float() as value)]
            ) if not isinstance(value, bool) and is_input(program, left, node.lineno):
                origin = program.last_value(left.id, node.lineno) if isinstance(left, ast.Name) else left
                if origin is None:
                    continue
                changed = _on_line(program, origin, f"int({program.segment(origin)})")
                yield Site(
                    lines=(origin.lineno,), expression=program.segment(origin), edit=program.edit(origin.lineno, changed[1]) if changed else None,
                    facts={"name": Code(program.segment(left)), "test": Code(program.segment(node))},
                )  # fmt: skip


def _identity(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        match node:
            case ast.Compare(
                ops=[ast.Is() | ast.IsNot() as sign], comparators=[ast.Constant(value=str() | int() | float() as value)]
            ) if not isinstance(value, bool):
                word = "is not" if isinstance(sign, ast.IsNot) else "is"
                text = program.segment(node)
                changed = _on_line(program, node, text.replace(f" {word} ", " != " if word == "is not" else " == ", 1))
                yield Site(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, changed[1]) if changed else None,
                    facts={"word": Code(word)},
                )


def _function_as_truth(program: Program) -> Iterator[Site]:
    """A function or method is named in a condition, but not called."""
    for node in program.nodes:
        test = node.test if isinstance(node, ast.If | ast.While) else None
        match test:
            case ast.Name(id=name) if name in program.functions and not program.assignments(name):
                pass
            case ast.Attribute(
                attr="isdigit"
                | "isalpha"
                | "isupper"
                | "islower"
                | "startswith"
                | "endswith"
                | "isspace"
                | "isalnum"
                | "strip"
                | "lower"
            ):
                pass
            case _:
                continue
        text = program.segment(test)
        line = program.line(test.lineno)
        yield Site(
            lines=(test.lineno,),
            expression=text,
            edit=program.edit(test.lineno, line.replace(text, f"{text}()", 1)),
            facts={"name": Code(text)},
        )


def _float_equality(program: Program) -> Iterator[Site]:
    """A number with a point is compared for equality."""
    for node in program.nodes:
        match node:
            case ast.Compare(
                left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=float() as value)]
            ) if not value.is_integer():
                yield Site(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    facts={"left": Code(program.segment(left)), "value": Code(repr(value))},
                )
            case ast.Compare(left=ast.BinOp(), ops=[ast.Eq()], comparators=[ast.Constant(value=float())]):
                yield Site(
                    lines=(node.lineno,),
                    expression=program.segment(node),
                    facts={
                        "left": Code(program.segment(node.left)),
                        "value": Code(program.segment(node.comparators[0])),
                    },
                )


SMELLS = (
    Smell(
        "logic.condition-always-true",
        "logic",
        Lesson(
            question=(
                "Split the condition at the word `or`. Is each part a whole question on its own? What does Python make of $second alone: yes or no?"
            ),
            concept=(
                "`or` joins two whole questions. On line $line the second part is only the value $second, and Python counts every number but 0 and "
                "every text with letters as yes. So the whole condition is always true, whatever $left is."
            ),
            picture="It is like asking “is it Monday, or Tuesday?”: the second half alone asks nothing.",
            precise="`==` binds tighter than `or`; a non-empty constant is truthy.",
            place="Its second part is a value and asks nothing.",
            plan=(
                "Say both questions on their own, as whole sentences.",
                "Write down what is compared in the second one.",
                "Make both parts whole, or ask with `in` whether the value is one of several.",
            ),
            example=Example(
                "One value compared with several:",
                'day = "Sunday"\nprint(day in ("Saturday", "Sunday"))',
                "`in` asks whether `day` is one of the two, and its answer can be no.",
            ),
            remedy="On line $line compare $left with $second as well.",
            reason="Both parts are whole questions, so the condition can be false.",
            check="try a value for which the condition should be false.",
        ),
        0.95,
        frozenset(("truth", "value", "other")),
        _always_true,
    ),
    Smell(
        "logic.condition-never-true",
        "logic",
        Lesson(
            question=(
                "Is there any value of $left for which both parts of this condition hold at the same time? Try a few."
            ),
            concept=(
                "`and` is true only when both parts hold. One value cannot be equal to two different things at once, so the condition on line $line "
                "is never true, and its block never runs. In plain speech we often say “and” when we list cases that each count."
            ),
            picture="It is like a door that opens only on a day that is both Monday and Tuesday.",
            precise="The conjunction is unsatisfiable; the union of cases is a disjunction.",
            place="No value can fulfil both parts.",
            plan=(
                "List the values for which the block should run.",
                "Put the first of them into the condition, and work out both parts.",
                "Choose the word that makes one true part enough.",
            ),
            example=Example(
                "One true part is enough:",
                'month = "July"\nprint(month == "July" or month == "August")',
                "It is July, so the first part holds, and that is enough for `or`.",
            ),
            remedy="Join the parts on line $line with `or`.",
            reason="With `or` one true part is enough.",
            check="try each value of the list, and one that is not on it.",
        ),
        0.95,
        frozenset(("none", "truth", "value", "other")),
        _never_true,
    ),
    Smell(
        "logic.condition-excludes-nothing",
        "logic",
        Lesson(
            question=(
                "Is there any value of $left for which both parts of this condition are false? Try the values that you want to exclude."
            ),
            concept=(
                "`or` is true as soon as one part holds. A value that equals the first thing differs from the second, so one part always holds. The "
                "condition on line $line is therefore always true and excludes nothing."
            ),
            picture="It is like a guard who lets in everyone who is not Tom, or not Tim: both get in.",
            precise="By De Morgan the negation of a disjunction of equalities is a conjunction of inequalities.",
            place="One of its parts always holds.",
            plan=(
                "List the values that should be excluded.",
                "Put each into the condition and work out both parts.",
                "Choose the word that needs both parts to hold.",
            ),
            example=Example(
                "Both parts must hold:",
                'answer = "maybe"\nprint(answer != "yes" and answer != "no")',
                "Only an answer that is neither of the two gives `True`.",
            ),
            remedy="Join the parts on line $line with `and`.",
            reason="With `and` a value is let through only if it differs from all of them.",
            check="try each excluded value, and one that is allowed.",
        ),
        0.95,
        frozenset(("endless", "truth", "value", "other")),
        _always_different,
    ),
    Smell(
        "logic.same-part-twice",
        "logic",
        Lesson(
            question=(
                "Read both sides of this condition letter by letter. What is the difference between them? Which other name did you want to ask about?"
            ),
            concept=(
                "If both sides are the same, the second adds nothing: asking about $part twice gives one answer. On line $line that is the case, so "
                "one thing that you wanted to ask about is never asked."
            ),
            picture="It is like checking the front door twice and forgetting the back door.",
            precise="Idempotence: `a or a` is `a`; often a copy with one name left unchanged.",
            place="The same part stands there twice.",
            plan=(
                "Say in words what both parts should ask.",
                "Find the name that is missing; it is often one that looks much the same.",
                "Put it into one of the two parts.",
            ),
            example=Example(
                "Two parts with two names:",
                "front = True\nback = False\nprint(front or back)",
                "Each door is asked about once, so either of the two can make the answer `True`.",
            ),
            remedy="On line $line put the other name into one of the two parts.",
            reason="Both things are asked about.",
            check="try a case in which only the second one holds.",
        ),
        0.85,
        frozenset(("truth", "value", "other")),
        _same_twice,
    ),
    Smell(
        "logic.branch-never-reached",
        "logic",
        Lesson(
            question=(
                "Take a value for which $test holds. Which of the conditions above it does Python ask first, and what is the answer? Does it ever "
                "come to this one?"
            ),
            concept=(
                "In a chain of `if` and `elif` only the first true condition counts. The one above, $first, is wider: whenever $test would hold, it "
                "holds already. So the block of line $line never runs."
            ),
            picture="It is like sorting post with a box “all letters” in front of the box “letters from Rome”.",
            precise="The guards are tested in order; a later guard implied by an earlier one is dead.",
            place="A wider condition before it takes every case.",
            plan=(
                "Write the bounds of all conditions in a row.",
                "Bring them into an order in which the narrowest is asked first.",
                "Check one value for each block.",
            ),
            example=Example(
                "The narrowest condition first:",
                'wind = 95\nif wind > 90: print("storm")\nelif wind > 50: print("windy")\nelse: print("calm")',
                "95 is over both bounds, and the first one takes it.",
            ),
            remedy="Ask the condition of line $line before the wider one.",
            reason="The narrower condition is asked first, so its block can run.",
            check="try one value for each block, and each value right at a bound.",
        ),
        0.9,
        frozenset(("value", "text", "other")),
        _shadowed_branch,
    ),
    Smell(
        "logic.later-if-overrides",
        "logic",
        Lesson(
            question=(
                "Take a value for which $first holds. Does $test hold as well? Which of the two lines sets $name last? Follow one high value through all of the questions."
            ),
            concept=(
                "Each `if` on its own is asked, whatever the one before has said. A value that passes the first bound passes the lower one too, so "
                "the block of line $line sets $name anew and overrides what was right. One chain, in which only the first hit counts, needs "
                "another word for its further questions."
            ),
            picture="It is like a line of teachers who each write a grade over the one before.",
            precise="Sequential guards are not exclusive; a chain short-circuits after its first match.",
            place="It is asked also when the condition before has held.",
            plan=(
                "Follow one high value through all conditions.",
                "Write down $name after each of them.",
                "Join the questions to one chain, so that only the first hit counts.",
            ),
            example=Example(
                "One chain, one hit:",
                'points = 95\nif points > 80: medal = "gold"\nelif points > 60: medal = "silver"\nelse: medal = "none"\nprint(medal)',
                "95 passes the first question, so the others are not asked.",
            ),
            remedy="Write `elif` in place of `if` on line $line.",
            reason="The questions make one chain, so the first hit stays.",
            check="try one value for each block.",
        ),
        0.85,
        frozenset(("value", "text", "other")),
        _later_overrides,
    ),
    Smell(
        "logic.text-compared-with-number",
        "logic",
        Lesson(
            question=(
                "Which kind of value does `input` give for $name, and which kind stands on the other side in $test? Can the two ever be equal?"
            ),
            concept=(
                "What is typed arrives as a text. A text and a number are never equal, even if they look the same, and Python does not complain. So "
                "$test always gives the same answer. The value comes in on line $line."
            ),
            picture="The word “seven” on paper is not seven apples.",
            precise="`==` between str and int is False without an error; only ordering raises.",
            place="What it gives is a text, but it is compared with a number.",
            plan=(
                "Print `type` of $name right after it comes in.",
                "Decide whether you need a number.",
                "Convert it there with `int` or `float`.",
            ),
            example=Example(
                "A text turned into a number before it is compared:",
                'typed = "12"\nprint(typed == 12, int(typed) == 12)',
                "Only the second comparison has numbers on both sides.",
            ),
            remedy="Wrap the value with `int` on line $line, where it comes in.",
            reason="A number is compared with a number.",
            check="type the number for which the condition should hold.",
        ),
        0.9,
        frozenset(("truth", "value", "endless", "other")),
        _text_with_number,
    ),
    Smell(
        "logic.identity-for-equality",
        "logic",
        Lesson(
            question=(
                "What does $word ask on this line: whether two values are equal, or whether they are one and the same thing in memory? Which of the "
                "two do you want to know?"
            ),
            concept=(
                "$word asks whether both sides are the very same object. Two equal texts or numbers may be stored twice, and then the answer is no. "
                "On line $line you want to know whether they are equal."
            ),
            picture="Two coins of one euro are worth the same, but they are two coins.",
            precise="Interning makes it work by chance for small ints and some strings; `is` is for None.",
            place="It asks about sameness in memory and not about equal values.",
            plan=(
                "Decide whether equal values are enough.",
                "Recall the sign that compares values.",
                "Keep $word for the comparison with `None`.",
            ),
            example=Example(
                "Equal values are compared by their own sign:",
                'city = "".join(["R", "ome"])\nprint(city == "Rome", city is None)',
                "The letters are the same, and that is what the first comparison asks.",
            ),
            remedy="On line $line compare the values with `==` or `!=`.",
            reason="The values are compared, wherever they are stored.",
            check="try a text that was read or put together.",
        ),
        0.7,
        frozenset(("truth", "value", "other")),
        _identity,
    ),
    Smell(
        "logic.function-named-in-condition",
        "logic",
        Lesson(
            question=(
                "Is $name called in this condition, or only named? What does Python count a function itself as, yes or no? Print both forms, with and without the brackets, to see."
            ),
            concept=(
                "A function that is named but not called stands for itself, and everything that is not empty counts as yes. So the condition on line "
                "$line is always true, and $name never runs."
            ),
            picture="It is like asking “is there a thermometer?” when you mean “how warm is it?”.",
            precise="Function objects are truthy; the call is missing.",
            place="The function is named there, but not called.",
            plan=(
                "Say what the function should find out.",
                "Recall what follows a name when a function is called.",
                "Check what it needs between the brackets.",
            ),
            example=Example(
                "A method that is called in a condition:",
                'code = "77a"\nif code.isdigit(): print("digits only")\nelse: print("something else")',
                "The brackets make `isdigit` run, and its answer counts.",
            ),
            remedy="Write round brackets after $name on line $line.",
            reason="The function runs, and its answer decides.",
            check="try a case in which the answer should be no.",
        ),
        0.9,
        frozenset(("truth", "value", "other")),
        _function_as_truth,
    ),
    Smell(
        "numerical.equality-of-floats",
        "logic",
        Lesson(
            question=(
                "Print $left with many digits right before this line, with `repr`. Is it exactly $value, or only very close to it?"
            ),
            concept=(
                "Most numbers with a point cannot be stored exactly, so small rounding errors creep in. Two results that should be equal can differ in "
                "the last digit, and `==` on line $line then gives no."
            ),
            picture="It is like measuring the same table twice: the two results differ by a hair.",
            precise="Binary fractions represent only dyadic rationals; compare with `math.isclose` and a tolerance.",
            place="It asks for exact equality of numbers with a point.",
            plan=(
                "Decide how big a difference may be so that it does not matter.",
                "Recall the function of the module `math` that compares with a tolerance: `isclose`.",
                "Use it for this comparison.",
            ),
            example=Example(
                "A comparison with a tolerance:",
                "import math\n\nweight = 0.1 + 0.2\nprint(weight == 0.3, math.isclose(weight, 0.3))",
                "The sum is not exactly 0.3, but close enough.",
            ),
            remedy="On line $line compare with `math.isclose`.",
            reason="A tiny rounding error no longer changes the answer.",
            check="print both values with `repr`, and the answer.",
            maths_picture="0.1 has no exact form in base two, like one third in base ten.",
            maths_precise="State the tolerance relative to the size of the numbers.",
        ),
        0.55,
        frozenset(("truth", "endless", "other")),
        _float_equality,
    ),
)
