"""The texts for "is it right?" if no rule finds a mistake: three test cases that would reveal one."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.purposes.parameter_kinds import Parameter, parameters_of
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, numbered, quoted_line

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_CASES = 3
_MOST_FUNCTIONS = 8
_LONGEST_CALL = 70
EXAMPLES = (
    (
        "def halves(size):\n    return size // 2, size - size // 2\n\nassert halves(6) == (3, 3)\nassert "
        "halves(7) == (3, 4)\nassert halves(0) == (0, 0)\nprint('all as expected')  # all as expected"
    ),
    (
        "def initials(first, last):\n    return first[:1] + last[:1]\n\nprint(initials('Ada', 'Byron') == 'AB')  "
        "# True\nprint(initials('', 'Byron') == 'B')  # True"
    ),
)
_CONCEPT = (
    "That a program runs does not show that it is right; three cases with a known result say far more. "
    "Choose them at the "
    "edges: a value at which a condition just turns, an empty or very small input, and one that is out of "
    "the ordinary, "
    "such as a negative number or equal items. Work out by hand what should come out before you run it. "
    "Otherwise it is "
    "too easy to find any result right."
)


@dataclass(frozen=True, slots=True)
class Case:
    """A test case: a call or an input, and the reason why it may reveal a mistake."""

    code: str
    why: str


def check_ladder(program: Program) -> Ladder:
    """Return the five texts for a program in which no rule finds a mistake."""
    function = _function(program)
    line = function.lineno if function is not None else _line(program)
    cases = _cases(program, function)
    shown = program.shown(line)
    read = f"I have read the whole program; the cases begin at {quoted_line(program, line)}."
    first = cases[0]
    asked = (
        f"what should {code_span(first.code)} give" if function is not None else f"what should happen for {first.code}"
    )
    calls = [f"print({case.code})" for case in cases] if function is not None else []
    block = f"\n\n{fenced(chr(10).join(calls))}\n\n" if calls else "\n\n"
    return Ladder(
        line=line,
        expression=None,
        question=(
            f"I see no mistake. {read} Whether it does what you want is another matter, since I do not know your "
            f"task. Three cases would tell. The first one: {asked}, {first.why}?"
        ),
        concept=f"I see no mistake.\n\n{_CONCEPT}",
        structure=(
            f"I see no mistake. These three cases would tell, beginning at line {shown}:\n\n"
            f"{numbered(_asked(case, is_call=function is not None) for case in cases)}\n\nWrite down each answer "
            "first, then run it and compare."
        ),
        examples=examples_of(
            EXAMPLES,
            "Another program that is tested with cases at its edges:",
            "Each line compares a result with the value that was worked out by hand.",
        ),
        without=(
            f"Write one line below your program for each case, beginning with line {shown}: a print of the call, "
            "and beside it, in a comment, the result that you worked out by hand. Run it, and compare both."
        ),
        solution=(
            "I see no mistake, so there is nothing that I would change. It can be read by Python, no line is "
            "certain to fail, and none of the mistakes that I know is in it. What it should do is known to you "
            f"alone. Try these cases:{block}{_whys(cases, is_call=function is not None)}\n\nIf one result "
            "surprises you, tell me what you got and what you expected."
        ),
    )


def _asked(case: Case, *, is_call: bool) -> str:
    if is_call:
        return f"{code_span(case.code)}, {case.why}: what should it give?"
    return f"{case.code[:1].upper()}{case.code[1:]}, {case.why}: what should happen?"


def _whys(cases: list[Case], *, is_call: bool) -> str:
    return numbered(
        f"{code_span(case.code) if is_call else case.code[:1].upper() + case.code[1:]}: {case.why}." for case in cases
    )


def _function(program: Program) -> Function | None:
    """Return the function to test, or None: the one at the cursor, else the last top-level one with parameters."""

    def is_plain(node: Function) -> bool:
        return not node.col_offset and isinstance(node, ast.FunctionDef) and bool(node.args.args)

    at_cursor = program.function_at(program.cursor_line)
    if at_cursor is not None and is_plain(at_cursor):
        return at_cursor if _calls_of(program, at_cursor) else None
    every = [node for node in program.each(ast.FunctionDef) if is_plain(node)]
    last = every[-_MOST_FUNCTIONS:]
    return next((node for node in reversed(last) if _calls_of(program, node)), None)


def _line(program: Program) -> int:
    texts = range(1, len(program.lines) + 1)
    at = program.cursor_line
    if program.line(at).strip():
        return at
    return next((number for number in texts if program.line(number).strip()), 1)


def _cases(program: Program, function: Function | None) -> list[Case]:
    if function is not None:
        return _calls_of(program, function)
    reads = [node for node in program.each(ast.Call) if is_call_of(node, "input")]
    return _inputs(program, reads) if reads else _edges(program)


def _calls_of(program: Program, function: Function) -> list[Case]:
    """Return three calls that may reveal a mistake, or an empty list if the types of the parameters are not known."""
    known = parameters_of(program, function)
    if not known or any(each.kind is None for each in known) or function.args.kwonlyargs or function.args.posonlyargs:
        return []
    usual = [_usual(each) for each in known]
    found: list[Case] = []
    for place, parameter in enumerate(known):
        for value, why in _telling(parameter):
            arguments = [*usual[:place], value, *usual[place + 1 :]]
            call = f"{function.name}({', '.join(arguments)})"
            if len(call) <= _LONGEST_CALL and all(case.code != call for case in found):
                found.append(Case(call, why.replace("it", code_span(parameter.name), 1) if len(known) > 1 else why))
    by_turns = _by_turns(found, len(known))
    return by_turns[:_CASES] if len(by_turns) >= _CASES else []


def _by_turns(cases: list[Case], many: int) -> list[Case]:
    """Return the cases in turns: first the most revealing case of each parameter, then the second of each."""
    size = max(len(cases) // many, 1)
    groups = [cases[start : start + size] for start in range(0, len(cases), size)]
    return [group[turn] for turn in range(size) for group in groups if turn < len(group)]


def _usual(parameter: Parameter) -> str:
    items = {"str": "['fig', 'nut']"}.get(parameter.items or "", "[3, 8]")
    return {"int": "6", "float": "2.5", "str": "'fig'", "list": items, "dict": "{'fig': 3}", "bool": "True"}[
        parameter.kind or "int"
    ]


def _telling(parameter: Parameter) -> list[tuple[str, str]]:
    """Return values of a parameter that may reveal a mistake, each with its reason, the most revealing first."""
    bounds = [bound for bound in dict.fromkeys(parameter.bounds) if not isinstance(bound, str) and abs(bound) < 10**6]
    match parameter.kind:
        case "int" | "float":
            return _numbers(bounds)
        case "str":
            return [
                ("''", "where it is empty"),
                ("'a'", "where it has one letter"),
                ("'Aa b'", "where it has a capital letter and a space"),
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


def _numbers(bounds: list[int | float]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for bound in bounds[:2]:
        found.append((repr(bound), f"where it is exactly the {_code(bound)} of your condition"))
        if isinstance(bound, int) and len(bounds) == 1:
            found.append((repr(bound - 1), f"where it is just below the {_code(bound)} of your condition"))
    given = {value for value, _ in found}
    rest = [("0", "where it is zero"), ("-3", "where it is negative"), ("1", "where it is one")]
    return [*found, *(each for each in rest if each[0] not in given)]


def _code(value: float) -> str:
    return code_span(repr(value))


def _lists(parameter: Parameter, bounds: list[int | float]) -> list[tuple[str, str]]:
    empty = ("[]", "where it is empty")
    if parameter.items == "str":
        return [empty, ("['fig']", "where it has one item"), ("['fig', 'fig']", "where it has two equal items")]
    if bounds:
        bound = bounds[0]
        at = (f"[{bound!r}]", f"where its only item is exactly the {_code(bound)} of your condition")
        return [empty, at, ("[-4, -4]", "where it has two equal items, both negative")]
    return [empty, ("[5]", "where it has one item"), ("[-4, -4]", "where it has two equal items, both negative")]


def _inputs(program: Program, reads: list[ast.Call]) -> list[Case]:
    """Return cases for the first value that a user enters, with the limits that conditions compare it with first."""
    first = min(reads, key=lambda node: (node.lineno, node.col_offset))
    line = program.shown(first.lineno)
    up = program.parents.get(first)
    if not is_call_of(up, "int", "float"):
        return [
            Case(f"an empty input on line {line}", "where the user only presses Enter"),
            Case(f"capital letters as the input on line {line}", "which are not the same as small ones"),
            Case(f"an input with a space at its end on line {line}", "which nobody can see"),
        ]
    bounds = _compared(program, program.parents.get(up))
    edges = [
        Case(
            f"the number {bound!r} as the input on line {line}",
            f"where the condition on line {program.shown(at)} just turns",
        )
        for bound, at in bounds[:2]
    ]
    rest = [
        Case(f"the number 0 as the input on line {line}", "which is neither positive nor negative"),
        Case(f"a negative number as the input on line {line}", "which is easily forgotten"),
        Case(f"a word in place of a number on line {line}", "which a user can type as well"),
    ]
    return [*edges, *rest][:_CASES]


def _compared(program: Program, place: ast.AST | None) -> list[tuple[int | float, int]]:
    """Return the numbers that the variable of an assignment is compared with, each with the line of the comparison."""
    if not (isinstance(place, ast.Assign) and isinstance(place.targets[0], ast.Name)):
        return []
    name = place.targets[0].id
    found: dict[int | float, int] = {}
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=left), comparators=[ast.Constant(value=int() | float() as value)]) if (
                left == name
            ):
                found.setdefault(value, node.lineno)
    return sorted(found.items(), key=lambda item: item[1])


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
    found: list[Case] = []
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
    if loops:
        found.append(
            Case(f"nothing to go through in the loop on line {program.shown(loops[0])}", "so that it makes no round")
        )
        found.append(Case(f"one single item in the loop on line {program.shown(loops[0])}", "the smallest real case"))
    line = program.shown(_line(program))
    found += [
        Case(f"the values that your program has now, up to line {line}", "worked out by hand first"),
        Case("the smallest values that make sense, such as zero or an empty string", "where many programs fail"),
        Case("values that are much larger than usual", "where a wrong factor shows"),
    ]
    return found[:_CASES]


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
