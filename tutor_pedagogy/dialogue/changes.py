"""Versions of a program with a change that a student's words describe, at the lines that a hint is about."""

from __future__ import annotations

import ast
import re
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis

_MOST_LINES = 5
_MOST_NODES = 80
_FEWEST_IN_COMMON = 0.4
_WORD = re.compile(r"\w")
_EXPRESSIONS = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.BinOp, ast.Compare, ast.Constant, ast.BoolOp)
_METHODS = frozenset(("append", "add", "insert", "extend", "remove", "update", "get", "sort", "reverse", "pop"))
_INDENT = "    "


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
        found = [
            node
            for statement in [self.program.statement_at(line)]
            if statement is not None
            for node in walk(statement)[: _MOST_NODES * 3]
            if isinstance(node, _EXPRESSIONS) and node.lineno == line == node.end_lineno
        ]
        return found[:_MOST_NODES]

    def _put(self, line: int, text: str) -> str:
        lines = list(self.program.lines)
        lines[line - 1] = text
        return "\n".join(lines)

    def _with(self, node: ast.expr, code: str) -> str:
        """Return the program with another piece of code in place of an expression on one line."""
        data = self.program.lines[node.lineno - 1].encode()
        end = node.end_col_offset if node.end_col_offset is not None else len(data)
        changed = data[: node.col_offset] + code.encode() + data[end:]
        return self._put(node.lineno, changed.decode("utf-8", "replace"))

    def _indent(self, line: int) -> str:
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
                            self._with(node, f"del {self.program.segment(owner)}[{self.program.segment(key)}]")
                        )
            return found or self._deleted()
        for line in [*self.lines, *range(1, len(self.program.lines) + 1)]:
            changed = _swapped(self.program.lines[line - 1], old, new)
            if changed is not None:
                found.append(self._put(line, changed))
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
                    found.append(self._with(node, code))
        return found

    def has(self, code: str) -> bool:
        """Return whether the program has a piece of code, apart from spaces."""
        return re.sub(r"\s", "", code) in re.sub(r"\s", "", self.program.code)

    def renamed(self) -> list[str]:
        """Return versions with another name for each variable that hides a function of Python which is called."""
        found = []
        called = {node.func.id for node in self.program.each(ast.Call) if isinstance(node.func, ast.Name)}
        for name in sorted(called & _FUNCTIONS & self.program.bound_names):
            lines = [re.sub(rf"(?<![\w.]){name}(?!\w|\s*\()", f"{name}_2", line) for line in self.program.lines]
            found.append("\n".join(lines))
        return found

    def with_fragment(self, fragment: str) -> list[str]:
        """Return versions with a piece of code of the student in the place where it fits best."""
        header = fragment.endswith(":")
        try:
            (statement,) = ast.parse(f"{fragment} pass" if header else fragment).body
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
        near = []
        for node in self.nodes:
            own = self.program.segment(node)
            if not own or own == fragment:
                continue
            is_store = isinstance(getattr(node, "ctx", None), ast.Store)
            if is_store and not isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
                continue
            near.append((SequenceMatcher(None, own, code).ratio() + 0.2 * (type(node) is type(value)), node))
        near.sort(key=lambda pair: -pair[0])
        return [self._with(node, fragment) for share, node in near if share >= _FEWEST_IN_COMMON][:4]

    def _with_line(self, fragment: str) -> list[str]:
        """Return versions in which a whole line is replaced by a call that looks like it."""
        near = [
            (SequenceMatcher(None, self.program.lines[line - 1].strip(), fragment).ratio(), line) for line in self.lines
        ]
        return [self._put(line, self._indent(line) + fragment) for share, line in near if share >= _FEWEST_IN_COMMON]

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
            if share >= 0.6:
                found.append(self._put(line, self._indent(line) + fragment))
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
            found.append(self._inserted(last.end_lineno or last.lineno, self._indent(last.lineno) + fragment))
        if not isinstance(own, ast.For | ast.While | ast.If | ast.FunctionDef | ast.ClassDef):
            found.append(self._inserted(own.end_lineno or line, self._indent(line) + fragment))
            found.append(self._inserted(line - 1, self._indent(line) + fragment))
        function = program.function_at(line)
        if function is not None:
            last = function.body[-1]
            found.append(self._inserted(last.end_lineno or line, self._indent(function.body[0].lineno) + fragment))
        return found

    def _inserted(self, after: int, text: str) -> str:
        lines = list(self.program.lines)
        lines.insert(after, text)
        return "\n".join(lines)

    def starting_at(self, number: str) -> list[str]:
        """Return versions in which a loop, or the number from which it counts, begins at another number."""
        found = []
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Name(id="range"), args=[stop]):
                    found.append(self._with(node, f"range({number}, {self.program.segment(stop)})"))
                case ast.Call(func=ast.Name(id="range"), args=[start, _, *_]):
                    found.append(self._with(start, number))
        for line in range(1, len(self.program.lines) + 1):
            changed = re.sub(r"^(\s*\w+\s*=\s*)-?\d{1,6}\s*$", rf"\g<1>{number}", self.program.lines[line - 1])
            if changed != self.program.lines[line - 1]:
                found.append(self._put(line, changed))
        return found

    def with_function(self, name: str) -> list[str]:
        """Return versions that call a function or method of Python at one of these lines."""
        found = []
        if name in _METHODS or name not in _FUNCTIONS:
            for node in self.nodes:
                match node:
                    case ast.Attribute(value=owner, attr=attr) if attr != name:
                        found.append(self._with(node, f"{self.program.segment(owner)}.{name}"))
                    case ast.Subscript(value=owner, slice=key, ctx=ast.Load()) if name in ("get", "pop"):
                        found.append(
                            self._with(node, f"{self.program.segment(owner)}.{name}({self.program.segment(key)})")
                        )
                    case ast.Name(id=own) if name in ("lower", "upper", "strip", "title", "capitalize", "copy"):
                        if isinstance(node.ctx, ast.Load):
                            found.append(self._with(node, f"{own}.{name}()"))
            return found
        for node in self.nodes:
            text = self.program.segment(node)
            match node:
                case ast.Call(func=ast.Attribute(value=owner, attr="sort" | "reverse")) if name in (
                    "sorted",
                    "reversed",
                ):
                    found.append(self._with(node, f"{name}({self.program.segment(owner)})"))
                case ast.Call(func=ast.Name(id=own) as called, args=[_, *_]) if own in _FUNCTIONS and own != name:
                    found.append(self._with(called, name))
                    if own == "input":
                        found.append(self._with(node, f"{name}({text})"))
                case ast.Call():
                    found.append(self._with(node, f"{name}({text})"))
                case ast.Name(ctx=ast.Load()) if not self._is_called(node):
                    found.append(self._with(node, f"{name}({text})"))
                case ast.Subscript(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()) if not self._is_called(node):
                    found.append(self._with(node, f"{name}({text})"))
        return found

    def _is_called(self, node: ast.expr) -> bool:
        up = self.program.parents.get(node)
        return isinstance(up, ast.Call) and up.func is node

    def with_declaration(self, word: str) -> list[str]:
        """Return versions with `global` or `nonlocal` for each name that the function of a line assigns."""
        found = []
        for line in self.lines:
            function = self.program.function_at(line) if self.program.tree is not None else None
            if function is None:
                continue
            names = {
                node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
            first = function.body[0].lineno
            for name in sorted(names):
                found.append(self._inserted(first - 1, f"{self._indent(first)}{word} {name}"))
        return found

    def with_return(self) -> list[str]:
        """Return versions in which a function returns what it prints, or the last value that it computes."""
        found = []
        if self.program.tree is None:
            return []
        for function in self.program.functions.values():
            last = function.body[-1]
            indent = self._indent(last.lineno)
            match last:
                case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[shown])):
                    found.append(self._put(last.lineno, f"{indent}return {self.program.segment(shown)}"))
                case ast.Expr(value=value):
                    found.append(self._put(last.lineno, f"{indent}return {self.program.segment(value)}"))
            own = self.program.own_nodes(function)
            stored = [node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
            if self.program.returns_nothing(function):
                end = last.end_lineno or last.lineno
                for name in dict.fromkeys(reversed(stored)):
                    found.append(self._inserted(end, f"{self._indent(function.body[0].lineno)}return {name}"))
        return found

    def with_self(self) -> list[str]:
        """Return versions with `self.` before one of the names of these lines."""
        return [
            self._with(node, f"self.{node.id}")
            for node in self.nodes
            if isinstance(node, ast.Name) and node.id != "self"
        ]

    def with_sign(self, sign: str) -> list[str]:
        """Return versions of these lines with a sign more: at the end, or between two words."""
        found = []
        for line in self.lines:
            text = self.program.lines[line - 1].rstrip()
            if not text:
                continue
            if sign == "==":
                found += [self._put(line, each) for each in [_swapped(text, "=", "==")] if each is not None]
            elif sign == "indent":
                found += self.shifted(line, further_in=True)
            elif sign == "bracket":
                found += [self._put(line, text + each) for each in (")", "]", "}")]
            elif sign == "quote":
                found += [self._put(line, text + each) for each in ("'", '"')]
                found += [
                    self._put(line, f"{text[: m.start()]}{quote}{m[0]}{quote}{text[m.end() :]}")
                    for m in re.finditer(r"[A-Za-z_]\w*", text)
                    for quote in ("'",)
                ]
            else:
                found.append(self._put(line, text + sign))
                found += (
                    [
                        self._put(line, f"{text[: m.start()]}{sign} {text[m.end() :]}")
                        for m in re.finditer(r"(?<=[\w'\")\]]) +(?=[\w'\"(\[])", text.strip())
                    ]
                    if sign in (",", "+", ".")
                    else []
                )
        return found

    def without_line(self, line: int) -> list[str]:
        """Return the program without a line; a block that would be empty has `pass`."""
        if not 0 < line <= len(self.program.lines):
            return []
        lines = list(self.program.lines)
        del lines[line - 1]
        return ["\n".join(lines), self._put(line, f"{self._indent(line)}pass")]

    def without(self, what: str) -> list[str]:
        """Return versions without a word, a sign, a call or an `else` branch on these lines."""
        found: list[str] = []
        if what == "else" and self.program.tree is not None:
            function = self.program.function_at(self.lines[0]) if self.lines else None
            tests: list[ast.If] = self.program.each(ast.If)
            for test in tests:
                if test.orelse and (function is None or self.program.function_at(test.lineno) is function):
                    start, end = test.orelse[0].lineno - 1, test.orelse[-1].end_lineno or test.orelse[-1].lineno
                    lines = list(self.program.lines)
                    del lines[start - 1 : end]
                    found.append("\n".join(lines))
            return found
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Name(id=name), args=[only]) if name == what.removesuffix("()"):
                    found.append(self._with(node, self.program.segment(only)))
        for line in self.lines:
            changed = _swapped(self.program.lines[line - 1], what, "")
            if changed is not None:
                found.append(self._put(line, changed.rstrip()))
        return found

    def lines_beginning_with(self, word: str) -> list[int]:
        """Return the lines that begin with a word, those of the finding's function first."""
        function = self.program.function_at(self.lines[0]) if self.lines and self.program.tree is not None else None
        inside = range(function.lineno, (function.end_lineno or 0) + 1) if function is not None else range(0)
        found = [at for at, text in enumerate(self.program.lines, 1) if text.strip().startswith(word)]
        return sorted(found, key=lambda line: line not in inside)[:2]

    def shifted(self, line: int, *, further_in: bool) -> list[str]:
        """Return versions with a line one level further in or out; further out, also below the block that it ends."""
        if not 0 < line <= len(self.program.lines):
            return []
        text = self.program.lines[line - 1]
        if further_in:
            return [self._put(line, f"{_INDENT}{text}")]
        outs = sorted({len(self._indent(at)) for at in range(1, line) if self.program.lines[at - 1].strip()})
        now = len(self._indent(line))
        return [self._put(line, " " * out + text.lstrip()) for out in reversed(outs) if out < now]


_FUNCTIONS = frozenset(
    "str int float list tuple set dict len sorted reversed range sum max min abs round bool input print enumerate".split()
)


def _swapped(text: str, old: str, new: str) -> str | None:
    """Return a line with its first piece of code replaced, not inside a longer name or sign; None if it has none."""
    code = text.split("#")[0]
    for match in re.finditer(re.escape(old), code):
        before, after = code[match.start() - 1 : match.start()], code[match.end() : match.end() + 1]
        is_word = bool(_WORD.match(old[0])) and bool(_WORD.match(before or " "))
        is_longer = is_word or (bool(_WORD.match(old[-1])) and bool(_WORD.match(after or " ")))
        is_sign = not _WORD.match(old[0]) and (before in tuple("=<>!+-*/%") and before or after in tuple("=<>*/"))
        if not is_longer and not is_sign:
            return f"{text[: match.start()]}{new}{text[match.end() :]}"
    return None


def distinct(codes: Iterable[str], original: str) -> list[str]:
    """Return the versions that differ from the program, each once."""
    return [code for code in dict.fromkeys(codes) if code != original]
