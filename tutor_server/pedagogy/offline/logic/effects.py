"""Lines that have no effect, or another one than meant: results thrown away, shared lists, swaps that lose a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.logic.smell import Smell, names_in
from tutor_server.pedagogy.offline.program import BUILTINS
from tutor_server.pedagogy.offline.runtime.case import Site
from tutor_server.pedagogy.offline.runtime.origins import returns_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.program import Program

_NEW_VALUE = frozenset(
    (
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "split",
        "join",
        "title",
        "capitalize",
        "casefold",
        "format",
        "zfill",
        "center",
    )
    + ("copy", "union", "intersection", "difference", "astype", "reshape", "flatten", "round", "transpose")
)
_NEW_BY_FUNCTION = frozenset(
    ("sorted", "reversed", "abs", "round", "int", "float", "str", "list", "len", "sum", "max", "min", "tuple", "set")
)


def _no_effect(program: Program) -> Iterator[Site]:
    """A sum, a comparison or a name stands alone on a line."""
    for node in program.nodes:
        if not isinstance(node, ast.Expr):
            continue
        last = program.is_cell and program.tree is not None and program.tree.body and node is program.tree.body[-1]
        if last:
            continue
        match node.value:
            case ast.Compare(ops=[ast.Eq()], left=ast.Name() | ast.Subscript() | ast.Attribute()) as compare:
                line = program.line(node.lineno)
                yield Site(
                    lines=(node.lineno,), expression=program.segment(compare), edit=program.edit(node.lineno, line.replace("==", "=", 1)),
                    facts={"kind": "a comparison", "name": Code(program.segment(compare.left))},
                )  # fmt: skip
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()) as sum_:
                line, text = program.line(node.lineno), program.segment(sum_)
                yield Site(
                    lines=(node.lineno,), expression=text, edit=program.edit(node.lineno, line.replace(text, f"{name} = {text}", 1)),
                    facts={"kind": "a sum", "name": Code(name)},
                )  # fmt: skip


def _method_not_called(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        match node:
            case ast.Expr(value=ast.Attribute(value=ast.Name()) as attribute):
                line, text = program.line(node.lineno), program.segment(attribute)
                yield Site(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, f"{text}()", 1)),
                    facts={"name": Code(text)},
                )
            case ast.Expr(value=ast.Name(id=name) as value) if (
                name in program.functions or name in ("print", "input")
            ) and not program.is_cell:
                line = program.line(node.lineno)
                yield Site(
                    lines=(node.lineno,),
                    expression=name,
                    edit=program.edit(node.lineno, line.replace(name, f"{name}()", 1)),
                    facts={"name": Code(program.segment(value))},
                )


def _result_thrown_away(program: Program) -> Iterator[Site]:
    """A call that gives a new value, without anything that takes it."""
    for node in program.nodes:
        if not isinstance(node, ast.Expr) or (
            program.is_cell and program.tree is not None and program.tree.body and node is program.tree.body[-1]
        ):
            continue
        match node.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) as call if (
                method in _NEW_VALUE and owner not in program.functions
            ):
                name = owner
            case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *_]) as call if (
                function in _NEW_BY_FUNCTION and function not in program.bound_names
            ):
                pass
            case _:
                continue
        line, text = program.line(node.lineno), program.segment(call)
        yield Site(
            lines=(node.lineno,), expression=text, edit=program.edit(node.lineno, line.replace(text, f"{name} = {text}", 1)),
            facts={"name": Code(name), "call": Code(text)},
        )  # fmt: skip


def _sign_swapped(program: Program) -> Iterator[Site]:
    """`x =+ 1` where `x += 1` is meant."""
    for node in program.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.UnaryOp(op=ast.UAdd() | ast.USub())):
                line = program.line(node.lineno)
                for wrong, right in (("=+", "+="), ("=-", "-=")):
                    if wrong in line and (
                        wrong == "=+" or any(isinstance(up, ast.For | ast.While) for up in program.above(node))
                    ):
                        yield Site(
                            lines=(node.lineno,), expression=line.strip(), edit=program.edit(node.lineno, line.replace(wrong, right, 1)),
                            facts={"name": Code(name), "sign": Code(wrong)},
                        )  # fmt: skip


def _lost_in_swap(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if not isinstance(block, list):
                continue
            for first, second in zip(block, block[1:], strict=False):
                match first, second:
                    case ast.Assign(targets=[a], value=b), ast.Assign(targets=[c], value=d) if (
                        isinstance(b, ast.Name | ast.Subscript)
                        and _same(program, a, d)
                        and _same(program, b, c)
                        and not _same(program, a, b)
                    ):
                        left, right = program.segment(a), program.segment(b)
                        indent = program.line(first.lineno)[: first.col_offset]
                        edit = (
                            program.edit(first.lineno, f"{indent}{left}, {right} = {right}, {left}", before_lines=2)
                            if second.lineno == first.lineno + 1
                            else None
                        )
                        yield Site(
                            lines=(second.lineno,),
                            expression=program.segment(second),
                            edit=edit,
                            facts={"left": Code(left), "right": Code(right)},
                        )


def _same(program: Program, a: ast.AST, b: ast.AST) -> bool:
    return program.segment(a).replace(" ", "") == program.segment(b).replace(" ", "")


def _rows_shared(program: Program) -> Iterator[Site]:
    """`[[0] * n] * m`: every row is the same list."""
    for node in program.nodes:
        match node:
            case ast.BinOp(
                left=ast.List(elts=[ast.BinOp(left=ast.List(), op=ast.Mult()) | ast.List() as row]),
                op=ast.Mult(),
                right=count,
            ):
                text = program.segment(node)
                line = program.line(node.lineno)
                new = f"[{program.segment(row)} for _ in range({program.segment(count)})]"
                yield Site(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, new, 1)),
                    facts={"row": Code(program.segment(row))},
                )


def _default_shared(program: Program) -> Iterator[Site]:
    """A list or dictionary as a default value, changed in the body."""
    for function in program.functions.values():
        positional = function.args.args[len(function.args.args) - len(function.args.defaults) :]
        for arg, default in zip(positional, function.args.defaults, strict=False):
            if isinstance(default, ast.List | ast.Dict | ast.Set):
                changed = any(
                    (isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name) and n.func.value.id == arg.arg)
                    or (isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) and isinstance(n.value, ast.Name) and n.value.id == arg.arg)
                    or (isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and n.target.id == arg.arg)
                    for n in ast.walk(function)
                )  # fmt: skip
                if changed:
                    yield Site(
                        lines=(function.lineno,), expression=f"{arg.arg}={program.segment(default)}",
                        facts={"name": Code(arg.arg), "function": Code(function.name)},
                    )  # fmt: skip


def _none_stored(program: Program) -> Iterator[Site]:
    """The result of a function that gives nothing back is used."""
    for node in program.nodes:
        match node:
            case (
                ast.Assign(value=ast.Call(func=ast.Name(id=name)) as call)
                | ast.Return(value=ast.Call(func=ast.Name(id=name)) as call)
            ):
                pass
            case ast.Call(func=ast.Name(id="print"), args=[ast.Call(func=ast.Name(id=name)) as call]):
                pass
            case _:
                continue
        if name == "print" or (
            name in program.functions and name not in BUILTINS and returns_nothing(program.functions[name])
        ):
            yield Site(
                lines=(call.lineno,),
                expression=program.segment(call),
                facts={"name": Code(name), "call": Code(program.segment(call))},
            )


def _order_lost(program: Program) -> Iterator[Site]:
    """A set is made of a sequence and given back: order and doubles are gone."""
    for function in program.functions.values():
        for node in program.returns_of(function):
            inner = node.value
            match inner:
                case ast.Call(func=ast.Name(id="list"), args=[ast.Call(func=ast.Name(id="set"), args=[source])]):
                    pass
                case ast.Call(func=ast.Name(id="set"), args=[source]):
                    pass
                case _:
                    continue
            yield Site(
                lines=(node.lineno,),
                expression=program.segment(inner),
                facts={"source": Code(program.segment(source)), "function": Code(function.name)},
            )


def _put_in_front(program: Program) -> Iterator[Site]:
    for node in program.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="insert"), args=[ast.Constant(value=0), item]) if any(
                isinstance(up, ast.For | ast.While) for up in program.above(node)
            ):
                text = program.segment(node)
                line = program.line(node.lineno)
                yield Site(
                    lines=(node.lineno,), expression=text,
                    edit=program.edit(node.lineno, line.replace(text, f"{program.segment(owner)}.append({program.segment(item)})", 1)),
                    facts={"owner": Code(program.segment(owner))},
                )  # fmt: skip


def _parameter_overwritten(program: Program) -> Iterator[Site]:
    """A parameter gets a new value before its old one was ever used."""
    for function in program.functions.values():
        parameters = {arg.arg for arg in function.args.args}
        for statement in function.body[:3]:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                    name in parameters and name not in names_in(value)
                ):
                    used_before = any(
                        isinstance(n, ast.Name) and n.id == name and n.lineno < statement.lineno and isinstance(n.ctx, ast.Load) for n in ast.walk(function)
                    )  # fmt: skip
                    if not used_before:
                        yield Site(
                            lines=(statement.lineno,), expression=program.line(statement.lineno).strip(),
                            facts={"name": Code(name), "function": Code(function.name)},
                        )  # fmt: skip


SMELLS = (
    Smell(
        "logic.line-without-effect",
        "logic",
        Lesson(
            question=(
                "What is different in your program after this line has run? Which name has a new value? Print $name before and after it."
            ),
            concept=(
                "A line that is only $kind works something out and then forgets it. To keep a result, it has to be stored under a name. On line "
                "$line nothing stores it, so $name stays as it was."
            ),
            picture="It is like doing a sum in your head and telling nobody.",
            precise="An expression statement is evaluated for its side effects, and this one has none.",
            place="Its result is worked out and forgotten.",
            plan=(
                "Say which name should have which value after the line.",
                "Recall the sign that stores a value.",
                "Use it so that the result ends up in that name.",
            ),
            example=Example(
                "A result that is kept:",
                "fuel = 40\nfuel = fuel - 6\nprint(fuel)",
                "The equals sign stores the new value under `fuel`.",
            ),
            remedy="Store the result of line $line under the name that should change.",
            reason="The name has the new value after the line.",
            check="print $name before and after the line.",
        ),
        0.95,
        frozenset(("value", "less", "endless", "zero", "empty", "other")),
        _no_effect,
    ),
    Smell(
        "logic.method-named-not-called",
        "logic",
        Lesson(
            question=(
                "Does $name run on this line, or is it only named? What is different in the program after the line? Print what it should change, before and after."
            ),
            concept=(
                "A function or method runs only when round brackets follow its name. On line $line $name stands alone, so Python looks it up and "
                "does nothing with it. There is no error, and nothing happens."
            ),
            picture="It is like saying “the light switch” and not pressing it.",
            precise="The bound method is evaluated and dropped.",
            place="It is named there, but does not run.",
            plan=(
                "Decide what the function should get, perhaps nothing.",
                "Recall how a call looks.",
                "Check the effect with `print` on the next line.",
            ),
            example=Example(
                "A method that runs:",
                'bins = ["a", "b"]\nbins.clear()\nprint(bins)',
                "Because of the brackets `clear` runs, and the list is empty. Without them nothing would happen.",
            ),
            remedy="Write round brackets after $name on line $line.",
            reason="The brackets make it run.",
            check="print what it should change, before and after.",
        ),
        0.95,
        frozenset(("value", "order", "other", "endless")),
        _method_not_called,
    ),
    Smell(
        "logic.result-thrown-away",
        "logic",
        Lesson(
            question=(
                "Does $call change $name, or does it give a new value? Print $name on the next line. Where does the new value go?"
            ),
            concept=(
                "Texts never change, and many functions give back a new value and leave the old one alone. If nothing takes the new value, it is "
                "lost. On line $line $call gives one, but no name and no other call takes it."
            ),
            picture="It is like having a key copied and leaving the copy in the shop.",
            precise="The method is pure; only rebinding makes its result visible.",
            place="The value that it gives is not taken by anything.",
            plan=(
                "Print the call itself and then $name, and compare the two.",
                "Decide which name should hold the new value.",
                "Store it there, with an equals sign.",
            ),
            example=Example(
                "The new value is stored:",
                'street = "  main road "\nstreet = street.strip()\nprint(street)',
                "`strip` gives a new text, and `street` stands for it from then on.",
            ),
            remedy="Store the value that line $line gives, under $name or another name.",
            reason="The new value has a name and can be used.",
            check="print the name after the line.",
        ),
        0.9,
        frozenset(("value", "text", "order", "other")),
        _result_thrown_away,
    ),
    Smell(
        "logic.sign-and-equals-swapped",
        "logic",
        Lesson(
            question=(
                "Look at the two signs $sign on this line, in their order. Does the line change $name by something, or does it give it a whole new "
                "value each time?"
            ),
            concept=(
                "The order of two signs counts. With the operator first, a value is changed; with the equals sign first, the operator belongs to the "
                "number behind it and only gives its sign. On line $line $name gets a new value and forgets the old one."
            ),
            picture="It is like “add 5” and “is now 5”: nearly the same words, but not the same.",
            precise="`x =+ 1` parses as `x = (+1)`; the augmented operators are single tokens.",
            place="The two signs stand in the wrong order.",
            plan=(
                "Print $name before and after the line.",
                "Recall the order of the two signs in the statement that changes a value.",
                "Swap them.",
            ),
            example=Example(
                "A value that is changed:",
                "lives = 3\nlives -= 1\nprint(lives)",
                "The operator comes first, so the old value counts and is made one smaller.",
            ),
            remedy="Swap the two signs on line $line.",
            reason="The old value is changed and not replaced.",
            check="run the line twice and print $name each time.",
        ),
        0.95,
        frozenset(("value", "less", "endless", "other")),
        _sign_swapped,
    ),
    Smell(
        "logic.value-lost-in-swap",
        "logic",
        Lesson(
            question=(
                "Write down $left and $right after the line before this one. Is the old value of $left still there when you need it?"
            ),
            concept=(
                "An assignment replaces the old value at once. To swap two values one after the other, one of them has to be kept somewhere. Here "
                "the old $left is gone before line $line, so both end up with the same value."
            ),
            picture="To swap the drinks in two glasses you need a third glass.",
            precise="Tuple assignment evaluates the right side in full before it binds.",
            place="At this moment both hold the same value.",
            plan=(
                "Write down both values after each of the two lines.",
                "Keep the first value under a third name before it is replaced.",
                "Or let one single assignment do both at once.",
            ),
            example=Example(
                "Two values swapped with a third name:",
                'near = "sea"\nfar = "hill"\nkept = near\nnear = far\nfar = kept\nprint(near, far)',
                "`kept` holds the old value while `near` gets its new one.",
            ),
            remedy="Swap both values in one assignment with a comma on each side.",
            reason="The right side is worked out first, with both old values, and only then are they stored.",
            check="print both before and after.",
        ),
        0.9,
        frozenset(("value", "order", "other")),
        _lost_in_swap,
    ),
    Smell(
        "numerical.rows-are-one-list",
        "logic",
        Lesson(
            question=(
                "How many lists does $expression really make? Change one number in the first row and print the whole table. What happens to the "
                "other rows?"
            ),
            concept=(
                "The star repeats what is in the list, and for an inner list it repeats the same one. On line $line all rows are one single list under "
                "several positions, so a change in one row shows in all."
            ),
            picture="It is like one photo hung in several mirrors.",
            precise="Sequence repetition copies references; each row needs an object of its own.",
            place="All its rows are one and the same list.",
            plan=(
                "Change one place and print the table.",
                "Think of a way to make $row anew for each row.",
                "Use a loop or a comprehension, or an array made with `np.zeros`.",
            ),
            example=Example(
                "A new row in each round:",
                "board = []\nfor _ in range(2):\n    board.append([0, 0, 0])\nboard[0][1] = 5\nprint(board)",
                "Each round makes a list of its own, so only one row changes.",
            ),
            remedy="On line $line make each row in a round of its own.",
            reason="Each row is a list of its own.",
            check="change one place and print the table.",
            maths_picture="A grid has as many separate rows as you say; here there is only one.",
            maths_precise="The rows alias one another, so the matrix always has equal rows.",
        ),
        0.9,
        frozenset(("value", "other")),
        _rows_shared,
    ),
    Smell(
        "logic.default-value-shared",
        "logic",
        Lesson(
            question=(
                "When is the default value of $name made: at every call of $function, or only once? Call the function twice and print $name."
            ),
            concept=(
                "A default value is made once, when the function is defined, and all calls share it. A list or dictionary that is changed in the body "
                "keeps the change for the next call. That is the case for $name on line $line."
            ),
            picture="It is like a shared cup that nobody washes between guests.",
            precise="Defaults are evaluated at definition time and stored on the function object.",
            place="It is made once and shared by all calls.",
            plan=(
                "Call the function twice and print $name each time.",
                "Let the default be `None`.",
                "Make a new list inside the function when it is `None`.",
            ),
            example=Example(
                "A new list for each call:",
                "def with_tip(price, tips=None):\n    if tips is None:\n        tips = []\n    tips.append(price * 0.1)\n    return tips\n\n\nprint(with_tip(10), with_tip(20))",
                "Each call without its own list gets a new one.",
            ),
            remedy="On line $line use `None` as the default of $name, and make the list inside.",
            reason="Each call has a list of its own.",
            check="call the function twice and compare.",
        ),
        0.8,
        frozenset(("value", "long", "other")),
        _default_shared,
    ),
    Smell(
        "logic.nothing-given-back",
        "logic",
        Lesson(
            question=(
                "What does $call give back? Print it with `type`. Which line of $name hands a value to its caller? Is there any such line at all?"
            ),
            concept=(
                "A function without `return` gives back `None`. On line $line the result of $call is used as if there were one, so `None` is shown or "
                "stored."
            ),
            picture="It is like holding out your hand to someone who has nothing to give.",
            precise="Every call is an expression with a value; where no return statement supplies one, that value is None.",
            place="The result of this call is `None`.",
            plan=(
                "Decide whether the function should give a value or only do something.",
                "In the first case use `return` in it.",
                "In the second case let the call stand alone.",
            ),
            example=Example(
                "A function that gives a value, and its use:",
                "def gap(high, low):\n    return high - low\n\n\nprint(gap(9, 4))",
                "`return` hands the value over, so it can be shown.",
            ),
            remedy="Let $name `return` its value, or let the call on line $line stand alone.",
            reason="What is used is a real value.",
            check="print `type` of the result.",
        ),
        0.7,
        frozenset(("none", "printed", "other")),
        _none_stored,
    ),
    Smell(
        "logic.order-lost-in-set",
        "logic",
        Lesson(
            question=(
                "What does `set` promise about its items, and what not? Print the result for a list that is not sorted. Are the items still in the "
                "order of $source?"
            ),
            concept=(
                "A set holds each item once, but keeps no order, and it is another kind of value than a list. On line $line a set is made of $source, so "
                "the order in which the items came is lost."
            ),
            picture="It is like pouring a row of marbles into a bag.",
            precise="Sets are hash based and unordered; `dict.fromkeys` keeps first occurrences in order.",
            place="It keeps each item once, but not the order.",
            plan=(
                "Decide whether the order matters, and which kind of value should come back.",
                "Go through $source and keep an item when it has not been kept before.",
                "Give that new list back.",
            ),
            example=Example(
                "Each letter once, in the order in which they come:",
                'kept = ""\nfor letter in "banana":\n    if letter not in kept:\n        kept += letter\nprint(kept)',
                "A letter is kept only when it is new, so the order stays.",
            ),
            remedy="On line $line keep the order: collect new items in a list, or use `dict.fromkeys`.",
            reason="Each item is kept once, in the order in which it first came.",
            check="try an unsorted list with doubles.",
        ),
        0.6,
        frozenset(("order", "kind", "value")),
        _order_lost,
    ),
    Smell(
        "logic.always-put-in-front",
        "logic",
        Lesson(
            question=(
                "At which end of $owner does this line put each new item? In which order are they after three rounds? Play it through on paper with three items."
            ),
            concept=(
                "Position 0 is the front. An item that is put there pushes all others back, so the last one put in comes first. On line $line that "
                "happens in every round, and $owner ends up in reverse order."
            ),
            picture="It is like a pile of plates: the last one is on top.",
            precise="Repeated insertion at 0 reverses, and costs linear time each.",
            place="It puts each item in front of all others.",
            plan=(
                "Play it through with three items.",
                "Decide which order you want.",
                "Put the items in at the other end, for which lists have a method.",
            ),
            example=Example(
                "Items put in at the end:",
                'line = []\nfor guest in ("Al", "Bo"):\n    line.append(guest)\nprint(line)',
                "The order is the one in which they came.",
            ),
            remedy="On line $line use `append`.",
            reason="Each new item comes last, so the order is the one in which the items came.",
            check="print the list after each round.",
        ),
        0.45,
        frozenset(("order",)),
        _put_in_front,
    ),
    Smell(
        "logic.parameter-overwritten",
        "logic",
        Lesson(
            question=(
                "Which value does the caller hand over for $name, and what is left of it after this line? Call the function twice with different values: do the results differ?"
            ),
            concept=(
                "A parameter arrives with the value of the caller. Line $line gives $name another value before the first one was used, so the function "
                "works the same whatever it is called with."
            ),
            picture="It is like throwing away a letter unread and writing your own.",
            precise="The argument is dead on entry, so the result cannot depend on it.",
            place="It replaces what the caller has handed over.",
            plan=(
                "Print $name at the very start of $function.",
                "Decide whether the value of the caller is the one to use.",
                "If so, the line has to go; else the parameter.",
            ),
            example=Example(
                "The value of the caller is used:",
                "def area(width, depth):\n    return width * depth\n\n\nprint(area(4, 5))",
                "Nothing replaces what is handed over, so each call gives its own result.",
            ),
            remedy="Take line $line away, or give its value another name.",
            reason="The function works with what it was given.",
            check="call it with two different values; the results should differ.",
        ),
        0.75,
        frozenset(("value", "other")),
        _parameter_overwritten,
    ),
)
