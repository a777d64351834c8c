"""Results that do not come back: printed, forgotten, given back too early or as another kind of value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.logic.smell import Smell
from tutor_server.pedagogy.offline.runtime.case import Site
from tutor_server.pedagogy.offline.runtime.origins import IN_PLACE, falls_through, returns_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.program import Function, Program


def _prints(program: Program, function: Function) -> list[ast.Call]:
    return sorted(
        (
            node for node in program.own_nodes(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and node.args
        ),
        key=lambda node: node.lineno,
    )  # fmt: skip


def _print_for_return(program: Program) -> Iterator[Site]:
    """A function with parameters that prints its answer at the end of a branch and gives nothing back."""
    for function in program.functions.values():
        prints = _prints(program, function)
        if not prints or not function.args.args or function.name in ("main", "__init__"):
            continue
        given = [node for node in program.returns_of(function) if node.value is not None]
        if given and not all(
            isinstance(node.value, ast.Name) and node.value.id in {a.arg for a in function.args.args} for node in given
        ):
            continue
        if not given and not returns_nothing(function):
            continue
        called_alone = any(
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
            and node.value.func.id == function.name and program.function_at(node.lineno) is not function
            for node in program.nodes
        )  # fmt: skip
        if called_alone and not given:
            continue
        first = prints[0]
        line = program.line(first.lineno)
        text = program.segment(first)
        edit = None
        if len(first.args) == 1 and not first.keywords and line.strip() == text:
            edit = program.edit(first.lineno, line.replace(text, f"return {program.segment(first.args[0])}"))
        yield Site(
            lines=(first.lineno,), expression=text, edit=edit,
            facts={"function": Code(function.name), "shown": Code(program.segment(first.args[0]))},
        )  # fmt: skip


def _text_for_truth(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        match node:
            case ast.Return(value=ast.Constant(value="True" | "False" | "None" | "true" | "false" as text) as value):
                line = program.line(node.lineno)
                shown = program.segment(value)
                yield Site(
                    lines=(node.lineno,), expression=line.strip(), edit=program.edit(node.lineno, line.replace(shown, text.capitalize(), 1)),
                    facts={"text": Code(shown)},
                )  # fmt: skip


def _number_as_text(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        match node:
            case ast.Return(value=ast.Constant(value=str(text)) as value) if text.lstrip("-").isdigit():
                line = program.line(node.lineno)
                shown = program.segment(value)
                yield Site(
                    lines=(node.lineno,), expression=line.strip(), edit=program.edit(node.lineno, line.replace(shown, text, 1)),
                    facts={"text": Code(shown)},
                )  # fmt: skip


def _first_round(program: Program) -> Iterator[Site]:
    """A loop that gives an answer in its first round, whatever the first item is."""
    for node in program.nodes:
        if not isinstance(node, ast.For):
            continue
        last = node.body[-1]
        inner = [n for n in node.body if isinstance(n, ast.If) and any(isinstance(m, ast.Return) for m in n.body)]
        counts = any(isinstance(n, ast.If | ast.AugAssign) for n in node.body[:-1])
        if isinstance(last, ast.Return) and (inner or counts):
            line = program.line(last.lineno)
            indent = program.line(node.lineno)[
                : len(program.line(node.lineno)) - len(program.line(node.lineno).lstrip())
            ]
            yield Site(
                lines=(last.lineno,), expression=line.strip(), edit=program.edit(last.lineno, indent + line.strip()),
                facts={"header": Code(program.line(node.lineno).strip())},
            )  # fmt: skip
        elif isinstance(last, ast.If) and _always_returns(last):
            others = [branch for branch in _branches(last)[1:] if isinstance(branch[-1], ast.Return)]
            if others and not _compares_with_end(last):
                final = others[-1][-1]
                yield Site(
                    lines=(final.lineno,),
                    expression=program.line(final.lineno).strip(),
                    facts={"header": Code(program.line(node.lineno).strip())},
                )


def _branches(node: ast.If) -> list[list[ast.stmt]]:
    branches = [node.body]
    rest = node.orelse
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        branches.append(rest[0].body)
        rest = rest[0].orelse
    if rest:
        branches.append(rest)
    return branches


def _always_returns(node: ast.If) -> bool:
    branches = _branches(node)
    tail: list[ast.stmt] = [node]
    while isinstance(tail[-1], ast.If):
        if not tail[-1].orelse:
            return False
        tail = tail[-1].orelse
    return all(isinstance(branch[-1], ast.Return) for branch in branches)


def _compares_with_end(node: ast.If) -> bool:
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "len"
        for inner in ast.walk(node.test)
    )


def _in_place_returned(program: Program) -> Iterator[Site]:
    """The answer of a method in place is given back or stored."""
    for node in program.nodes:
        match node:
            case ast.Return(value=ast.Call(func=ast.Attribute(value=owner, attr=method)) as call) if (
                method in IN_PLACE - {"add", "update", "print"}
            ):
                yield Site(
                    lines=(node.lineno,), expression=program.segment(call),
                    facts={"call": Code(program.segment(call)), "method": Code(method), "owner": Code(program.segment(owner))},
                )  # fmt: skip
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner_name), attr=method)) as call,
            ) if method in IN_PLACE - {"add", "update", "print"} and _is_list(program, owner_name):
                line = program.line(node.lineno)
                indent = line[: len(line) - len(line.lstrip())]
                edit = program.edit(node.lineno, indent + program.segment(call)) if name == owner_name else None
                yield Site(
                    lines=(node.lineno,), expression=program.segment(call), edit=edit,
                    facts={"call": Code(program.segment(call)), "method": Code(method), "owner": Code(owner_name)},
                )  # fmt: skip


def _is_list(program: Program, name: str) -> bool:
    return any(
        isinstance(value, ast.List | ast.ListComp)
        or (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("list", "sorted"))
        for _, value in program.assignments(name)
    ) or not program.assignments(name)


def _recursion_forgotten(program: Program) -> Iterator[Site]:
    """A function calls itself and lets go of the answer."""
    for function in program.functions.values():
        if returns_nothing(function):
            continue
        for node in program.own_nodes(function):
            match node:
                case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call) if name == function.name:
                    line = program.line(node.lineno)
                    text = line.strip()
                    yield Site(
                        lines=(node.lineno,), expression=text, edit=program.edit(node.lineno, line.replace(text, f"return {text}", 1)),
                        facts={"function": Code(function.name), "call": Code(program.segment(call))},
                    )  # fmt: skip


def _way_without_return(program: Program) -> Iterator[Site]:
    """A function gives a value on some ways and runs off its end on others."""
    for function in program.functions.values():
        if not falls_through(function):
            continue
        values = [node for node in program.returns_of(function) if node.value is not None]
        if not values:
            continue
        if any(isinstance(node, ast.Return) and node.value is None for node in program.own_nodes(function)):
            continue
        last = function.body[-1]
        line = last.end_lineno or last.lineno
        if not _is_open(last):
            continue
        yield Site(
            lines=(line,), expression=program.line(line).strip() or None,
            facts={"function": Code(function.name), "header": Code(program.line(last.lineno).strip()), "other": Code(program.segment(values[0]))},
        )  # fmt: skip


def _is_open(last: ast.stmt) -> bool:
    """Tell whether a function's last statement plainly leaves a way open: a loop or a test with one kind of answer."""
    inner = [n for n in ast.walk(last) if isinstance(n, ast.If) and any(isinstance(m, ast.Return) for m in n.body)]
    if isinstance(last, ast.For | ast.While):
        return all(not n.orelse for n in inner)
    if isinstance(last, ast.If) and not last.orelse:
        return not any(isinstance(n, ast.NotIn | ast.IsNot | ast.NotEq) for n in ast.walk(last.test))
    return isinstance(last, ast.If) and any(
        not isinstance(branch[-1], ast.Return | ast.If | ast.Raise) for branch in _branches(last)
    )


def _nothing_returned(program: Program) -> Iterator[Site]:
    """A function builds a value in a name of its own and never hands it out."""
    for function in program.functions.values():
        if not function.args.args or function.name.startswith("__") or _prints(program, function):
            continue
        bare = [node for node in program.returns_of(function) if node.value is None]
        if not returns_nothing(function):
            continue
        parameters = {arg.arg for arg in function.args.args}
        if bare and len(function.body) == 1:
            yield Site(
                lines=(bare[0].lineno,), expression=program.line(bare[0].lineno).strip(),
                facts={"function": Code(function.name), "name": "the answer"},
            )  # fmt: skip
            continue
        built = [
            node.target.id for node in program.own_nodes(function)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id not in parameters
        ]  # fmt: skip
        built += [
            node.func.value.id for node in program.own_nodes(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "add", "extend")
            and isinstance(node.func.value, ast.Name) and node.func.value.id not in parameters
        ]  # fmt: skip
        local = {
            name
            for name in built
            if any(function.lineno < at <= (function.end_lineno or 0) for at, _ in program.assignments(name))
        }
        if local:
            name = sorted(local)[0]
            last = function.body[-1]
            line = last.end_lineno or last.lineno
            indent = program.line(function.body[0].lineno)[: function.body[0].col_offset]
            yield Site(
                lines=(line,), expression=program.line(line).strip(), edit=program.edit(line, f"{program.line(line)}\n{indent}return {name}"),
                facts={"function": Code(function.name), "name": Code(name)},
            )  # fmt: skip


def _other_returned(program: Program) -> Iterator[Site]:
    """A collection is built, but an untouched parameter is given back."""
    for function in program.functions.values():
        given = [node for node in program.returns_of(function) if isinstance(node.value, ast.Name)]
        if len(given) != 1 or len(program.returns_of(function)) != 1:
            continue
        parameters = {arg.arg for arg in function.args.args}
        returned = given[0].value.id if isinstance(given[0].value, ast.Name) else ""
        changed = any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
            and node.func.value.id == returned and node.func.attr in IN_PLACE
            for node in program.own_nodes(function)
        )  # fmt: skip
        if (
            returned not in parameters
            or changed
            or any(
                function.lineno < at <= (function.end_lineno or 0)
                for at, _ in program.assignments(returned)
                if at != function.lineno
            )
        ):
            continue
        for node in program.own_nodes(function):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=built), attr="append" | "add" | "extend")) if (
                    built not in parameters
                ):
                    line = program.line(given[0].lineno)
                    yield Site(
                        lines=(given[0].lineno,), expression=line.strip(), edit=program.edit(given[0].lineno, line.replace(returned, built)),
                        facts={"name": Code(returned), "built": Code(built), "function": Code(function.name)},
                    )  # fmt: skip
                    break


def _unreachable(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if not isinstance(block, list):
                continue
            for first, second in zip(block, block[1:], strict=False):
                if isinstance(first, ast.Return | ast.Break | ast.Continue | ast.Raise) and not isinstance(
                    second, ast.Pass
                ):
                    yield Site(
                        lines=(first.lineno,), expression=program.line(first.lineno).strip(),
                        facts={"word": Code(type(first).__name__.lower()), "after": Code(program.line(second.lineno).strip())},
                    )  # fmt: skip


def _generator_of_itself(program: Program) -> Iterator[Site]:
    """A generator yields the call of itself, not what that yields."""
    for function in program.functions.values():
        for node in program.own_nodes(function):
            match node:
                case ast.Yield(value=ast.Call(func=ast.Name(id=name)) as call) if name == function.name:
                    yield Site(
                        lines=(node.lineno,), expression=program.segment(node),
                        facts={"function": Code(function.name), "call": Code(program.segment(call))},
                    )  # fmt: skip


SMELLS = (
    Smell(
        "logic.print-in-place-of-return",
        "logic",
        Lesson(
            question=(
                "What does the caller of $function get back? Imagine a line that stores the result under a name: what would be in it? "
                "Does showing something on the screen also hand it over?"
            ),
            concept=(
                "`print` shows a value to people. `return` hands a value to the program, so that the caller can go on with it. "
                "$function shows $shown on line $line but gives nothing back, so whoever calls it gets `None`. A test looks at what "
                "comes back, not at the screen."
            ),
            picture="It is like a cook who shows you the meal through the window but does not bring it to the table.",
            precise="A call expression evaluates to the returned object; output is a side effect outside of it.",
            place="The answer is shown there, but not handed over.",
            plan=(
                "Find every `print` in $function that shows an answer.",
                "Ask what the caller should get in that case: the value itself, not a text about it.",
                "Hand that value over with `return`, and let the caller use `print` if people should see it.",
            ),
            example=Example(
                "The function hands the value over, and the caller shows it:",
                "def in_inches(metres):\n    return metres / 0.0254\n\n\nprint(in_inches(2))",
                "Whatever comes back can be shown, stored or used in a sum.",
            ),
            remedy="Use `return` in place of `print` on line $line, and at the other answers of $function.",
            reason="The caller gets the value itself and can go on with it; the other answers of the function need the same change.",
            check="store the result of a call under a name and print `type` of it: it must not be `NoneType`.",
        ),
        0.8,
        frozenset(("none", "printed", "other")),
        _print_for_return,
    ),
    Smell(
        "logic.text-in-place-of-truth-value",
        "logic",
        Lesson(
            question=(
                "What kind of value does this line give back: a truth value, or a text that spells one? Use `type` on both, once with and "
                "once without the quote marks."
            ),
            concept=(
                "The truth values are values of their own kind. With quote marks around it, $text is only a text of some letters. The "
                "two look the same when shown, but they are not equal, and every text with letters counts as true in an `if`."
            ),
            picture="It is like the word “water” on a bottle: you cannot drink the word.",
            precise="bool and str never compare equal; the truth of a str is only whether it is empty.",
            place="It gives back a text, because of the quote marks.",
            plan=(
                "Decide what the caller wants to do with the answer: test it, or read it.",
                "For a test, give back the truth value itself, which is a word of Python's own.",
                "Treat all answers of the function in the same way.",
            ),
            example=Example(
                "A function whose answer can be tested:",
                'def is_warm(degrees):\n    return degrees > 20\n\n\nif not is_warm(12):\n    print("take a coat")',
                "The comparison itself is a truth value, so the caller can use it in an `if`.",
            ),
            remedy="Take the quote marks away on line $line and at the other answers of the function.",
            reason="The answer is a truth value now, so tests and comparisons work with it. Do the same at the other answers.",
            check="print `type` of the answer: it should be `bool`.",
        ),
        0.8,
        frozenset(("kind", "text")),
        _text_for_truth,
    ),
    Smell(
        "logic.text-in-place-of-number",
        "logic",
        Lesson(
            question=(
                "Does the caller of this function want to read the answer or to calculate with it? What kind of value is $text, and what kind "
                "do the other answers of the function have?"
            ),
            concept=(
                "Digits between quote marks are a text. A text never equals a number, and you cannot calculate with it. On line $line "
                "the function gives back the text $text, where a number is expected."
            ),
            picture="It is like a photo of a coin: it shows the value but buys nothing.",
            precise="Functions should have one return type; mixing str and int breaks callers on one path only.",
            place="It gives back a text made of digits.",
            plan=(
                "List the kinds of values that the function gives back.",
                "Decide which one is right for the caller.",
                "Give back that kind on every way.",
            ),
            example=Example(
                "Numbers on both ways:",
                "def seats_left(sold):\n    if sold > 80:\n        return 0\n    return 80 - sold\n\n\nprint(seats_left(90) + 1)",
                "Both answers are numbers, so the caller may add to them.",
            ),
            remedy="Take the quote marks away on line $line.",
            reason="Without the marks the answer is a number.",
            check="print `type` of the answer for each way through the function.",
        ),
        0.7,
        frozenset(("kind", "text")),
        _number_as_text,
    ),
    Smell(
        "logic.answer-in-first-round",
        "logic",
        Lesson(
            question=(
                "The loop begins with $header. How many items has it looked at when Python comes to this line for the first time? Is that "
                "enough to know the answer?"
            ),
            concept=(
                "`return` ends the whole function at once, the loop included. If it stands inside the loop on a way that every item takes, "
                "the function answers after the first item. “I have found it” may be said inside the loop, but “it is not there” is known "
                "only after all items were seen."
            ),
            picture="It is like looking for your keys in the first pocket only, and saying that they are lost.",
            precise="A universal claim needs the whole pass; only an existential one may be answered early.",
            place="It is reached in the very first round.",
            plan=(
                "Say which answer can be given as soon as one item fits.",
                "Say which answer needs all items.",
                "Move the second one behind the loop, to the left edge of the loop's header.",
            ),
            example=Example(
                "One answer inside the loop, the other behind it:",
                'def has_vowel(word):\n    for letter in word:\n        if letter in "aeiou":\n            return True\n    return False\n\n\nprint(has_vowel("sky"), has_vowel("moon"))',
                "“No vowel” is said only when every letter was looked at.",
            ),
            remedy="Move the `return` of line $line behind the loop, to the left edge of its header.",
            reason="The loop can look at all items before this answer is given.",
            check="try a case in which only the last item fits, and one in which none does.",
        ),
        0.8,
        frozenset(("none", "truth", "value", "short", "other")),
        _first_round,
    ),
    Smell(
        "logic.answer-of-method-in-place",
        "logic",
        Lesson(
            question=(
                "What does $method give back when it is done? Look it up with `help`, or print the call. Is the changed $owner the answer of "
                "the call, or is it changed where it is?"
            ),
            concept=(
                "Methods such as $method change their list in place. The list is different after it, but the call itself gives back `None`. "
                "On line $line the answer of $call is used, so `None` is used and the list is lost."
            ),
            picture="It is like asking the hairdresser for your hair: the new haircut is on your head.",
            precise="By convention mutators return None; `sorted` and slices are their counterparts with a value.",
            place="Its answer is `None`, whatever the list holds.",
            plan=(
                "Let the call stand on a line of its own.",
                "Use the list itself after that line.",
                "Or use a function that gives a new list back, such as `sorted`.",
            ),
            example=Example(
                "The method does its work, then the list is used:",
                'queue = ["Bo", "Al"]\nqueue.sort()\nprint(queue)',
                "The call stands alone, and `queue` is the sorted list.",
            ),
            remedy="On line $line let $call stand alone, and use $owner after it.",
            reason="The list is changed by the call, and the list, not `None`, is what the program goes on with.",
            check="print the list before and after the line.",
        ),
        0.9,
        frozenset(("none", "other")),
        _in_place_returned,
    ),
    Smell(
        "logic.answer-of-call-forgotten",
        "logic",
        Lesson(
            question=(
                "$function calls itself here. Where does the answer of that inner call go? Which value does the outer call give back to its own "
                "caller on this way?"
            ),
            concept=(
                "Each call of a function gives its answer to the place where it was called. On line $line the inner call works out an "
                "answer, but the line does nothing with it. The outer call then ends without a `return`, so its caller gets `None`."
            ),
            picture="It is like asking a friend for the result and then not listening.",
            precise="Recursion has to propagate values explicitly; an expression statement discards them.",
            place="Its answer is not passed on.",
            plan=(
                "Follow a small example with two calls on paper.",
                "Write down what each call gives to whom.",
                "Pass the answer of the inner call on with `return`.",
            ),
            example=Example(
                "Each call passes on what the inner one gives:",
                "def last_of(items):\n    if len(items) == 1:\n        return items[0]\n    return last_of(items[1:])\n\n\nprint(last_of([4, 8, 2]))",
                "The value found deep inside travels back through every call.",
            ),
            remedy="Write `return` before the call on line $line.",
            reason="The answer of the inner call becomes the answer of the outer one.",
            check="try a case that needs one inner call, and one that needs two.",
        ),
        0.9,
        frozenset(("none", "other")),
        _recursion_forgotten,
    ),
    Smell(
        "logic.collection-built-but-not-returned",
        "logic",
        Lesson(
            question=(
                "$function builds up $built. And which value does it give back here? Print both right before this line, and compare them with the result that you expect."
            ),
            concept=(
                "A function gives back exactly what stands behind `return`, not what was worked out last. $function puts its result into "
                "$built, but line $line gives back $name, which has not changed since the call."
            ),
            picture="It is like packing a new bag and then taking the old one along.",
            precise="The local accumulator is dead after the loop; the parameter is passed through.",
            place="It gives back $name, and not what was built.",
            plan=(
                "Print both values right before the line.",
                "Decide which of them is the result that the caller asks for.",
                "Give that one back, and nothing else.",
            ),
            example=Example(
                "What is built is what comes back:",
                'def shouted(words):\n    loud = []\n    for word in words:\n        loud.append(word.upper())\n    return loud\n\n\nprint(shouted(["hey"]))',
                "`loud` holds the result, so `loud` stands behind `return`.",
            ),
            remedy="Give $built back on line $line.",
            reason="The caller gets what the function has built.",
            check="call the function with a small input whose result you know.",
        ),
        0.9,
        frozenset(("value", "long", "order", "other")),
        _other_returned,
    ),
    Smell(
        "logic.result-never-returned",
        "logic",
        Lesson(
            question=(
                "$function works out $name. How does this value get to the place that calls the function? Look at the last lines: what comes "
                "back?"
            ),
            concept=(
                "Names inside a function vanish when it ends. Only what stands behind `return` gets out. $function ends on line $line "
                "without giving $name back, so the caller gets `None`, and the work is lost."
            ),
            picture="It is like doing your homework and leaving it at home.",
            precise="Without a return expression the call evaluates to None.",
            place="The function ends there, and nothing is handed over.",
            plan=(
                "Find the line after which the result is complete.",
                "Give it back there with `return`.",
                "Check the left edge: behind the loop and not inside it.",
            ),
            example=Example(
                "The result leaves the function:",
                "def product(numbers):\n    answer = 1\n    for number in numbers:\n        answer *= number\n    return answer\n\n\nprint(product([2, 5]))",
                "The last line of the function hands `answer` over.",
            ),
            remedy="After line $line give $name back with `return`.",
            reason="The caller gets the value that was worked out.",
            check="store the result of a call and print it.",
        ),
        0.85,
        frozenset(("none", "other")),
        _nothing_returned,
    ),
    Smell(
        "logic.way-without-return",
        "logic",
        Lesson(
            question=(
                "$function gives back $other on one way. Is there an input for which Python gets to the end of the function without meeting "
                "any `return`? Think of empty data, and of conditions that are all false."
            ),
            concept=(
                "A function that runs off its end gives back `None`. $function has a `return` on some ways only. When its loop ends without a "
                "hit, or none of its conditions holds, Python comes to the end behind line $line, and nothing is given back."
            ),
            picture="It is like a signpost that is missing at one of the crossroads.",
            precise="Not all control paths return a value; the implicit result on the others is None.",
            place="Behind it the function ends without an answer.",
            plan=(
                "List the ways through the function, the one with empty data included.",
                "Write the right answer next to each.",
                "Give back the answer of the way that has none, behind the loop or in an `else`.",
            ),
            example=Example(
                "An answer on every way:",
                'def first_even(numbers):\n    for number in numbers:\n        if number % 2 == 0:\n            return number\n    return "none"\n\n\nprint(first_even([]), first_even([3, 4]))',
                "The last line answers when the loop has found nothing.",
            ),
            remedy="Behind line $line give back the answer for the case that nothing before has fitted.",
            reason="Every way through the function ends with an answer.",
            check="call it with empty data, and with data in which nothing fits.",
        ),
        0.55,
        frozenset(("none", "other")),
        _way_without_return,
    ),
    Smell(
        "logic.code-never-reached",
        "logic",
        Lesson(
            question=(
                "What happens when Python comes to this line? Can it ever come to the one that follows, $after? Try it with a print there."
            ),
            concept=(
                "$word leaves the function or the loop at once. A line at the same left edge behind it is never run. On line $line that "
                "happens before $after, so this part of your plan is not carried out."
            ),
            picture="It is like instructions printed behind the words “the end”.",
            precise="The statement after a jump in the same block is dead code.",
            place="What follows it at the same left edge is never run.",
            plan=(
                "Decide whether the line behind should run at all.",
                "If so, let it come before, or give the first one a condition.",
                "If not, take it away, so that nobody wonders.",
            ),
            example=Example(
                "Everything that has to happen comes before the end:",
                'def close_shop(sales):\n    total = sum(sales)\n    print("closing")\n    return total\n\n\nprint(close_shop([3, 4]))',
                "The text is shown first; `return` is the last line.",
            ),
            remedy="Change the order on line $line, or put it under a condition.",
            reason="Every line can be reached.",
            check="put a `print` into the part behind and see whether it shows.",
        ),
        0.6,
        frozenset(("none", "value", "other")),
        _unreachable,
    ),
    Smell(
        "logic.generator-handed-out",
        "logic",
        Lesson(
            question=(
                "What does $call give: an item, or something that could give items when asked? What does the caller want to get from this "
                "`yield`?"
            ),
            concept=(
                "A function with `yield` gives, when called, a generator: something that hands out items later. On line $line $call is handed "
                "out itself, so the caller gets a generator and not the items in it. A single item is handed out as it is; the items of "
                "another generator one by one."
            ),
            picture="It is like getting a ticket machine in place of a ticket.",
            precise="`yield f(x)` yields the generator object; `yield from` delegates to it.",
            place="It hands out a generator, not an item.",
            plan=(
                "Decide whether there is one item here or several.",
                "For one item, hand out the item itself.",
                "For several, recall the form of `yield` that delegates.",
            ),
            example=Example(
                "Single items and the items of another collection:",
                "def doubled(numbers):\n    for number in numbers:\n        yield number\n        yield number\n\n\nprint(list(doubled([1, 2])))",
                "Each `yield` hands out one number.",
            ),
            remedy="On line $line hand out the item itself, or use `yield from`.",
            reason="The caller gets items.",
            check="make a `list` of the result for a tiny input.",
        ),
        0.9,
        frozenset(("kind", "value", "other")),
        _generator_of_itself,
    ),
)
