"""Code that is not Python: words, blocks and comments of other languages, shell commands, copied prompts."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, NO_TOKEN, OPENERS, neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    HEADERS,
    INVALID,
    Broken,
    Candidate,
    Change,
    insert_after,
    insert_before,
    remove_up_to,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_TYPES = frozenset(
    ("int", "float", "double", "long", "short", "char", "bool", "boolean", "String", "string", "str", "list", "dict")
)
_DECLARING = _TYPES | {"var", "let", "const", "auto", "final", "dim"}
_WITHOUT_COUNTERPART = frozenset(("switch", "do", "repeat", "begin", "loop", "struct", "enum", "public", "private"))
_ENDINGS = re.compile(
    r"(?:end|endif|endfor|endwhile|endfunction|fi|done|esac|wend|next|end (?:if|for|while|function|def))"
)
_SHOWING = frozenset(("echo", "puts", "printf", "cout", "write", "writeln", "disp", "display", "say", "output"))
_PROMPT = re.compile(r"[ \t]*(?P<prompt>>>>|In \[\d*\]:|Out\[\d*\]:|\.\.\.(?=[ \t]|$))[ \t]?")
_COMMAND = re.compile(
    r"(?P<word>\$|pip3?|python3?|py|conda|jupyter|cd|git|sudo|mkdir|npm|brew|apt(?:-get)?)\s+(?P<first>[\w./~-]+)(?!\s*[=(])"
)
_COMMENT = re.compile(r"(?P<mark>//|/\*|--(?=\s*[A-Za-z])|%(?=\s*[A-Za-z])|<!--)")
_RAISE = re.compile(
    r"[ \t]*raise[ \t]+(?P<exception>[A-Z]\w*)(?:[ \t]*(?P<comma>,)[ \t]*|[ \t]+(?=f?[\"']))"
    r"(?P<text>[^,# \t](?:[^,#]*[^,# \t])?)[ \t]*$"
)
# linear: only lines of at most 300 characters (`_LONGEST_LINE`) are matched
_CHOICE = re.compile(r"(?P<condition>[^=?:]+(?:[=!<>]=[^=?:]+)?)\?(?P<one>[^?:]+):(?P<other>[^?:]+?)[ \t;]*$")
_LONGEST_LINE = 300
"""The maximum number of characters of a line that is matched with `_CHOICE`, which may take superlinear time."""
_GAPS = frozenset((">=", "<=", "==", "!=", "+=", "-=", "*=", "/=", "//", "**", ":=", "->"))
_INVALID = (INVALID, FORGOTTEN_COMMA, EXPECTED_COLON, "cannot assign", "illegal target")


@syntax_rule("pasted-prompt")
def pasted_prompt(broken: Broken) -> Iterator[Candidate]:
    """Yield the lines that were copied together with the interpreter's prompt."""
    found = {line: match for line in broken.by_line if (match := _PROMPT.match(broken.text(line)))}
    here = found.get(broken.fault.line)
    if here is not None:
        removed = (broken.part(line, match.start(), match.end(), "") for line, match in found.items())
        yield broken.guess(0.2, *removed, prompt=Code(here["prompt"]))


@syntax_rule("command-for-the-terminal")
def command_for_the_terminal(broken: Broken) -> Iterator[Candidate]:
    """Yield a line that is a shell command, such as `pip install`."""
    line = broken.fault.line
    match = _COMMAND.match(broken.statement(line))
    if match is not None:
        at = len(broken.indent(line))
        yield broken.guess(0.25, broken.part(line, at, at, "# "), word=Code(match["word"]))


@syntax_rule("comment-of-another-language")
def comment_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Yield a comment that starts with the comment sign of another language, such as `//`."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    for match in _COMMENT.finditer(text):
        mark = match["mark"]
        has_code_before = bool(text[: match.start()].strip())
        is_one_word = len(re.findall(r"[A-Za-z]{2,}", text[match.end() :])) <= 1
        offset = broken.offset(line) + match.start()
        if any(t.type in ("string", "open_string") and t.start <= offset < t.end for t in broken.here):
            continue
        if mark in ("%", "--") and (has_code_before or is_one_word):
            continue
        if has_code_before and (is_one_word or mark != "//"):
            continue
        changes = [broken.part(line, match.start(), match.end(), "#")]
        if mark == "/*":
            last = next((n for n in range(line, len(broken.lines) + 1) if "*/" in broken.text(n)), line)
            changes += [broken.part(n, 0, 0, "# ") for n in range(line + 1, last + 1)]
        yield broken.guess(0.3, *changes, sign=Code(mark))
        return


@syntax_rule("word-of-another-language", *_INVALID)
def word_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Yield words that Python does not have: a type before a name, `new`, `then`, or a word that ends a block."""
    line, tokens, words = broken.fault.line, broken.here, broken.words
    if not tokens:
        return
    text, first = broken.statement(line), tokens[0]
    guess = partial(broken.guess, 0.3)
    if _ENDINGS.fullmatch(text.rstrip(";:")):
        yield guess(broken.replace_line(line, ""), word=first)
        return
    match tokens:
        case [_, name, sign, *_] if first.text in _DECLARING and name.type == "name" and sign.text in ("=", ";", ","):
            yield guess(remove_up_to(first, name), of=broken.span(first, name), word=first)
    yield from _first_words(broken, tokens, words)
    if first.text in _WITHOUT_COUNTERPART and len(tokens) > 1 and words[1] not in ("=", "(", ".", "[", ","):
        yield guess(word=first)
    yield from _typed_function(broken, tokens, words)
    for word, after in pairwise(tokens):
        if word.text == "new" and after.type == "name":
            yield guess(remove_up_to(word, after), of=broken.span(word, after), word=word)
    for before, word in pairwise(tokens):
        if word.text in ("then", "do") and first.text in ("if", "elif", "while", "for") and word in tokens[-2:]:
            yield guess(Change(before.end, tokens[-1].end, ":"), word=word)
        elif word.text == "then" and first.text in ("if", "elif") and ":" not in words:
            yield guess(Change(before.end, word.end, ":"), word=word)


def _first_words(broken: Broken, tokens: list[Token], words: list[str]) -> Iterator[Candidate]:
    """Yield a line that starts with another language's word for printing, access modifier, or `switch`."""
    first, second = tokens[0], tokens[1] if len(tokens) > 1 else NO_TOKEN
    if first.text in _SHOWING and second.is_operand_start and second.text not in ("(", "["):
        shown = remove_up_to(first, second), insert_before(second, "print("), insert_after(tokens[-1], ")")
        yield broken.guess(0.3, *shown, of=broken.span(first, second), word=first)
    if first.text in ("public", "private", "static") and "def" in words[1:3]:
        start = tokens[words.index("def")]
        yield broken.guess(0.25, remove_up_to(first, start), of=broken.span(first, start), word=first)
    if first.text in ("public", "private", "static", "final") and second.type == "name" and words[2:3] == ["="]:
        yield broken.guess(0.25, remove_up_to(first, second), of=broken.span(first, second), word=first)
    below = broken.word(broken.code_below(broken.fault.line))
    if first.text in ("switch", "select") and below:
        yield broken.guess(0.25, *([replace(first, "match")] if below == "case" else []), word=first)


def _typed_function(broken: Broken, tokens: list[Token], words: list[str]) -> Iterator[Candidate]:
    """Yield a function with types before its name or before its parameters, as in C or Java."""
    first = tokens[0]
    is_function = first.text in _TYPES | {"void", "public"} and "(" in words[1:3] and words[-1] in ("{", ")", ":")
    if is_function and tokens[1].type == "name":
        yield broken.guess(0.3, of=broken.span(*tokens[:2]), word=first)
    typed = [
        (word, name)
        for before, word, name in neighbours(tokens)
        if word.text in _TYPES and name.type == "name" and before.text in ("(", ",")
    ]
    if typed and first.text == "def":
        changes = (remove_up_to(word, name) for word, name in typed)
        yield broken.guess(0.3, *changes, of=broken.span(*typed[0]), word=typed[0][0])


@syntax_rule("braces-for-block", INVALID, "was never closed", EXPECTED_COLON, "unmatched", "unexpected indent")
def braces_for_block(broken: Broken) -> Iterator[Candidate]:
    """Yield a header with an opening brace instead of a colon. The edit also removes the closing braces."""
    opening = [line for line, tokens in broken.by_line.items() if _opens_with_brace(tokens)]
    line = next((line for line, _ in broken.suspects if line in opening), 0)
    if not line and opening and broken.fault.message.startswith("'{' was never closed"):
        line = opening[0]
    if not line:
        return
    changes: list[Change] = []
    for number, tokens in broken.by_line.items():
        if number in opening:
            before = tokens[-2]
            if tokens[0].text == "}":
                changes.append(remove_up_to(tokens[0], tokens[1]))
            changes.append(Change(before.end, tokens[-1].end, "" if before.text == ":" else ":"))
        elif broken.statement(number) in ("}", "};"):
            changes.append(broken.replace_line(number, ""))
    yield broken.guess(0.35, *changes, line=line)


def _opens_with_brace(tokens: list[Token]) -> bool:
    """Return whether a line is a header that ends with an opening brace."""
    match [token.text for token in tokens]:
        case ["}", first, *middle, "{"] | [first, *middle, "{"]:
            return first in HEADERS and "=" not in middle and ";" not in middle
    return False


@syntax_rule("raise-with-comma", INVALID)
def raise_with_comma(broken: Broken) -> Iterator[Candidate]:
    """Yield a `raise` whose message follows the exception without parentheses, with a comma as in Python 2."""
    line = broken.fault.line
    match = _RAISE.match(broken.text(line))
    if match is not None:
        end = match.end("text")
        opened = broken.part(line, match.end("exception"), match.start("text"), "(")
        comma = Code(",") if match["comma"] else ""
        yield broken.guess(0.3, opened, broken.part(line, end, end, ")"), comma=comma)


@syntax_rule("choice-of-another-language", INVALID)
def choice_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Yield `condition ? one : other`, the conditional expression of C and similar languages."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    match = _CHOICE.search(text) if "?" in text and len(text) <= _LONGEST_LINE else None
    if match is None:
        return
    condition = match["condition"].lstrip()
    lead = match["condition"].removesuffix(condition)
    if condition.startswith("return "):
        lead += "return "
    condition = condition.strip().removeprefix("return ")
    new = f"{lead}{match['one'].strip()} if {condition} else {match['other'].strip()}"
    yield broken.guess(0.3, broken.part(line, match.start(), match.end(), new), of=match[0].strip())


@syntax_rule("storing-sign-with-colon", INVALID)
def storing_sign_with_colon(broken: Broken) -> Iterator[Candidate]:
    """Yield a statement that assigns with `:=`, which is only allowed inside expressions."""
    if broken.words[-1:] == [":"]:
        return  # A header that lacks its keyword: its condition uses the value.
    match broken.here:
        case [name, sign, _, *_] if name.type == "name" and sign.text == ":=":
            yield broken.guess(0.3, replace(sign, "="), of=broken.span(name, broken.here[-1]))
        case [name, colon, sign, *_] if name.type == "name" and colon.text + sign.text == ":=":
            yield broken.guess(0.3, replace_all(colon, sign, "="), of=broken.span(name, broken.here[-1]))


@syntax_rule("sign-with-a-gap", *_INVALID)
def sign_with_a_gap(broken: Broken) -> Iterator[Candidate]:
    """Yield an operator of two characters with a space inside, such as `> =`. A first `= =` becomes an assignment."""
    for before, one, other in neighbours(broken.here):
        operator = one.text + other.text
        is_first = operator == ":=" and before is broken.here[0]
        if operator in _GAPS and not is_first and one.type == other.type == "operator" and one.end < other.start:
            is_assignment = operator == "==" and before is broken.here[0] and before.type == "name"
            closed = Change(one.end, other.end if is_assignment else other.start, "")
            yield broken.guess(0.45, closed, of=broken.span(one, other), sign=broken.span(one, other))


@syntax_rule("two-statements-on-a-line", *_INVALID)
def two_statements_on_a_line(broken: Broken) -> Iterator[Candidate]:
    """Yield a second statement on the same line, which should be on a line of its own."""
    tokens, words = broken.here, broken.words
    is_header = bool(words) and words[0] in HEADERS
    new_line = f"\n{broken.indent(broken.fault.line)}"
    depth = 0
    for index, (token, second, after) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth or not token.is_operand_end:
            continue
        has_colon = ":" in words[:index]
        text, shown, cost = new_line, broken.span(token, after), 0.7
        if second.text == "print" and after.text == "(" and has_colon:
            text = ";"
        elif second.text == "else" and words[0] == "if" and has_colon:
            shown, cost = broken.span(second, after), 0.4
        elif is_header:
            continue
        elif token.text == ")" and second.type == "name" and after.text == "(" and words[1] == "(":
            shown = broken.span(second, after)
        elif not _begins_statement(second, words, index):
            continue
        end = token.end if text == ";" else second.start
        yield broken.guess(cost, Change(token.end, end, text), of=shown, second=second)
        return


def _begins_statement(word: Token, words: list[str], index: int) -> bool:
    """Return whether a word starts an assignment, or a loop or `return` after one. `index` is the token before."""
    if word.text == "import" and words[0] in ("import", "from") and "import" in words[: index + 1]:
        return True
    if word.type == "name" and words[index + 2] in ("=", "+=", "-="):
        return index > 0
    if "=" not in words[: index + 1]:
        return False
    return word.text in ("return", "print") or (word.text in ("for", "while", "import") and ":" in words[index + 1 :])


@syntax_rule("arrow-function", INVALID)
def arrow_function(broken: Broken) -> Iterator[Candidate]:
    """Yield a function with an arrow between its parameters and its value, as in JavaScript."""
    tokens = broken.here
    for index, (sign, after) in enumerate(pairwise(tokens)):
        is_arrow = sign.text + after.text == "=>" and sign.end == after.start
        is_thin = sign.text == "->" and tokens[0].text != "def"
        if not index or not (is_arrow or is_thin):
            continue
        other = after if is_arrow else sign
        start = index - 1
        if tokens[start].text == ")":
            opener = next((i for i in range(start, -1, -1) if tokens[i].text == "("), start)
            names = broken.code[tokens[opener].end : tokens[start].start]
            start = opener
        else:
            names = tokens[start].text
        known = {token.text for token in broken.tokens if token.line != sign.line}
        if known.intersection(token.text for token in tokens[start:index] if token.type == "name"):
            continue
        if start and tokens[start - 1].text in ("=", "(", ",") and tokens[index - 1].text not in ("]", "}"):
            written = f"lambda {names}:".replace(" :", ":")
            yield broken.guess(0.4, replace_all(tokens[start], other, written), of=broken.span(tokens[start], other))
