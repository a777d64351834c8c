"""What the guard looks at before it reads closely: nothing that passes there would have been judged otherwise."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tutor_server.pedagogy.guard import Guard, ciphers, disguises, edits, hidden, judge, prose_code, reading
from tutor_server.pedagogy.guard.forms import Forms, all_tokens_of
from tutor_server.pedagogy.guard.offers import Offers, used
from tutor_server.pedagogy.guard.own import Own
from tutor_server.pedagogy.guard.pieces import Pieces
from tutor_server.pedagogy.levels import HintLevel
from tutor_server.protocol import Position, Submission

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
    """A sentence that is not searched for runs of code would not have had one found in it."""
    assert prose_code._has_sign_or_keyword(prose) or not prose_code._QUICK.search(prose)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("use x \u0131nstead of y")
@example("USE x IN\u017fTEAD OF y")
@example("write x in l\u0131eu of y")
@example("needs x and not y")
def test_no_pattern_of_an_edit_matches_without_the_words_that_it_needs(prose: str) -> None:
    """An instruction for which a word is missing would not have been recognised either."""
    for pattern in edits._PATTERNS:
        assert any(part in prose.lower() for part in pattern.besides) or not pattern.regex.search(prose)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
@example("Total = 3")
@example("Look(total)")
@example("r'a' + total")
def test_a_line_that_begins_as_talk_is_no_code_when_it_is_read_to_its_end(line: str) -> None:
    """A line is no code because of its first word exactly where one of all its words is none."""
    own = Own(ASKED)
    offers = Offers(own, Forms(own, libraries=False, allowed=frozenset()), functions_are_free=False)
    tokens = all_tokens_of(line)
    assert Pieces(offers)._is_code(line) == (bool(tokens) and all(map(offers.is_code_word, used(tokens))))


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
def test_nothing_is_found_where_a_quick_look_finds_nothing_like_it(text: str) -> None:
    """A text that is not searched for what is slow to search for would not have had it found in it."""
    looks = [
        (judge._may_hold_clause(text), judge._CLAUSE),
        (hidden._may_be_pieces(text), hidden._OTHER_PIECES),
        (reading._may_begin_with(reading._LINE_MARKERS, text), reading._LINE_MARKER),
        (reading._may_begin_with(reading._DIFF_MARKERS, text), reading._DIFF_MARKER),
        (any(sign in text for sign in ("%", "\\x", "\\u00")) or disguises._SIGN_OF_HEX.search(text), disguises._HEX),
        (disguises._SIGN_OF_NUMBERS.search(text), disguises._NUMBERS),
        (ciphers._SIGN_OF_BASE32.search(text), ciphers._BASE32),
        (ciphers._tells_a_value(text), ciphers._TOLD_VALUE),
    ]
    for may_be, pattern in looks:
        assert may_be or not pattern.search(text)


@given(st.text("aB0!#$%&@^~?{}+- \n", min_size=10, max_size=30))
@settings(max_examples=200, deadline=None)
@example("aaaaaaaaa{a")
def test_nothing_is_packed_without_a_sign_that_no_sentence_goes_on_after(text: str) -> None:
    """A text that is not searched for what is packed in base85 would not have had any found in it."""
    assert ciphers._SIGN_OF_PACKED.search(text) or not ciphers._PACKED.search(text)


def test_an_ascii_character_is_seen_as_it_is() -> None:
    """No character of ASCII is a picture, or cannot be seen, so that only others are looked up."""
    text = "".join(map(chr, range(128))).translate({ord(sign): None for sign in "&<\\$_"})
    assert disguises.undisguised(text + "\N{GRINNING FACE}\u200b") == text + " "


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_what_is_read_ahead_changes_no_judgement(text: str) -> None:
    """A program that is read as far as it is needed, and one that is read ahead, give the same verdict."""
    assert _shown(text, ahead=True) == _shown(text, ahead=False)


def _shown(text: str, *, ahead: bool) -> tuple[list[str], object]:
    guard = Guard(HintLevel.QUESTION, ASKED)
    if ahead:
        guard.read_ahead()
    return [*guard.feed(text), *guard.finish()], guard.verdict
