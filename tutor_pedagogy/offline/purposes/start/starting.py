"""The texts for "how do I start?": a plan that follows from the words of the task. They assume no mistake."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import Function, parameters
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.purposes.start.how_to import how_to_ladder
from tutor_pedagogy.offline.purposes.start.no_task import names_a_task, no_task_ladder
from tutor_pedagogy.offline.purposes.start.task_kinds import found_word, kinds_of, word_of
from tutor_pedagogy.offline.purposes.start.task_rules import are_steps, rule_steps, rules_frame, rules_in
from tutor_pedagogy.offline.purposes.stubs import comments, is_beginning, stub_of
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, fill, listed, numbered, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.engine.program import Program

_MAX_TASK = 1_200
_ITEMS = {"numbers": "number", "words": "word", "text": "letter", "string": "letter", "word": "letter", "s": "letter"}
_EXAMPLE = re.compile(r">>> (?P<call>[^\s][^\n]{0,80})\n *(?P<result>[^\s>][^\n]{0,60})")
_ARROW = re.compile(
    r"(?P<call>[A-Za-z_]\w{0,40}\([^\n()]{0,60}\)) ?(?:->|=>|==|=|→|:|should (?:return|be|give)|returns|gives|is) ?"
    r"(?P<result>[^\s=>][^\n]{0,40})"
)
_MOST_EXAMPLES = 3
_NO_USE = re.compile(r"(?:do not|don't|without|never) (?:use |using )(?P<what>[\w `()]{2,40})", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:exercise|task|problem|question|aufgabe|ejercicio|exerc[ií]\w{1,3}) \d+", re.IGNORECASE)
_CASE = re.compile(r"capital|upper ?case|lower ?case|case", re.IGNORECASE)
_BEGINNING = re.compile(
    r"\b(?:how|where) (?:do|should|can) i (?:start|begin)|fange? ich an|anfangen|por d[oó]nde empez|par o[uù] commenc"
    r"|por onde come[cç]",
    re.IGNORECASE,
)
_ANY_CASE = re.compile(
    r"ignor|no matter|regardless|insensitive|both|either|capital (?:or|and) small|upper ?case (?:or|and)|too\b|also"
    r"|as well",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^(?:def|class) (\w+)\(([\w, ]{0,80})\)", re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w.])\d{1,6}(?:\.\d{1,4})?(?: ?%)?(?![\w.]\w)")
_MOST_NUMBERS = 3
_WORDS = re.compile(r"\bwords?\b")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Task:
    """A task as described by code and question: the stub, its parameters, the words, and an example call."""

    node: Function | ast.ClassDef | None
    line: int
    name: str
    inputs: tuple[str, ...]
    words: str
    source: str
    text: str = ""
    """The docstring and comments as they are written."""
    owner: str = ""
    """The class of which the stub is a method."""
    examples: tuple[tuple[str, str], ...] = ()
    """The calls with their results that the text names."""
    rules: tuple[str, ...] = ()
    """The rules that the text lists."""
    question: str = ""


def start_ladder(program: Program) -> Ladder:
    """Return the five texts that plan a task, or that say how to do the next step of a program."""
    next_step = how_to_ladder(program) if stub_of(program) is None and not _is_at_start(program) else None
    if next_step is not None:
        return next_step
    task = _task(program)
    is_plan = task.name == "__init__" or isinstance(task.node, ast.ClassDef)
    told = kinds_of(_NO_USE.sub(" ", task.words))
    kinds = ["thing"] if is_plan and told[0] != "account" else told
    kinds = kinds[:1] if table("tasks")[kinds[0]].get("whole") else kinds
    question = program.submission.question or ""
    if kinds == ["other"] and task.source == "nothing" and not names_a_task(question):
        return no_task_ladder(task.line, program.shown(task.line), question)
    main = table("tasks")[kinds[0]]
    line = program.shown(task.line)
    where = quoted(program.line(task.line).strip())
    inputs = f"goes in as {listed([code_span(each) for each in task.inputs])}" if task.inputs else "goes in"
    opening = _opening(task, line, where)
    steps = _steps(task, kinds)
    examples = [table("tasks")[kind]["example"] for kind in (*kinds, "other", "each")]
    return Ladder(
        line=task.line,
        expression=None,
        question=f"{opening} {_heart(task, kinds)}{_asked(task, inputs)}",
        concept=f"{_understood(task, kinds)}{main['idea']}",
        structure=f"A plan, beginning at line {line}:\n\n{numbered(steps)}\n\nWrite each step as a comment first.",
        examples=examples_of(
            examples,
            "A small finished program, from what goes in to what comes out:"
            if kinds[0] == "other" or task.rules
            else "A finished program for another task of a similar form:",
            "Each line is one step, in the order of a plan."
            if kinds[0] == "other" or task.rules
            else "Its parts have the same roles as those of your plan.",
        ),
        without=(
            "An example would be too near to your task, so make one of your own: solve it by hand on paper for "
            f"three small values, beginning at line {line}. Write each move that you make as one line in words. "
            "These lines are your program, in another language."
        ),
        solution=_skeleton(task, kinds, main),
        topic=kinds[0],
    )


def _is_at_start(program: Program) -> bool:
    """Return whether a question asks for the beginning of a task that a comment leaves to be done."""
    is_open = any("todo" in text.lower() for _, text in comments(program))
    return is_open and _BEGINNING.search(program.submission.question or "") is not None


def _opening(task: _Task, line: int, where: str | None) -> str:
    if task.node is not None:
        what = "class" if isinstance(task.node, ast.ClassDef) else "function"
        return (
            f"On line {line}, {where}, you have the head of a {what}; its body is still to be written."
            if where
            else f"Your {what} begins on line {line}."
        )
    if task.source == "header" and where:
        return f"On line {line}, {where}, you have the head of a function; its body is still to be written."
    if task.source == "comment":
        return f"Your task stands on line {line}, {where}." if where else f"Your task stands on line {line}."
    if task.source == "code":
        return f"Your program does something already, up to line {line}. The next step is what you ask about."
    return f"You are at the beginning, on line {line}, and nothing is wrong with that."


def _asked(task: _Task, inputs: str) -> str:
    if task.name == "__init__":
        given = f", besides {listed([code_span(each) for each in task.inputs])}," if task.inputs else ""
        return (
            f"It runs when an object of {code_span(task.owner or 'the class')} is made. What does one object{given} "
            "have to remember between two calls, and which type can hold it?"
        )
    return (
        f"Before any code: choose one small example. What exactly {inputs}, and what should come out or change? "
        "Write down both, with real values."
    )


def _heart(task: _Task, kinds: Sequence[str]) -> str:
    """Return the sentence with the first step of a task that is known, with a blank at its end; else ""."""
    if task.rules or task.name == "__init__" or kinds[0] in ("other", "thing", "each", "decide"):
        return ""
    step = table("tasks")[kinds[0]]["step"].replace("$p", task.inputs[0] if task.inputs else "it")
    return f"One step that this task needs: {step} "


def _understood(task: _Task, kinds: Sequence[str]) -> str:
    if task.rules:
        what = "steps" if are_steps(task.rules) else "rules"
        return f"I take your task from the {len(task.rules)} {what} that your text lists.\n\n"
    if kinds[0] == "other":
        return (
            "I know no special plan for the words of your task, so this is the way for any task. Tell me what goes in, "
            "what should come out, and one example of both, and I can say more.\n\n"
        )
    found = [word for kind in kinds for word in [word_of(kind, task.words)] if word]
    if not found:
        return ""
    return (
        f"I take your task from the word{'s' * (len(found) != 1)} {listed([f'“{word}”' for word in found])}; if "
        "it is another one, tell me in your question.\n\n"
    )


def _task(program: Program) -> _Task:
    """Return the task, with the rules that its text lists; the text of the file counts, too."""
    task = _described(program)
    notes = "\n".join(text for _, text in comments(program))
    doc = ast.get_docstring(program.tree) or "" if program.tree is not None else ""
    own = (ast.get_docstring(task.node) or "") if task.node is not None else ""
    rules = rules_in(own) or rules_in(doc) or rules_in(notes)
    return replace(task, rules=tuple(rules), question=(program.submission.question or "")[:_MAX_TASK])


def _described(program: Program) -> _Task:
    question = (program.submission.question or "")[:_MAX_TASK]
    node = stub_of(program)
    notes = comments(program)
    nearby = " ".join(text for _, text in notes)
    if node is not None:
        doc = ast.get_docstring(node) or ""
        name = _CAMEL.sub(" ", node.name).replace("_", " ").lower()
        inner = _near(notes, node)
        owner = _class_of(program, node)
        if owner is not None:
            doc = f"{doc} {ast.get_docstring(owner) or ''}".strip()
            name = f"{name} {owner.name.lower()}"
        told = " ".join((name, doc, " ".join(text for _, text in inner) or nearby, "" if doc else _module_doc(program)))
        words = told if doc or kinds_of(told.lower()) != ["other"] else f"{told} {question}"
        taken = tuple(parameters(node)) if isinstance(node, Function) else ()
        return _Task(
            node,
            node.lineno,
            node.name,
            taken,
            words.lower()[:_MAX_TASK],
            "stub",
            f"{doc} {' '.join(text for _, text in inner)}"[:_MAX_TASK],
            owner.name if owner is not None else "",
            _examples_in(f"{doc}\n{chr(10).join(text for _, text in inner or notes)}"),
        )
    line = notes[0][0] if notes else program.cursor_line
    text = _module_text(program)
    words = f"{nearby} {text} {question}".lower()[:_MAX_TASK]
    header = _HEADER.search(program.code) if program.tree is None or is_beginning(program) else None
    if header:
        taken = tuple(part.strip() for part in header[2].split(",") if part.strip() and part.strip() != "self")
        at = program.code[: header.start(1)].count("\n") + 1
        return _Task(None, at, header[1], taken, f"{header[1].replace('_', ' ')} {words}".lower(), "header", nearby)
    return _Task(None, line, "", (), words, _source(program, notes), nearby, examples=_examples_in(nearby))


def _near(notes: Sequence[tuple[int, str]], node: Function | ast.ClassDef) -> list[tuple[int, str]]:
    """Return the comments beside a stub, with the rest of a block of comments that ends just above it."""
    start = node.lineno - 3
    lines = {line for line, _ in notes}
    top = next((line for line in range(start, node.lineno) if line in lines), start)
    while top - 1 in lines:
        top -= 1
    return [(line, text) for line, text in notes if min(top, start) <= line <= (node.end_lineno or node.lineno) + 3]


def _source(program: Program, notes: Sequence[tuple[int, str]]) -> str:
    if not is_beginning(program) and program.code.strip():
        return "code"
    return "comment" if notes else "nothing"


def _examples_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the calls that a text names with their results."""
    found = [(match["call"].strip(), match["result"].strip()) for match in _EXAMPLE.finditer(text)]
    found += [(match["call"].strip(), match["result"].strip(" .")) for match in _ARROW.finditer(text)]
    return tuple(dict.fromkeys(found))[:_MOST_EXAMPLES]


def _class_of(program: Program, node: ast.AST) -> ast.ClassDef | None:
    """Return the class of which a function is a method, or None."""
    up = program.parents.get(node)
    return up if isinstance(up, ast.ClassDef) and isinstance(node, Function) else None


def _module_doc(program: Program) -> str:
    return (ast.get_docstring(program.tree) or "") if program.tree is not None else ""


def _module_text(program: Program) -> str:
    if program.tree is None:
        return ""
    given = [name for node in program.tree.body if isinstance(node, ast.Assign) for name in program.words_of(node)]
    return f"{ast.get_docstring(program.tree) or ''} {' '.join(given)}"


def _steps(task: _Task, kinds: Sequence[str]) -> list[str]:
    tasks: Mapping[str, Any] = table("tasks")
    first = "Write down one small example by hand: what goes in, and what comes out."
    told = [f"{call} comes to {result}" for call, result in _quoted_examples(task)]
    if told:
        first = f"Your text has an example already: {told[0]}. Work it out by hand, and note each move."
    entry = tasks[kinds[0]]
    is_script = task.node is None and not task.inputs and "script_steps" in entry
    middle = [*entry["script_steps"]] if is_script else [tasks[kind]["step"] for kind in kinds]
    middle += [] if is_script else entry.get("more", ())
    if _is_of_words(task) and "for $item in $p" in entry["skeleton"]:
        middle = [f"Take {code_span(task.inputs[0])} apart into its words: they are the items here.", *middle]
    if task.owner and kinds[0] == "other":
        middle = [tasks["thing"]["step"]]
    if task.rules and not task.owner and not isinstance(task.node, ast.ClassDef):
        middle = rule_steps(task.rules, task.question)
    else:
        middle += _conditions(task)
    if task.name == "__init__":
        return [
            f"Write down what one object of {code_span(task.owner or 'the class')} has to remember between two calls.",
            *middle[:1],
            "Store each of these values under a name on `self`. This method hands nothing back.",
            "Make one object, and print one of its attributes.",
        ]
    if task.owner:
        ends = "Decide whether this method changes a value on `self`, hands back a result, or does both."
    else:
        ends = "Hand the result back with `return`." if isinstance(task.node, Function) else "Show the result."
    last = "Try it with your example, then with the smallest case: nothing, zero, or one item."
    if len(told) > 1:
        last = f"Try it with your examples, also {listed(told[1:])}, then with the smallest case."
    return [first, *middle, *([] if is_script or entry.get("whole") else [ends]), last]


def _quoted_examples(task: _Task) -> list[tuple[str, str]]:
    pairs = [(quoted(call), quoted(result)) for call, result in task.examples]
    return [(call, result) for call, result in pairs if call and result]


def _conditions(task: _Task) -> list[str]:
    """Return the steps for what the text says besides: numbers, letters in capitals, and what must not be used.

    Numbers in an example are results to try, and not values of the program.
    """
    text = _LABEL.sub(" ", _EXAMPLE.sub(" ", _ARROW.sub(" ", task.text)))
    numbers = list(dict.fromkeys(_NUMBER.findall(text)))[:_MOST_NUMBERS]
    steps: list[str] = []
    if numbers:
        told = listed([f"“{number}”" for number in numbers])
        steps.append(f"Your text names {told}: decide at which step this is needed.")
    if _CASE.search(task.text) and _ANY_CASE.search(task.text) and found_word("vowels", task.words):
        steps.append("Capital letters are other characters: let `lower()` make them small before you compare.")
    match = _NO_USE.search(task.text)
    what = match["what"].strip().replace("`", "") if match is not None else ""
    if what:
        steps.append(f"Your text does not allow “{what}”, so write that part yourself.")
    return steps


def _skeleton(task: _Task, kinds: Sequence[str], main: Mapping[str, Any]) -> str:
    parameter = task.inputs[0] if task.inputs else "values"
    is_of_words = _is_of_words(task) and "for $item in $p" in main["skeleton"]
    item = _ITEMS.get(parameter.lower(), parameter[:-1] if parameter.endswith("s") and len(parameter) > 2 else "item")  # noqa: PLR2004 - a name of one or two letters is not a plural, such as `xs`
    item = "word" if is_of_words else item if item not in task.inputs else "item"
    is_script = task.node is None and not task.inputs
    body = (
        rules_frame(task.rules)
        if task.rules
        else fill(
            main.get("script", main["skeleton"]) if is_script else main["skeleton"], {"p": parameter, "item": item}
        )
    )
    if "read_file" in kinds and kinds[0] != "read_file" and "for $item in $p" in main["skeleton"] and not task.rules:
        body = _in_file(main["skeleton"], parameter, item)
    if is_of_words and not task.rules:
        frame = fill(main["skeleton"], {"p": "words", "item": item})
        body = f"words = ...  # how do you take {parameter} apart into its words?\n{frame}"
    if kinds[0] != "ask" and "ask" in kinds and not task.inputs and "$p" in main["skeleton"]:
        body = f"# each value comes from input(...)\n{body}"
    if isinstance(task.node, Function) or (task.node is None and task.inputs):
        arguments = ", ".join(task.inputs)
        head = (
            f"def {task.name}({arguments}):"
            if not isinstance(task.node, Function)
            else f"def {task.name}({ast.unparse(task.node.args)}):"
        )
        lines = [f"    {line}" for line in body.split("\n")]
        if task.name == "__init__":
            code = f"{head}\n    ...  # which values does one object keep on self?"
        elif task.owner:
            code = (
                f"{head}\n    ...  # which value on self is used or changed?\n    ...  # is there a result to return?"
            )
        else:
            code = "\n".join((head, *lines, "    return ...  # which value is the result?"))
    elif isinstance(task.node, ast.ClassDef):
        code = (
            f"class {task.name}:\n    def __init__(self):\n        ...  # which values does one object keep?\n\n  "
            "  ...  # one method for each thing that it can do"
        )
    else:
        code = "\n".join(
            (
                *(["values = ...  # what is given?"] if "$p" in main["skeleton"] and "script" not in main else []),
                body,
                *([] if kinds[0] == "ask" or main.get("whole") else ["print(...)  # what is shown?"]),
            )
        )
    return (
        f"This is a frame and not a solution: {_known(kinds)} Each line with dots is a decision that only you can "
        f"make.\n\n{fenced(code)}\n\nFill the first line with dots, run it, and only then go on to the next. "
        "When your small example comes out right, try the smallest case."
    )


def _is_of_words(task: _Task) -> bool:
    """Return whether the items of a text are its words: the name of the function and its description both say so."""
    is_text = bool(task.inputs) and task.inputs[0].lower() in ("text", "string", "sentence", "s", "line")
    return is_text and all(_WORDS.search(told) for told in (task.name.replace("_", " ").lower(), task.text.lower()))


def _in_file(skeleton: str, parameter: str, item: str) -> str:
    """Return a frame in which the items come from the lines of a file, and not from its name."""
    before, _, after = skeleton.partition("for $item in $p:\n")
    inner = "\n".join(f"    {line}" for line in after.split("\n"))
    lines = (
        f"with open($p) as file:\n    for line in file:\n        ...  # which $item or items are in this line?\n{inner}"
    )
    return fill(f"{before}{lines}", {"p": parameter, "item": item})


def _known(kinds: Sequence[str]) -> str:
    if kinds[0] == "other":
        return "I know only that it has a beginning, steps and a result, and not your task."
    return "I know the form of such a task, but not yours in every detail."
