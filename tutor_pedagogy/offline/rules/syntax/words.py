"""Words at the wrong place: mistyped keywords, keywords as names, statements of other languages, plain prose."""

from __future__ import annotations

import builtins
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import OPENERS, brackets_of
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_ALIASES = {
    **dict.fromkeys(("elseif", "elsif", "elif", "elf", "ifelse"), "elif"),
    **dict.fromkeys(("function", "func", "fun", "fn", "define", "sub", "void"), "def"),
    **dict.fromkeys(("foreach", "fro", "foor", "forr", "fir"), "for"),
    **dict.fromkeys(("catch", "expect", "exept"), "except"),
    **dict.fromkeys(("whilst", "until"), "while"),
    **dict.fromkeys(("amd", "adn", "nad"), "and"),
    **dict.fromkeys(("throw",), "raise"),
    **dict.fromkeys(("include", "using", "require"), "import"),
    **dict.fromkeys(("ro", "oder"), "or"),
    **dict.fromkeys(("fi", "wenn"), "if"),
}
_STARTERS = (
    "if",
    "elif",
    "else",
    "for",
    "while",
    "def",
    "class",
    "return",
    "import",
    "from",
    "try",
    "except",
    "with",
    "del",
    "async",
    "raise",
    "global",
    "assert",
    "yield",
)
_INFIX = ("and", "or", "not", "in", "is", "if", "else", "for")


@syntax_rule("mistyped-keyword", "^invalid syntax", "expected", "Perhaps you forgot a comma", "unexpected indent")
def mistyped_keyword(broken: Broken) -> Iterator[Candidate]:
    """Find a word that is nearly a keyword, at the line's start or between two values."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index, token in enumerate(tokens):
            if token.kind != "name":
                continue
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            before = tokens[index - 1] if index else None
            if before is None:
                yield from _glued(broken, token, line)
                if after is None or not (after.is_operand_start or after.kind == "keyword" or after.text == ":"):
                    continue
                if after.text == "(" and tokens[-1].text != ":":
                    continue
                meant = _meant(token.text, _STARTERS)
            elif before.is_operand_end and after is not None and (after.is_operand_start or after.text == "not"):
                if after.text == "(" and token.text in dir(builtins):
                    continue
                meant = _meant(token.text, _INFIX)
            else:
                continue
            if meant:
                yield Candidate(
                    line=line,
                    cost=0.6 if line == broken.fault.line else 1.4,
                    changes=(replace_token(token, meant),),
                    expression=token.text,
                    slots={"word": Code(token.text), "meant": Code(meant)},
                )


def _glued(broken: Broken, token: Token, line: int) -> Iterator[Candidate]:
    """Find a keyword that has no blank behind it."""
    known = {other.text for other in broken.tokens if other.kind == "name" and other is not token}
    for word in _STARTERS:
        rest = token.text.removeprefix(word)
        if rest != token.text and (rest in known or rest.isdigit()):
            yield Candidate(
                line=line,
                cost=0.55,
                changes=(insert(token.start + len(word), " "),),
                expression=token.text,
                slots={"word": Code(token.text), "meant": Code(word)},
            )


def _meant(word: str, choices: tuple[str, ...]) -> str | None:
    lowered = word.lower()
    if _ALIASES.get(lowered) in choices:
        return _ALIASES[lowered]
    if lowered in choices:
        return lowered
    close = get_close_matches(lowered, choices, 1, 0.7 if len(lowered) > 3 else 0.66)  # noqa: PLR2004 - short words differ by one letter in three
    return close[0] if close else None


@syntax_rule("else-with-condition", "^invalid syntax", "expected ':'")
def else_with_condition(broken: Broken) -> Iterator[Candidate]:
    """Find `else if`, and a condition after `else`."""
    tokens = broken.here
    if not tokens or tokens[0].text != "else" or len(tokens) < 3:  # noqa: PLR2004 - else, condition, colon
        return
    second = tokens[1]
    slots = {"words": Code("else if" if second.text == "if" else "else")}
    expression = broken.span(tokens[0], tokens[-2] if tokens[-1].text == ":" else tokens[-1])
    tail = () if tokens[-1].text == ":" else (insert(tokens[-1].end, ":"),)
    if second.text == "if":
        yield Candidate(
            line=broken.fault.line,
            cost=0.5,
            changes=(Change(tokens[0].start, second.end, "elif"), *tail),
            expression=broken.span(tokens[0], second),
            slots=slots,
        )
    elif second.text != ":":
        yield Candidate(
            line=broken.fault.line,
            cost=0.9,
            changes=(replace_token(tokens[0], "elif"), *tail),
            expression=expression,
            slots=slots,
        )


@syntax_rule("print-without-brackets", "Missing parentheses in call", "^invalid syntax")
def print_without_brackets(broken: Broken) -> Iterator[Candidate]:
    """Give `print` its brackets."""
    for line in dict.fromkeys((broken.fault.line, broken.code_above(broken.fault.line))):
        tokens = broken.on(line)
        for index, token in enumerate(tokens[:-1]):
            if token.text not in ("print", "exec") or tokens[index + 1].text == "(":
                continue
            if index and tokens[index - 1].text not in (":", ";", "else"):
                continue
            end = len(tokens) - 1
            stop = next((i for i in range(index + 1, len(tokens)) if tokens[i].text == ";"), end + 1) - 1
            last = tokens[stop]
            if stop > index + 1 and tokens[index + 1].text in ("{", "[") and last.text in ("}", "]"):
                yield Candidate(
                    line=line,
                    cost=0.45,
                    changes=(replace_token(tokens[index + 1], "("), replace_token(last, ")")),
                    expression=broken.span(token, last),
                    slots={"name": Code(token.text)},
                )
            close = "".join(OPENERS[opener.text] for opener in reversed(brackets_of(tokens[index : stop + 1]).unclosed))
            yield Candidate(
                line=line,
                cost=0.5 if "parentheses" in broken.fault.message else 1.2,
                changes=(Change(token.end, tokens[index + 1].start, "("), insert(last.end, close + ")")),
                expression=broken.span(token, last),
                slots={"name": Code(token.text)},
            )


@syntax_rule("keyword-as-name", "^invalid syntax", "cannot assign to", "expected")
def keyword_as_name(broken: Broken) -> Iterator[Candidate]:
    """Find a keyword where a name should stand."""
    tokens = broken.here
    for index, token in enumerate(tokens):
        if token.kind != "keyword" or token.text in ("True", "False", "None"):
            continue
        before = tokens[index - 1].text if index else ""
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        is_target = (not before and after in ("=", ".", "+=", "[", ",")) or (
            before in ("for", "def", "class", "as", "global") and after in ("in", "(", ":", ",", "", ")")
        )
        is_parameter = before in ("(", ",") and after in (",", ")", "=")
        if is_target or is_parameter:
            same = [
                other
                for other in broken.tokens
                if other.text == token.text and (other is token or other.line == token.line)
            ]
            yield Candidate(
                line=token.line,
                cost=0.7,
                changes=tuple(replace_token(other, f"{token.text}_") for other in same[:3]),
                expression=token.text,
                slots={"word": Code(token.text)},
            )


@syntax_rule("prose-in-code", "^invalid syntax")
def prose_in_code(broken: Broken) -> Iterator[Candidate]:
    """Find a line of plain words that should be a comment or a text."""
    line = broken.fault.line
    tokens = broken.on(line)
    if tokens and tokens[0].kind != "keyword":
        words = [token for token in tokens if token.kind in ("name", "keyword")]
        used = {token.text for token in broken.tokens if token.line != line}
        new = [token for token in words if token.text not in used and token.kind == "name"]
        run = _longest_run(tokens)
        if len(run) >= 3 and len(new) >= 2 and not any(t.text in ("=", "(") for t in tokens[:2]):  # noqa: PLR2004 - three words in a row are a sentence
            yield Candidate(
                line=line,
                cost=0.9,
                changes=(insert(tokens[0].start, "# "),),
                expression=broken.text(line).strip(),
                slots={"words": Code(broken.span(run[0], run[-1]))},
            )


def _longest_run(tokens: list[Token]) -> list[Token]:
    best: list[Token] = []
    run: list[Token] = []
    for token in tokens:
        if token.kind == "name" or (token.kind == "keyword" and run):
            run.append(token)
            best = max(best, run, key=len)
        else:
            run = []
    return list(best)


@syntax_rule("text-without-quotes", "^invalid syntax", "Perhaps you forgot a comma")
def text_without_quotes(broken: Broken) -> Iterator[Candidate]:
    """Find words inside a call that lack their quote marks."""
    tokens = broken.here
    run = _longest_run(tokens)
    if len(run) < 2:  # noqa: PLR2004 - one word alone could be a name
        return
    known = {token.text for token in broken.tokens if token.line != broken.fault.line}
    at = tokens.index(run[0])
    if any(token.kind == "keyword" for token in run) or _is_called(tokens, run[-1]):
        return
    if (
        at
        and tokens[at - 1].text in ("(", ",", "=", "+", "==", "[")
        and sum(t.text not in known for t in run) >= len(run) - 1
    ):
        whole = _words_of_call(broken, run[0])
        if whole is not None:
            yield Candidate(
                line=broken.fault.line,
                cost=0.8,
                changes=(insert(whole[0].start, '"'), insert(whole[1].end, '"')),
                expression=broken.span(*whole),
                slots={"words": Code(broken.span(*whole))},
            )
        last = tokens.index(run[-1])
        while last + 1 < len(tokens) and tokens[last + 1].kind == "other":
            last += 1
        yield Candidate(
            line=broken.fault.line,
            cost=0.85,
            changes=(insert(run[0].start, '"'), insert(tokens[last].end, '"')),
            expression=broken.span(run[0], tokens[last]),
            slots={"words": Code(broken.span(run[0], tokens[last]))},
        )


def _words_of_call(broken: Broken, word: Token) -> tuple[Token, Token] | None:
    """Give the first and last token of a call that holds nothing but words and signs of prose."""
    opener = broken.opener(word)
    if opener is None or opener.text != "(":
        return None
    inside = [t for t in broken.here if t.start > opener.start and broken.opener(t) is opener]
    if not inside or inside[0] is not word:
        return None
    end = next((t for t in broken.here if t.start > word.start and t.text == ")"), None)
    inside = [t for t in inside if end is None or t.start < end.start]
    plain = all(t.kind in ("name", "keyword", "number", "other") or t.text in (",", ":", "-", ".") for t in inside)
    return (inside[0], inside[-1]) if plain and len(inside) > 1 else None


def _is_called(tokens: list[Token], name: Token) -> bool:
    after = tokens.index(name) + 1
    return after < len(tokens) and tokens[after].text == "("
