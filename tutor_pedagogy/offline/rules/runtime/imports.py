"""Modules and their names: not installed, not imported, imported in another form, attribute missing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_MODULES = {
    **dict.fromkeys(
        (
            *("math", "random", "time", "os", "sys", "re", "json", "csv", "datetime", "statistics", "string", "copy"),
            *("collections", "itertools", "functools", "decimal", "fractions", "turtle", "tkinter"),
            *("numpy", "pandas", "scipy"),
        ),
        "",
    ),
    "np": "numpy",
    "plt": "matplotlib.pyplot",
    "pd": "pandas",
    "sns": "seaborn",
}
"""Names of modules. An abbreviation such as `np` is mapped to the full name of its module."""
_MODULE_OF = {
    name: module
    for module, names in {
        "math": "sqrt sin cos tan pi floor ceil log exp factorial gcd radians",
        "random": "randint choice shuffle sample uniform randrange",
        "time": "sleep perf_counter",
        "numpy": "array zeros ones linspace arange",
        "collections": "deque Counter defaultdict OrderedDict namedtuple",
        "functools": "reduce lru_cache partial",
        "statistics": "mean median stdev",
        "datetime": "date timedelta",
        "copy": "deepcopy",
        "pathlib": "Path",
    }.items()
    for name in names.split()
}
"""The module that defines each of these functions, classes and constants."""


@runtime_rule(
    "name-not-imported",
    ("NameError",),
    r"name '(?P<name>\w+)' is not defined",
    before=("loop-variable-under-another-name",),
)
def name_not_imported(case: CrashContext) -> Match | None:
    """Return the use of a name that must be imported, or the existing import of its module in another form."""
    name, node = case.match["name"], case.name(case.match["name"])
    if name in _MODULES and (node is None or isinstance(case.program.parents.get(node), ast.Attribute)):
        module = _MODULES[name] or name
        statement = f"import {module} as {name}" if module != name else f"import {name}"
    elif name in _MODULE_OF and name not in BUILTINS:
        module = _MODULE_OF[name]
        statement = f"from {module} import {name}"
    else:
        return None
    slots = {"name": Code(name), "module": Code(module), "statement": Code(statement)}
    imported = _imported_otherwise(case, module)
    if isinstance(imported, ast.Import) and name in _MODULE_OF and imported.names[0].asname is None:
        return case.here(name, replace=(node, f"{module}.{name}") if node is not None else None, slots=slots)
    if imported is not None:
        return case.at(imported, edit=_imported_too(case, imported, name, statement), slots=slots)
    first = case.program.line(1)
    can_be_first = first and not first.startswith((" ", "\t", '"""', "#", "from __future__"))
    return case.here(name, edit=case.insert_line(1, statement) if can_be_first else None, slots=slots)


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
    return case.here(module=Code(case.match["name"]))


@runtime_rule("name-not-in-module", ("ImportError",), r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")
def name_not_in_module(case: CrashContext) -> Match | None:
    """Return the import of a name that the module does not define."""
    return case.here(name=Code(case.match["name"]), module=Code(case.match["module"]))


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
    node, real = case.attribute(name), _MODULE_OF.get(name)
    is_elsewhere = real is not None and real != module
    advice = (
        f"`{name}` lives in the module `{real}`" if is_elsewhere else f"look it up with `dir` on the module `{module}`"
    )
    owner = case.code(node and node.value, module)
    return case.here(node, attribute=Code(name), module=Code(module), owner=owner, advice=advice)
