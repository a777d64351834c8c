"""Operators between values of kinds that do not go together: TypeError for `+`, `-`, `<`, `%` and their like."""

from __future__ import annotations

import ast
import re

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.runtime.case import Case, RuntimeRule, Site
from tutor_server.pedagogy.offline.runtime.origins import is_input, none_origin

_TYPE_ERROR = frozenset(("TypeError",))
KINDS = {
    "str": "a text", "int": "a whole number", "float": "a number with a point", "list": "a list", "tuple": "a tuple",
    "dict": "a dictionary", "set": "a set", "NoneType": "`None`, that is nothing", "bool": "a truth value",
    "range": "a range", "function": "a function", "method": "a method", "builtin_function_or_method": "a function",
    "type": "a type", "module": "a module", "ndarray": "an array", "numpy.ndarray": "an array",
}  # fmt: skip
_FUNCTIONS = ("function", "method", "builtin_function_or_method", "type")


def kind(name: str) -> str:
    """Say a type's name in plain words."""
    return KINDS.get(name, f"a value of type `{name}`")


def _binary(case: Case) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """Give the operation on the line with its two sides."""
    for node in case.likely(ast.BinOp, ast.Compare):
        match node:
            case ast.BinOp(left=left, right=right):
                return node, left, right
            case ast.Compare(left=left, comparators=[right, *_]):
                return node, left, right
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.AugAssign):
        return statement.target, statement.target, statement.value
    return None


def _types(case: Case) -> tuple[str, str]:
    groups = case.match.groupdict()
    return groups.get("left") or "", groups.get("right") or ""


def _text_from_input(case: Case) -> Site | None:
    """A side of the operation is the text that `input` gave, while the other is a number."""
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    for node in (left, right):
        for part in [node, *(n for n in ast.walk(node) if isinstance(n, ast.Name))]:
            if isinstance(part, ast.expr) and is_input(case.program, part, case.line):
                site = case.here(operation, name=Code(case.text(part)))
                origin = part
                line = case.line
                if isinstance(part, ast.Name):
                    value = case.program.last_value(part.id, case.line)
                    line = next((at for at, v in case.program.assignments(part.id) if v is value), case.line)
                    origin = value if value is not None else part
                edit = case.rewrite(origin, f"int({case.text(origin)})")
                return Site(
                    lines=(line,),
                    expression=case.text(origin),
                    edit=edit,
                    facts={**site.facts, "operation": Code(case.text(operation))},
                )
    return None


def _joined(case: Case) -> Site | None:
    """A text and something else around a plus sign."""
    left_type, right_type = _types(case)
    if "str" not in (left_type, right_type):
        return None
    other = right_type if left_type == "str" else left_type
    sides = _binary(case)
    facts = {"other_kind": kind(other)}
    if sides is None:
        return case.here(**facts, other=Code(case.marked or case.program.line(case.line).strip()))
    operation, left, right = sides
    wrong = right if left_type == "str" else left
    if isinstance(operation, ast.BinOp) and left_type == "str" and isinstance(left, ast.BinOp) and other != "str":
        wrong = right
    edit = case.rewrite(wrong, f"str({case.text(wrong)})")
    return case.here(operation, edit=edit, other=Code(case.text(wrong)), **facts)


def _item_onto_list(case: Case) -> Site | None:
    left_type, right_type = _types(case)
    container = left_type or "list"
    sides = _binary(case)
    if sides is None:
        return case.here(container=kind(container), item=Code(case.marked or ""), item_kind=kind(right_type))
    operation, left, right = sides
    new = f"[{case.text(right)}]" if container == "list" else f"({case.text(right)},)"
    return case.here(
        operation, edit=case.rewrite(right, new), container=kind(container), item=Code(case.text(right)),
        item_kind=kind(right_type), owner=Code(case.text(left)),
    )  # fmt: skip


def _none(case: Case) -> Site | None:
    """One side is None: it comes from a method that changes in place, or from a function without `return`."""
    if "NoneType" not in _types(case):
        return None
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    wrong = left if _types(case)[0] == "NoneType" else right
    return none_site(case, wrong, operation) or case.here(
        operation, name=Code(case.text(wrong)), source="a place that never gave it a value"
    )


def none_site(case: Case, wrong: ast.expr, operation: ast.expr | None = None) -> Site | None:
    """Say where a None comes from, if the code shows it."""
    origin = none_origin(case.program, wrong, case.line)
    facts = {"name": Code(case.text(wrong))}
    match origin:
        case "in-place", ast.Call(func=func) as call:
            method = func.attr if isinstance(func, ast.Attribute) else "print"
            line = case.program.line(call.lineno)
            indent = line[: len(line) - len(line.lstrip())]
            statement = case.program.statement_at(call.lineno)
            alone = (
                isinstance(statement, ast.Assign)
                and statement.value is call
                and statement.lineno == statement.end_lineno
            )
            edit = case.program.edit(call.lineno, indent + case.text(call)) if alone else None
            return Site(
                lines=(call.lineno,), expression=case.text(call), edit=edit,
                facts={**facts, "source": f"the call of `{method}`, which works in place and gives nothing back"},
            )  # fmt: skip
        case "function", ast.FunctionDef() as function:
            last = function.body[-1]
            return Site(
                lines=(last.end_lineno or last.lineno,), expression=case.program.line(last.end_lineno or 1).strip(),
                facts={**facts, "source": f"the function `{function.name}`, which ends without giving a value back"},
            )  # fmt: skip
    if operation is not None:
        return case.here(operation, **facts, source="a place that never gave it a value")
    return None


def _caret(case: Case) -> Site | None:
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            text, right = case.text(node), case.text(node.right)
            left = case.text(node.left)
            powered = f"{left} ** {right}"
            if isinstance(node.left, ast.BinOp):
                # The caret binds weaker than everything arithmetic; the power sign binds tighter.
                powered = f"{left} ** {right}" if text.endswith(right) else powered
            if isinstance(node.right, ast.BinOp):
                powered = f"{left} ** ({right})"
            return case.here(node, edit=case.rewrite(node, powered), base=Code(left), power=Code(right))
    return case.here(base=Code(case.marked or "the base"), power="the power")


def _not_called(case: Case) -> Site | None:
    if not set(_types(case)) & set(_FUNCTIONS):
        return None
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    wrong = left if _types(case)[0] in _FUNCTIONS else right
    return not_called_site(case, wrong) or case.here(operation, name=Code(case.text(wrong)))


def not_called_site(case: Case, wrong: ast.expr) -> Site | None:
    """Find the place where a function was named but not called."""
    program = case.program
    if isinstance(wrong, ast.Name) and wrong.id not in program.functions:
        for at, value in reversed(program.assignments(wrong.id)):
            if isinstance(value, ast.Attribute | ast.Name) and program.function_at(at) is program.function_at(
                case.line
            ):
                return Site(
                    lines=(at,), expression=case.text(value), edit=case.rewrite(value, f"{case.text(value)}()"),
                    facts={"name": Code(case.text(value))},
                )  # fmt: skip
    if isinstance(wrong, ast.Name | ast.Attribute):
        return case.here(wrong, edit=case.rewrite(wrong, f"{case.text(wrong)}()"), name=Code(case.text(wrong)))
    return None


def _multiplied(case: Case) -> Site | None:
    sides = _binary(case)
    if sides is None:
        return case.here(left="one side", right="the other side")
    operation, left, right = sides
    return case.here(operation, left=Code(case.text(left)), right=Code(case.text(right)))


def _list_times_float(case: Case) -> Site | None:
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    for node in (left, right):
        value = case.program.last_value(node.id, case.line) if isinstance(node, ast.Name) else node
        if isinstance(value, ast.List | ast.ListComp):
            return case.here(operation, name=Code(case.text(node)))
    return None


def _ordered(case: Case) -> Site | None:
    left_type, right_type = _types(case)
    sides = _binary(case)
    facts = {"left_kind": kind(left_type), "right_kind": kind(right_type)}
    if sides is None:
        return case.here(**facts, left="the left side", right="the right side")
    operation, left, right = sides
    return case.here(operation, left=Code(case.text(left)), right=Code(case.text(right)), **facts)


def _printed(case: Case) -> Site | None:
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp):
            match node.left:
                case ast.Call(func=ast.Name(id="print")) as call:
                    inner = case.text(call)
                    sign = case.text(node)[len(inner) :].strip()
                    edit = case.rewrite(node, f"{inner[:-1]} {sign})") if inner.endswith(")") else None
                    return case.here(node, edit=edit, call=Code(inner))
    return None


def _relabelled(case: Case) -> Case:
    """Give the case with its two types under one pair of names, whatever the form of the message."""
    groups = case.match.groupdict()
    left = groups.get("left") or groups.get("l2") or groups.get("l3") or groups.get("other") or ""
    right = groups.get("right") or groups.get("r2") or groups.get("r3") or groups.get("text") or ""
    match = re.match(r"(?P<left>\S*) (?P<right>\S*)", f"{left} {right}")
    return Case(case.program, case.crash, match) if match else case


_SIDES = r"'(?P<left>[\w.]+)' and '(?P<right>[\w.]+)'"

RULES = (
    RuntimeRule(
        "runtime.print-result-used",
        "runtime",
        Lesson(
            question=(
                "Look closely at the brackets of `print` on this line. What stands inside them, and what stands after "
                "the closing one? Which of the two does `print` get to see?"
            ),
            concept=(
                "A call ends at its closing bracket. What follows works with the result of the call, and `print` has no "
                "result: it shows something on the screen and gives back `None`. On line $line the operation comes after "
                "$call is complete, so it is done with `None`."
            ),
            picture="It is like posting a letter and then trying to write one more line on it.",
            precise="The operator applies to the value of the call expression, and `print` returns None.",
            place="The bracket of `print` closes too early.",
            plan=(
                "Find the closing bracket that ends the call of `print`.",
                "Decide which parts of the line belong to the text that should be shown.",
                "Let the bracket close after all of them.",
            ),
            example=Example(
                "Everything that makes up the text is inside the brackets:",
                'player = "Kim"\nprint("goal by %s" % player)',
                "The text is complete first; only then `print` shows it.",
            ),
            remedy="Move the closing bracket of `print` on line $line to the end of the text.",
            reason="The whole text is worked out first, and `print` gets the finished result.",
            check="run the line and see whether the value appears inside the text.",
        ),
        _TYPE_ERROR,
        re.compile(rf"unsupported operand type\(s\) for \S+(?: \S+)?: '(?P<left>NoneType)' and '(?P<right>\w+)'"),
        _printed,
    ),
    RuntimeRule(
        "runtime.caret-for-power",
        "runtime",
        Lesson(
            question=(
                "You want to raise $base to a power here. Which sign do you write for that on paper or in a spreadsheet, "
                "and does Python use the same one? Look up the list of arithmetic operators."
            ),
            concept=(
                "On paper, in spreadsheets and in some languages a small hat, the caret, means “to the power of”. In Python "
                "the caret is an operation on the bits of whole numbers and has nothing to do with powers. On line $line it "
                "meets a number with a point, which has no such operation, so Python stops."
            ),
            picture="It is like a button that looks the same on two remote controls but does different things.",
            precise="`^` is bitwise exclusive or on integers; floats do not implement it, so the mistake shows here.",
            place="The caret there is meant as “to the power of”.",
            plan=(
                "Look up the operator that Python has for powers; it is made of two signs.",
                "Check what it applies to: it binds tighter than multiplication.",
                "Search your program for other carets, also where no error shows, and treat them alike.",
            ),
            example=Example(
                "The volume of a cube, with Python's sign for powers:",
                "edge = 2.5\nvolume = edge ** 3\nprint(volume)",
                "The two stars raise `edge` to the third power.",
            ),
            remedy="On line $line write `**` where the caret stands.",
            reason="`**` is Python's sign for powers, for whole numbers and for numbers with a point.",
            check="try a case that you can work out in your head, such as 2 to the power of 3, which is 8.",
            maths_picture="“To the power of 3” means: multiply the number by itself, three factors in all.",
            maths_precise="Mind the order: a power is taken before a product, and a chain of powers is read from the right.",
        ),
        _TYPE_ERROR,
        re.compile(r"unsupported operand type\(s\) for \^=?: |ufunc 'bitwise_xor' not supported"),
        _caret,
    ),
    RuntimeRule(
        "runtime.number-from-input",
        "runtime",
        Lesson(
            question=(
                "What kind of value does `input` give you when someone types digits: a number to calculate with, or a "
                "text that looks like one? Print `type` of $name to find out, and compare it with what $operation needs."
            ),
            concept=(
                "Whatever is typed at the keyboard arrives as a text, even if it is made of digits. A text and a number "
                "are different kinds of value, and Python does not turn one into the other by itself, since it cannot know "
                "whether you want to calculate or to join. $operation needs a number, but $name is a text."
            ),
            picture="The text is like a photo of money: it shows the amount, but you cannot pay with it.",
            precise="`input` returns str, always; conversion is explicit, and a bad text raises ValueError there.",
            place="What it gives is a text, and later on it is used as a number.",
            plan=(
                "Decide whether the value is a whole number or can have a point.",
                "Choose the built-in function that turns a text into that kind: `int` or `float`.",
                "Convert once, at the place where the value comes in.",
            ),
            example=Example(
                "A value that comes in as text, and is turned into a number once:",
                'typed = "165"\nheight = float(typed) / 100\nprint(height + 0.05)',
                "`float` makes a number out of the text; from there on sums work.",
            ),
            remedy="Wrap the value with `int` or `float` where it comes in on line $line.",
            reason="The text becomes a number once, right where it arrives, so every later line can calculate with it.",
            check="type a number and compare the result with a sum done by hand; use `float` if a point is allowed.",
        ),
        _TYPE_ERROR,
        re.compile(
            rf"unsupported operand type\(s\) for \S+(?: \S+)?: {_SIDES}|can only concatenate str|not supported between instances of"
            r"|can't multiply sequence|must be real number, not str|bad operand type"
        ),
        _text_from_input,
    ),
    RuntimeRule(
        "runtime.text-plus-other",
        "runtime",
        Lesson(
            question=(
                "The plus sign on this line has a text on one side. What kind of value is $other on the other side? Use "
                "`type` to check. What should come out in the end, a longer text or a sum?"
            ),
            concept=(
                "The plus sign has two jobs: it adds numbers, and it joins texts. Both sides must be of the same kind, so "
                "that it is clear which job is meant. On line $line one side is a text, and $other is $other_kind. Python "
                "does not guess, it asks you to decide."
            ),
            picture="You cannot glue a number to a word; first you have to write the number down as a word.",
            precise="`str.__add__` accepts only str; there is no implicit conversion in either direction.",
            place="There a text meets $other_kind.",
            plan=(
                "Decide what the result should be: one text, or a number.",
                "For a text, use `str` on $other; for a sum, turn the text into a number with `int` or `float`.",
                "Check the other plus signs of the line in the same way.",
            ),
            example=Example(
                "A number made ready to be joined to a text:",
                'goals = 3\nreport = "goals: " + str(goals)\nprint(report)',
                "`str` writes the number down as a text, and two texts can be joined.",
            ),
            remedy="On line $line wrap $other with `str`, so that both sides are texts.",
            reason="`str` makes a text of the value, so the plus sign joins two texts.",
            check="run the line and read the text, blanks included. If you wanted a sum, convert the other side instead.",
        ),
        _TYPE_ERROR,
        re.compile(
            rf"can only concatenate (?P<left>str) \(not \"(?P<right>(?!NoneType|builtin|method|function)[\w.]+)\"\)"
            rf"|unsupported operand type\(s\) for \+=?: '(?P<other>int|float|list|tuple|dict|bool)' and '(?P<text>str)'"
        ),
        lambda case: _joined(_relabelled(case)),
    ),
    RuntimeRule(
        "runtime.item-onto-list",
        "runtime",
        Lesson(
            question=(
                "On one side of the plus sign is $container. What is $item on the other side: $container too, or one "
                "single thing that you want to put into it?"
            ),
            concept=(
                "Between two lists the plus sign makes one longer list. It needs a list on both sides; the same holds for "
                "tuples. On line $line the right side, $item, is not $container but $item_kind, so there is nothing to "
                "join. Putting one thing into a collection is a different operation from joining two collections."
            ),
            picture="Two trains can be coupled, but a passenger gets on by a door.",
            precise="`+` concatenates sequences of the same type; a single element must be wrapped or appended.",
            place="Its right side is one single thing, and not $container.",
            plan=(
                "Decide whether the old collection should change or a new one should be made.",
                "To add one thing to a list, recall the method `append`.",
                "To keep the plus sign, wrap the single thing so that both sides are of one kind.",
            ),
            example=Example(
                "Two ways to add one thing:",
                'shelf = ["atlas"]\nshelf.append("novel")\nshelf = shelf + ["poems"]\nprint(shelf)',
                "`append` takes the thing itself; the plus sign needs a list, if only with one thing in it.",
            ),
            remedy="On line $line put $item into square brackets, or use `append`.",
            reason="Both sides are now of the same kind, so they can be joined.",
            check="print the collection after the line: it should be longer by exactly one.",
        ),
        _TYPE_ERROR,
        re.compile(r"can only concatenate (?P<left>list|tuple) \(not \"(?P<right>(?!NoneType|builtin)[\w.]+)\"\)"),
        _item_onto_list,
    ),
    RuntimeRule(
        "runtime.none-in-operation",
        "runtime",
        Lesson(
            question=(
                "One value in this operation is `None`: $name. Where did it get its value? Follow it back: did a function "
                "really give a value back at that place, or did it only do something?"
            ),
            concept=(
                "`None` is Python's value for “nothing here”. A function that ends without `return` gives it back, and so do "
                "methods that change a list in place. You cannot calculate or compare with it. Here $name is `None`, and it "
                "comes from $source."
            ),
            picture="It is like opening a parcel and finding it empty: the parcel arrived, but with nothing inside.",
            precise="A function without an executed `return` expression returns None; the mistake is at that end.",
            place="The `None` comes from $source.",
            plan=(
                "Print $name right after it gets its value, to see that it is `None` there already.",
                "Decide which value should come back at that place.",
                "For a function of yours, use `return`; for a method that works in place, call it on a line of its own.",
            ),
            example=Example(
                "The same job done in two ways, one that gives a value back and one that does not:",
                "waves = [3, 1, 2]\nordered = sorted(waves)\nwaves.sort()\nprint(ordered, waves)",
                "`sorted` gives a new list back. `sort` changes the old one and gives back nothing, so its result is not stored.",
            ),
            remedy="See to it that line $line gives a value back: use `return` in a function, and do not store what a method in place gives.",
            reason="Then there is a real value where there was `None` before.",
            check="print the value before it is used; `None` should not show up any more.",
        ),
        _TYPE_ERROR,
        re.compile(
            rf"unsupported operand type\(s\) for \S+(?: \S+)?: {_SIDES}|not supported between instances of {_SIDES.replace('left', 'l2').replace('right', 'r2')}"
            r"|can only concatenate (?P<l3>\w+) \(not \"(?P<r3>NoneType)\"\)"
        ),
        lambda case: _none(_relabelled(case)),
    ),
    RuntimeRule(
        "runtime.function-in-operation",
        "runtime",
        Lesson(
            question=(
                "Look at $name on this line. Is it a value, or the name of a function? What has to follow a function's name "
                "so that it does its work and gives a result?"
            ),
            concept=(
                "The name of a function stands for the function itself, like the name of a machine. Only with round brackets "
                "after it does the machine run and give a result. On line $line $name has no brackets, so the function "
                "itself is used in a place that needs its result."
            ),
            picture="It is like putting the coffee machine on the table in place of a cup of coffee.",
            precise="Functions are objects; without a call expression you operate on the object, not on its return value.",
            place="It names a function and does not run it.",
            plan=(
                "Decide which function you want to run here, and what it needs to get.",
                "Recall how a call looks, also for a function that needs nothing.",
                "Check the other names of the line in the same way.",
            ),
            example=Example(
                "A method named, and the same method called:",
                'town = "Turin"\nprint(town.upper())\nloud = town.upper()\nprint(loud + "!")',
                "With the brackets `upper` runs and gives a text; without them it would be only the method itself.",
            ),
            remedy="Write round brackets after $name on line $line.",
            reason="The brackets make Python run the function, and its result takes its place.",
            check="print the result with `type` to see that it is a value now.",
        ),
        _TYPE_ERROR,
        re.compile(
            rf"unsupported operand type\(s\) for \S+(?: \S+)?: {_SIDES}|not supported between instances of {_SIDES.replace('left', 'l2').replace('right', 'r2')}"
            r"|can only concatenate (?P<l3>\w+) \(not \"(?P<r3>\w+)\"\)"
        ),
        lambda case: _not_called(_relabelled(case)),
    ),
    RuntimeRule(
        "numerical.list-times-number",
        "runtime",
        Lesson(
            question=(
                "Is $name a Python list or an array of numpy? Think of what the star does with a list: does it multiply "
                "each number, or does it do something with the list as a whole?"
            ),
            concept=(
                "With a Python list the star means “repeat the list”, and only a whole number can say how often. It never "
                "multiplies the numbers inside. On line $line $name is a plain list and the other side has a point, so "
                "Python cannot repeat it. Calculating with all numbers at once is what arrays are for."
            ),
            picture="A list is a row of boxes; two and a half rows of boxes make no sense.",
            precise="`list.__mul__` is repetition; elementwise arithmetic needs an ndarray or a comprehension.",
            place="$name is a list there, and a list can only be repeated.",
            plan=(
                "Decide whether you want each number multiplied, one by one.",
                "With numpy, turn the list into an array with `np.array` first.",
                "Without numpy, go through the list with `for` and collect the new numbers.",
            ),
            example=Example(
                "Each number scaled, without numpy:",
                "metres = [1.5, 2.0]\nfeet = []\nfor metre in metres:\n    feet.append(metre * 3.28)\nprint(feet)",
                "The star works on one number at a time, and `feet` collects the results.",
            ),
            remedy="Turn $name into an array with `np.array` before line $line, or multiply its items one by one.",
            reason="An array multiplies each of its numbers, which is what the formula means.",
            check="try a list of two easy numbers and compare with the products done by hand.",
            maths_picture="You want a number times each entry of a row, like a price rise for every item of a bill.",
            maths_precise="The formula is a scalar times a vector; a list is a sequence, not a vector.",
        ),
        _TYPE_ERROR,
        re.compile(r"can't multiply sequence by non-int of type '(?:float|numpy\.float64)'"),
        _list_times_float,
    ),
    RuntimeRule(
        "runtime.text-in-calculation",
        "runtime",
        Lesson(
            question=(
                "Look at the two sides of the operation, $left and $right. Which of them is a text, and not a number? Where "
                "did it get its value, and did anything turn it into a number on the way?"
            ),
            concept=(
                "Arithmetic works with numbers. A text made of digits looks like a number but is not one, and a list is a "
                "collection of values. On line $line the operation meets such a value on at least one side, and there is no "
                "rule in Python for what should come out."
            ),
            picture="It is like asking what “four” minus 1 is, if “four” is just a word on paper.",
            precise="Neither operand implements the operator for the other's type, so both attempts gave NotImplemented.",
            place="One of its two sides is no number.",
            plan=(
                "Use `type` on $left and on $right to see which of them is not a number.",
                "Follow that value back to the line where it comes from.",
                "Convert it there with `int` or `float`, or pick the single number that you mean out of the collection.",
            ),
            example=Example(
                "A text becomes a number before it is used:",
                'label = "48 seats"\nseats = int(label.split()[0])\nprint(seats - 5)',
                "`int` makes a number of the first word; after that the subtraction has two numbers.",
            ),
            remedy="Turn the value that is no number into one, with `int` or `float`, before line $line.",
            reason="With numbers on both sides the operation has a meaning.",
            check="print both sides with `type` before the line, then compare the result with a sum done by hand.",
        ),
        _TYPE_ERROR,
        re.compile(
            rf"unsupported operand type\(s\) for \S+(?: \S+)?: {_SIDES}|can't multiply sequence by non-int|bad operand type for"
            r"|can only concatenate|must be real number, not|must be str, not"
        ),
        _multiplied,
    ),
    RuntimeRule(
        "runtime.compared-kinds",
        "runtime",
        Lesson(
            question=(
                "You compare $left with $right here. What kind of value is each of them? Could you put the two in order "
                "yourself, smaller first?"
            ),
            concept=(
                "Smaller and greater make sense only between values of the same kind: two numbers, or two texts, which are "
                "put in the order of the dictionary. On line $line the left side is $left_kind and the right side is "
                "$right_kind. There is no order between them, so Python stops."
            ),
            picture="It is like asking whether a kilo is longer than a metre.",
            precise="Ordering between unrelated types raises TypeError; only `==` is defined for all pairs.",
            place="Its two sides are of different kinds.",
            plan=(
                "Use `type` on $left and on $right.",
                "Decide which of them is not of the kind that you had in mind.",
                "Convert that one, or use a part of it, such as its length with `len` or one of its items.",
            ),
            example=Example(
                "Two values of one kind can be compared:",
                'pages = "250"\nlimit = 300\nprint(int(pages) < limit)',
                "`int` turns the text into a number, so that two numbers are compared.",
            ),
            remedy="On line $line bring both sides to the same kind, for example with `int`, `float` or `len`.",
            reason="Values of the same kind have an order, so the comparison gives `True` or `False`.",
            check="try one pair for which the answer should be `True` and one for which it should be `False`.",
        ),
        _TYPE_ERROR,
        re.compile(rf"'[<>]=?' not supported between instances of {_SIDES}"),
        _ordered,
    ),
)
