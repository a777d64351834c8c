"""Versions of a program with a change that a student's words describe, at the lines that a hint is about."""

from __future__ import annotations

import ast
import itertools
import re
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis

_MOST_LINES = 5
_MOST_NODES = 80
_FEWEST_IN_COMMON, _FEWEST_IN_A_STATEMENT = 0.4, 0.6
_WORD = re.compile(r"\w")
_EXPRESSIONS = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Compare, ast.Constant, ast.BoolOp)


class Changes:
    """Builds changed versions of a diagnosed program. Each is the whole code; a list is empty if nothing fits."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.program = diagnosis.program
        self._diagnosis = diagnosis

    @cached_property
    def lines(self) -> list[int]:
        """The lines, from 1 in the code, that the finding names or that led to the exception; the finding's first."""
        program, finding = self.program, self._diagnosis.finding
        named = [line - program.first_line for line in (*finding.lines, *finding.also)]
        edit = finding.edit
        edited = list(range(edit.line, edit.line + edit.before.count("\n") + 1)) if edit is not None else []
        crash = read_crash(without_values(program.submission.traceback or ""), program)
        reported = [crash.line, *reversed(crash.callers)] if crash is not None else []
        every = dict.fromkeys([*named, *edited, *reported])
        return [line for line in every if 0 < line <= len(program.lines)][:_MOST_LINES]

    @cached_property
    def nodes(self) -> list[ast.expr]:
        """The expressions that begin and end on one of these lines, in the order of the lines."""
        if self.program.tree is None:
            return []
        return [node for line in self.lines for node in self._on(line)]

    def _on(self, line: int) -> list[ast.expr]:
        found: list[ast.expr] = [
            node
            for statement in [self.program.statement_at(line)]
            if statement is not None
            for node in walk(statement)[: _MOST_NODES * 3]
            if isinstance(node, _EXPRESSIONS) and node.lineno == line == node.end_lineno
        ]
        return found[:_MOST_NODES]

    def put(self, line: int, text: str) -> str:
        """Return the program with another text in place of a line."""
        lines = list(self.program.lines)
        lines[line - 1] = text
        return "\n".join(lines)

    def put_in(self, node: ast.expr, code: str) -> str:
        """Return the program with another piece of code in place of an expression on one line."""
        data = self.program.lines[node.lineno - 1].encode()
        end = node.end_col_offset if node.end_col_offset is not None else len(data)
        changed = data[: node.col_offset] + code.encode() + data[end:]
        return self.put(node.lineno, changed.decode("utf-8", "replace"))

    def indent_of(self, line: int) -> str:
        """Return the spaces at the start of a line."""
        text = self.program.lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def replaced(self, old: str, new: str) -> list[str]:
        """Return versions with one piece of code in place of another, on one line or on all of these lines."""
        found = []
        if new == "del":
            for node in self.nodes:
                match node:
                    case ast.Call(func=ast.Attribute(value=owner, attr="pop" | "remove"), args=[key]):
                        found.append(
                            self.put_in(node, f"del {self.program.segment(owner)}[{self.program.segment(key)}]")
                        )
            return found or self._deleted()
        for line in [*self.lines, *range(1, len(self.program.lines) + 1)]:
            changed = swapped(self.program.lines[line - 1], old, new)
            if changed is not None:
                found.append(self.put(line, changed))
        return list(dict.fromkeys(found))

    def _deleted(self) -> list[str]:
        """Return versions with `del` in place of each call of `pop` in the program."""
        found = []
        for node in self.program.each(ast.Call):
            match node:
                case ast.Call(func=ast.Attribute(value=owner, attr="pop"), args=[key]) if (
                    node.lineno == node.end_lineno
                ):
                    code = f"del {self.program.segment(owner)}[{self.program.segment(key)}]"
                    found.append(self.put_in(node, code))
        return found

    def has(self, code: str) -> bool:
        """Return whether the program has a piece of code, apart from spaces, and not as a part of a longer name."""
        tokens = re.findall(r"\w+|[^\w\s]", code)
        if not tokens:
            return False
        joins = [
            r"[ \t]+" if _WORD.match(one) and _WORD.match(other) else r"[ \t]*"
            for one, other in itertools.pairwise(tokens)
        ]
        pattern = "".join(re.escape(token) + join for token, join in zip(tokens, [*joins, ""], strict=True))
        start, end = (r"(?<!\w)" * bool(_WORD.match(each)) for each in (tokens[0], tokens[-1]))
        return re.search(f"{start}{pattern}{end.replace('<', '')}", self.program.code) is not None

    def with_fragment(self, fragment: str) -> list[str]:
        """Return versions with a piece of code of the student in the place where it fits best."""
        header = fragment.endswith(":")
        try:
            (statement,) = syntax_tree(f"{fragment} pass" if header else fragment).body
        except (SyntaxError, ValueError):
            return []
        if header or not isinstance(statement, ast.Expr):
            return self._with_statement(fragment, statement)
        found = self._with_expression(fragment, statement.value)
        if isinstance(statement.value, ast.Call):
            found += self._with_line(fragment)
        return found

    def _with_expression(self, fragment: str, value: ast.expr) -> list[str]:
        code = ast.unparse(value)
        return self._nearest(fragment, value, code, self.nodes) or self._nearest(fragment, value, code, self._others())

    def _others(self) -> list[ast.expr]:
        """Return the expressions of the function of the finding, on other lines than those of the finding."""
        program = self.program
        function = program.function_at(self.lines[0]) if self.lines and program.tree is not None else None
        start, end = (function.lineno, function.end_lineno or 0) if function is not None else (1, len(program.lines))
        return [node for line in range(start, end + 1) if line not in self.lines for node in self._on(line)]

    def _nearest(self, fragment: str, value: ast.expr, code: str, nodes: list[ast.expr]) -> list[str]:
        near = []
        for node in nodes:
            own = self.program.segment(node)
            if not own or own == fragment:
                continue
            is_store = isinstance(getattr(node, "ctx", None), ast.Store)
            if is_store and not isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
                continue
            near.append((SequenceMatcher(None, own, code).ratio() + 0.2 * (type(node) is type(value)), node))
        near.sort(key=lambda pair: -pair[0])
        return [self.put_in(node, fragment) for share, node in near if share >= _FEWEST_IN_COMMON][:4]

    def _with_line(self, fragment: str) -> list[str]:
        """Return versions in which a whole line is replaced by a call that looks like it."""
        near = [
            (SequenceMatcher(None, self.program.lines[line - 1].strip(), fragment).ratio(), line) for line in self.lines
        ]
        return [self.put(line, self.indent_of(line) + fragment) for share, line in near if share >= _FEWEST_IN_COMMON]

    def _with_statement(self, fragment: str, statement: ast.stmt) -> list[str]:
        found = []
        numbers = dict.fromkeys([*self.lines, *range(1, len(self.program.lines) + 1)])
        near = [
            (self._alikeness(line, fragment, statement) + 0.2 * (line in self.lines), line)
            for line in numbers
            if self.program.lines[line - 1].strip()
        ]
        near.sort(key=lambda pair: -pair[0])
        for share, line in near[:2]:
            if share >= _FEWEST_IN_A_STATEMENT:
                found.append(self.put(line, self.indent_of(line) + fragment))
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
            return found
        for line in self.lines:
            found += self._added(line, fragment)
        return found

    def _alikeness(self, line: int, fragment: str, statement: ast.stmt) -> float:
        own = self.program.statement_at(line) if self.program.tree is not None else None
        text = self.program.lines[line - 1].strip()
        ratio = SequenceMatcher(None, text, fragment).ratio()
        if own is None:
            return ratio
        match own, statement:
            case (ast.Assign(targets=[first]), ast.Assign(targets=[second])) if ast.dump(first) == ast.dump(second):
                return max(ratio, 0.7)
            case (ast.Assign(targets=[first]), ast.AugAssign(target=second)) | (
                ast.AugAssign(target=second),
                ast.Assign(targets=[first]),
            ) if ast.dump(first) == ast.dump(second):
                return max(ratio, 0.7)
            case (ast.Return(), ast.Return()):
                return max(ratio, 0.65)
        return ratio if type(own) is type(statement) else ratio - 0.3

    def _added(self, line: int, fragment: str) -> list[str]:
        """Return versions with a new line at the end of the loop around a line, or after the line."""
        program = self.program
        own = program.statement_at(line) if program.tree is not None else None
        if own is None:
            return []
        loop = own if isinstance(own, ast.For | ast.While) else program.loop_around(own)
        found = []
        if loop is not None and loop.body:
            last = loop.body[-1]
            found.append(self.inserted(last.end_lineno or last.lineno, self.indent_of(last.lineno) + fragment))
        if not isinstance(own, ast.For | ast.While | ast.If | ast.FunctionDef | ast.ClassDef):
            found.append(self.inserted(own.end_lineno or line, self.indent_of(line) + fragment))
            found.append(self.inserted(line - 1, self.indent_of(line) + fragment))
        function = program.function_at(line)
        if function is not None:
            last = function.body[-1]
            found.append(self.inserted(last.end_lineno or line, self.indent_of(function.body[0].lineno) + fragment))
        return found

    def inserted(self, after: int, text: str) -> str:
        """Return the program with a new line after a line."""
        lines = list(self.program.lines)
        lines.insert(after, text)
        return "\n".join(lines)


def swapped(text: str, old: str, new: str) -> str | None:
    """Return a line with its first piece of code replaced, not inside a longer name or sign; None if it has none."""
    code = text.split("#", maxsplit=1)[0]
    for match in re.finditer(re.escape(old), code):
        before, after = code[match.start() - 1 : match.start()], code[match.end() : match.end() + 1]
        is_word = bool(_WORD.match(old[0])) and bool(_WORD.match(before or " "))
        is_longer = is_word or (bool(_WORD.match(old[-1])) and bool(_WORD.match(after or " ")))
        is_sign = not _WORD.match(old[0]) and ((before in tuple("=<>!+-*/%") and before) or after in tuple("=<>*/"))
        if not is_longer and not is_sign:
            return f"{text[: match.start()]}{new}{text[match.end() :]}"
    return None
