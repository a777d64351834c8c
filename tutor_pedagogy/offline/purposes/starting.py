"""The texts for "how do I start?": a plan that follows from the words of the task. They assume no mistake."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import Function, parameters
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.purposes.stubs import comments, stub_of
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, fill, listed, numbered, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.engine.program import Program

_MAX_TASK = 1_200
_MOST_KINDS = 2
_ITEMS = {"numbers": "number", "words": "word", "text": "letter", "string": "letter", "word": "letter", "s": "letter"}
_EXAMPLE = re.compile(r">>> (?P<call>[^\s][^\n]{0,80})\n *(?P<result>[^\s>][^\n]{0,60})")
_HEADER = re.compile(r"^(?:def|class) (\w+)\(([\w, ]{0,80})\)", re.MULTILINE)
_WORD = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"(?<![\w.])\d{1,6}(?:\.\d{1,4})?(?: ?%)?(?![\w.]\w)")
_MOST_NUMBERS = 3
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
    call: str = ""
    result: str = ""


def start_ladder(program: Program) -> Ladder:
    """Return the five texts that plan a task."""
    task = _task(program)
    kinds = ["thing"] if task.name == "__init__" else _kinds(task.words)
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
        question=(f"{opening} {_asked(task, inputs)}"),
        concept=f"{_understood(task, kinds)}{main['idea']}",
        structure=f"A plan, beginning at line {line}:\n\n{numbered(steps)}\n\nWrite each step as a comment first.",
        examples=examples_of(
            examples,
            "A finished program for another task of a similar form:",
            "Its parts have the same roles as those of your plan.",
        ),
        without=(
            "An example would be too near to your task, so make one of your own: solve it by hand on paper for "
            f"three small values, beginning at line {line}. Write each move that you make as one line in words. "
            "These lines are your program, in another language."
        ),
        solution=_skeleton(task, kinds, main),
    )


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


def _understood(task: _Task, kinds: Sequence[str]) -> str:
    if kinds[0] == "other":
        return "I know no special plan for the words of your task, so this is the way for any task.\n\n"
    found = [word for kind in kinds for word in [_word_of(kind, task.words)] if word]
    return (
        f"I take your task from the word{'s' * (len(found) != 1)} {listed([f'“{word}”' for word in found])}; if "
        "it is another one, tell me in your question.\n\n"
    )


def _task(program: Program) -> _Task:
    question = (program.submission.question or "")[:_MAX_TASK]
    node = stub_of(program)
    notes = comments(program)
    nearby = " ".join(text for _, text in notes)
    if node is not None:
        doc = ast.get_docstring(node) or ""
        example = _EXAMPLE.search(doc)
        name = _CAMEL.sub(" ", node.name).replace("_", " ").lower()
        inner = [
            (line, text) for line, text in notes if node.lineno - 3 <= line <= (node.end_lineno or node.lineno) + 3
        ]
        owner = _class_of(program, node)
        if owner is not None:
            doc = f"{doc} {ast.get_docstring(owner) or ''}".strip()
            name = f"{name} {owner.name.lower()}"
        words = " ".join((name, doc, " ".join(text for _, text in inner) or nearby, question))
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
            *((example["call"].strip(), example["result"].strip()) if example else ()),
        )
    line = notes[0][0] if notes else program.cursor_line
    text = _module_text(program)
    words = f"{nearby} {text} {question}".lower()[:_MAX_TASK]
    header = _HEADER.search(program.code)
    if header:
        taken = tuple(part.strip() for part in header[2].split(",") if part.strip() and part.strip() != "self")
        at = program.code[: header.start(1)].count("\n") + 1
        return _Task(None, at, header[1], taken, f"{header[1].replace('_', ' ')} {words}".lower(), "header", nearby)
    return _Task(None, line, "", (), words, "comment" if notes else "nothing", nearby)


def _class_of(program: Program, node: ast.AST) -> ast.ClassDef | None:
    """Return the class of which a function is a method, or None."""
    up = program.parents.get(node)
    return up if isinstance(up, ast.ClassDef) and isinstance(node, Function) else None


def _module_text(program: Program) -> str:
    if program.tree is None:
        return ""
    given = [name for node in program.tree.body if isinstance(node, ast.Assign) for name in program.words_of(node)]
    return f"{ast.get_docstring(program.tree) or ''} {' '.join(given)}"


def _kinds(words: str) -> list[str]:
    """Return the kinds of task that the words suggest, the specific ones if there are any; `other` if none fits."""
    known = set(_WORD.findall(words))
    found = [
        kind for kind, entry in table("tasks").items() if any(_is_in(word, known, words) for word in entry["words"])
    ]
    general = {"each", "decide"}
    telling = [kind for kind in found if kind not in general]
    return (telling or found)[:_MOST_KINDS] or ["other"]


def _is_in(word: str, known: set[str], words: str) -> bool:
    return word in words if " " in word else word in known


def _word_of(kind: str, words: str) -> str:
    known = set(_WORD.findall(words))
    return next((word for word in table("tasks")[kind]["words"] if _is_in(word, known, words)), "")


def _steps(task: _Task, kinds: Sequence[str]) -> list[str]:
    tasks: Mapping[str, Any] = table("tasks")
    first = "Write down one small example by hand: what goes in, and what comes out."
    if task.call and task.result:
        call, result = quoted(task.call), quoted(task.result)
        if call and result:
            first = (
                f"Your text has an example already: {call} comes to {result}. Work it out by hand, and note each move."
            )
    middle = [tasks[kind]["step"] for kind in kinds]
    if task.owner and kinds[0] == "other":
        middle = [tasks["thing"]["step"]]
    numbers = list(dict.fromkeys(_NUMBER.findall(task.text)))[:_MOST_NUMBERS]
    if numbers and not task.call:
        told = listed([f"“{number}”" for number in numbers])
        middle.append(f"Your text names {told}: decide at which step this is needed.")
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
    return [first, *middle, ends, "Try it with your example, then with the smallest case: nothing, zero, or one item."]


def _skeleton(task: _Task, kinds: Sequence[str], main: Mapping[str, Any]) -> str:
    parameter = task.inputs[0] if task.inputs else "values"
    item = _ITEMS.get(parameter.lower(), parameter[:-1] if parameter.endswith("s") and len(parameter) > 2 else "item")  # noqa: PLR2004 - a name of one or two letters is not a plural, such as `xs`
    item = item if item not in task.inputs else "item"
    body = fill(main["skeleton"], {"p": parameter, "item": item})
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
                *(["values = ...  # what is given?"] if "$p" in main["skeleton"] else []),
                body,
                *([] if kinds[0] == "ask" else ["print(...)  # what is shown?"]),
            )
        )
    return (
        f"This is a frame and not a solution: I know the form of such a task, but not yours in every detail. Each line "
        f"with dots is a decision that only you can make.\n\n{fenced(code)}\n\nFill the first line with dots, "
        "run it, and only "
        f"then go on to the next. When your small example comes out right, try the smallest case."
    )
