"""Modules and their names: not installed, not imported, imported in another form, attribute missing."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.module_names import (
    IMPORTED_AS,
    KNOWN_MODULES,
    METHODS_OF_CLASS,
    MODULE_OF,
    OTHER_WORDS,
    names_of,
)
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule(
    "name-not-imported",
    ("NameError",),
    r"name '(?P<name>\w+)' is not defined",
    before=("loop-variable-under-another-name",),
)
def name_not_imported(case: CrashContext) -> Match | None:
    """Return the use of a name that must be imported, or the existing import of its module in another form."""
    name, node = case.match["name"], case.name(case.match["name"])
    meant = _meant_import(case, name, node)
    if meant is None:
        return None
    module, statement = meant
    slots: dict[str, str] = {"name": Code(name), "module": Code(module), "statement": Code(statement)}
    imported = _imported_otherwise(case, module)
    if isinstance(imported, ast.Import) and name in MODULE_OF and imported.names[0].asname is None:
        slots["there"] = str(case.program.shown(imported.lineno))
        return case.here(name, replace=(node, f"{module}.{name}") if node is not None else None, slots=slots)
    if imported is not None:
        return case.at(imported, edit=_imported_too(case, imported, name, statement), slots=slots)
    return case.here(name, edit=_imported_first(case, statement), slots=slots)


def _meant_import(case: CrashContext, name: str, node: ast.Name | None) -> tuple[str, str] | None:
    """Return the module that an undefined name belongs to, with the import that defines the name; or None."""
    use = case.program.parents.get(node) if node is not None else None
    attribute = use.attr if isinstance(use, ast.Attribute) else ""
    if attribute in METHODS_OF_CLASS.get(name, ()):
        return name, f"from {name} import {name}"
    if name in IMPORTED_AS:
        module = IMPORTED_AS[name] or name
        if node is None or (attribute and _has_attribute(module, attribute)):
            return module, f"import {module} as {name}" if module != name else f"import {name}"
    if name in MODULE_OF and name not in BUILTINS | case.program.bound_names:
        return MODULE_OF[name], f"from {MODULE_OF[name]} import {name}"
    return None


def _has_attribute(module: str, attribute: str) -> bool:
    """Return whether a module has an attribute, or one of a similar spelling. Any may be in an uncommon module."""
    offered = names_of(module)
    return not offered or attribute in offered or bool(get_close_matches(attribute, offered, 1, 0.75))


def _imported_first(case: CrashContext, statement: str) -> Edit | None:
    """Return the edit that puts an import above the first statement that is no docstring or `__future__` import.

    Comments directly above that statement stay with it. Return None for an indented fragment.
    """
    program = case.program
    body = program.tree.body if isinstance(program.tree, ast.Module) else []
    for at, node in enumerate(body):
        match node:
            case ast.Expr(value=ast.Constant(value=str())) if at == 0 and len(body) > 1:
                continue
            case ast.ImportFrom(module="__future__"):
                continue
        decorators = getattr(node, "decorator_list", ())
        line = min([node.lineno, *(each.lineno for each in decorators)])
        while line > 1 and program.line(line - 1).startswith("#") and not program.line(line - 1).startswith("#!"):
            line -= 1
        return None if program.line(line).startswith((" ", "\t")) else case.insert_line(line, statement)
    return None


def _with_module(case: CrashContext, module: str, uses: list[ast.Name]) -> Edit:
    """Return the edit that writes a module and a dot before names."""
    lines = [*case.program.lines]
    for use in sorted(uses, key=lambda use: (use.lineno, -use.col_offset)):
        text = lines[use.lineno - 1]
        start = characters(text, use.col_offset)
        lines[use.lineno - 1] = f"{text[:start]}{module}.{text[start:]}"
    return edit_to(case.program, "\n".join(lines))


def _imported_otherwise(case: CrashContext, module: str) -> ast.Import | ast.ImportFrom | None:
    """Return the import of a module, or of names from it, in a form that does not define the name used; or None."""
    for node in case.program.each(ast.Import, ast.ImportFrom):
        match node:
            case ast.Import(names=[ast.alias(name=imported)]) | ast.ImportFrom(module=str(imported)):
                if imported == module and case.program.function_at(node.lineno) is None:
                    return node
    return None


def _imported_too(case: CrashContext, node: ast.Import | ast.ImportFrom, name: str, statement: str) -> Edit | None:
    """Return the edit that also imports a name, or imports the module in the form that the code uses."""
    if node.lineno != node.end_lineno or node.col_offset:
        return None
    line = case.program.line(node.lineno)
    if isinstance(node, ast.Import):
        return case.program.edit(node.lineno, statement)
    is_same_form = statement.startswith("from")
    return case.program.edit(node.lineno, f"{line.rstrip()}, {name}" if is_same_form else f"{line}\n{statement}")


@runtime_rule(
    "not-a-package",
    ("ModuleNotFoundError",),
    r"No module named '(?P<name>[\w.]+)'; '(?P<module>[\w.]+)' is not a package",
    before=("module-not-found",),
)
def not_a_package(case: CrashContext) -> Match:
    """Return the import of a submodule from a module that is not a package."""
    return case.here(name=Code(case.match["name"]), module=Code(case.match["module"]))


@runtime_rule("module-not-found", ("ModuleNotFoundError",), r"No module named '(?P<name>[\w.]+)'")
def module_not_found(case: CrashContext) -> Match | None:
    """Return the import of a module that Python does not find."""
    name = case.match["name"]
    close = get_close_matches(name, KNOWN_MODULES, 1, 0.75)
    is_used_so = "." not in name and name in case.program.uses
    is_line = isinstance(case.statement, ast.Import | ast.ImportFrom)
    edit = case.substitute(case.line, name, close[0]) if close and is_line and not is_used_so else None
    return case.here(edit=edit, module=Code(name))


@runtime_rule(
    "method-imported-without-class",
    ("ImportError",),
    r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'",
    before=("name-not-in-module",),
)
def method_imported_without_class(case: CrashContext) -> Match | None:
    """Return the import of a method from a module, where the class of the method must be imported."""
    name, module = case.match["name"], case.match["module"]
    statement = case.statement
    if name not in METHODS_OF_CLASS.get(module, ()) or not isinstance(statement, ast.ImportFrom):
        return None
    class_name = module.rpartition(".")[2]
    edit = None
    if [alias.name for alias in statement.names] == [name] and statement.names[0].asname is None:
        lines = _with_module(case, class_name, case.program.uses.get(name, [])).apply(case.program.code).split("\n")
        lines[statement.lineno - 1] = f"from {module} import {class_name}"
        edit = edit_to(case.program, "\n".join(lines))
    slots = {"full": Code(f"{class_name}.{name}"), "class_name": Code(class_name), "module": Code(module)}
    return case.here(edit=edit, name=Code(name), slots=slots)


@runtime_rule("name-not-in-module", ("ImportError",), r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")
def name_not_in_module(case: CrashContext) -> Match | None:
    """Return the import of a name that the module does not define."""
    name, module = case.match["name"], case.match["module"]
    close = _meant_in(case, module, name)
    uses = case.program.uses.get(name, [])
    edit = None
    if close is not None:
        line = re.sub(rf"\b{name}\b", close, case.program.line(case.line))
        mended = [*case.program.lines]
        mended[case.line - 1] = line
        for use in uses:
            text, start = mended[use.lineno - 1], characters(mended[use.lineno - 1], use.col_offset)
            same_line = sum(other.lineno == use.lineno for other in uses) > 1
            mended[use.lineno - 1] = (
                re.sub(rf"\b{name}\b", close, text) if same_line else (text[:start] + close + text[start + len(name) :])
            )
        edit = edit_to(case.program, "\n".join(mended))
    return case.here(edit=edit, name=Code(name), module=Code(module))


def _meant_in(case: CrashContext, module: str, name: str) -> str | None:
    """Return the name in a module that is meant by a misspelt name: the one that Python suggests, or a close one."""
    suggested = re.search(r"Did you mean: '(\w+)'", case.crash.message)
    if suggested is not None:
        return suggested[1]
    offered = names_of(module)
    if (usual := OTHER_WORDS.get(name.lower().replace("_", ""))) in offered:
        return usual
    folded = {each.lower(): each for each in offered}
    close = get_close_matches(name, offered, 1, 0.75)
    return folded.get(name.lower()) or (close[0] if close else None)


@runtime_rule(
    "module-hidden-by-name-in-it",
    ("AttributeError",),
    r"'?(?:builtin_function_or_method|method|function|type)'? object has no attribute '(?P<name>\w+)'"
    r"|type object '(?P<owner>[\w.]+)' has no attribute '(?P<attribute>\w+)'",
    before=("function-not-called", "not-in-class", "class-under-a-name"),
)
def module_hidden_by_name_in_it(case: CrashContext) -> Match | None:
    """Return the `from` import that puts a function or class in place of the module of the same name."""
    node = case.attribute(case.match["name"] or case.match["attribute"])
    if node is None or not isinstance(node.value, ast.Name):
        return None
    module = node.value.id
    for imported in case.program.each(ast.ImportFrom):
        if imported.module == module and any(alias.name == module and not alias.asname for alias in imported.names):
            is_only = len(imported.names) == 1 and all(
                isinstance(case.program.parents.get(use), ast.Attribute) for use in case.program.uses.get(module, ())
            )
            edit = case.rewrite_line(imported.lineno, f"import {module}") if is_only else None
            is_elsewhere = node.attr not in names_of(module)
            if is_elsewhere and names_of(module):
                return None
            return case.at(imported, edit=edit, module=Code(module), use=node)
    return None


@runtime_rule(
    "file-named-like-module",
    ("AttributeError", "ImportError"),
    r"partially initialized module '(?P<module>[\w.]+)'",
    before=("not-in-module",),
)
def file_named_like_module(case: CrashContext) -> Match | None:
    """Return the failing line, whose module is shadowed by the student's own file of the same name."""
    return case.here(module=Code(case.match["module"]))


@runtime_rule("not-in-module", ("AttributeError",), r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'")
def not_in_module(case: CrashContext) -> Match | None:
    """Return the use of an attribute that the module does not have."""
    name, module = case.match["name"], case.match["module"]
    node, real = case.attribute(name), MODULE_OF.get(name)
    is_elsewhere = real is not None and real != module
    advice = (
        f"`{name}` lives in the module `{real}`" if is_elsewhere else f"look it up with `dir` on the module `{module}`"
    )
    owner = case.code(node and node.value, module)
    inner = module.rpartition(".")[2]
    edit = None
    if node is not None and name in METHODS_OF_CLASS.get(module, ()):
        edit = case.rewrite(node.value, f"{owner}.{inner}")
        advice = f"`{name}` belongs to the class `{inner}` inside the module `{module}`"
    elif node is not None and is_elsewhere and real in case.program.bound_names:
        edit = case.rewrite(node, f"{real}.{name}")
    elif node is not None and not is_elsewhere and (close := _meant_in(case, module, name)) is not None:
        edit = case.rewrite(node, f"{owner}.{close}")
        advice = f"a name that is spelt almost like it is `{close}`"
    return case.here(node, edit=edit, attribute=Code(name), module=Code(module), owner=owner, advice=advice)
