"""Characters and numbers that Python cannot read: typographic characters, names that start with a digit, zeros."""

# ruff: noqa: RUF001 - the tables list characters that are easily confused with ASCII characters
from __future__ import annotations

import re
import unicodedata
from functools import partial
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_PLAIN = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´＇", "'"),
    **dict.fromkeys("–—−‒―", "-"),
    **dict.fromkeys("×·∙", "*"),
    **dict.fromkeys("÷∕", "/"),
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "²": " ** 2",
    "³": " ** 3",
    **dict(zip("，：；（）［］｛｝＝。＋", ",:;()[]{}=.+", strict=True)),
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
_QUOTED = re.compile(r"[«“„‹‘](?P<blanks>\s*+)(?P<inside>[^»”“›’\n]*+)(?P<closing>[»”“›’])?")
_DIGIT_NAME = re.compile(r"(?<![\w.])(\d+)([A-Za-z_]\w*)")
_ORDINALS = {"1": "first", "2": "second", "3": "third"}
_MOST_DIGIT_NAMES = 16
"""The maximum number of names that start with a digit on one line. Each needs a search through the whole code."""
_LONGEST_PRODUCT = 5
"""The minimum length of a name that is not read as a product of one-letter names, unlike `ac` in `4ac`."""
_ODD_NUMBER = re.compile(
    r"(?<![\d_.])[_.]*+(?P<points>\d[\d_.]*\.[\d_]*\.\d*)"
    r"|(?<!\d)(?P<ending>\d++(?:_(?!\d)|\.?\d*+[eE](?![+-]?\d)))"
    r"|(?P<based>0[xob]\w*+)"
)
_VALUE_FOLLOWS = re.compile(r"[=(,:+*/<>-]\s*+\Z")
_TARGET_ENDS = re.compile(r"\s*+[=(](?!=)")
_GROUP = 3
"""The number of digits in a group of a long number."""
_ZEROS = re.compile(r"(?<![\w.])0(\d++)(?![\w.])")


@syntax_rule("null-character", "null byte")
def null_character(broken: Broken) -> Iterator[Candidate]:
    """Yield the NUL characters in damaged code, with the edit that removes them."""
    at = [match.start() for match in re.finditer("\x00", broken.code)]
    changes = tuple(Change(offset, offset + 1, "") for offset in at[:100])
    yield Candidate(line=broken.fault.line, cost=1, changes=changes, slots={"count": str(len(at))})


@syntax_rule("nested-too-deep", "too many (?:nested|statically|levels)")
def nested_too_deep(broken: Broken) -> Iterator[Candidate]:
    """Yield a line with more nested blocks or brackets than Python can compile."""
    yield Candidate(line=broken.fault.line, cost=1, expression=broken.statement(broken.fault.line)[:60] or None)


@syntax_rule("typographic-character", "invalid character", "invalid non-printable")
def typographic_character(broken: Broken) -> Iterator[Candidate]:
    """Yield a typographic character that was pasted from a document, with its ASCII equivalent."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    match = re.search(r"U\+([0-9A-F]{4,6})", broken.fault.message)
    culprit = chr(int(match[1], 16)) if match else ""
    if not match or culprit not in text:
        return
    guess = partial(
        broken.guess,
        character=Code(culprit) if culprit.isprintable() and not culprit.isspace() else f"the character U+{match[1]}",
        character_name=_NAMES.get(culprit) or unicodedata.name(culprit, "a special character").lower(),
    )
    if culprit == "√":
        roots = list(re.finditer(r"√\s*+(\w++|\([^()]*+\))", text))
        yield guess(0.5, *(broken.part(line, *root.span(), f"{root[1]} ** 0.5") for root in roots))
        return
    if culprit in _PLAIN:
        strange = [at for at, character in enumerate(text) if character in _PLAIN and not character.isascii()]
        yield guess(0.5, *(broken.part(line, at, at + 1, _PLAIN[text[at]]) for at in strange))
        quoted = _QUOTED.search(text)
        if quoted is not None and quoted["closing"]:
            end = quoted.start("inside") + len(quoted["inside"].rstrip())
            is_padded = quoted["blanks"] and end < quoted.end("inside")
            if is_padded or (quoted["blanks"] and not quoted["inside"].strip().endswith(",")):
                opened = broken.part(line, quoted.start(), quoted.end("blanks"), '"')
                yield guess(0.45, opened, broken.part(line, end, quoted.end(), '"'))
        return
    run = re.search(r"[^\x00-\x7f]+", text)
    if run is not None:
        meant = "0" if run.start() and text[run.start() - 1] in "(,=" else ""
        same = re.finditer(re.escape(run[0]), broken.code)
        yield guess(1, *(Change(found.start(), found.end(), meant) for found in same), of=run[0])
    at = text.index(culprit)
    yield guess(1.2, broken.part(line, at, at + 1, ""))


@syntax_rule(
    "name-begins-with-digit",
    "invalid decimal literal",
    "invalid imaginary literal",
    INVALID,
    "invalid (?:hexadecimal|octal|binary)",
)
def name_begins_with_digit(broken: Broken) -> Iterator[Candidate]:
    """Yield a name that starts with a digit."""
    offset = broken.offset(broken.fault.line)
    for match in islice(_DIGIT_NAME.finditer(broken.text(broken.fault.line)), _MOST_DIGIT_NAMES):
        whole, digits, rest = match.group(0, 1, 2)
        if re.fullmatch(r"e\d+|j|_\d+|x[\da-fA-F]+|b[01]+|o[0-7]+", rest):
            continue
        start = offset + match.start(2)
        is_product = any(t.text == rest and t.type == "name" and t.start != start for t in broken.tokens)
        bound = rf"(?<![\w.]){whole}\s*=[^=]|\bfor\s+{whole}\b|def .{{0,200}}\b{whole}\b"
        if is_product and not re.search(bound, broken.code):
            continue
        new = f"n{whole}" if rest in ("st", "nd", "rd", "th") else f"{rest}_{digits}"
        new = {"1st": "lst", "2nd": "second", "3rd": "third"}.get(whole, new)
        new = f"{new}_one" if whole in ("2nd", "3rd") and re.search(rf"\b{new}\b", broken.code) else new
        ordinal = re.fullmatch(r"(st|nd|rd)_(\w+)", rest)
        if ordinal is not None and digits in _ORDINALS:
            new = f"{_ORDINALS[digits]}_{ordinal[2]}"
        uses = re.finditer(rf"(?<![\w.]){whole}\b", broken.code)
        changes = (Change(use.start(), use.end(), new) for use in uses)
        yield broken.guess(0.5, *changes, of=whole, name=Code(whole), digits=digits, rest=Code(rest))


@syntax_rule("number-with-unit", "invalid decimal literal", "invalid imaginary literal")
def number_with_unit(broken: Broken) -> Iterator[Candidate]:
    """Yield a number with letters behind it that are no name of the program: `12km`."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    for match in islice(_DIGIT_NAME.finditer(text), _MOST_DIGIT_NAMES):
        whole, digits, rest = match.group(0, 1, 2)
        is_value = _VALUE_FOLLOWS.search(text[: match.start()]) and not _TARGET_ENDS.match(text[match.end() :])
        words = [token.text for token in broken.tokens]
        is_name = words.count(rest) > 1 or len(rest) >= _LONGEST_PRODUCT or set(rest) <= set(words)
        if is_value and not is_name and len(re.findall(rf"\b{whole}\b", broken.code)) == 1:
            yield broken.guess(0.45, broken.part(line, match.start(), match.end(), digits), of=whole, rest=Code(rest))


@syntax_rule("product-without-sign", "invalid decimal literal", "invalid imaginary literal")
def product_without_sign(broken: Broken) -> Iterator[Candidate]:
    """Yield a product in mathematical notation without its operator: `2x` or `4ac`."""
    matches = list(islice(_DIGIT_NAME.finditer(broken.text(broken.fault.line)), _MOST_DIGIT_NAMES))
    known = {token.text for token in broken.tokens if token.type == "name"}
    gaps: list[int] = []
    for match in matches:
        rest = match[2]
        is_product = 1 < len(rest) < _LONGEST_PRODUCT and set(rest) <= known - {rest}
        gaps += range(match.end(1), match.end() if is_product else match.end(1) + 1)
    cost = 0.45 if len(gaps) > len(matches) else 0.6
    changes = (broken.part(broken.fault.line, gap, gap, " * ") for gap in gaps)
    for first in matches[:1]:
        yield broken.guess(cost, *changes, of=first[0], left=Code(first[1]), right=Code(first[2]))


@syntax_rule("leading-zero", "leading zeros in decimal")
def leading_zero(broken: Broken) -> Iterator[Candidate]:
    """Yield a whole number with a leading 0, unless it stands right behind a quote mark: then a quote is missing."""
    line = broken.fault.line
    if any(
        one.type == "string" and other.type == "number" and one.end == other.start
        for one, other in pairwise(broken.here)
    ):
        return
    matches = list(_ZEROS.finditer(broken.text(line)))
    changes = (broken.part(line, match.start(), match.end(), str(int(match[0]))) for match in matches[:3])
    for first in matches[:1]:
        yield broken.guess(0.7, *changes, of=first[0], number=Code(first[0]))


@syntax_rule("odd-number", "invalid decimal literal", INVALID, "invalid (?:hexadecimal|octal|binary|digit)")
def odd_number(broken: Broken) -> Iterator[Candidate]:
    """Yield a number with two decimal points, or with invalid digits or an invalid ending."""
    line = broken.fault.line
    for match in _ODD_NUMBER.finditer(broken.text(line)):
        group = match.lastgroup or ""
        number = match[group]
        fixed = re.sub(r"__+", "_", number).rstrip("_")
        if number.count(".") > 1:
            head, _, tail = number.rpartition(".")
            fixed = head.replace(".", "") + "." + tail
        change = broken.part(line, match.start(group), match.end(), fixed)
        yield broken.guess(0.8, *([change] if fixed != number else []), of=number, number=Code(number))


@syntax_rule("percent-sign", INVALID)
def percent_sign(broken: Broken) -> Iterator[Candidate]:
    """Yield a number with a percent sign behind it: `20%`."""
    for number, sign, after in neighbours(broken.here):
        is_unit = sign.text == "%" and number.type == "number" and number.end == sign.start
        if is_unit and not after.is_operand_start and after.text not in ("-", "not"):
            yield broken.guess(0.45, replace(sign, " / 100"), of=broken.span(number, sign))


@syntax_rule("digits-with-gaps", INVALID, FORGOTTEN_COMMA, "leading zeros")
def digits_with_gaps(broken: Broken) -> Iterator[Candidate]:
    """Yield a number whose digits are in groups of three with spaces between them."""
    run: list[Token] = []
    for _, number, after in neighbours(broken.here):
        is_group = number.type == "number" and number.text.isdecimal()
        if is_group and (not run or len(number.text) == _GROUP):
            run.append(number)
        if len(run) > 1 and (not is_group or not after.text or after.type != "number"):
            shown = broken.span(run[0], run[-1])
            joined = "_".join(token.text for token in run)
            yield broken.guess(0.4, replace_all(run[0], run[-1], joined), of=shown, number=shown)
            return
        if not is_group:
            run = []
