"""The guard's fast prefilters: a text that a prefilter skips would also pass the full check."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tutor_pedagogy.guard import Guard, disclosure, inert, student_material, units
from tutor_pedagogy.guard.checks import canary, code_in_text, instalments, obfuscation
from tutor_pedagogy.guard.context import GuardContext
from tutor_pedagogy.guard.tokens import all_tokens_of, names_in
from tutor_pedagogy.guard.views import characters, encodings, instructions, markup, spelling, spoken, unmarked_code
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

ASKED = Submission(code="def mean(marks):\n    total = 0\n    return total\n", cursor=Position(0, 0))

WORDS = [
    "use",
    "write",
    "should",
    "have",
    "needs",
    "total",
    "mean",
    "marks",
    "print",
    "def",
    "lambda",
    "elif",
    "return",
    "for",
    "in",
    "not",
    "and",
    "instead",
    "\u0131nstead",
    "IN\u017fTEAD",
    "place",
    "lieu",
    "l\u0131eu",
    "rather",
    "Rather",
    "than",
    "of",
    "the",
    "class",
    "x",
    "7",
    "0.5",
    "\ue000",
    "+",
    "-",
    "*",
    "/",
    "//",
    "**",
    "%",
    "^",
    "=",
    "==",
    "<",
    "(",
    ")",
    "[",
    "]",
    ".",
    ",",
    ":",
    ";",
    "!",
    "?",
    "'",
    '"',
    "`",
    "_",
    "\u00e9",
    "\u0394",
    "\u4e2d",
    "\u00b2",
    "\u2019",
    "\U0001f600",
    "\u0301",
    "\xa0",
]
PIECES = st.sampled_from(WORDS)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " ", "\t", "\n", "\xa0"])), max_size=12).map(
    lambda parts: "".join(piece + space for piece, space in parts)
)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example('where it says in "total"')
@example("total.mean")
def test_whatever_may_be_code_in_a_sentence_has_a_sign_or_keyword(prose: str) -> None:
    """A sentence that the prefilter skips contains no match of the pattern for unquoted code."""
    assert unmarked_code._has_sign_or_keyword(prose) or not unmarked_code._QUICK.search(prose)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("use x \u0131nstead of y")
@example("USE x IN\u017fTEAD OF y")
@example("write x in l\u0131eu of y")
@example("needs x and not y")
def test_no_pattern_of_an_edit_matches_without_the_words_that_it_needs(prose: str) -> None:
    """Each pattern for edits matches only texts that contain one of the words in its prefilter."""
    for pattern in instructions._PATTERNS:
        assert any(part in prose.lower() for part in pattern.holds) or not pattern.regex.search(prose)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("Total = 3")
@example("Look(total)")
@example("r'a' + total")
def test_a_line_that_begins_as_talk_is_no_code_when_it_is_read_to_its_end(line: str) -> None:
    """A line whose first word makes the guard skip it would not count as code by its other words either."""
    context = GuardContext.of(HintLevel.QUESTION, ASKED, frozenset())
    tokens = all_tokens_of(line)
    expected = bool(tokens) and all(map(context.is_code_word, names_in(tokens)))
    assert expected == instalments._is_code(context, line)


DISGUISES = st.lists(
    st.sampled_from(
        [
            *(
                "from math import pi",
                "for x in xs:",
                "[x for x in xs]",
                "def f():",
                "return",
                "import",
                "- ",
                "1. ",
                "> ",
            ),
            *(
                "\u2022 ",
                "\u0661. ",
                "# ",
                "@@ x @@",
                "+x",
                "\n",
                " ",
                "x",
                "dead beef ",
                "0x",
                "6465 ",
                "%41",
                "\\x41",
            ),
            *(
                "\\u0041",
                "101, ",
                "A2",
                "BCDEFG7",
                "gets ",
                "becomes ",
                "plus ",
                "divided by ",
                "a",
                "b c d e f ",
                "colon",
            ),
        ]
    ),
    max_size=14,
).map("".join)


@given(DISGUISES)
@settings(max_examples=400, deadline=None)
@example("dead beef dead beef dead beef dead beef")
@example("101, 102, 103, 104, 105, 106, 107, 108")
@example("ABCDEFG2ABCDEFG2")
@example("a b c d e f g")
@example("a b c d e f g h")
def test_nothing_is_found_where_a_quick_look_finds_nothing_like_it(text: str) -> None:
    """A text that the prefilter skips contains nothing that the slow searches would find."""
    looks = [
        (code_in_text._may_hold_clause(text), code_in_text._CLAUSE),
        (obfuscation._may_be_pieces(text), obfuscation._OTHER_PIECES),
        (markup._may_begin_with(markup._LINE_MARKERS, text), markup._LINE_MARKER),
        (markup._may_begin_with(markup._DIFF_MARKERS, text), markup._DIFF_MARKER),
        (any(sign in text for sign in ("%", "\\x", "\\u00")) or encodings._SIGN_OF_HEX.search(text), encodings._HEX),
        (encodings._SIGN_OF_NUMBERS.search(text), encodings._NUMBERS),
        (encodings._SIGN_OF_SPACED.search(text), encodings._SPACED),
        (encodings._SIGN_OF_BASE32.search(text), encodings._BASE32),
        (spoken.says_signs(text), spoken._TOLD_VALUE),
    ]
    for may_be, pattern in looks:
        assert may_be or not pattern.search(text)


@given(st.text("aB0!#$%&@^~?{}+- \n", min_size=10, max_size=30))
@settings(max_examples=200, deadline=None)
@example("aaaaaaaaa{a")
def test_nothing_is_packed_without_a_sign_that_no_sentence_goes_on_after(text: str) -> None:
    """A text that the prefilter for base85 skips contains no base85."""
    assert encodings._SIGN_OF_BASE85.search(text) or not encodings._BASE85.search(text)


CODE = st.lists(
    st.sampled_from(
        [
            *("x", "total", "n", "match", "case", "type", "print", "_", "1", "0x1f", "1e5", "1_0", "'a b'", 'f"{x} y"'),
            *("if", "else", "not", "in", "is", "for", "lambda", "await", "return", "and", "del", "True", "None"),
            *("=", "+", "-", "==", ":", ",", ".", "(", ")", "[", "]", "{", "}", "*", ":=", ";", "#", "\\", "\r"),
            *("'''", '"""', "'", '"', "r", "b", "\xb2", "\u0661", "\u00e9"),
        ]
    ),
    min_size=2,
    max_size=7,
)


@given(CODE, st.sampled_from([" ", " ", ""]))
@settings(max_examples=1000, deadline=None)
@example(["n", "=", "2", "n", "=", "3"], " ")
@example(["x", "#", "so", "so"], " ")
@example(["x", "=", "'''", "a", "b", "'''"], " ")
@example(["x", "=", "1", "if", "n", "else", "2"], " ")
@example(["match", "x", ":"], " ")
def test_what_has_operands_side_by_side_is_no_statement(tokens: list[str], space: str) -> None:
    """A line with adjacent operands, which is not parsed, would not parse as a statement."""
    code = space.join(tokens)
    if disclosure._has_operands_side_by_side(code, all_tokens_of(code)):
        statement = disclosure._statement(code)
        assert statement is None or type(statement).__name__ == "TypeAlias"


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("1. x")
@example("\u0661. x")
def test_no_fence_opens_where_a_line_begins_as_prose(line: str) -> None:
    """A line that the prefilter takes for prose is no code fence, and cannot become one when more text arrives."""
    if line and units._begins_as_prose(line):
        assert not units._FENCE.match(line)
        assert not units._COULD_BECOME_FENCE.match(line)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("1.) x")
@example("e.g. x")
@example("x. x? x! x.. x")
def test_only_a_full_stop_may_belong_to_a_number_or_an_abbreviation(text: str) -> None:
    """Only a full stop, and no other punctuation mark, can end a list number or an abbreviation."""
    for found in units._BOUNDARY.finditer(text):
        if found[0] != ".":
            assert not units._LIST_NUMBER.match(text[: found.end()])
            assert not units._ABBREVIATION.search(text, found.end() - 8, found.end())


@given(st.text("`\n.!?\u2026\"')]*_ ab", max_size=30))
@settings(max_examples=500, deadline=None)
@example("Is it? `x`.\n\nNo... (Yes!) e.g. a")
def test_sentences_end_as_by_the_plain_pattern(text: str) -> None:
    """The fast pattern for the ends of sentences finds the same matches as the readable pattern."""
    plain = r"`+|\n|[.!?\u2026]+[\"'\u201d\u2019)\]*_]*(?=\s|\Z)"
    found = [found.span() for found in units._BOUNDARY.finditer(text)]
    assert found == [found.span() for found in re.finditer(plain, text)]


@given(st.text("abc+/-=_ \n.", max_size=60))
@settings(max_examples=500, deadline=None)
@example("abcdefghijk==")
@example("abcd abcd\nabcd ab=")
def test_base64_is_found_as_by_the_plain_pattern(text: str) -> None:
    """The pattern for base64 without backtracking finds the same matches as the readable pattern."""
    plain = r"(?<![\w+/=-])(?:[\w+/-]{11,}={0,2}|(?:[\w+/-]{4,76}[ \n]+){3,}[\w+/-]{2,76}={0,2})(?![\w+/=-])"
    found = [run.span() for run in encodings._BASE64.finditer(text)]
    assert found == [run.span() for run in re.finditer(plain, text, re.ASCII)]


@given(st.text(max_size=20))
@settings(max_examples=300, deadline=None)
@example("a\x1b")
@example("a\rb")
@example("a\u034fb")
def test_a_plain_text_holds_nothing_to_clean(text: str) -> None:
    """A text that counts as plain contains no invisible character."""
    assert not (inert._is_plain(text) and inert._UNCLEAN.search(text))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("Total Mean")
@example("_ __ total")
@example("to\u0301tal \u0394")
def test_no_name_is_spelled_otherwise_without_two_signs_of_it(text: str) -> None:
    """The prefilter counts at least as many signs as the text has words that are not in lower-case ASCII."""
    otherwise = {word for word in spelling._WORD.findall(text) if not (word.islower() and word.isascii())}
    assert len(spelling._SIGN_OF_OTHERWISE.findall(text)) >= len(otherwise)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("total = 1")
@example("mean(marks)")
def test_no_line_acts_without_a_sign_of_it(line: str) -> None:
    """The fast check for actions gives the same result as the full pattern."""
    assert disclosure._is_action(line) == bool(disclosure._ACTION.fullmatch(line))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("total (2).")
@example("total\t1. ")
@example("total\xa0?!")
def test_nothing_counts_a_piece_where_the_last_word_begins_with_a_letter(line: str) -> None:
    """A line whose last word begins with a letter does not end with a number that counts code fragments."""
    words = line.split()
    if not words or words[-1][0].isalpha():
        assert not instalments._COUNTED.search(line)


PROGRAMS = st.lists(
    st.sampled_from(
        [
            *(
                "def",
                "class",
                "for",
                "as",
                "import",
                "lambda",
                "global",
                "nonlocal",
                "undef",
                "subclass",
                "x",
                "total",
                "_",
            ),
            *(
                " ",
                " ",
                "\t",
                "\n",
                "\n    ",
                ",",
                ", ",
                "=",
                "==",
                "+=",
                "//=",
                "(",
                ")",
                ":",
                ".",
                "1",
                "\u00e9",
                "\\",
                "\r",
            ),
        ]
    ),
    max_size=30,
).map("".join)


@given(PROGRAMS)
@settings(max_examples=500, deadline=None)
@example("def f(x, y=(1, 2)):\n    a, b = x\n    for k in y: a += k")
@example("xdef f(a)\ndef g(b)")
def test_names_are_found_as_by_the_plain_patterns(code: str) -> None:
    """The fast patterns for names find the same names as the readable patterns."""
    plain = {
        student_material._DEFINED: r"\b(?:def|class)[ \t]+(\w+)",
        student_material._ASSIGNED: r"(?m)^[ \t]*((?:\w+[ \t]*,[ \t]*)*\w+)[ \t]*(?:[-+*/%&|^]|//|\*\*|<<|>>)?=(?!=)",
        student_material._PARAMETERS: r"\bdef[ \t]+\w+[ \t]*\(([^()]*(?:\([^()]*\)[^()]*)*)",
        student_material._TARGET: r"\b(?:for|as|import|lambda|global|nonlocal)[ \t]+([\w \t,]+)",
    }
    for pattern, as_read in plain.items():
        assert pattern.findall(code) == re.findall(as_read, code)


@given(st.text(st.characters(max_codepoint=127), max_size=40))
@settings(max_examples=200, deadline=None)
def test_the_canary_is_looked_for_in_letters_and_digits(text: str) -> None:
    """The fast removal of all characters except letters and digits gives the same result."""
    assert canary._bare(text) == "".join(filter(str.isalnum, text)).lower()


def test_an_ascii_character_is_seen_as_it_is() -> None:
    """No ASCII character is a pictograph or invisible, so only other characters have to be looked up."""
    text = "".join(map(chr, range(128))).translate({ord(sign): None for sign in "&<\\$_"})
    assert characters.undisguised(text + "\N{GRINNING FACE}\u200b") == text + " "


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_what_is_read_ahead_changes_no_judgement(text: str) -> None:
    """The verdict is the same whether the program is read in advance or only as needed."""
    assert _shown(text, ahead=True) == _shown(text, ahead=False)


def _shown(text: str, *, ahead: bool) -> tuple[list[str], object]:
    guard = Guard(HintLevel.QUESTION, ASKED)
    if ahead:
        guard.read_ahead()
    return [*guard.feed(text), *guard.finish()], guard.verdict
