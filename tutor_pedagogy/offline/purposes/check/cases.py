"""The test cases that would reveal a mistake: calls, inputs, or cases in words."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.check.parameter_kinds import Parameter, parameters_of
from tutor_pedagogy.offline.purposes.check.telling import chosen
from tutor_pedagogy.offline.purposes.inputs import Case, cases_of_inputs
from tutor_pedagogy.offline.purposes.stubs import comments

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_CASES = 3
_FEWEST = 2
_DRAWING = ("randint", "randrange", "uniform")
_MOST_FUNCTIONS = 8
_MOST_TRIED = 40
_LONGEST_CALL = 70
_MOST_POOLED = 6
_BEYOND = 2


def tested(program: Program) -> tuple[Function | None, list[Case]]:
    """Return the function to test and its cases; without such a function, None and inputs or cases in words.

    It is the function at the cursor, else the last top-level one with parameters whose types are known.
    """

    def is_plain(node: Function) -> bool:
        return not node.col_offset and isinstance(node, ast.FunctionDef) and bool(node.args.args)

    at_cursor = program.function_at(program.cursor_line)
    if isinstance(at_cursor, ast.FunctionDef) and is_plain(at_cursor):
        candidates: list[ast.FunctionDef] = [at_cursor]
    else:
        candidates = [node for node in program.each(ast.FunctionDef) if is_plain(node)][: -_MOST_FUNCTIONS - 1 : -1]
    for node in candidates:
        calls = _calls_of(program, node)
        if calls:
            return node, calls
    reads = [node for node in program.each(ast.Call) if is_call_of(node, "input")]
    return None, cases_of_inputs(program, reads) if reads else _edges(program)


def line_of_cases(program: Program) -> int:
    """Return the line of the cursor or, if it only prepares the program, the first line that does more."""
    at = program.cursor_line
    steps = [node.lineno for node in program.tree.body if not _prepares(node)] if program.tree is not None else []
    text = program.line(at).strip()
    if text and not text.startswith(("#", "import ", "from ")):
        return at
    return next((line for line in steps if line >= at), steps[0] if steps else at if text else 1)


def _prepares(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _calls_of(program: Program, function: Function) -> list[Case]:
    """Return three calls that may reveal a mistake, or an empty list if the types of the parameters are not known."""
    known = parameters_of(program, function)
    if not known or any(each.kind is None for each in known) or function.args.kwonlyargs or function.args.posonlyargs:
        return []
    if any(each.is_nested for each in known):
        return []
    if _opens(program, function, {each.name for each in known}):
        return []  # Which files there are is not known.
    if _is_handed_on(program, function):
        return []  # What the function gets is decided by the code that it is handed to.
    usual = [_own_string(program, function, each) or _usual(each, known) for each in known]
    has_codes = any(is_call_of(node, "ord", "chr") for node in program.own_nodes(function))
    tried = set(tried_calls(program, function))
    found: list[Case] = []
    for place, parameter in enumerate(known):
        for value, why in _fit(function.name, _telling(parameter, has_codes=has_codes)):
            arguments = [*usual[:place], value, *usual[place + 1 :]]
            call = f"{function.name}({', '.join(arguments)})"
            if len(call) <= _LONGEST_CALL and call not in tried and all(case.code != call for case in found):
                found.append(Case(call, why.replace("it", code_span(parameter.name), 1) if len(known) > 1 else why))
    fitting = chosen(program, function, _by_turns(found, len(known))[:_MOST_POOLED], _CASES)
    return fitting if len(fitting) >= _FEWEST else []


def _is_handed_on(program: Program, function: Function) -> bool:
    """Return whether a function is used without a call, such as for `key=`, and the program never calls it itself."""
    called = {node.func for node in program.each(ast.Call)}
    uses = [use for use in program.uses.get(function.name, ()) if isinstance(use.ctx, ast.Load)]
    return bool(uses) and not called.intersection(uses)


def _fit(name: str, values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the values for which there is a right answer: a search for the second best needs two different items."""
    words = name.lower().split("_")
    if not {"second", "runner", "two"} & set(words) or not any(value == "[]" for value, _ in values):
        return values
    is_text = any("fig" in value for value, _ in values)
    return [
        ("['nut', 'fig', 'nut']" if is_text else "[9, 4, 9]", "where the largest item stands there twice"),
        ("['fig', 'nut']" if is_text else "[3, 8]", "where it has just two items"),
        ("[]", "where it is empty"),
    ]


def _opens(program: Program, function: Function, names: set[str]) -> bool:
    """Return whether a function opens a file that a parameter names."""
    return any(
        is_call_of(node, "open") and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in names
        for node in program.own_nodes(function)
    )


def tried_calls(program: Program, function: Function) -> list[str]:
    """Return the calls of a function with literal arguments that the program has already."""
    found: list[str] = []
    for call in program.each(ast.Call)[:_MOST_TRIED]:
        if is_call_of(call, function.name) and call.args and not call.keywords:
            literals = all(isinstance(each, ast.Constant | ast.UnaryOp | ast.List) for each in call.args)
            if literals and program.function_at(call.lineno) is None:
                found.append(ast.unparse(call))
    return list(dict.fromkeys(found))


def _by_turns(cases: list[Case], many: int) -> list[Case]:
    """Return the cases in turns: first the most revealing case of each parameter, then the second of each."""
    size = max(len(cases) // many, 1)
    groups = [cases[start : start + size] for start in range(0, len(cases), size)]
    return [group[turn] for turn in range(size) for group in groups if turn < len(group)]


def _own_string(program: Program, function: Function, parameter: Parameter) -> str:
    """Return the first string that the program itself hands over for a parameter, as Python writes it; or ""."""
    names = [each.arg for each in function.args.args]
    place = names.index(parameter.name)
    for call in program.each(ast.Call):
        given = call.args[place] if is_call_of(call, function.name) and place < len(call.args) else None
        if parameter.kind == "str" and isinstance(given, ast.Constant) and isinstance(given.value, str):
            return repr(given.value)
    return ""


def _usual(parameter: Parameter, known: list[Parameter]) -> str:
    """Return a value that a parameter usually has, as Python writes it: one that the function asks for, if it does.

    A number beside a list of numbers is one of its items, so that a search for it finds something.
    """
    if parameter.kind == "str" and (words := _words(parameter)):
        return repr(words[0])
    borders = [bound for bound in parameter.bounds if isinstance(bound, int)]
    if parameter.kind == "int" and len(borders) == 1 and not parameter.divisors:
        return repr(borders[0] - 1 if borders[0] > 1 else borders[0] + _BEYOND)
    numbers = [each for each in known if each.kind == "list" and each.items != "str"]
    if parameter.kind == "int" and numbers and not parameter.bounds and not parameter.divisors:
        return "8"
    items = {"str": "['fig', 'nut']"}.get(parameter.items or "", "[3, 8]")
    return {"int": "6", "float": "2.5", "str": "'fig'", "list": items, "dict": "{'fig': 3}", "bool": "True"}[
        parameter.kind or "int"
    ]


def _telling(parameter: Parameter, *, has_codes: bool) -> list[tuple[str, str]]:
    """Return values of a parameter that may reveal a mistake, each with its reason, the most revealing first."""
    bounds = [bound for bound in dict.fromkeys(parameter.bounds) if not isinstance(bound, str) and abs(bound) < 10**6]
    match parameter.kind:
        case "int" | "float":
            return _numbers(parameter, bounds)
        case "str":
            return [
                *([(_last_letters(parameter), "where it holds the last letters of the alphabet")] if has_codes else []),
                *(
                    (repr(word), f"where it is {_code(word)}, as on one of your lines")
                    for word in _words(parameter)[1:2]
                ),
                ("''", "where it is empty"),
                ("'a'", "where it has one letter"),
                ("'Aa b'", "where it has a capital letter and a space"),
                ("'fig fig'", "where one word stands there twice"),
            ]
        case "list":
            return _lists(parameter, bounds)
        case "dict":
            return [
                ("{}", "where it is empty"),
                ("{'fig': 3}", "where it has one key"),
                ("{'fig': 0, 'nut': 0}", "where it has two equal values"),
            ]
    return [("True", "where it is true"), ("False", "where it is false")]


def _words(parameter: Parameter) -> list[str]:
    return [bound for bound in dict.fromkeys(parameter.bounds) if isinstance(bound, str) and len(bound) > 1]


def _last_letters(parameter: Parameter) -> str:
    """Return the last letters of the alphabet, in capitals if the function only asks for capitals."""
    letters = "".join(bound for bound in parameter.bounds if isinstance(bound, str))
    return "'XYZ'" if letters.isupper() else "'xyz'"


def _numbers(parameter: Parameter, bounds: list[int | float]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for bound in bounds[:2]:
        found.append((repr(bound), f"where it is exactly the {_code(bound)} of your condition"))
        if isinstance(bound, int) and len(bounds) == 1:
            found.append((repr(bound - 1), f"where it is just below the {_code(bound)} of your condition"))
    tried = [value for value in parameter.tried if isinstance(value, int)]
    largest = max(tried, default=0)
    for divisor in sorted(set(parameter.divisors), reverse=True)[:2]:
        multiple = (largest // divisor + 1) * divisor
        found.append((repr(multiple), f"where it can be divided by {_code(divisor)} with nothing left over"))
    for divisor in sorted(set(parameter.divisors))[:1]:
        other = (largest // divisor + 1) * divisor + 1
        found.append((repr(other), f"where it can not be divided by {_code(divisor)}"))
    compared = bool(bounds or parameter.divisors)
    if tried and compared:
        found += [
            (repr(largest + 1), f"where it is one more than the largest value that you tried, {_code(largest)}"),
            (repr(min(tried) - 1), f"where it is one less than the smallest value that you tried, {_code(min(tried))}"),
        ]
    rest = [("0", "where it is zero"), ("1", "where it is one"), ("2", "where it is two")]
    if any(value <= 0 for value in (*bounds, *tried)):
        rest.insert(1, ("-3", "where it is negative"))
    given: dict[str, str] = {}
    for value, why in [*found, *([] if len(tried) > 1 and compared else rest)]:
        given.setdefault(value, why)
    return [
        (value, why) for value, why in given.items() if not (value.startswith("-") and not _may_be_negative(parameter))
    ]


def _may_be_negative(parameter: Parameter) -> bool:
    """Return whether the program itself compares a parameter with zero or less, or tries such a value."""
    return any(not isinstance(value, str) and value <= 0 for value in (*parameter.bounds, *parameter.tried))


def _code(value: float | str) -> str:
    return code_span(repr(value))


def _lists(parameter: Parameter, bounds: list[int | float]) -> list[tuple[str, str]]:
    empty = ("[]", "where it is empty")
    if parameter.items == "str":
        return [empty, ("['fig']", "where it has one item"), ("['fig', 'fig']", "where it has two equal items")]
    if bounds:
        bound = bounds[0]
        at = (f"[{bound!r}]", f"where its only item is exactly the {_code(bound)} of your condition")
        return [empty, at, ("[-4, -4]", "where it has two equal items, both negative")]
    return [
        empty,
        ("[8]", "where it has one item"),
        ("[-4, -4]", "where it has two equal items, both negative"),
        ("[2, 5, 8]", "where it has three items")
        if "sort" in parameter.name.lower()
        else ("[7, 0, 2]", "where it is in no order, and zero is in it"),
    ]


def _edges(program: Program) -> list[Case]:
    """Return cases in words, for a program without a function whose parameter types are known."""
    plans = [
        node for node in program.each(ast.ClassDef) if any(isinstance(each, ast.FunctionDef) for each in node.body)
    ]
    if plans:
        return _objects(plans[0])
    conditions: list[ast.If | ast.While] = program.each(ast.If, ast.While)
    tests = sorted(node.test.lineno for node in conditions)
    loops = sorted(node.lineno for node in program.each(ast.For))
    found = [*_edges_of_draws(program), *_edges_of_range(program)]
    if tests:
        found.append(
            Case(
                f"values at which the condition on line {program.shown(tests[0])} is only just true",
                "the edge of the condition",
            )
        )
        found.append(
            Case(
                f"values at which the condition on line {program.shown(tests[0])} is only just false",
                "the other side of the edge",
            )
        )
    if loops and not found:
        line = program.shown(loops[0])
        found.append(Case(f"the first round of the loop on line {line}", "worked out by hand"))
        found.append(Case(f"the last round of the loop on line {line}", "the one that is most often missed"))
    line = program.shown(line_of_cases(program))
    found += [
        Case(f"the values that your program has now, up to line {line}", "worked out by hand first"),
        Case("the smallest values that make sense, such as zero or an empty string", "where many programs fail"),
        Case("values that are much larger than usual", "where a wrong factor shows"),
    ]
    return found[:_CASES]


def _edges_of_draws(program: Program) -> list[Case]:
    """Return cases about the limits of the first number that is drawn at random, which no round by hand can show."""
    for node in program.each(ast.Call):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[_, _]) if name in _DRAWING:
                drawn = f"{code_span(ast.unparse(node))} on line {program.shown(node.lineno)}"
                return [
                    Case(f"the smallest of many numbers from {drawn}", "compared with the smallest that may come"),
                    Case(f"the largest of many numbers from {drawn}", "compared with the largest that may come"),
                ]
    return []


def _edges_of_range(program: Program) -> list[Case]:
    """Return the first and the last round of the first loop that counts between two numbers that are written out."""
    for node in program.each(ast.For):
        match node:
            case ast.For(
                target=ast.Name(id=name),
                iter=ast.Call(
                    func=ast.Name(id="range"),
                    args=[ast.Constant(value=int() as start), ast.Constant(value=int() as stop)],
                ),
            ) if stop - start > 1:
                line = program.shown(node.lineno)
                return [
                    Case(f"the first round of the loop on line {line}", f"where {code_span(name)} is `{start}`"),
                    Case(f"the last round of the loop on line {line}", f"where {code_span(name)} is `{stop - 1}`"),
                ]
    return []


def _objects(plan: ast.ClassDef) -> list[Case]:
    """Return cases in words for the objects of a class."""
    name = code_span(plan.name)
    methods = [node.name for node in plan.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("__")]
    called = f"a call of {code_span(methods[0])}" if methods else "each of its attributes"
    return [
        Case(f"an object of {name} that was only just made, and {called}", "before anything else was done with it"),
        Case(
            f"two objects of {name}, and a change of one of them",
            "so that you see whether the other one stays as it is",
        ),
        Case(f"an object of {name} made with an empty string or zero", "the smallest values that can be given"),
    ]


def told_task(program: Program, function: Function | None) -> tuple[int, str] | None:
    """Return what a docstring or a comment of its own line says of the task, with its line; None if none does."""
    for node in (function, program.tree):
        if node is None or not isinstance(node, ast.Module | Function):
            continue
        text = ast.get_docstring(node)
        if text and (first := _first_sentence(text)):
            return node.body[0].lineno, first
    for line, text in comments(program):
        is_alone = program.line(line).lstrip().startswith("#")
        if is_alone and (first := _first_sentence(text)):
            return line, first
    return None


def _first_sentence(text: str) -> str:
    """Return the first sentence of a text if it has 3 to 30 words that can be quoted, else ""."""
    first = " ".join(text.split("\n\n", maxsplit=1)[0].split()).partition(". ")[0].rstrip(".")
    is_plain = first.isprintable() and not set(first) & set("`“”$<>")
    return first if is_plain and _FEWEST < len(first.split()) <= _LONGEST_TASK else ""


_LONGEST_TASK = 30
