"""Names that mean nothing, mean nothing yet, or mean something else: NameError, UnboundLocalError."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_NOT_DEFINED = re.compile(r"name '(?P<name>\w+)' is not defined")
_NOT_BOUND = re.compile(r"local variable '(?P<name>\w+)'")
_MOST_CLOSE = 8
"""How many names that look alike are compared by their slips."""
_FREE = re.compile(r"free variable '(?P<name>\w+)'")
MODULES = {
    **dict.fromkeys(
        ("math", "random", "time", "os", "sys", "re", "json", "csv", "datetime", "statistics", "string"), ""
    ),
    **dict.fromkeys(("collections", "itertools", "functools", "copy", "decimal", "fractions", "turtle", "tkinter"), ""),
    "np": "numpy",
    "plt": "matplotlib.pyplot",
    "pd": "pandas",
    "numpy": "",
    "pandas": "",
    "scipy": "",
    "sns": "seaborn",
}
FUNCTIONS = {
    **dict.fromkeys(
        ("sqrt", "sin", "cos", "tan", "pi", "floor", "ceil", "log", "exp", "factorial", "gcd", "radians"), "math"
    ),
    **dict.fromkeys(("randint", "choice", "shuffle", "sample", "uniform", "randrange"), "random"),
    **dict.fromkeys(("sleep", "perf_counter"), "time"),
    **dict.fromkeys(("array", "zeros", "ones", "linspace", "arange"), "numpy"),
    **dict.fromkeys(("deque", "Counter", "defaultdict", "OrderedDict", "namedtuple"), "collections"),
    **dict.fromkeys(("reduce", "lru_cache", "partial"), "functools"),
    **dict.fromkeys(("mean", "median", "stdev"), "statistics"),
    **dict.fromkeys(("date", "timedelta"), "datetime"),
    **dict.fromkeys(("deepcopy",), "copy"),
    **dict.fromkeys(("Path",), "pathlib"),
}
_OTHER_LANGUAGES = {
    "true": "True",
    "false": "False",
    "none": "None",
    "null": "None",
    "nil": "None",
    "NULL": "None",
    "TRUE": "True",
    "FALSE": "False",
}


@runtime_rule("word-of-another-language", ("NameError",), _NOT_DEFINED, before=("name-misspelt",))
def word_of_another_language(case: CrashContext) -> Match | None:
    name = case.match["name"]
    meant = _OTHER_LANGUAGES.get(name)
    return _site(case, name, meant, meant=Code(meant)) if meant else None


def _site(case: CrashContext, name: str, replacement: str | None = None, **slots: str) -> Match:
    node = _use(case, name)
    edit: Edit | None = case.rewrite(node, replacement) if node is not None and replacement else None
    return Match(lines=(case.line,), expression=name, edit=edit, slots={"name": Code(name), **slots})


def _use(case: CrashContext, name: str) -> ast.Name | None:
    node = case.node
    if isinstance(node, ast.Name) and node.id == name:
        return node
    return next((n for n in case.nodes_here if isinstance(n, ast.Name) and n.id == name), None)


@runtime_rule("name-not-imported", ("NameError",), _NOT_DEFINED, before=("loop-variable-under-another-name",))
def name_not_imported(case: CrashContext) -> Match | None:
    name = case.match["name"]
    node = _use(case, name)
    parent = case.program.parents.get(node) if node is not None else None
    if name in MODULES and (parent is None or isinstance(parent, ast.Attribute)):
        module = MODULES[name]
        statement = f"import {module} as {name}" if module else f"import {name}"
    elif name in FUNCTIONS and name not in BUILTINS:
        module = FUNCTIONS[name]
        statement = f"from {module} import {name}"
    else:
        return None
    imported = _imported_otherwise(case, module or name)
    if isinstance(imported, ast.Import) and name in FUNCTIONS and imported.names[0].asname is None:
        return _site(case, name, f"{module}.{name}", module=Code(module), statement=Code(statement))
    if imported is not None:
        return Match(
            lines=(imported.lineno,),
            expression=case.program.line(imported.lineno).strip(),
            edit=_import_too(case, imported, name, statement),
            slots={"name": Code(name), "module": Code(module or name), "statement": Code(statement)},
        )
    first = case.program.line(1)
    edit = (
        case.program.edit(1, f"{statement}\n{first}")
        if first and not first.startswith((" ", "\t", '"""', "#", "from __future__"))
        else None
    )
    return Match(
        lines=(case.line,),
        expression=name,
        edit=edit,
        slots={"name": Code(name), "module": Code(module or name), "statement": Code(statement)},
    )


def _imported_otherwise(case: CrashContext, module: str) -> ast.Import | ast.ImportFrom | None:
    """Give the line that imports a module, or names of it, in a form that does not bring this name."""
    for node in case.program.nodes:
        match node:
            case ast.Import(names=[ast.alias(name=imported)]) | ast.ImportFrom(module=str(imported)):
                if imported == module and case.program.function_at(node.lineno) is None:
                    return node
    return None


def _import_too(case: CrashContext, node: ast.Import | ast.ImportFrom, name: str, statement: str) -> Edit | None:
    """Import a name as well, or in the form in which it is used."""
    if node.lineno != node.end_lineno or node.col_offset:
        return None
    if isinstance(node, ast.ImportFrom) and statement.startswith("from"):
        return case.program.edit(node.lineno, f"{case.program.line(node.lineno).rstrip()}, {name}")
    if isinstance(node, ast.ImportFrom):
        return case.program.edit(node.lineno, f"{case.program.line(node.lineno)}\n{statement}")
    return case.program.edit(node.lineno, statement)


@runtime_rule("loop-variable-under-another-name", ("NameError",), _NOT_DEFINED, before=("name-misspelt",))
def loop_variable_under_another_name(case: CrashContext) -> Match | None:
    """Find where the loop around hands out its items under a name that its body never uses."""
    name = case.match["name"]
    node = _use(case, name)
    if node is None or get_close_matches(name, sorted(case.program.bound_names - {name}), 1, 0.75):
        return None
    for up in case.program.above(node):
        match up:
            case ast.For(target=ast.Name(id=variable) as target):
                used = any(isinstance(n, ast.Name) and n.id == variable for s in up.body for n in walk(s))
                if not used:
                    return Match(
                        lines=(up.lineno,),
                        expression=case.program.line(up.lineno).strip(),
                        edit=case.rewrite(target, name),
                        slots={"name": Code(name), "variable": Code(variable)},
                    )
    return None


@runtime_rule("name-misspelt", ("NameError",), _NOT_DEFINED, before=("name-defined-later", "name-of-another-function"))
def name_misspelt(case: CrashContext) -> Match | None:
    name = case.match["name"]
    closest = _closest(case, name)
    if not closest or (len(name) == 1 and closest.lower() != name.lower()):
        return None
    return _site(case, name, closest, meant=Code(closest))


def _closest(case: CrashContext, name: str) -> str | None:
    program = case.program
    here = program.function_at(case.line)
    local = {arg.arg for arg in here.args.args} if here else set()
    bound = program.bound_names - {name}
    folded = {other.lower().replace("_", ""): other for other in bound}
    key = name.lower().replace("_", "")
    if key in folded:
        return folded[key]
    if key + "s" in folded or (key.endswith("s") and key[:-1] in folded):
        return folded.get(key + "s") or folded.get(key[:-1])
    offered = bound if _is_value(case, name) else bound | {b for b in BUILTINS if b.islower()}
    close = get_close_matches(name, sorted(offered), _MOST_CLOSE, 0.72)
    looped = _loop_variables_around(case, name)
    # The fewest slips first; of equals what the loop around hands out, then what the function was given.
    return min(close, key=lambda c: (edit_distance(name, c), c not in looped, c not in local), default=None)


def _is_value(case: CrashContext, name: str) -> bool:
    """Tell whether a name stands for a value where it is used, so that no built-in function can be meant."""
    node = _use(case, name)
    parent = case.program.parents.get(node) if node is not None else None
    return node is not None and not (isinstance(parent, ast.Call) and parent.func is node)


def _loop_variables_around(case: CrashContext, name: str) -> set[str]:
    """Give the variables of the loops and comprehensions around the place where a name is used."""
    node = _use(case, name)
    targets: list[ast.expr] = []
    for up in case.program.above(node) if node is not None else ():
        match up:
            case ast.For(target=target) | ast.AsyncFor(target=target):
                targets.append(target)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                targets += [generator.target for generator in up.generators]
    return {inner.id for target in targets for inner in walk(target) if isinstance(inner, ast.Name)}


@runtime_rule("name-defined-later", ("NameError",), _NOT_DEFINED, before=("text-without-quotes",))
def name_defined_later(case: CrashContext) -> Match | None:
    """Find where the name is bound, but only further down, at the same level."""
    name = case.match["name"]
    program = case.program
    if program.function_at(case.line) is not None and not any(
        isinstance(n, ast.FunctionDef | ast.ClassDef)
        and n.name == name
        and n in (program.tree.body if program.tree else [])
        for n in program.nodes
    ):
        return None
    later = [
        node.lineno
        for node in (program.tree.body if program.tree else [])
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    ]
    later += [line for line, _ in program.assignments(name) if program.function_at(line) is None]
    top_line = min((line for line in (case.crash.callers[:1] or (case.line,))), default=case.line)
    if later and min(later) > top_line:
        return _site(case, name, other_line=str(program.shown(min(later))))
    return None


@runtime_rule("name-of-another-function", ("NameError",), _NOT_DEFINED, before=("value-only-on-some-paths",))
def name_of_another_function(case: CrashContext) -> Match | None:
    """Find where the name lives inside a function only, and is used outside it."""
    name = case.match["name"]
    program = case.program
    here = program.function_at(case.line)
    for line, _ in program.assignments(name):
        owner = program.function_at(line)
        if (
            owner is not None
            and owner is not here
            and not (here and owner.lineno < here.lineno <= (owner.end_lineno or 0))
        ):
            closest = _closest(case, name)
            if closest and here is not None and any(arg.arg == closest for arg in here.args.args):
                return None
            return _site(case, name, function=Code(owner.name))
    return None


@runtime_rule(
    "value-only-on-some-paths",
    ("NameError", "UnboundLocalError"),
    rf"{_NOT_BOUND.pattern}|{_FREE.pattern.replace('name', 'free')}|name '(?P<unbound>\w+)' is not defined",
    before=("text-without-quotes", "used-before-first-value"),
)
def value_only_on_some_paths(case: CrashContext) -> Match | None:
    """Find where a name gets its value inside a branch or a loop that did not run, or only later."""
    name = case.match["name"] or case.match["unbound"]
    if not name:
        return None
    program = case.program
    function = program.function_at(case.line)
    bound = [line for line, _ in program.assignments(name) if function is None or program.function_at(line) is function]
    before = [line for line in bound if line < case.line]
    slots = {"name": Code(name), "function": Code(function.name if function else "the program")}
    if before:
        first = before[0]
        around = [
            node
            for node in program.nodes
            if isinstance(node, ast.If | ast.For | ast.While | ast.Try)
            and node.lineno <= first <= (node.end_lineno or 0)
        ]
        inner = max(around, key=lambda node: node.lineno, default=None)
        if inner is None and case.match["unbound"]:
            return None
        header = program.line(inner.lineno).strip() if inner is not None else ""
        return Match(
            lines=(case.line,),
            expression=name,
            slots={**slots, "header": Code(header or name), "what": _kind(inner)},
        )
    return None


def _kind(node: ast.AST | None) -> str:
    match node:
        case ast.For() | ast.While():
            return "loop"
        case ast.Try():
            return "`try` block"
        case _:
            return "branch"


@runtime_rule("text-without-quotes", ("NameError",), _NOT_DEFINED, before=("name-never-defined",))
def text_without_quotes(case: CrashContext) -> Match | None:
    """Find a bare word where a text is meant: compared with texts, or next to them."""
    name = case.match["name"]
    node = _use(case, name)
    if node is None or case.program.tree is None:
        return None
    parent = case.program.parents.get(node)
    with_text = False
    match parent:
        case ast.Compare(left=left, comparators=others):
            with_text = any(isinstance(o, ast.Constant) and isinstance(o.value, str) for o in [left, *others])
            with_text = with_text or (len(name) == 1 and node in others)
        case ast.Call(func=ast.Name(id="print" | "input" | "open" | "int" | "float"), args=args) if node in args:
            with_text = True
        case ast.Subscript(slice=index) if index is node:
            with_text = False
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            with_text = any(isinstance(o, ast.Constant) and isinstance(o.value, str) for o in elements)
    return _site(case, name, f'"{name}"') if with_text else None


@runtime_rule("name-never-defined", ("NameError",), _NOT_DEFINED)
def name_never_defined(case: CrashContext) -> Match | None:
    name = case.match["name"]
    node = _use(case, name)
    if node is None and case.program.tree is not None and name not in case.program.line(case.line):
        return None
    statement = case.program.statement_at(case.line)
    counts = isinstance(statement, ast.AugAssign) or (
        isinstance(statement, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in statement.targets)
    )
    return _site(case, name, use="changed" if counts else "used")


@runtime_rule(
    "outer-variable-changed-in-function", ("UnboundLocalError",), _NOT_BOUND, before=("used-before-first-value",)
)
def outer_variable_changed_in_function(case: CrashContext) -> Match | None:
    """Find where a function changes a name that exists outside it."""
    name = case.match["name"]
    program = case.program
    function = program.function_at(case.line)
    if function is None:
        return None
    outside = [line for line, _ in program.assignments(name) if program.function_at(line) is None]
    inside = [line for line, _ in program.assignments(name) if program.function_at(line) is function]
    if not outside or not inside:
        return None
    header = program.line(function.lineno)
    first = function.body[0]
    indent = program.line(first.lineno)[: first.col_offset]
    del header
    edit = program.edit(first.lineno, f"{indent}global {name}\n{program.line(first.lineno)}")
    return Match(
        lines=(case.line,),
        expression=name,
        edit=edit,
        slots={"name": Code(name), "function": Code(function.name), "other_line": str(program.shown(outside[-1]))},
    )


@runtime_rule(
    "used-before-first-value",
    ("NameError", "UnboundLocalError"),
    rf"{_NOT_BOUND.pattern}|cannot access free variable|not associated with a value",
)
def used_before_first_value(case: CrashContext) -> Match | None:
    return _read_before_bound(case) if case.match.groupdict().get("name") else None


def _read_before_bound(case: CrashContext) -> Match | None:
    name = case.match["name"]
    function = case.program.function_at(case.line)
    return Match(
        lines=(case.line,),
        expression=name,
        slots={"name": Code(name), "function": Code(function.name if function else "this program")},
    )
