"""Calls whose arguments do not match the parameters: too many, too few, a missing `self`, unknown keywords."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, names_in, parameters
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function

_CALLED = r"(?<![\w.<>])(?P<name>[\w.<>]++)"
_KEYWORDS = {
    "print": "sep end file flush",
    "open": "mode encoding newline errors",
    "sorted": "key reverse",
    "sort": "key reverse",
    "max": "key default",
    "min": "key default",
    "int": "base",
    "enumerate": "start",
    "round": "ndigits",
}
"""The keywords of common built-in functions."""
_MOST_SLIPS = 2
"""The maximum edit distance at which a method name is taken for a misspelt `__init__`."""


@runtime_rule(
    "method-without-self",
    ("TypeError",),
    rf"{_CALLED}\(\) (?:takes (?P<wanted>.{{1,60}}?) positional arguments? but|got multiple values)",
    before=("too-many-arguments",),
)
def method_without_self(case: CrashContext) -> Match | None:
    """Return the header of the method whose first parameter is not `self`."""
    function = _function(case)
    owner = case.class_of(function)
    if function is None or owner is None or [arg.arg for arg in function.args.args[:1]] in (["self"], ["cls"]):
        return None
    if any(isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in function.decorator_list):
        return None
    start, opening, rest = case.program.line(function.lineno).partition("(")
    comma = "" if rest.lstrip().startswith(")") else ", "
    edit = case.program.edit(function.lineno, f"{start}(self{comma}{rest}") if opening else None
    return case.at(function, edit=edit, function=Code(function.name), class_name=Code(owner.name))


def _function(case: CrashContext) -> Function | None:
    """Return the function that the message names, or None. A method is looked up in the class in the message."""
    path, _, name = case.match["name"].rpartition(".")
    owner = case.classes.get(path.rpartition(".")[2])
    if owner is None:
        return case.program.functions.get(name)
    return next((node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == name), None)


@runtime_rule(
    "class-in-place-of-object",
    ("TypeError",),
    rf"{_CALLED}\(\) missing 1 required positional argument",
    before=("too-few-arguments",),
)
def class_in_place_of_object(case: CrashContext) -> Match | None:
    """Return the line that assigns a class to a variable instead of an object of the class."""
    for call in case.calls:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name) as variable):
                value = case.program.last_value(name, case.line + 1)
                if isinstance(value, ast.Name) and value.id in case.classes:
                    return case.at(value.lineno, replace=(value, f"{value.id}()"), name=variable, class_name=value)
    return None


@runtime_rule(
    "self-outside-class",
    ("TypeError",),
    rf"{_CALLED}\(\) missing \d+ required positional",
    before=("too-few-arguments",),
)
def self_outside_class(case: CrashContext) -> Match | None:
    """Return the header of the function outside any class whose first parameter is `self`."""
    function = _function(case)
    if function is None or case.class_of(function) or [arg.arg for arg in function.args.args[:1]] != ["self"]:
        return None
    header = re.sub(r"\(\s*self\s*,?\s*", "(", case.program.line(function.lineno), count=1)
    return case.at(function, edit=case.program.edit(function.lineno, header), function=Code(function.name))


@runtime_rule(
    "too-many-arguments",
    ("TypeError",),
    rf"{_CALLED}\(\) takes (?P<wanted>.{{1,60}}?) positional arguments? but (?P<given>.{{1,120}}?) (?:was|were) given",
    before=("builtin-arguments",),
)
def too_many_arguments(case: CrashContext) -> Match | None:
    """Return the call with too many arguments, or the function's header if it lacks a parameter."""
    function = _function(case)
    slots = {"function": Code(case.match["name"]), "given": case.match["given"], "wanted": case.match["wanted"]}
    wrong = case.call() if function is None else _gets_itself(case, function) or _wrong_call(case, function)
    match wrong:
        case ast.Call(func=ast.Attribute(value=owner), args=[ast.Name(id=name) as given, *others]) if case.text(
            owner
        ) == name or (name == "self" and case.text(owner) == "super()"):
            arguments = ", ".join(map(case.text, [*others, *(word.value for word in wrong.keywords if not word.arg)]))
            new = None if wrong.keywords else f"{case.text(wrong.func)}({arguments})"
            return case.here(wrong, replace=(wrong, new), slots={**slots, "surplus": given})
    if function is not None and isinstance(wrong, ast.Call) and case.text(wrong.func).startswith("super()."):
        wanted = [case.text(each) for each in wrong.args if case.text(each) in parameters(function)]
        if wanted == parameters(function) and not wrong.keywords:
            return case.here(wrong, replace=(wrong, f"{case.text(wrong.func)}({', '.join(wanted)})"), slots=slots)
    return case.at(function, slots=slots) if function is not None and wrong is None else case.here(wrong, slots=slots)


def _gets_itself(case: CrashContext, function: Function) -> ast.Call | None:
    """Return the failing call of a method whose first argument is the object before the dot, which it gets anyway."""
    for call in case.calls:
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr=attribute), args=[ast.Name(id=first), *_]
            ) if owner == first and attribute == function.name:
                return call
    return None


def _wrong_call(case: CrashContext, function: Function) -> ast.Call | None:
    """Return the failing call if its form or the function's other calls show that the call is wrong, else None."""
    owner = case.class_of(function)
    name = owner.name if owner is not None and function.name == "__init__" else function.name
    calls = [call for call in case.program.each(ast.Call) if called_name(call) == name]
    here = [call for call in calls if call.lineno == case.line]
    here += [call for call in case.calls if call not in here and case.text(call.func).endswith(f".{function.name}")]
    if not here or _needs_a_parameter(case, function):
        return None
    passes_self = bool(here[0].args) and case.text(here[0].args[0]) == "self"
    others = [call for call in calls if call not in here]
    others_fit = any(_fits(function, call, is_method=owner is not None) for call in others)
    is_only_call = owner is not None and case.function is not None and not others
    return here[0] if passes_self or others_fit or is_only_call else None


def _fits(function: Function, call: ast.Call, *, is_method: bool) -> bool:
    """Return whether a call passes a number of arguments that the function accepts."""
    most = len(function.args.args) - is_method
    given = len(call.args) + len(call.keywords)
    return bool(function.args.vararg) or most - len(function.args.defaults) <= given <= most


def _needs_a_parameter(case: CrashContext, function: Function) -> bool:
    """Return whether a function uses a name that the program never binds, so that a parameter may be missing."""
    used = {n.id for n in walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return not used <= case.program.bound_names | BUILTINS


@runtime_rule(
    "key-function-gets-one-item",
    ("TypeError",),
    r"(?:<lambda>|\b\w++)\(\) missing \d+ required positional argument",
    before=("too-few-arguments",),
)
def key_function_gets_one_item(case: CrashContext) -> Match | None:
    """Return the function with several parameters that `sort`, `map` or the like calls with one item at a time."""
    for call in case.calls:
        given = [word.value for word in call.keywords if word.arg == "key"]
        if called_name(call) in ("map", "filter") and len(call.args) == len(("function", "items")):
            given = [call.args[0]]
        for function in given:
            wanted = function.args.args if isinstance(function, ast.Lambda) else ()
            if isinstance(function, ast.Name) and function.id in case.program.functions:
                wanted = case.program.functions[function.id].args.args
            if len(wanted) > 1:
                names = " and ".join(f"`{arg.arg}`" for arg in wanted[:2])
                return case.here(function, caller=Code(called_name(call)), names=names)
    return None


@runtime_rule(
    "too-few-arguments",
    ("TypeError",),
    rf"{_CALLED}\(\) missing \d+ required (?:positional|keyword-only) arguments?",
    before=("builtin-arguments",),
)
def too_few_arguments(case: CrashContext) -> Match | None:
    """Return the call that lacks an argument, or the function's header if the parameter is not needed."""
    function = _function(case)
    missing = next(iter(re.findall(r"'(\w+)'", case.crash.message)), "")
    called = case.match["name"]
    shown = called.split(".")[0] if called.endswith("__init__") else called
    slots = {"function": Code(shown), "parameter": Code(missing or "")}
    if function is not None and missing:
        is_top = case.function is None
        if missing not in names_in(function) or (is_top and _calls_itself_in_full(function)):
            return case.at(function, slots=slots)
    call = (case.call(function.name, shown) if function is not None else None) or case.call()
    left_out = _left_out(call, function)
    if left_out:
        slots = {**slots, "parameter": Code(left_out[0]), "moved": Code(missing)}
        return case.here(call, edit=_by_names(case, call, function), slots=slots)
    return case.here(call, edit=_with_missing(case, call, function), slots=slots)


def _left_out(call: ast.Call | None, function: Function | None) -> list[str]:
    """Return the parameters that a call leaves out in the middle, if its arguments have the names of the others."""
    if call is None or function is None or call.keywords:
        return []
    given = [argument.id if isinstance(argument, ast.Name) else "" for argument in call.args]
    names = parameters(function)
    in_order = [name for name in names if name in given]
    if given != in_order or given == names[: len(given)]:
        return []
    return [name for name in names[: len(names) - len(function.args.defaults)] if name not in given]


def _by_names(case: CrashContext, call: ast.Call | None, function: Function | None) -> Edit | None:
    """Return the edit that passes a variable of the same name for each parameter, or None if one does not exist."""
    if call is None or function is None or case.function is None or call.end_lineno != case.line:
        return None
    names = parameters(function)[: len(function.args.args) - len(function.args.defaults)]
    if not all(name in parameters(case.function) or case.bound(name) for name in names):
        return None
    return case.rewrite(call, f"{case.text(call.func)}({', '.join(names)})")


def _unread_loop_variable(case: CrashContext, call: ast.Call | None) -> str:
    """Return the only variable of the loops around a call that their bodies do not read; empty if not just one."""
    loops = [up for up in case.program.above(call) if isinstance(up, ast.For)] if call is not None else []
    names = [loop.target.id for loop in loops if isinstance(loop.target, ast.Name) and loop.target.id != "_"]
    read = {name for name in names for use in case.program.uses.get(name, ()) if isinstance(use.ctx, ast.Load)}
    unread = [name for name in names if name not in read]
    return unread[0] if len(unread) == 1 and len(loops) > 1 else ""


def _with_missing(case: CrashContext, call: ast.Call | None, function: Function | None) -> Edit | None:
    """Return the edit that passes the missing arguments from variables of the same names, or None."""
    missing = re.findall(r"'(\w+)'", case.crash.message)
    unread = _unread_loop_variable(case, call)
    if call is not None and len(missing) == 1 and unread and not call.keywords and call.end_lineno == case.line:
        is_last = function is not None and parameters(function)[len(call.args) :][:1] == missing
        return case.rewrite(call, f"{case.text(call)[:-1]}, {unread})") if is_last and call.args else None
    if call is None or function is None or case.function is None or call.keywords or call.end_lineno != case.line:
        return None
    here = set(parameters(case.function)) | {name for name in missing if case.bound(name)}
    if not missing or not set(missing) <= here or parameters(function)[len(call.args) :][: len(missing)] != missing:
        return None
    text = case.text(call)
    between = ", " if call.args else ""
    return case.rewrite(call, f"{text[:-1]}{between}{', '.join(missing)})")


def _calls_itself_in_full(function: Function) -> bool:
    """Return whether a function calls itself with all arguments, one of which may be needed in the recursion only."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function.name
        and len(node.args) == len(function.args.args)
        for node in walk(function)
    )


@runtime_rule(
    "class-takes-no-values",
    ("TypeError",),
    r"(?<!\w)(?P<name>\w++)\(\) takes no arguments",
    before=("builtin-arguments",),
)
def class_takes_no_values(case: CrashContext) -> Match | None:
    """Return the method whose name is a misspelt `__init__`, or the header of a class without an `__init__`."""
    owner = case.classes.get(case.match["name"])
    if owner is None:
        return None
    for method in owner.body:
        if isinstance(method, ast.FunctionDef) and (
            re.fullmatch(r"_*in+i?ti?_*", method.name) or edit_distance(method.name, "__init__") <= _MOST_SLIPS
        ):
            edit = case.substitute(method.lineno, method.name, "__init__")
            return case.at(method, edit=edit, class_name=Code(owner.name), written=Code(method.name))
    return case.at(owner, class_name=Code(owner.name), written="")


@runtime_rule(
    "unknown-keyword",
    ("AttributeError", "TypeError"),
    rf"{_CALLED}(?:\(\))? got an unexpected keyword argument '(?P<word>\w+)'"
    r"|'(?P<w2>\w+)' is an invalid keyword argument for (?P<n2>[\w.]+)",
)
def unknown_keyword(case: CrashContext) -> Match | None:
    """Return the call with a keyword argument that the function does not accept."""
    function = Code(case.match["name"] or case.match["n2"])
    word = Code(case.match["word"] or case.match["w2"])
    call = next((call for call in case.calls if any(keyword.arg == word for keyword in call.keywords)), None)
    called = _function(case) if case.match["name"] else None
    wanted = [arg.arg for arg in (*called.args.args, *called.args.kwonlyargs)] if called is not None else []
    wanted = wanted or _KEYWORDS.get(function.rpartition(".")[2], "").split()
    given = {keyword.arg for keyword in call.keywords} if call is not None else set()
    close = get_close_matches(word, [each for each in wanted if each not in given and each != "self"], 2, 0.6)
    close = close or [each for each in wanted if word.startswith(each) and each not in given]
    place = next((each for each in call.keywords if each.arg == word), None) if call is not None else None
    edit = None
    if len(close) == 1 and place is not None and place.lineno == case.line:
        edit = case.substitute_at(place.lineno, place.col_offset, word, close[0])
    return case.here(call if case.match["word"] else None, edit=edit, function=function, word=word)


@runtime_rule(
    "argument-given-twice",
    ("TypeError",),
    rf"{_CALLED}\(\) got multiple values for (?:keyword )?argument '(?P<word>\w+)'",
)
def argument_given_twice(case: CrashContext) -> Match | None:
    """Return the call that passes a parameter by its place and by its name."""
    function, word = _function(case), case.match["word"]
    call = next((call for call in case.calls if any(keyword.arg == word for keyword in call.keywords)), None)
    edit = None
    if call is not None and function is not None:
        named = {keyword.arg for keyword in call.keywords}
        free = [name for name in parameters(function)[len(call.args) :] if name not in named]
        place = next(keyword for keyword in call.keywords if keyword.arg == word)
        edit = case.substitute_at(place.lineno, place.col_offset, word, free[0]) if len(free) == 1 else None
    return case.here(call, edit=edit, function=Code(case.match["name"]), word=Code(word))


@runtime_rule(
    "builtin-arguments",
    ("TypeError",),
    r"(?<![\w.])(?P<name>[\w.]++)(?:\(\))? (?:takes|expected|missing|requires) (?:exactly|at most|at least"
    r"|from|no|\d|required)",
)
def builtin_arguments(case: CrashContext) -> Match | None:
    """Return the call of a built-in function with a wrong number of arguments."""
    name = case.match["name"].rpartition(".")[2]
    call = case.call(name) or case.call()
    edit = None
    if call is not None and name == "append" and len(call.args) > 1:
        values = ", ".join(map(case.text, call.args))
        edit = case.rewrite(call, f"{case.text(call.func)}(({values}))")
    elif call is not None and name == "sort" and len(call.args) == 1 and not call.keywords:
        edit = case.rewrite(call.args[0], f"key={case.text(call.args[0])}")
    return case.here(call, edit=edit, function=Code(name), message=Code(case.message))
