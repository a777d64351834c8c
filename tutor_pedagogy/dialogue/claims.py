"""Claims about a program that a question makes, each held against the values of its run or its syntax tree."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.kinds import is_guessing
from tutor_pedagogy.dialogue.meaning import named_line, names_in
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.values import Values, article, of_type
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, Stopped, run
from tutor_pedagogy.offline.purposes.own_values import shown as shown_value
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.dialogue.asked import Question

_NOT = re.compile(r"\b(?:not|n.t|never|no longer|nicht|kein\w*|nie|nunca|pas|jamais|n[aã]o)\b|n't\b", re.IGNORECASE)
_WHY = re.compile(r"why\b|how come\b|warum\b|wieso\b|por ?qu[eé]\b|pourquoi\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"\b(?:chang\w*|updat\w*|increas\w*|decreas\w*|grow\w*|shrink\w*|stays?|remains?|go(?:es)? (?:up|down)|incremented"
    r"|[äa]nder\w*|cambi\w*|change|mud[ao]\w*)\b",
    re.IGNORECASE,
)
_STAYS = re.compile(r"\b(?:stays?|remains?|bleib\w*|queda|reste|fica)\b", re.IGNORECASE)
_RUNS = re.compile(
    r"\b(?:run|runs|executed?|reached?|called|happens?|ausgef[uü]hrt|ejecuta\w*|ex[eé]cut\w*|executad\w*|iterat\w*"
    r"|repeat\w*|loops?|round)\b|how (?:often|many times)|wie oft|cu[aá]ntas veces|combien de fois|quantas vezes",
    re.IGNORECASE,
)
_STOPS = re.compile(r"\b(?:stop|stops|end|ends|finish|finishes|leave|exit|terminate)\b", re.IGNORECASE)
_RETURNS = re.compile(
    r"\b(?:returns?|gives? back|hands? back|gibt|devuelve|regresa|renvoie|retourne|retorna|devolve)\b", re.IGNORECASE
)
_TYPED = re.compile(
    r"\b(?:typed?|enter(?:ed)?|input|keyboard|put in|eingeb\w*|eingegeben|tippe\w*|escrib\w*|tap[eé]\w*|digit\w*)\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(
    r"\b(?:capital\w*|upper ?-?case|lower ?-?case|case[- ]sensitive|gro(?:ß|ss)\w*|kleinbuchst\w*|kleingeschr\w*"
    r"|may[uú]scul\w*|min[uú]scul\w*|majuscul\w*|minuscul\w*|mai[uú]scul\w*)\b",
    re.IGNORECASE,
)
_MEMBER = re.compile(
    r"\b(?:exist|exists|in the|in my|inside|contains?|part of|a key|there|gibt es|existe|hay|est dans|est[aá] (?:en|no))\b",
    re.IGNORECASE,
)
_LITERAL = re.compile(
    r"(?<![\w.'\"])(?:-?\d{1,9}(?:\.\d{1,6})?|'[^'\n]{0,30}'|\"[^\"\n]{0,30}\"|True|False|None|\[\]|\{\})(?![\w'])"
)
_NUMBER_OF_LINE = re.compile(r"\b(?:lines?|zeile|l[ií]nea|ligne|linha) \d{1,5}", re.IGNORECASE)
_MOST_SHOWN = 4
_NONE_METHODS = frozenset(
    ("append", "sort", "reverse", "extend", "insert", "remove", "clear", "add", "update", "discard")
)


def judged_claims(asked: Question, values: Values, *, is_guess: bool) -> Iterator[str]:
    """Yield answers to what a question claims about the program, those to a guess with yes or no in front."""
    for claim in _CLAIMS if is_guess else _FACTS:
        try:
            yield from list(claim(asked, values))
        except Stopped:  # A value that is compared holds one that is not known.
            continue


def _yes(asked: Question, *, is_true: bool, is_denied: bool) -> str:
    """Return the word for yes or no, or "" for a question for a reason. A denied claim that is false is denied, too."""
    if _WHY.match(asked.text):
        return ""
    return asked.say("verdict", "yes" if is_true != is_denied else "no")


def _opened(asked: Question, name: str, said: str) -> str:
    """Return a sentence with yes or no in front if the question can be answered so, and denies nothing."""
    if not is_guessing(asked.text) or _NOT.search(asked.text):
        return said
    return f"{asked.say('verdict', name)} {said}"


def _typed(asked: Question, values: Values) -> Iterator[str]:
    """Answer that what is typed is a string, for a program that reads input."""
    reads = [node for node in asked.diagnosis.program.each(ast.Call) if is_call_of(node, "input")]
    if not reads or not _TYPED.search(asked.text) or not _types_in(asked.text) - {str}:
        return
    del values
    yield asked.say("claim", "typed", line=asked.diagnosis.program.shown(reads[0].lineno))


def _types_in(text: str) -> set[type]:
    return {
        kind
        for entry in table("signs")["type"]
        if re.search(rf"\b(?:{entry['words']})\b", text, re.IGNORECASE)
        for kind in of_type(entry["types"])
    }


def _letters(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether two words differ only by capital letters: a key that is missing, or a name that is not known."""
    if not _LETTERS.search(asked.text):
        return
    crash = values.crash
    word = ""
    others: list[str] = []
    if crash is not None and crash.exception == "KeyError":
        word = crash.message
        others = [repr(key) for key in values.keys() if isinstance(key, str)]
    elif crash is not None and crash.exception in ("NameError", "UnboundLocalError", "AttributeError"):
        quoted = re.findall(r"'([^'\n]{1,60})'", crash.message)
        word = quoted[-1] if quoted else ""
        others = [*asked.diagnosis.program.words, *values.known_names()]
    same = next((each for each in others if each != word and each.lower() == word.lower()), None)
    if word and same is not None:
        yield _opened(asked, "yes", asked.say("claim", "letters_yes", word=code_span(word), other=code_span(same)))
    elif word and others:
        yield _opened(asked, "no", asked.say("claim", "letters_no", word=code_span(word)))


_BETWEEN = (
    r"(?:\W+(?:is|was|are|isn.?t|aren.?t|be|being|already|still|really|actually|just|only|not|always|maybe|a|an|of|type"
    r"|ist|eine?n?|kein\w*|nicht|schon|noch|es|est|una?|une|um|uma|pas|no|n[aã]o|never|has|becomes?|stays?)){1,5}\W+"
)


def _type(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a name has the type that the question states right after it."""
    for name in names_in(asked.diagnosis.program, asked.text):
        stated = re.search(
            rf"\b{re.escape(name)}{_BETWEEN}(?P<type>\w+(?: (?:zahl|number))?)", asked.text, re.IGNORECASE
        )
        wanted = _types_in(stated["type"]) if stated is not None else set()
        if not wanted:
            continue
        kinds = values.types_of(name)
        if not kinds:
            continue
        is_true = kinds <= wanted
        if not is_true and kinds & wanted:
            continue
        kind = next(iter(kinds))
        is_denied = bool(_NOT.search(asked.text))
        said = asked.say(
            "claim",
            "type_none" if kind is type(None) else "type",
            name=code_span(name),
            type=article(kind),
            line=values.shown_line(name),
        )
        shown = values.shown(name)
        value = asked.say("claim", "its_value", value=shown[0]) if len(shown) == 1 and kind is not type(None) else ""
        yield f"{_yes(asked, is_true=is_true, is_denied=is_denied)} {said} {value}".rstrip()
        return


def _returns(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a function of the program, or a method of Python, returns nothing."""
    del values
    if not _RETURNS.search(asked.text):
        return
    program = asked.diagnosis.program
    is_nothing = bool(re.search(r"\bnothing\b|\bnone\b|\bnichts\b|\bnada\b|\brien\b", asked.text, re.IGNORECASE))
    is_denied = bool(_NOT.search(asked.text))
    for word in re.findall(r"[A-Za-z_]\w*", asked.text):
        function = program.functions.get(word)
        if function is not None:
            is_none = program.returns_nothing(function)
            lines = [str(program.shown(each.lineno)) for each in program.returns_of(function) if each.value is not None]
            opening = _yes(asked, is_true=is_none == is_nothing, is_denied=is_denied)
            if is_none:
                yield f"{opening} {asked.say('claim', 'returns_none', name=code_span(word))}"
            elif lines:
                yield f"{opening} {asked.say('claim', 'returns_value', name=code_span(word), line=', '.join(lines[:3]))}"
            return
        if word in _NONE_METHODS and any(
            isinstance(node.func, ast.Attribute) and node.func.attr == word for node in program.each(ast.Call)
        ):
            opening = _yes(asked, is_true=is_nothing, is_denied=is_denied)
            yield f"{opening} {asked.say('claim', 'method_none', name=code_span(f'.{word}'))}"
            return


def _runs(asked: Question, values: Values) -> Iterator[str]:
    """Answer how often a line runs, or the body of a loop."""
    is_how_often = re.search(r"how (?:often|many)|every time|each time|wie oft|cu[aá]ntas|combien|quantas", asked.text)
    if not (_RUNS.search(asked.text) or (_STOPS.search(asked.text) and "loop" in asked.text)):
        return
    program = asked.diagnosis.program
    line = named_line(asked.text)
    at = line - program.first_line if line else values.line
    node = program.statement_at(at) if program.tree is not None else None
    if node is None or (line is None and "loop" not in asked.text.lower() and not is_how_often):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield asked.say("claim", "defines", line=program.shown(at), name=code_span(node.name))
        return
    loop = node if isinstance(node, ast.For | ast.While) else program.loop_around(node)
    if line is None and not isinstance(loop, ast.For | ast.While):
        return
    target = (
        at if line is not None and not isinstance(node, ast.For | ast.While) else loop.body[0].lineno if loop else at
    )
    count, is_all = values.times(target)
    if count is None:
        return
    name = ("never" if not count else "once" if count == 1 else "times") if is_all else "endless"
    shown = program.shown(at if line is not None or loop is None else loop.lineno)
    name = f"loop_{name}" if isinstance(node, ast.For | ast.While) or line is None else f"runs_{name}"
    yield asked.say("claim", name, line=shown, count=count)


def _changes(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a name gets a new value in the loop of the finding."""
    if not _CHANGES.search(asked.text):
        return
    program = asked.diagnosis.program
    node = program.statement_at(values.line) if program.tree is not None else None
    loop = node if isinstance(node, ast.For | ast.While) else (program.loop_around(node) if node is not None else None)
    if not isinstance(loop, ast.For | ast.While):
        return
    is_denied = bool(_NOT.search(asked.text)) != bool(_STAYS.search(asked.text))
    for name in names_in(program, asked.text):
        if name in program.functions or name in program.resized_names:
            continue
        stored = [
            use.lineno
            for use in program.uses.get(name, ())
            if isinstance(use.ctx, ast.Store) and loop.lineno <= use.lineno <= (loop.end_lineno or loop.lineno)
        ]
        opening = _yes(asked, is_true=bool(stored), is_denied=is_denied)
        where = program.shown(loop.lineno)
        if stored:
            said = asked.say("claim", "changes", name=code_span(name), line=program.shown(stored[0]))
        elif any(isinstance(each, ast.Call) for part in loop.body for each in walk(part)) and values.is_outer(name):
            continue
        else:
            said = asked.say("claim", "stays", name=code_span(name), line=where)
        yield f"{opening} {said}".strip()
        return


def _value(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a name has a value that the question states."""
    literals = _LITERAL.findall(_NUMBER_OF_LINE.sub(" ", asked.text))
    if not literals:
        return
    try:
        wanted: Any = ast.literal_eval(literals[0])
    except (ValueError, SyntaxError):
        return
    for name in names_in(asked.diagnosis.program, asked.text):
        found = values.of(name)
        shown = values.shown(name)
        if not found or not shown or any(each is UNKNOWN for each in found):
            continue
        hits = [
            type(each) is type(wanted) and span == shown_value(wanted) for each, span in zip(found, shown, strict=True)
        ]
        is_denied = bool(_NOT.search(asked.text))
        told = asked.say("listing", "then").join(dict.fromkeys(shown[:_MOST_SHOWN]))
        told += " …" if len(shown) > _MOST_SHOWN else ""
        said = asked.say("claim", "value", name=code_span(name), values=told, line=values.shown_line(name))
        if any(hits) and not all(hits):
            yield f"{asked.say('verdict', 'not_always')} {said}"
        else:
            yield f"{_yes(asked, is_true=all(hits), is_denied=is_denied)} {said}"
        return


def _member(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a word is a key or an item of the collection in which Python did not find one."""
    keys = values.keys()
    if not keys or not _MEMBER.search(asked.text):
        return
    own = set(names_in(asked.diagnosis.program, asked.text))
    words = [word for word in re.findall(r"[\w-]+", asked.text) if word not in own]
    listed = ", ".join(code_span(repr(key)) for key in list(keys)[:_MOST_SHOWN])
    for word in words:
        same = next((key for key in keys if str(key) == word), None)
        if same is not None:
            yield _opened(asked, "yes", asked.say("claim", "member_yes", word=code_span(repr(same)), keys=listed))
            return
    crash = values.crash
    if crash is not None and any(word == crash.message.strip("'\"") for word in words):
        yield _opened(asked, "no", asked.say("claim", "member_no", word=code_span(crash.message), keys=listed))


def _prints(asked: Question, values: Values) -> Iterator[str]:
    """Answer that a function that prints hands nothing back, where the mistake is a `None`."""
    program = asked.diagnosis.program
    crash = values.crash
    is_about_none = "None" in (crash.message if crash is not None else "") or "print" in asked.diagnosis.finding.rule
    if not is_about_none or not re.search(r"\b(?:print\w*|shows?|display\w*|imprim\w*|affich\w*)\b", asked.text, re.I):
        return
    for name, function in program.functions.items():
        own = program.own_nodes(function)
        if program.returns_nothing(function) and any(isinstance(n, ast.Call) and is_call_of(n, "print") for n in own):
            yield asked.say("claim", "prints_only", name=code_span(name))
            return


def _base_case(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a function that calls itself has a `return` without such a call."""
    if not re.search(r"\bbase case\b|\bstop condition\b|\babbruch\w*|\bcaso base\b|\bcas de base\b", asked.text, re.I):
        return
    program = asked.diagnosis.program
    function = program.function_at(values.line) if program.tree is not None else None
    if function is None or not any(is_call_of(each, function.name) for each in program.own_nodes(function)):
        return
    ends = [
        each for each in program.returns_of(function) if not any(is_call_of(part, function.name) for part in walk(each))
    ]
    is_denied = bool(re.search(r"\b(?:no|without|missing|kein\w*|sin|sans|sem)\b", asked.text, re.I))
    opening = _yes(asked, is_true=bool(ends), is_denied=is_denied)
    if ends:
        said = asked.say("claim", "base_case", line=program.shown(ends[0].lineno), name=function.name)
    else:
        said = asked.say("claim", "no_base_case", name=function.name)
    yield f"{opening} {said}".strip()


def _branch(asked: Question, values: Values) -> Iterator[str]:
    """Answer which condition of a function is true for a number or a string that the question names."""
    literals = _LITERAL.findall(_NUMBER_OF_LINE.sub(" ", asked.text))
    program = asked.diagnosis.program
    function = program.function_at(values.line) if program.tree is not None else None
    if not literals or function is None or len(function.args.args) != 1 or program.tree is None:
        return
    tests = [node for node in program.own_nodes(function) if isinstance(node, ast.If)]
    if not tests:
        return
    call = ast.parse(f"{function.name}({literals[0]})", mode="eval").body
    kept = [n for n in program.tree.body if isinstance(n, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.ClassDef)]
    done = run(ast.Module(kept, []), call=call, steps=1000)
    if done.ending == "stopped":
        return
    for test in sorted(tests, key=lambda node: node.lineno):
        truths = done.tests.get(test.test, set())
        if truths == {True}:
            span, line = code_span(ast.unparse(call)), program.shown(test.lineno)
            name = "first_branch" if test.orelse else "branch"
            condition = code_span(program.segment(test.test))
            yield asked.say("claim", name, call=span, line=line, condition=condition, truth="`True`")
            return


def _endless_calls(asked: Question, values: Values) -> Iterator[str]:
    """Answer how often a function calls itself if Python stopped it."""
    crash = values.crash
    if (
        crash is not None
        and crash.exception == "RecursionError"
        and re.search(r"how (?:often|many)|wie oft|cu[aá]nt|combien|quantas", asked.text, re.I)
    ):
        yield asked.say("claim", "calls_endless")


_KEY = re.compile(
    r"\b(?:the|my|that) key\b|\bthere\b|exist|\bder schl[uü]ssel|\bla clave|\bla cl[eé]\b|\ba chave|spell|typo",
    re.IGNORECASE,
)


def _near_key(asked: Question, values: Values) -> Iterator[str]:
    """Answer with the key that is nearly the one that Python did not find."""
    crash = values.crash
    if crash is None or crash.exception != "KeyError" or not _KEY.search(asked.text):
        return
    wanted = crash.message.strip("'\"")
    for key in values.keys():
        if isinstance(key, str) and key != wanted and key.strip().lower() == wanted.strip().lower():
            yield asked.say("claim", "key_near", word=code_span(crash.message), other=code_span(repr(key)))
            return


_CLAIMS: tuple[Callable[[Question, Values], Iterator[str]], ...] = (
    _typed,
    _letters,
    _member,
    _near_key,
    _base_case,
    _endless_calls,
    _prints,
    _type,
    _returns,
    _runs,
    _changes,
    _value,
    _branch,
)

_FACTS: tuple[Callable[[Question, Values], Iterator[str]], ...] = (
    _typed,
    _near_key,
    _endless_calls,
    _prints,
    _runs,
    _branch,
)
"""Those that answer a question of another kind, too: what is true, without yes or no."""
