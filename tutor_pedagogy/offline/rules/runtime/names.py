"""Undefined names: misspelt, without quotes, without `self`, or from another language."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.nodes import is_call_of, is_stored, is_string, names_in
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_NOT_DEFINED = re.compile(r"name '(?P<name>\w+)' is not defined")
_SHORTEST_WORD = 3
"""The minimum length of a name that is taken for a word without quotes."""
_MOST_CLOSE = 8
"""The maximum number of similar names that are compared by edit distance."""
_OTHER_LANGUAGES = {
    **dict.fromkeys(("true", "TRUE"), "True"),
    **dict.fromkeys(("false", "FALSE"), "False"),
    **dict.fromkeys(("none", "null", "nil", "NULL"), "None"),
}


def _at_name(case: CrashContext, new: str | None = None, **slots: str) -> Match:
    """Return a match of the name in the message, with an edit that replaces it by another name, if one is given."""
    name = case.match["name"]
    node = case.name(name)
    return case.here(name, replace=(node, new) if node is not None else None, name=Code(name), slots=slots)


@runtime_rule("word-of-another-language", ("NameError",), _NOT_DEFINED, before=("name-misspelt",))
def word_of_another_language(case: CrashContext) -> Match | None:
    """Return the word of another language for True, False or None."""
    meant = _OTHER_LANGUAGES.get(case.match["name"])
    return _at_name(case, meant, meant=Code(meant)) if meant else None


@runtime_rule("loop-variable-under-another-name", ("NameError",), _NOT_DEFINED, before=("name-misspelt",))
def loop_variable_under_another_name(case: CrashContext) -> Match | None:
    """Return the enclosing loop whose body uses an undefined name and never the loop variable."""
    name, node = case.match["name"], case.name(case.match["name"])
    if node is None or get_close_matches(name, sorted(case.program.bound_names - {name}), 1, 0.75):
        return None
    for up in case.program.above(node):
        match up:
            case ast.For(target=ast.Name(id=variable) as target) if variable not in names_in(*up.body):
                return case.at(up, replace=(target, name), name=Code(name), variable=target)
    return None


@runtime_rule("name-misspelt", ("NameError",), _NOT_DEFINED, before=("name-defined-later", "name-of-another-function"))
def name_misspelt(case: CrashContext) -> Match | None:
    """Return the use of a name that is spelt almost like a name that the program defines."""
    name, closest = case.match["name"], closest_name(case, case.match["name"])
    if not closest or name in case.program.functions or (len(name) == 1 and closest.lower() != name.lower()):
        return None
    return _at_name(case, closest, meant=Code(closest))


def closest_name(case: CrashContext, name: str) -> str | None:
    """Return the name that is most likely meant by a misspelt name on the failing line, or None."""
    bound = case.program.bound_names - {name}
    folded = {other.lower().replace("_", ""): other for other in bound}
    key = name.lower().replace("_", "")
    for form in (key, key + "s", key.removesuffix("s")):
        if form in folded:
            return folded[form]
    node = case.name(name)
    parent = case.program.parents.get(node) if node is not None else None
    is_value = node is not None and not (isinstance(parent, ast.Call) and parent.func is node)
    offered = bound if is_value else bound | {builtin for builtin in BUILTINS if builtin.islower()}
    above = [*case.program.above(node)][:2] if node is not None else []
    if any(isinstance(each, ast.ExceptHandler | ast.Raise) for each in above):
        offered = offered | {builtin for builtin in BUILTINS if builtin.endswith(("Error", "Exception"))}
    close = get_close_matches(name, sorted(offered), _MOST_CLOSE, 0.72)
    looped = _loop_variables_around(case, node) if node is not None else set()
    local = {arg.arg for arg in case.function.args.args} if case.function else set()
    # The smallest edit distance wins. If several are equal, prefer an enclosing loop's variable, then a parameter.
    return min(close, key=lambda c: (edit_distance(name, c), c not in looped, c not in local), default=None)


def _loop_variables_around(case: CrashContext, node: ast.Name) -> set[str]:
    """Return the variables of the loops and comprehensions that enclose a node."""
    targets: list[ast.expr] = []
    for up in case.program.above(node):
        match up:
            case ast.For(target=target) | ast.AsyncFor(target=target):
                targets.append(target)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                targets += [generator.target for generator in up.generators]
    return names_in(*targets)


@runtime_rule(
    "name-without-self",
    ("NameError", "UnboundLocalError"),
    r"(?:name|local variable) '(?P<name>\w+)'",
    before=("name-misspelt", "text-without-quotes"),
)
def name_without_self(case: CrashContext) -> Match | None:
    """Return the name in a method that should be an attribute or a method of `self`."""
    name, function, owner = case.match["name"], case.function, case.class_of(case.function)
    if function is None or owner is None or not function.args.args:
        return None
    is_method = any(isinstance(node, ast.FunctionDef) and node.name == name for node in owner.body)
    targets = [target for node in owner.body if isinstance(node, ast.Assign) for target in node.targets]
    is_variable = any(isinstance(target, ast.Name) and target.id == name for target in targets)
    if not (is_method or is_variable or any(is_stored(node, name) for node in walk(owner))):
        return None
    is_count = is_variable and isinstance(case.statement, ast.AugAssign)
    before = owner.name if is_count else function.args.args[0].arg
    return _at_name(case, f"{before}.{name}", class_name=Code(owner.name))


@runtime_rule("text-without-quotes", ("NameError",), _NOT_DEFINED, before=("name-never-defined",))
def text_without_quotes(case: CrashContext) -> Match | None:
    """Return the word without quotes where a string is meant: it is next to strings or compared with them."""
    name, node = case.match["name"], case.name(case.match["name"])
    if node is None or name in case.program.bound_names:
        return None
    parent = case.program.parents.get(node)
    match parent:
        case ast.Compare(left=left, comparators=others):
            is_meant = any(map(is_string, (left, *others))) or (len(name) == 1 and node in others)
            is_meant = is_meant or (len(others) == 1 and isinstance(case.value(left), str))
        case ast.Subscript(slice=key, value=owner) if key is node:
            held = case.value(owner)
            texts = (each.value for each in case.program.each(ast.Constant))
            is_meant = (isinstance(held, dict) and name in held) or name in texts
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            is_meant = any(map(is_string, elements))
        case _:
            is_argument = isinstance(parent, ast.Call) and node in parent.args
            is_meant = is_argument and is_call_of(parent, "print", "input", "open", "int", "float")
            is_meant = is_meant and len(name) >= _SHORTEST_WORD
    return _at_name(case, f'"{name}"') if is_meant else None


@runtime_rule("name-never-defined", ("NameError",), _NOT_DEFINED)
def name_never_defined(case: CrashContext) -> Match | None:
    """Return the use of a name that nothing in the program defines."""
    name, statement = case.match["name"], case.statement
    if case.name(name) is None and case.program.tree is not None and name not in case.program.line(case.line):
        return None
    is_changed = isinstance(statement, ast.AugAssign) or (
        isinstance(statement, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in statement.targets)
    )
    return _at_name(case, use="changed" if is_changed else "used")
