"""Which changes of a program make it another problem."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.problem_units import STACK, fingerprint
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import Position


@dataclass
class Program:
    """A statement as a list of tokens, with the statements of its body."""

    tokens: list[str]
    body: list[Program] = field(default_factory=list)

    def walk(self) -> list[Program]:
        """Return this statement and all statements inside it."""
        return [self, *(inner for child in self.body for inner in child.walk())]


NAMES = st.sampled_from(["total", "n", "cake", "x1", "größe"])
ATOMS = st.one_of(
    NAMES, st.sampled_from(["0", "12", "1.5e-3", "0xff", "'a  b'", '"""two\n  lines # no comment"""', "f'{n}  '"])
)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> list[str]:
    """Return a strategy for the tokens of an expression."""
    if depth == 0 or draw(st.booleans()):
        return [draw(ATOMS)]
    inner = draw(expressions(depth - 1))
    match draw(st.integers(0, 3)):
        case 0:
            return [*inner, draw(st.sampled_from(["+", "**", "//", "<=", "and", "not in"])), *draw(expressions(0))]
        case 1:
            return [draw(NAMES), "(", *inner, ",", *draw(expressions(0)), ")"]
        case 2:
            return ["[", *inner, "]"]
        case _:
            return ["-", *inner]


@st.composite
def statements(draw: st.DrawFn, depth: int) -> Program:
    """Return a strategy for a statement, which has a body if it is a compound statement."""
    expression = draw(expressions())
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return Program([*draw(st.sampled_from([[], ["n", "="], ["return"], ["cake", "+="]])), *expression])
    head = draw(
        st.sampled_from([["if"], ["while"], ["for", "n", "in"], ["def", "f", "("], ["class", "A", "("]]),
    )
    closing = [")", ":"] if "(" in head else [":"]
    return Program([*head, *expression, *closing], draw(st.lists(statements(depth - 1), min_size=1, max_size=3)))


PROGRAMS = st.lists(statements(3), min_size=1, max_size=4)


def words(text: str) -> bool:
    """Return whether a token would merge with another such token without a space in between."""
    return text[0].isalnum() or text[0] in "_'\"." or not text.isascii()


def render(program: list[Program], marked: Program, layout: random.Random, *, line_end: str) -> tuple[str, int]:
    """Return a program's text with random spacing, comments, line breaks and indentation, and the line of `marked`."""
    lines: list[str] = []
    at = 0

    def filler(indent: str) -> None:
        while layout.random() < 0.3:
            lines.append(layout.choice(["", "   ", "\t", f"{indent}# (note", "# 'quote", "        # def f():"]))

    def spacing(left: str, right: str, depth: int) -> str:
        gap = layout.choice(["", " ", "  ", "\t"])
        if depth and layout.random() < 0.2:
            gap += layout.choice(["\n", "\n      ", "  # why (\n\n  "])
        elif layout.random() < 0.1:
            gap += " \\\n  "
        needs = words(left[-1]) and words(right)
        return gap or " " if needs else gap

    def write(body: list[Program], indent: str) -> None:
        nonlocal at
        for statement in body:
            filler(indent)
            if statement is marked:
                at = "\n".join([*lines, ""]).count("\n")
            text, depth = indent + statement.tokens[0], statement.tokens[0] in "(["
            level = int(depth)
            for left, right in zip(statement.tokens, statement.tokens[1:], strict=False):
                text += spacing(left, right, level) + right
                level += (right in "([") - (right in ")]")
            lines.append(text + layout.choice(["", " ", "  # (done", "\t#'"]))
            write(statement.body, indent + layout.choice([" ", "    ", "\t", "   "]))

    write(program, "")
    filler("")
    text = "\n".join(lines) + layout.choice(["", "\n", "\n\n# end"])
    return text.replace("\n", line_end), at


class TestFingerprint:
    """Which differences between programs change a problem's fingerprint."""

    @given(program=PROGRAMS, data=st.data())
    @settings(max_examples=150)
    def test_t3_spacing_blank_lines_and_comments_do_not_change_the_problem(
        self, program: list[Program], data: st.DataObject
    ) -> None:
        """T3: spacing, blank lines, comments and the kind of line end do not change a problem's fingerprint."""
        marked = data.draw(st.sampled_from([inner for statement in program for inner in statement.walk()]))
        layout = random.Random(data.draw(st.integers(0, 2**32)))
        first = render(program, marked, layout, line_end="\n")
        second = render(program, marked, layout, line_end=data.draw(st.sampled_from(["\n", "\r\n", "\r"])))
        one, two = (identify(code, Position(line, 0)) for code, line in (first, second))
        assert (one.unit.kind, one.unit.name, one.fingerprint) == (two.unit.kind, two.unit.name, two.fingerprint)

    @given(program=PROGRAMS, data=st.data())
    @settings(max_examples=150)
    def test_t3_a_changed_token_is_another_problem(self, program: list[Program], data: st.DataObject) -> None:
        """T3: a token that is inserted or changed anywhere in the unit changes the fingerprint."""
        statement = data.draw(st.sampled_from([inner for statement in program for inner in statement.walk()]))
        layout = random.Random(data.draw(st.integers(0, 2**32)))
        code, line = render(program, program[0], layout, line_end="\n")
        before = identify(code, Position(line, 0), "cell").fingerprint
        where = data.draw(st.integers(0, len(statement.tokens) - 1))
        if statement.tokens[where] in {"(", ")", "[", "]", "def", "class"}:
            statement.tokens.insert(where, "changed")
        else:
            statement.tokens[where] = data.draw(st.sampled_from(["changed", "'changed'", "1.25"]))
        code, line = render(program, program[0], layout, line_end="\n")
        assert identify(code, Position(line, 0), "cell").fingerprint != before

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param("x = f(a,\n      b)", "x=f( a , b )", id="line break in brackets"),
            pytest.param("x = 1 + \\\n    2", "x = 1 + 2", id="line continuation"),
            pytest.param("if x:\n\ty = 1", "if x:\n    y = 1", id="tab for spaces"),
            pytest.param("\ufeffx = 1", "x = 1", id="byte order mark"),
            pytest.param("x = (  # why\n  1)", "x = (1)", id="comment in brackets"),
            pytest.param("x = 1\x0c", "x = 1", id="form feed"),
            pytest.param("s = '''a\r\nb'''", "s = '''a\nb'''", id="line end in a string, as Python reads it"),
        ],
    )
    def test_t3_same_problem(self, one: str, other: str) -> None:
        """T3: no form of spacing, such as line continuations or form feeds, changes the fingerprint."""
        assert fingerprint(one) == fingerprint(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param("if x:\n    y = 1\n    z = 2", "if x:\n    y = 1\nz = 2", id="indentation"),
            pytest.param("s = 'a b'", "s = 'a  b'", id="spacing in a string"),
            pytest.param("s = 'a'", 's = "a"', id="quotes of a string"),
            pytest.param("s = 'a # b'", "s = 'a # c'", id="no comment in a string"),
            pytest.param("f'a'", "f 'a'", id="prefix of a string"),
            pytest.param("notx", "not x", id="word boundary"),
            pytest.param("x = 1\ny = 2", "x = 1; y = 2", id="line break"),
            pytest.param("a - -1", "a --1 +0", id="operators"),
            pytest.param("'''a\nb'''", "'''a\n b'''", id="indentation in a string"),
        ],
    )
    def test_t3_other_problem(self, one: str, other: str) -> None:
        """T3: a difference in tokens, strings or indentation changes the fingerprint."""
        assert fingerprint(one) != fingerprint(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param("print((1 +  2)\n\n# so\ny = 3", "print( (1+2 ) # open\ny=3", id="open bracket"),
            pytest.param("s = 'it's\nif s:\n    t( s )", "s='it's\n\nif s:\n\tt(s)  # t", id="open string"),
            pytest.param("s = '''a\nb = 1", "s='''a\n\nb=1 # b", id="open triple quote"),
            pytest.param("if x:\n    y\n  z", "if x:\n        y\n    z  # z", id="dedent to no level"),
        ],
    )
    def test_t3_same_problem_where_tokenizing_fails(self, one: str, other: str) -> None:
        """T3: spacing, blank lines and comments do not change the fingerprint of code that cannot be tokenized."""
        assert fingerprint(one) == fingerprint(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param("print((1 + 2)\ny = 3", "print((1 + 2)\ny = 4", id="token"),
            pytest.param("print((1 + 2)\ny = 3", "print((1 + 2)\n    y = 3", id="rank of indentation"),
            pytest.param("print(('a b')\ny = 3", "print(('ab')\ny = 3", id="spacing in a string"),
        ],
    )
    def test_t3_other_problem_where_tokenizing_fails(self, one: str, other: str) -> None:
        """T3: a difference in text or indentation changes the fingerprint of code that cannot be tokenized."""
        assert fingerprint(one) != fingerprint(other)

    def test_the_unit_alone_enters(self) -> None:
        """A function keeps its fingerprint if other code changes, if it moves, or if it is put into a class."""
        function = "def f(n):\n    if n:\n        return 1\n"
        moved = "class A:\n" + "".join(f"\t{line}\n" for line in function.splitlines())
        assert fingerprint(function, 1) == fingerprint("x = 1\n" + function + "print(f(2))\n", 2)
        assert fingerprint(function, 1) == fingerprint(moved, 3)

    def test_place_in_the_unit_does_not_enter(self) -> None:
        """All cursors in one unit give the same fingerprint."""
        assert len({fingerprint(STACK, line) for line in (3, 4, 9, 14, 15, 18, 19)}) == 1

    @given(code=st.text(), line=st.integers(0, 10**9), character=st.integers(0, 10**9))
    def test_any_text_has_an_identity(self, code: str, line: int, character: int) -> None:
        """Any text with any cursor has a fingerprint, which is the same each time."""
        position = Position(line, character)
        assert identify(code, position) == identify(code, position)

    @given(
        st.lists(
            st.sampled_from(
                [
                    "'",
                    '"',
                    "'''",
                    '"""',
                    *"()[]{}\\#:@.\n\r\f\t \0",
                    "def f",
                    "class A",
                    "return",
                    "\n    ",
                    "\ud800",
                    "f'",
                ]
            )
        ),
        st.integers(0, 30),
    )
    @settings(max_examples=300)
    def test_any_heap_of_tokens_has_a_unit_around_the_cursor(self, parts: list[str], line: int) -> None:
        """For any text, the unit is a contiguous range of lines within the text."""
        code = "".join(parts)
        unit = identify(code, Position(line, 0)).unit
        lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 0 <= unit.start_line < unit.end_line <= len(lines)
        assert unit.source.rstrip("\n") == "\n".join(lines[unit.start_line : unit.end_line]).rstrip("\n")

    @pytest.mark.parametrize(
        "part",
        ['"""', '"', "'\\\"'", "(", "(\n", "(\ndef f(\n", "[\nreturn\n", "@a\n", "\\\n", "\\", "\0", "\ud800", "\t"],
    )
    def test_256_kib_take_bounded_time(self, part: str) -> None:
        """Identifying 256 KiB of any text takes linear time; quadratic time would be minutes."""
        code = (part * (2**18 // len(part)))[: 2**18]
        started = time.process_time()
        identify(code, Position(10, 0))
        assert time.process_time() - started < 5

    def test_500_lines_take_milliseconds(self) -> None:
        """Identifying a problem in 500 lines takes under 5 ms; the limit of 15 ms allows for a slow machine."""
        code = (STACK * 15)[:18_000]
        taken = []
        for _ in range(5):
            started = time.process_time()
            identify(code, Position(250, 4))
            taken.append(time.process_time() - started)
        assert min(taken) < 0.015
