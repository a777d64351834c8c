"""The left side of an assignment: what can take a value, what can be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, on, replace_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.lexing import Token

_ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", ":="))


def _sign(broken: Broken) -> int | None:
    """Give the index of the assignment sign on the line, outside brackets."""
    depth = 0
    for index, token in enumerate(broken.here):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
        if depth == 0 and token.text in _ASSIGNING:
            return index
    return None


def _sides(broken: Broken) -> tuple[list[Token], Token, list[Token]] | None:
    at = _sign(broken)
    if at is None or at == 0 or at == len(broken.here) - 1:
        return None
    return broken.here[:at], broken.here[at], broken.here[at + 1 :]


def _call_as_target(broken: Broken) -> Iterator[Candidate]:
    """Round brackets where an entry of a list or dictionary should take the value."""
    sides = _sides(broken)
    if sides is None:
        return
    left, sign, right = sides
    if left[-1].text != ")" or left[0].kind != "name":
        return
    opener = next((token for token in left if token.text == "("), None)
    if opener is None:
        return
    name = broken.span(left[0], left[left.index(opener) - 1])
    facts = {
        "left": Code(broken.span(left[0], left[-1])),
        "name": Code(name),
        "right": Code(broken.span(right[0], right[-1])),
    }
    has_argument = opener.end < left[-1].start
    if has_argument:
        yield Candidate(
            line=sign.line,
            cost=0.9,
            changes=(replace_token(opener, "["), replace_token(left[-1], "]")),
            expression=broken.span(left[0], left[-1]),
            facts=facts,
        )
    else:
        yield Candidate(
            line=sign.line,
            cost=1.1,
            changes=(Change(opener.start, left[-1].end, ""),),
            expression=broken.span(left[0], left[-1]),
            facts=facts,
        )


def _value_as_target(broken: Broken) -> Iterator[Candidate]:
    """A sum, a number or a text on the left of the sign."""
    sides = _sides(broken)
    if sides is None:
        return
    left, sign, right = sides
    text_left, text_right = broken.span(left[0], left[-1]), broken.span(right[0], right[-1])
    facts = {"left": Code(text_left), "right": Code(text_right), "sign": Code(sign.text)}
    common = {"line": sign.line, "expression": text_left, "facts": facts}
    if left[0].text == "print" or (len(left) > 1 and left[0].kind == "keyword"):
        return
    is_name = len(right) == 1 and right[0].kind == "name"
    if sign.text == "=" and is_name:
        yield Candidate(
            cost=0.8,
            changes=(Change(left[0].start, left[-1].end, text_right), Change(right[0].start, right[0].end, text_left)),
            **common,
        )
    if len(left) == 3 and left[1].text == "-" and left[0].kind == left[2].kind == "name":  # noqa: PLR2004 - two words and a hyphen
        same = [
            (a, b, c)
            for a, b, c in zip(broken.tokens, broken.tokens[1:], broken.tokens[2:], strict=False)
            if (a.text, b.text, c.text) == tuple(token.text for token in left)
        ]
        yield Candidate(
            cost=0.7, changes=tuple(Change(a.start, c.end, f"{a.text}_{c.text}") for a, _, c in same[:3]), **common
        )
    if len(left) == 1 and left[0].kind == "string" and left[0].text.strip("'\"").isidentifier():
        yield Candidate(cost=0.9, changes=(replace_token(left[0], left[0].text.strip("'\"")),), **common)
    if len(left) == 2 and left[0].kind == "name" and left[1].kind == "name":  # noqa: PLR2004 - a name of two words
        yield Candidate(
            cost=0.9, changes=(Change(left[0].start, left[1].end, f"{left[0].text}_{left[1].text}"),), **common
        )
    if len(left) == 3 and left[0].kind == "name" and sign.text == "=" and left[1].text in ("+", "-", "*", "/"):  # noqa: PLR2004 - name, operator, value
        yield Candidate(
            cost=1.2,
            changes=(
                replace_token(left[1], f"{left[1].text}="),
                replace_token(left[2], left[2].text),
                replace_token(sign, left[1].text),
            ),
            **common,
        )
    if sign.text == "=":
        yield Candidate(cost=1.5, changes=(replace_token(sign, "=="),), **common)
    else:
        yield Candidate(cost=2, **common)


def _name_of_two_words(broken: Broken) -> Iterator[Candidate]:
    """A variable or function name with a blank in it."""
    tokens = broken.here
    if len(tokens) < 3:  # noqa: PLR2004 - two words and what follows
        return
    start = 1 if tokens[0].text in ("def", "class", "for") else 0
    words = tokens[start : start + 2]
    after = tokens[start + 2].text if len(tokens) > start + 2 else ""
    wanted = {"def": "(", "class": ("(", ":"), "for": "in"}.get(tokens[0].text, "=")
    if (
        len(words) == 2
        and after
        and after in wanted
        and words[1].kind in ("name", "number", "keyword")
        and words[0].kind in ("name", "keyword")
    ):  # noqa: PLR2004 - two words
        first, second = words
        if start == 0 and first.kind == "keyword":
            return
        joined = (
            f"{first.text}_{second.text}"
            if first.kind == "name"
            else f"{first.text}{second.text[:1].upper()}{second.text[1:]}"
        )
        yield Candidate(
            line=first.line,
            cost=0.6,
            changes=(Change(first.start, second.end, joined),),
            expression=broken.span(first, second),
            facts={"words": Code(broken.span(first, second))},
        )


def _not_deletable(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    if not tokens or tokens[0].text != "del" or len(tokens) < 2:  # noqa: PLR2004 - del and its target
        return
    target = broken.span(tokens[1], tokens[-1])
    facts = {"target": Code(target)}
    opener = next((token for token in tokens if token.text == "("), None)
    if opener is not None and tokens[-1].text == ")" and tokens[1].kind == "name":
        yield Candidate(
            line=tokens[0].line,
            cost=1,
            changes=(replace_token(opener, "["), replace_token(tokens[-1], "]")),
            expression=target,
            facts=facts,
        )
    operators = [i for i, token in enumerate(tokens) if token.text in ("+", "-", "*", "/") and i > 1]
    if operators and len(tokens) - operators[0] <= 3:  # noqa: PLR2004 - the bound on changed tokens
        at = operators[0]
        yield Candidate(
            line=tokens[0].line,
            cost=1.2,
            changes=(Change(tokens[at - 1].end, tokens[-1].end, ""),),
            expression=target,
            facts=facts,
        )
    yield Candidate(line=tokens[0].line, cost=2, expression=target, facts=facts)


def _constant_as_target(broken: Broken) -> Iterator[Candidate]:
    for token in broken.here:
        if token.text in ("True", "False", "None", "__debug__", "..."):
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(replace_token(token, f"is_{token.text.lower()}"),),
                expression=token.text,
                facts={"word": Code(token.text)},
            )
            return


def _chained_change(broken: Broken) -> Iterator[Candidate]:
    """`+=` with several names, or with a sum on the left."""
    sides = _sides(broken)
    if sides is not None:
        left, sign, _ = sides
        yield Candidate(
            line=sign.line,
            cost=1,
            expression=broken.span(left[0], left[-1]),
            facts={"left": Code(broken.span(left[0], left[-1])), "right": "the right side", "sign": Code(sign.text)},
        )


def _value_or_change(broken: Broken) -> Iterator[Candidate]:
    yield from _value_as_target(broken)
    if "illegal" in broken.fault.message:
        yield from _chained_change(broken)


_VALUE_LESSON = Lesson(
    question=(
        "An assignment stores the value of one side under a name on the other. On which side does Python expect the name? Read your "
        "line aloud as “… gets the value of …”: what stands before “gets”?"
    ),
    concept=(
        "With $sign Python works out the right side and stores the result on the left. So the left side has to be a place: a name, an "
        "item of a list, an entry of a dictionary. On line $line $left stands there. That is a value, and a value cannot take another "
        "value."
    ),
    picture="You can put a letter into a box with a name on it, but not into another letter.",
    precise="Targets are names, attributes, subscripts, and lists of these; any other expression is refused by the parser.",
    place="It stands on the side that takes the value, but it is no place to store something.",
    plan=(
        "Say which name should have a new value after this line.",
        "Bring this name, alone, to the left of the sign.",
        "Write everything that is to be worked out on the right.",
    ),
    example=Example(
        "The name stands on the left, the sum on the right:",
        "rent = 700\nfood = 250\ncosts = rent + food\nprint(costs)",
        "`costs` is the place, and the sum on the right is what it gets.",
    ),
    remedy="On line $line write the name that should take the value on the left, and the value on the right.",
    reason="The left side is now a place that can take the value. If you meant a question, the sign for it is `==`.",
    check="print the name after the line, and compare its value with a sum done by hand.",
)

CAUSES = (
    Cause(
        "syntax.call-as-target",
        "syntax",
        Lesson(
            question=(
                "What should happen with $left on this line: should a function run, or should an entry of $name take a new value? Which "
                "brackets stand for which?"
            ),
            concept=(
                "Round brackets run a function, and its result is a value; you cannot store something in a value. Square brackets name "
                "one entry of a list or dictionary, and that is a place which can take a value. On line $line round brackets stand on "
                "the left of the equals sign."
            ),
            picture="It is like putting a letter on the postman in place of into the letter box.",
            precise="A call is no assignment target; a subscription is, through `__setitem__`.",
            place="It should take a value, but it reads as a call.",
            plan=(
                "Say what $name is: a function, or a collection with entries.",
                "For a collection, recall the brackets that pick one entry.",
                "Exchange both brackets of the pair, and leave what is between them.",
            ),
            example=Example(
                "One entry of a dictionary takes a new value:",
                'stock = {"pens": 4}\nstock["ink"] = 2\nprint(stock)',
                "Square brackets name the entry, and the equals sign stores the value there.",
            ),
            remedy="On line $line use square brackets on the left side, or a plain name.",
            reason="With square brackets the left side is an entry, and an entry can take a value.",
            check="print the collection after the line and look for the new entry.",
        ),
        on("cannot assign to function call", "illegal expression for augmented"),
        _call_as_target,
    ),
    Cause(
        "syntax.value-as-target",
        "syntax",
        _VALUE_LESSON,
        on("cannot assign to", "illegal expression", "illegal target", "^invalid syntax\\. Maybe"),
        _value_or_change,
    ),
    Cause(
        "syntax.constant-as-target",
        "syntax",
        Lesson(
            question=(
                "What is $word for Python: a name that you may use as you like, or one of its fixed values? Your editor's colour gives a "
                "hint. What did you want to store, and under which name?"
            ),
            concept=(
                "A few words stand for fixed values: yes, no and nothing. They can be used in sums and questions, but they never take "
                "another value. On line $line $word stands where a name of your own should stand."
            ),
            picture="It is like trying to rename the number seven.",
            precise="These are keywords that denote singletons; binding or deleting them is a syntax error.",
            place="It is a fixed value and cannot be changed.",
            plan=(
                "Say what you want to store there.",
                "Think of a name that says so.",
                "Use this name here and wherever you need the value.",
            ),
            example=Example(
                "A fixed value stored under a name:",
                "door_open = False\ndoor_open = not door_open\nprint(door_open)",
                "`door_open` may change; the fixed value on the right may not.",
            ),
            remedy="Use a name of your own in place of $word on line $line.",
            reason="A name of your own can take any value.",
            check="print the name after the line.",
        ),
        on("cannot assign to (?:True|False|None|__debug__|ellipsis)", "cannot delete (?:True|False|None)"),
        _constant_as_target,
    ),
    Cause(
        "syntax.name-of-two-words",
        "syntax",
        Lesson(
            question=(
                "How many names does Python see in $words? What does a blank mean inside a line, and how do other names in your program "
                "that are made of two words look?"
            ),
            concept=(
                "A name is one word, made of letters, digits and underscores. A blank always ends it. On line $line $words looks like "
                "one name to you, but Python sees two things side by side and nothing that connects them."
            ),
            picture="It is like a user name on a web site: a blank is not allowed in it.",
            precise="An identifier is one NAME token; PEP 8 joins words by underscores.",
            place="It is meant as one name, but a blank cuts it in two.",
            plan=(
                "Choose how to join the two words; an underscore is the custom.",
                "Write the name in that form here.",
                "Use exactly the same form at all other places.",
            ),
            example=Example(
                "A name made of two words:",
                "bus_fare = 2.4\nprint(bus_fare * 2)",
                "The underscore keeps both words together as one name, wherever it is used.",
            ),
            remedy="On line $line join $words to one name, for example with an underscore.",
            reason="The joined words are one name for Python.",
            check="search the program for the old form: every place needs the new name.",
        ),
        on("^invalid syntax", "expected '\\('"),
        _name_of_two_words,
    ),
    Cause(
        "syntax.not-deletable",
        "syntax",
        Lesson(
            question=(
                "What does `del` take away: a name, an entry of a collection, or a value? What is $target on this line?"
            ),
            concept=(
                "`del` takes away a name or an entry, such as one item of a list. It cannot take away a value, the result of a sum, or "
                "what a function gives back, since these are not stored at a place. On line $line $target is no such place."
            ),
            picture="You can take a book off the shelf, but not the thought that you had while reading it.",
            precise="`del` accepts the same targets as assignment: names, attributes, subscripts.",
            place="`del` cannot take it away.",
            plan=(
                "Say what should be gone after the line: a name, or one entry.",
                "Name exactly this, with square brackets for an entry.",
                "For an item with a certain value, recall the method `remove`.",
            ),
            example=Example(
                "One entry of a list is taken away:",
                'menu = ["soup", "fish", "cake"]\ndel menu[1]\nprint(menu)',
                "Square brackets name the entry that goes, and the list itself stays, one item shorter.",
            ),
            remedy="On line $line let `del` take away a name or one entry.",
            reason="A name or an entry is a place, and a place can be emptied.",
            check="print the collection before and after the line.",
        ),
        on("cannot delete"),
        _not_deletable,
    ),
)
