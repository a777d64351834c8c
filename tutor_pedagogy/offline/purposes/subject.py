"""The subject of a question such as "what does this line do?": a part of the code, or a name or construct of Python."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import SYMBOLS, Function
from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.purposes.entries import entry_named, entry_of_sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The part of Python or of the code that a question is about.

    `line` counts from 1 in the code. `node` is None if the code does not contain what the question names. Then `entry`
    is its entry in the glossary or in the table of constructs. `is_whole`: the question is about the whole program.
    """

    line: int
    code: str
    node: ast.AST | None = None
    entry: str | None = None
    contrast: str | None = None
    """The entry of the second name if the question asks how two names differ."""
    is_whole: bool = False


_MOST_SNIPPETS = 6
_MAX_CHARACTERS = 1_000
_MAX_COLUMNS = 200
_BACKTICKS = re.compile(r"`([^`\n]{1,120})`")
_QUOTED = re.compile(r"[\"\u201c\u2018']([^\"\u201d\u2019'\n]{2,80})[\"\u201d\u2019']")
_CALL = re.compile(r"[A-Za-z_][\w.]{0,60}\(")
_ITEM = re.compile(r"[A-Za-z_]\w{0,40}(?:\[[^\]\n]{0,40}\]){1,3}")
_SIGNS = re.compile(r"(?<!\S)(\[::-1\]|\[\d{0,4}:\d{0,4}\]|\*\*|//|%|\+=|-=|\*=|/=|==|!=|<=|>=|:=|\*|@)(?=[\s?.,]|$)")
_LINE = re.compile(r"\b(?:lines?|linha|l[ií]nea|zeile|ligne|第)\s?(\d{1,5})\b", re.IGNORECASE)
_LAST = re.compile(
    r"\b(?:last line|letzten? zeile|[uú]ltima l[ií]nea|[uú]ltima linha|derni[eè]re ligne)|最后一?行", re.IGNORECASE
)
_A_LINE = re.compile(r"\b(?:lines?|linha|l[ií]nea|zeile|ligne)\b|行", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][\w.]*")
_DIFFERENCE = re.compile(
    r"\b(?:between|unterschied zwischen|entre) `?([\w.]{1,40})(?:\(\))?`? (?:and|und|et|y|e) `?([\w.]{1,40})",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:this|the|my|whole|entire) (?:whole |entire |python )?(?:code|program|script|file|snippet)\b"
    r"|este (?:c[oó]digo|programa)"
    r"|(?:dieser|der) code|dieses programm|ce (?:code|programme)|esse (?:c[oó]digo|programa)"
    r"|这段代码|这个程序|step by step",
    re.IGNORECASE,
)
_AMBIGUOUS = frozenset(
    (
        *(
            "for",
            "while",
            "if",
            "else",
            "in",
            "is",
            "and",
            "or",
            "not",
            "with",
            "as",
            "from",
            "import",
            "return",
            "print",
        ),
        *("pass", "break", "continue", "list", "set", "dict", "type", "open", "input", "sum", "max", "min", "range"),
        *("format", "next", "all", "any", "map", "filter", "count", "index", "find", "id", "class", "def", "try"),
        *(
            "except",
            "global",
            "self",
            "int",
            "str",
            "float",
            "len",
            "sort",
            "sorted",
            "join",
            "split",
            "strip",
            "round",
        ),
        *(
            "object",
            "slice",
            "copy",
            "clear",
            "add",
            "get",
            "items",
            "values",
            "keys",
            "read",
            "write",
            "close",
            "update",
        ),
        *(
            "remove",
            "reverse",
            "replace",
            "title",
            "upper",
            "lower",
            "center",
            "union",
            "match",
            "assert",
            "raise",
            "del",
        ),
        *("difference", "intersection", "partition", "encode", "discard", "center", "swapcase", "capitalize"),
        *(
            "yield",
            "lambda",
            "pop",
            "append",
            "insert",
            "extend",
            "none",
            "None",
            "string",
            "tuple",
            "bool",
            "iter",
            "bin",
        ),
    )
)
"""Names in Python that are also English words, or so short that they occur in other words of a question."""
_NAMED = re.compile(
    r"\b(?:what(?:'s| is| are| does| do|s)?|how (?:does|do)|explain|mean(?:ing)? of|understand|use"
    r"|purpose of|about|between|que fait|was macht|was bedeutet|was ist|qu[eé] (?:hace|es|significa)"
    r"|o que (?:faz|[eé]))\s+(?:(?:a|an|the|this|is|does|el|la|los|das|der|die|le|o)\s+){0,2}"
    r"(?P<name>[A-Za-z_.][\w.]*)",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"(?<![\w.])(?P<name>[A-Za-z_.][\w.]{0,40})\(?\)?(?:-| )(?:loops?|statements?|keyword|function|method|operator"
    r"|command|block|expression|schleife|funktion|comprehension)\b",
    re.IGNORECASE,
)
_FORMS: tuple[tuple[re.Pattern[str], tuple[type[ast.AST], ...], str], ...] = (
    (
        re.compile(r"list comprehension|comprehension", re.IGNORECASE),
        (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
        "comprehension",
    ),
    (re.compile(r"f-?strings?|formatted string", re.IGNORECASE), (ast.JoinedStr,), "fstring"),
    (re.compile(r"\b(?:slice|slicing)\b", re.IGNORECASE), (ast.Slice,), "slice"),
    (re.compile(r"\blambda\b", re.IGNORECASE), (ast.Lambda,), "lambda"),
    (re.compile(r"\bwhile\b(?:-| )(?:loop|schleife)|boucle while", re.IGNORECASE), (ast.While,), "while"),
    (re.compile(r"\bfor\b(?:-| )(?:loop|schleife)|boucle for", re.IGNORECASE), (ast.For,), "for"),
    (
        re.compile(
            r"\b(?:this|the|that|my|inner|outer|first) loop\b|bucle|schleife|boucle|la[cç]o|循环", re.IGNORECASE
        ),
        (ast.For, ast.While),
        "for",
    ),
    (re.compile(r"\b(?:this|the|that) (?:if|condition)\b", re.IGNORECASE), (ast.If, ast.While, ast.IfExp), "if"),
    (re.compile(r"\b(?:this|the|that) class\b", re.IGNORECASE), (ast.ClassDef,), "class"),
    (
        re.compile(
            r"\b(?:this|the|my|that) function\b|esta funci[oó]n|diese funktion|cette fonction"
            r"|esta fun[cç][aã]o|这个函数",
            re.IGNORECASE,
        ),
        (ast.FunctionDef, ast.AsyncFunctionDef),
        "def",
    ),
    (re.compile(r"\bdecorator\b", re.IGNORECASE), (), "decorator"),
)


_HEADS = frozenset(("for", "while", "if", "return", "with", "import", "from", "lambda"))
"""Words that begin a statement, or make up its expression. The statement is explained and not the word alone."""


def subject_of(program: Program, question: str) -> Subject | None:
    """Return the subject of a question: the code or name that it mentions, else the line at the cursor, else None."""
    question = question[:_MAX_CHARACTERS]
    if program.tree is None:
        return readable_line(program)
    return (
        _two_names(program, question)
        or _quoted_code(program, question)
        or _numbered_line(program, question)
        or _own_definition(program, question)
        or _form(program, question)
        or _sign(program, question)
        or _named_entry(program, question)
        or _whole(program, question)
        or _at_line(program, _nearest_line(program, program.cursor_line))
    )


def line_subject(program: Program, line: int) -> Subject | None:
    """Return the subject of a question that names nothing: the line, or the nearest one with code."""
    return _at_line(program, _nearest_line(program, line))


def names_a_line(question: str) -> bool:
    """Return whether a question asks about a line of the code, and not about an error in it."""
    return bool(_A_LINE.search(question))


def readable_line(program: Program) -> Subject | None:
    """Return the line that a question asks about, for code that does not parse; None if the line does not parse."""
    match = _LINE.search(program.submission.question or "")
    line = int(match[1]) - program.first_line if match else _nearest_line(program, program.cursor_line)
    text = program.line(line).strip()
    if not text or (program.fault is not None and program.fault.line == line):
        return None
    text = text.replace("elif ", "if ", 1) if text.startswith("elif ") else text
    tree = parse(f"{text} pass" if text.endswith(":") else text)
    if not isinstance(tree, ast.Module) or not tree.body:
        return None
    return Subject(line=line, code=program.line(line).strip(), node=tree.body[0])


def _two_names(program: Program, question: str) -> Subject | None:
    """Return the subject of a question about the difference between two names in Python, or None."""
    match = _DIFFERENCE.search(question)
    if match is None:
        return None
    first, second = entry_named(match[1]), entry_named(match[2])
    if first is None or second is None:
        return None
    line = _line_with(program, match[1])
    return Subject(line=line, code=match[1], entry=first, contrast=second)


def _quoted_code(program: Program, question: str) -> Subject | None:
    for code in islice(_snippets(question), _MOST_SNIPPETS):
        if code.strip("(). ") in program.functions or entry_named(code.strip("`() ")):
            continue
        squeezed = _squeezed(code)
        for node in program.nodes:
            is_short = isinstance(node, ast.expr | ast.stmt) and _columns(node) <= _MAX_COLUMNS
            if isinstance(node, ast.expr | ast.stmt) and is_short and _squeezed(program.segment(node)) == squeezed:
                return Subject(line=node.lineno, code=program.segment(node), node=node)
        tree = parse(f"{code} pass" if code.endswith(":") else code)
        if (method := _method_call(program, tree)) is not None:
            return Subject(line=method.lineno, code=program.segment(method), node=method)
        if isinstance(tree, ast.Module) and tree.body and not isinstance(_value(tree.body[0]), ast.Name | ast.Constant):
            node = tree.body[0]
            inner = _value(node)
            line = _line_with(program, code)
            return Subject(line=line, code=code, node=node if inner is None else inner)
    return None


def _method_call(program: Program, tree: object) -> ast.Call | None:
    """Return the call of a method in the program that a question writes without its object, such as `get(w, 0)`."""
    match tree:
        case ast.Module(body=[ast.Expr(value=ast.Call(func=ast.Name(id=name), args=arguments))]):
            given = [ast.dump(each) for each in arguments]
            for call in program.each(ast.Call):
                if (
                    isinstance(call.func, ast.Attribute)
                    and call.func.attr == name
                    and [ast.dump(each) for each in call.args] == given
                ):
                    return call
    return None


def _squeezed(code: str) -> str:
    return "".join(code.split()).rstrip(":")


def _columns(node: ast.expr | ast.stmt) -> int:
    return (node.end_col_offset or 0) - node.col_offset


def _value(node: ast.stmt) -> ast.expr | None:
    return node.value if isinstance(node, ast.Expr) else None


def _line_with(program: Program, code: str) -> int:
    return next((number for number, text in enumerate(program.lines, 1) if code in text), program.cursor_line)


def _snippets(question: str) -> Iterator[str]:
    """Yield the pieces of a question that look like code, those in backticks first."""
    yield from (code.strip() for code in _BACKTICKS.findall(question))
    yield from (code.strip() for code in _QUOTED.findall(question) if re.search(r"[(\[=+*/%<>{]", code))
    for match in _CALL.finditer(question):
        end = _closing(question, match.end() - 1)
        if end and question[match.end() : end].strip():
            yield question[match.start() : end + 1]
    yield from _ITEM.findall(question)


def _closing(text: str, start: int) -> int:
    """Return the index of the parenthesis that closes the one at `start`, or 0 if none does."""
    depth = 0
    for index in range(start, min(start + 120, len(text))):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            return index
    return 0


def _numbered_line(program: Program, question: str) -> Subject | None:
    match = _LINE.search(question)
    if match is None:
        return _at_line(program, _last_line(program)) if _LAST.search(question) else None
    return _at_line(program, int(match[1]) - program.first_line)


def _last_line(program: Program) -> int:
    return next((line for line in range(len(program.lines), 0, -1) if program.line(line).strip()), 1)


def _own_definition(program: Program, question: str) -> Subject | None:
    definitions: dict[str, ast.stmt] = {node.name: node for node in program.each(ast.ClassDef)}
    definitions |= {name: node for name, node in program.functions.items() if name != "__init__"}
    named = {match["name"] for pattern in (_NAMED, _KIND) for match in pattern.finditer(question)}
    called = {word.removesuffix("(") for word in _CALL.findall(question)}
    called |= {code.strip("() ") for code in _BACKTICKS.findall(question)}
    for word in _WORD.findall(question):
        name = word.strip(".")
        if name in definitions and ("_" in name or name in named or name in called or not name.islower()):
            node = definitions[name]
            return Subject(line=node.lineno, code=program.line(node.lineno).strip(), node=node)
    return None


def _form(program: Program, question: str) -> Subject | None:
    for pattern, kinds, entry in _FORMS:
        if not pattern.search(question):
            continue
        found = [node for node in program.nodes if kinds and isinstance(node, kinds) and hasattr(node, "lineno")]
        if not found:
            return Subject(line=_nearest_line(program, program.cursor_line), code="", entry=entry)
        node = min(found, key=lambda each: _distance(each, program.cursor_line))
        if isinstance(node, ast.Slice):
            node = program.parents[node]
        line: int = getattr(node, "lineno", 1)
        return Subject(line=line, code=program.segment(node), node=node)
    return None


def _distance(node: ast.AST, line: int) -> tuple[int, int]:
    start, end = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
    return (0, end - start) if start <= line <= end else (min(abs(line - start), abs(line - end)), end - start)


def _sign(program: Program, question: str) -> Subject | None:
    match = _SIGNS.search(question)
    if match is None:
        return None
    sign = match[1]
    nodes: list[_Signed] = [node for node in program.nodes if isinstance(node, _Signed)]
    for node in nodes:
        if _has_sign(node, sign):
            return Subject(line=node.lineno, code=program.segment(node), node=node)
    line = next((number for number, text in enumerate(program.lines, 1) if sign in text), program.cursor_line)
    return Subject(line=line, code=sign, entry=entry_of_sign(sign))


def _has_sign(node: _Signed, sign: str) -> bool:
    match node:
        case ast.Subscript():
            return isinstance(node.slice, ast.Slice) and ast.unparse(node.slice) == sign[1:-1]
        case ast.AugAssign(op=op):
            return sign == f"{SYMBOLS.get(type(op))}="
        case ast.BinOp(op=op):
            return sign == SYMBOLS.get(type(op))
    return sign in [SYMBOLS.get(type(op)) for op in node.ops]


_Signed = ast.BinOp | ast.AugAssign | ast.Compare | ast.Subscript


_SMALL_WORDS = frozenset(("in", "is", "as", "and", "or", "not", "with", "for", "from", "if", "while"))
_NEXT_WORD = re.compile(r" (?:a|an|the|this|that|these|my|your|our|it|here|there|one|all|each|every)\b", re.IGNORECASE)
"""What follows a small word that is English in a question, as in “what is in the list”, and no word of Python."""


def _named_entry(program: Program, question: str) -> Subject | None:
    """Return the first name in Python that a question mentions, with its first use in the code, or None."""
    words = [code.strip("() ") for code in _BACKTICKS.findall(question) + _QUOTED.findall(question)]
    words += [word.removesuffix("(") for word in _CALL.findall(question)]
    words += [
        match["name"]
        for pattern in (_KIND, _NAMED)
        for match in pattern.finditer(question)
        if match["name"].lower() not in _SMALL_WORDS or not _NEXT_WORD.match(question, match.end())
    ]
    words += [word for word in _WORD.findall(question) if word not in _AMBIGUOUS]
    for word in dict.fromkeys(words):
        entry = entry_named(word)
        if entry is None or word == "difference":
            continue
        name = word.rpartition(".")[2]
        place = re.compile(rf"(?<!\w){re.escape(name)}\b")
        line = next((number for number, text in enumerate(program.lines, 1) if place.search(text)), 0)
        line = program.cursor_line if place.search(program.line(program.cursor_line)) else line
        used = _use_of(program, name, line) if line else None
        statement = _at_line(program, line) if line else None
        if used is not None and statement is not None and statement.node is not None:
            return replace(statement, entry=None)
        if used is not None:
            return Subject(line=line, code=program.segment(used), node=used)
        is_loop = name == "in" and statement is not None and isinstance(statement.node, ast.For)
        if (name in _HEADS or is_loop) and statement is not None and statement.node is not None:
            return statement
        return Subject(line=line or _nearest_line(program, program.cursor_line), code=word, entry=entry)
    return None


def _use_of(program: Program, name: str, line: int) -> ast.AST | None:
    """Return the call of this name on a line, or None."""
    for node in program.expressions_at(line):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called == name:
                return node
    return None


def _whole(program: Program, question: str) -> Subject | None:
    if program.tree is None or not program.tree.body or not _WHOLE.search(question):
        return None
    first = program.tree.body[0]
    return Subject(line=first.lineno, code=program.line(first.lineno).strip(), node=program.tree, is_whole=True)


def _at_line(program: Program, line: int) -> Subject | None:
    text = program.line(line).strip()
    if not text:
        return None
    if text.startswith("#"):
        return Subject(line=line, code=text, entry="comment")
    if re.match(r"else\s*:", text):
        return Subject(line=line, code=text, entry="else")
    if re.match(r"finally\s*:", text):
        return Subject(line=line, code=text, entry="finally")
    if re.match(r"(?:try|except)\b", text):
        return Subject(line=line, code=text, entry="try")
    node = program.statement_at(line)
    if node is None:
        return None
    if text.startswith("@") and isinstance(node, Function | ast.ClassDef):
        return Subject(line=line, code=text, entry="decorator")
    return Subject(line=line, code=text, node=node)


def _nearest_line(program: Program, line: int) -> int:
    """Return the line itself, or the nearest line above or else below it that is not blank."""
    above = (number for number in range(line, 0, -1) if program.line(number).strip())
    below = (number for number, text in enumerate(program.lines, 1) if text.strip())
    return next(above, 0) or next(below, 1)
