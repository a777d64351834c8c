"""Names that mean nothing, mean nothing yet, or mean something else: NameError, UnboundLocalError."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson
from tutor_server.pedagogy.offline.program import BUILTINS
from tutor_server.pedagogy.offline.runtime.case import Case, RuntimeRule, Site

if TYPE_CHECKING:
    from tutor_server.pedagogy.offline.finding import Edit

_NAME_ERROR = frozenset(("NameError",))
_UNBOUND = frozenset(("UnboundLocalError",))
_NOT_DEFINED = re.compile(r"name '(?P<name>\w+)' is not defined")
_NOT_BOUND = re.compile(r"local variable '(?P<name>\w+)'")
_FREE = re.compile(r"free variable '(?P<name>\w+)'")

MODULES = {
    **dict.fromkeys(
        ("math", "random", "time", "os", "sys", "re", "json", "csv", "datetime", "statistics", "string"), ""
    ),
    **dict.fromkeys(("collections", "itertools", "functools", "copy", "decimal", "fractions", "turtle", "tkinter"), ""),
    **{
        "np": "numpy",
        "plt": "matplotlib.pyplot",
        "pd": "pandas",
        "numpy": "",
        "pandas": "",
        "scipy": "",
        "sns": "seaborn",
    },
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


def _use(case: Case, name: str) -> ast.Name | None:
    node = case.node
    if isinstance(node, ast.Name) and node.id == name:
        return node
    return next((n for n in case.nodes_here if isinstance(n, ast.Name) and n.id == name), None)


def _site(case: Case, name: str, replacement: str | None = None, **facts: str) -> Site:
    node = _use(case, name)
    edit: Edit | None = case.rewrite(node, replacement) if node is not None and replacement else None
    return Site(lines=(case.line,), expression=name, edit=edit, facts={"name": Code(name), **facts})


def _other_language(case: Case) -> Site | None:
    name = case.match["name"]
    meant = _OTHER_LANGUAGES.get(name)
    return _site(case, name, meant, meant=Code(meant)) if meant else None


def _module(case: Case) -> Site | None:
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
    first = case.program.line(1)
    edit = (
        case.program.edit(1, f"{statement}\n{first}")
        if first and not first.startswith((" ", "\t", '"""', "#", "from __future__"))
        else None
    )
    return Site(
        lines=(case.line,),
        expression=name,
        edit=edit,
        facts={"name": Code(name), "module": Code(module or name), "statement": Code(statement)},
    )


def _later(case: Case) -> Site | None:
    """The name is bound, but only further down, at the same level."""
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


def _other_function(case: Case) -> Site | None:
    """The name lives inside a function only, and is used outside it."""
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


def _closest(case: Case, name: str) -> str | None:
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
    close = get_close_matches(name, sorted(bound | {b for b in BUILTINS if b.islower()}), 3, 0.72)
    in_scope = [c for c in close if c in local] or close
    return in_scope[0] if in_scope else None


def _misspelt(case: Case) -> Site | None:
    name = case.match["name"]
    closest = _closest(case, name)
    if not closest or len(name) == 1:
        return None
    return _site(case, name, closest, meant=Code(closest))


def _unquoted(case: Case) -> Site | None:
    """A bare word where a text is meant: compared with texts, or next to them."""
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


def _loop_variable(case: Case) -> Site | None:
    """The loop around hands out its items under a name that its body never uses."""
    name = case.match["name"]
    node = _use(case, name)
    if node is None:
        return None
    for up in case.program.above(node):
        match up:
            case ast.For(target=ast.Name(id=variable) as target):
                used = any(isinstance(n, ast.Name) and n.id == variable for s in up.body for n in ast.walk(s))
                if not used:
                    return Site(
                        lines=(up.lineno,), expression=case.program.line(up.lineno).strip(), edit=case.rewrite(target, name),
                        facts={"name": Code(name), "variable": Code(variable)},
                    )  # fmt: skip
    return None


def _never_bound(case: Case) -> Site | None:
    name = case.match["name"]
    node = _use(case, name)
    if node is None and case.program.tree is not None and name not in case.program.line(case.line):
        return None
    statement = case.program.statement_at(case.line)
    counts = isinstance(statement, ast.AugAssign) or (
        isinstance(statement, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in statement.targets)
    )
    return _site(case, name, use="changed" if counts else "used")


def _assigned_in_function(case: Case) -> Site | None:
    """A function changes a name that exists outside it."""
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
    return Site(
        lines=(case.line,),
        expression=name,
        edit=edit,
        facts={"name": Code(name), "function": Code(function.name), "other_line": str(program.shown(outside[-1]))},
    )


def _bound_on_some_paths(case: Case) -> Site | None:
    """A name gets its value inside a branch or a loop that did not run, or only later."""
    name = case.match["name"]
    program = case.program
    function = program.function_at(case.line)
    bound = [line for line, _ in program.assignments(name) if function is None or program.function_at(line) is function]
    before = [line for line in bound if line < case.line]
    facts = {"name": Code(name), "function": Code(function.name if function else "the program")}
    if before:
        first = before[0]
        around = [
            node
            for node in program.nodes
            if isinstance(node, ast.If | ast.For | ast.While | ast.Try)
            and node.lineno <= first <= (node.end_lineno or 0)
        ]
        inner = max(around, key=lambda node: node.lineno, default=None)
        header = program.line(inner.lineno).strip() if inner is not None else ""
        return Site(
            lines=(case.line,),
            expression=name,
            facts={**facts, "header": Code(header or name), "what": _kind(inner)},
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


def _read_before_bound(case: Case) -> Site | None:
    name = case.match["name"]
    function = case.program.function_at(case.line)
    return Site(
        lines=(case.line,),
        expression=name,
        facts={"name": Code(name), "function": Code(function.name if function else "this program")},
    )


RULES = (
    RuntimeRule(
        "runtime.word-of-another-language",
        "runtime",
        Lesson(
            question=(
                "Look at $name. Is it a variable that you made, or one of Python's fixed values? How does your editor "
                "colour it, and how are such values written in a program that works, big and small letters included?"
            ),
            concept=(
                "Python has a few fixed values with names of their own: one for yes, one for no, and one for “nothing "
                "here”. Like every name they have one exact spelling, and small and big letters count. $name on line "
                "$line is not that spelling, so Python looks for a variable called $name and finds none."
            ),
            picture="It is like a name on a door: “anna” and “Anna” are the same to you, but not to Python.",
            precise="These constants are keywords; any other spelling is an ordinary identifier, looked up at run time.",
            place="The value is fine, its spelling is not Python's.",
            plan=(
                "Decide which of Python's fixed values you mean.",
                "Recall how Python spells it, first letter included.",
                "Search the program for the same spelling, and treat all places alike.",
            ),
            example=Example(
                "Python's fixed values in use:",
                "is_open = True\nvisitor = None\nprint(is_open, visitor, not is_open)",
                "All three begin with a big letter, and your editor gives them a colour of their own.",
            ),
            remedy="Write $meant in place of $name on line $line.",
            reason="$meant is the exact spelling of the value, so Python does not look for a variable any more.",
            check="run the program again; if the same spelling stands elsewhere, the message will name the next line.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _other_language,
    ),
    RuntimeRule(
        "runtime.name-not-imported",
        "runtime",
        Lesson(
            question=(
                "Where does $name come from? It is not one of the names that Python has from the start. Look at the top "
                "of your file: which line there would make it known?"
            ),
            concept=(
                "Python starts with only a few dozen names, such as `print` and `len`. Everything else is kept in "
                "modules, and a program must fetch what it needs before using it. On line $line you use $name, which "
                "lives in the module $module, but nothing above fetched it."
            ),
            picture="It is like a book in a library: it exists, but you have to borrow it before you can read it.",
            precise="A module's names enter your namespace only by an import statement that has run before the use.",
            place="It belongs to the module $module.",
            plan=(
                "Go to the top of the file, where other imports stand or should stand.",
                "Use `import` for the module $module, so that $name becomes known under exactly this name.",
                "Leave line $line as it is.",
            ),
            example=Example(
                "A name fetched before it is used:",
                'from calendar import isleap\n\nprint("leap year:", isleap(2024))',
                "The first line fetches `isleap` from the module `calendar`; from then on it can be used like any name.",
            ),
            remedy="Write $statement at the top of the file.",
            reason="The import runs first and makes $name known to every line below it.",
            check="run the program again; line $line should now get past $name.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _module,
    ),
    RuntimeRule(
        "runtime.loop-variable-under-another-name",
        "runtime",
        Lesson(
            question=(
                "This loop hands out one item after the other. Under which name does it do so, and which name does the body ask for? Compare "
                "$variable with $name."
            ),
            concept=(
                "The name after `for` is the one under which the body finds the item of the round. Here that is $variable, but the body asks for "
                "$name, which nobody has given a value. The two ends of the same idea have different names, so line $line and the body do not meet."
            ),
            picture="It is like waiting for Anna at the station with a sign that says Hanna.",
            precise="The loop target is an ordinary binding; the body resolves the other name and finds none.",
            place="It gives each item the name $variable, which its body never uses.",
            plan=(
                "Say what one item of the collection is.",
                "Choose one name for it, the one that says so best.",
                "Use this name in the header and in the whole body.",
            ),
            example=Example(
                "Header and body agree about the name:",
                'for planet in ("Mars", "Venus"):\n    print(planet.lower())',
                "`planet` is set by the header and used in the body.",
            ),
            remedy="Use the same name in the header on line $line and in the body.",
            reason="The body finds the item under the name that the header gives it.",
            check="print the name in each round.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _loop_variable,
    ),
    RuntimeRule(
        "runtime.name-misspelt",
        "runtime",
        Lesson(
            question=(
                "Compare $name, letter by letter, with the other names in your program. Big and small letters and "
                "underscores count. Is there a name that you gave a value to and that looks almost the same?"
            ),
            concept=(
                "Python finds a value only under the exact name that it was stored with. One letter more, one less or one "
                "in another case makes a new name, and a name that was never given a value cannot be used. That is what "
                "happened with $name on line $line: something close to it exists, but not this."
            ),
            picture="It is like a phone number: with one wrong digit nobody answers.",
            precise="Name lookup is an exact, case-sensitive search through local, global and built-in scope.",
            place="This spelling appears nowhere with a value.",
            plan=(
                "List the names that get a value before this line, parameters included.",
                "Find the one whose meaning fits here.",
                "Use its exact spelling; copy it, so that no letter changes.",
            ),
            example=Example(
                "One name, spelt the same way both times:",
                'first_guest = "Mira"\nprint(first_guest.upper())',
                "If the second line said `firstguest`, Python would look for another name and stop.",
            ),
            remedy="Write $meant in place of $name on line $line.",
            reason="$meant is the name that was given a value, so Python finds it now.",
            check="search the program for $name: no place should be left with that spelling. Then run it again.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _misspelt,
    ),
    RuntimeRule(
        "runtime.name-defined-later",
        "runtime",
        Lesson(
            question=(
                "Python runs your file from the top to the bottom. At the moment when it reaches this line, has it "
                "already come to the place where $name gets its meaning?"
            ),
            concept=(
                "A name exists from the moment when the line that creates it has run. For a function that line is its "
                "`def`. On line $line you use $name, but the part of the program that creates it comes further down, so "
                "at this moment Python has never heard of it."
            ),
            picture="It is like using an ingredient in a recipe one step before the step that prepares it.",
            precise="`def`, `class` and assignment are statements that bind at run time; there is no hoisting.",
            place="It is used there before it exists.",
            plan=(
                "Find the part of the program that creates $name.",
                "Compare its place with the place of the use.",
                "Bring the two into an order in which the creation comes first.",
            ),
            example=Example(
                "First the function is made, then it is used:",
                'def shout(message):\n    return message.upper() + "!"\n\n\nprint(shout("ahoy"))',
                "With the last line at the top, Python would not know `shout` yet.",
            ),
            remedy="Move the part that creates $name above line $line, or move the use below it.",
            reason="When Python reaches the use, the name exists by then.",
            check="read the file from the top like Python does, and tick off each name when it gets its meaning.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _later,
    ),
    RuntimeRule(
        "runtime.name-of-another-function",
        "runtime",
        Lesson(
            question=(
                "Your program does give $name a value, but where? Look at the function around that place, and then at "
                "this line. Can code outside a function see what happens inside it?"
            ),
            concept=(
                "Names that are created inside a function belong to that function alone. They come into being when it "
                "runs and vanish when it ends. $name is created inside $function, and line $line is outside it, so the "
                "name is not known here. Values travel into a function by its parameters and out of it by `return`."
            ),
            picture="A function is like a room with a closed door: notes on its table cannot be read from outside.",
            precise="Assignment makes a name local to the enclosing function; scopes nest but never leak outwards.",
            place="The name lives only inside $function.",
            plan=(
                "Decide which part of the program should own this value.",
                "Let the value leave $function with `return`, or enter where it is needed as a parameter.",
                "Store it under a name of the place where you use it.",
            ),
            example=Example(
                "A value that leaves its function by the door made for it:",
                "def taxed(price):\n    with_tax = price * 1.2\n    return with_tax\n\n\ntotal = taxed(50)\nprint(total)",
                "`with_tax` is unknown outside, but its value arrives in `total`.",
            ),
            remedy="Hand the value over: `return` it from $function, or add a parameter where line $line needs it.",
            reason="The value is passed on by the way that Python has for it, so line $line has a name of its own for it.",
            check="print the value right after the call, then run the program again.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _other_function,
    ),
    RuntimeRule(
        "runtime.text-without-quotes",
        "runtime",
        Lesson(
            question=(
                "Is $name on this line the name of something, or is it a text that stands for itself? How does Python "
                "tell the one from the other?"
            ),
            concept=(
                "A bare word in a program is a name, and Python looks for the value behind it. A text stands between quote "
                "marks and means just its letters. On line $line $name has no marks, so Python searches for a variable "
                "with this name, and there is none."
            ),
            picture="It is the difference between “call Anna” and “write down the word ‘Anna’”.",
            precise="An identifier is an expression that loads a binding; only a literal denotes the characters themselves.",
            place="It is a bare word where a text seems to be meant.",
            plan=(
                "Decide whether you mean the word itself or a value stored under it.",
                "For the word itself, recall the marks that make a text.",
                "Look for other bare words of the same kind in the program.",
            ),
            example=Example(
                "A text and a name side by side:",
                'flower = "tulip"\nprint("tulip" == flower)',
                "With marks the letters are meant; `flower` without marks stands for what is stored under it.",
            ),
            remedy="Put quote marks around $name on line $line.",
            reason="Between quote marks it is a text, and Python no longer looks for a variable.",
            check="run the line with a value that equals the text, and with one that does not.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _unquoted,
    ),
    RuntimeRule(
        "runtime.name-never-defined",
        "runtime",
        Lesson(
            question=(
                "What should $name stand for at this moment? Go through the lines that run before this one, parameters "
                "included: which of them gives $name its first value?"
            ),
            concept=(
                "A name can be $use only after a line has given it a value. Python keeps a list of names with their values "
                "and looks each one up there. When it reaches line $line, $name is not on that list: no earlier line, no "
                "parameter and no import has put it there."
            ),
            picture="It is like asking for a coat at the cloakroom without having left one there.",
            precise="The lookup goes through local, enclosing, global and built-in scope, and fails in each.",
            place="At that moment the name has no value.",
            plan=(
                "Say in a few words what $name is for.",
                "Decide which value it should have at the very start, or which existing name you meant.",
                "Give it that value on a line that is sure to run before line $line.",
            ),
            example=Example(
                "A name gets its first value before it is used:",
                'longest = ""\nfor word in ("fig", "banana"):\n    longest = max(longest, word, key=len)\nprint(longest)',
                "Without the first line, the third would ask for `longest` before it has a value.",
            ),
            remedy="Give $name its first value on a line before line $line, or use the name that you meant.",
            reason="When Python reaches line $line, the name is on its list.",
            check="write `print` with this name right before line $line, and see whether the value is what you expect.",
        ),
        _NAME_ERROR,
        _NOT_DEFINED,
        _never_bound,
    ),
    RuntimeRule(
        "runtime.outer-variable-changed-in-function",
        "runtime",
        Lesson(
            question=(
                "There is a $name outside the function $function, and there is a line inside it that gives $name a value. "
                "Are the two the same variable for Python? Which one does this line read?"
            ),
            concept=(
                "As soon as a function gives a value to a name anywhere in its body, that name is the function's own, from "
                "its first line to its last. The one outside is then hidden. On line $line $function reads its own $name, "
                "which has no value yet, and not the one from outside."
            ),
            picture="It is like two people called Sam in two rooms: calling “Sam” in this room does not reach the other.",
            precise="Scope is decided when the function is compiled: any binding in the body makes the name local.",
            place="Inside $function this name is a new one, and it is still empty.",
            plan=(
                "Decide whether $function really has to change the outer variable.",
                "The clean way: hand the value in as a parameter, and give the new one back with `return`.",
                "The other way: tell Python with `global` that the outer one is meant.",
            ),
            example=Example(
                "A function that gets the old value and gives back the new one:",
                "def after_goal(points):\n    return points + 1\n\n\nscore = 4\nscore = after_goal(score)\nprint(score)",
                "The function changes nothing outside. The line that calls it stores the result.",
            ),
            remedy="Hand $name to $function as a parameter and `return` the new value.",
            reason=(
                "Now it is clear which variable is meant, so the line finds a value. For larger programs a parameter and "
                "`return` are the better way, since the function then shows what it needs."
            ),
            check="print the variable after calling $function once and twice, and compare with what you expect.",
        ),
        _UNBOUND,
        _NOT_BOUND,
        _assigned_in_function,
    ),
    RuntimeRule(
        "runtime.value-only-on-some-paths",
        "runtime",
        Lesson(
            question=(
                "Which line gives $name its value? It is inside a $what, under $header. Can Python reach this line without "
                "going through there? Think of empty data, or of a question answered with no."
            ),
            concept=(
                "A line inside a $what runs only when Python gets there. If the condition is false, or there is nothing to "
                "loop over, it is skipped, and a name that gets its value only there stays without one. That is the case "
                "for $name: line $line uses it even when $header led past its first value."
            ),
            picture="It is like a key that is only handed out if someone is at the desk: you may stand there without it.",
            precise="The name is local to the function, but no binding has been executed on this path.",
            place="Its value depends on a $what that may be skipped.",
            plan=(
                "Imagine the case in which $header leads past its block.",
                "Decide what $name should be in that case.",
                "Make sure it has that value on every way to line $line: before the $what, or in an `else`.",
            ),
            example=Example(
                "A value that is there on every way:",
                'hottest = None\nfor degrees in []:\n    hottest = degrees\nprint("hottest day:", hottest)',
                "The list is empty, so the loop never runs. Because of the first line the last one still works.",
            ),
            remedy="Give $name a fitting value before the $what that begins with $header.",
            reason="Then $name has a value whichever way Python takes to line $line.",
            check="run it with data for which $header leads past its block, for example an empty list, and with usual data.",
        ),
        _UNBOUND | _NAME_ERROR,
        re.compile(rf"{_NOT_BOUND.pattern}|{_FREE.pattern.replace('name', 'free')}"),
        _bound_on_some_paths,
    ),
    RuntimeRule(
        "runtime.used-before-first-value",
        "runtime",
        Lesson(
            question=(
                "Follow $function line by line, as Python does. When it reaches this line for the first time, has $name "
                "been given a value yet?"
            ),
            concept=(
                "Python works through $function from top to bottom. Because $name gets a value somewhere in it, the name "
                "belongs to it; but on line $line it is used before that has happened, so there is nothing to use."
            ),
            picture="It is like reading a sheet of paper before anything was written on it.",
            precise="The compiler has marked the name as local, and its slot is still unbound when it is loaded.",
            place="At this moment it is still empty.",
            plan=(
                "Decide what $name should be at the start.",
                "Check whether another, similar name was meant here.",
                "See to it that the first value is given on a line that runs earlier.",
            ),
            example=Example(
                "First a value, then the use:",
                'def joined(words):\n    sentence = ""\n    for word in words:\n        sentence += word\n    return sentence\n\n\nprint(joined(["sun", "rise"]))',
                "`sentence` starts empty, so the first round of the loop has something to add to.",
            ),
            remedy="Give $name its first value in a line of $function above line $line, or use the name that you meant.",
            reason="When Python reaches line $line, there is a value to use.",
            check="print $name just before line $line and see whether the first value is the one you want.",
        ),
        _UNBOUND | _NAME_ERROR,
        re.compile(rf"{_NOT_BOUND.pattern}|cannot access free variable|not associated with a value"),
        lambda case: _read_before_bound(case) if case.match.groupdict().get("name") else None,
    ),
)
