"""Forms that are nearly right: headers, argument lists, dictionaries, comprehensions, statements at the wrong place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, insert, on, replace_token

if TYPE_CHECKING:
    from collections.abc import Iterator


def _whole(broken: Broken, line: int) -> str:
    return broken.text(line).strip()


def _argument_order(broken: Broken) -> Iterator[Candidate]:
    """A plain value after a named one, or a parameter without a default after one with."""
    tokens = broken.here
    named = [i for i, token in enumerate(tokens) if token.text == "="]
    facts = {"place": "call" if "argument follows keyword" in broken.fault.message else "header"}
    if named:
        closing = max((i for i, token in enumerate(tokens) if token.text == ")"), default=0)
        commas = [i for i, token in enumerate(tokens) if token.text == "," and i > named[0]]
        if len(commas) == 1 and closing == commas[0] + 2 and named[0] >= 2:  # noqa: PLR2004 - one value stands last
            name, value = tokens[named[0] - 1], tokens[commas[0] - 1]
            last = tokens[closing - 1]
            first_text, last_text = broken.span(name, value), last.text
            yield Candidate(
                line=broken.fault.line, cost=0.8,
                changes=(Change(name.start, value.end, last_text), Change(last.start, last.end, first_text)),
                expression=broken.span(name, last), facts=facts,
            )  # fmt: skip
    yield Candidate(line=broken.fault.line, cost=2, expression=_whole(broken, broken.fault.line), facts=facts)


def _twice_in_list(broken: Broken) -> Iterator[Candidate]:
    match = re.search(r"(?:keyword argument repeated: |duplicate argument ')(\w+)", broken.fault.message)
    name = match[1] if match else ""
    tokens = broken.here
    same = [i for i, token in enumerate(tokens) if token.text == name]
    changes: tuple[Change, ...] = ()
    if len(same) >= 2:  # noqa: PLR2004 - named twice
        changes = (replace_token(tokens[same[-1]], f"{name}2"),)
    yield Candidate(
        line=broken.fault.line,
        cost=1,
        changes=changes,
        expression=_whole(broken, broken.fault.line),
        facts={"name": Code(name)},
    )


def _stars(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    stars = [i for i, token in enumerate(tokens) if token.text in ("*", "**")]
    whole = _whole(broken, broken.fault.line)
    if stars:
        at = stars[-1]
        if at and tokens[at - 1].text == ",":
            end = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].kind == "name" else tokens[at]
            yield Candidate(
                line=broken.fault.line, cost=1, changes=(Change(tokens[at - 1].start, end.end, ""),), expression=whole
            )
        yield Candidate(line=broken.fault.line, cost=1.1, changes=(replace_token(tokens[at], ""),), expression=whole)
    yield Candidate(line=broken.fault.line, cost=2, expression=whole)


def _dictionary_item(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    whole = _whole(broken, broken.fault.line)
    facts = {"missing": "its value" if "expression expected" in broken.fault.message else "the colon and its value"}
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1].text
        if token.text == ":" and after in (",", "}"):
            yield Candidate(
                line=token.line,
                cost=1,
                changes=(insert(token.end, " None"),),
                expression=broken.span(tokens[index - 1], token),
                facts=facts,
            )
        if (
            token.text in (",", "{")
            and index + 2 < len(tokens)
            and tokens[index + 2].text in (",", "}")
            and tokens[index + 1].is_operand_end
        ):
            key = tokens[index + 1]
            yield Candidate(
                line=token.line, cost=1.1, changes=(insert(key.end, ": None"),), expression=key.text, facts=facts
            )
        if token.text in ("=", ";") and index and "{" in [t.text for t in tokens[:index]]:
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(replace_token(token, ":"),),
                expression=broken.span(tokens[index - 1], tokens[index + 1]),
                facts=facts,
            )


def _comprehension(broken: Broken) -> Iterator[Candidate]:
    """A comprehension without its brackets."""
    tokens = broken.here
    words = [token.text for token in tokens]
    if "for" not in words or words[0] in ("for", "async"):
        return
    at = words.index("for")
    signs = [i for i in range(at) if words[i] in ("=", "return", "+=")]
    start = tokens[signs[-1] + 1] if signs else tokens[0]
    yield Candidate(
        line=broken.fault.line, cost=0.8, changes=(insert(start.start, "["), insert(tokens[-1].end, "]")),
        expression=broken.span(start, tokens[-1]),
    )  # fmt: skip


def _trailing_comma(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    if tokens and tokens[-1].text == ",":
        yield Candidate(
            line=broken.fault.line,
            cost=0.7,
            changes=(replace_token(tokens[-1], ""),),
            expression=_whole(broken, broken.fault.line),
        )


def _import_form(broken: Broken) -> Iterator[Candidate]:
    """`import … from …`, a file ending, or a future feature that does not exist."""
    tokens = broken.here
    words = [token.text for token in tokens]
    whole = _whole(broken, broken.fault.line)
    if "import" not in words:
        return
    if words[0] == "import" and "from" in words:
        at = words.index("from")
        names, module = (
            broken.span(tokens[1], tokens[at - 1]),
            broken.span(tokens[at + 1], tokens[-1]) if at + 1 < len(tokens) else "",
        )
        yield Candidate(
            line=broken.fault.line,
            cost=0.6,
            changes=(Change(tokens[0].start, tokens[-1].end, f"from {module} import {names}"),),
            expression=whole,
        )
    match = re.search(r"future feature (\w+) is not defined", broken.fault.message)
    if match:
        features = (
            "division",
            "annotations",
            "print_function",
            "absolute_import",
            "unicode_literals",
            "generator_stop",
            "with_statement",
        )
        from difflib import get_close_matches  # noqa: PLC0415 - only this rare message needs it

        close = get_close_matches(match[1], features, 1)
        token = next((token for token in tokens if token.text == match[1]), None)
        if close and token is not None:
            yield Candidate(
                line=broken.fault.line, cost=0.6, changes=(replace_token(token, close[0]),), expression=match[1]
            )
    if words[0] == "from" and words[-1] == "import":
        yield Candidate(line=broken.fault.line, cost=1, changes=(insert(tokens[-1].end, " *"),), expression=whole)
    yield Candidate(line=broken.fault.line, cost=2.4, expression=whole)


def _out_of_place(broken: Broken) -> Iterator[Candidate]:
    """`return` outside a function, `break` outside a loop: most often the indentation."""
    match = re.search(r"'(return|break|continue|yield|await)'", broken.fault.message) or re.search(
        r"(nonlocal|import \*)", broken.fault.message
    )
    word = match[1] if match else (broken.here[0].text if broken.here else "")
    home = {"break": "loop", "continue": "loop"}.get(word, "function")
    line = broken.fault.line
    facts = {"word": Code(word), "home": home}
    above = broken.code_above(line)
    openers = ("for", "while") if home == "loop" else ("def",)
    opener = next(
        (n for n in sorted((n for n in broken.by_line if n < line), reverse=True) if broken.on(n)[0].text in openers), 0
    )
    if above and opener:
        inner = next(
            (
                broken.indent(n)
                for n in sorted(broken.by_line)
                if n > opener and len(broken.indent(n)) > len(broken.indent(opener))
            ),
            "    ",
        )
        here = broken.indent(line)
        yield Candidate(
            line=line, cost=0.8, changes=(Change(broken.offset(line), broken.offset(line) + len(here), inner),),
            expression=_whole(broken, line), facts=facts,
        )  # fmt: skip
    yield Candidate(line=line, cost=2, expression=_whole(broken, line), facts=facts)


def _declared_late(broken: Broken) -> Iterator[Candidate]:
    match = re.search(r"name '(\w+)'|binding for nonlocal '(\w+)'", broken.fault.message)
    name = (match[1] or match[2]) if match else ""
    kind = "nonlocal" if "nonlocal" in broken.fault.message else "global"
    yield Candidate(
        line=broken.fault.line,
        cost=1,
        expression=_whole(broken, broken.fault.line),
        facts={"name": Code(name), "kind": Code(kind)},
    )


def _header_form(broken: Broken) -> Iterator[Candidate]:
    """A `def` without brackets, a `for` without `in`, or a loop in the style of another language."""
    tokens = broken.here
    words = [token.text for token in tokens]
    whole = _whole(broken, broken.fault.line)
    if not tokens:
        return
    line = broken.fault.line
    facts = {"header": Code(words[0])}
    if words[0] == "def":
        if len(tokens) >= 2 and "(" not in words:  # noqa: PLR2004 - def and a name
            yield Candidate(line=line, cost=0.6, changes=(insert(tokens[1].end, "()"),), expression=whole, facts=facts)
        else:
            yield Candidate(line=line, cost=1.9, expression=whole, facts=facts)
    if words[0] == "for":
        if "in" not in words and len(tokens) > 2:  # noqa: PLR2004 - for and a name
            where = tokens[2]
            if where.text in ("=", "of", "on", "from", "at", "to", ":"):
                yield Candidate(
                    line=line, cost=0.5, changes=(replace_token(where, "in"),), expression=whole, facts=facts
                )
            elif where.kind == "name" or where.text in ("(", "["):
                yield Candidate(
                    line=line, cost=0.6, changes=(insert(tokens[1].end, " in"),), expression=whole, facts=facts
                )
        if "range" in words:
            at = words.index("range")
            if at + 1 < len(tokens) and words[at + 1] != "(":
                close = tokens[-1] if words[-1] == ":" else None
                end = close.start if close else tokens[-1].end
                yield Candidate(
                    line=line,
                    cost=0.6,
                    changes=(Change(tokens[at].end, tokens[at + 1].start, "("), insert(end, ")")),
                    expression=whole,
                    facts=facts,
                )
        yield Candidate(line=line, cost=2, expression=whole, facts=facts)
    if words[0] in ("if", "elif", "while") and words[-1] in ("then", "do"):
        yield Candidate(
            line=line, cost=0.6, changes=(Change(tokens[-2].end, tokens[-1].end, ":"),), expression=whole, facts=facts
        )
    if words[-1] == "{":
        yield Candidate(
            line=line,
            cost=0.9,
            changes=(Change(tokens[-2].end if len(tokens) > 1 else tokens[-1].start, tokens[-1].end, ":"),),
            expression=whole,
            facts=facts,
        )


def _incomplete_condition(broken: Broken) -> Iterator[Candidate]:
    """`x > 3 and < 5`, `x == 1 or == 2`: a comparison without its left side."""
    tokens = broken.here
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1]
        if token.text in ("and", "or") and after.text in ("<", ">", "<=", ">=", "==", "!=", "in", "is"):
            before = [t for t in tokens[:index] if t.kind == "name"]
            if before:
                yield Candidate(
                    line=token.line, cost=0.6, changes=(insert(token.end, f" {before[0].text}"),),
                    expression=broken.span(token, tokens[min(index + 2, len(tokens) - 1)]), facts={"word": Code(token.text), "name": Code(before[0].text)},
                )  # fmt: skip


def _missing_else(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    end = tokens[-1] if tokens else None
    if end is not None:
        yield Candidate(
            line=broken.fault.line,
            cost=1.3,
            changes=(insert(end.end, " else None"),),
            expression=_whole(broken, broken.fault.line),
        )


def _def_in_expression(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    for index, token in enumerate(tokens):
        if token.text in ("def", "class", "return", "import", "while", "print") and index and token.kind == "keyword":
            if tokens[index - 1].text in (":", ";"):
                continue
            yield Candidate(
                line=token.line, cost=1.6, expression=broken.span(token, tokens[-1]), facts={"word": Code(token.text)}
            )


def _except_form(broken: Broken) -> Iterator[Candidate]:
    line = broken.fault.line
    tokens = broken.here
    if tokens and tokens[0].text == "except" and any(t.text == "," for t in tokens):
        end = tokens[-2] if tokens[-1].text == ":" else tokens[-1]
        yield Candidate(
            line=line,
            cost=0.7,
            changes=(insert(tokens[1].start, "("), insert(end.end, ")")),
            expression=_whole(broken, line),
        )
        comma = next(t for t in tokens if t.text == ",")
        yield Candidate(line=line, cost=0.8, changes=(replace_token(comma, " as"),), expression=_whole(broken, line))
    else:
        yield Candidate(line=line, cost=1.5, expression=_whole(broken, line))


def _stray_colon(broken: Broken) -> Iterator[Candidate]:
    """A colon that opens no block."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index, token in enumerate(tokens):
            if token.text != ":":
                continue
            after = tokens[index + 1].text if index + 1 < len(tokens) else ""
            is_end = index == len(tokens) - 1 and tokens[0].text not in (
                "if",
                "elif",
                "else",
                "for",
                "while",
                "def",
                "class",
                "try",
                "except",
                "finally",
                "with",
                "match",
                "case",
                "async",
                "lambda",
            )
            if is_end or after == ")":
                yield Candidate(
                    line=line, cost=0.9 if line == broken.fault.line else 1.6, changes=(replace_token(token, ""),),
                    expression=broken.text(line).strip(), facts={"before": Code(tokens[index - 1].text) if index else "the start of the line"},
                )  # fmt: skip


CAUSES = (
    Cause(
        "syntax.stray-colon",
        "syntax",
        Lesson(
            question=(
                "There is a colon after $before on this line. What does a colon at such a place announce, and does a block, a slice or "
                "a dictionary entry follow here?"
            ),
            concept=(
                "A colon has few jobs: it ends a header, parts the bounds of a slice, and parts key and value. A line that just does "
                "something, such as a call or an assignment, needs none. On line $line the colon after $before has none of these jobs."
            ),
            picture="It is like “the following:” with nothing that follows.",
            precise="After an expression a colon would be an annotation or a suite; neither fits here.",
            place="The colon after $before does not belong to any form.",
            plan=(
                "Decide whether the line opens a block.",
                "If it only does something, the colon is a left-over.",
                "Read the line without it, and check the block that it belongs to.",
            ),
            example=Example(
                "A header with a colon, and a plain line without:",
                'tea = "green"\nwhile tea:\n    print(tea)\n    tea = ""',
                "Only the header ends with a colon; the lines of the block do not.",
            ),
            remedy="Take the colon after $before on line $line away.",
            reason="Without the colon the line is a complete statement.",
            check="run the program and see that the line does its work.",
        ),
        on(
            "^invalid syntax",
            "expected an indented block",
            "unindent",
            "unexpected indent",
            "illegal target",
            "only single target",
        ),
        _stray_colon,
    ),
    Cause(
        "syntax.order-of-arguments",
        "syntax",
        Lesson(
            question=(
                "In the brackets of this $place some values stand alone and some come with a name and an equals sign. In which order do the "
                "two kinds stand here?"
            ),
            concept=(
                "Values without a name are told apart by their place, so they come first. Those with a name may follow in any order. The "
                "same holds in the header of a function: parameters without a value to fall back on come before those with one. On line "
                "$line the order is the other way round."
            ),
            picture="In a queue with numbered tickets, those without a number would not know where to stand.",
            precise="Positional parameters bind by position; the grammar puts them before all keyword arguments.",
            place="A plain one stands behind one with a name.",
            plan=(
                "Mark the ones with an equals sign.",
                "Bring the plain ones to the front, in their own order.",
                "Let those with a name follow.",
            ),
            example=Example(
                "First the plain value, then the named setting:",
                'print("north", "south", sep=" to ")',
                "The two texts come first; `sep` follows with its name.",
            ),
            remedy="On line $line move the plain ones before those with an equals sign.",
            reason="Now the plain ones can be told apart by their place.",
            check="say for each value which parameter it goes to.",
        ),
        on(
            "positional argument follows keyword", "non-default argument follows", "parameter without a default follows"
        ),
        _argument_order,
    ),
    Cause(
        "syntax.named-twice",
        "syntax",
        Lesson(
            question=(
                "How often does $name appear between the brackets of this line? If two values are given under one name, which of them "
                "should count?"
            ),
            concept=(
                "Within one pair of brackets each name may be used once: a parameter can hold only one value. On line $line $name is there "
                "twice, so Python cannot know which one counts."
            ),
            picture="It is like two people with the same seat number.",
            precise="The check happens at compile time, before any call is made.",
            place="There $name stands twice.",
            plan=(
                "Find both places, and say what each of the two values is for.",
                "Decide whether one of them should have another name.",
                "If both mean the same, one of them has to go.",
            ),
            example=Example(
                "A call with two settings, each of them named exactly once:",
                'print("a", "b", sep="-", end="!")',
                "`sep` and `end` are two different names, each with one value, so it is clear what goes where.",
            ),
            remedy="On line $line use $name only once, and another name for the second value.",
            reason="Each name has one value.",
            check="read the names between the brackets one by one.",
        ),
        on("keyword argument repeated", "duplicate argument"),
        _twice_in_list,
    ),
    Cause(
        "syntax.stars-in-header",
        "syntax",
        Lesson(
            question=(
                "Look at the stars in the brackets of this line. What does a parameter with one star collect, what one with two, and where "
                "may they stand?"
            ),
            concept=(
                "A parameter with one star collects all further plain values, one with two stars all further named ones. So each may "
                "appear once, and the one with two stars comes last. On line $line this order is broken, or a star has nothing after it."
            ),
            picture="It is like two bags for left-over sweets: one is enough to take all of them.",
            precise="The grammar allows one `*args` or bare `*`, then keyword-only parameters, then `**kwargs`.",
            place="Its stars do not fit together.",
            plan=(
                "Decide which values the function should collect.",
                "Keep one parameter with a single star at most, and one with two stars at the very end.",
                "Check that each star has a name after it, or named parameters after that.",
            ),
            example=Example(
                "A function that collects plain values:",
                'def longest(*words):\n    return max(words, key=len)\n\n\nprint(longest("oak", "maple"))',
                "`words` collects all values of the call, however many there are.",
            ),
            remedy="On line $line keep one star for the plain values and put the two stars last.",
            reason="It is clear now which parameter collects what.",
            check="call the function with several values and print what was collected.",
        ),
        on(
            "argument may appear only once",
            "named arguments must follow bare",
            "cannot follow var-keyword",
            "var-positional",
            "bare \\* has associated",
            "starred",
        ),
        _stars,
    ),
    Cause(
        "syntax.half-a-dictionary-entry",
        "syntax",
        Lesson(
            question=(
                "Each entry of a dictionary has two parts. Go through the entries on this line: which of them has only one part, and which "
                "part is it?"
            ),
            concept=(
                "In curly braces with keys every entry is a pair: a key, a colon, a value. Either all items are pairs, or none is, and then "
                "it is a set. On line $line one entry lacks $missing."
            ),
            picture="It is like a phone book with a name but no number.",
            precise="A brace display is a dict or a set; the first item decides which form all others must have.",
            place="This entry is only half there.",
            plan=(
                "Write the entries one below the other.",
                "Check each for key, colon and value.",
                "Complete the one that is not whole, or take it out.",
            ),
            example=Example(
                "A dictionary with three whole entries:",
                'plugs = {"UK": "G", "Italy": "L", "Brazil": "N"}\nprint(plugs["Italy"])',
                "Each key has its value behind a colon, and commas part one pair from the next.",
            ),
            remedy="Complete the entry on line $line with $missing.",
            reason="Every entry is a pair of key and value.",
            check="print `len` of the dictionary and count the entries.",
        ),
        on("expected after dictionary key", "^invalid syntax", "cannot assign to"),
        _dictionary_item,
    ),
    Cause(
        "syntax.comprehension-without-brackets",
        "syntax",
        Lesson(
            question=(
                "This line works out something for each item, all in one expression. What should come out: a list, a set? And which signs "
                "tell Python where that collection begins and ends?"
            ),
            concept=(
                "An expression with `for` inside, a comprehension, makes a collection. The brackets around it say which kind: square ones "
                "make a list, curly ones a set. On line $line the `for` stands in the middle of a plain expression, without brackets, so "
                "Python does not expect it."
            ),
            picture="It is like a list of things to buy without the paper it is written on.",
            precise="A comprehension is an atom only inside its display brackets or as the sole call argument.",
            place="It is a comprehension, but nothing encloses it.",
            plan=(
                "Find where the expression begins and where it ends.",
                "Decide which kind of collection you want.",
                "Put the brackets for that kind around the whole expression.",
            ),
            example=Example(
                "A list made of another one:",
                'rivers = ["Po", "Rhine"]\nsizes = [len(river) for river in rivers]\nprint(sizes)',
                "The square brackets enclose the whole expression and make a list.",
            ),
            remedy="On line $line put square brackets around the whole expression.",
            reason="The brackets make a list of what the expression gives for each item.",
            check="print the list and its length.",
        ),
        on(
            "^invalid syntax",
            "Generator expression must be parenthesized",
            "did you forget parentheses around the comprehension",
        ),
        _comprehension,
    ),
    Cause(
        "syntax.comma-at-the-end",
        "syntax",
        Lesson(
            question=(
                "What does the comma at the very end of this line announce? Does another name follow, or does the list of names end here? Read the line aloud, and say “and” for each comma."
            ),
            concept=(
                "A comma says that one more item follows. In an `import` without brackets the list of names ends with the line, so a comma "
                "may not be the last sign. On line $line it is, and no name comes after it."
            ),
            picture="It is like “and” at the end of a sentence: the listener waits.",
            precise="Only a parenthesised import list allows a trailing comma.",
            place="Its last sign announces a name that does not come.",
            plan=(
                "Decide whether you forgot a name that should be fetched as well.",
                "If so, write it behind the comma.",
                "If not, the comma is what does not belong there.",
            ),
            example=Example(
                "Two names, one comma:",
                "from calendar import isleap, leapdays\n\nprint(isleap(2028), leapdays(2000, 2028))",
                "The comma stands between the names and not behind the last one.",
            ),
            remedy="Take the comma at the end of line $line away.",
            reason="The list of names ends with a name.",
            check="run the line; then use each of the names once.",
        ),
        on("trailing comma not allowed"),
        _trailing_comma,
    ),
    Cause(
        "syntax.import-form",
        "syntax",
        Lesson(
            question=(
                "Read this import aloud: what is fetched, and out of which module? In which order does Python want to hear that?"
            ),
            concept=(
                "There are two forms: `import` and the name of a module, or `from` with a module and then `import` with the names to fetch. "
                "The module comes first, and names must be real ones. Line $line does not have one of these forms, or asks for "
                "something that does not exist."
            ),
            picture="It is like an address: town first, then street, or the letter goes astray.",
            precise="The grammar knows `import dotted_name [as n]` and `from m import n [as k]`, nothing else.",
            place="It does not have the form of an import.",
            plan=(
                "Name the module, and the things in it that you need.",
                "Begin with the word `from` and the module.",
                "Let `import` and the names follow, spelt exactly.",
            ),
            example=Example(
                "The module first, then what is fetched:",
                "from string import digits\n\nprint(digits)",
                "`string` is the module, and `digits` the name that is fetched.",
            ),
            remedy="Write line $line as `from`, the module, `import` and the name.",
            reason="The line has the order that Python reads.",
            check="run only the imports of the file first.",
        ),
        on("^invalid syntax", "future feature", "Expected one or more names"),
        _import_form,
    ),
    Cause(
        "syntax.statement-out-of-place",
        "syntax",
        Lesson(
            question=(
                "$word works only inside a $home. Is this line inside one? Follow its left edge upwards to the header that it belongs to."
            ),
            concept=(
                "Some words have a meaning only in a certain place: $word belongs inside a $home. Whether a line is inside is decided by its "
                "left edge alone. Line $line starts so far to the left that the $home above it has already ended, or there is none."
            ),
            picture="It is like pressing “stop” on a bus after you have got off.",
            precise="The check follows the block structure, which comes from indentation only.",
            place="At its left edge no $home is open.",
            plan=(
                "Find the $home that the line should belong to.",
                "Look at where the other lines of its block start.",
                "Let this line start at the same place.",
            ),
            example=Example(
                "Each word inside its home:",
                'def first_long(words):\n    for word in words:\n        if len(word) > 4:\n            return word\n    return "none"\n\n\nprint(first_long(["ant", "beetle"]))',
                "Both `return` lines are inside the function; the first one also inside the loop.",
            ),
            remedy="Let line $line start as far in as the other lines of the $home.",
            reason="By its left edge the line is inside the $home now.",
            check="draw a line down the left edge of the block: it should pass this line.",
        ),
        on(
            "outside function",
            "outside loop",
            "not properly in loop",
            "outside async",
            "only allowed at module level",
            "nonlocal declaration not allowed",
        ),
        _out_of_place,
    ),
    Cause(
        "syntax.declared-too-late",
        "syntax",
        Lesson(
            question=(
                "With $kind you say which $name is meant. Where in this function is $name used for the first time, before or after this "
                "line? Or is it a parameter as well?"
            ),
            concept=(
                "$kind tells Python that a name means the variable from outside. This has to be known before the name is used in the function, "
                "so the declaration comes first. On line $line it comes after $name was already used, or the name is a parameter, or "
                "there is no such variable outside."
            ),
            picture="It is like agreeing on the rules of a game after the first move.",
            precise="Scope is fixed for the whole function at compile time; a late declaration would change earlier uses.",
            place="It comes too late for $name, or does not fit it.",
            plan=(
                "Find the first use of $name in the function.",
                "Let the declaration come before it, as the first line of the body.",
                "Or hand the value over as a parameter and give it back with `return`.",
            ),
            example=Example(
                "The clean way: in by a parameter, out by `return`:",
                "def add_guest(count):\n    return count + 1\n\n\nguests = add_guest(11)\nprint(guests)",
                "No declaration is needed, since nothing outside is changed.",
            ),
            remedy="Move line $line to the start of the function's body.",
            reason="Python knows which variable is meant before it is used.",
            check="print the variable after the call.",
        ),
        on("(?:global|nonlocal) declaration", "is parameter and", "no binding for nonlocal", "is nonlocal and global"),
        _declared_late,
    ),
    Cause(
        "syntax.header-form",
        "syntax",
        Lesson(
            question=(
                "This header begins with $header. What has to follow, in which order, up to the colon? Compare it piece by piece with a header "
                "of the same kind that works."
            ),
            concept=(
                "Each kind of header has its own fixed form. A loop names its variable, the word `in`, and what to go through. A function "
                "has its name and round brackets, even when it gets nothing. A condition needs no word such as “then”. Line $line departs "
                "from the form of $header."
            ),
            picture="It is like a form with boxes: a box left out, and the clerk gives it back.",
            precise="The compound statement grammar is rigid; nothing in a header is optional except what it says.",
            place="One piece of the form is absent, or is from another language.",
            plan=(
                "Write down the form of a header with $header, piece by piece.",
                "Put the pieces of your line under it.",
                "Complete or exchange the piece that differs.",
            ),
            example=Example(
                "A loop and a function in their usual form:",
                'def hello():\n    print("hello")\n\n\nfor turn in range(2):\n    hello()',
                "The function has brackets although it gets nothing; the loop has `in` and something to go through.",
            ),
            remedy="Bring the header on line $line into the form that $header needs.",
            reason="All pieces of the header are there, in their order.",
            check="run the program and print something as the first line of the block.",
        ),
        on("^invalid syntax", "expected '\\('", "expected ':'", "cannot assign"),
        _header_form,
    ),
    Cause(
        "syntax.comparison-without-left-side",
        "syntax",
        Lesson(
            question=(
                "After $word a new comparison begins. What should be compared there? Read only the part behind $word, as if it stood alone: "
                "is it a whole question?"
            ),
            concept=(
                "`and` and `or` join whole questions. In plain speech we say “bigger than 3 and smaller than 5” and mean the same thing "
                "both times. Python does not carry it over. On line $line the part behind $word has no left side."
            ),
            picture="It is like asking “is smaller than 5?”: who is?",
            precise="The operands of a boolean operator are expressions; a comparison needs its left operand each time.",
            place="The question behind $word is not whole.",
            plan=(
                "Say both questions on their own, each as a whole sentence.",
                "Write down the name that is compared in the second one.",
                "Check the result with a value inside and outside the bounds.",
            ),
            example=Example(
                "Two whole questions joined:",
                "humidity = 55\nprint(humidity > 40 and humidity != 60)",
                "`humidity` is named in both parts, so each part is a whole question on its own.",
            ),
            remedy="On line $line write $name behind $word as well.",
            reason="Both parts are whole questions.",
            check="try a value for which both hold, and one for which only one holds.",
        ),
        on("^invalid syntax"),
        _incomplete_condition,
    ),
    Cause(
        "syntax.choice-without-else",
        "syntax",
        Lesson(
            question=(
                "This line chooses a value with `if` in the middle. What should the value be when the condition does not hold?"
            ),
            concept=(
                "An `if` inside an expression chooses between two values, so it needs both: one for yes and one for no. On line $line only "
                "the first is given. If nothing should happen otherwise, an `if` with a block is the right form."
            ),
            picture="It is like a fork in the road with only one way.",
            precise="A conditional expression must have a value on both branches.",
            place="It has no value for the case that the condition is false.",
            plan=(
                "Decide what the value is when the condition is false.",
                "Add it with the word for “otherwise”.",
                "If there is none, use an `if` with a block of its own.",
            ),
            example=Example(
                "A choice with both values:",
                'lives = 0\nstate = "playing" if lives else "game over"\nprint(state)',
                "With no lives left the second value is taken.",
            ),
            remedy="On line $line add `else` and a value for the other case.",
            reason="There is a value in both cases.",
            check="try a case in which the condition holds, and one in which it does not.",
        ),
        on("expected 'else' after 'if'"),
        _missing_else,
    ),
    Cause(
        "syntax.statement-inside-expression",
        "syntax",
        Lesson(
            question=(
                "$word begins a statement of its own. Here it stands in the middle of an expression. Could you do that step on a line before, "
                "and use only its name here?"
            ),
            concept=(
                "Python keeps statements and expressions apart. A statement such as one with $word does something and has no value, so it "
                "cannot stand inside a call or a sum. On line $line it does. A function that is needed in an expression is defined before, "
                "on lines of its own, and then named."
            ),
            picture="You cannot bake the cake while you already serve it.",
            precise="Only expressions nest; `lambda` is the expression form of a small function.",
            place="A statement cannot stand inside another expression.",
            plan=(
                "Cut out the part that begins with $word.",
                "Write it on lines of its own above.",
                "Use its name at the place where it was; for a tiny function recall `lambda`.",
            ),
            example=Example(
                "The function comes first, its name is used after that:",
                "def tripled(number):\n    return number * 3\n\n\nprint(list(map(tripled, [1, 2])))",
                "`map` gets the name of the function, which was made before.",
            ),
            remedy="Move the part with $word above line $line, and use its name there.",
            reason="Statement and expression are apart, each in its own form.",
            check="run the upper part alone first, then the whole.",
        ),
        on("^invalid syntax", "Perhaps you forgot a comma", "was never closed"),
        _def_in_expression,
    ),
    Cause(
        "syntax.try-form",
        "syntax",
        Lesson(
            question=(
                "A `try` never stands alone. Which part has to follow its block, and how does that part name the errors it waits for?"
            ),
            concept=(
                "`try` says: do this, and if it fails, do that. The second part begins with `except` or `finally` at the same left edge. "
                "Several kinds of errors are named in one pair of round brackets. Around line $line this form is not complete."
            ),
            picture="It is like a net under the rope: without it nobody may walk.",
            precise="A try statement needs at least one handler or a finally clause; a bare `except` comes last.",
            place="The form of `try` and `except` is not complete there.",
            plan=(
                "Find the `try` and the end of its block.",
                "Check that `except` follows at the same left edge.",
                "Put several kinds of errors into one pair of brackets.",
            ),
            example=Example(
                "A `try` with the part that catches:",
                'try:\n    age = int("twelve")\nexcept (ValueError, TypeError) as problem:\n    print("no number:", problem)',
                "Two kinds of errors stand in one pair of brackets.",
            ),
            remedy="Complete the `try` around line $line with `except` and a block.",
            reason="The statement has both of its parts.",
            check="run it with an input that fails and one that works.",
        ),
        on("expected 'except' or 'finally'", "multiple exception types", "default 'except:'"),
        _except_form,
    ),
)
