"""Characters and numbers that Python does not read: typographic signs, names that start with a digit, leading zeros."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.syntax.broken import Broken, Candidate, Cause, Change, on

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′`´＇", "'"),
    **dict.fromkeys("–—−‒―", "-"),
    **{"×": "*", "·": "*", "∙": "*", "÷": "/", "∕": "/", "≤": "<=", "≥": ">=", "≠": "!=", "²": " ** 2", "³": " ** 3"},
    **{"，": ",", "：": ":", "；": ";", "（": "(", "）": ")", "［": "[", "］": "]", "｛": "{", "｝": "}", "＝": "=", "。": "."},
    **{"＋": "+", "“": '"', "…": "...", "½": " + 0.5", "¼": " + 0.25", "¾": " + 0.75", "√": "", "∞": 'float("inf")'},
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060", ""),
    "&": "and",
}  # fmt: skip
_NAMES = {"“": "a curly quote mark", "”": "a curly quote mark", "\u00a0": "a blank that is not the usual one"}
_DIGIT_NAME = re.compile(r"(?<![\w.])(\d+)([A-Za-z_]\w*)")
_ZEROS = re.compile(r"(?<![\w.])0+(\d+)(?![\w.])")


def _typographic(broken: Broken) -> Iterator[Candidate]:
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
    facts = {"character": shown, "character_name": name}
    strange = [i for i, c in enumerate(text) if c in _PLAIN and not c.isascii()]
    expression = text.strip()
    if culprit in _PLAIN:
        changes = tuple(Change(offset + i, offset + i + 1, _PLAIN[text[i]]) for i in strange)
        quoted = re.search(r"[«“„‹‘](\s*)(.*?)(\s*)[»”“›’]", text)
        yield Candidate(line=broken.fault.line, cost=0.5, changes=changes, expression=expression, facts=facts)
        if quoted is not None and (quoted[1] or quoted[3]):
            yield Candidate(
                line=broken.fault.line, cost=0.45,
                changes=(
                    Change(offset + quoted.start(), offset + quoted.end(1), '"'), Change(offset + quoted.start(3), offset + quoted.end(), '"'),
                ),
                expression=expression, facts=facts,
            )  # fmt: skip
    else:
        run = re.search(r"[^\x00-\x7f]+", text)
        if run is not None:
            yield Candidate(
                line=broken.fault.line, cost=1,
                changes=(Change(offset + run.start(), offset + run.end(), "0" if run.start() and text[run.start() - 1] in "(,=" else ""),),
                expression=run.group(), facts=facts,
            )  # fmt: skip
        yield Candidate(
            line=broken.fault.line,
            cost=1.2,
            changes=(Change(offset + at, offset + at + 1, ""),),
            expression=expression,
            facts=facts,
        )


def _digit_first(broken: Broken) -> Iterator[Candidate]:
    """A name that begins with a digit, or a product without its sign."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    for match in _DIGIT_NAME.finditer(text):
        digits, rest = match.groups()
        if re.fullmatch(r"e\d+|j|_\d+|x[\da-fA-F]+|b[01]+|o[0-7]+", rest):
            continue
        whole = match.group()
        uses = [m for m in re.finditer(rf"(?<![\w.]){whole}\b", broken.code)]
        facts = {"name": Code(whole), "digits": digits, "rest": Code(rest)}
        known = any(
            token.text == rest
            for token in broken.tokens
            if token.kind == "name" and token.start != offset + match.start(2)
        )
        bound = re.search(rf"(?<![\w.]){whole}\s*=[^=]|\bfor\s+{whole}\b|def .*\b{whole}\b", broken.code)
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
        yield Candidate(line=broken.fault.line, cost=0.5, changes=changes, expression=whole, facts=facts)


def _product_with_name(broken: Broken) -> Iterator[Candidate]:
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    for match in _DIGIT_NAME.finditer(text):
        digits, rest = match.groups()
        facts = {"left": Code(digits), "right": Code(rest)}
        yield Candidate(
            line=broken.fault.line, cost=0.6, changes=(Change(offset + match.end(1), offset + match.end(1), " * "),),
            expression=match.group(), facts=facts,
        )  # fmt: skip


def _leading_zeros(broken: Broken) -> Iterator[Candidate]:
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    matches = list(_ZEROS.finditer(text))
    for match in matches[:1]:
        yield Candidate(
            line=broken.fault.line, cost=0.7,
            changes=tuple(Change(offset + m.start(), offset + m.end(), str(int(m.group()))) for m in matches[:3]),
            expression=match.group(), facts={"number": Code(match.group())},
        )  # fmt: skip


def _odd_number(broken: Broken) -> Iterator[Candidate]:
    """A number with two points, a comma or an odd ending."""
    text = broken.text(broken.fault.line)
    offset = broken.offset(broken.fault.line)
    for match in re.finditer(r"\d[\d_.]*\.[\d_]*\.\d*|\d+_(?!\d)|\d+__\d+|\d+\.?\d*[eE](?![+-]?\d)|0[xob]\w*", text):
        number = match.group()
        fixed = re.sub(r"_+$", "", re.sub(r"__+", "_", number))
        if number.count(".") > 1:
            head, _, tail = number.rpartition(".")
            fixed = head.replace(".", "") + "." + tail
        yield Candidate(
            line=broken.fault.line, cost=0.8,
            changes=(Change(offset + match.start(), offset + match.end(), fixed),) if fixed != number else (),
            expression=number, facts={"number": Code(number)},
        )  # fmt: skip


CAUSES = (
    Cause(
        "syntax.typographic-character",
        "syntax",
        Lesson(
            question=(
                "One character on this line only looks like the one you need: $character. Where does the line come from? Was it copied "
                "from a web page or a text document?"
            ),
            concept=(
                "Text programs turn plain signs into prettier ones: curly quote marks, long dashes, a real times sign. Python knows only "
                "the plain signs of the keyboard. On line $line it finds $character ($character_name), which is none of its signs."
            ),
            picture="It is like a foreign coin in a machine: nearly the same size, but not accepted.",
            precise="Outside strings and comments only ASCII operators and Unicode letters are valid in source.",
            place="There $character stands among the plain signs.",
            plan=(
                "Find each such character on the line; curly marks often come in pairs.",
                "Delete it.",
                "Type the plain sign with your keyboard in its place.",
            ),
            example=Example(
                "The same kind of line with plain signs only:",
                'slogan = "fresh - every day"\nprint(slogan)',
                "Both quote marks are the straight ones, and the dash is the minus of the keyboard.",
            ),
            remedy="On line $line delete $character and type the plain sign from the keyboard.",
            reason="The plain sign is one that Python knows.",
            check="search the file for the same character; pasted lines often hold more than one.",
        ),
        on("invalid character", "invalid non-printable"),
        _typographic,
    ),
    Cause(
        "syntax.name-begins-with-digit",
        "syntax",
        Lesson(
            question=(
                "Look at the very first character of $name. What does Python expect when a word begins with a digit? Compare it with your "
                "other names."
            ),
            concept=(
                "A name may hold digits, but not at its start. When Python sees a digit it reads a number, and after the number $digits it "
                "is surprised to find $rest right behind it. So $name on line $line can be neither a number nor a name."
            ),
            picture="It is like a word that begins with a digit: you start to count before you notice that it is a word.",
            precise="The tokenizer decides on the first character; digits start a numeric literal.",
            place="It is meant as a name, but begins with a digit.",
            plan=(
                "Choose a name that begins with a letter and says what the thing is.",
                "Check whether a digit and a letter that look alike were mixed up, such as the digit one and a small L.",
                "Use the new name at all its places.",
            ),
            example=Example(
                "Digits at the end of a name are fine:",
                'runner1 = "Abebe"\nrunner2 = "Paula"\nprint(runner1, runner2)',
                "Both names begin with a letter, so Python reads them as names.",
            ),
            remedy="Give the thing a name that begins with a letter, on line $line and wherever it is used.",
            reason="A word that begins with a letter is read as a name.",
            check="search for the old name: no place should be left.",
        ),
        on(
            "invalid decimal literal",
            "invalid imaginary literal",
            "^invalid syntax",
            "invalid (?:hexadecimal|octal|binary)",
        ),
        _digit_first,
    ),
    Cause(
        "syntax.product-without-sign",
        "syntax",
        Lesson(
            question=(
                "On paper you may leave out a sign between a number and a letter. Which one is it here, between $left and $right? How would "
                "Python know?"
            ),
            concept=(
                "In a formula on paper a number right before a letter means a product. Python needs the sign for it. On line $line "
                "the number $left is followed directly by $right, so Python reads a number that goes on in a strange way."
            ),
            picture="It is like a word in which two words run together: the reader stumbles.",
            precise="Numeric literals may not touch an identifier; there is no implicit multiplication.",
            place="Between the number and the name a sign is absent.",
            plan=(
                "Read the formula aloud, with every “times”.",
                "Find the place where you say it but did not write it.",
                "Put the sign for it there.",
            ),
            example=Example(
                "A formula with every sign written out:",
                "side = 4\nedge = 3 * side + 1\nprint(edge)",
                "The star between 3 and `side` says “times”.",
            ),
            remedy="Write `*` between $left and $right on line $line.",
            reason="The star tells Python to multiply the two.",
            check="work the formula out by hand for a small number and compare.",
            maths_picture="Read 2x as two times x.",
            maths_precise="Juxtaposition is notation on paper only.",
        ),
        on("invalid decimal literal", "invalid imaginary literal"),
        _product_with_name,
    ),
    Cause(
        "syntax.leading-zero",
        "syntax",
        Lesson(
            question=(
                "How is $number written here, and how would you write it on paper in a sum? Do the zeros at its start change its value, or "
                "are they only for the look?"
            ),
            concept=(
                "A whole number in a program may not start with a zero, unless it is zero. In older languages such a zero meant another "
                "number system, so Python forbids it to avoid a mix-up. If the zeros belong to the look, as in a phone number, the "
                "thing is a text and no number."
            ),
            picture="A postcode is made of digits, but nobody adds two of them up.",
            precise="Octal literals are written `0o17`; a bare leading zero is a syntax error since Python 3.",
            place="It starts with a zero.",
            plan=(
                "Decide whether you want to calculate with it.",
                "For a number, leave out the zeros at its start.",
                "For a code or a date, make a text of it with quote marks.",
            ),
            example=Example(
                "A number, and a code that only looks like one:",
                'minute = 7\npostcode = "01069"\nprint(minute + 1, postcode)',
                "The number has no zero in front; the code is a text and keeps its own.",
            ),
            remedy="On line $line write the number without zeros at its start, or as a text.",
            reason="The number has its usual form, so Python can read it.",
            check="print it: if the zeros have to be shown, a text is what you need.",
        ),
        on("leading zeros in decimal"),
        _leading_zeros,
    ),
    Cause(
        "syntax.odd-number",
        "syntax",
        Lesson(
            question=(
                "Read $number character by character. Which of them can be part of a number in Python, and how often may a point appear "
                "in it?"
            ),
            concept=(
                "A number in a program has digits and at most one point; underscores may stand between digits only. Marks for thousands "
                "are not allowed. On line $line $number breaks this form, so Python cannot read its value."
            ),
            picture="It is like a price with two points: nobody knows what it is.",
            precise="The numeric literal grammar allows one fraction, one exponent and single inner underscores.",
            place="It does not have the form of a number.",
            plan=(
                "Say the value aloud.",
                "Write it with digits and, if needed, one point.",
                "For long numbers use single underscores between digits.",
            ),
            example=Example(
                "A long number and one with a point:",
                "people = 8_100_000\nshare = 0.25\nprint(people * share)",
                "Underscores make the long number easy to read; the point appears once.",
            ),
            remedy="Write the number on line $line with digits and at most one point.",
            reason="The number has the form that Python reads.",
            check="print it and compare it with the value that you mean.",
        ),
        on("invalid decimal literal", "^invalid syntax", "invalid (?:hexadecimal|octal|binary|digit)"),
        _odd_number,
    ),
)
