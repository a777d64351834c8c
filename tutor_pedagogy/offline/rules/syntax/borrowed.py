"""What belongs elsewhere: words, blocks and comments of other languages, commands of the shell, copied prompts."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import HEADERS, Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_TYPES = frozenset(
    ("int", "float", "double", "long", "short", "char", "bool", "boolean", "String", "string", "str", "list", "dict")
)
_DECLARING = _TYPES | {"var", "let", "const", "auto", "final", "dim"}
_WITHOUT_PARTNER = frozenset(
    ("switch", "do", "repeat", "unless", "begin", "loop", "struct", "enum", "public", "private")
)
_ENDINGS = re.compile(
    r"(?:end|endif|endfor|endwhile|endfunction|fi|done|esac|wend|next|end (?:if|for|while|function|def))"
)
_SHOWING = frozenset(("echo", "puts", "printf", "cout", "write", "writeln", "disp", "display", "say", "output", "puts"))
_PROMPT = re.compile(r"[ \t]*(?P<prompt>>>>|In \[\d*\]:|Out\[\d*\]:|\.\.\.(?=[ \t]|$))[ \t]?")
_COMMAND = re.compile(
    r"(?P<word>\$|pip3?|python3?|py|conda|jupyter|cd|git|sudo|mkdir|npm|brew|apt(?:-get)?)\s+(?P<first>[\w./~-]+)(?!\s*[=(])"
)
_COMMENT = re.compile(r"(?P<sign>//|/\*|--(?=\s*[A-Za-z])|%(?=\s*[A-Za-z])|<!--)")
_RAISE = re.compile(r"[ \t]*raise[ \t]+(?P<what>[A-Z]\w*)[ \t]*,[ \t]*(?P<text>[^,# \t](?:[^,#]*[^,# \t])?)[ \t]*$")
# linear: read from lines of at most 300 characters (`_LONGEST_LINE`)
_CHOICE = re.compile(r"(?P<condition>[^=?:]+(?:[=!<>]=[^=?:]+)?)\?(?P<one>[^?:]+):(?P<other>[^?:]+?)[ \t;]*$")
_LONGEST_LINE = 300
"""Characters of a line that is read with a pattern that may look back far."""
_GAPS = frozenset((">=", "<=", "==", "!=", "+=", "-=", "*=", "/=", "//", "**", ":=", "->"))
_INVALID = ("^invalid syntax", "Perhaps you forgot a comma", "expected ':'", "cannot assign", "illegal target")


@syntax_rule("pasted-prompt")
def pasted_prompt(broken: Broken) -> Iterator[Candidate]:
    """Find lines that were copied with the interpreter's prompt."""
    found = [(number, match) for number in broken.by_line if (match := _PROMPT.match(broken.text(number)))]
    here = next((match for number, match in found if number == broken.fault.line), None)
    if here is None:
        return
    changes = tuple(
        Change(broken.offset(number) + match.start(), broken.offset(number) + match.end(), "")
        for number, match in found
    )
    yield Candidate(
        line=broken.fault.line,
        cost=0.2,
        changes=changes,
        expression=broken.text(broken.fault.line).strip(),
        slots={"prompt": Code(here["prompt"])},
    )


@syntax_rule("command-for-the-terminal")
def command_for_the_terminal(broken: Broken) -> Iterator[Candidate]:
    """Find a line for the terminal."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    match = _COMMAND.match(text.strip())
    if match is None:
        return
    start = broken.offset(line) + len(broken.indent(line))
    yield Candidate(
        line=line,
        cost=0.25,
        changes=(insert(start, "# "),),
        expression=text.strip(),
        slots={"word": Code(match["word"])},
    )


@syntax_rule("comment-of-another-language")
def comment_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Find a note that begins with another language's sign."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    for match in _COMMENT.finditer(text):
        before = text[: match.start()].strip()
        words = re.findall(r"[A-Za-z]{2,}", text[match.end() :])
        offset = broken.offset(line) + match.start()
        if any(t.kind in ("string", "open_string") and t.start <= offset < t.end for t in broken.here):
            continue
        if match["sign"] in ("%", "--") and (before or len(words) < 2):  # noqa: PLR2004 - one word is a value
            continue
        if before and (len(words) < 2 or match["sign"] != "//"):  # noqa: PLR2004 - likewise
            continue
        changes = [Change(offset, offset + len(match["sign"]), "#")]
        if match["sign"] == "/*":
            last = next((n for n in range(line, len(broken.lines) + 1) if "*/" in broken.text(n)), line)
            changes += [insert(broken.offset(n), "# ") for n in range(line + 1, last + 1)]
        slots = {"sign": Code(match["sign"])}
        yield Candidate(line=line, cost=0.3, changes=tuple(changes), expression=text.strip(), slots=slots)
        return


@syntax_rule("word-of-another-language", *_INVALID)
def word_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Find a word before a name that tells its kind, `new`, a word that ends a block, `then`."""
    line, tokens = broken.fault.line, broken.here
    if not tokens:
        return
    texts = [token.text for token in tokens]
    text = broken.text(line).strip()
    if _ENDINGS.fullmatch(text.rstrip(";:")):
        start = broken.offset(line)
        yield _word(broken, tokens[0], (Change(start, start + len(broken.text(line)), ""),), text, cost=0.3)
        return
    if texts[0] in _DECLARING and len(tokens) > 2 and tokens[1].kind == "name" and texts[2] in ("=", ";", ","):  # noqa: PLR2004 - kind, name, sign
        yield _word(
            broken, tokens[0], (Change(tokens[0].start, tokens[1].start, ""),), broken.span(*tokens[:2]), cost=0.3
        )
    yield from _first_words(broken, tokens, texts)
    if texts[0] in _WITHOUT_PARTNER and len(tokens) > 1 and texts[1] not in ("=", "(", ".", "[", ","):
        yield _word(broken, tokens[0], (), text, cost=0.3)
    yield from _typed_function(broken, tokens, texts)
    for word, after in pairwise(tokens):
        if word.text == "new" and after.kind == "name":
            yield _word(broken, word, (Change(word.start, after.start, ""),), broken.span(word, after), cost=0.3)
    for before, word in pairwise(tokens):
        if word.text in ("then", "do") and texts[0] in ("if", "elif", "while", "for") and word in tokens[-2:]:
            yield _word(broken, word, (Change(before.end, tokens[-1].end, ":"),), text, cost=0.3)


def _first_words(broken: Broken, tokens: list[Token], texts: list[str]) -> Iterator[Candidate]:
    """Find a word for showing a value, for the openness of a function, or for a choice among cases."""
    line, text = broken.fault.line, broken.statement(broken.fault.line)
    if texts[0] in _SHOWING and len(tokens) > 1 and tokens[1].is_operand_start and texts[1] not in ("(", "["):
        shown = (Change(tokens[0].start, tokens[1].start, "print("), insert(tokens[-1].end, ")"))
        yield _word(broken, tokens[0], shown, broken.span(*tokens[:2]), cost=0.3)
    if texts[0] in ("public", "private", "static") and "def" in texts[1:3]:
        start = tokens[texts.index("def")]
        yield _word(
            broken, tokens[0], (Change(tokens[0].start, start.start, ""),), broken.span(tokens[0], start), cost=0.25
        )
    if texts[0] in ("switch", "select") and broken.on(broken.code_below(line))[:1]:
        below = broken.on(broken.code_below(line))[0].text
        changes = (replace_token(tokens[0], "match"),) if below == "case" else ()
        yield _word(broken, tokens[0], changes, text, cost=0.25)


def _word(broken: Broken, word: Token, changes: tuple[Change, ...], expression: str, *, cost: float) -> Candidate:
    return Candidate(
        line=broken.fault.line, cost=cost, changes=changes, expression=expression, slots={"word": Code(word.text)}
    )


def _typed_function(broken: Broken, tokens: list[Token], texts: list[str]) -> Iterator[Candidate]:
    """Find a function with the kinds of its parameters, or of its result, before the names."""
    is_function = texts[0] in _TYPES | {"void", "public"} and "(" in texts[1:3] and texts[-1] in ("{", ")", ":")
    if is_function and tokens[1].kind == "name":
        yield _word(broken, tokens[0], (), broken.span(*tokens[:2]), cost=0.3)
    typed = [
        (kind, name)
        for before, kind, name in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if kind.text in _TYPES and name.kind == "name" and before.text in ("(", ",")
    ]
    if typed and texts[0] == "def":
        changes = tuple(Change(kind.start, name.start, "") for kind, name in typed)
        yield _word(broken, typed[0][0], changes, broken.span(*typed[0]), cost=0.3)


@syntax_rule(
    "braces-for-block", "^invalid syntax", "was never closed", "expected ':'", "unmatched", "unexpected indent"
)
def braces_for_block(broken: Broken) -> Iterator[Candidate]:
    """Find a header with a curly brace where its colon should be."""
    lines = [number for number in sorted(broken.by_line) if _opens_with_brace(broken.on(number))]
    line = next((n for n in (broken.fault.line, broken.code_above(broken.fault.line)) if n in lines), 0)
    if not line and lines and broken.fault.message.startswith("'{' was never closed"):
        line = lines[0]
    if not line:
        return
    changes: list[Change] = []
    for number, tokens in broken.by_line.items():
        start, end = broken.offset(number), broken.offset(number) + len(broken.text(number))
        if number in lines:
            first = tokens[1] if tokens[0].text == "}" else tokens[0]
            before = tokens[-2]
            if tokens[0].text == "}":
                changes.append(Change(tokens[0].start, first.start, ""))
            changes.append(Change(before.end, tokens[-1].end, "" if before.text == ":" else ":"))
        elif broken.text(number).strip() in ("}", "};"):
            changes.append(Change(start, end, ""))
    yield Candidate(line=line, cost=0.35, changes=tuple(changes), expression=broken.text(line).strip())


def _opens_with_brace(tokens: list[Token]) -> bool:
    words = [token.text for token in tokens]
    if len(words) < 2 or words[-1] != "{":  # noqa: PLR2004 - a word and the brace
        return False
    first = words[1] if words[0] == "}" else words[0]
    return first in HEADERS and "=" not in words and ";" not in words


@syntax_rule("raise-with-comma", "^invalid syntax")
def raise_with_comma(broken: Broken) -> Iterator[Candidate]:
    line, text = broken.fault.line, broken.text(broken.fault.line)
    match = _RAISE.match(text)
    if match is None:
        return
    offset = broken.offset(line)
    changes = (
        Change(offset + match.end("what"), offset + match.start("text"), "("),
        insert(offset + match.end("text"), ")"),
    )
    yield Candidate(line=line, cost=0.3, changes=changes, expression=text.strip())


@syntax_rule("choice-of-another-language", "^invalid syntax")
def choice_of_another_language(broken: Broken) -> Iterator[Candidate]:
    """Find `condition ? one : other`."""
    line, text = broken.fault.line, broken.text(broken.fault.line)
    match = _CHOICE.search(text) if "?" in text and len(text) <= _LONGEST_LINE else None
    if match is None:
        return
    offset = broken.offset(line)
    condition = match["condition"]
    lead = condition[: len(condition) - len(condition.lstrip())]
    if condition.lstrip().startswith("return "):
        lead += "return "
    condition = condition.strip().removeprefix("return ")
    start = match.start()
    new = f"{lead}{match['one'].strip()} if {condition} else {match['other'].strip()}"
    yield Candidate(
        line=line,
        cost=0.3,
        changes=(Change(offset + start, offset + match.end(), new),),
        expression=text[match.start() : match.end()].strip(),
    )


@syntax_rule("storing-sign-with-colon", "^invalid syntax")
def storing_sign_with_colon(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    if len(tokens) > 2 and tokens[0].kind == "name" and tokens[1].text == ":=":  # noqa: PLR2004 - name, sign, value
        change = Change(tokens[1].start, tokens[1].end, "=")
        yield Candidate(
            line=broken.fault.line, cost=0.3, changes=(change,), expression=broken.span(tokens[0], tokens[-1])
        )


@syntax_rule("sign-with-a-gap", *_INVALID)
def sign_with_a_gap(broken: Broken) -> Iterator[Candidate]:
    """Find a sign of two characters with a blank inside."""
    tokens = broken.here
    for one, other in pairwise(tokens):
        if one.text + other.text in _GAPS and one.kind == other.kind == "operator" and one.end < other.start:
            is_order = one.text + other.text == "==" and one is tokens[1] and tokens[0].kind == "name"
            yield Candidate(
                line=broken.fault.line,
                cost=0.45,
                changes=(Change(one.end, other.end, "") if is_order else Change(one.end, other.start, ""),),
                expression=broken.span(one, other),
                slots={"sign": Code(broken.span(one, other))},
            )


@syntax_rule("two-statements-on-a-line", *_INVALID)
def two_statements_on_a_line(broken: Broken) -> Iterator[Candidate]:
    """Find a second statement that begins in the middle of the line."""
    tokens = broken.here
    depth = 0
    for index, token in enumerate(tokens[:-1]):
        depth += (token.text in "([{") - (token.text in ")]}")
        second, after = tokens[index + 1], tokens[index + 2] if index + 2 < len(tokens) else None
        if depth or not token.is_operand_end or after is None:
            continue
        if second.text == "print" and after.text == "(" and ":" in [t.text for t in tokens[:index]]:
            yield Candidate(
                line=broken.fault.line,
                cost=0.7,
                changes=(insert(token.end, ";"),),
                expression=broken.span(token, after),
                slots={"second": Code(second.text)},
            )
            return
        if second.text == "else" and tokens[0].text == "if" and ":" in [t.text for t in tokens[:index]]:
            yield Candidate(
                line=broken.fault.line,
                cost=0.4,
                changes=(Change(token.end, second.start, f"\n{broken.indent(broken.fault.line)}"),),
                expression=broken.span(second, after),
                slots={"second": Code(second.text)},
            )
            return
        if tokens[0].text in HEADERS:
            continue
        if token.text == ")" and second.kind == "name" and after.text == "(" and tokens[1].text == "(":
            yield Candidate(
                line=broken.fault.line,
                cost=0.7,
                changes=(Change(token.end, second.start, f"\n{broken.indent(broken.fault.line)}"),),
                expression=broken.span(second, after),
                slots={"second": Code(second.text)},
            )
            return
        begins = (second.kind == "name" and after.text in ("=", "+=", "-=") and index > 0) or (
            second.text in ("for", "while", "return", "print", "import")
            and "=" in [t.text for t in tokens[: index + 1]]
            and (
                tokens[-1].text == ":"
                or ":" in [t.text for t in tokens[index + 1 :]]
                or second.text in ("return", "print")
            )
        )
        if begins:
            yield Candidate(
                line=broken.fault.line,
                cost=0.7,
                changes=(Change(token.end, second.start, f"\n{broken.indent(broken.fault.line)}"),),
                expression=broken.span(token, after),
                slots={"second": Code(second.text)},
            )
            return
