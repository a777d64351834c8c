"""The answer to a question about code in another language, as far as the signs of the language and its loops go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.knowledge import known_abroad
from tutor_pedagogy.offline.purposes.other_language.foreign import Foreign, signs_of_line
from tutor_pedagogy.offline.purposes.questions import kind_of_question
from tutor_pedagogy.offline.purposes.subject import names_a_line
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import quoted_line

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 300
_MOST_LINES = 120
_WEAK = 1
_RUN = re.compile(
    r"\b(?:how|where) (?:do|can|to|should) ?(?:i|we|you)? ?(?:run|start|execute|open|use) (?:this|it|the|my)",
    re.IGNORECASE,
)
_ENDLESS = re.compile(r"\b(?:never|not|n't) (?:stop|end|finish)|for ?ever|endless|infinite", re.IGNORECASE)
_WHILE = re.compile(r"^[ \t]*while ?\(([^()\n]{1,80})\)")
_NAME = re.compile(r"[A-Za-z_]\w{0,40}")


def answer_to(program: Program, found: Foreign) -> str:
    """Return the answer to the question, with a blank at its end; "" if there is none or nothing is known."""
    question = (program.submission.question or "")[:_MAX_QUESTION]
    if not question.strip():
        return ""
    runs = table("languages").get(found.key, {}).get("runs")
    if _RUN.search(question) and runs:
        return f"Python can not run this. It needs {runs}. "
    if _ENDLESS.search(question) and (told := _endless(program)):
        return told
    if told := known_abroad(found.key, question, program.code):
        return f"{told} "
    kind = kind_of_question(question)
    if kind == "explain" and names_a_line(question):
        return _line_says(program, found)
    if kind == "check":
        where = f" To find out, run it with {runs}." if runs else ""
        return f"I can not check {found.name}, so I do not know whether it is right.{where} "
    return ""


def _line_says(program: Program, found: Foreign) -> str:
    line = program.cursor_line
    signs = [sign for sign in signs_of_line(found, program.line(line)) if sign.weight > _WEAK]
    if not signs:
        return f"I can not say what {quoted_line(program, line)}, does in {found.name}. "
    idea = table("ideas")[signs[0].idea]["says"].partition(". ")[0].rstrip(".")
    return f"You ask about {quoted_line(program, line)}: {signs[0].says}. In Python: {idea}. "


def _endless(program: Program) -> str:
    """Return a hint on the first `while` loop of a language with braces if no later line changes its variables."""
    lines = program.lines[:_MOST_LINES]
    for number, text in enumerate(lines, 1):
        match = _WHILE.match(text[:_MAX_QUESTION])
        if match is None:
            continue
        names = list(dict.fromkeys(_NAME.findall(match[1])))
        rest = "\n".join(each[:_MAX_QUESTION] for each in lines[number - 1 :])
        if not names or "break" in rest:
            return ""
        changed = any(
            re.search(rf"(?<!\w){name}(?:\+\+|--| ?[-+*/%]?=(?!=))|(?:\+\+|--|&){name}(?!\w)", rest) for name in names
        )
        if changed:
            return ""
        return (
            f"Look at the loop on line {program.shown(number)}: it goes on as long as {code_span(match[1])} is true. "
            f"Which line inside the loop changes {code_span(names[0])}? I see none. "
        )
    return ""
