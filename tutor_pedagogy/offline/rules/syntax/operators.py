"""Between two values: the operator or comma that is missing, doubled or borrowed from another language."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, brackets_of, depths_of
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_CONDITIONS = frozenset(("if", "elif", "while", "assert"))
_FOREIGN = {
    "&&": "and",
    "||": "or",
    "=>": ">=",
    "=<": "<=",
    "=!": "!=",
    "<>": "!=",
    "===": "==",
    "!==": "!=",
    "!": "not ",
    "~=": "!=",
    ".^": "**",
    ".*": "*",
    "./": "/",
}
_WORDS = {
    "mod": "%",
    "modulo": "%",
    "div": "//",
    "equals": "==",
    "equal": "==",
    "eq": "==",
    "times": "*",
    "plus": "+",
    "minus": "-",
    "xor": "^",
    "less": "<",
    "greater": ">",
}
_WAITING = frozenset(("=", "+=", "-=", "*=", "/=", "else", "and", "or", "not", "in", "is", "if"))
"""What a line cannot end with: something has to follow."""
_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "**"))
_BINARY = frozenset(
    ("+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "is", ".", "&", "|", "^")
)


@syntax_rule(
    "assignment-for-comparison",
    "^invalid syntax",
    "cannot assign to",
    "expected ':'",
    "expression cannot contain assignment",
)
def assignment_for_comparison(broken: Broken) -> Iterator[Candidate]:
    """Compare where the code assigns: `=` inside a condition."""
    here = broken.here
    signs = [token for token in here if token.text == "="]
    if not signs:
        return
    if here[0].text in _CONDITIONS or (here[0].text == "return" or "if" in [token.text for token in here]):
        start = next((i for i, token in enumerate(here) if token.text in (*_CONDITIONS, "return")), 0)
        loose = [token for token in signs if token.start > here[start].start]
        in_call = set(_keyword_signs(here))
        wrong = [token for token in loose if token not in in_call] or loose
        if not wrong:
            return
        first = wrong[0]
        expression = _around(broken, here, first)
        changes = tuple(replace_token(token, "==") for token in wrong)
        slots = {"sign": Code("="), "word": Code(here[start].text)}
        yield Candidate(line=first.line, cost=0.7, changes=changes, expression=expression, slots=slots)
        if here[-1].text != ":" and here[0].text in _CONDITIONS:
            yield Candidate(
                line=first.line,
                cost=0.75,
                changes=(*changes, insert(here[-1].end, ":")),
                expression=expression,
                slots=slots,
            )


def _around(broken: Broken, here: list[Token], sign: Token) -> str:
    """Give the comparison around a sign, up to the next word or bracket that ends it."""
    at = here.index(sign)
    left, right = at, at
    depth = 0
    while left > 0 and (
        depth or here[left - 1].text not in ("if", "elif", "while", "and", "or", "not", "return", "(", ",", "assert")
    ):
        left -= 1
        depth += {")": 1, "]": 1, "(": -1, "[": -1}.get(here[left].text, 0)
    depth = 0
    while right < len(here) - 1 and (depth or here[right + 1].text not in ("and", "or", ":", ")", ",", "else", "if")):
        right += 1
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(here[right].text, 0)
    return broken.span(here[left], here[right])


def _keyword_signs(here: list[Token]) -> Iterator[Token]:
    """Give the `=` that name an argument of a call."""
    stack: list[bool] = []
    for index, token in enumerate(here):
        if token.text == "(":
            stack.append(index > 0 and here[index - 1].kind == "name")
        elif token.text == ")" and stack:
            stack.pop()
        elif token.text == "=" and stack and stack[-1] and here[index - 2].text in ("(", ","):
            yield token


@syntax_rule("two-assignments-on-a-line", "^invalid syntax", "cannot assign")
def two_assignments_on_a_line(broken: Broken) -> Iterator[Candidate]:
    """Find a comma between two assignments on one line."""
    here = broken.here
    depths = depths_of(here)
    signs = [i for i, token in enumerate(here) if token.text == "=" and not depths[i]]
    if len(signs) < 2 or here[0].kind != "name":  # noqa: PLR2004 - two assignments
        return
    at = signs[1]
    if at >= 2 and here[at - 2].text == ",":  # noqa: PLR2004 - comma, name, sign
        yield Candidate(
            line=broken.fault.line,
            cost=0.6,
            changes=(replace_token(here[at - 2], ";"),),
            expression=broken.span(here[0], here[-1]),
            slots={"name": Code(here[at - 1].text)},
        )


@syntax_rule("assignment-in-call", "expression cannot contain assignment", "^invalid syntax. Maybe you meant")
def assignment_in_call(broken: Broken) -> Iterator[Candidate]:
    """Find an `=` in a call that names no argument."""
    signs = [token for token in broken.here if token.text == "="]
    named = set(_keyword_signs(broken.here))
    for sign in signs:
        if sign.column < broken.fault.column:
            continue
        at = broken.here.index(sign)
        if not brackets_of(broken.here[:at]).unclosed:
            continue
        if sign in named and broken.here[at - 1].kind == "name":
            continue
        strings = any(token.kind == "string" for token in broken.here[max(at - 1, 0) : at + 2])
        key = broken.here[at - 1]
        is_key = key.kind == "string" and key.text[1:-1].isidentifier() and broken.here[at - 2].text in ("(", ",")
        called = (
            broken.here[broken.here.index(opener) - 1].text if (opener := broken.opener(key)) in broken.here else ""
        )
        if is_key and called not in ("print", ""):
            yield Candidate(
                line=sign.line,
                cost=0.8,
                changes=(replace_token(key, key.text[1:-1]),),
                expression=_around(broken, broken.here, sign),
                slots={"sign": Code("="), "word": Code(broken.here[0].text)},
            )
        slots = {"sign": Code("="), "word": Code(broken.here[0].text)}
        expression = _around(broken, broken.here, sign)
        yield Candidate(
            line=sign.line,
            cost=1 if strings else 1.5,
            changes=(replace_token(sign, "+"),),
            expression=expression,
            slots=slots,
        )
        yield Candidate(
            line=sign.line, cost=1.2, changes=(replace_token(sign, "=="),), expression=expression, slots=slots
        )


@syntax_rule("nothing-between-values", "^invalid syntax", "invalid decimal literal")
def nothing_between_values(broken: Broken) -> Iterator[Candidate]:
    """Put the likeliest operator or comma between two values."""
    if broken.brackets.unclosed and any(token.line <= broken.fault.line for token in broken.brackets.unclosed):
        penalty = 1.0
    else:
        penalty = 0.0
    for left, right in list(_adjacent(broken))[:4]:
        slots = {"left": Code(left.text), "right": Code(right.text)}
        expression = broken.span(left, right) if left.line == right.line else broken.span(broken.here[0], left)
        inside = [token for token in broken.here if token.start < left.end]
        unclosed = brackets_of(inside).unclosed
        options = _likely_between(left, right, in_bracket=bool(unclosed))
        if "=" in options and any(token.text == "=" for token in inside):
            options = [",", *options[2:]] if _unpacks(inside) else [*options[2:], ","]
        if "+" in options and left.kind != "number" and _adds_texts(broken.here):
            options = ["+", *(option for option in options if option != "+")]
        if left.line < right.line or (unclosed and _lists_items(broken, unclosed[-1])):
            options = [","]
        if not unclosed and broken.here[0].text in _CONDITIONS:
            options = ["and", "==", *(option for option in options if option not in ("=", ",", "and", "=="))]
        repeated = [token for token in broken.here if token.kind in ("name", "string")]
        unknown = sum(
            1
            for token in (left, right)
            if token.kind == "name" and sum(t.text == token.text for t in broken.tokens) == 1
        )
        if unknown == 2 and len(repeated) > 3:  # noqa: PLR2004 - prose: several words that the program never uses
            continue
        for rank, text in enumerate(options):
            yield Candidate(
                line=left.line,
                cost=1 + penalty + rank / 10 + unknown * 0.2,
                changes=(insert(left.end, _spaced(text, left, right)),),
                expression=expression,
                slots=slots,
            )


def _adjacent(broken: Broken) -> Iterator[tuple[Token, Token]]:
    """Give the pairs of neighbours on the line that lack something between, the nearest to the fault first."""
    tokens = broken.here
    below = broken.on(broken.code_below(broken.fault.line))
    is_open = bool(tokens) and bool(
        brackets_of([token for token in broken.tokens if token.end <= tokens[-1].end]).unclosed
    )
    pairs = [
        (left, right)
        for left, right in pairwise([*tokens, *below[:1]] if is_open and tokens else tokens)
        if left.is_operand_end
        and right.is_operand_start
        and right.text not in ("(", "[")
        and not (left.kind == "string" and right.kind == "string")
    ]
    yield from sorted(
        pairs, key=lambda pair: abs(pair[1].start - broken.offset(broken.fault.line) - broken.fault.column)
    )


def _unpacks(tokens: list[Token]) -> bool:
    """Tell whether several names stand on the left of the sign."""
    words = [token.text for token in tokens]
    return "," in words[: words.index("=")]


def _adds_texts(tokens: list[Token]) -> bool:
    """Tell whether the line puts texts together with plus signs."""
    return any(
        sign.text == "+" and "string" in (before.kind, after.kind)
        for before, sign, after in zip(tokens, tokens[1:], tokens[2:], strict=False)
    )


def _lists_items(broken: Broken, opener: Token) -> bool:
    """Tell whether a square or curly bracket holds items that are parted by commas."""
    inside = [token for token in broken.here if token.start > opener.start]
    return opener.text in ("[", "{") and any(token.text == "," for token in inside)


def _spaced(sign: str, left: Token, right: Token) -> str:
    if sign == ",":
        return sign
    if left.end == right.start:
        return f" {sign} " if sign.isalpha() else sign
    return f" {sign}"


def _likely_between(left: Token, right: Token, *, in_bracket: bool) -> list[str]:
    if left.kind == "string":
        inner = left.text.strip("'\"")
        if right.kind in ("name", "number") and len(inner) == 1 and not inner.isalnum() and not inner.isspace():
            return ["*", ",", "+"]
        if inner.endswith((" ", ":", ",")) and not inner.endswith(", "):
            return ["+", ",", "%"] if inner.endswith(" ") else [",", "+", "%"]
        return [",", "+", "%"] if in_bracket else ["+", ",", "%"]
    if right.kind == "string":
        return [",", "+"] if in_bracket else ["+", ","]
    if left.kind == "number" or left.text == ")":
        return ["*", ",", "+", "and"]
    return [",", "*", "+", "and", "=="] if in_bracket else ["=", "*", "+", ",", "and", "=="]


@syntax_rule("operator-of-another-language", "^invalid syntax", "cannot assign", "expected ':'")
def operator_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Turn an operator of another language into Python's."""
    yield from _word_operators(broken)
    found = list(_foreign_runs(broken.here))
    if not found:
        yield from _semicolons(broken)
        return
    changes = []
    for run, sign in found:
        before = max((token.end for token in broken.here if token.end <= run[0].start), default=0)
        blank = " " if _FOREIGN[sign].isalpha() and before == run[0].start else ""
        changes.append(Change(run[0].start, run[-1].end, blank + _FOREIGN[sign]))
    first = found[0][1]
    if first == "!" and not _turns_round(broken.here, found[0][0][0]):
        return
    yield Candidate(
        line=broken.fault.line,
        cost=0.65,
        changes=tuple(changes),
        expression=first,
        slots={"sign": Code(first), "meant": Code(_FOREIGN[first].strip())},
    )


def _turns_round(tokens: list[Token], sign: Token) -> bool:
    """Tell whether a sign stands before a value, and not behind one."""
    at = tokens.index(sign)
    before = at > 0 and tokens[at - 1].is_operand_end and tokens[at - 1].end == sign.start
    return not before and at + 1 < len(tokens) and tokens[at + 1].is_operand_start


def _word_operators(broken: Broken) -> Iterator[Candidate]:
    """Find an operator that is written as a word, as in other languages or in speech."""
    tokens = broken.here
    for index in range(1, len(tokens) - 1):
        before, word, after = tokens[index - 1 : index + 2]
        if word.text.lower() not in _WORDS or not (before.is_operand_end or before.text == "is"):
            continue
        start = before if before.text == "is" else word
        last = after if after.text in ("to", "than", "by") else word
        sign = _WORDS[word.text.lower()]
        yield Candidate(
            line=word.line,
            cost=0.45,
            changes=(Change(start.start, last.end, sign),),
            expression=broken.span(start, last),
            slots={"sign": Code(broken.span(start, last)), "meant": Code(sign)},
        )


def _semicolons(broken: Broken) -> Iterator[Candidate]:
    """Find semicolons between the items of a bracket, where Python has commas."""
    here = broken.here
    inside = [token for token, depth in zip(here, depths_of(here), strict=True) if token.text == ";" and depth]
    if inside:
        yield Candidate(
            line=broken.fault.line,
            cost=0.8,
            changes=tuple(
                replace_token(token, "" if after is not None and after.text in CLOSERS else ",")
                for token, after in zip(here, [*here[1:], None], strict=True)
                if token in inside
            ),
            expression=";",
            slots={"sign": Code(";"), "meant": Code(",")},
        )


def _foreign_runs(tokens: list[Token]) -> Iterator[tuple[list[Token], str]]:
    """Give the runs of touching signs that make an operator of another language, the longest first."""
    index = 0
    while index < len(tokens):
        length = 1
        for size in (3, 2, 1):
            run = tokens[index : index + size]
            sign = "".join(token.text for token in run)
            touching = all(a.end == b.start for a, b in pairwise(run))
            if len(run) == size and touching and sign in _FOREIGN and run[0].kind in ("operator", "other"):
                if sign != "!" or index + 1 < len(tokens):
                    yield run, sign
                length = size
                break
        index += length


@syntax_rule("increment-sign", "^invalid syntax")
def increment_sign(broken: Broken) -> Iterator[Candidate]:
    """Count up or down with `+=` and `-=` in place of `++` and `--`."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index in range(1, len(tokens) - 1):
            first, second = tokens[index], tokens[index + 1]
            if first.text == second.text and first.text in ("+", "-") and first.end == second.start:
                after = tokens[index + 2 :]
                if after and after[0].text not in (";", ")", ":"):
                    continue
                name = tokens[index - 1]
                yield Candidate(
                    line=line,
                    cost=0.7,
                    changes=(Change(first.start, second.end, f" {first.text}= 1"),),
                    expression=broken.span(name, second),
                    slots={"sign": Code(first.text * 2), "name": Code(name.text)},
                )


@syntax_rule("sign-without-value", "^invalid syntax", "never closed")
def sign_without_value(broken: Broken) -> Iterator[Candidate]:
    """Take away an operator or comma with nothing on one side."""
    tokens = broken.here
    if "never closed" in broken.fault.message:
        yield from _before_a_statement(broken)
        return
    if tokens and tokens[-1].text in _WAITING and len(tokens) > 1:
        yield Candidate(
            line=tokens[-1].line,
            cost=0.95,
            expression=broken.span(tokens[-2], tokens[-1]),
            slots={"sign": Code(tokens[-1].text)},
        )
    for index, token in enumerate(tokens):
        if token.text == ";" and index + 1 < len(tokens) and tokens[index + 1].text == ";":
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(replace_token(token, ""),),
                expression=broken.span(token, tokens[index + 1]),
                slots={"sign": Code(";")},
            )
        if token.text == ",":
            before = tokens[index - 1] if index else None
            if before is not None and before.text in ("(", "[", "{", ","):
                slots = {"sign": Code(",")}
                expression = broken.span(before, token)
                yield Candidate(
                    line=token.line, cost=1, changes=(replace_token(token, ""),), expression=expression, slots=slots
                )
        elif token.text == "=" and index > 1 and index + 1 < len(tokens) and tokens[index + 1].text in (",", ")"):
            first = tokens[index - 2] if tokens[index - 2].text == "," else tokens[index - 1]
            yield Candidate(
                line=token.line,
                cost=0.5,
                changes=(Change(first.start, token.end, ""),),
                expression=broken.span(tokens[index - 1], token),
                slots={"sign": Code("=")},
            )
        elif token.text in _BINARY and token.kind != "name":
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            if (
                after is None
                or after.text in (",", ")", "]", "}", ":")
                or (after.text in _BINARY and after.text not in ("+", "-", "not", ".", "*", "**"))
            ):
                left = tokens[index - 1] if index else token
                slots = {"sign": Code(token.text)}
                yield Candidate(
                    line=token.line,
                    cost=1.1 + (0.0 if broken.at - 1 <= index <= broken.at + 1 else 0.5),
                    changes=(Change(left.end if left is not token else token.start, _end_of_gap(token, after), ""),),
                    expression=broken.span(left, token),
                    slots=slots,
                )


def _end_of_gap(token: Token, after: Token | None) -> int:
    """Give where a sign and the blanks behind it end, so that no blank is left before a closing bracket."""
    return (
        after.start if after is not None and after.line == token.line and after.text in (")", "]", "}") else token.end
    )


def _before_a_statement(broken: Broken) -> Iterator[Candidate]:
    """Find a line that leaves a bracket open and ends with an operator, where the next line is a statement."""
    opener = broken.brackets.unclosed[0] if broken.brackets.unclosed else None
    tokens = broken.on(opener.line) if opener is not None else []
    below = broken.on(broken.code_below(opener.line)) if opener is not None else []
    if len(tokens) > 1 and len(below) > 1 and tokens[-1].text in _ARITHMETIC:
        starts = below[0].kind == "keyword" or (below[0].kind == "name" and below[1].text in ("=", "(", "+="))
        if starts and not (below[1].text == "(" and below[0].text not in ("print", "input")):
            yield Candidate(
                line=tokens[-1].line,
                cost=0.4,
                expression=broken.span(tokens[-2], tokens[-1]),
                slots={"sign": Code(tokens[-1].text)},
            )
