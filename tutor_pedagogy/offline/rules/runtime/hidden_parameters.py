"""Parameters that hide a built-in function, and functions that hide a module."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.hidden_names import parameter_renamed
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "parameter-hides-function",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object is not callable",
    before=("not-callable", "builtin-hidden", "product-without-sign", "round-brackets-for-index"),
)
def parameter_hides_function(case: CrashContext) -> Match | None:
    """Return the header of the function whose parameter has the name of a function that its body calls."""
    function = case.function
    names = [arg.arg for arg in function.args.args] if function is not None else []
    for call in case.calls:
        match call.func:
            case ast.Name(id=name) if (
                function is not None and name in names and (name in BUILTINS or name in case.program.functions)
            ):
                kind = "Python's" if name in BUILTINS else "the program's"
                edit = parameter_renamed(case, function, name)
                return case.at(function, edit=edit, name=Code(name), type=case.type_words, use=call, kind=kind)
    return None


@runtime_rule(
    "function-hides-module",
    ("AttributeError",),
    r"'function' object has no attribute '(?P<name>\w+)'",
    before=("function-not-called", "not-offered-by-object", "attribute-misspelt"),
)
def function_hides_module(case: CrashContext) -> Match | None:
    """Return the header of the function that has the name of a module which the program imports."""
    used = case.attribute(case.match["name"])
    if used is None or not isinstance(used.value, ast.Name):
        return None
    name = used.value.id
    function = case.program.functions.get(name)
    for node in case.program.each(ast.Import):
        if function is not None and any((alias.asname or alias.name) == name for alias in node.names):
            slots: dict[str, str | ast.AST] = {"name": Code(name), "use": used}
            slots |= {"imported": str(case.program.shown(node.lineno)), "stop": str(case.program.shown(case.line))}
            lines = [*case.program.lines]
            header = lines[function.lineno - 1]
            lines[function.lineno - 1] = header.replace(f"def {name}(", f"def {name}_own(", 1)
            for call in sorted(case.program.each(ast.Call), key=lambda each: each.func.col_offset, reverse=True):
                if isinstance(call.func, ast.Name) and call.func.id == name:
                    text = lines[call.func.lineno - 1]
                    end = characters(text, call.func.end_col_offset or 0)
                    lines[call.func.lineno - 1] = f"{text[:end]}_own{text[end:]}"
            return case.at(function, edit=edit_to(case.program, "\n".join(lines)), slots=slots)
    return None
