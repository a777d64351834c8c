"""The guard between model and student: what it releases at each hint level, and in which form."""

from __future__ import annotations

import base64
import codecs
import html
import re
import time
import unicodedata
import urllib.parse
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.each_case import each_case
from tutor_pedagogy.guard import Guard, GuardRule, Verdict
from tutor_pedagogy.guard import guard as guard_module
from tutor_pedagogy.guard.student_material import StudentMaterial
from tutor_pedagogy.guard.units import MAX_BLOCK, MAX_LINE, Splitter, Unit
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Cell, Diagnostic, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AVERAGE = """\
def average(grades):
    total = 0
    for grade in grades:
        total = grade
    return total / len(grades)

print(average([2, 4]))
"""

COUNTDOWN = '''\
def countdown(start):
    """Give the numbers from start down to 1."""
    numbers = []
    while start > 1:
        numbers.append(start)
        start = start - 1
    return numbers
'''

LARGEST = """\
def largest(values):
    best = 0
    for value in values
        if value > best:
            best = value
        return best

weights = [3, 9, 4]
print('largest:', largest(weights)
"""


@dataclass(frozen=True)
class Bug:
    """A student's program, and the corrected program that an unrestrained model would answer with."""

    code: str
    fixed: str

    @property
    def new_lines(self) -> list[str]:
        """The tokens of each line that only the corrected program has."""
        known = {spelled(line) for line in self.code.splitlines()}
        return [spelled(line) for line in self.fixed.splitlines() if spelled(line) not in known and line.strip()]


NAMED_BUGS = {
    "augment": Bug(AVERAGE, AVERAGE.replace("total = grade", "total += grade")),
    "rewrite": Bug(AVERAGE, "def average(grades):\n    return sum(grades) / len(grades)\n\nprint(average([2, 4]))\n"),
    "boundary": Bug(COUNTDOWN, COUNTDOWN.replace("start > 1", "start >= 1")),
    "several": Bug(
        LARGEST,
        LARGEST.replace("in values\n", "in values:\n")
        .replace("best = 0", "best = values[0]")
        .replace("        return", "    return")
        .replace("(weights)", "(weights))"),
    ),
}
BUGS = tuple(NAMED_BUGS.values())

HINT_LEVELS = [level for level in HintLevel if level < HintLevel.SOLUTION]


def submission(code: str = AVERAGE, **more: object) -> Submission:
    """Build a submission with the cursor on the first line of a program."""
    return Submission(code=code, cursor=Position(0, 0), **more)  # type: ignore[arg-type] # each test passes real fields


def spelled(text: str) -> str:
    """Return the tokens of a text, regardless of its formatting."""
    return " ".join(re.findall(r"\w+|[^\w\s]", text))


def seen(text: str) -> str:
    """Return the tokens that a student can read in a shown text, after decoding it and removing markup."""
    for run in re.findall(r"[A-Za-z0-9+/]{8,}={0,2}", text):
        try:
            text += "\n" + base64.b64decode(run).decode("ascii")
        except ValueError:
            continue
    for run in re.findall(r"(?:[0-9a-f]{2} ?){8,}", text):
        text += "\n" + bytes.fromhex(run).decode("ascii", "replace")
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = re.sub(r"(?m)^(?:[ \t]*(?:>|[-*+](?= )|\d+[.:](?= )))+|^[+-](?=\S)|</?\w+>|\\(?=\W)", " ", text)
    return spelled(re.sub(r"[`|~]|\*\*", " ", text))


def answer(
    text: str,
    level: HintLevel,
    asked: Submission | None = None,
    *,
    chunks: Sequence[int] = (),
    earlier: Sequence[str] = (),
    canary: str | None = None,
) -> tuple[str, Verdict | None]:
    """Send a text through the guard in chunks of the given lengths; return the released text and the verdict."""
    guard = Guard(level, asked or submission(), earlier=earlier, canary=canary)
    shown, position = [], 0
    for length in chunks:
        shown += guard.feed(text[position : position + length])
        position += length
    shown += guard.feed(text[position:])
    shown += guard.finish()
    return "".join(shown), guard.verdict


def rule(text: str, level: int = 1, asked: Submission | None = None, *, earlier: Sequence[str] = ()) -> str | None:
    """Return the rule that stops a text, or None."""
    verdict = answer(text, HintLevel(level), asked, earlier=earlier)[1]
    return verdict.rule if verdict else None


def fence(code: str, mark: str = "```", info: str = "python") -> str:
    """Return code in a fenced block."""
    return f"{mark}{info}\n{code}{mark}\n"


def each(template: str) -> Callable[[str], str]:
    """Return code with a template applied to every line."""
    return lambda code: "".join(template.format(line.strip()) for line in code.splitlines() if line.strip())


def each_token(before: str, after: str) -> Callable[[str], str]:
    """Return code with every token formatted separately."""
    return lambda code: "".join(f"{before}{token}{after}" for token in spelled(code).split())


def in_tokens(line: str) -> list[str]:
    """Return the tokens of a line of code; an operator of two characters is one token."""
    return re.findall(r"'[^']*'|\w+|[+>=]=|[^\w\s]", line)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def encoded(code: str) -> str:
    """Return code in base64."""
    return base64.b64encode(code.encode()).decode()


_SAID = {
    "(": "open bracket",
    ")": "close bracket",
    "[": "open square bracket",
    "]": "close square bracket",
    "+=": "plus equals",
    ">=": "greater than or equal to",
    ">": "greater than",
    "=": "equals",
    "+": "plus",
    "-": "minus",
    "/": "divided by",
    ":": "colon",
    ",": "comma",
    ".": "dot",
}


def in_words(line: str) -> str:
    """Return a line of code with its operators written as words."""
    return " ".join(_SAID.get(token, token) for token in re.findall(r"\w+|[+>]=|[^\w\s]", line))


DISGUISES: dict[str, Callable[[str], str]] = {
    "fence": fence,
    "tilde fence": lambda code: fence(code, "~~~", ""),
    "long fence": lambda code: fence(code, "`````", "text"),
    "open fence": lambda code: "```python\n" + code,
    "fence in a quote": lambda code: "".join(f"> {line}\n" for line in fence(code).splitlines()),
    "fence in a list": lambda code: "- " + fence(code).replace("\n", "\n  "),
    "plain lines": lambda code: code,
    "indented lines": lambda code: "\n" + "".join(f"    {line}\n" for line in code.splitlines()),
    "lines with blanks between": lambda code: code.replace("\n", "\n\n"),
    "one line": lambda code: "; ".join(line.strip() for line in code.splitlines() if line.strip()),
    "code marks": each("`{}`\n"),
    "double code marks": each("``{}`` "),
    "open code mark": each("`{}\n"),
    "quote": each("> {}\n"),
    "bullets": each("- {}\n"),
    "numbers": each("1. {}\n"),
    "line numbers": each("12: {}\n"),
    "bold": each("**{}**\n"),
    "quotation marks": each('Then comes "{}".\n'),
    "typographic quotes": each("Then comes “{}”.\n"),
    "parentheses": each("(that is, {})\n"),
    "table": lambda code: "| code |\n|---|\n" + each("| {} |\n")(code),
    "table with numbers": lambda code: "| line | code |\n|---|---|\n" + each("| 3 | {} |\n")(code),
    "diff": lambda code: fence(each("+ {}\n")(code), info="diff"),
    "diff without fence": each("+{}\n"),
    "base64": lambda code: encoded(code) + "\n",
    "base64 by line": lambda code: "".join(encoded(line.strip()) + "\n" for line in code.splitlines() if line.strip()),
    "base64 in groups": lambda code: " ".join(re.findall(".{1,4}", encoded(code))) + "\n",
    "hexadecimal": lambda code: code.encode().hex() + "\n",
    "character codes": lambda code: ", ".join(str(ord(character)) for character in code) + "\n",
    "references": lambda code: html.escape(code).replace("=", "&#61;").replace("(", "&#40;"),
    "code element": each("<code>{}</code>\n"),
    "comments in a fence": lambda code: fence("".join(f"# {line}\n" for line in code.splitlines())),
    "comments behind quotes": lambda code: fence("for grade in grades:\n" + each("    #{}\n")(code)),
    "opening lines of fences": each("```{}\n```\n"),
    "prints": lambda code: fence("".join(f"print({line.strip()!r})\n" for line in code.splitlines() if line.strip())),
    "inline prints": lambda code: "".join(f"`print({line.strip()!r})`\n" for line in code.splitlines() if line.strip()),
    "pre element": lambda code: f"<pre>\n{html.escape(code)}</pre>\n",
    "hidden comment": lambda code: f"<!--\n{code}-->\n",
    "zero width spaces": lambda code: "\u200b".join(code) + "\n",
    "wide characters": lambda code: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in code),
    "backslashes": lambda code: re.sub(r"([_*=\[\]()<>+.])", r"\\\1", code),
    "typewriter": each("\\texttt{{{}}}\n"),
    "instruction": each("On that line you should write {}.\n"),
    "instead": each("Use `{}` in place of what you have.\n"),
    "rot13": lambda code: codecs.encode(code, "rot13") + "\n",
    "backwards": lambda code: "".join(f"{line[::-1]}\n" for line in code.splitlines()),
    "backwards in code marks": lambda code: "".join(
        f"Read `{line.strip()[::-1]}` from the right.\n" for line in code.splitlines()
    ),
    "letters of another alphabet": lambda code: code.translate(
        str.maketrans("aeopc", "\u0430\u0435\u043e\u0440\u0441")
    ),
    "letters set apart": lambda code: "".join(" ".join(line.strip()) + "\n" for line in code.splitlines()),
    "letters in a table": lambda code: "".join(
        "| " + " | ".join(line.strip()) + " |\n" for line in code.splitlines() if line.strip()
    ),
    "unicode escapes": lambda code: "".join(f"\\u{ord(character):04x}" for character in code) + "\n",
    "octal numbers": lambda code: " ".join(f"{ord(character):03o}" for character in code.strip()) + "\n",
    "binary numbers": lambda code: " ".join(f"{ord(character):08b}" for character in code.strip()) + "\n",
    "base32": lambda code: base64.b32encode(code.encode()).decode() + "\n",
    "base85": lambda code: base64.b85encode(code.encode()).decode() + "\n",
    "percent signs": lambda code: urllib.parse.quote(code, safe="") + "\n",
    "signs in words": lambda code: "".join(f"{in_words(line)}.\n" for line in code.splitlines() if line.strip()),
    "German": each("Ersetze die Zeile durch {}\n"),
    "French": each("Remplacez la ligne par `{}`.\n"),
    "Chinese": each("\u628a\u8fd9\u884c\u6539\u6210 {}\n"),
    "JSON": each('{{"line": 4, "code": "{}"}}\n'),
    "label": each("After: {}\n"),
    "becomes": each("So it becomes {}\n"),
    "string pieces": lambda code: "".join(
        " + ".join(f'"{token}"' for token in spelled(line).split()) + "\n" for line in code.splitlines()
    ),
    "f-string": each("`print(f'{}')`\n"),
    "formula": each("${}$\n"),
    "table element": lambda code: f"<table>{each('<tr><td>{}</td></tr>')(html.escape(code))}</table>\n",
    "link text": each("[{}](https://docs.python.org)\n"),
    "capitals": lambda code: fence(code.upper()),
    "pictures between": lambda code: "".join(
        "\N{GRINNING FACE}".join(spelled(line).split()) + "\n" for line in code.splitlines()
    ),
    "then": lambda code: "".join(f"First {', then '.join(in_tokens(line))}.\n" for line in code.splitlines() if line),
    "one word again": lambda code: "".join(f"{' so '.join(in_tokens(line))}\n" for line in code.splitlines()),
    "semicolons between": lambda code: "".join(f"{'; '.join(in_tokens(line))}\n" for line in code.splitlines()),
    "brackets around": lambda code: "".join(
        "".join(f"{{{token}}} " for token in in_tokens(line)) + "\n" for line in code.splitlines()
    ),
    "capitals in a sentence": lambda code: "".join(
        f"WRITE {line.strip().upper()} THERE.\n" for line in code.splitlines()
    ),
    "accents": lambda code: re.sub("[aeiou]", lambda vowel: unicodedata.normalize("NFC", f"{vowel[0]}\u0301"), code),
    "shifted letters": lambda code: code.translate(str.maketrans(_LETTERS, _LETTERS[3:] + _LETTERS[:3])),
    "alphabet turned round": lambda code: code.translate(str.maketrans(_LETTERS, _LETTERS[::-1])),
    "code points": lambda code: " ".join(f"U+{ord(character):04X}" for character in code) + "\n",
    "named characters": lambda code: "".join(
        c if c.isalnum() or c.isspace() else f"\\N{{{unicodedata.name(c)}}}" for c in code
    ),
    "strings in a list": lambda code: "".join(f"`{in_tokens(line)}`\n" for line in code.splitlines()),
    "element a token": lambda code: "".join(
        "".join(f"<x>{html.escape(token)}</x>" for token in in_tokens(line)) + "\n" for line in code.splitlines()
    ),
    "attribute": lambda code: "".join(f'<i title="{html.escape(line)}">look</i>\n' for line in code.splitlines()),
    "glued to Chinese": each("\u8fd9\u91cc\u5199{}\u3002\n"),
    "tokens in code marks": lambda code: "\n".join(each_token("`", "` ")(line) for line in code.splitlines()),
    "tokens in a list": each_token("- `", "`\n"),
    "tokens in a table": lambda code: "\n".join(each_token("| `", "` ")(line) + "|" for line in code.splitlines()),
}


class TestSolutionsDoNotPass:
    """T1: a model that always gives the whole solution."""

    @given(
        level=st.sampled_from(HINT_LEVELS),
        bug=st.sampled_from(BUGS),
        disguise=st.sampled_from(sorted(DISGUISES)),
        opening=st.sampled_from(["", "Good thinking so far. ", "Here you go:\n\n", "What happens here?\n\n", "Look: "]),
        chunks=st.lists(st.integers(1, 60), max_size=60),
    )
    @settings(max_examples=600, deadline=None)
    def test_t1_no_new_line_reaches_the_student(
        self, level: HintLevel, bug: Bug, disguise: str, opening: str, chunks: list[int]
    ) -> None:
        """T1: below level 5 no line of the correction is released, in any disguise and any chunks."""
        text = opening + DISGUISES[disguise](bug.fixed)
        shown, verdict = answer(text, level, submission(bug.code), chunks=chunks)
        assert verdict is not None
        assert [line for line in bug.new_lines if line in seen(shown)] == []

    @pytest.mark.parametrize("letters", [2, 3, 4, 5])
    @pytest.mark.parametrize("line_end", ["\n", "\n\n"])
    def test_t1_code_without_signs_is_not_spelled_line_by_line(self, letters: int, line_end: str) -> None:
        """T1: a correction that is spelled letter by letter over several lines is stopped."""
        lines = re.findall(f".{{1,{letters}}}", "returntotalminuslengrade")
        spelling = "".join(" ".join(line) + line_end for line in lines)
        assert rule(f"Spell this:\n{spelling}Do you see it?") == "encoded"

    @given(
        bug=st.sampled_from(BUGS),
        cuts=st.lists(st.integers(1, 4), min_size=1, max_size=30),
        template=st.sampled_from(
            ["Next: `{}`\n\n", "```\n{}\n```\n", "{}\n\n", "- {}\n", "- `{}`\n", "Then comes `{}`. "]
        ),
        asks=st.integers(1, 4),
    )
    @settings(max_examples=400, deadline=None)
    def test_t1_no_new_line_comes_in_instalments(self, bug: Bug, cuts: list[int], template: str, asks: int) -> None:
        """T1: a correction in fragments of a few words, over one or several answers, is never shown completely."""
        pieces: list[str] = []
        for line in filter(None, map(str.split, bug.fixed.splitlines())):
            while line:
                size = cuts[len(pieces) % len(cuts)]
                pieces.append(" ".join(line[:size]))
                del line[:size]
        share = -(-len(pieces) // asks)
        earlier: list[str] = []
        for ask in range(asks):
            text = "".join(map(template.format, pieces[ask * share : (ask + 1) * share]))
            shown, _ = answer(text, HintLevel(ask + 1), submission(bug.code), earlier=earlier)
            earlier.append(shown)
        together = re.sub(r"Next:|Then comes|```\w*|`\.", " ", "\n".join(earlier))
        assert [line for line in bug.new_lines if line in seen(together)] == []

    @each_case(
        list(product(NAMED_BUGS, sorted(DISGUISES), HINT_LEVELS)),
        named=lambda case: f"{case[0]}-{case[1]}-{case[2]}",
        parts=2,
    )
    def test_t1_every_disguise_is_stopped(self, case: tuple[str, str, HintLevel]) -> None:
        """T1: every disguise of every correction is stopped at every level below 5."""
        name, disguise, level = case
        bug = NAMED_BUGS[name]
        shown, verdict = answer(DISGUISES[disguise](bug.fixed), level, submission(bug.code))
        assert verdict is not None
        assert [line for line in bug.new_lines if line in seen(shown)] == []


QUESTION, CONCEPT, STRUCTURE, EXAMPLE, SOLUTION = HintLevel


class TestWhatPasses:
    """Hints that follow the rules of their level are released unchanged."""

    def test_a_module_allows_names(self) -> None:
        """A name that the module's instructor has listed is allowed like a builtin."""
        guard = Guard(CONCEPT, submission(), allowed_names=frozenset({"robot", "turn"}))
        assert guard.feed("What does `robot.turn()` do?") + guard.finish() == ["What does `robot.turn()` do?"]
        assert rule("What does `robot.turn()` do?", 2) == "code-span"

    def test_what_the_machine_and_the_student_said_is_their_own(self) -> None:
        """Text from a diagnostic, a traceback, the question or another cell may be quoted."""
        asked = submission(
            diagnostics=(
                Diagnostic(line=0, character=0, end_line=0, end_character=1, message="use total := grade + 1 here"),
            ),
            traceback="Traceback (most recent call last):\nNameError: name 'averge' is not defined",
            question="Is it grade ** 2?",
            cells=(Cell(source="weights = grades[1:]", output="[4]"),),
        )
        for quote in (
            "total := grade + 1",
            "NameError: name 'averge' is not defined",
            "grade ** 2",
            "weights = grades[1:]",
        ):
            assert rule(f"You see `{quote}` there.", 1, asked) is None

    def test_a_failing_case_is_no_instalment(self) -> None:
        """Values of a failing test case, told over several answers, do not count as fragments of a statement."""
        asked = submission(traceback="Test failed: average([1, 2])\nExpected: ('low', 1)\nGot: [[1], [2]]\n")
        told = ["You need `return`.", "You call `average([1, 2])` and get `[[1], [2]]`.", "It wants `('low', 1)`."]
        for number, text in enumerate(told):
            assert answer(text, QUESTION, asked, earlier=told[:number]) == (text, None)
            assert answer(text, QUESTION, asked, earlier=["Read `return total`.", *told]) == (text, None)

    def test_a_comment_and_a_semicolon_end_what_is_put_together(self) -> None:
        """The student's own code may be quoted repeatedly, even with a comment or semicolon at its end."""
        asked = submission("name = input();\nhalf = 1 # 1/2\n")
        said = ["Line 1, `name = input();`.", "See `half = 1 # 1/2`."]
        for text in ("Print `name`.", "Line 1, `name = input();`.", "What is `1/2`?"):
            assert answer(text, QUESTION, asked, earlier=said) == (text, None)

    @each_case(sorted(set(DISGUISES) - {"hidden comment", "zero width spaces"}))
    def test_level_5_may_say_anything(self, disguise: str) -> None:
        """The solution passes at level 5."""
        assert answer(DISGUISES[disguise](BUGS[0].fixed), SOLUTION)[1] is None


class TestWhatDoesNotPass:
    """Code that a level does not allow, with the violated rule."""

    @pytest.mark.parametrize(
        "pieces",
        [
            ["`total`", "`+= # 1`", "`grade`"],
            ["`grades; total`", "`+=`", "`grade`"],
            ["`return`", "`average([2, 4])`"],
            ["`return grades`", "`[2]`"],
        ],
    )
    def test_instalments_beside_a_failing_case(self, pieces: list[str]) -> None:
        """A new statement in fragments is found despite comments, semicolons, and values from a test case."""
        asked = submission(traceback="Test failed: average([1, 3])\nExpected: [2]\nGot: (3, 0)\n")
        told = ["You call `average([1, 3])` and get `(3, 0)`.", *(f"Next: {piece}." for piece in pieces)]
        _, verdict = answer(told[-1], CONCEPT, asked, earlier=told[:-1])
        assert verdict == Verdict(GuardRule.INSTALMENTS, told[-1])

    def test_nothing_comes_after_a_verdict(self) -> None:
        """After a violation, this unit and all later ones are withheld; earlier ones were already released."""
        guard = Guard(QUESTION, submission())
        assert guard.feed("Think about line 4. ") == ["Think about line 4. "]
        assert guard.feed("Use `total += grade`. Good") == []
        assert guard.verdict == Verdict(GuardRule.CODE_SPAN, "Use `total += grade`. ")
        assert guard.feed(" luck. ") + guard.finish() == []

    def test_text_without_end_is_stopped(self) -> None:
        """At every level, an endless line or block is stopped once it is longer than any hint."""
        for level in HintLevel:
            assert rule("word " * (MAX_LINE // 5 + 1), level) == "endless"
            assert rule("```\n" + "word\n" * (MAX_BLOCK // 5), level) == "endless"

    def test_what_cannot_be_judged_is_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """If judging a text raises an exception, the text is withheld."""

        def fail(*_: object) -> None:
            raise RecursionError

        guard = Guard(QUESTION, submission())
        monkeypatch.setattr(guard_module, "broken_rule", fail)
        assert guard.feed("Look at line 4. Well") == []
        assert guard.verdict == Verdict(GuardRule.UNJUDGED, "Look at line 4. ")


class TestChunks:
    """The same text split into different chunks."""

    MIXED = (
        "Look, e.g., at line 4.\r\nIt says `total = grade`. 1. One?\n2. Two… ok!\n> quoted\n"
        "> ```py\n> total = grade\n> ```\n```python\ntotal = grade\n```\n"
        'A "quote." End\x1b[31mred\x1b[0m ``a ` b`` `open\nmark\n\n| a | b |\n~~~\nx\n~~~\n'
    )

    @given(
        chunks=st.lists(st.integers(1, 9), max_size=250),
        level=st.sampled_from(list(HintLevel)),
        tail=st.sampled_from(["", "`total += grade`", "```\ntotal += grade", "total += grade. More.", "\r", "\x1b["]),
    )
    @settings(max_examples=300, deadline=None)
    def test_chunks_change_nothing(self, chunks: list[int], level: HintLevel, tail: str) -> None:
        """The released units and the verdict do not depend on how the text is split into chunks."""
        assert answer(self.MIXED + tail, level, chunks=chunks) == answer(self.MIXED + tail, level)

    @given(
        st.lists(
            st.sampled_from(["`", "``", "```", "~~~", "\n", ". ", "a", "> ", "- ", "1. ", " ", '!"', "…", "x" * 99])
        ),
        st.lists(st.integers(1, 5), max_size=60),
    )
    @settings(max_examples=300, deadline=None)
    def test_units_depend_on_the_text_alone(self, parts: list[str], chunks: list[int]) -> None:
        """The units do not depend on how the text is split into chunks, and together they are the whole text."""
        text, splitter, units, position = "".join(parts), Splitter(), list[Unit](), 0
        for length in chunks:
            units += splitter.feed(text[position : position + length])
            position += length
        units += [*splitter.feed(text[position:]), *splitter.finish()]
        whole = Splitter()
        assert units == [*whole.feed(text), *whole.finish()]
        assert "".join(unit.text for unit in units) == text

    @given(st.text(max_size=300), st.sampled_from(list(HintLevel)))
    @settings(deadline=None)
    def test_any_text_is_judged(self, text: str, level: HintLevel) -> None:
        """The guard judges any text without an exception."""
        _, verdict = answer(text, level)
        assert verdict is None or verdict.rule != "unjudged"

    def test_sentences_come_out_as_they_end(self) -> None:
        """A sentence is released as soon as it ends, a block when it closes."""
        guard = Guard(QUESTION, submission())
        assert guard.feed("Look at line 4. What") == ["Look at line 4. "]
        assert guard.feed(" does `total = gr") == []
        assert guard.feed("ade` do?\n```\ntotal = grade\n") == [" What does `total = grade` do?\n".lstrip()]
        assert guard.feed("```\n") == ["```\ntotal = grade\n```\n"]


SECRET = "kestrel-4F9a-71bc-amber"


class TestCanary:
    """T4: an answer must not contain the canary, a secret text in the system prompt."""

    @given(
        level=st.sampled_from(list(HintLevel)),
        form=st.sampled_from(
            [
                SECRET,
                SECRET.upper(),
                SECRET.replace("-", " "),
                "-".join(SECRET),
                SECRET[::-1],
                "`" + SECRET + "`",
                "\u200b".join(SECRET),
                SECRET.encode().hex(),
                base64.b64encode(SECRET.encode()).decode(),
                base64.b64encode(b"x" + SECRET.encode() + b"yz").decode(),
                SECRET.replace("4", "&#52;"),
                "**" + SECRET[:9] + "**" + SECRET[9:],
            ]
        ),
        chunks=st.lists(st.integers(1, 20), max_size=20),
    )
    @settings(max_examples=200, deadline=None)
    def test_t4_the_canary_never_reaches_the_student(self, level: HintLevel, form: str, chunks: list[int]) -> None:
        """T4: an answer with the canary is stopped at every level, in every spelling and however it is split."""
        shown, verdict = answer(f"My rules say: {form} and more.", level, chunks=chunks, canary=SECRET)
        assert shown == ""
        assert verdict is not None
        assert verdict.rule in {"canary", "encoded"}

    def test_t4_a_canary_over_several_units_stops_at_the_last(self) -> None:
        """T4: a canary that is spread over several units is stopped at its last part."""
        shown, verdict = answer("It begins kestrel 4F9a. It ends 71bc amber. ", SOLUTION, canary="4F9a it ends 71bc")
        assert shown == "It begins kestrel 4F9a. "
        assert verdict == Verdict(GuardRule.CANARY, "It ends 71bc amber. ")

    def test_t4_a_canary_must_be_a_secret(self) -> None:
        """A canary that is so short that it could occur by chance raises an error."""
        with pytest.raises(ValueError, match="8 letters or digits"):
            Guard(QUESTION, submission(), canary="a-b-c")

    def test_t4_an_answer_without_the_canary_passes(self) -> None:
        """T4: other words, and parts of the canary, are released."""
        assert answer("An amber kestrel. 71bc. ", QUESTION, canary=SECRET)[1] is None


class TestInert:
    """T5: the released text contains no markup or characters that an editor would act on."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("See ![plot](https://evil.example/x.png) here.", "See ! [plot](https://evil.example/x.png) here."),
            ("![a][b]\n\n[b]: https://evil.example/x.png\n", "! [a][b]\n\n[b]: https://evil.example/x.png\n"),
            ("[run](command:workbench.action.quit)", r"[run]\(command:workbench.action.quit)"),
            ("[run](command&colon;a) [b]( <command:c> )", r"[run]\(command&colon;a) [b]\( &lt;command:c> )"),
            ("[x]: command:a\n", "[x]\\: command:a\n"),
            ("[docs](https://docs.python.org/3/) help.", "[docs](https://docs.python.org/3/) help."),
            (
                "<img src=x onerror=y> and <https://docs.python.org>",
                "&lt;img src=x onerror=y> and <https://docs.python.org>",
            ),
            ("`<img>` is code, a < b is not.", "`<img>` is code, a < b is not."),
            ("\\` <img src=x> `", "\\` &lt;img src=x> `"),
            ("`a\n`<img src=x>`\n", "`a\n`&lt;img src=x>`\n"),
            ("\x1b[31mred\x1b[0m \x1b]8;;command:x\x07link\x1b]8;;\x07 \x1bc", "red link "),
            ("a\u202eb\u200fc\u2066d\u200be\ufefff\U000e0041g\x00h\x9b31m", "abcdefgh31m"),
            ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
            ("half \ud800 a pair", "half \ufffd a pair"),
            ("```\n<b>![x](command:y)\n```\n", "```\n<b>![x](command:y)\n```\n"),
            ("    ```\n<b>![x](command:y)\n    ```\n", "    ```\n&lt;b>! [x]\\(command:y)\n    ```\n"),
            ("👩\u200d🔬 naïve ﷼", "👩\u200d🔬 naïve ﷼"),
        ],
    )
    def test_t5_markup_is_taken_apart(self, text: str, expected: str) -> None:
        """T5: images, links that run commands, tags, terminal sequences and hidden characters lose their effect."""
        assert answer(text, SOLUTION)[0] == expected

    @given(
        parts=st.lists(
            st.sampled_from(
                [
                    *(
                        "![a]",
                        "(http://x/y.png)",
                        "](command:a)",
                        "[a",
                        "]",
                        "(",
                        ")",
                        "<img src=x>",
                        "<script>",
                        "`",
                        "``",
                    ),
                    *(
                        "\\",
                        "\x1b[31m",
                        "\x1b]0;t\x07",
                        "\x1b",
                        "[",
                        "\u202e",
                        "\u200b",
                        "\n",
                        "\n\n",
                        ". ",
                        "```\n",
                        "> ",
                        "a",
                        "!",
                    ),
                ]
            ),
            max_size=40,
        ),
        chunks=st.lists(st.integers(1, 7), max_size=40),
    )
    @settings(max_examples=400, deadline=None)
    def test_t5_nothing_live_is_shown(self, parts: list[str], chunks: list[int]) -> None:
        """T5: for random markup, no image, command link outside code, escape or hidden character is shown."""
        shown, _ = answer("".join(parts), SOLUTION, chunks=chunks)
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]", shown
        )
        outside = re.sub(
            r"(?ms)^ {0,3}(`{3,}(?=[^`\n]*$)|~{3,})[^\n]*(?:\n|\Z).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", "", shown
        )
        assert "![" not in outside
        assert "](command:" not in outside


class TestCost:
    """Limits on the processor time of the guard."""

    def test_a_unit_takes_a_fraction_of_a_millisecond(self) -> None:
        """A sentence of an ordinary hint is judged in under 2 ms, even on a busy machine."""
        text = (
            "Look at line 4, where `total = grade` runs in every round. What does `total` hold after the second one? "
            "You could put `print(total)` there. Then change nothing else, and compare it with what you expect.\n\n"
        )
        guard = Guard(QUESTION, submission())
        started = time.process_time()
        released = [unit for _ in range(50) for unit in guard.feed(text)]
        assert len(released) == 250
        assert (time.process_time() - started) / len(released) < 0.002

    @pytest.mark.parametrize(
        "text",
        [
            "replace " * 480 + "\n",
            "`" * 3900 + "\n",
            "`a` " * 990 + "\n",
            "use a instead of " * 220 + "\n",
            "- " * 1900 + "\n",
            "a.b(" * 990 + "\n",
            "x = " * 990 + "\n",
            "&lt;" * 990 + "\n",
            "**" * 1900 + "\n",
            "A" * 3900 + "\n",
            "12, " * 990 + "\n",
            "[a](" * 990 + "\n",
            "it should be " * 300 + "\n",
            '"' * 3900 + "\n",
            "should not be instead of -> " * 140 + "\n",
            "=> " * 1300 + "\n",
        ],
    )
    def test_no_line_takes_long(self, text: str) -> None:
        """The longest possible line takes less than a second, for each kind of repeated markup."""
        started = time.process_time()
        rule(text)
        assert time.process_time() - started < 1

    def test_the_largest_submission_takes_bounded_time(self) -> None:
        """Code of 256 KiB is prepared in limited time, and the code around the cursor still counts as the student's."""
        code = "".join(f"value_{number} = compute(value_{number // 2}, {number})\n" for number in range(6000))[: 2**18]
        line = code.count("\n") // 2
        asked = Submission(code=code, cursor=Position(line, 0))
        started = time.process_time()
        assert rule(f"What does `{code.splitlines()[line]}` do?", 1, asked) is None
        assert time.process_time() - started < 3

    def test_a_piece_is_looked_for_among_many_names_in_bounded_time(self) -> None:
        """Searching for a hundred fragments among many names takes less than two seconds."""
        material = StudentMaterial(
            submission("".join(f"def f{at}(a{at}):\n    return a{at} + {at}\n" for at in range(800)))
        )
        material.read_ahead()
        started = time.process_time()
        assert not any(material.traces(("a", "**", str(at))) for at in range(100))
        assert time.process_time() - started < 2
