"""Positions and keys: out of range, of the wrong kind, on things that have none."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.runtime.case import Case, RuntimeRule, Site
from tutor_server.pedagogy.offline.runtime.operands import kind, none_site

_INDEX_ERROR = frozenset(("IndexError",))
_TYPE_ERROR = frozenset(("TypeError",))
_KEY_ERROR = frozenset(("KeyError",))
_OUT_OF_RANGE = re.compile(r"(?P<type>list|string|tuple|range object|array|deque)? ?(?:assignment )?index out of range")


def _subscripts(case: Case) -> list[ast.Subscript]:
    return [node for node in case.likely(ast.Subscript) if isinstance(node, ast.Subscript)]


def _loops_above(case: Case, node: ast.AST) -> list[ast.For | ast.While]:
    return [up for up in case.program.above(node) if isinstance(up, ast.For | ast.While)]


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _loop_goes_too_far(case: Case) -> Site | None:
    """The bound of the loop lets the position reach the length."""
    for subscript in _subscripts(case):
        owner, index = case.text(subscript.value), case.text(subscript.slice)
        for loop in _loops_above(case, subscript):
            match loop:
                case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args)) if (
                    name in _names(subscript.slice) and args
                ):
                    bound = args[1] if len(args) > 1 else args[0]
                    text = case.text(bound)
                    facts = {"owner": Code(owner), "index": Code(index), "name": Code(name), "bound": Code(text)}
                    if isinstance(bound, ast.BinOp) and isinstance(bound.op, ast.Add) and "len" in _names(bound):
                        edit = case.rewrite(bound, case.text(bound.left))
                        return Site(lines=(loop.lineno,), expression=case.text(loop.iter), edit=edit, facts=facts)
                    if index == name and "len" not in _names(bound) and not isinstance(bound, ast.Constant):
                        return Site(lines=(loop.lineno,), expression=case.text(loop.iter), facts=facts)
                    if index == name and len(args) == 1 and "len" in _names(bound) and owner not in text:
                        return Site(lines=(loop.lineno,), expression=case.text(loop.iter), facts=facts)
                case ast.While(test=ast.Compare(left=left, ops=[ast.LtE()], comparators=[right])) if "len" in _names(
                    right
                ) and _names(left) & _names(subscript.slice):
                    test = case.text(loop.test)
                    facts = {
                        "owner": Code(owner), "index": Code(index), "name": Code(case.text(left)), "bound": Code(case.text(right)),
                    }  # fmt: skip
                    edit = (
                        case.rewrite(loop.test, test.replace("<=", "<", 1)) if isinstance(loop.test, ast.expr) else None
                    )
                    return Site(lines=(loop.lineno,), expression=test, edit=edit, facts=facts)
    return None


def _is_length(case: Case, node: ast.expr) -> bool:
    """Tell whether an expression is the length of something: `len` itself, or a name that was given it."""
    if isinstance(node, ast.Name):
        values = [value for _, value in case.program.assignments(node.id)]
        return any(isinstance(v, ast.Call) and isinstance(v.func, ast.Name) and v.func.id == "len" for v in values)
    return isinstance(node, ast.Call) and "len" in _names(node)


def _leads_to(case: Case, node: ast.expr, index: ast.expr) -> bool:
    """Tell whether a position is, or is worked out from, what a condition asks about."""
    wanted = _names(index)
    for name in list(wanted):
        for _, value in case.program.assignments(name):
            wanted |= _names(value) if value is not None else set()
    return bool(_names(node) & wanted)


def _neighbour(case: Case) -> Site | None:
    """The position one further than the loop variable."""
    for subscript in _subscripts(case):
        match subscript.slice:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=ast.Constant(value=int(step))):
                owner = case.text(subscript.value)
                for loop in _loops_above(case, subscript):
                    facts = {"owner": Code(owner), "index": Code(case.text(subscript.slice)), "name": Code(name)}
                    match loop:
                        case ast.For(
                            target=ast.Name(id=target), iter=ast.Call(func=ast.Name(id="range"), args=args)
                        ) if target == name and args:
                            bound = args[1] if len(args) > 1 else args[0]
                            edit = case.rewrite(bound, f"{case.text(bound)} - {step}")
                            return Site(lines=(loop.lineno,), expression=case.text(loop.iter), edit=edit, facts=facts)
                        case ast.While():
                            return Site(lines=(loop.lineno,), expression=case.text(loop.test), facts=facts)
    return None


def _value_as_position(case: Case) -> Site | None:
    """The loop hands out items, and the item is used as a position."""
    for subscript in _subscripts(case):
        index = subscript.slice
        for loop in _loops_above(case, subscript):
            match loop, index:
                case ast.For(target=ast.Name(id=name), iter=iterated), ast.Name(id=used) if name == used:
                    if case.text(iterated) == case.text(subscript.value):
                        return case.here(
                            subscript,
                            edit=case.rewrite(subscript, name),
                            owner=Code(case.text(subscript.value)),
                            name=Code(name),
                        )
    return None


def _while_without_bound(case: Case) -> Site | None:
    """A `while` loop whose condition looks at an item before it knows that there is one."""
    for subscript in _subscripts(case):
        statement = case.program.statement_at(case.line)
        if (
            isinstance(statement, ast.While)
            and statement.test.lineno == case.line
            and any(n is subscript for n in ast.walk(statement.test))
        ):
            name = next(iter(sorted(_names(subscript.slice))), "")
            if name:
                return case.here(subscript, owner=Code(case.text(subscript.value)), name=Code(name))
    return None


def _empty(case: Case) -> Site | None:
    """A fixed position in something that may be empty."""
    for subscript in _subscripts(case):
        text = case.text(subscript.slice).replace(" ", "")
        owner = case.text(subscript.value)
        is_fixed = re.fullmatch(r"-?\d+", text) or text == f"len({owner})-1".replace(" ", "")
        if is_fixed:
            return case.here(subscript, owner=Code(owner), index=Code(case.text(subscript.slice)))
    return None


def _out_of_range(case: Case) -> Site | None:
    for subscript in _subscripts(case):
        return case.here(subscript, owner=Code(case.text(subscript.value)), index=Code(case.text(subscript.slice)))
    return case.here(owner=Code(case.marked or "the collection"), index="the position")


def _assigned_past_end(case: Case) -> Site | None:
    statement = case.program.statement_at(case.line)
    for subscript in _subscripts(case):
        owner, index = case.text(subscript.value), case.text(subscript.slice)
        edit = None
        if (
            isinstance(statement, ast.Assign)
            and statement.targets == [subscript]
            and statement.lineno == statement.end_lineno
        ):
            line = case.program.line(statement.lineno)
            start = len(line) - len(line.lstrip())
            edit = case.program.edit(statement.lineno, f"{line[:start]}{owner}.append({case.text(statement.value)})")
        return case.here(subscript, edit=edit, owner=Code(owner), index=Code(index))
    return case.here(owner=Code(case.marked or "the list"), index="the position")


def _popped(case: Case) -> Site | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            return case.here(call, owner=Code(case.text(call.func.value)), call=Code(case.text(call)))
    return case.here(owner=Code(case.marked or "the collection"), call=Code(case.marked or "the call"))


def _index_kind(case: Case) -> Site | None:
    given = case.match["given"]
    for subscript in _subscripts(case):
        owner, index = case.text(subscript.value), case.text(subscript.slice)
        facts = {
            "owner": Code(owner), "index": Code(index), "owner_kind": kind(case.match["owner"]), "kind": kind(given or "str"),
        }  # fmt: skip
        looping = _value_as_position(case)
        edit = looping.edit if looping is not None else None
        if edit is None and given == "float":
            edit = case.rewrite(subscript.slice, f"int({index})")
        if edit is None and given == "tuple" and isinstance(subscript.slice, ast.Tuple):
            parts = "][".join(case.text(part) for part in subscript.slice.elts)
            edit = case.rewrite(subscript, f"{owner}[{parts}]")
        return case.here(subscript, edit=edit, **facts)
    return case.here(
        owner=Code(case.marked or "it"),
        index="the position",
        owner_kind=kind(case.match["owner"]),
        kind=kind(given or "str"),
    )


def _text_key(case: Case) -> Site | None:
    """Items of a list of dictionaries, or a text taken for a dictionary."""
    for subscript in _subscripts(case):
        if isinstance(subscript.slice, ast.Constant) and isinstance(subscript.slice.value, str):
            return case.here(
                subscript,
                owner=Code(case.text(subscript.value)),
                key=Code(case.text(subscript.slice)),
                owner_kind=kind(case.match["owner"]),
            )
    return None


def _not_subscriptable(case: Case) -> Site | None:
    given = case.match["type"]
    subscripts = _subscripts(case)
    for subscript in subscripts:
        if given == "NoneType":
            site = none_site(case, subscript.value)
            if site is not None:
                return site
            return case.here(
                subscript, name=Code(case.text(subscript.value)), source="a place that never gave it a value"
            )
    return case.here(name=Code(case.marked or "the value"), source="a place that never gave it a value")


def _no_items(case: Case) -> Site | None:
    for subscript in _subscripts(case):
        return case.here(subscript, owner=Code(case.text(subscript.value)), kind=kind(case.match["type"]))
    return case.here(owner=Code(case.marked or "the value"), kind=kind(case.match["type"]))


def _fixed(case: Case) -> Site | None:
    for subscript in _subscripts(case):
        return case.here(subscript, owner=Code(case.text(subscript.value)), kind=kind(case.match["type"]))
    return case.here(owner=Code(case.marked or "the value"), kind=kind(case.match["type"]))


def _key(case: Case) -> Site | None:
    raw = case.crash.message.strip()
    subscripts = _subscripts(case)
    if not subscripts:
        return case.here(key=Code(raw), owner="the dictionary", near="none that is close")
    for subscript in subscripts:
        owner = case.text(subscript.value)
        keys = _known_keys(case, owner)
        wanted = raw.strip("'\"")
        near = get_close_matches(wanted, keys, 1, 0.7) or [k for k in keys if k.lower() == wanted.lower()]
        edit = None
        if near and isinstance(subscript.slice, ast.Constant) and isinstance(subscript.slice.value, str):
            edit = case.rewrite(subscript.slice, repr(near[0]))
        return case.here(
            subscript,
            edit=edit,
            key=Code(raw),
            owner=Code(owner),
            near=Code(repr(near[0])) if near else "none that is close",
        )
    return None


def _known_keys(case: Case, owner: str) -> list[str]:
    keys: list[str] = []
    for node in case.program.nodes:
        match node:
            case ast.Dict(keys=parts):
                keys += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(value)))]) if (
                name == owner
            ):
                keys.append(value)
    return keys


def _counting_key(case: Case) -> Site | None:
    """A new key is added to, as in counting, before it has a first value."""
    statement = case.program.statement_at(case.line)
    match statement:
        case ast.AugAssign(target=ast.Subscript() as target):
            pass
        case ast.Assign(targets=[ast.Subscript() as target], value=value) if case.text(target) in case.text(value):
            pass
        case _:
            return None
    return case.here(target, owner=Code(case.text(target.value)), key=Code(case.text(target.slice)))


RULES = (
    RuntimeRule(
        "runtime.item-used-as-position",
        "runtime",
        Lesson(
            question=(
                "What does $name hold in each round of the loop: a position in $owner, or one of its items? Print it to be sure. "
                "Which of the two belongs between square brackets?"
            ),
            concept=(
                "A loop over a list hands out the items themselves, one by one. A loop over `range` hands out positions. Between "
                "the square brackets after a list belongs a position. Here $name is already an item of $owner, and on line $line "
                "it is used as if it were a position."
            ),
            picture="It is like reading a house number off a letter and using it as the number of your seat.",
            precise="Iterating a sequence yields its elements; the index is only there with `range` or `enumerate`.",
            place="$name is an item already, not a position.",
            plan=(
                "Print $name in the loop and see what it is.",
                "If you need the items only, use $name itself.",
                "If you need positions as well, recall `range` with `len`, or `enumerate`.",
            ),
            example=Example(
                "Items, and positions with items:",
                'drinks = ["tea", "cocoa"]\nfor drink in drinks:\n    print(drink)\nfor place, drink in enumerate(drinks):\n    print(place, drink)',
                "The first loop never needs square brackets, since `drink` is the item.",
            ),
            remedy="On line $line use $name itself in place of the square brackets.",
            reason="The loop has already taken the item out, so $name is what you want.",
            check="print $name in each round and compare with the items of $owner.",
        ),
        frozenset(("IndexError", "TypeError")),
        re.compile(r"index out of range|indices must be integers"),
        _value_as_position,
    ),
    RuntimeRule(
        "runtime.loop-past-the-end",
        "runtime",
        Lesson(
            question=(
                "Which value does $name have in the very last round of this loop? And which is the last position that exists "
                "in $owner, if it has, say, three items?"
            ),
            concept=(
                "Positions start at 0. So a collection with three items has the positions 0, 1 and 2; its length, 3, is not one "
                "of them. The loop on line $line lets $name go up to a value for which $index lies behind the last item. All "
                "rounds before that one work."
            ),
            picture="In a street with houses 0, 1 and 2 there are three houses, but no house number 3.",
            precise="Valid indices are 0 to len - 1; `range` already leaves out its upper bound.",
            place="It lets $name reach a position behind the last item of $owner.",
            plan=(
                "Write down the positions of $owner for a small example.",
                "Write down the values that $name takes there; `range` stops one before its bound.",
                "Change the bound so that both rows are the same; use `len` of the collection you look into.",
            ),
            example=Example(
                "A loop over all positions, the last one included:",
                'platforms = ["A", "B", "C"]\nspot = 0\nwhile spot < len(platforms):\n    print(spot, platforms[spot])\n    spot += 1',
                "The loop stops as soon as `spot` is 3, since there is no position 3.",
            ),
            remedy="Change the bound on line $line so that the last value of $name is one less than the length of $owner.",
            reason="The last round now looks at the last item, and no round goes beyond it.",
            check="print $name in each round, for a collection with three items and for an empty one.",
        ),
        _INDEX_ERROR,
        _OUT_OF_RANGE,
        _loop_goes_too_far,
    ),
    RuntimeRule(
        "runtime.neighbour-past-the-end",
        "runtime",
        Lesson(
            question=(
                "In each round you look at the place $index as well. In the last round, when $name stands on the last item, "
                "where is that place? Is there an item?"
            ),
            concept=(
                "Looking at a neighbour needs a neighbour. When $name is the last position of $owner, $index points behind the "
                "end. With n items there are only n - 1 pairs of neighbours, so the loop on line $line has one round too many."
            ),
            picture="With five fence posts you can put up only four boards between them.",
            precise="A pairwise pass over n elements has n - 1 steps.",
            place="In its last round $index points behind the end of $owner.",
            plan=(
                "Take a list with three items and write down $name and $index for each round.",
                "Mark the round whose place does not exist.",
                "Let the loop end one round earlier.",
            ),
            example=Example(
                "All neighbours of a list, without a position too many:",
                "heights = [3, 8, 5]\nfor low, high in zip(heights, heights[1:]):\n    print(high - low)",
                "Three items have two neighbours' pairs, and `zip` stops by itself.",
            ),
            remedy="Let the loop on line $line end one round earlier.",
            reason="In the new last round $index is the last position that exists.",
            check="try a list with two items, and one with a single item, which has no neighbours.",
        ),
        _INDEX_ERROR,
        _OUT_OF_RANGE,
        _neighbour,
    ),
    RuntimeRule(
        "runtime.loop-asks-before-checking",
        "runtime",
        Lesson(
            question=(
                "The loop goes on until it finds something special. What happens when $name has passed the last position of "
                "$owner and nothing special was found? What does an empty $owner do?"
            ),
            concept=(
                "A `while` loop looks at its condition before each round. This condition takes an item out of $owner, but nothing "
                "makes sure that the position exists. When $name gets behind the last item, line $line asks for something that "
                "is not there."
            ),
            picture="It is like reaching for the next stair in the dark, without knowing whether there is one.",
            precise="The bound test must come first; `and` stops at the first false part.",
            place="It is asked without knowing whether that position exists.",
            plan=(
                "Decide when the loop has to stop at the latest: compare $name with `len` of $owner.",
                "Put that question first in the condition.",
                "Check that the body moves $name on in each round.",
            ),
            example=Example(
                "First the bound, then the item:",
                'notes = ["do", "re"]\nbeat = 0\nwhile beat < len(notes) and notes[beat] != "mi":\n    beat += 1\nprint(beat)',
                "There is no `mi`, and yet the loop ends, since the bound is asked first.",
            ),
            remedy="On line $line ask first whether $name is below the length of $owner.",
            reason="Behind the last item the loop ends before it asks for an item.",
            check="try it with an empty collection, and with one in which the special item is absent.",
        ),
        _INDEX_ERROR,
        _OUT_OF_RANGE,
        _while_without_bound,
    ),
    RuntimeRule(
        "runtime.empty-collection",
        "runtime",
        Lesson(
            question=(
                "You take the item at $index out of $owner. How many items does $owner have when the error comes? Print its "
                "length on the line before. Is the smallest case among your tests?"
            ),
            concept=(
                "A fixed position such as $index exists only if there are enough items. In an empty collection or text there is "
                "no first and no last item at all. On line $line the program relies on an item that is not there for this input."
            ),
            picture="You cannot take the top card from a pile that has no cards.",
            precise="For a sequence of length n the valid indices run from -n to n - 1; for n = 0 there is none.",
            place="For this input $owner holds too few items.",
            plan=(
                "Decide what the right answer is when there are too few items.",
                "Ask about it first, with `if` and `len`, before the line that takes the item.",
                "In a function, give that answer back at once with `return`.",
            ),
            example=Example(
                "The empty case is answered before an item is taken:",
                'def first_letter(word):\n    if word == "":\n        return "?"\n    return word[0]\n\n\nprint(first_letter("sun"), first_letter(""))',
                "For the empty text the function answers at once and never asks for a letter.",
            ),
            remedy="Before line $line, answer the case in which $owner has too few items.",
            reason="The item is taken only when it is sure to be there.",
            check="try it with an empty value, with one item, and with several.",
        ),
        _INDEX_ERROR,
        _OUT_OF_RANGE,
        _empty,
    ),
    RuntimeRule(
        "runtime.assigned-past-end",
        "runtime",
        Lesson(
            question=(
                "You put something at position $index of $owner. Does that position exist already? How many items does $owner "
                "have at this moment?"
            ),
            concept=(
                "Square brackets with an equals sign change an item that is already there. They never make the list longer. On "
                "line $line $owner has no item at $index yet, so there is nothing to change."
            ),
            picture="You can repaint a chair, but not one that has not been bought yet.",
            precise="`list.__setitem__` replaces; growth needs `append`, `insert`, or a list made to size beforehand.",
            place="That position does not exist yet.",
            plan=(
                "Print `len` of $owner before the line.",
                "Decide whether the list should grow, or should have had its full size from the start.",
                "To let it grow by one item, recall the method `append`.",
            ),
            example=Example(
                "A list that grows item by item:",
                'trail = []\ntrail.append("gate")\ntrail.append("bridge")\ntrail[0] = "tower"\nprint(trail)',
                "`append` makes a new place; only then can a place be changed with square brackets.",
            ),
            remedy="On line $line use `append` on $owner.",
            reason="`append` makes the list longer by one and puts the value there.",
            check="print the list after each step and compare with your plan.",
        ),
        _INDEX_ERROR,
        re.compile(r"assignment index out of range"),
        _assigned_past_end,
    ),
    RuntimeRule(
        "runtime.taken-from-empty",
        "runtime",
        Lesson(
            question=(
                "This line takes something out of $owner. How many items are left in it at that moment? What should the program "
                "do when there are none?"
            ),
            concept=(
                "Taking an item out needs an item. $call works as long as $owner holds something, or holds something at that "
                "position. On line $line it is empty or too short, so there is nothing to take."
            ),
            picture="It is like drawing a name from a hat that has no slips in it.",
            precise="`pop`, `choice` and their like raise on an empty container; its truth value tells whether it is empty.",
            place="At that moment $owner has nothing to give.",
            plan=(
                "Print `len` of $owner before the line.",
                "Decide what should happen when it is empty.",
                "Ask about it with `if` or in the loop's condition, before something is taken.",
            ),
            example=Example(
                "A loop that takes items as long as there are some:",
                'plates = ["big", "small"]\nwhile plates:\n    print(plates.pop())\nprint("all washed")',
                "An empty list counts as no, so the loop ends in time.",
            ),
            remedy="Before line $line ask whether $owner still holds something.",
            reason="Something is taken only when something is there.",
            check="try it with an empty collection and with one item.",
        ),
        frozenset(("IndexError", "KeyError")),
        re.compile(
            r"pop from (?:an )?empty|pop index out of range|popitem\(\)|Cannot choose from an empty sequence|pop from an empty"
        ),
        _popped,
    ),
    RuntimeRule(
        "runtime.position-out-of-range",
        "runtime",
        Lesson(
            question=(
                "Print $index and the length of $owner on the line before. Which positions exist in $owner, from the first to "
                "the last, and is $index one of them?"
            ),
            concept=(
                "A collection with n items has the positions 0 to n - 1. Anything beyond is out of range. On line $line $index "
                "is such a place at the moment of the error, so there is no item in $owner to take."
            ),
            picture="A hotel with ten rooms, numbered from 0, has no room 10.",
            precise="Negative indices count from the end, so the valid range is -n to n - 1.",
            place="At the moment of the error $index is not a position of $owner.",
            plan=(
                "Use `print` for $index and for `len` of $owner right before the line.",
                "Go back to the line that gave the position its value, and see when it gets too big.",
                "Bound it there, or ask with `if` before the item is taken.",
            ),
            example=Example(
                "A position that is checked before it is used:",
                'menu = ["soup", "pie"]\nwish = 2\nif wish < len(menu):\n    print(menu[wish])\nelse:\n    print("not on the menu")',
                "There is no position 2 in a list of two items, and the program says so.",
            ),
            remedy="Make sure before line $line that $index is below the length of $owner.",
            reason="Only positions that exist are used.",
            check="try the first position, the last one, and an empty collection.",
        ),
        _INDEX_ERROR,
        _OUT_OF_RANGE,
        _out_of_range,
    ),
    RuntimeRule(
        "runtime.text-key-on-list",
        "runtime",
        Lesson(
            question=(
                "What is $owner at this moment: a dictionary with named entries, or something whose items are counted? Print it "
                "with its `type`."
            ),
            concept=(
                "A dictionary is asked by key, such as $key. Lists and texts are asked by position, which is a whole number. On "
                "line $line $owner is $owner_kind, so the key means nothing to it. Often the dictionary is one level further in "
                "or out."
            ),
            picture="It is like asking a numbered row of lockers for “the blue one”.",
            precise="Sequence indexing needs an integer or slice; string keys belong to mappings.",
            place="$owner is $owner_kind there, not a dictionary.",
            plan=(
                "Print $owner and its `type` right before the line.",
                "Find the level at which the entry $key lives.",
                "Go through the items with `for`, or take one by its position first.",
            ),
            example=Example(
                "A list of dictionaries: first the item, then the entry:",
                'pets = [{"kind": "cat"}, {"kind": "fish"}]\nfor pet in pets:\n    print(pet["kind"])',
                "`pets` is asked by position or gone through; `pet` is a dictionary and asked by key.",
            ),
            remedy="On line $line ask the dictionary itself: take an item of $owner first.",
            reason="The key is then looked up in a dictionary, where it has a meaning.",
            check="print the dictionary right before the line: the key should be among its keys.",
        ),
        _TYPE_ERROR,
        re.compile(
            r"(?P<owner>list|string|tuple|str|byte|range) indices must be integers(?: or slices)?(?:, not (?P<q>'?)str(?P=q))"
        ),
        _text_key,
    ),
    RuntimeRule(
        "runtime.index-of-wrong-kind",
        "runtime",
        Lesson(
            question=(
                "Between the square brackets stands $index. What kind of value is it at this moment? Use `type`. Which kind does "
                "$owner need there?"
            ),
            concept=(
                "$owner is $owner_kind, and its items are found by their position: 0, 1, 2 and so on. A position is a whole "
                "number. On line $line $index is $kind, and that is no position, even if it looks like a number."
            ),
            picture="You find a seat by its number; “3.0” or “three” on the ticket would not help the usher.",
            precise="Indexing calls `__index__`, which only integers implement; `/` always gives a float.",
            place="$index is $kind there.",
            plan=(
                "Use `type` on $index right before the line.",
                "Follow it back: a single slash, `input`, or a loop over items are the usual sources.",
                "Turn it into a whole number with `int`, or use a real position.",
            ),
            example=Example(
                "The middle item, with a whole number as position:",
                'team = ["Jo", "Kai", "Lou"]\ncentre = len(team) // 2\nprint(team[centre])',
                "The double slash gives 1; a single one would give 1.5, which is no position.",
            ),
            remedy="On line $line use a whole number in place of $index, for example with `int`.",
            reason="A whole number is a position, so the item can be found.",
            check="print the position: it should be shown without a point and without quote marks.",
        ),
        _TYPE_ERROR,
        re.compile(
            r"(?P<owner>list|string|tuple|str|byte|range) indices must be integers(?: or slices)?(?:, not '?(?P<given>\w+)'?)?"
        ),
        _index_kind,
    ),
    RuntimeRule(
        "runtime.none-looked-into",
        "runtime",
        Lesson(
            question=(
                "You take something out of $name here. But what is $name at this moment? Follow it back to the place that "
                "should have given it a value."
            ),
            concept=(
                "`None` stands for “nothing”, and nothing can be taken out of it. A function that ends without `return` gives "
                "`None`, and so do methods that work in place, such as `sort` or `append`. Here $name is `None`, which comes from "
                "$source."
            ),
            picture="It is like opening a drawer that was never put in.",
            precise="The subscript fails late; the defect is at the place where None was produced.",
            place="The `None` comes from $source.",
            plan=(
                "Print $name right after it gets its value.",
                "Decide which value should come back at that place.",
                "Use `return` in the function, or call the method in place on a line of its own.",
            ),
            example=Example(
                "A method in place, on a line of its own:",
                "ages = [41, 8, 20]\nages.sort()\nprint(ages[0])",
                "`sort` changes the list and gives nothing back, so its result is not stored anywhere.",
            ),
            remedy="See to it that line $line gives a value back, with `return`, or does not store the result of a method in place.",
            reason="There is a real value then, and something can be taken out of it.",
            check="print the value before the square brackets are used.",
        ),
        _TYPE_ERROR,
        re.compile(r"'(?P<type>NoneType)' object (?:is not subscriptable|does not support item)"),
        _not_subscriptable,
    ),
    RuntimeRule(
        "runtime.fixed-value-changed",
        "runtime",
        Lesson(
            question=(
                "This line wants to change a part of $owner. What kind of value is that? Can it be changed in place, or only be "
                "replaced as a whole?"
            ),
            concept=(
                "Texts, tuples and ranges are fixed: once made, no part of them can change. Lists and dictionaries can be "
                "changed in place. On line $line $owner is $kind, so the assignment to a part of it is refused. You can make a "
                "new value out of the old one."
            ),
            picture="A printed book cannot be edited, but you can print a new edition.",
            precise="Immutable sequences do not implement `__setitem__`; methods such as `replace` return new objects.",
            place="$owner is $kind and cannot change in place.",
            plan=(
                "Decide whether the value has to be changed often.",
                "If so, make a `list` of it first, change that, and put it together again with `join` for a text.",
                "If not, make a new value out of pieces of the old one.",
            ),
            example=Example(
                "One letter exchanged by way of a list:",
                'word = "cut"\nletters = list(word)\nletters[1] = "a"\nprint("".join(letters))',
                "The list can change; `join` makes a new text of it in the end.",
            ),
            remedy="Make a list of $owner before line $line, or build a new value and store it under the name.",
            reason="A list may be changed in place, and a new value needs no change.",
            check="print the value before and after: only the part that you meant should differ.",
        ),
        _TYPE_ERROR,
        re.compile(
            r"'(?P<type>str|tuple|range|bytes|frozenset|dict_keys|generator|set)' object (?:does not support item|doesn't support item)"
        ),
        _fixed,
    ),
    RuntimeRule(
        "runtime.no-items",
        "runtime",
        Lesson(
            question=(
                "Square brackets take an item out of something. What is $owner at this moment? Print it with its `type`. Does it "
                "hold items at all?"
            ),
            concept=(
                "Items can be taken out of lists, texts, tuples and dictionaries. On line $line $owner is $kind. It is one "
                "single value, or has no order, so there is no item at any position."
            ),
            picture="You cannot tear page 3 out of a postcard.",
            precise="The type defines no `__getitem__`, so the subscript has nothing to call.",
            place="$owner is $kind there and holds no items to take.",
            plan=(
                "Print $owner and its `type` right before the line.",
                "Decide whether you meant the whole value or another name.",
                "For the digits of a number use `str` first; for a set use `sorted` or `list` first.",
            ),
            example=Example(
                "A digit of a number, taken by way of a text:",
                "code = 4821\nprint(str(code)[0])",
                "`str` makes a text of the number, and a text has positions.",
            ),
            remedy="On line $line take the brackets after $owner away, or make something with items of it first.",
            reason="The value is used in a way that it allows.",
            check="print the result for a value that you know.",
        ),
        _TYPE_ERROR,
        re.compile(r"'(?P<type>[\w.]+)' object (?:is not subscriptable|does not support item|doesn't support item)"),
        _no_items,
    ),
    RuntimeRule(
        "runtime.counting-new-key",
        "runtime",
        Lesson(
            question=(
                "This line changes the entry of $owner under $key. What is stored there when this key turns up for the very "
                "first time?"
            ),
            concept=(
                "To change an entry, Python must first read the old one. The first time that a key turns up there is no old "
                "entry, and reading it raises `KeyError`. On line $line that happens with the first new $key."
            ),
            picture="You cannot add a tally mark to a row that is not on the sheet yet.",
            precise="Augmented assignment reads before it writes; `get`, `setdefault` and `defaultdict` supply a start.",
            place="For a new key there is no old entry to change.",
            plan=(
                "Decide which value a new key should start with.",
                "Read the old entry with the method `get`, which takes a value to fall back on.",
                "Store the changed value under the key.",
            ),
            example=Example(
                "Counting letters, each new one starting at zero:",
                'tally = {}\nfor letter in "noon":\n    tally[letter] = tally.get(letter, 0) + 1\nprint(tally)',
                "For a new letter `get` gives 0, so there is always something to add to.",
            ),
            remedy="On line $line read the old entry with `get` and a first value.",
            reason="`get` has an answer also for a key that is new.",
            check="print the dictionary after the first and after the second time that a key turns up.",
        ),
        _KEY_ERROR,
        re.compile(""),
        _counting_key,
    ),
    RuntimeRule(
        "runtime.key-not-found",
        "runtime",
        Lesson(
            question=(
                "The key $key is looked up in $owner. Which keys are really in there at that moment? Print them, and compare "
                "letter by letter, also whether it is a text or a number."
            ),
            concept=(
                "A dictionary finds an entry only under exactly the key it was stored with. Small and big letters, blanks, and "
                "the difference between a text and a number all count. On line $line $key is not among the keys of $owner."
            ),
            picture="A coat is handed out only for exactly the number on the ticket.",
            precise="Lookup needs equal hash and equality; '1' and 1 are different keys.",
            place="At that moment $owner has no entry under $key.",
            plan=(
                "Print the keys of $owner right before the line.",
                "Compare them with $key: spelling, blanks, text or number.",
                "If the key may really be absent, ask with `in` first, or use `get` with a value to fall back on.",
            ),
            example=Example(
                "A question before the entry is used:",
                'capitals = {"Peru": "Lima"}\nland = "Chile"\nif land in capitals:\n    print(capitals[land])\nelse:\n    print("unknown:", land)',
                "The entry is read only when its key is there.",
            ),
            remedy="On line $line use a key that exists in $owner, or ask with `in` or `get` first.",
            reason="Only keys that exist are looked up directly.",
            check="try it with a key that is there and with one that is not.",
        ),
        _KEY_ERROR,
        re.compile(""),
        _key,
    ),
)
