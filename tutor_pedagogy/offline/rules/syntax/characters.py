"""Characters and numbers that Python does not read: typographic signs, names that start with a digit, leading zeros."""

# ruff: noqa: RUF001 - the tables are about these very characters
from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
_PLAIN = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´＇", "'"),
    **dict.fromkeys("–—−‒―", "-"),
    "×": "*",
    "·": "*",
    "∙": "*",
    "÷": "/",
    "∕": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "²": " ** 2",
    "³": " ** 3",
    "，": ",",
    "：": ":",
    "；": ";",
    "（": "(",
    "）": ")",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
    "＝": "=",
    "。": ".",
    "＋": "+",
    "“": '"',
    "…": "...",
    "½": " + 0.5",
    "¼": " + 0.25",
    "¾": " + 0.75",
    "√": "",
    "∞": 'float("inf")',
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060", ""),
    "&": "and",
}
_NAMES = {"“": "a curly quote mark", "”": "a curly quote mark", "\u00a0": "a blank that is not the usual one"}
_DIGIT_NAME = re.compile(r"(?<![\w.])(\d+)([A-Za-z_]\w*)")
_MOST_DIGIT_NAMES = 16
"""How many such names of one line are looked for in the whole code."""
_LONGEST_PRODUCT = 5
"""Letters of a name that may be a product of one-letter names, as in `4ac`."""
_ODD_NUMBER = re.compile(
    r"(?<![\d_.])[_.]*+(?P<points>\d[\d_.]*\.[\d_]*\.\d*)"
    r"|(?<!\d)(?P<ending>\d++(?:_(?!\d)|\.?\d*+[eE](?![+-]?\d)))"
    r"|(?P<based>0[xob]\w*+)"
)
_ZEROS = re.compile(r"(?<![\w.])0(\d++)(?![\w.])")


@syntax_rule("null-character", "null byte")
def null_character(broken: Broken) -> Iterator[Candidate]:
    """Take away the NUL characters that a broken copy has left."""
    at = [match.start() for match in re.finditer("\x00", broken.code)]
    yield Candidate(
        line=broken.fault.line,
        cost=1,
        changes=tuple(Change(offset, offset + 1, "") for offset in at[:100]),
        slots={"count": str(len(at))},
    )


@syntax_rule("nested-too-deep", "too many (?:nested|statically|levels)")
def nested_too_deep(broken: Broken) -> Iterator[Candidate]:
    yield Candidate(line=broken.fault.line, cost=1, expression=broken.text(broken.fault.line).strip()[:60] or None)


@syntax_rule("typographic-character", "invalid character", "invalid non-printable")
def typographic_character(broken: Broken) -> Iterator[Candidate]:
    """Put the plain sign in place of one that was pasted from a document."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    match = re.search(r"U\+([0-9A-F]{4,6})", broken.fault.message)
    culprit = chr(int(match[1], 16)) if match else ""
    if not match or culprit not in text:
        return
    at = text.index(culprit)
    name = _NAMES.get(culprit) or unicodedata.name(culprit, "a special character").lower()
    shown = Code(culprit) if culprit.isprintable() and not culprit.isspace() else f"the character U+{match[1]}"
    slots = {"character": shown, "character_name": name}
    strange = [i for i, c in enumerate(text) if c in _PLAIN and not c.isascii()]
    expression = text.strip()
    if culprit in _PLAIN:
        changes = tuple(Change(offset + i, offset + i + 1, _PLAIN[text[i]]) for i in strange)
        quoted = re.search(r"[«“„‹‘](\s*+)([^»”“›’\n]*+)([»”“›’])?", text)
        yield Candidate(line=broken.fault.line, cost=0.5, changes=changes, expression=expression, slots=slots)
        inside = quoted[2].rstrip() if quoted is not None else ""
        if quoted is not None and quoted[3] and (quoted[1] or inside != quoted[2]):
            yield Candidate(
                line=broken.fault.line,
                cost=0.45,
                changes=(
                    Change(offset + quoted.start(), offset + quoted.end(1), '"'),
                    Change(offset + quoted.start(2) + len(inside), offset + quoted.end(), '"'),
                ),
                expression=expression,
                slots=slots,
            )
    else:
        run = re.search(r"[^\x00-\x7f]+", text)
        if run is not None:
            yield Candidate(
                line=broken.fault.line,
                cost=1,
                changes=tuple(
                    Change(same.start(), same.end(), "0" if run.start() and text[run.start() - 1] in "(,=" else "")
                    for same in re.finditer(re.escape(run[0]), broken.code)
                ),
                expression=run.group(),
                slots=slots,
            )
        yield Candidate(
            line=broken.fault.line,
            cost=1.2,
            changes=(Change(offset + at, offset + at + 1, ""),),
            expression=expression,
            slots=slots,
        )


@syntax_rule(
    "name-begins-with-digit",
    "invalid decimal literal",
    "invalid imaginary literal",
    "^invalid syntax",
    "invalid (?:hexadecimal|octal|binary)",
)
def name_begins_with_digit(broken: Broken) -> Iterator[Candidate]:
    """Find a name that begins with a digit, or a product without its sign."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    for match in islice(_DIGIT_NAME.finditer(text), _MOST_DIGIT_NAMES):
        digits, rest = match.groups()
        if re.fullmatch(r"e\d+|j|_\d+|x[\da-fA-F]+|b[01]+|o[0-7]+", rest):
            continue
        whole = match.group()
        uses = list(re.finditer(rf"(?<![\w.]){whole}\b", broken.code))
        slots = {"name": Code(whole), "digits": digits, "rest": Code(rest)}
        known = any(
            token.text == rest
            for token in broken.tokens
            if token.kind == "name" and token.start != offset + match.start(2)
        )
        bound = re.search(rf"(?<![\w.]){whole}\s*=[^=]|\bfor\s+{whole}\b|def .{{0,200}}\b{whole}\b", broken.code)
        if known and not bound:
            continue
        new = (
            f"l{rest}"
            if digits == "1" and rest == "st"
            else f"{rest}_{digits}"
            if rest not in ("st", "nd", "rd", "th")
            else f"n{digits}{rest}"
        )
        changes = tuple(Change(m.start(), m.end(), new) for m in uses)
        yield Candidate(line=broken.fault.line, cost=0.5, changes=changes, expression=whole, slots=slots)


@syntax_rule("product-without-sign", "invalid decimal literal", "invalid imaginary literal")
def product_without_sign(broken: Broken) -> Iterator[Candidate]:
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    matches = list(islice(_DIGIT_NAME.finditer(text), _MOST_DIGIT_NAMES))
    if not matches:
        return
    known = {token.text for token in broken.tokens if token.kind == "name"}
    changes = []
    for match in matches:
        changes.append(insert(offset + match.end(1), " * "))
        rest = match[2]
        if len(rest) > 1 and len(rest) < _LONGEST_PRODUCT and set(rest) <= known - {rest}:
            changes += [insert(offset + match.start(2) + i, " * ") for i in range(1, len(rest))]
    first = matches[0]
    is_product = len(changes) > len(matches)
    yield Candidate(
        line=broken.fault.line,
        cost=0.45 if is_product else 0.6,
        changes=tuple(changes),
        expression=first.group(),
        slots={"left": Code(first[1]), "right": Code(first[2])},
    )


@syntax_rule("leading-zero", "leading zeros in decimal")
def leading_zero(broken: Broken) -> Iterator[Candidate]:
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    matches = list(_ZEROS.finditer(text))
    for match in matches[:1]:
        yield Candidate(
            line=broken.fault.line,
            cost=0.7,
            changes=tuple(Change(offset + m.start(), offset + m.end(), str(int(m.group()))) for m in matches[:3]),
            expression=match.group(),
            slots={"number": Code(match.group())},
        )


@syntax_rule("odd-number", "invalid decimal literal", "^invalid syntax", "invalid (?:hexadecimal|octal|binary|digit)")
def odd_number(broken: Broken) -> Iterator[Candidate]:
    """Find a number with two points, a comma or an odd ending."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    for match in _ODD_NUMBER.finditer(text):
        group = match.lastgroup or ""
        number = match[group]
        fixed = re.sub(r"__+", "_", number).rstrip("_")
        if number.count(".") > 1:
            head, _, tail = number.rpartition(".")
            fixed = head.replace(".", "") + "." + tail
        yield Candidate(
            line=broken.fault.line,
            cost=0.8,
            changes=(Change(offset + match.start(group), offset + match.end(), fixed),) if fixed != number else (),
            expression=number,
            slots={"number": Code(number)},
        )
