"""What a student says of the program without proposing a change: “there is a colon”, “I did define it”, “it worked”."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.fragments import fragments
from tutor_pedagogy.dialogue.kinds import is_tried
from tutor_pedagogy.dialogue.meaning import named_line, names_in
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import code_line, questions
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.own_values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.offline.engine.program import Program

_THERE_IS = re.compile(
    r"\bthere.?s? (?:is|are|was)?\b|\bi (?:have|put|did put|wrote|typed|closed)\b|\bhas an?\b|\bes gibt\b|\bda ist\b"
    r"|\bhay\b|\bil y a\b|\bh[aá] (?:um|uma|dois|duas)\b|\btem (?:um|uma)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:if|should|could|can|must|when|now|then|wenn|si|se|quand|ahora|jetzt|agora)\b", re.IGNORECASE
)
_DID = re.compile(
    r"\bi (?:did|do|have|had|already|already have|even|clearly|just)? ?(?:define|defined|make|made|create|created|set"
    r"|assign\w*|give|gave|declare\w*|initiali[sz]e\w*|change|increase|count|write|wrote|add|import\w*|do|did|have|put)\b"
    r"|\b(?:exists?|is defined|is there|already there)\b|\bla? ?(?:cre[eé]|def[i]n[ií]|puse|hice)\b"
    r"|\bich habe?\b.{0,40}\b(?:definiert|gemacht|erstellt|angelegt|gesetzt)\b"
    r"|\bj.ai\b.{0,30}\b(?:d[eé]fini|cr[eé][eé]|m[i]s)"
    r"|\b(?:criei|defini|coloquei)\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\bcan.?(?:no)?t be (?:the |a )?(?:problem|mistake|error|wrong|it)\b|\bnothing(?:.?s| is)? wrong\b"
    r"|\b(?:it|that|this|line \d+) (?:worked|works|did work|is (?:fine|right|ok|okay|correct))\b"
    r"|\bworked (?:with|for|before)\b"
    r"|\bnicht (?:das Problem|falsch)\b|\bno puede ser\b|\bfunciona(?:ba)?\b|\b[cç]a marchait\b|\bfuncionava\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\breturn\b.{0,40}\b(?:before|after|above|below|v[o]r|nach|antes|despu[eé]s|avant|apr[eè]s|depois)\b.{0,30}\bprint\b",
    re.IGNORECASE,
)
_OTHER_FUNCTION = re.compile(
    r"\bother (?:function|one|method)|\bandere[nr]? Funktion|\botra funci[oó]n|\bautre fonction|\boutra fun[cç][aã]o",
    re.IGNORECASE,
)
_MISFIT = re.compile(r"missing \d+ required|positional arguments? but")
_COMPOUND = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef)
_MOST_VALUES = 3


def assertion_replies(asked: Question) -> Iterator[Said]:
    """Yield what is true of something that a question asserts."""
    yield from _sign_there(asked)
    if asked.diagnosis.program.tree is None:
        named = named_line(asked.text)
        if asked.diagnosis.program.fault is not None and _WELL.search(asked.text) and named in (None, asked.line):
            for question in questions(asked.diagnosis):
                yield Said(
                    native(asked.language, "unread", line=asked.line), question if asked.language == "en" else ""
                )
        return
    yield from _return_and_print(asked)
    yield from _in_other_function(asked)
    yield from _counts(asked)
    yield from _worked(asked)
    yield from _done(asked)


def _sign_there(asked: Question) -> Iterator[Said]:
    """Yield whether a line has the sign that the question says is there."""
    program, line = asked.diagnosis.program, named_line(asked.text)
    if line is None or not _THERE_IS.search(asked.text) or _CHANGED.search(asked.text):
        return
    at = line - program.first_line
    if not 0 < at <= len(program.lines):
        return
    bare = re.sub(r"#.*|\"[^\"\n]*\"|'[^'\n]*'", "", program.line(at))
    for entry in table("signs")["sign"]:
        sign = entry["sign"]
        if sign.isalpha() or not re.search(rf"\b(?:{entry['words']})", asked.text, re.IGNORECASE):
            continue
        if sign not in bare:
            said = native(asked.language, "has_no_sign", line=line, sign=code_span(sign))
            yield Said(said)
            return
        said = native(asked.language, "has_sign", line=line, sign=code_span(sign))
        if line != asked.line:
            code = code_span(program.line(code_line(asked.diagnosis)).strip())
            said = f"{said} {native(asked.language, 'look_at', line=asked.line, code=code)}"
            for question in questions(asked.diagnosis):
                yield Said(said, question if asked.language == "en" else "")
        yield Said(said)
        return


def _worked(asked: Question) -> Iterator[Said]:
    """Yield how often the line at which Python stopped ran before, and the values that it then had."""
    if not _WELL.search(asked.text):
        return
    program = asked.diagnosis.program
    crash, done = values_of(asked.diagnosis, asked.text).crash, program.run
    if crash is None or done is None or done.ending != "raised" or done.line != crash.line:
        return
    before = done.ran.get(crash.line, 0) - 1
    node = program.statement_at(crash.line)
    if before < 1 or node is None or crash.line in done.callers or isinstance(node, _COMPOUND):
        return
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in done.names]
    spans = [(name, shown(done.names[name])) for name in dict.fromkeys(names)]
    told = [
        asked.say("claim", "is_value", code=code_span(name), value=span) for name, span in spans if span is not None
    ]
    if not told:
        return
    language = asked.language
    times = native(language, "once") if before == 1 else native(language, "times", count=before)
    values = f" {asked.say('listing', 'and')} ".join(told[:_MOST_VALUES])
    said = native(language, "worked", line=program.shown(crash.line), times=times, values=values)
    if done.callers:
        said = f"{said} {native(language, 'from_call', line=program.shown(done.callers[-1]))}"
    yield Said(said)


def _counts(asked: Question) -> Iterator[Said]:
    """Yield the parameters of a function and the arguments of its call, where the two do not fit."""
    program, crash = asked.diagnosis.program, values_of(asked.diagnosis, asked.text).crash
    if crash is None or crash.exception != "TypeError" or not _MISFIT.search(crash.message):
        return
    names = set(names_in(program, asked.text)) & set(program.functions)
    if not names or not (_DID.search(asked.text) or re.search(r"\b(?:gave|give|has|why)\b", asked.text.lower())):
        return
    for call in program.each(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in names and call.lineno == crash.line:
                pass
            case _:
                continue
        taken = [code_span(each.arg) for each in program.functions[name].args.args]
        given = [code_span(program.segment(each)) for each in call.args]
        if taken and given and not any(isinstance(each, ast.Starred) for each in call.args):
            slots = {"function": code_span(name), "parameters": ", ".join(taken), "count": ", ".join(given)}
            yield Said(native(asked.language, "counts", **slots, line=str(program.shown(call.lineno))))
            return


def _done(asked: Question) -> Iterator[Said]:
    """Yield where the line stands with which a student says to have done something, and why it does not help there."""
    if (
        not _DID.search(asked.text)
        or is_tried(asked.text)
        or re.search(r"\b(?:how|where|which|if|should)\b", asked.text.lower())
    ):
        return
    program = asked.diagnosis.program
    line = _meant_line(asked)
    node = program.statement_at(line) if line else None
    if line is None or node is None:
        return
    yield from _not_known(asked, node)
    yield from _outside_loop(asked, node)
    shown_line = program.shown(line)
    said = native(asked.language, "does", line=shown_line, code=code_span(program.line(line).strip()))
    if program.run is not None and program.run.ending != "stopped" and not program.run.ran.get(node.lineno):
        yield Said(f"{said} {native(asked.language, 'never_runs')}")
    is_reason = re.search(r"\b(?:why|warum|wieso|por ?qu[eé]|pourquoi)\b", asked.text, re.IGNORECASE)
    if line != code_line(asked.diagnosis) and asked.diagnosis.ladder is None and not is_reason:
        code = code_span(program.line(code_line(asked.diagnosis)).strip())
        yield Said(f"{said} {native(asked.language, 'look_at', line=asked.line, code=code)}")


def _meant_line(asked: Question) -> int | None:
    """Return the line of the code that a student speaks of: by its number, its code or the name that it makes."""
    program = asked.diagnosis.program
    named = named_line(asked.text)
    if named is not None:
        return named - program.first_line
    for piece in fragments(asked.text, program):
        plain = re.sub(r"\s", "", piece)
        for number, text in enumerate(program.lines, 1):
            if plain in re.sub(r"\s", "", text):
                return number
    names = [name for name in names_in(program, asked.text) if name not in program.functions]
    unknown = _unknown_name(asked)
    for name in [*names, *([unknown] if unknown else [])]:
        bound = [line for line, _ in program.assignments(name)]
        if bound:
            return bound[0]
    return None


def _unknown_name(asked: Question) -> str:
    """Return the name that had no value when Python stopped; "" if it stopped for something else."""
    crash = values_of(asked.diagnosis, asked.text).crash
    if crash is None or crash.exception not in ("NameError", "UnboundLocalError"):
        return ""
    match = re.search(r"(?:name|variable) '([^'\n]{1,60})'", crash.message)
    return match[1] if match else ""


def _not_known(asked: Question, node: ast.stmt) -> Iterator[Said]:
    """Yield why a name that the student has made has no value where Python stopped."""
    program = asked.diagnosis.program
    name = _unknown_name(asked)
    crash = values_of(asked.diagnosis, asked.text).crash
    if not name or crash is None:
        return
    made = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    here = {"line": program.shown(node.lineno), "at": program.shown(crash.line)}
    around, reading = program.function_at(node.lineno), program.function_at(crash.line)
    if name not in made:
        if made and not program.assignments(name):
            slots = {"name": code_span(min(made)), "other": code_span(name)}
            yield Said(native(asked.language, "other_name", **here, **slots))
        return
    span = code_span(name)
    if around is None and reading is not None:
        own = [line for line, _ in program.assignments(name) if program.function_at(line) is reading]
        if own:
            slots = {"name": span, "function": code_span(reading.name)}
            at = {"line": program.shown(own[0]), "at": program.shown(crash.line)}
            yield Said(native(asked.language, "local", **slots, **at))
    elif around is not None and reading is not around:
        yield Said(native(asked.language, "in_function", **here, name=span, function=code_span(around.name)))
    elif around is reading and node.lineno > crash.line:
        yield Said(native(asked.language, "too_late", **here, name=span))


def _outside_loop(asked: Question, node: ast.stmt) -> Iterator[Said]:
    """Yield that a line stands below a loop and not in it."""
    program = asked.diagnosis.program
    loop = program.statement_at(code_line(asked.diagnosis))
    if not isinstance(loop, ast.For | ast.While):
        around = program.loop_around(loop) if loop is not None else None
        loop = around if isinstance(around, ast.For | ast.While) else None
    last = (loop.end_lineno or loop.lineno) if loop is not None else 0
    if loop is None or node.lineno <= last or program.parents.get(node) is not program.parents.get(loop):
        return
    said = native(asked.language, "does", line=program.shown(node.lineno), code=_code(program, node))
    yield Said(f"{said} {native(asked.language, 'below_loop', loop=program.shown(loop.lineno))}")


def _code(program: Program, node: ast.stmt) -> str:
    return code_span(program.line(node.lineno).strip())


def _return_and_print(asked: Question) -> Iterator[Said]:
    """Yield what the order of a `return` and a `print` means, for a question which of the two comes first."""
    if not _ORDER.search(asked.text):
        return
    program = asked.diagnosis.program
    around = program.function_at(code_line(asked.diagnosis))
    for call in program.each(ast.Call):
        is_print = isinstance(call.func, ast.Name) and call.func.id == "print"
        if is_print and program.function_at(call.lineno) is around and around is not None:
            yield Said(native(asked.language, "both_orders", line=program.shown(call.lineno)))
            return


def _in_other_function(asked: Question) -> Iterator[Said]:
    """Yield how it stands with the other function of a program of two."""
    program, done = asked.diagnosis.program, asked.diagnosis.program.run
    here = program.function_at(code_line(asked.diagnosis))
    others = [each for each in program.functions.values() if each is not here]
    if not _OTHER_FUNCTION.search(asked.text) or here is None or len(others) != 1 or done is None:
        return
    (other,) = others
    name = code_span(other.name)
    for node in program.own_nodes(other):
        if isinstance(node, ast.Global | ast.Nonlocal):
            slots = {"line": program.shown(node.lineno), "name": code_span(node.names[0]), "code": _code(program, node)}
            yield Said(native(asked.language, "has_declaration", **slots))
    for call in program.each(ast.Call):
        is_call = isinstance(call.func, ast.Name) and call.func.id == other.name
        is_past = done.ran.get(call.lineno) == 1 and done.line != call.lineno and call.lineno not in done.callers
        if is_call and is_past and done.is_certain:
            yield Said(native(asked.language, "other_function", function=name, line=program.shown(call.lineno)))
            return
