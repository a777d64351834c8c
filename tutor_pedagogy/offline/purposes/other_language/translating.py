"""The texts for code in another language: which language, how it shows, and how Python expresses the same ideas."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.other_language.braces import in_python
from tutor_pedagogy.offline.purposes.other_language.foreign import Foreign, Sign, foreign_language
from tutor_pedagogy.offline.purposes.other_language.foreign_answers import answer_to
from tutor_pedagogy.offline.purposes.other_language.foreign_faults import fault_in
from tutor_pedagogy.offline.purposes.subject import names_a_line
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, listed, numbered, quoted, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.program import Program

_MOST_SIGNS = 4
_FEW = 3
_SHORT, _LONG = 50, 200
_MOST_LINES = 60
_STEPS = 600
EXAMPLES = (
    (
        "tents = 3\nfor night in range(1, tents):\n    if night > 1:\n        print('night', night)\n    else:\n "
        "       print('first')\n# first\n# night 2"
    ),
    "def area(width, height):\n    return width * height\n\nprint(area(3, 5))  # 15",
    "rows = [('fir', 40), ('elm', 12)]\nfor tree, age in rows:\n    if age > 20:\n        print(tree)  # fir",
)
_WHY = re.compile(r"\bwhy\b|warum|wieso|por ?qu[eéê]|pourquoi|wrong|error|mistake|fehler|errore?|erreur", re.IGNORECASE)
_SPARE = (
    "Say in words first what each line should do.",
    "Then write that sentence in Python, with one small step for each line.",
    "What you can say in words can be written in any language.",
)
_PRINTED = re.compile(
    r"(?:System\.out\.print(?:ln)?|console\.log|Console\.Write(?:Line)?|fmt\.Println|println!|println|disp)\("
    r"(?P<what>\"[^\"\\{}%]*\"|'[^'\\{}%]*'|[A-Za-z_]\w*|\d+)\);?"
    r"|(?:puts|echo) (?P<word>\"[^\"\\$#]*\"|'[^'\\]*'|\d+);?"
)
_MADE = re.compile(
    r"(?:let|const|var|int|double|float|long|String|string|auto|final int|val) (?P<name>[A-Za-z_]\w*) ?= ?"
    r"(?P<value>-?\d+(?:\.\d+)?|\"[^\"\\$]*\"|'[^'\\]*');?"
)


def translate_ladder(program: Program) -> Ladder:
    """Return the five texts about code in another language, and how Python expresses the same ideas."""
    found = foreign_language(program.code, program.submission.language, parses=program.tree is not None)
    found = found or Foreign("other", "another language")
    signs = _distinct(found.signs)
    is_about_line = names_a_line(program.submission.question or "") and program.line(program.cursor_line).strip()
    line = signs[0].line if signs and not is_about_line else program.cursor_line
    ideas = list(dict.fromkeys(sign.idea for sign in signs)) or ["blocks", "print", "types"]
    table_of_ideas = table("ideas")
    name = found.name
    said = [table_of_ideas[idea]["says"] for idea in ideas]
    shown = program.shown(line)
    examples = EXAMPLES if "def" not in ideas else (EXAMPLES[1], EXAMPLES[0], EXAMPLES[2])
    examples = examples if "rows" not in ideas else (EXAMPLES[2], EXAMPLES[0], EXAMPLES[1])
    return Ladder(
        line=line,
        expression=None,
        question=_question(program, found, signs, shown),
        concept=(
            f"{answer_to(program, found)}{fault_in(program, found.key)}{_translated_failure(program, found)}"
            "This tutor explains Python. "
            f"{' '.join(said[:3])}"
        ),
        structure=(
            f"What the signs of {name} become in Python, from line {shown} on:\n\n{_table(program, signs)}\n\n"
            "Work on one line at a time, and run the program after each."
        ),
        examples=examples_of(
            examples,
            "A small program, as Python writes it:",
            f"The ideas are those of {name}; only their form is different."
            if found.key not in ("html", "css", "sql", "other")
            else f"This is how a program of Python looks; it does not do what your {name} does.",
        ),
        without=(
            f"Take line {shown} and say in words what it does, without any sign of {name}. A sentence such as "
            "“show the total” or “repeat for each row” can be written in Python as well. Do the same for the "
            "next two lines."
        ),
        spare=_SPARE,
        solution=_whole(program, found, name) or _solution(program, signs, ideas, name),
        name=name,
    )


def _distinct(signs: Sequence[Sign]) -> list[Sign]:
    """Return each different sign once, in order. Weak signs such as braces are last in the table and stay last."""
    return list({sign.says: sign for sign in signs}.values())


def _question(program: Program, found: Foreign, signs: Sequence[Sign], line: int) -> str:
    name, answer = found.name, answer_to(program, found) + fault_in(program, found.key)
    if not signs:
        return (
            f"Your editor says that this file, with the cursor on line {line}, is written in {name}. {answer}This "
            "tutor explains Python, so it can not "
            "judge whether it is right. Do you want to write this program in Python? Then say first in words "
            "what it should do."
        )
    told = [f"on line {program.shown(sign.line)}, {sign.says}" for sign in signs[:2]]
    ask = (
        f"What does line {line} do, in your own words?"
        if found.is_told
        else f"If you meant to write Python: what does line {line} do, in your own words?"
    )
    judged = "" if answer else "This tutor explains Python, so it can not judge whether the code is right. "
    why = "" if answer else _why_not(program, found)
    return f"This looks like {name} and not like Python: {listed(told)}. {answer}{why or judged}{ask}"


def _table(program: Program, signs: Sequence[Sign]) -> str:
    ideas = table("ideas")
    if not signs:
        return numbered(sentence(ideas[idea]["says"]) for idea in ("blocks", "types"))
    chosen = list({sign.idea: sign for sign in signs}.values())[:_MOST_SIGNS]
    said = [ideas[sign.idea]["says"] for sign in chosen]
    said = said if len(chosen) < _FEW else [_first_sentence(text) for text in said]
    return numbered(f"Line {program.shown(sign.line)}: {text}" for sign, text in zip(chosen, said, strict=True))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".") + "."


def _solution(program: Program, signs: Sequence[Sign], ideas: Sequence[str], name: str) -> str:
    known = table("ideas")
    chosen = list({sign.idea: sign for sign in signs}.values())[:_MOST_SIGNS]
    steps = [_step(program, sign, known[sign.idea]["line"]) for sign in chosen]
    steps = steps or [sentence(known[idea]["line"]) + "." for idea in ideas]
    written = _written(program)
    shown = f"\n\nThese lines can be written in Python at once:\n\n{fenced(chr(10).join(written))}" if written else ""
    return (
        f"I can not turn the whole program from {name} into Python with certainty, but its signs have these forms:\n\n"
        f"{numbered(steps)}{shown}\n\nWrite the rest line by line, and run the program after each one."
    )


def _whole(program: Program, found: Foreign, name: str) -> str:
    """Return the text of level 5 with the whole program in Python, or "" if it cannot be written with certainty."""
    written = in_python(program.code, found.key)
    if written is None:
        return ""
    return (
        f"{_why_not(program, found)}The same steps in Python, from line {program.shown(1)} on:\n\n{fenced(written)}\n\n"
        f"{_failure(written, name)}Compare it with your {name} line by line: which lines have no partner, and why are "
        f"they not needed?{'' if _failure(written, name) else ' Then run it.'}"
    )


def _translated_failure(program: Program, found: Foreign) -> str:
    """Return the sentence about the exception of the program in Python, for a question why; "" without one."""
    if not _WHY.search(program.submission.question or ""):
        return ""
    written = in_python(program.code, found.key)
    return _failure(written, found.name) if written is not None else ""


def _failure(written: str, name: str) -> str:
    """Return the sentence about the exception that a translated program raises, with a blank; "" if it raises none."""
    tree = parse(written)
    done = run(tree, steps=_STEPS) if isinstance(tree, ast.Module) else None
    if done is None or done.ending != "raised" or done.exception is None:
        return ""
    line = quoted(written.split("\n")[done.line - 1].strip())
    return (
        f"Written in Python, the same steps stop{f' at {line}' if line else ''} with "
        f"{code_span(type(done.exception).__name__)}. {name} may go on there without a message: look at the same place "
        "in your lines, at the values in the last round of a loop above all. "
    )


def _why_not(program: Program, found: Foreign) -> str:
    """Return the sentence that says why Python fails on the first line; "" if Python can read the code."""
    if program.fault is None:
        return ""
    line = next((number for number, text in enumerate(program.lines, 1) if text.strip()), 1)
    at = program.fault.line or line
    span = quoted(program.line(at).strip())
    return (
        f"Python stops at line {program.shown(at)} with a syntax error, since this is {found.name} and no Python"
        f"{f': {span}' if span else ''}. "
    )


def _step(program: Program, sign: Sign, line: str) -> str:
    span = quoted(program.line(sign.line).strip())
    where = (
        f"line {program.shown(sign.line)}, {span}"
        if span and len(span) <= _SHORT
        else f"line {program.shown(sign.line)}"
    )
    return f"For {where}: {line}."


def _written(program: Program) -> list[str]:
    """Return the translations of lines that are surely the same in Python: printing a value, assigning a literal."""
    found: list[str] = []
    for text in program.lines[:_MOST_LINES]:
        if len(text) > _LONG or len(found) == _FEW:
            continue
        if printed := _PRINTED.fullmatch(text.strip()):
            found.append(f"print({printed['what'] or printed['word']})")
        elif made := _MADE.fullmatch(text.strip()):
            found.append(f"{made['name']} = {made['value']}")
    return found
