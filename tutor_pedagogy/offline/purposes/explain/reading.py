"""Describes expressions and statements in the order in which Python evaluates them, in words for students."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.explain.calls import call_says, subscript_says
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import children, walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_PARTS = 24
_MAX_DEPTH = 20
_MAX_SPAN = 60
_TWO = 2
_EMPTY = {"[]": "an empty list", "{}": "an empty dictionary", "()": "an empty tuple", "''": "an empty string"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the code and what it does. `subject` is its code, or a noun for long code; `says` is a predicate."""

    subject: str
    says: str


class Reader:
    """Collects the parts of a piece of code in the order of execution, at most 24 parts."""

    def __init__(self, program: Program, source: str = "") -> None:
        self._program = program
        self._source = source
        """The source of nodes that are not part of the program, such as code in the question."""
        self.parts: list[Part] = []

    def read(self, node: ast.AST, depth: int = 0) -> None:
        """Collect the parts inside a node, and then the node itself."""
        if depth > _MAX_DEPTH or len(self.parts) >= _MAX_PARTS:
            return
        for inner in self._inner(node):
            self.read(inner, depth + 1)
        says = self.says(node)
        if says is not None:
            self.parts.append(Part(self.span(node), says))

    def _inner(self, node: ast.AST) -> list[ast.AST]:
        """Return the nodes that Python evaluates before this one, in that order."""
        match node:
            case ast.Assign(value=value):
                return [value]
            case ast.AnnAssign(value=value):
                return [value] if value is not None else []
            case ast.AugAssign(value=value):
                return [value]
            case ast.For(iter=source):
                return [source]
            case ast.While(test=test) | ast.If(test=test):
                return [test]
            case ast.With(items=items):
                return [item.context_expr for item in items]
            case ast.ListComp(generators=loops) | ast.SetComp(generators=loops) | ast.GeneratorExp(generators=loops):
                return [loops[0].iter, *(test for loop in loops for test in loop.ifs), node.elt]
            case ast.DictComp(generators=loops, key=key, value=value):
                return [loops[0].iter, *(test for loop in loops for test in loop.ifs), key, value]
            case ast.Call(func=func, args=arguments, keywords=keywords):
                owner = [func.value] if isinstance(func, ast.Attribute) else []
                return [*owner, *arguments, *(keyword.value for keyword in keywords)]
            case ast.JoinedStr(values=values):
                return [part.value for part in values if isinstance(part, ast.FormattedValue)]
            case ast.Lambda() | ast.Try() | ast.Match() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                return []
            case ast.stmt() | ast.expr():
                return [inner for inner in children(node) if isinstance(inner, ast.expr)]
        return []

    def _code(self, node: ast.AST) -> str:
        if isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.ClassDef | Function):
            return self._program.line(node.lineno).strip() if node in self._program.parents else self._source
        return self.segment(node)

    def segment(self, node: ast.AST) -> str:
        """Return the source of a node, or only its first line if it has several lines."""
        if node in self._program.parents:
            text = self._program.segment(node)
        else:
            start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
            text = self._source[characters(self._source, start) : characters(self._source, end)]
        return text or ast.unparse(node).partition("\n")[0]

    def span(self, node: ast.AST) -> str:
        """Return the code of a node as a code span, or a noun for code that is too long for a sentence."""
        code = self._code(node)
        if len(code) <= _MAX_SPAN and code.isprintable():
            return code_span(code)
        return _noun(node)

    def says(self, node: ast.AST) -> str | None:
        """Return what a node does, as the predicate of a sentence, or None if it needs no description."""
        if isinstance(node, ast.stmt):
            return self._statement(node)
        return self._expression(node) if isinstance(node, ast.expr) else None

    def _expression(self, node: ast.expr) -> str | None:
        match node:
            case ast.BinOp():
                return self._operation(node)
            case ast.BoolOp(op=ast.And()):
                return "is true only if every side is true; Python stops at the first side that is false"
            case ast.BoolOp():
                return "is true if at least one side is true; Python stops at the first side that is true"
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return f"is true if {self.span(inner)} is false, and false if it is true"
            case ast.UnaryOp(op=ast.USub(), operand=inner) if not isinstance(inner, ast.Constant):
                return f"is {self.span(inner)} with its sign turned round"
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return f"is {self.span(inner)} itself; a plus sign in front of a number changes nothing"
            case ast.Compare():
                return self._comparison(node)
            case ast.Call(func=ast.Name(id="print"), args=parts, keywords=settings) if (
                settings or any(isinstance(part, ast.Starred) for part in parts)
            ) and "print" not in self._program.functions:
                return self._printed(node)
            case ast.Starred(value=inner):
                return f"hands over each item of {self.span(inner)} as an argument of its own"
            case ast.Call():
                return call_says(self, self._program, node)
            case ast.Subscript():
                return subscript_says(self, self._program, node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._comprehension(node)
            case ast.Lambda(args=arguments, body=body):
                taken = listed([code_span(each.arg) for each in arguments.args]) or "nothing"
                return f"makes a small function without a name that takes {taken} and returns {self.span(body)}"
            case ast.IfExp(test=test, body=body, orelse=other):
                return f"is {self.span(body)} if {self.span(test)} is true, and {self.span(other)} if not"
            case ast.JoinedStr(values=values):
                places = sum(isinstance(part, ast.FormattedValue) for part in values)
                what = {0: "has no places to fill in", 1: "puts the value in braces into the string"}
                return what.get(places, f"puts {places} values, those in braces, into the string")
            case ast.List(elts=[]) | ast.Dict(keys=[]):
                return "makes an empty list" if isinstance(node, ast.List) else "makes an empty dictionary"
            case ast.List(elts=parts):
                return f"makes a list of {_many(len(parts), 'item')}"
            case ast.Set(elts=parts):
                return "makes a set, which keeps each value only once"
            case ast.Dict(keys=keys):
                return f"makes a dictionary with {_many(len(keys), 'entry', 'entries')}"
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()):
                return f"reads the attribute {code_span(name)} of the object that the method was called on"
            case ast.Attribute(value=owner, ctx=ast.Load()) if not isinstance(
                self._program.parents.get(node), ast.Call
            ):
                return f"reads an attribute of {self.span(owner)}"
            case ast.Yield():
                return "hands out a value and pauses the function until the next one is asked for"
            case ast.NamedExpr(target=target):
                return f"gives the value the name {self.span(target)} and also is that value"
        return None

    def _printed(self, node: ast.Call) -> str:
        """Return what a `print` with settings or a star shows."""
        given = {each.arg: each.value for each in node.keywords}
        between = f"{self.span(given['sep'])}" if "sep" in given else "a space"
        end = (
            f"puts {self.span(given['end'])} at the end in place of a new line"
            if "end" in given
            else "then begins a new line"
        )
        what = "writes its arguments to the given file" if "file" in given else "shows its arguments on the screen"
        return f"{what}, with {between} between them, and {end}; it returns `None`"

    def _operation(self, node: ast.BinOp) -> str:
        left, right = self.span(node.left), self.span(node.right)
        types = {literal_type(self._program, node.left), literal_type(self._program, node.right)}
        is_number = bool(types & {int, float}) and not types & {str, list, tuple}
        match node.op:
            case ast.Add() if str in types:
                return "joins the two strings into a new one"
            case ast.Add() if list in types:
                return "makes a new list with the items of both"
            case ast.Add() if is_number:
                return f"adds {left} and {right}"
            case ast.Add():
                return f"adds {left} and {right}; two strings or two lists would be joined"
            case ast.Sub():
                return f"takes {right} away from {left}"
            case ast.Mult() if str in types or list in types:
                return "repeats the string or list that many times"
            case ast.Mult() if types <= {int, float}:
                return f"multiplies {left} by {right}"
            case ast.Mult():
                return f"multiplies {left} by {right}; a string or a list would be repeated"
            case ast.Div():
                return f"divides {left} by {right} and keeps the part after the decimal point"
            case ast.FloorDiv():
                return f"divides {left} by {right} and rounds the result down"
            case ast.Mod() if literal_type(self._program, node.left) is str:
                return "puts the values on the right into the string, at its percent signs"
            case ast.Mod() if isinstance(node.right, ast.Constant) and node.right.value == _TWO:
                return f"is the remainder of {left} divided by 2: 0 if that is even, 1 if it is odd"
            case ast.Mod():
                return f"is what is left over when {left} is divided by {right}"
            case ast.Pow():
                return f"raises {left} to the power {right}"
        return f"combines {left} and {right} bit by bit, or as two sets"

    def _comparison(self, node: ast.Compare) -> str:
        if len(node.ops) > 1:
            sides = [node.left, *node.comparators]
            pairs = [
                code_span(ast.unparse(ast.Compare(left=left, ops=[op], comparators=[right])))
                for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
            ]
            return (
                f"is true only if {listed(pairs)} are both true"
                if len(pairs) == _TWO
                else ("is true only if each of the comparisons, read from left to right, is true")
            )
        left, right = self.span(node.left), self.span(node.comparators[0])
        container = literal_type(self._program, node.comparators[0])
        found = "is a part of the string" if container is str else "is found in"
        found = "is a key of the dictionary" if container is dict else found
        words = {
            ast.Eq: "is equal to",
            ast.NotEq: "is not equal to",
            ast.Lt: "is less than",
            ast.Gt: "is greater than",
            ast.LtE: "is less than or equal to",
            ast.GtE: "is greater than or equal to",
            ast.Is: "is the very same object as",
            ast.IsNot: "is not the same object as",
            ast.In: found,
        }
        if isinstance(node.ops[0], ast.NotIn):
            return f"is true if {left} can not be found in {right}"
        return f"is true if {left} {words[type(node.ops[0])]} {right}"

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> str:
        loop = node.generators[0]
        kept = [test for each in node.generators for test in each.ifs]
        condition = f", keeps those for which {self.span(kept[0])} is true," if len(kept) == 1 else ""
        condition = ", keeps those that fit all conditions," if len(kept) > 1 else condition
        made = {ast.ListComp: "a new list", ast.SetComp: "a new set", ast.DictComp: "a new dictionary"}
        if isinstance(node, ast.DictComp):
            put = f"stores {self.span(node.value)} under the key {self.span(node.key)}"
        else:
            put = f"puts {self.span(node.elt)}"
        target = made.get(type(node))
        where = f" into {target}" if target else ""
        put = put if target or isinstance(node, ast.DictComp) else f"hands out {self.span(node.elt)}"
        return (
            f"takes each {self.span(loop.target)} of {self.span(loop.iter)}{condition} and {put} for each of "
            f"them{where}"
        )

    def _statement(self, node: ast.stmt) -> str | None:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)) if _is_swap(places, values):
                return f"lets {self.span(places[0])} and {self.span(places[1])} change their values"
            case ast.Assign(targets=[ast.Tuple(elts=places) | ast.List(elts=places)]):
                return (
                    f"takes the value apart and gives the names {listed([self.span(place) for place in places])} "
                    "to its parts"
                )
            case ast.Assign(targets=[place], value=value) | ast.AnnAssign(target=place, value=ast.expr() as value):
                return self._stored(place, value)
            case ast.Assign(targets=places):
                return f"gives the value to {listed([self.span(place) for place in places])}"
            case ast.AugAssign(target=place):
                return self._changed(node, self.span(place))
            case ast.For(target=ast.Tuple() as target, iter=source):
                names = [self.span(each) for each in children_of(target)]
                return (
                    f"runs its indented lines once for each item of {self.span(source)}; in each round the item is "
                    f"taken apart, and its parts get the names {listed(names)}"
                )
            case ast.For(target=target, iter=source):
                return (
                    f"runs its indented lines once for each item of {self.span(source)}; in each round the item "
                    f"has the name {self.span(target)}"
                )
            case ast.While(test=test):
                return (
                    f"repeats its indented lines as long as {self.span(test)} is true; it is tested before each round"
                )
            case ast.If(test=test, orelse=other):
                then = "; if not, the program goes on with the `elif` or `else` below" if other else ""
                return f"runs its indented lines only if {self.span(test)} is true{then}"
            case ast.Return(value=None):
                return "ends the call, which gives `None`"
            case ast.Return(value=ast.expr() as value):
                return f"ends the call and hands {self.span(value)} back to the place of the call"
            case ast.FunctionDef(name=name, args=arguments) | ast.AsyncFunctionDef(name=name, args=arguments):
                taken = [
                    code_span(each.arg)
                    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                    if each.arg not in ("self", "cls")
                ]
                how = (
                    f"which is called with a value for {listed(taken)}" if taken else "which is called without a value"
                )
                return f"makes a function with the name {code_span(name)}, {how}; its lines run only when it is called"
            case ast.ClassDef(name=name):
                return f"describes a kind of object with the name {code_span(name)}"
            case ast.Import(names=names):
                return f"loads {listed([code_span(each.name) for each in names])}"
            case ast.ImportFrom(names=names, module=module):
                return (
                    f"brings in {listed([code_span(each.asname or each.name) for each in names])} from "
                    f"{code_span(module or '.')}"
                )
            case ast.Break():
                return "leaves the innermost loop around it at once"
            case ast.Continue():
                return "ends this round of the loop and goes on with the next one"
            case ast.Pass():
                return "does nothing; it fills a place where Python needs a statement"
            case ast.Raise():
                return "stops here and reports a problem as an exception"
            case ast.Assert(test=test):
                return f"raises `AssertionError` unless {self.span(test)} is true"
            case ast.Nonlocal(names=names):
                return (
                    f"says that {listed([code_span(name) for name in names])} means the variable of the function "
                    "around it, which keeps its value from one call to the next"
                )
            case ast.Global(names=names):
                return (
                    f"says that {listed([code_span(name) for name in names])} means the variable outside of this "
                    "function"
                )
            case ast.Delete(targets=targets):
                return f"removes {listed([self.span(target) for target in targets])}"
            case ast.With(items=items):
                named = [self.span(item.optional_vars) for item in items if item.optional_vars is not None]
                return (
                    f"opens it{' under the name ' + listed(named) if named else ''} for the indented lines and "
                    "closes it after them"
                )
            case ast.Try():
                return "runs its lines, and goes to the `except` below if one of them raises an exception"
            case ast.Match(subject=subject):
                return f"compares {self.span(subject)} with the patterns below and runs the first that fits"
            case ast.Expr(value=ast.Constant(value=str())):
                return "is a text for readers, which changes nothing"
        return None

    def _stored(self, place: ast.expr, value: ast.expr) -> str:
        """Return what an assignment to one target does. A value that was already described is called "the result"."""
        what = _EMPTY.get(ast.unparse(value)) or (self.span(value) if self._expression(value) is None else "the result")
        match place:
            case ast.Subscript(value=owner, slice=index):
                kind = literal_type(self._program, owner)
                where = "at the index or key" if kind not in (list, dict) else "at the index"
                where = "under the key" if kind is dict else where
                return f"stores {what} in {self.span(owner)} {where} {self.span(index)}"
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return f"stores {what} in the attribute {code_span(name)} of the object"
            case ast.Attribute():
                return f"stores {what} in the attribute {self.span(place)}"
        return f"stores {what} under the name {self.span(place)}"

    def _changed(self, node: ast.AugAssign, place: str) -> str:
        value = self.span(node.value) if self._expression(node.value) is None else "the result"
        kind = literal_type(self._program, node.value)
        what = {
            ast.Add: f"adds {value} to the present value of {place}",
            ast.Sub: f"takes {value} away from the present value of {place}",
            ast.Mult: f"multiplies the present value of {place} by {value}",
            ast.Div: f"divides the present value of {place} by {value}",
            ast.FloorDiv: f"divides the present value of {place} by {value}, rounded down,",
            ast.Mod: f"works out the remainder of {place} divided by {value}",
            ast.Pow: f"raises the present value of {place} to the power {value}",
        }.get(type(node.op), f"combines {place} with {value}")
        if isinstance(node.op, ast.Add) and kind is str:
            what = f"joins {value} to the end of the string {place}"
        return f"{what} and stores the result under the same name"


def children_of(target: ast.Tuple) -> list[ast.Name]:
    """Return the names in the target of a loop, those of inner tuples too."""
    return [each for each in walk(target) if isinstance(each, ast.Name)]


def _noun(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return f"the call of {code_span(name)}"
        case ast.Compare() | ast.BoolOp():
            return "the condition"
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return "the comprehension"
        case ast.JoinedStr() | ast.Constant(value=str()):
            return "the string"
        case ast.List() | ast.Dict() | ast.Tuple() | ast.Set():
            return "the collection"
        case ast.stmt():
            return "the line"
    return "the long expression"


def _is_swap(places: list[ast.expr], values: list[ast.expr]) -> bool:
    pair = [ast.dump(value).replace("Load", "Store") for value in values]
    return len(places) == _TWO and [ast.dump(place) for place in places] == pair[::-1]


def _many(count: int, word: str, plural: str | None = None) -> str:
    return f"{count} {word if count == 1 else plural or word + 's'}"
