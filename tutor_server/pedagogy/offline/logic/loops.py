"""Loops and accumulators: reset in every round, one step too few, never moving on, changed on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.logic.smell import Smell, loops_in, names_in, stored_in
from tutor_server.pedagogy.offline.runtime.case import Site
from tutor_server.pedagogy.offline.runtime.origins import IN_PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.program import Program


def _is_start(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=0 | 1 | 0.0 | ""):
            return True
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set"), args=[]):
            return True
    return False


def _reset(program: Program) -> Iterator[Site]:
    """An accumulator gets its first value inside the loop that fills it, and is used after the loop."""
    for loop in program.nodes:
        if not isinstance(loop, ast.For | ast.While):
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    pass
                case _:
                    continue
            is_name = isinstance(value, ast.Name) and value.id not in stored_in(loop)
            if not (_is_start(value) or is_name):
                continue
            later = [n for n in loop.body if n.lineno > statement.lineno]
            changed = [
                n for other in later for n in ast.walk(other)
                if (isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and n.target.id == name)
                or (isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in n.targets) and name in names_in(n.value))
                or (isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in IN_PLACE and isinstance(n.func.value, ast.Name) and n.func.value.id == name)
            ]  # fmt: skip
            inside = loop.end_lineno or 0
            used_inside = [
                n for other in later for n in ast.walk(other)
                if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) and not any(n in ast.walk(c) for c in changed)
            ]  # fmt: skip
            used_after = any(
                isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) and n.lineno > inside for n in program.nodes
            )  # fmt: skip
            if changed and used_after and not used_inside:
                text = program.line(statement.lineno).strip()
                yield Site(
                    lines=(statement.lineno,),
                    expression=text,
                    facts={"name": Code(name), "header": Code(program.line(loop.lineno).strip())},
                )


def _range_call(node: ast.expr) -> list[ast.expr] | None:
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args) if args:
            return args
    return None


def _bound_is_parameter(program: Program) -> Iterator[Site]:
    """Numbers up to n are added or multiplied, but `range` stops before n or starts at 0."""
    for node in program.nodes:
        if not isinstance(node, ast.For | ast.comprehension) or not isinstance(node.target, ast.Name):
            continue
        args = _range_call(node.iter)
        if args is None:
            continue
        bound = args[1] if len(args) > 1 else args[0]
        function = program.function_at(node.iter.lineno)
        if function is None or not isinstance(bound, ast.Name) or bound.id not in {a.arg for a in function.args.args}:
            continue
        variable = node.target.id
        if isinstance(node, ast.comprehension):
            sums = any(
                isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "sum"
                for n in ast.walk(function)
            )
            parent = program.parents.get(node)
            element = getattr(parent, "elt", None)
            plain = element is not None and names_in(element) == {variable} | ({"int"} & names_in(element))
            added = sums and plain
            product = False
        else:
            body = [n for s in node.body for n in ast.walk(s)]
            added = any(isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add) and isinstance(n.value, ast.Name) and n.value.id == variable for n in body) or any(
                isinstance(n, ast.Assign) and isinstance(n.value, ast.BinOp) and isinstance(n.value.op, ast.Add)
                and any(isinstance(side, ast.Name) and side.id == variable for side in (n.value.left, n.value.right))
                and any(isinstance(t, ast.Name) and t.id in names_in(n.value) for t in n.targets)
                for n in body
            )  # fmt: skip
            product = any(isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Mult) and isinstance(n.value, ast.Name) and n.value.id == variable for n in body) or any(
                isinstance(n, ast.Assign) and isinstance(n.value, ast.BinOp) and isinstance(n.value.op, ast.Mult)
                and any(isinstance(side, ast.Name) and side.id == variable for side in (n.value.left, n.value.right))
                and any(isinstance(t, ast.Name) and t.id in names_in(n.value) for t in n.targets)
                for n in body
            )  # fmt: skip
        used_as_index = any(isinstance(n, ast.Subscript) and variable in names_in(n.slice) for n in ast.walk(function))
        added_after = any(
            isinstance(n, ast.Return) and n.value is not None and bound.id in names_in(n.value)
            for n in ast.walk(function)
        )
        if not (added or product) or used_as_index or added_after:
            continue
        text = program.segment(node.iter)
        first = program.segment(args[0]) if len(args) > 1 else "1" if product else ""
        new = f"range({first}, {bound.id} + 1)" if first else f"range({bound.id} + 1)"
        line = program.line(node.iter.lineno)
        yield Site(
            lines=(node.iter.lineno,), expression=text, edit=program.edit(node.iter.lineno, line.replace(text, new, 1)),
            facts={"name": Code(variable), "bound": Code(bound.id), "function": Code(function.name)},
        )  # fmt: skip


def _last_item_skipped(program: Program) -> Iterator[Site]:
    """The loop leaves out the last item, or the first, without looking at a neighbour."""
    for node in program.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
            continue
        args = _range_call(node.iter)
        if args is None or len(args) > 2:  # noqa: PLR2004 - start and stop
            continue
        variable = node.target.id
        indices = [
            n.slice
            for s in node.body
            for n in ast.walk(s)
            if isinstance(n, ast.Subscript) and variable in names_in(n.slice)
        ]
        if not indices or not all(isinstance(index, ast.Name) for index in indices):
            continue
        bound = args[-1]
        line = program.line(node.lineno)
        text = program.segment(node.iter)
        match bound:
            case ast.BinOp(
                left=ast.Call(func=ast.Name(id="len"), args=[owner]), op=ast.Sub(), right=ast.Constant(value=1)
            ):
                new = text.replace(program.segment(bound), program.segment(bound.left), 1)
                yield Site(
                    lines=(node.lineno,), expression=text, edit=program.edit(node.lineno, line.replace(text, new, 1)),
                    facts={"owner": Code(program.segment(owner)), "which": "last", "name": Code(variable)},
                )  # fmt: skip
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=owner_name)]) if (
                len(args) == 2 and isinstance(args[0], ast.Constant) and args[0].value == 1  # noqa: PLR2004 - start and stop
            ):
                function = program.function_at(node.lineno)
                scope = list(ast.walk(function)) if function else program.nodes
                first_used = any(
                    isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant) and n.slice.value == 0
                    and isinstance(n.value, ast.Name) and n.value.id == owner_name for n in scope
                )  # fmt: skip
                if not first_used:
                    new = f"range(len({owner_name}))"
                    yield Site(
                        lines=(node.lineno,), expression=text, edit=program.edit(node.lineno, line.replace(text, new, 1)),
                        facts={"owner": Code(owner_name), "which": "first", "name": Code(variable)},
                    )  # fmt: skip


def _down_without_step(program: Program) -> Iterator[Site]:
    """`range` is to count down, but has no step."""
    for node in program.nodes:
        args = _range_call(node) if isinstance(node, ast.expr) else None
        if args is None or len(args) != 2:  # noqa: PLR2004 - start and stop
            continue
        start, stop = args
        low = isinstance(stop, ast.UnaryOp) and isinstance(stop.op, ast.USub) and isinstance(stop.operand, ast.Constant)
        low = low or (isinstance(stop, ast.Constant) and stop.value == 0)
        high = any(
            isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "len" for n in ast.walk(start)
        ) or (isinstance(start, ast.Constant) and isinstance(start.value, int) and start.value > 0)
        if low and high:
            line, text = program.line(node.lineno), program.segment(node)
            yield Site(
                lines=(node.lineno,), expression=text, edit=program.edit(node.lineno, line.replace(text, f"{text[:-1]}, -1)", 1)),
                facts={"start": Code(program.segment(start)), "stop": Code(program.segment(stop))},
            )  # fmt: skip


def _never_moves(program: Program) -> Iterator[Site]:
    """Nothing in a `while` loop changes what its condition asks about."""
    for node in program.nodes:
        if not isinstance(node, ast.While) or isinstance(node.test, ast.Constant):
            continue
        asked = names_in(node.test)
        if not asked or any(
            isinstance(n, ast.Call) and not (isinstance(n.func, ast.Name) and n.func.id in ("len", "abs", "int", "str"))
            for n in ast.walk(node.test)
        ):
            continue
        body = [n for s in node.body for n in ast.walk(s)]
        changed = (
            stored_in(node)
            | {
                n.func.value.id
                for n in body
                if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name)
            }
            | {
                n.target.value.id
                for n in body
                if isinstance(n, ast.AugAssign)
                and isinstance(n.target, ast.Subscript | ast.Attribute)
                and isinstance(n.target.value, ast.Name)
            }
        )
        changed |= {
            t.value.id
            for n in body
            if isinstance(n, ast.Assign)
            for t in n.targets
            if isinstance(t, ast.Subscript | ast.Attribute) and isinstance(t.value, ast.Name)
        }
        changed |= {
            a.id
            for n in body
            if isinstance(n, ast.Call)
            for a in n.args
            if isinstance(a, ast.Name)
            and isinstance(n.func, ast.Name)
            and n.func.id not in ("len", "print", "abs", "int", "str", "max", "min", "range")
        }
        leaves = any(isinstance(n, ast.Break | ast.Return | ast.Raise) for n in node.body)
        if not asked & changed and not leaves:
            test = program.segment(node.test)
            yield Site(
                lines=(node.lineno,),
                expression=test,
                facts={"test": Code(test), "name": Code(sorted(asked - {"len"})[0] if asked - {"len"} else test)},
            )


def _changed_while_looping(program: Program) -> Iterator[Site]:
    """Items are removed from the list that the loop goes through."""
    for node in program.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.iter, ast.Name):
            continue
        for inner in (n for s in node.body for n in ast.walk(s)):
            match inner:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=owner), attr="remove" | "pop" | "insert" | "append" as method)
                ) if owner == node.iter.id:
                    line = program.line(node.lineno)
                    yield Site(
                        lines=(node.lineno,), expression=program.line(node.lineno).strip(),
                        edit=program.edit(node.lineno, line.replace(f"in {owner}", f"in list({owner})", 1)),
                        facts={"owner": Code(owner), "call": Code(program.segment(inner)), "method": Code(method)},
                    )  # fmt: skip
                    break
                case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner))]) if owner == node.iter.id:
                    yield Site(
                        lines=(node.lineno,), expression=program.line(node.lineno).strip(),
                        facts={"owner": Code(owner), "call": Code(program.segment(inner)), "method": Code("del")},
                    )  # fmt: skip
                    break


def _over_empty(program: Program) -> Iterator[Site]:
    """The loop goes through a list that was only just made empty."""
    for node in program.nodes:
        if not isinstance(node, ast.For) or not isinstance(node.iter, ast.Name):
            continue
        name = node.iter.id
        before = [(at, value) for at, value in program.assignments(name) if at < node.lineno]
        if (
            not before
            or before[-1][1] is None
            or not _is_start(before[-1][1])
            or isinstance(before[-1][1], ast.Constant)
        ):
            continue
        at = before[-1][0]
        filled = any(
            isinstance(n, ast.Name) and n.id == name and at < n.lineno < node.lineno for n in program.nodes
        )  # fmt: skip
        around = [up for up in program.above(node) if isinstance(up, ast.For | ast.While)]
        if not filled and not around and program.function_at(at) is program.function_at(node.lineno):
            yield Site(lines=(node.lineno,), expression=program.line(node.lineno).strip(), facts={"name": Code(name)})


def _shared_variable(program: Program) -> Iterator[Site]:
    """An inner loop uses the variable of the outer one."""
    for outer in program.nodes:
        if not isinstance(outer, ast.For) or not isinstance(outer.target, ast.Name):
            continue
        for inner in (loop for s in outer.body for loop in loops_in(s)):
            if isinstance(inner, ast.For) and isinstance(inner.target, ast.Name) and inner.target.id == outer.target.id:
                yield Site(
                    lines=(inner.lineno,), expression=program.line(inner.lineno).strip(),
                    facts={"name": Code(outer.target.id), "header": Code(program.line(outer.lineno).strip())},
                )  # fmt: skip


def _smallest_from_zero(program: Program) -> Iterator[Site]:
    """The smallest value starts at 0, so that nothing is ever smaller."""
    for node in program.nodes:
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id=a), ops=[ast.Lt()], comparators=[ast.Name(id=b)])):
                name = b
            case ast.If(test=ast.Compare(left=ast.Name(id=a), ops=[ast.Gt()], comparators=[ast.Name(id=b)])):
                name, a = a, b
            case _:
                continue
        if not any(
            isinstance(s, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in s.targets)
            for s in node.body
        ):
            continue
        if not any(isinstance(up, ast.For | ast.While) for up in program.above(node)):
            continue
        starts = [
            (at, v)
            for at, v in program.assignments(name)
            if at < node.lineno and isinstance(v, ast.Constant) and v.value == 0 and not isinstance(v.value, bool)
        ]
        lowers = any(isinstance(s, ast.Assign) and isinstance(s.value, ast.Name) and s.value.id == a for s in node.body)
        is_min = isinstance(node.test.ops[0], ast.Lt) if name == b else True
        if starts and lowers and is_min and name != a:
            at = starts[-1][0]
            yield Site(
                lines=(at,),
                expression=program.line(at).strip(),
                facts={"name": Code(name), "test": Code(program.segment(node.test))},
            )


def _not_found_is_first(program: Program) -> Iterator[Site]:
    """A position starts at 0 and is given back, so that “not found” looks like “found first”."""
    for function in program.functions.values():
        for statement in function.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=0)):
                    pass
                case _:
                    continue
            returned = any(
                isinstance(n, ast.Return) and isinstance(n.value, ast.Name) and n.value.id == name
                for n in function.body
            )
            for loop in loops_in(function):
                if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name | ast.Tuple):
                    continue
                variables = names_in(loop.target)
                sets = [
                    n for n in ast.walk(loop)
                    if isinstance(n, ast.If) and any(
                        isinstance(m, ast.Assign) and isinstance(m.value, ast.Name) and m.value.id in variables
                        and any(isinstance(t, ast.Name) and t.id == name for t in m.targets) for m in n.body
                    ) and isinstance(n.test, ast.Compare) and isinstance(n.test.ops[0], ast.Eq)
                ]  # fmt: skip
                if sets and returned:
                    line = program.line(statement.lineno)
                    yield Site(
                        lines=(statement.lineno,), expression=line.strip(), edit=program.edit(statement.lineno, line.replace("0", "-1", 1)),
                        facts={"name": Code(name), "test": Code(program.segment(sets[0].test))},
                    )  # fmt: skip


def _product_from_zero(program: Program) -> Iterator[Site]:
    """A product starts at 0 or takes 0 as a factor."""
    for node in program.nodes:
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Mult()):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Mult()) as value) if name in names_in(
                value
            ):
                pass
            case _:
                continue
        if not any(isinstance(up, ast.For | ast.While) for up in program.above(node)):
            continue
        starts = [(at, v) for at, v in program.assignments(name) if at < node.lineno and isinstance(v, ast.Constant)]
        if starts and starts[-1][1].value == 0 and not isinstance(starts[-1][1].value, bool):  # type: ignore[union-attr] # filtered to constants
            line = program.line(starts[-1][0])
            yield Site(
                lines=(starts[-1][0],), expression=line.strip(), edit=program.edit(starts[-1][0], line.replace("0", "1", 1)),
                facts={"name": Code(name), "product": Code(program.line(node.lineno).strip())},
            )  # fmt: skip
            continue
        for up in program.above(node):
            match up:
                case ast.For(target=ast.Name(id=variable), iter=iterated) if (
                    args := _range_call(iterated)
                ) is not None:
                    factor = node.value if isinstance(node, ast.AugAssign) else None
                    plain = (isinstance(factor, ast.Name) and factor.id == variable) or (
                        isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp)
                        and any(isinstance(side, ast.Name) and side.id == variable for side in (node.value.left, node.value.right))
                    )  # fmt: skip
                    zero = len(args) == 1 or (isinstance(args[0], ast.Constant) and args[0].value == 0)
                    if plain and zero:
                        text = program.segment(iterated)
                        bound = program.segment(args[-1] if len(args) > 1 else args[0])
                        line = program.line(up.lineno)
                        yield Site(
                            lines=(up.lineno,), expression=text,
                            edit=program.edit(up.lineno, line.replace(text, f"range(1, {bound}{'' if '+' in bound else ' + 1'})", 1)),
                            facts={"name": Code(name), "product": Code(program.line(node.lineno).strip())},
                        )  # fmt: skip


SMELLS = (
    Smell(
        "logic.accumulator-reset",
        "logic",
        Lesson(
            question=(
                "How often does Python run this line: once, or in every round of the loop $header? What does it do to the value that $name has "
                "collected in the rounds before?"
            ),
            concept=(
                "A loop that collects something needs a name that starts once and then grows round by round. If the start stands inside "
                "the loop, it runs in every round and throws away what was collected. On line $line $name begins anew each time, so after the "
                "loop it holds the share of the last round only."
            ),
            picture="It is like emptying the money box before each coin that you put in.",
            precise="The initialisation belongs before the loop; the invariant “holds the result so far” breaks on each entry.",
            place="It runs anew in every round.",
            plan=(
                "Print $name at the start and at the end of each round.",
                "Decide which line should run once and which in each round.",
                "Move the one that should run once above the header of the loop.",
            ),
            example=Example(
                "The start comes before the loop, the growing inside:",
                'stars = ""\nfor size in (1, 2, 3):\n    stars += "*" * size\nprint(stars)',
                "`stars` starts empty once; each round adds to what is there.",
            ),
            remedy="Move line $line above the loop $header, to the left edge of its header.",
            reason="$name starts once, and each round adds to it.",
            check="print $name after each round for two or three rounds, and compare with the values worked out by hand.",
        ),
        0.9,
        frozenset(("value", "short", "other")),
        _reset,
    ),
    Smell(
        "logic.last-number-left-out",
        "logic",
        Lesson(
            question=(
                "Which numbers does $expression give, from the first to the last, if $bound is 3? Write them down. Are these the numbers that "
                "should count?"
            ),
            concept=(
                "`range` stops one before its bound. That fits positions, which start at 0. If all numbers up to and including the bound "
                "should count, one is left out. On line $line the last value of $name is one less than $bound."
            ),
            picture="It is like reading a book “up to page 10” and stopping at the end of page 9.",
            precise="`range(a, b)` is half-open: it contains a and not b.",
            place="The bound $bound itself does not come up.",
            plan=(
                "Write down the numbers that should count for a small $bound.",
                "Write down the numbers that the loop gives.",
                "Change the bound so that both rows agree.",
            ),
            example=Example(
                "A sum from 1 to 5, the last number included:",
                "pins = 0\nfor row in range(1, 6):\n    pins += row\nprint(pins)",
                "The bound is 6, so the last row is 5.",
            ),
            remedy="Make the bound of `range` on line $line one greater.",
            reason="The last number comes up as well.",
            check="call $function with 1, 2 and 3, and compare with sums done by hand.",
            maths_picture="The sum sign means: add all of them, the last one too.",
            maths_precise="The index set is closed on the right, while `range` is half-open.",
        ),
        0.75,
        frozenset(("less", "value", "off")),
        _bound_is_parameter,
    ),
    Smell(
        "logic.item-left-out",
        "logic",
        Lesson(
            question=(
                "Which positions does $expression give if $owner has three items? Which item is never looked at, and could it be the one that matters for your result?"
            ),
            concept=(
                "The positions of a collection run from 0 to one less than its length, and `range` with the length gives exactly these. On "
                "line $line the loop gives fewer, so the $which item of $owner is never looked at."
            ),
            picture="It is like counting the people in a row and starting or stopping one seat too early or too late.",
            precise="A shortened range is right for pairs of neighbours, but the body looks at single items.",
            place="The $which item of $owner never comes up.",
            plan=(
                "Write down the positions of a list with three items.",
                "Write down the values of $name.",
                "Change start or bound so that both rows agree.",
            ),
            example=Example(
                "Every position once:",
                'flags = ["red", "blue", "green"]\nfor spot, flag in enumerate(flags):\n    print(spot, flag)',
                "`enumerate` gives all positions from 0 on, each with its item.",
            ),
            remedy="Let `range` on line $line run over all positions of $owner.",
            reason="Every item is looked at.",
            check="put the item that matters first, then last, and try both.",
        ),
        0.7,
        frozenset(("less", "short", "value", "none", "off")),
        _last_item_skipped,
    ),
    Smell(
        "logic.counting-down-without-step",
        "logic",
        Lesson(
            question=(
                "Into which direction does `range` count when you give it two values only? Where does it start here, $start, and where should it "
                "stop? Print `list` of it."
            ),
            concept=(
                "`range` counts up by one, unless a third value says otherwise. From a bigger number up to a smaller one there is nothing to "
                "count. So $expression on line $line is empty, and the loop has no round at all."
            ),
            picture="It is like walking upstairs to the cellar.",
            precise="The default step is 1; with start not below stop the range is empty and no error is raised.",
            place="As it stands, it gives no number at all.",
            plan=(
                "Print `list` of the range.",
                "Say in which direction it should count.",
                "Recall the third value of `range`, the step, and its sign.",
            ),
            example=Example(
                "Counting down needs a step:",
                "for seconds in range(3, 0, -1):\n    print(seconds)",
                "The third value says: one less each time. The bound itself does not come up, as always with `range`.",
            ),
            remedy="Give `range` on line $line a step of -1 as third value.",
            reason="With the step the loop counts down.",
            check="print the first and the last value of the loop.",
        ),
        0.95,
        frozenset(("none", "value", "less", "other")),
        _down_without_step,
    ),
    Smell(
        "logic.loop-never-ends",
        "logic",
        Lesson(
            question=(
                "The loop goes on while $test holds. Which line in its body changes $name? What will the condition be after the first round?"
            ),
            concept=(
                "A `while` loop asks its condition before each round. If nothing in the body changes what the condition asks about, the answer "
                "stays the same and the loop never ends. In the loop of line $line no line changes $name."
            ),
            picture="It is like pedalling on a bike that stands still: the road ahead gets no shorter.",
            precise="Termination needs a variant that strictly decreases; here the guard is loop-invariant.",
            place="Nothing in the body changes it.",
            plan=(
                "Print $name at the start of each round, and stop the program after a few.",
                "Decide how $name should change from one round to the next.",
                "Write that change as the last line of the body, at its left edge.",
            ),
            example=Example(
                "The last line of the body moves on:",
                'floor = 0\nwhile floor < 3:\n    print("floor", floor)\n    floor += 1',
                "After three rounds the condition is false.",
            ),
            remedy="Change $name in the body of the loop on line $line, in every round.",
            reason="The condition becomes false at some time.",
            check="print $name in each round: it must come closer to the end.",
        ),
        0.9,
        frozenset(("endless", "value", "none", "other")),
        _never_moves,
    ),
    Smell(
        "logic.list-changed-while-looping",
        "logic",
        Lesson(
            question=(
                "The loop goes through $owner, and its body uses $call. After one item is gone, which position does the next one move to? And at "
                "which position does the loop look next?"
            ),
            concept=(
                "A loop over a list remembers only its position. When an item is taken out, all later ones move one place to the front, and the "
                "loop, which goes on to the next position, skips one. On line $line the loop goes through $owner while $call changes it."
            ),
            picture="It is like ticking off a queue by place while people leave it: after each one who leaves you skip the next.",
            precise="List iterators hold an index and do not notice mutation; dictionaries would raise.",
            place="Its body changes the list that it goes through.",
            plan=(
                "Play it through with a list of three equal items.",
                "Decide which items should be kept.",
                "Collect these in a new list, or go through a copy made with `list`.",
            ),
            example=Example(
                "What should stay is collected in a new list:",
                "marks = [3, 0, 0, 8]\nreal = []\nfor mark in marks:\n    if mark:\n        real.append(mark)\nprint(real)",
                "`marks` is only read, so no item is skipped.",
            ),
            remedy="On line $line go through a copy of $owner, or collect the items to keep in a new list.",
            reason="What the loop goes through stays as it is.",
            check="try a list in which equal items stand next to each other.",
        ),
        0.75,
        frozenset(("value", "order", "long", "short", "endless", "none", "other")),
        _changed_while_looping,
    ),
    Smell(
        "logic.loop-over-empty-list",
        "logic",
        Lesson(
            question=(
                "How many items does $name have when the loop on this line begins? How many rounds does that make? Which collection did you want to "
                "go through?"
            ),
            concept=(
                "A loop has one round for each item. $name has just been made empty to collect results, so a loop over it has no round at all, "
                "and nothing is ever put in. The items to look at are in another collection."
            ),
            picture="It is like looking for shells in the bucket and not on the beach.",
            precise="The iterable is the accumulator itself, which is empty on entry.",
            place="It goes through $name, which is still empty.",
            plan=(
                "Print `len` of $name right before the loop.",
                "Name the collection that holds the items to look at; it is often a parameter.",
                "Go through that one.",
            ),
            example=Example(
                "The loop goes through the data and fills the other list:",
                "temps = [18, 31, 25]\nhot = []\nfor temp in temps:\n    if temp > 24:\n        hot.append(temp)\nprint(hot)",
                "`temps` is read, `hot` is filled.",
            ),
            remedy="On line $line go through the collection with the data in place of $name.",
            reason="The loop has a round for each item.",
            check="print the loop variable in each round.",
        ),
        0.95,
        frozenset(("empty", "value", "short", "other")),
        _over_empty,
    ),
    Smell(
        "logic.one-variable-two-loops",
        "logic",
        Lesson(
            question=(
                "Both loops use the name $name. After the inner loop has run, what does $name stand for in the rest of the outer round?"
            ),
            concept=(
                "A name holds one value at a time. The inner loop on line $line gives $name new values, and those of the outer loop, $header, are "
                "lost for the rest of the round."
            ),
            picture="It is like two people who write on the same line of a sheet.",
            precise="Loop targets are plain assignments in the enclosing scope; nesting gives no new binding.",
            place="It uses the name of the outer loop again.",
            plan=(
                "Say what each of the two loops counts or goes through.",
                "Give the inner one a name of its own.",
                "Check each use: which of the two is meant?",
            ),
            example=Example(
                "Each loop has its own name:",
                'for row in "ab":\n    for seat in (1, 2):\n        print(row, seat)',
                "`row` keeps its value while `seat` changes.",
            ),
            remedy="Give the loop on line $line a variable of its own.",
            reason="Both values are there at the same time.",
            check="print both variables in the inner loop.",
        ),
        0.8,
        frozenset(("value", "endless", "other")),
        _shared_variable,
    ),
    Smell(
        "logic.smallest-starts-at-zero",
        "logic",
        Lesson(
            question=(
                "$name starts with the value of this line. Take the numbers 5, 3 and 8: is any of them smaller than that? What does the loop find "
                "then?"
            ),
            concept=(
                "To find the smallest value, the first candidate must not be smaller than all others. If $name starts at 0 and all numbers are above "
                "it, $test is never true, and 0 stays. The first item itself is a safe start."
            ),
            picture="It is like looking for the shortest child and starting with a doll.",
            precise="The initial value must be an element or the identity of min, plus infinity.",
            place="Nothing in usual data is smaller.",
            plan=(
                "Play it through with 5, 3 and 8.",
                "Think of a first candidate that is sure to be among the data.",
                "Start with that one.",
            ),
            example=Example(
                "The first item is the first candidate:",
                "waits = [12, 7, 30]\nshortest = waits[0]\nfor wait in waits:\n    shortest = min(shortest, wait)\nprint(shortest)",
                "`shortest` starts with a real value, so it can only get smaller.",
            ),
            remedy="Start $name on line $line with the first item of the data.",
            reason="The first candidate is one of the data, so the answer is too.",
            check="try it with numbers that are all above zero, and with some below.",
        ),
        0.85,
        frozenset(("value", "less", "other")),
        _smallest_from_zero,
    ),
    Smell(
        "logic.not-found-looks-like-first",
        "logic",
        Lesson(
            question=(
                "If $test is never true, which value does $name have in the end? And which value would it have if the very first item fitted? Can "
                "the caller tell the two apart?"
            ),
            concept=(
                "0 is a real position: that of the first item. If $name starts with it on line $line, “nothing found” and “found at the very start” "
                "give the same answer. A start that is no position keeps them apart."
            ),
            picture="It is like marking “no seat” with the number of a real seat.",
            precise="Use a sentinel outside the range of valid indices, by custom -1, or None.",
            place="Its first value is a real position.",
            plan=(
                "Say what the function should give back when nothing at all is found.",
                "Check that no real position has this value.",
                "Start with this value, so that both cases can be told apart.",
            ),
            example=Example(
                "A start that is no position:",
                'spot = None\nfor place, fruit in enumerate(["fig", "plum"]):\n    if fruit == "pear":\n        spot = place\nprint(spot)',
                "There is no pear, and `None` says so.",
            ),
            remedy="Start $name on line $line with a value that is no position, such as -1.",
            reason="The caller can tell “not found” from “found first”.",
            check="try a value that is absent, one that is first, and one that is last.",
        ),
        0.8,
        frozenset(("value", "more", "off")),
        _not_found_is_first,
    ),
    Smell(
        "logic.product-with-zero",
        "logic",
        Lesson(
            question=(
                "What is any number times 0? Write down the first two rounds of $product. When does 0 come into play, and can the product ever get "
                "away from it?"
            ),
            concept=(
                "A sum starts at 0, since adding 0 changes nothing. A product needs 1 as its start, and 0 must not be one of its factors: once a "
                "product is 0 it stays 0. Because of line $line the product in $name meets a 0."
            ),
            picture="It is like a chain with one link missing: nothing holds any more.",
            precise="The neutral element of multiplication is 1, while 0 absorbs.",
            place="Because of it the product becomes 0.",
            plan=(
                "Write down the factors of a small example.",
                "Check the start of the product and the first factor.",
                "Change the one that is 0.",
            ),
            example=Example(
                "A product that starts at 1, with factors from 1 on:",
                "ways = 1\nfor people in range(1, 5):\n    ways *= people\nprint(ways)",
                "The factors are 1, 2, 3 and 4.",
            ),
            remedy="See to it that on line $line neither the start nor the first factor is 0.",
            reason="No factor is 0, so the product can grow.",
            check="try the smallest inputs, and compare with products done by hand.",
            maths_picture="Any number times zero is zero.",
            maths_precise="The empty product is 1.",
        ),
        0.9,
        frozenset(("value", "less", "zero", "other")),
        _product_from_zero,
    ),
)
