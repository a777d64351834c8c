"""Problem identity, the choice of hint levels, and the classification of errors."""

from __future__ import annotations

import ast
import io
import random
import re
import time
import tokenize
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor_pedagogy.classification import classify
from tutor_pedagogy.problem import lexing
from tutor_pedagogy.problem.identity import Unit, identify
from tutor_protocol import Cell, Diagnostic, Position, Submission

STACK = '''\
import math


@deprecated
# since the second week
@checked(
    strict=True,
)
def area(radius,
         scale=1):
    """Give the area.

def not_a_function(): this is text
    """
    square = radius ** 2

    def scaled(value):
        return value * scale

    return scaled(math.pi * square)


# A stack of plates.
class Stack:
    plates = []

    def push(self, plate): self.plates.append(plate)

    async def pop(self):
        return (lambda top: top)(
            self.plates.pop()
        )


print(area(2))
'''


def unit_at(code: str, line: int, character: int = 0) -> tuple[str, str, int, int]:
    """Return kind, name, start line and end line of the code unit at a cursor."""
    unit = identify(code, Position(line, character)).unit
    return unit.kind, unit.name, unit.start_line, unit.end_line


def fingerprint(code: str, line: int = 0, character: int = 0) -> str:
    """Return the fingerprint of the problem at a cursor."""
    return identify(code, Position(line, character)).fingerprint


class TestUnit:
    """The code unit (function, class, module or cell) that contains the cursor."""

    @pytest.mark.parametrize(
        ("line", "character", "expected"),
        [
            pytest.param(0, 0, ("module", "<module>"), id="import"),
            pytest.param(1, 0, ("module", "<module>"), id="blank line before a function"),
            pytest.param(3, 0, ("function", "area"), id="first decorator"),
            pytest.param(4, 0, ("function", "area"), id="comment between decorators"),
            pytest.param(6, 0, ("function", "area"), id="inside a decorator's brackets"),
            pytest.param(9, 0, ("function", "area"), id="second line of the header"),
            pytest.param(12, 0, ("function", "area"), id="a def in a docstring is text"),
            pytest.param(15, 0, ("function", "area"), id="blank line inside a function, cursor at its start"),
            pytest.param(16, 0, ("function", "scaled"), id="header of a nested function"),
            pytest.param(17, 8, ("function", "scaled"), id="nested function"),
            pytest.param(18, 0, ("function", "area"), id="blank line after a nested function"),
            pytest.param(19, 0, ("function", "area"), id="after a nested function"),
            pytest.param(20, 0, ("module", "<module>"), id="blank line after a function"),
            pytest.param(22, 0, ("module", "<module>"), id="comment before a class"),
            pytest.param(23, 0, ("class", "Stack"), id="header of a class"),
            pytest.param(24, 6, ("class", "Stack"), id="class body"),
            pytest.param(25, 0, ("class", "Stack"), id="blank line between methods"),
            pytest.param(26, 30, ("function", "push"), id="function on one line"),
            pytest.param(29, 0, ("function", "pop"), id="a lambda is no unit"),
            pytest.param(31, 0, ("function", "pop"), id="closing bracket"),
            pytest.param(34, 0, ("module", "<module>"), id="call at module level"),
            pytest.param(35, 0, ("module", "<module>"), id="empty last line"),
            pytest.param(9999, 80, ("module", "<module>"), id="past the end"),
        ],
    )
    def test_innermost_function_else_class_else_module(
        self, line: int, character: int, expected: tuple[str, str]
    ) -> None:
        """The unit is the innermost function around the cursor, else the class, else the module."""
        assert unit_at(STACK, line, character)[:2] == expected

    def test_lines_and_source_of_a_unit(self) -> None:
        """A function's unit includes its decorators and its source; the number of its end line is exclusive."""
        unit = identify(STACK, Position(14, 0)).unit
        lines = STACK.splitlines(keepends=True)
        assert unit == Unit("area", "function", 3, 20, "".join(lines[3:20]))

    def test_module_and_cell_are_whole(self) -> None:
        """The unit of a module or a cell is the whole text with LF as line ends, even if it contains functions."""
        code = "def f():\r\n    return 1\r\n"
        assert identify(code, Position(1, 4), "cell").unit == Unit("<cell>", "cell", 0, 3, code.replace("\r", ""))
        assert identify("x = 1", Position(0, 0)).unit == Unit("<module>", "module", 0, 1, "x = 1")

    def test_blank_line_below_a_function_follows_the_cursor(self) -> None:
        """A blank line below a function belongs to it if the cursor is indented to its body, else to the module."""
        code = "def f():\n    return 1\n    \nprint(f())\n"
        assert unit_at(code, 2, 4)[1] == "f"
        assert unit_at(code, 2, 0)[1] == "<module>"

    def test_comment_below_a_function_follows_its_own_indentation(self) -> None:
        """A comment below a function belongs to it if the comment is indented to its body, else to the module."""
        code = "def f():\n    return 1\n    # twice?\n# done\nprint(f())\n"
        assert [unit_at(code, line)[1] for line in (2, 3)] == ["f", "<module>"]

    def test_end_of_the_text_belongs_to_the_last_statement(self) -> None:
        """Below the last statement, and past the end of the text, the unit is that of the last statement."""
        code = "x = 1\ndef f():\n    return 1\n\n# end\n"
        assert {unit_at(code, line)[1] for line in (3, 4, 5, 500)} == {"f"}

    def test_nothing_but_comments(self) -> None:
        """Empty text, and text with only comments, is a module, and both are the same problem."""
        assert unit_at("", 0) == ("module", "<module>", 0, 1)
        assert unit_at("# todo\n\n", 1) == ("module", "<module>", 0, 3)
        assert fingerprint("") == fingerprint("# todo\n\n")

    def test_class_in_a_function(self) -> None:
        """In a class inside a function, the unit is the function."""
        assert unit_at("def f():\n    class A:\n        x = 1\n    return A\n", 2)[1] == "f"

    def test_statement_between_tabs_and_form_feeds(self) -> None:
        """As in CPython, a tab indents to the next multiple of 8, and a form feed resets the column to 0."""
        code = "class A:\n    def f(self):\n\treturn 1\n\f    def g(self):\n        return 2\n"
        assert [unit_at(code, line)[1] for line in range(5)] == ["A", "f", "f", "g", "g"]

    def test_only_python_line_ends_count(self) -> None:
        """LF, CRLF and a lone CR end a line; form feed, U+2028 and NEL do not."""
        code = "s = 'a\u2028b\x85c'\x0c\rdef f():\r\n    return s\n"
        assert [unit_at(code, line)[1] for line in range(3)] == ["<module>", "f", "f"]


class TestUnitOfBrokenCode:
    """The code unit that contains the cursor, for code that does not parse."""

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            pytest.param("def f(x)\n    return x\nprint(1)\n", ["f", "f", "<module>"], id="missing colon"),
            pytest.param("def f(x:\n    return x\nprint(1)\n", ["f", "f", "<module>"], id="header bracket"),
            pytest.param(
                "def f(x):\n    y = (x + 1\n    z = 2\nw = 3\n",
                ["f", "f", "f", "<module>"],
                id="body bracket to the end",
            ),
            pytest.param(
                "def f(x):\n    print((x)\ndef g(y):\n    return y\n", ["f", "f", "g", "g"], id="bracket before a def"
            ),
            pytest.param(
                'def f():\n    """open\n    return 1\ndef g():\n    return 2\n',
                ["f", "f", "f", "g", "g"],
                id="docstring",
            ),
            pytest.param(
                'def f():\n    """open\n    return 1\ndef g():\n    """closed"""\n    return 2\n',
                ["f", "f", "f", "g", "g", "g"],
                id="open docstring before a closed one",
            ),
            pytest.param(
                "def f():\n    s = 'it's\n    return s\nx = 1\n", ["f", "f", "f", "<module>"], id="unterminated string"
            ),
            pytest.param("def f():\nprint(1)\n", ["f", "<module>"], id="missing body"),
            pytest.param("def f():\n        x = 1\n    y = 2\nz = 3\n", ["f", "f", "f", "<module>"], id="odd dedent"),
            pytest.param("def (x):\n    return x\n", ["", ""], id="header without a name"),
            pytest.param("class A\n    def f(self\n        x = (\n", ["A", "f", "f"], id="class and method"),
            pytest.param("def f():\n    return $x ? !\n", ["f", "f"], id="characters that Python does not know"),
        ],
    )
    def test_header_above_the_cursor_by_indentation(self, code: str, expected: list[str]) -> None:
        """If code does not parse, the unit's header is found above the cursor by indentation alone."""
        names = [unit_at(code, line)[1] for line in range(code.count("\n"))]
        assert names == ["<module>" if name == "<module>" else name for name in expected]

    def test_a_fault_elsewhere_does_not_enter(self) -> None:
        """A unit keeps its fingerprint if another unit can no longer be tokenized."""
        good = "def g():\n    return (1)\ndef f():\n    return 2\n"
        assert fingerprint(good, 3) == fingerprint(good.replace("(1)", "(1"), 3)


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


def bare(text: str) -> str:
    """Remove white space and braces, some of which the standard tokenizer omits from f-strings."""
    return re.sub(r"[\s{}]", "", text)


class TestLexing:
    """The lexer, compared with CPython's own tokenizer and parser."""

    @pytest.fixture(params=["argparse.py", "ast.py", "functools.py", "enum.py", "typing.py", "re"])
    def source(self, request: pytest.FixtureRequest) -> str:
        """Return the source of a module of the standard library."""
        path = Path(ast.__file__).parent / str(request.param)
        return (path / "_parser.py" if path.is_dir() else path).read_text("utf-8")

    def test_tokens_are_those_of_the_standard_library(self, source: str) -> None:
        """For a program that parses, the lexer gives the standard tokenizer's tokens and reports no fault."""
        layout = lexing.lay_out(source)
        without_text = {tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
        expected = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type not in without_text | {tokenize.ENDMARKER}
        ]
        if hasattr(tokenize, "FSTRING_START"):  # Python 3.12 splits f-strings into several tokens.
            ours = "".join(text for line in layout.lines for text in lexing.tokens(layout, line))
            assert bare("".join(expected)) == bare(ours)
        else:
            assert [text for line in layout.lines for text in lexing.tokens(layout, line)] == expected
        assert layout.faults == []

    def test_units_are_those_of_the_syntax_tree(self, source: str) -> None:
        """For a program that parses, the unit at each statement is the function or class of the syntax tree."""
        tree = ast.parse(source)
        expected: dict[int, tuple[int, int]] = {}

        def visit(node: ast.AST, around: tuple[int, int] | None, *, in_function: bool) -> None:
            for child in ast.iter_child_nodes(node):
                inside, function = around, in_function
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    function = in_function or not isinstance(child, ast.ClassDef)
                    if not in_function or not isinstance(child, ast.ClassDef):
                        decorators = [decorator.lineno for decorator in child.decorator_list]
                        inside = (min([child.lineno, *decorators]) - 1, child.end_lineno or 0)
                if isinstance(child, ast.stmt) and inside is not None:
                    expected[child.lineno - 1] = inside
                visit(child, inside, in_function=function)

        visit(tree, None, in_function=False)
        picked = sorted(expected)[:: len(expected) // 25]
        units = {line: identify(source, Position(line, 0)).unit for line in picked}
        assert {line: (unit.start_line, unit.end_line) for line, unit in units.items()} == {
            line: expected[line] for line in picked
        }


def submission(
    code: str = "x = 1\n",
    *,
    traceback: str | None = None,
    diagnostics: tuple[Diagnostic, ...] = (),
    question: str | None = None,
    cell: bool = False,
    first_line: int = 0,
) -> Submission:
    """Build a submission with only the given parts."""
    return Submission(
        code=code,
        cursor=Position(0, 0),
        kind="cell" if cell else "document",
        traceback=traceback,
        diagnostics=diagnostics,
        question=question,
        first_line=first_line,
    )


def diagnostic(message: str, *, source: str = "", code: str = "", severity: int = 1) -> Diagnostic:
    """Build a checker's diagnostic at the first character."""
    return Diagnostic(
        line=0, character=0, end_line=0, end_character=1, message=message, source=source, code=code, severity=severity
    )


def frames(last: str) -> str:
    """Build a traceback with the given last lines."""
    return (
        "Traceback (most recent call last):\n"
        '  File "cake.py", line 9, in <module>\n    print(bake(0))\n          ^^^^^^^\n'
        f'  File "cake.py", line 4, in bake\n    return sugar / eggs\n           ~~~~~~^~~~~~\n{last}'
    )


class TestClassifyTraceback:
    """The kind of error, classified by the traceback or the program's output."""

    @pytest.mark.parametrize(
        "exception",
        [
            "ZeroDivisionError: division by zero",
            "NameError: name 'suger' is not defined. Did you mean: 'sugar'?",
            "KeyError: 'eggs'",
            "KeyboardInterrupt",
            "numpy.linalg.LinAlgError: Singular matrix",
            "OvenTooHot: 300 degrees",
            "kitchen.errors.Burnt",
            "ValueError: too hot:\n\n  expected 200 but got 300",
            "RecursionError: maximum recursion depth exceeded",
        ],
    )
    def test_any_exception_is_a_runtime_error(self, exception: str) -> None:
        """A traceback with any exception, even the student's own, is a run-time error."""
        assert classify(submission(traceback=frames(exception))) == "runtime"

    @pytest.mark.parametrize("name", ["SyntaxError", "IndentationError", "TabError"])
    def test_syntax_errors(self, name: str) -> None:
        """A traceback with `SyntaxError` or a subclass is a syntax error."""
        traceback = f'  File "cake.py", line 2\n    if eggs = 2:\n       ^^^^^^^^\n{name}: invalid syntax\n'
        assert classify(submission(traceback=traceback)) == "syntax"

    @pytest.mark.parametrize(
        "report",
        [
            frames("AssertionError: 3 != 4"),
            frames("AssertionError"),
            ">       assert bake(2) == 4\nE       assert 3 == 4\n\ntest_cake.py:5: AssertionError\n",
            "FAILED test_cake.py::test_bake - assert 3 == 4\n",
            "E       AssertionError: assert 3 == 4\n",
            'File "cake.py", line 3, in cake.bake\nFailed example:\n    bake(2)\nExpected:\n    4\nGot:\n    3\n',
            "bake(2): expected 4, got 3",
            "1 test failed",
        ],
    )
    def test_a_failing_test_is_a_logic_error(self, report: str) -> None:
        """A traceback with `AssertionError`, or the report of a failed test, is a logic error."""
        assert classify(submission(traceback=report)) == "logic"

    def test_a_test_that_raised_is_a_runtime_error(self) -> None:
        """The report of a test that raised an exception other than `AssertionError` is a run-time error."""
        report = (
            ">       return sugar / eggs\nE       ZeroDivisionError: division by zero\n\ncake.py:4: ZeroDivisionError\n"
        )
        assert classify(submission(traceback=report)) == "runtime"

    def test_the_last_exception_of_a_chain_counts(self) -> None:
        """In a chain of exceptions, the last one, which ended the program, decides."""
        chain = frames("KeyError: 'eggs'") + (
            "\n\nDuring handling of the above exception, another exception occurred:\n\n" + frames("AssertionError: no")
        )
        assert classify(submission(traceback=chain)) == "logic"

    def test_notebook_traceback(self) -> None:
        """A notebook's traceback with colours and arrows is understood."""
        traceback = (
            "\x1b[0;31m------\x1b[0m\n\x1b[0;31mNameError\x1b[0m      Traceback (most recent call last)\n"
            "Cell \x1b[0;32mIn[3], line 1\x1b[0m\n\x1b[0;32m----> 1\x1b[0m eggs\n\n"
            "\x1b[0;31mNameError\x1b[0m: name 'eggs' is not defined"
        )
        assert classify(submission(traceback=traceback, cell=True)) == "runtime"

    def test_exception_group(self) -> None:
        """A traceback with an exception group is a run-time error."""
        traceback = (
            "  + Exception Group Traceback (most recent call last):\n"
            '  |   File "cake.py", line 1, in <module>\n  |     raise ExceptionGroup("two", both)\n'
            "  | ExceptionGroup: two (2 sub-exceptions)\n"
            "  +-+---------------- 1 ----------------\n    | ValueError: 1\n    +------------------------------------\n"
        )
        assert classify(submission(traceback=traceback)) == "runtime"

    def test_output_without_an_exception_says_nothing(self) -> None:
        """Output without an exception or a test report is no error."""
        assert classify(submission(traceback="mixing\nbaking\ndone\n")) == "none"

    def test_the_traceback_comes_before_the_code(self) -> None:
        """The traceback takes precedence over the code, which may have changed since the run."""
        assert classify(submission("x = (", traceback=frames("KeyError: 1"))) == "runtime"


class TestClassifyDiagnostics:
    """The kind of error, classified by the diagnostics of the editor's checkers."""

    @pytest.mark.parametrize(
        "reported",
        [
            diagnostic('"(" was not closed', source="Pylance"),
            diagnostic("Expected expression", source="Pyright"),
            diagnostic("SyntaxError: Expected ')', found newline", source="Ruff"),
            diagnostic("Expected `:`, found newline", source="Ruff", code="invalid-syntax"),
            diagnostic("SyntaxError: invalid syntax", source="flake8", code="E999"),
            diagnostic("IndentationError: unexpected indent", source="pycodestyle", code="E901"),
            diagnostic("invalid syntax", source="pyflakes"),
            diagnostic("Parsing failed: 'invalid syntax'", source="pylint", code="E0001"),
            diagnostic("Invalid syntax", source="mypy", code="syntax"),
            diagnostic("SyntaxError: unterminated string literal", source="compile"),
        ],
    )
    def test_syntax_errors(self, reported: Diagnostic) -> None:
        """A checker's report of a syntax error is a syntax error, even if the code compiles."""
        assert classify(submission(diagnostics=(reported,))) == "syntax"

    @pytest.mark.parametrize(
        "reported",
        [
            diagnostic('"egs" is not defined', source="Pylance", code="reportUndefinedVariable", severity=2),
            diagnostic("Undefined name `egs`", source="Ruff", code="F821", severity=2),
            diagnostic("undefined name 'egs'", source="pyflakes"),
            diagnostic("Undefined variable 'egs'", source="pylint", code="undefined-variable"),
            diagnostic("Instance of 'Cake' has no 'bak' member", source="pylint", code="E1101"),
            diagnostic('Name "egs" is not defined', source="mypy", code="name-defined"),
            diagnostic('"bak" is not a known attribute of "None"', source="Pyright", code="reportOptionalMemberAccess"),
            diagnostic('Operator "+" not supported', source="Pyright", code="reportOperatorIssue"),
            diagnostic(
                'Import "numpi" could not be resolved', source="Pylance", code="reportMissingImports", severity=2
            ),
        ],
    )
    def test_what_foretells_a_runtime_error(self, reported: Diagnostic) -> None:
        """A checker's report of something that will fail at run time is a run-time error."""
        assert classify(submission(diagnostics=(reported,))) == "runtime"

    @pytest.mark.parametrize(
        "reported",
        [
            diagnostic("line too long (92 > 79 characters)", source="pycodestyle", code="E501", severity=2),
            diagnostic("`math` imported but unused", source="Ruff", code="F401", severity=2),
            diagnostic("Missing module docstring", source="pylint", code="C0114", severity=3),
            diagnostic('"x" is not accessed', source="Pylance", severity=4),
            diagnostic("undefined name 'egs'", source="pyflakes", severity=3),
            diagnostic("trailing whitespace", source="pycodestyle", code="W291", severity=2),
        ],
    )
    def test_style_is_no_error(self, reported: Diagnostic) -> None:
        """Checkers' remarks on style, and diagnostics of low severity, are no errors."""
        assert classify(submission(diagnostics=(reported,))) == "none"

    def test_syntax_comes_before_everything_else_reported(self) -> None:
        """A syntax error takes precedence over checkers' other reports."""
        undefined = diagnostic("undefined name 'egs'", source="pyflakes")
        assert classify(submission("print(egs", diagnostics=(undefined,))) == "syntax"


class TestClassifyCodeAndQuestion:
    """The kind of error, classified by the code itself and the student's question."""

    @pytest.mark.parametrize(
        "code",
        [
            "if x\n    y",
            "x = (",
            "def f():\nreturn 1",
            "return 1",
            "if x:\n\ty\n        z",
            "s = 'a",
            "x = 1\0",
            "'\ud800'",
        ],
    )
    def test_code_that_does_not_compile(self, code: str) -> None:
        """Code that does not compile is a syntax error."""
        assert classify(submission(code)) == "syntax"

    @pytest.mark.parametrize("code", ["", "x = 1", "1 / 0", "assert False", "s = '\\d'", "x is 'a'", "# nothing"])
    def test_code_that_compiles_is_not_run(self, code: str) -> None:
        """Code that compiles is not run for the classification, and Python's warnings are no errors."""
        assert classify(submission(code)) == "none"

    def test_part_of_a_larger_document(self) -> None:
        """A method that was cut out of its class with its indentation is no syntax error."""
        assert classify(submission("    def f(self):\n        return 1\n", first_line=12)) == "none"
        assert classify(submission("        return 1\n", first_line=12)) == "none"

    @pytest.mark.parametrize("code", ["%matplotlib inline\nx = 1", "!pip list\nx?", "%%bash\nls (", "await f()"])
    def test_a_cell_may_hold_what_only_notebooks_know(self, code: str) -> None:
        """Magics, shell commands and top-level `await` are no syntax errors in a notebook cell."""
        assert classify(submission(code, cell=True)) == "none"

    @pytest.mark.parametrize(
        "code", ["(" * 5000, "[" * 90 + "]" * 90, "not " * 16_000 + "x", "-" * 60_000 + "1", "x = (1\n" * 30_000]
    )
    def test_no_code_is_too_deep_or_too_long(self, code: str) -> None:
        """Code that is nested too deeply for CPython, or too long, raises no exception."""
        assert classify(submission(code)) in {"syntax", "none"}

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("why does it print 3 instead of 4?", "logic"),
            ("My function returns the wrong answer", "logic"),
            ("it never stops", "logic"),
            ("bake(2) should be 4", "logic"),
            ("I get a TypeError in line 3", "runtime"),
            ("NameError: name 'egs' is not defined", "runtime"),
            ("It says IndentationError, what is that?", "syntax"),
            ("What is a list comprehension?", "none"),
            ("How do I read a file?", "none"),
            ("", "none"),
        ],
    )
    def test_the_question_tells_where_nothing_else_does(self, question: str, expected: str) -> None:
        """If code, traceback and diagnostics show no error, the words of the question decide."""
        assert classify(submission(question=question)) == expected

    def test_outputs_of_other_cells_do_not_count(self) -> None:
        """An error in the output of an earlier cell does not count for the student's cell."""
        asked = Submission(
            code="x = 1",
            cursor=Position(0, 0),
            kind="cell",
            cells=(Cell(source="1 / 0", output="ZeroDivisionError: division by zero"),),
        )
        assert classify(asked) == "none"

    @given(
        st.text(max_size=200),
        st.text(max_size=300),
        st.text(max_size=100),
        st.text(max_size=50),
        st.booleans(),
    )
    def test_any_text_is_classified(self, code: str, traceback: str, question: str, message: str, cell: bool) -> None:  # noqa: FBT001 - Hypothesis passes the value by name
        """Any code, traceback, question and diagnostic is classified without an exception."""
        reported = (diagnostic(message, code=message[:5]),)
        asked = submission(code, traceback=traceback, diagnostics=reported, question=question, cell=cell)
        assert classify(asked) in {"syntax", "runtime", "logic", "none"}
