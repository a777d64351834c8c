"""Forms that are nearly right: headers, argument lists, dictionaries, comprehensions, statements at the wrong place."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lessons.syntax import forms as lessons
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, insert, on, replace_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_server.pedagogy.offline.lexing import Token


_COUNTING_LOOP = re.compile(
    r"(?P<indent>\s*)for\s*\(\s*(?:int\s+|let\s+|var\s+)?(?P<name>\w+)\s*=\s*(?P<first>[\w.]+)\s*;\s*\w+\s*"
    r"(?P<sign><=?)\s*(?P<last>[\w.()]+)\s*;\s*\w+\s*(?:\+\+|\+=\s*1)\s*\)\s*[:{]?\s*$"
)
_RANGE_LOOP = re.compile(
    r"(?P<indent>\s*)for\s+(?P<name>\w+)\s*(?:=|in)\s*(?P<first>\w+)\s*(?::|\.\.+|to)\s*(?P<last>\w+)\s*:?\s*$"
)


def _whole(broken: Broken, line: int) -> str:
    return broken.text(line).strip()


def _argument_order(broken: Broken) -> Iterator[Candidate]:
    """Find a plain value after a named one, or a parameter without a default after one with."""
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
                line=broken.fault.line,
                cost=0.8,
                changes=(Change(name.start, value.end, last_text), Change(last.start, last.end, first_text)),
                expression=broken.span(name, last),
                facts=facts,
            )
    yield Candidate(line=broken.fault.line, cost=2, expression=_whole(broken, broken.fault.line), facts=facts)


def _twice_in_list(broken: Broken) -> Iterator[Candidate]:
    match = re.search(r"(?:keyword argument repeated: |duplicate argument ')(\w+)", broken.fault.message)
    name = match[1] if match else ""
    tokens = broken.here
    same = [i for i, token in enumerate(tokens) if token.text == name]
    changes: tuple[Change, ...] = ()
    if len(same) >= 2 and "duplicate" in broken.fault.message:  # noqa: PLR2004 - a header may get another name, a call not
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
        if tokens[at].text == "*" and at + 1 < len(tokens) and len(stars) > 1:
            yield Candidate(
                line=broken.fault.line, cost=0.9, changes=(replace_token(tokens[at], "**"),), expression=whole
            )
        if at and tokens[at - 1].text == ",":
            end = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].kind == "name" else tokens[at]
            yield Candidate(
                line=broken.fault.line, cost=1, changes=(Change(tokens[at - 1].start, end.end, ""),), expression=whole
            )
        yield Candidate(line=broken.fault.line, cost=1.1, changes=(replace_token(tokens[at], ""),), expression=whole)
    yield Candidate(line=broken.fault.line, cost=2, expression=whole)


def _dictionary_item(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    facts = {"missing": "its value" if "expression expected" in broken.fault.message else "the colon and its value"}
    brace = next((index for index, token in enumerate(tokens) if token.text == "{"), len(tokens))
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
        if token.text in ("=", ";") and brace < index:
            same = [t for t in tokens[index:] if t.text == token.text]
            yield Candidate(
                line=token.line,
                cost=0.65,
                changes=tuple(replace_token(t, ":") for t in same),
                expression=broken.span(tokens[index - 1], tokens[index + 1]),
                facts=facts,
            )


def _comprehension(broken: Broken) -> Iterator[Candidate]:
    """Find a comprehension without its brackets."""
    tokens = broken.here
    words = [token.text for token in tokens]
    if "for" not in words or words[0] in ("for", "async"):
        return
    at = words.index("for")
    signs = [i for i in range(at) if words[i] in ("=", "return", "+=")]
    start = tokens[signs[-1] + 1] if signs else tokens[0]
    yield Candidate(
        line=broken.fault.line,
        cost=0.8,
        changes=(insert(start.start, "["), insert(tokens[-1].end, "]")),
        expression=broken.span(start, tokens[-1]),
    )


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
        if names in sys.stdlib_module_names and module not in sys.stdlib_module_names:
            names, module = module, names
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
            line=line,
            cost=0.8,
            changes=(Change(broken.offset(line), broken.offset(line) + len(here), inner),),
            expression=_whole(broken, line),
            facts=facts,
        )
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
    """Find a `def` without brackets, a `for` without `in`, or a loop in the style of another language."""
    tokens = broken.here
    if not tokens:
        return
    words = [token.text for token in tokens]
    line, whole, facts = broken.fault.line, _whole(broken, broken.fault.line), {"header": Code(words[0])}
    for cost, changes in _header_changes(tokens, words):
        yield Candidate(line=line, cost=cost, changes=changes, expression=whole, facts=facts)
    yield from _loop_of_another_language(broken, line)
    if words[0] in ("def", "for"):
        yield Candidate(line=line, cost=1.95, expression=whole, facts=facts)


def _loop_of_another_language(broken: Broken, line: int) -> Iterator[Candidate]:
    """Find `for (i = 0; i < n; i++)`, `for i = 1:n` and `for i in 1..n`."""
    text = broken.text(line)
    counted = _COUNTING_LOOP.match(text)
    ranged = _RANGE_LOOP.match(text)
    facts = {"header": Code("for")}
    offset, expression = broken.offset(line), text.strip()
    if counted is not None:
        name, first, last = counted["name"], counted["first"], counted["last"]
        end = _one_more(last) if counted["sign"] == "<=" else last
        header = f"{counted['indent']}for {name} in range({'' if first == '0' else first + ', '}{end}):"
        closing = [n for n in broken.by_line if n > line and broken.text(n).strip() in ("}", "};")]
        changes = [Change(offset, offset + len(text), header)]
        if text.rstrip().endswith("{") and closing:
            end_of = next((n for n in closing if broken.indent(n) == broken.indent(line)), closing[-1])
            changes.append(Change(broken.offset(end_of), broken.offset(end_of) + len(broken.text(end_of)), ""))
        yield Candidate(line=line, cost=0.3, changes=tuple(changes), expression=expression, facts=facts)
    elif ranged is not None:
        header = f"{ranged['indent']}for {ranged['name']} in range({ranged['first']}, {_one_more(ranged['last'])}):"
        change = Change(offset, offset + len(text), header)
        yield Candidate(line=line, cost=0.3, changes=(change,), expression=expression, facts=facts)


def _one_more(bound: str) -> str:
    return str(int(bound) + 1) if bound.isdigit() else f"{bound} + 1"


def _header_changes(tokens: list[Token], words: list[str]) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give what would bring a header into its form, with how likely it is."""
    last = tokens[-1]
    if words[0] == "def" and len(tokens) > 1 and "(" not in words:
        yield 0.6, (insert(tokens[1].end, "()"),)
    if words[0] == "for" and "in" not in words and len(tokens) > 2:  # noqa: PLR2004 - for and a name
        where = tokens[2]
        if where.text in ("=", "of", "on", "from", "at", "to", ":"):
            yield 0.5, (replace_token(where, "in"),)
        elif where.kind == "name" or where.text in ("(", "["):
            yield 0.6, (insert(tokens[1].end, " in"),)
    if words[0] == "for" and "range" in words[:-1]:
        at = words.index("range")
        if words[at + 1] != "(":
            end = last.start if last.text == ":" else last.end
            yield 0.6, (Change(tokens[at].end, tokens[at + 1].start, "("), insert(end, ")"))
    yield from _named_context(tokens, words)
    if words[0] in ("if", "elif", "while") and words[-1] in ("then", "do"):
        yield 0.6, (Change(tokens[-2].end, last.end, ":"),)
    if words[-1] == "{":
        yield 0.9, (Change(tokens[-2].end if len(tokens) > 1 else last.start, last.end, ":"),)


def _named_context(tokens: list[Token], words: list[str]) -> Iterator[tuple[float, tuple[Change, ...]]]:
    """Give `with` the word before the name of what is opened."""
    if words[0] == "with" and "as" not in words and len(tokens) > 3 and tokens[-1].text == ":":  # noqa: PLR2004 - with, thing, name, colon
        name, word = tokens[-2], tokens[-3]
        if name.kind == word.kind == "name":
            yield 0.6, (replace_token(word, "as"),)
        elif name.kind == "name":
            yield 0.6, (insert(word.end, " as"),)


def _incomplete_condition(broken: Broken) -> Iterator[Candidate]:
    """`x > 3 and < 5`, `x == 1 or == 2`: a comparison without its left side."""
    tokens = broken.here
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1]
        if token.text in ("and", "or") and after.text in ("<", ">", "<=", ">=", "==", "!=", "in", "is"):
            before = [t for t in tokens[:index] if t.kind == "name"]
            if before:
                yield Candidate(
                    line=token.line,
                    cost=0.6,
                    changes=(insert(token.end, f" {before[0].text}"),),
                    expression=broken.span(token, tokens[min(index + 2, len(tokens) - 1)]),
                    facts={"word": Code(token.text), "name": Code(before[0].text)},
                )


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
        if index and token.text in ("if", "for", "while", "try", "with") and tokens[index - 1].text in ("(", ","):
            yield Candidate(
                line=token.line, cost=0.9, expression=broken.span(token, tokens[-1]), facts={"word": Code(token.text)}
            )
        if token.text in ("def", "class", "return", "import", "while", "print") and index and token.kind == "keyword":
            in_lambda = "lambda" in [other.text for other in tokens[:index]]
            if in_lambda and token.text == "return":
                yield Candidate(
                    line=token.line,
                    cost=0.4,
                    changes=(Change(token.start, tokens[index + 1].start, ""),) if index + 1 < len(tokens) else (),
                    expression=broken.span(token, tokens[-1]),
                    facts={"word": Code(token.text)},
                )
            if tokens[index - 1].text in (":", ";") or tokens[0].text == "from":
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
        names = [t.text for t in tokens[tokens.index(comma) + 1 :] if t.kind == "name"]
        is_new = len(names) == 1 and names[0].islower()
        yield Candidate(
            line=line,
            cost=0.6 if is_new else 0.8,
            changes=(replace_token(comma, " as"),),
            expression=_whole(broken, line),
        )
    else:
        yield Candidate(line=line, cost=1.5, expression=_whole(broken, line))


def _stray_colon(broken: Broken) -> Iterator[Candidate]:
    """Find a colon that opens no block."""
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
            if after == ":":
                yield Candidate(
                    line=line,
                    cost=0.45,
                    changes=(replace_token(token, ""),),
                    expression=broken.text(line).strip(),
                    facts={"before": Code(tokens[index - 1].text) if index else "the start of the line"},
                )
            if is_end or after == ")":
                yield Candidate(
                    line=line,
                    cost=0.9 if line == broken.fault.line else 1.6,
                    changes=(replace_token(token, ""),),
                    expression=broken.text(line).strip(),
                    facts={"before": Code(tokens[index - 1].text) if index else "the start of the line"},
                )


CAUSES = (
    Cause(
        "syntax.stray-colon",
        "syntax",
        lessons.STRAY_COLON,
        on(
            "^invalid syntax",
            "expected an indented block",
            "unindent",
            "unexpected indent",
            "illegal target",
            "expected",
            "only single target",
        ),
        _stray_colon,
    ),
    Cause(
        "syntax.order-of-arguments",
        "syntax",
        lessons.ORDER_OF_ARGUMENTS,
        on(
            "positional argument follows keyword", "non-default argument follows", "parameter without a default follows"
        ),
        _argument_order,
    ),
    Cause(
        "syntax.named-twice",
        "syntax",
        lessons.NAMED_TWICE,
        on("keyword argument repeated", "duplicate argument"),
        _twice_in_list,
    ),
    Cause(
        "syntax.stars-in-header",
        "syntax",
        lessons.STARS_IN_HEADER,
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
        lessons.HALF_A_DICTIONARY_ENTRY,
        on("expected after dictionary key", "^invalid syntax", "cannot assign to"),
        _dictionary_item,
    ),
    Cause(
        "syntax.comprehension-without-brackets",
        "syntax",
        lessons.COMPREHENSION_WITHOUT_BRACKETS,
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
        lessons.COMMA_AT_THE_END,
        on("trailing comma not allowed"),
        _trailing_comma,
    ),
    Cause(
        "syntax.import-form",
        "syntax",
        lessons.IMPORT_FORM,
        on("^invalid syntax", "Did you mean to use 'from", "future feature", "Expected one or more names"),
        _import_form,
    ),
    Cause(
        "syntax.statement-out-of-place",
        "syntax",
        lessons.STATEMENT_OUT_OF_PLACE,
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
        lessons.DECLARED_TOO_LATE,
        on("(?:global|nonlocal) declaration", "is parameter and", "no binding for nonlocal", "is nonlocal and global"),
        _declared_late,
    ),
    Cause(
        "syntax.header-form",
        "syntax",
        lessons.HEADER_FORM,
        on("^invalid syntax", "expected", "cannot assign", "decimal literal"),
        _header_form,
    ),
    Cause(
        "syntax.comparison-without-left-side",
        "syntax",
        lessons.COMPARISON_WITHOUT_LEFT_SIDE,
        on("^invalid syntax"),
        _incomplete_condition,
    ),
    Cause(
        "syntax.choice-without-else",
        "syntax",
        lessons.CHOICE_WITHOUT_ELSE,
        on("expected 'else' after 'if'"),
        _missing_else,
    ),
    Cause(
        "syntax.statement-inside-expression",
        "syntax",
        lessons.STATEMENT_INSIDE_EXPRESSION,
        on("^invalid syntax", "Perhaps you forgot a comma", "was never closed"),
        _def_in_expression,
    ),
    Cause(
        "syntax.try-form",
        "syntax",
        lessons.TRY_FORM,
        on("expected 'except' or 'finally'", "multiple exception types", "default 'except:'"),
        _except_form,
    ),
)
