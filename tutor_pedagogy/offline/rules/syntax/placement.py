"""Statements in places where they are not allowed, and the forms of `import`."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from functools import partial
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    FORGOTTEN_COMMA,
    HEADERS,
    INVALID,
    Broken,
    Candidate,
    Change,
    LineNumber,
    insert,
    insert_before,
    remove,
    remove_up_to,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.syntax.broken import Choice
_FEATURES = (
    "division",
    "annotations",
    "print_function",
    "absolute_import",
    "unicode_literals",
    "generator_stop",
    "with_statement",
)
"""The names that can be imported from `__future__`."""
_SHORTEST_BLOCK = 2
_NEW = frozenset(("def", "class", "async", "@", "else", "elif", "except", "finally"))
"""The words that begin a line that does not belong to the block above it."""
_OPENING_WORDS = frozenset(("if", "for", "while", "try", "with", "def", "class", "return", "import"))


@syntax_rule("comma-at-the-end", "trailing comma not allowed")
def comma_at_the_end(broken: Broken) -> Iterator[Candidate]:
    """Yield a comma after the last name of an `import`."""
    for last in broken.here[-1:]:
        if last.text == ",":
            yield broken.guess(0.7, remove(last))


@syntax_rule(
    "import-form",
    INVALID,
    "Did you mean to use 'from",
    "future feature",
    "must occur at the beginning",
    "Expected one or more names",
)
def import_form(broken: Broken) -> Iterator[Candidate]:
    """Yield `import … from …`, an `import` without names, or a future feature that does not exist."""
    if "import" not in broken.words:
        return
    for cost, *changes in _import_changes(broken):
        yield broken.guess(cost, *changes)
    unknown = re.search(r"future feature (\w+) is not defined", broken.fault.message)
    feature = unknown[1] if unknown else ""
    close = get_close_matches(feature, _FEATURES, 1)
    for token in [token for token in broken.here if close and token.text == feature][:1]:
        yield broken.guess(0.6, replace(token, close[0]), of=feature)
    yield broken.guess(2.4)


def _import_changes(broken: Broken) -> Iterator[Choice]:
    """Yield each way to correct the form of an `import`, as a cost followed by the changes."""
    tokens, words = broken.here, broken.words
    if words[0] == "import" and "from" in words:
        at = words.index("from")
        names = broken.span(tokens[1], tokens[at - 1])
        module = broken.span(tokens[at + 1], tokens[-1]) if words[-1] != "from" else Code()
        if names in sys.stdlib_module_names and module not in sys.stdlib_module_names:
            names, module = module, names
        if "as" not in words[:at] or "," not in words:
            yield 0.6, replace_all(tokens[0], tokens[-1], f"from {module} import {names}")
    for token in tokens[1:2]:
        if token.type == "string":
            yield 0.5, replace(token, token.text.strip("'\""))
    slashes = [token for token in tokens if token.text in ("/", "\\")]
    if slashes:
        yield 0.5, *(replace(token, ".") for token in slashes)
    match words:
        case ["from", _, *_, "import"]:
            yield 0.6, replace_all(tokens[0], tokens[-1], f"import {broken.span(tokens[1], tokens[-2])}")
        case [*_, "as"]:
            yield 0.6, Change(tokens[-2].end, tokens[-1].end, "")
    if "must occur at the beginning" in broken.fault.message:
        yield (0.4,)


@syntax_rule(
    "statement-out-of-place",
    "'(?:return|yield)' outside function",
    "outside loop",
    "not properly in loop",
)
def statement_out_of_place(broken: Broken) -> Iterator[Candidate]:
    """Yield a `return` outside a function or a `break` outside a loop. Usually its indentation is wrong."""
    line = broken.fault.line
    match = re.search(r"'(return|break|continue|yield)'", broken.fault.message)
    word = match[1] if match else broken.word(line)
    home = "loop" if word in ("break", "continue") else "function"
    guess = partial(broken.guess, word=Code(word), home=home)
    opener = _home(broken, home)
    if opener:
        deeper = (broken.indent(n) for n in broken.by_line if n > opener)
        inner = next((indent for indent in deeper if len(indent) > len(broken.indent(opener))), "    ")
        yield guess(0.8, broken.reindent(line, inner))
        margin = broken.indent(opener)
        body = list(takewhile(lambda n: len(broken.indent(n)) > len(margin), (n for n in broken.by_line if n > opener)))
        outside = [n for n in broken.by_line if (body or [opener])[-1] < n <= line]
        outside += takewhile(
            lambda n: len(broken.indent(n)) > len(margin), (n for n in broken.by_line if n > line and len(outside) > 1)
        )
        step = inner.removeprefix(margin) or "    "
        later = _next_in_block(broken, outside, margin)
        if len(outside) > 1 and later:
            yield guess(0.4, line=outside[0], later=LineNumber.of(later))
        if len(outside) > 1:
            yield guess(0.85, *(broken.part(n, 0, 0, step) for n in outside), line=outside[0])
        yield guess(2)


def _next_in_block(broken: Broken, outside: list[int], margin: str) -> int:
    """Return the line right below lines that left a block, if it may have left the same block with them; else 0.

    It may not if the statement at fault is unconditional: nothing below it would run.
    """
    if len(outside) < _SHORTEST_BLOCK or broken.indent(broken.fault.line) == margin:
        return 0
    after = outside[-1] + 1
    return after if broken.on(after) and broken.indent(after) == margin and broken.word(after) not in _NEW else 0


def _home(broken: Broken, home: str) -> int:
    """Return the line of the nearest loop in the same function, or of the nearest function, above the error; else 0."""
    for number in broken.above(broken.fault.line):
        word = broken.word(number)
        if word in (("for", "while") if home == "loop" else ("def", "async")):
            return number
        is_around = len(broken.indent(number)) < len(broken.indent(broken.fault.line))
        if home == "loop" and word in ("def", "class") and (is_around or not broken.indent(number)):
            return 0
    return 0


@syntax_rule("no-function-here", "'(?:return|yield)' outside function", "'yield(?: from)?' outside")
def no_function_here(broken: Broken) -> Iterator[Candidate]:
    """Yield a `return` or `yield` above which no function begins."""
    if not _home(broken, "function"):
        yield broken.guess(0.4, word=Code("yield" if "yield" in broken.fault.message else "return"))


@syntax_rule("no-loop-here", "outside loop", "not properly in loop")
def no_loop_here(broken: Broken) -> Iterator[Candidate]:
    """Yield a `break` or `continue` above which no loop begins, in the same function."""
    word = "break" if "break" in broken.fault.message else "continue"
    if not _home(broken, "loop"):
        yield broken.guess(0.4, word=Code(word))


@syntax_rule("await-outside-async", "'await' outside", "outside async function", "outside of async function")
def await_outside_async(broken: Broken) -> Iterator[Candidate]:
    """Yield the header of a plain function with an `await` in it, or the `await` if nothing tells how it is started."""
    line = broken.fault.line
    width = len(broken.indent(line))
    outer = next((n for n in broken.above(line) if broken.word(n) == "def" and len(broken.indent(n)) < width), 0)
    header = broken.on(outer)[:2]
    calls = [token for token in broken.tokens if header and token.text == header[-1].text and token.line != outer]
    starts = [broken.tokens[max(broken.index(token) - 2, 0) : broken.index(token)] for token in calls]
    is_started = all(
        before and (before[-1].text == "await" or before[0].text in ("run", "gather", "create_task"))
        for before in starts
    )
    if header and is_started:
        yield broken.guess(0.4, insert_before(header[0], "async "), line=outer, of=broken.statement(outer))
    else:
        yield broken.guess(0.4)


@syntax_rule("statement-inside-expression", INVALID, FORGOTTEN_COMMA, "was never closed")
def statement_inside_expression(broken: Broken) -> Iterator[Candidate]:
    """Yield a statement keyword in the middle of an expression."""
    tokens, words = broken.here, broken.words
    for index, (before, token, after) in enumerate(neighbours(tokens)):
        if not index or token.text not in _OPENING_WORDS:
            continue
        guess = partial(broken.guess, of=broken.span(token, tokens[-1]), word=token)
        if token.text in ("if", "for", "while", "try", "with") and before.text in ("(", ",", "=", ":"):
            is_in_lambda = before.text == ":" and "lambda" in words[:index]
            if before.text != ":" or is_in_lambda:
                yield guess(0.9)
        if token.text in ("if", "for", "try", "with"):
            continue
        if token.text == "return" and "lambda" in words[:index]:
            yield guess(0.4, *([remove_up_to(token, after)] if after.text else []))
        if before.text not in (":", ";") and words[0] != "from":
            yield guess(1.6)


@syntax_rule("star-import-in-function", "import \\* only allowed at module level")
def star_import_in_function(broken: Broken) -> Iterator[Candidate]:
    """Yield an import of all names inside a function."""
    yield broken.guess(0.4)


@syntax_rule("assignment-in-brackets", INVALID)
def assignment_in_brackets(broken: Broken) -> Iterator[Candidate]:
    """Yield an augmented assignment inside the parentheses of a call. The edit puts it on a line of its own."""
    line = broken.fault.line
    for name, sign in pairwise(broken.here):
        opener = broken.opener(sign)
        if sign.text not in ("+=", "-=", "*=", "/=") or name.type != "name" or opener is None:
            continue
        end = next((t for t in broken.here if t.text in (")", ",") and t.start > sign.start), None)
        changes = []
        if end is not None and broken.word(line) not in HEADERS:
            moved = f"{broken.indent(line)}{broken.code[name.start : end.start].rstrip()}\n"
            changes = [insert(broken.offset(line), moved), Change(name.end, end.start, "")]
        yield broken.guess(0.4, *changes, of=broken.span(name, sign), sign=sign)
        return


@syntax_rule("def-before-call", INVALID, FORGOTTEN_COMMA, "was never closed")
def def_before_call(broken: Broken) -> Iterator[Candidate]:
    """Yield `def` before the call of a function inside an expression. The edit takes the word away."""
    defined = {
        name.text for word, name in pairwise(broken.tokens) if word.text == "def" and broken.on(word.line)[0] is word
    }
    for before, token, after in neighbours(broken.here):
        if token.text == "def" and before.text in ("(", "=", ",", "+", "return") and after.text in defined:
            yield broken.guess(0.4, remove_up_to(token, after), of=broken.span(token, after), name=after)
