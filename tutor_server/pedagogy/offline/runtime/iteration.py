"""Loops, unpacking and `in` over things that cannot be gone through, or that change on the way."""

from __future__ import annotations

import ast
import re

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.runtime.case import Case, RuntimeRule, Site
from tutor_server.pedagogy.offline.runtime.operands import kind, none_site

_TYPE_ERROR = frozenset(("TypeError",))


def _iterated(case: Case) -> ast.expr | None:
    """Give the expression that the line goes through."""
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.For) and statement.lineno <= case.line <= statement.iter.lineno:
        return statement.iter
    for node in case.program.nodes:
        if isinstance(node, ast.comprehension) and node.iter.lineno == case.line:
            return node.iter
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and call.args:
            return call.args[0]
    for compare in case.likely(ast.Compare):
        if isinstance(compare, ast.Compare) and isinstance(compare.ops[0], ast.In | ast.NotIn):
            return compare.comparators[0]
    return None


def _over_number(case: Case) -> Site | None:
    iterated = _iterated(case)
    if iterated is None:
        return case.here(name=Code(case.marked or case.program.line(case.line).strip()))
    text = case.text(iterated)
    statement = case.program.statement_at(case.line)
    edit = (
        case.rewrite(iterated, f"range({text})")
        if isinstance(statement, ast.For) and case.match["type"] == "int"
        else None
    )
    return case.here(iterated, edit=edit, name=Code(text))


def _over_none(case: Case) -> Site | None:
    wrong = case.node if isinstance(case.node, ast.Call) and not _is_builtin_call(case.node) else _iterated(case)
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and not _is_builtin_call(call):
            site = none_site(case, call)
            if site is not None:
                return site
    if wrong is None:
        return case.here(name=Code(case.marked or "the value"), source="a place that never gave it a value")
    return none_site(case, wrong) or case.here(
        wrong, name=Code(case.text(wrong)), source="a place that never gave it a value"
    )


def _is_builtin_call(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("list", "set", "tuple", "print", "sorted", "len", "sum", "max", "min", "enumerate", "zip")
    )


def _range_of(case: Case) -> Site | None:
    """`range` got something that is no whole number."""
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range" and call.args:
            given = case.match["type"]
            for argument in call.args:
                text = case.text(argument)
                division = any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in ast.walk(argument))
                if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
                    continue
                if given in ("list", "tuple", "str", "dict", "set"):
                    edit = case.rewrite(argument, f"len({text})")
                elif (
                    given == "float"
                    and division
                    and isinstance(argument, ast.BinOp)
                    and isinstance(argument.op, ast.Div)
                ):
                    edit = case.rewrite(argument, f"{case.text(argument.left)} // {case.text(argument.right)}")
                else:
                    edit = case.rewrite(argument, f"int({text})")
                return case.here(call, edit=edit, name=Code(text), kind=kind(given))
    return None


def _whole_number(case: Case) -> Site | None:
    calls = [node for node in case.likely(ast.Call, ast.Subscript) if isinstance(node, ast.expr)]
    node = calls[0] if calls else None
    return case.here(
        node,
        name=Code(case.text(node) if node is not None else case.marked or "the value"),
        kind=kind(case.match["type"]),
    )


def _unpacked(case: Case) -> Site | None:
    statement = case.program.statement_at(case.line)
    target, value = "the names", "the value"
    if isinstance(statement, ast.Assign):
        target, value = case.text(statement.targets[0]), case.text(statement.value)
        node: ast.expr | None = statement.value
    elif isinstance(statement, ast.For):
        target, value, node = case.text(statement.target), case.text(statement.iter), statement.iter
    else:
        node = None
    count = (
        len(statement.targets[0].elts)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple | ast.List)
        else 0
    )
    words = {0: "several", 2: "two", 3: "three", 4: "four"}
    facts = {"targets": Code(target), "value": Code(value), "count": words.get(count, str(count))}
    if isinstance(statement, ast.For):
        return Site(lines=(case.line,), expression=f"for {target} in {value}", facts=facts)
    return case.here(**facts)


def _changed_while(case: Case) -> Site | None:
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.For):
        text = case.text(statement.iter)
        return case.here(statement.iter, edit=case.rewrite(statement.iter, f"list({text})"), name=Code(text))
    iterated = _iterated(case)
    return case.here(iterated, name=Code(case.text(iterated) if iterated is not None else "the collection"))


def _joined_items(case: Case) -> Site | None:
    for call in case.likely(ast.Call):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "join"
            and call.args
        ):
            text = case.text(call.args[0])
            return case.here(call, edit=case.rewrite(call.args[0], f"map(str, {text})"), name=Code(text))
    return case.here(name=Code(case.marked or "the items"))


def _no_length(case: Case) -> Site | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "len" and call.args:
            return case.here(call, name=Code(case.text(call.args[0])), kind=kind(case.match["type"]))
    return case.here(name=Code(case.marked or "the value"), kind=kind(case.match["type"]))


def _unhashable(case: Case) -> Site | None:
    nodes = [
        node
        for node in case.likely(ast.Dict, ast.Set, ast.Subscript, ast.Call, ast.Compare)
        if isinstance(node, ast.expr)
    ]
    return case.here(nodes[0] if nodes else None, kind=kind(case.match["type"]))


def _exhausted(case: Case) -> Site | None:
    return case.here()


def _arg_not_iterable(case: Case) -> Site | None:
    for compare in case.likely(ast.Compare):
        if isinstance(compare, ast.Compare):
            right = compare.comparators[0]
            if case.match["type"] == "NoneType":
                site = none_site(case, right)
                if site is not None:
                    return None
            return case.here(compare, name=Code(case.text(right)), kind=kind(case.match["type"]))
    return case.here(name=Code(case.marked or "the value"), kind=kind(case.match["type"]))


RULES = (
    RuntimeRule(
        "runtime.none-gone-through",
        "runtime",
        Lesson(
            question=(
                "Here the program wants to go through $name, or take it apart. But what is in it at this moment? Follow it "
                "back to the place that should have given it a value. Does that place give anything back?"
            ),
            concept=(
                "A function gives its caller exactly what stands after `return`. If it comes to its end without one, the "
                "caller gets `None`, which means “nothing”. You cannot go through nothing. Here $name is `None`, and that "
                "comes from $source."
            ),
            picture="It is like sending someone to the shop who buys everything but does not bring the bag home.",
            precise="Falling off the end of a function body returns None; the collected result is lost with the frame.",
            place="The `None` comes from $source.",
            plan=(
                "Decide which value the caller should get.",
                "Find the end of the work: the place where that value is complete.",
                "Use `return` there, after the loop and not inside it; for a method that works in place, do not store its result.",
            ),
            example=Example(
                "A function that brings home what it has collected:",
                'def initials(people):\n    letters = ""\n    for person in people:\n        letters += person[0]\n    return letters\n\n\nprint(initials(["Ada", "Bo"]))',
                "The last line of the function hands `letters` to the caller; without it, `print` would show `None`.",
            ),
            remedy="After line $line give the finished value back with `return`, at the level of the function's body.",
            reason="The caller gets the value that the function has worked out, and can go through it.",
            check="print the result of the call: it should be the collection and not `None`.",
        ),
        _TYPE_ERROR,
        re.compile(
            r"'NoneType' object is not iterable|cannot unpack non-iterable NoneType|argument of type 'NoneType' is not"
        ),
        _over_none,
    ),
    RuntimeRule(
        "runtime.loop-over-number",
        "runtime",
        Lesson(
            question=(
                "What does $name give: one number, or several things to go through one after the other? What does a `for` "
                "loop, or a function that goes through things, need?"
            ),
            concept=(
                "A loop with `for` takes one thing after the other out of a collection. A number is not a collection, it is one "
                "single value, even if it says how many there are. On line $line Python gets the number $name and cannot take "
                "anything out of it."
            ),
            picture="It is like being told “five” and asked to shake hands with each: with each what?",
            precise="Integers and floats do not implement the iterator protocol; counting needs an iterable of integers.",
            place="$name is one number there.",
            plan=(
                "Decide what each round of the loop should get: a position, or an item itself.",
                "For positions, recall the built-in `range`, which makes all whole numbers below a bound.",
                "For items, go through the collection itself.",
            ),
            example=Example(
                "A loop with a fixed number of rounds, and one over items:",
                'for turn in range(3):\n    print("round", turn)\nfor colour in ["red", "blue"]:\n    print(colour)',
                "`range` makes the numbers 0, 1, 2; the list gives its own items.",
            ),
            remedy="On line $line use `range` around $name if you want to count, or go through the collection itself.",
            reason="`range` gives the loop one whole number after the other, from 0 to just below the bound.",
            check="print the loop variable in each round and compare the first and the last one with your plan.",
        ),
        _TYPE_ERROR,
        re.compile(r"^'(?P<type>int|float|bool|numpy\.float64|numpy\.int64|complex)' object is not iterable"),
        _over_number,
    ),
    RuntimeRule(
        "runtime.loop-over-other",
        "runtime",
        Lesson(
            question=(
                "Python cannot go through this value, since it is $kind. What did you expect to be in it? Use `type` and "
                "`print` right before the line, and find the line that made it."
            ),
            concept=(
                "To go through something, or to take it apart, Python needs a collection: a list, a text, a tuple, a "
                "dictionary, a range. On line $line it gets $kind, which has no items to hand out. So either another value was "
                "meant, or the items are inside it and must be taken out first."
            ),
            picture="It is like trying to deal cards from a closed box.",
            precise="The object's type defines neither `__iter__` nor `__getitem__`.",
            place="This value is $kind and has no items to hand out.",
            plan=(
                "Print the value and its `type` before the line.",
                "Find the place where it is made.",
                "Use the part of it that holds the items, or make a list there.",
            ),
            example=Example(
                "The items are taken out first:",
                'box = {"size": 2, "fruits": ["kiwi", "plum"]}\nfor fruit in box["fruits"]:\n    print(fruit)',
                "The loop goes through the list that is stored in the dictionary.",
            ),
            remedy="On line $line go through the part that holds the items.",
            reason="A collection hands out its items one by one.",
            check="print the loop variable in each round.",
        ),
        _TYPE_ERROR,
        re.compile(r"^'(?P<type>[\w.]+)' object is not (?:iterable|an iterator|reversible)"),
        lambda case: case.here(kind=kind(case.match["type"])),
    ),
    RuntimeRule(
        "runtime.range-of-collection",
        "runtime",
        Lesson(
            question=(
                "What does `range` need between its brackets, and what is $name? Say in words how many rounds the loop should "
                "have: how would you get that number from what you have?"
            ),
            concept=(
                "`range` makes whole numbers up to a bound, so it needs a whole number as its bound. On line $line it gets "
                "$name, which is $kind. The number that you have in mind, such as how many items there are or a result without "
                "a rest, has to be worked out from it first."
            ),
            picture="It is like setting a timer to “eggs” when you mean the number of minutes.",
            precise="`range` accepts only objects with `__index__`; floats, texts and collections have none.",
            place="$name is $kind, but a whole number is needed.",
            plan=(
                "Say what the bound of the loop should be.",
                "For the number of items use `len`; for a text of digits or a number with a point use `int`.",
                "If a division is involved, recall the one that gives a whole number.",
            ),
            example=Example(
                "The bound is a whole number both times:",
                'scarves = ["wool", "silk"]\nfor place in range(len(scarves)):\n    print(place + 1, scarves[place])\nfor half in range(9 // 2):\n    print(half)',
                "`len` counts the items, and the double slash divides without a rest.",
            ),
            remedy="On line $line turn $name into the whole number that you mean, with `len` or `int`.",
            reason="`range` gets a whole number, so it knows where to stop.",
            check="print the loop variable in each round: first 0, last one less than the bound.",
        ),
        _TYPE_ERROR,
        re.compile(r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer"),
        _range_of,
    ),
    RuntimeRule(
        "runtime.whole-number-needed",
        "runtime",
        Lesson(
            question=(
                "This line needs a whole number somewhere, but one of its values is $kind. Which value is it, and where was it "
                "made? Did a division with a single slash play a part?"
            ),
            concept=(
                "Counts, sizes and positions are whole numbers. A division with a single slash gives a number with a point, even "
                "if it comes out even, and `input` gives a text. On line $line such a value, $kind, arrives where Python "
                "needs a whole number."
            ),
            picture="You can open a book at page 7, but not at page 7.0 something.",
            precise="The operation calls `__index__`, which floats and strings do not have.",
            place="One of its values is $kind.",
            plan=(
                "Use `type` on each value of the line.",
                "Follow the one that is no whole number back to where it is made.",
                "Use `int` there, or a division without a rest.",
            ),
            example=Example(
                "Half of a list's length, as a whole number:",
                'queue = ["Al", "Bea", "Cy"]\nmiddle = len(queue) // 2\nprint(queue[middle])',
                "The double slash gives 1 and not 1.5, so it can be used as a position.",
            ),
            remedy="Turn the value into a whole number with `int` or `//` before line $line uses it.",
            reason="Counts and positions get a whole number.",
            check="print the value: it should be shown without a point.",
        ),
        _TYPE_ERROR,
        re.compile(
            r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer|integer argument expected, got (?P<t2>\w+)"
        ),
        lambda case: _whole_number(case) if case.match["type"] else None,
    ),
    RuntimeRule(
        "runtime.unpacking-count",
        "runtime",
        Lesson(
            question=(
                "On the left stand $count names, $targets. How many values does the right side, $value, really hold at this "
                "moment? Print it, and count."
            ),
            concept=(
                "When one line fills several names at once, the value on the right is taken apart, one piece for each name. "
                "The numbers must agree exactly. On line $line $value does not hold as many pieces as there are names in "
                "$targets."
            ),
            picture="It is like laying the table: each guest needs exactly one plate.",
            precise="Unpacking consumes the whole iterable and compares its length with the number of targets.",
            place="Names and values do not come out even.",
            plan=(
                "Print $value and `len` of it right before the line.",
                "Decide whether a name or a piece is too many, also for odd cases such as an empty line or an empty list.",
                "Change the side that does not fit, or take the pieces out one by one.",
            ),
            example=Example(
                "Three pieces, three names:",
                'record = "Oslo;Norway;700"\ncity, country, size = record.split(";")\nprint(city, size)',
                "With only two names on the left, Python would have a piece left over.",
            ),
            remedy="On line $line let the number of names agree with the number of pieces in $value.",
            reason="Each piece has its name then, and none is left over.",
            check="print `len` of the value and count the names: the two numbers must be equal.",
        ),
        frozenset(("ValueError", "TypeError")),
        re.compile(
            r"too many values to unpack|not enough values to unpack|need more than|cannot unpack non-iterable (?P<type>\w+)"
        ),
        _unpacked,
    ),
    RuntimeRule(
        "runtime.changed-while-looping",
        "runtime",
        Lesson(
            question=(
                "The loop goes through $name. What does its body do with the same collection in each round? Could the loop "
                "still know which item comes next?"
            ),
            concept=(
                "A loop keeps track of its place in the collection. If the body adds or removes something there, the place does "
                "not fit any more. For a dictionary or a set Python notices and stops, as it does on line $line. For a "
                "list it would go on and skip items without a word."
            ),
            picture="It is like counting people who walk in and out of the room while you count.",
            precise="Dictionary iterators check the size on each step and raise once it has changed.",
            place="The body changes $name while the loop goes through it.",
            plan=(
                "Decide what the collection should hold after the loop.",
                "Go through a copy, which the built-in `list` can make.",
                "Or collect what you want to keep in a new collection, and leave the old one alone.",
            ),
            example=Example(
                "The loop goes through a copy, the original is changed:",
                'stock = {"tea": 0, "milk": 4}\nfor product in list(stock):\n    if stock[product] == 0:\n        stock.pop(product)\nprint(stock)',
                "`list` makes the copy before the loop begins, so removing does no harm.",
            ),
            remedy="On line $line go through a copy, made with `list`, in place of $name itself.",
            reason="The copy stays as it is while the original changes.",
            check="print the collection before and after the loop, and check each item by hand.",
        ),
        frozenset(("RuntimeError",)),
        re.compile(r"changed (?:size )?during iteration|mutated during iteration"),
        _changed_while,
    ),
    RuntimeRule(
        "runtime.join-of-numbers",
        "runtime",
        Lesson(
            question=(
                "What does `join` put together, and what are the items of $name? Print the first item with its `type`. Is it a "
                "text?"
            ),
            concept=(
                "`join` makes one long text out of many short ones, with a mark between them. Each item has to be a text "
                "already. On line $line at least one item of $name is something else, most likely a number, and `join` does "
                "not turn it into a text."
            ),
            picture="It is like a string for beads that gets a marble without a hole.",
            precise="`str.join` requires an iterable of str and never calls `str` on the items.",
            place="Not every item of $name is a text.",
            plan=(
                "Print the items and the `type` of each.",
                "Turn each item into a text with `str`, for instance with the help of `map`.",
                "Join the new texts.",
            ),
            example=Example(
                "Numbers turned into texts before they are joined:",
                'scores = [3, 1, 2]\nprint(":".join(map(str, scores)))',
                "`map` uses `str` on each number, so `join` gets texts only.",
            ),
            remedy="On line $line turn the items into texts with `map` and `str` first.",
            reason="Every item is a text then, so `join` can put them together.",
            check="print the result and count the marks: one less than there are items.",
        ),
        _TYPE_ERROR,
        re.compile(r"sequence item \d+: expected str instance"),
        _joined_items,
    ),
    RuntimeRule(
        "runtime.nothing-to-search-in",
        "runtime",
        Lesson(
            question=(
                "The word `in` asks whether something is inside something else. What is on the right of it here, $name, at this "
                "moment? Can a thing like that hold others?"
            ),
            concept=(
                "`in` looks for a value in a collection: a list, a text, a dictionary, a range. What stands on its right must be "
                "one of these. On line $line $name is $kind, which holds nothing that could be searched."
            ),
            picture="You can look for a key in a bag, but not in the number 7.",
            precise="Membership needs `__contains__` or iteration on the right operand.",
            place="$name, on the right of the question, is $kind.",
            plan=(
                "Print $name and its `type` right before the line.",
                "Decide which collection should be searched.",
                "If you want to compare two single values, a comparison sign is what you need.",
            ),
            example=Example(
                "The right side of `in` is a collection both times:",
                'digits = str(1973)\nprint("7" in digits, 7 in [1, 9, 7, 3])',
                "The number itself could not be searched; its text and the list can.",
            ),
            remedy="On line $line put the collection to search in place of $name, or compare with `==`.",
            reason="A collection can be searched, so the question has an answer.",
            check="try one value that is in the collection and one that is not.",
        ),
        _TYPE_ERROR,
        re.compile(r"argument of type '(?P<type>[\w.]+)' is not (?:iterable|a container)"),
        _arg_not_iterable,
    ),
    RuntimeRule(
        "runtime.no-length",
        "runtime",
        Lesson(
            question=(
                "You ask for the length of $name. What is it at this moment: a collection or text, or one single value? What "
                "would its length be, if you had to say it?"
            ),
            concept=(
                "`len` counts the items of a collection or the characters of a text. A single value has nothing to count. On "
                "line $line $name is $kind, so `len` has no answer."
            ),
            picture="It is like asking how many pages the colour blue has.",
            precise="`len` calls `__len__`, which this type does not define.",
            place="$name is $kind there.",
            plan=(
                "Print $name and its `type` before the line.",
                "Say what you wanted to count.",
                "For the digits of a number, make a text of it with `str`; for a bound, use the number itself.",
            ),
            example=Example(
                "Counting the digits of a number:",
                "year = 1999\nprint(len(str(year)))",
                "`str` makes a text of the number, and a text has a length.",
            ),
            remedy="On line $line use `len` on the collection or text that you want to count in, or use $name as it is.",
            reason="`len` gets something that has items.",
            check="print the length of a small example that you can count by eye.",
        ),
        _TYPE_ERROR,
        re.compile(r"object of type '(?P<type>[\w.]+)' has no len\(\)"),
        _no_length,
    ),
    RuntimeRule(
        "runtime.key-can-change",
        "runtime",
        Lesson(
            question=(
                "Something on this line is used as a key of a dictionary or as an item of a set. What is it at this moment? "
                "Could it still change later on?"
            ),
            concept=(
                "A dictionary finds its values by their keys, and a set its items, because these can never change. Numbers, texts "
                "and tuples are such values. On line $line $kind is used, and that can change, so Python does not accept it as "
                "a key."
            ),
            picture="It is like labelling a folder with a word written in sand.",
            precise="Keys must be hashable; mutable containers set `__hash__` to None.",
            place="In it $kind is used as a key or as an item of a set.",
            plan=(
                "Find the value that serves as the key.",
                "Decide whether one part of it is enough to find the entry.",
                "Or use `tuple` to make something out of it that cannot change.",
            ),
            example=Example(
                "A pair that cannot change, used as a key:",
                'seats = {}\nplace = [4, 7]\nseats[tuple(place)] = "Mona"\nprint(seats)',
                "`tuple` makes a fixed pair of the list, and a fixed pair may be a key.",
            ),
            remedy="On line $line use a text, a number or a `tuple` as the key.",
            reason="The key cannot change any more, so Python can find the entry again.",
            check="look the value up again with the same key and print it.",
        ),
        _TYPE_ERROR,
        re.compile(r"unhashable type: '(?P<type>[\w.]+)'"),
        _unhashable,
    ),
    RuntimeRule(
        "runtime.nothing-left",
        "runtime",
        Lesson(
            question=(
                "This line asks for the next item. How many were there at the start, and how often was one taken before? What "
                "should happen when none is left?"
            ),
            concept=(
                "An iterator hands out its items one by one, and each only once. When the last one is gone it has nothing more to "
                "give, and asking again raises `StopIteration`. That happens on line $line."
            ),
            picture="It is like a roll of tickets: after the last one you can pull as you like.",
            precise="A `for` loop handles StopIteration by itself; a bare `next` does not, unless it has a default.",
            place="It asks for an item when none is left.",
            plan=(
                "Count how many items there are and how often one is taken.",
                "Let a `for` loop take the items, which stops by itself.",
                "Or give `next` a second value to fall back on.",
            ),
            example=Example(
                "A second value for the case that nothing is left:",
                'songs = iter(["one"])\nprint(next(songs, "no more"))\nprint(next(songs, "no more"))',
                "The second call finds nothing and gives the text.",
            ),
            remedy="On line $line give `next` a value to fall back on, or use a `for` loop.",
            reason="The program has an answer for the moment when nothing is left.",
            check="run it with no items at all, and with one.",
        ),
        frozenset(("StopIteration",)),
        re.compile(""),
        _exhausted,
    ),
)
