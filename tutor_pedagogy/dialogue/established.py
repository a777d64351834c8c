"""Answers that the syntax tree or a run of the program establishes, to kinds of questions that beginners ask."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.claim_words import types_in
from tutor_pedagogy.dialogue.established_brackets import closed_bracket
from tutor_pedagogy.dialogue.established_calls import two_calls, which_line
from tutor_pedagogy.dialogue.established_rounds import value_after_round
from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.dialogue.tables import filled, table
from tutor_pedagogy.dialogue.values import article, values_of
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, Stopped, run
from tutor_pedagogy.offline.purposes.own_values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.dialogue.asked import Question

_SAME_NAME = re.compile(
    r"\bsame name\b|\bcall(?:ed)? (?:a|my|the|it|any) (?:variable |name )?|\b(?:name|heiß\w*|llamar|appeler|chamar) "
    r"|\bname twice\b|\bnamed? (?:them|it|both) the same\b|gleiche[nr]? name|mismo nombre|m[eê]me nom|mesmo nom[e]"
    r"|\bcalled it the same\b",
    re.IGNORECASE,
)
_HIDING = re.compile(
    r"\bexcept\b|\btry\b|nothing (?:at all )?(?:happens|comes|is shown|prints?)|no error", re.IGNORECASE
)
_RETURNING = re.compile(
    r"\breturn\b|^why\b|^warum\b|\bpor ?qu[eé]\b|^pourquoi\b|\bonly\b[^.?!]{0,20}\b(?:first|one)\b|\binside\b"
    r"|\bunder the\b|\bin(?: the)? loop\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\bNone\b|\bnone\b")
_RANGE_FROM = re.compile(
    r"\brange\b[^.?!]{0,30}\b(?:start|begin|go|count|f[aä]ng|empie|commenc|come[cç])\w*\b[^.?!]{0,12}\b(?P<n>\d{1,3}|zero|one)\b",
    re.IGNORECASE,
)
_SAME_LIST = re.compile(
    r"\b(?:same|equal|copy|copied|linked|connected|both|iguales|misma|gleich\w*|kopi\w*|m[eê]me|[eé]gal\w*|copi\w*|iguais)\b",
    re.IGNORECASE,
)
_CAPITALS = re.compile(
    r"\bcapital|\bupper|\blower|\bcase\b|gro(?:ß|ss)buchstab|may[uú]scul|majuscule|mai[uú]scul", re.IGNORECASE
)
_EITHER = re.compile(r"\b(?:or|oder|o|ou)\b", re.IGNORECASE)
_COLLECTIONS = {"list": "list", "dict": "dictionary", "set": "set"}
_FEW_VALUES = 6
_REASON = re.compile(r"^(?:why|what|how|warum|por qu|pourquoi)\b", re.IGNORECASE)


def established(asked: Question) -> Iterator[Said]:
    """Yield the answers that are established, with yes or no in front where the question is a guess."""
    if asked.diagnosis.program.tree is None:
        facts = list(_facts_of((closed_bracket,), asked))
    else:
        facts = list(_facts_of(_FACTS, asked))
    yield from _kind(asked)
    for opening, text in facts:
        word = asked.say("verdict", opening) if opening and not _REASON.search(asked.text) else ""
        yield Said(f"{word} {text}".strip()) if asked.language == "en" else Said(word, text)


def _kind(asked: Question) -> Iterator[Said]:
    """Yield the type of a name for a question which of two types it has."""
    if asked.diagnosis.program.tree is None or not _EITHER.search(asked.text) or len(types_in(asked.text)) < len("ab"):
        return
    values = values_of(asked.diagnosis, asked.text)
    for name in names_in(asked.diagnosis.program, asked.text)[:1]:
        kinds = values.types_of(name)
        if len(kinds) == 1 and name not in asked.diagnosis.program.functions:
            kind = article(next(iter(kinds)))
            yield Said(asked.say("claim", "type", name=code_span(name), type=kind, line=values.shown_line(name)))


def _facts_of(
    checks: tuple[Callable[[Question], Iterator[tuple[str, str]]], ...], asked: Question
) -> Iterator[tuple[str, str]]:
    for check in checks:
        try:
            yield from list(check(asked))
        except Stopped:
            continue


def say(name: str, /, **slots: object) -> str:
    """Return a sentence of `facts.toml` with its placeholders filled in."""
    return filled(table("facts")[name], **slots)


def _same_name(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    if not _SAME_NAME.search(asked.text):
        return
    for name, function in program.functions.items():
        lines = [line for line, value in program.assignments(name) if value is not None and line > function.lineno]
        if lines:
            slots = {"name": code_span(name), "defined": program.shown(function.lineno)}
            yield "yes", say("same_name", **slots, line=program.shown(lines[0]))
            return
    called = {each.func.id for each in program.each(ast.Call) if isinstance(each.func, ast.Name)}
    for name in sorted(called & BUILTINS & program.bound_names):
        bound = [line for line, value in program.assignments(name) if value is not None]
        if bound and name not in program.functions:
            yield "yes", say("same_builtin", name=code_span(name), line=program.shown(bound[0]))


def _hidden(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    if not _HIDING.search(asked.text):
        return
    for node in program.each(ast.Try):
        silent = [
            each for each in node.handlers if all(isinstance(part, ast.Pass | ast.Continue) for part in each.body)
        ]
        if silent and program.run is not None and program.run.ran.get(silent[0].body[0].lineno):
            said = say("hidden", line=program.shown(silent[0].lineno))
            yield "", " ".join(filter(None, (said, _which(asked, node))))


def _which(asked: Question, hiding: ast.Try) -> str:
    """Return which exception a statement hides, if it stands at the outermost level."""
    program = asked.diagnosis.program
    tree = program.tree
    if not isinstance(tree, ast.Module) or hiding not in tree.body or hiding.finalbody:
        return ""
    at = tree.body.index(hiding)
    done = run(ast.Module([*tree.body[:at], *hiding.body, *tree.body[at + 1 :]], []))
    if done.ending != "raised" or done.exception is None or not done.is_certain:
        return ""
    return say("hidden_which", exception=code_span(type(done.exception).__name__), at=program.shown(done.line))


def _return_in_loop(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    if not _RETURNING.search(asked.text):
        return
    loops: list[ast.For | ast.While] = program.each(ast.For, ast.While)
    for loop in loops:
        leaves = [each for each in loop.body if isinstance(each, ast.Return)]
        skips = any(isinstance(part, ast.Continue | ast.Break) for part in ast.walk(loop))
        if leaves and not skips and _runs_first(asked, leaves[0]):
            word = "for" if isinstance(loop, ast.For) else "while"
            slots = {"line": program.shown(leaves[0].lineno), "loop": program.shown(loop.lineno)}
            yield "", say("return_in_loop", **slots, word=word)
            return


def _runs_first(asked: Question, node: ast.stmt) -> bool:
    done = asked.diagnosis.program.run
    return done is not None and bool(done.ran.get(node.lineno))


def _none_printed(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    if not _NOTHING.search(asked.text):
        return
    nothing = {name for name, each in program.functions.items() if program.returns_nothing(each)}
    for call in program.each(ast.Call):
        for inner in call.args if is_call_of(call, "print") else ():
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in nothing:
                yield "", say("none_printed", name=code_span(inner.func.id), line=program.shown(inner.lineno))
                return
    for node in program.each(ast.Assign):
        match node.value:
            case ast.Call(func=ast.Name(id=name)) if name in nothing:
                yield "", say("none_kept", name=code_span(name), line=program.shown(node.lineno))
                return


def _range_from(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    match = _RANGE_FROM.search(asked.text)
    ranges = [node for node in program.each(ast.Call) if is_call_of(node, "range")]
    near = [node for node in ranges if node.lineno == code_line(asked.diagnosis)] or ranges
    if match is None or len(near) != 1 or re.search(r"\b(?:should|if|make|let|must|can)\b", asked.text, re.IGNORECASE):
        return
    done = run(program.tree, watched=[near[0]]) if program.tree is not None else None
    seen = done.seen.get(near[0], []) if done is not None else []
    if not seen or not isinstance(seen[0], range) or not seen[0]:
        return
    values = seen[0]
    numbers = [str(value) for value in values[:_FEW_VALUES]]
    shown_values = ", ".join([*numbers, "…"] if len(values) > _FEW_VALUES else numbers)
    claimed = {"zero": "0", "one": "1"}.get(match["n"].lower(), match["n"])
    code = code_span(program.segment(near[0]))
    yield (
        "yes" if claimed == str(values[0]) else "no",
        say("range_from", code=code, start=values[0], values=shown_values),
    )


def _alias(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    if not _SAME_LIST.search(asked.text):
        return
    values = values_of(asked.diagnosis, asked.text)
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=one)], value=ast.Name(id=other)):
                kinds = values.types_of(other)
                is_only = len(program.assignments(one)) == 1 == len(program.assignments(other))
                if is_only and kinds and kinds <= {list, dict, set}:
                    kind = _COLLECTIONS[next(iter(kinds)).__name__]
                    slots = {"one": code_span(one), "other": code_span(other), "kind": kind}
                    yield "", say("alias", **slots, line=program.shown(node.lineno))


def _letters(asked: Question) -> Iterator[tuple[str, str]]:
    program = asked.diagnosis.program
    if not _CAPITALS.search(asked.text):
        return
    values = values_of(asked.diagnosis, asked.text)
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str(wanted))]):
                known = values.of(name)
            case _:
                continue
        value = known[0] if known and known[0] is not UNKNOWN else None
        if not isinstance(value, str) or value == wanted:
            continue
        slots = {"name": code_span(name), "value": shown(value), "wanted": shown(wanted)}
        if None in slots.values():
            continue
        if "".join(value.split()) == "".join(wanted.split()):
            yield "no", say("spaces", **slots)
        elif value.casefold() == wanted.casefold():
            yield "yes", say("capitals", **slots)


def _header(asked: Question) -> Iterator[tuple[str, str]]:
    """Yield which line to look at where the hint only knows the header of a function."""
    program = asked.diagnosis.program
    node = program.statement_at(code_line(asked.diagnosis))
    is_asked = re.search(r"\b(?:look at|look|where|which line|place|simpl\w*|short\w*)\b", asked.text, re.IGNORECASE)
    if not is_asked or asked.diagnosis.ladder is None or not isinstance(node, Function):
        return
    returned = [each for each in program.returns_of(node) if each.value is not None]
    if len(returned) != 1 or returned[0].value is None or program.tree is None:
        return
    done = run(program.tree, watched=[returned[0].value])
    spans = [shown(value) for value in done.seen.get(returned[0].value, [])]
    line = returned[0].lineno
    said = say("look_at", line=program.shown(line), code=code_span(program.line(line).strip()))
    known = [span for span in spans if span is not None]
    more = say("look_values", values=", ".join(known[:_FEW_VALUES])) if known and len(known) == len(spans) else ""
    yield "", f"{said} {more}".strip()


_FACTS: tuple[Callable[[Question], Iterator[tuple[str, str]]], ...] = (
    value_after_round,
    which_line,
    two_calls,
    _same_name,
    _hidden,
    _none_printed,
    _return_in_loop,
    _range_from,
    _letters,
    _alias,
    _header,
)
