"""Versions of a program with a change that single words of a question name: a function, a sign, a line to move."""

from __future__ import annotations

import ast
import keyword
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.changes import Changes, swapped
from tutor_pedagogy.problem.tree_walk import walk

_METHODS = frozenset(("append", "add", "insert", "extend", "remove", "update", "get", "sort", "reverse", "pop"))
_INDENT = "    "
_WITHOUT_VALUES = frozenset(("lower", "upper", "strip", "title", "capitalize", "copy"))
_KINDS = (("**", "//", "+", "-", "*", "/", "%"), ("==", "!=", "<=", ">=", "<", ">"), ("+=", "-=", "*=", "="))
_FUNCTIONS = frozenset(
    (
        "str",
        "int",
        "float",
        "list",
        "tuple",
        "set",
        "dict",
        "len",
        "sorted",
        "reversed",
        "range",
        "sum",
        "max",
        "min",
        "abs",
        "round",
        "bool",
        "input",
        "print",
        "enumerate",
    )
)


if TYPE_CHECKING:
    from collections.abc import Iterator


class WordChanges(Changes):
    """Builds versions of a program for the words of a question. Each is the whole code."""

    def renamed(self) -> list[str]:
        """Return versions with another name for each variable that hides a function of Python which is called."""
        found = []
        called = {node.func.id for node in self.program.each(ast.Call) if isinstance(node.func, ast.Name)}
        stored = {use[0].id for use in self.program.uses.values() if any(isinstance(n.ctx, ast.Store) for n in use)}
        hidden = (_FUNCTIONS & self.program.bound_names) | (set(self.program.functions) & stored)
        for name in sorted(called & hidden):
            lines = [re.sub(rf"(?<![\w.]){name}(?!\w|\s*\()", f"{name}_2", line) for line in self.program.lines]
            found.append("\n".join(lines))
        return found

    def starting_at(self, number: str) -> list[str]:
        """Return versions in which a loop, or the number from which it counts, begins at another number."""
        found = []
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Name(id="range"), args=[stop]):
                    found.append(self.put_in(node, f"range({number}, {self.program.segment(stop)})"))
                case ast.Call(func=ast.Name(id="range"), args=[start, _, *_]):
                    found.append(self.put_in(start, number))
        for line in range(1, len(self.program.lines) + 1):
            changed = re.sub(r"^(\s*\w+\s*=\s*)-?\d{1,6}\s*$", rf"\g<1>{number}", self.program.lines[line - 1])
            if changed != self.program.lines[line - 1]:
                found.append(self.put(line, changed))
        return found

    def with_other_sign(self, sign: str, pieces: list[str]) -> list[str]:
        """Return versions with an operator in place of another one of its kind, in pieces that a question quotes."""
        kind = next((each for each in _KINDS if sign in each), ())
        return [
            self.put(number, line.replace(piece, changed))
            for piece in pieces
            for old in kind
            if old != sign and (changed := swapped(piece, old, sign)) is not None
            for number, line in enumerate(self.program.lines, 1)
            if piece in line
        ]

    def with_function(self, name: str) -> list[str]:
        """Return versions that call a function or method of Python at one of these lines."""
        if self.program.tree is None:
            return self._wrapped_in_text(name)
        is_method = name in _METHODS or name not in _FUNCTIONS
        add = self._with_method if is_method else self._with_call
        return [version for node in self.nodes for version in add(node, name)]

    def _wrapped_in_text(self, name: str) -> list[str]:
        """Return versions of a line that Python cannot read, with a call around one of its words."""
        return [
            self.put(line, f"{text[: match.start()]}{name}({match[0]}){text[match.end() :]}")
            for line in self.lines[:1]
            for text in [self.program.lines[line - 1]]
            for match in re.finditer(r"[A-Za-z_]\w*", text)
            if not keyword.iskeyword(match[0])
        ]

    def _with_method(self, node: ast.expr, name: str) -> Iterator[str]:
        match node:
            case ast.Attribute(value=owner, attr=attr) if attr != name:
                yield self.put_in(node, f"{self.program.segment(owner)}.{name}")
            case ast.Subscript(value=owner, slice=key, ctx=ast.Load()) if name in ("get", "pop"):
                yield self.put_in(node, f"{self.program.segment(owner)}.{name}({self.program.segment(key)})")
            case ast.Name(id=own, ctx=ast.Load()) if name in _WITHOUT_VALUES:
                yield self.put_in(node, f"{own}.{name}()")

    def _with_call(self, node: ast.expr, name: str) -> Iterator[str]:
        text = self.program.segment(node)
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="sort" | "reverse")) if name in ("sorted", "reversed"):
                yield self.put_in(node, f"{name}({self.program.segment(owner)})")
            case ast.Call(func=ast.Name(id=own) as called, args=[_, *_]) if own in _FUNCTIONS and own != name:
                yield self.put_in(called, name)
                if own == "input":
                    yield self.put_in(node, f"{name}({text})")
            case ast.Call():
                yield self.put_in(node, f"{name}({text})")
            case ast.Name(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()) | ast.Attribute(ctx=ast.Load()):
                if not self._is_called(node):
                    yield self.put_in(node, f"{name}({text})")

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
            found += [self.inserted(first - 1, f"{self.indent_of(first)}{word} {name}") for name in sorted(names)]
        return found

    def with_return(self) -> list[str]:
        """Return versions in which a function returns what it prints, or the last value that it computes."""
        found = []
        if self.program.tree is None:
            return []
        for function in self.program.functions.values():
            last = function.body[-1]
            indent = self.indent_of(last.lineno)
            match last:
                case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[shown])):
                    found.append(self.put(last.lineno, f"{indent}return {self.program.segment(shown)}"))
                case ast.Expr(value=value):
                    found.append(self.put(last.lineno, f"{indent}return {self.program.segment(value)}"))
            own = self.program.own_nodes(function)
            stored = [node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
            if self.program.returns_nothing(function):
                end = last.end_lineno or last.lineno
                indent = self.indent_of(function.body[0].lineno)
                found += [self.inserted(end, f"{indent}return {name}") for name in dict.fromkeys(reversed(stored))]
        return found

    def with_brackets(self, old: str, new: str) -> list[str]:
        """Return versions with another kind of brackets on one of these lines."""
        table = str.maketrans(old, new)
        texts = [(line, self.program.lines[line - 1]) for line in self.lines]
        return [self.put(line, text.translate(table)) for line, text in texts if old[0] in text and old[1] in text]

    def with_self(self) -> list[str]:
        """Return versions with `self` as the first parameter, or before one of the names of these lines."""
        texts = [(line, self.program.lines[line - 1]) for line in self.lines]
        heads = [(line, text) for line, text in texts if text.lstrip().startswith("def ") and "(" in text]
        as_parameter = [
            self.put(line, text.replace("(", "(self" if "()" in text else "(self, ", 1)) for line, text in heads
        ]
        return as_parameter + [
            self.put_in(node, f"self.{node.id}")
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
                found += [self.put(line, each) for each in [swapped(text, "=", "==")] if each is not None]
            elif sign == "indent":
                found += self.shifted(line, further_in=True)
            elif sign == "bracket":
                found += [self.put(line, text + each) for each in (")", "]", "}")]
            elif sign == "quote":
                found += [self.put(line, text + each) for each in ("'", '"')]
                found += [
                    self.put(line, f"{text[: m.start()]}{quote}{m[0]}{quote}{text[m.end() :]}")
                    for m in re.finditer(r"[A-Za-z_]\w*", text)
                    for quote in ("'",)
                ]
            else:
                found.append(self.put(line, text + sign))
                found += (
                    [
                        self.put(line, f"{text[: m.start()]}{sign} {text[m.end() :]}")
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
        return ["\n".join(lines), self.put(line, f"{self.indent_of(line)}pass")]

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
                    found.append(self.put_in(node, self.program.segment(only)))
        for line in self.lines:
            changed = swapped(self.program.lines[line - 1], what, "")
            if changed is not None:
                found.append(self.put(line, changed.rstrip()))
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
            return [self.put(line, f"{_INDENT}{text}")]
        outs = sorted({len(self.indent_of(at)) for at in range(1, line) if self.program.lines[at - 1].strip()})
        now = len(self.indent_of(line))
        return [self.put(line, " " * out + text.lstrip()) for out in reversed(outs) if out < now]
