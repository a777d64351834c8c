"""The unit of code around the cursor, and the lexer that finds it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from testing.problem_units import STACK, fingerprint, unit_at
from tutor_pedagogy.problem import lexing
from tutor_pedagogy.problem.identity import Unit, identify
from tutor_protocol import Position


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
