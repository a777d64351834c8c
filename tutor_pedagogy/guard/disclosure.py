"""Decide whether code reveals something that the hint level withholds. All checks of code use these functions.

The functions are mutually recursive, because a string in code may contain code.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.forms import is_syntax
from tutor_pedagogy.guard.neutral import follows_values, is_far, is_foreign
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import all_tokens_of, is_one_thing, is_string, names_in, tokens_of
from tutor_pedagogy.guard.views import unmarked_code
from tutor_pedagogy.guard.views.markup import MARK, Reading
from tutor_pedagogy.guard.vocabulary import CONSTANTS, KEYWORDS, phrase
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.guard.context import GuardContext

OPERATION = 3
"""The minimum number of tokens in code that does something: two operands and an operator."""
STATEMENT = re.compile(
    r"(?:return|import|from|raise|del|global|nonlocal|yield|assert)\b.+|break|continue"
    r"|(?:for|while|if|elif|with|def|class|else|try|except|finally)\b.*:"
    r"|(?:for|while|if|elif|with|else|try|except|finally)\b[^:\n]*+: "
    r"(?:return|raise|break|continue|pass|print\b|[\w.\[\]]{1,40} ?[-+*/]?=(?!=)).*"
)
MARKS = re.compile(MARK)

_FIELD = re.compile(r"\{[^{}]*\}")
_COLLECTION = frozenset("\"'[(")
_HEADERS = frozenset({"if", "elif", "while", "return", "assert"})
_JOINING = frozenset({"and", "or", "not"})
_SHORT_CONDITION = 5
_LINE_END = re.compile(r"\n|;(?= )")
_LABEL = phrase("LABEL")
_ACTION = re.compile(r"[^\W\d][\w.\[\], ]*+\s*+(?:[-+*/%&|^]|//|\*\*|<<|>>)?=(?!=)\s*+\S.*|[^\W\d][\w.]*\([^\n]*\)")
_UNMISTAKABLE = re.compile(
    r"(?:return|import|del|global|nonlocal|raise|yield) [\w.]+|for \w+(?:, ?\w+)* in \S.*:"
    r"|(?:async )?def \w+ ?\([^)\n]*+\).*:"
    r"|class \w+(?:\(.*\))?:"
)
"""Lines that count as code by their form alone, whatever names they contain."""
_SPLIT_SIGN = re.compile(r"([-+*/%<>=!&|^]) (?=[=*/<>])")
_SIGN = re.compile(r"[-+*/%=<>(]|\b(?:and|or|not|in|is|return|lambda|import)\b")
_HOLDS_ANY_WORDS = re.compile(r"""#|\"{3}|'{3}""")
"""The start of a comment or a triple-quoted string, which may contain any words."""
_ACTIONS = (ast.Assign, ast.AugAssign, ast.Return, ast.If, ast.While, ast.For, ast.FunctionDef, ast.Call)
_IMPORTS = (ast.Import, ast.ImportFrom)
_CALCULATIONS = (ast.Compare, ast.BinOp, ast.IfExp, ast.Subscript, ast.Attribute)


def gives_away(context: GuardContext, code: str) -> bool:
    """Return whether code is neither the student's own nor of an allowed form, or hides code in a string.

    Several tokens that only the known edit adds have no allowed form.
    """
    tokens = tokens_of(code)
    if is_one_thing(tokens) or context.material.has_code(tokens):
        return False
    if context.edit is not None and context.edit.adds(tokens) and not _is_named_from_level_3(context, tokens):
        return True
    if context.edit is not None and is_far(tokens, context.material, context.edit):
        return says_code(context, tokens)
    may_pass = context.forms.permit(tokens) or _is_of_an_example(context, tokens)
    return not may_pass or says_code(context, tokens)


def _is_named_from_level_3(context: GuardContext, tokens: Sequence[str]) -> bool:
    """Return whether tokens are a part of Python that a hint may name from level 3 on: `os.path`, `not in`."""
    return context.level >= HintLevel.STRUCTURE and (context.forms.is_dotted_name(tokens) or is_syntax(tokens))


def _is_of_an_example(context: GuardContext, tokens: Sequence[str]) -> bool:
    """Return whether code may belong to an example, which level 4 allows, and a small one from level 2 on.

    It must share no name and no string with the student's program, and must not be its code with one token changed.
    """
    if context.level < HintLevel.CONCEPT:
        return False
    if context.level < HintLevel.EXAMPLE:
        return is_foreign(tokens, context.material, context.edit)
    names = {token.casefold() for token in tokens if token.isidentifier()}
    if not names or names & context.material.folded_identifiers:
        return False
    if any(map(context.material.has_string, filter(is_string, tokens))):
        return False
    return not context.material.nearly_has(tokens)


def says_code(context: GuardContext, tokens: Sequence[str]) -> bool:
    """Return whether a string literal among the tokens contains code, or all of them joined do."""
    strings = [_FIELD.sub("", token.lstrip("rRbBfFuU").strip("\"'")) for token in tokens if is_string(token)]
    texts = [string for string in strings if len(string) > 1 and not context.material.has_text(string)]
    if any(quotes_code(context, Reading(text)) for text in texts):
        return True
    return len(strings) >= OPERATION and any(states(context, text) for text in ("".join(strings), " ".join(strings)))


def quotes_code(context: GuardContext, quoted: Reading) -> bool:
    """Return whether a text contains code that reveals too much, within a sentence or as a whole line."""
    runs = unmarked_code.runs(quoted, context.material)
    return any(run_gives_away(context, run) for run in runs) or rule_of_lines(context, quoted) is not None


def run_gives_away(context: GuardContext, run: list[str]) -> bool:
    """Return whether a run of code in a sentence reveals too much, even when it is split at its keywords."""
    if len(run) < OPERATION or not any(token.isidentifier() or token[0].isdigit() for token in run):
        return False
    if not gives_away(context, " ".join(run)):
        return False
    return any(gives_away(context, " ".join(part)) for part in _split_at_keywords(run)) or _is_rejoined(context, run)


def _split_at_keywords(run: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word, after in zip(run, [*run[1:], ""], strict=True):
        if word in KEYWORDS and word not in CONSTANTS and not (word == "in" and after[:1] in _COLLECTION):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if len(part) >= OPERATION]


def _is_rejoined(context: GuardContext, run: list[str]) -> bool:
    """Return whether a condition with `and`, `or` or `not` is the student's code with one token changed."""
    condition = run[1:] if run[0] in _HEADERS else run
    condition = condition[:-1] if condition[-1:] == [":"] else condition
    is_joined = not _JOINING.isdisjoint(condition) and len(condition) > _SHORT_CONDITION
    return is_joined and context.material.nearly_has([token.replace("'", '"') for token in condition])


def rule_of_lines(context: GuardContext, reading: Reading, *, is_offered: bool = False) -> GuardRule | None:
    """Return the rule broken by a line, or a table cell, that consists of a statement only, or None.

    The student's own statement breaks a rule only if the text presents it as the fix (`is_offered`).
    """
    for line in _LINE_END.split(reading.prose):
        line = _LABEL.sub("", line)  # noqa: PLW2901 - the loop continues with the line without its label
        is_marked = bool(reading.marked) and bool(MARKS.search(line))
        statement = (MARKS.sub(lambda mark: reading.span(mark[0]), line) if is_marked else line).strip()
        if not STATEMENT.fullmatch(statement) and (is_marked or not _is_action(statement)):
            continue
        tokens = tokens_of(statement)
        is_code = all(map(context.is_code_word, names_in(tokens))) or _UNMISTAKABLE.fullmatch(statement)
        if is_one_thing(tokens) or not is_code:
            continue
        if follows_values(tokens):
            continue
        if context.material.has_code(tokens):
            if is_offered:
                return GuardRule.EDIT_LINE
        elif not context.forms.permit_statement(tokens):
            return GuardRule.CODE_LINE
    return None


def _is_action(statement: str) -> bool:
    return ("=" in statement or statement.endswith(")")) and bool(_ACTION.fullmatch(statement))


def states(context: GuardContext, text: str) -> bool:
    """Return whether a text that was joined from pieces contains a statement that reveals too much."""
    return any(is_new_statement(context, part) for line in text.split("\n") for part in _without_first_words(line))


def _without_first_words(line: str) -> Iterator[str]:
    """Yield a line without its final punctuation: whole, then without its first one, two and three words."""
    line = line.strip().rstrip(".!?,;")
    yield line
    for _ in range(3):
        first, _, line = line.partition(" ")
        if not first.rstrip(",:").isalpha():
            return
        yield line


def is_new_statement(context: GuardContext, code: str, *, may_calculate: bool = True) -> bool:
    """Return whether a line is a statement that reveals too much. With `may_calculate`, expressions count, too."""
    if not _SIGN.search(code):
        return False
    code = _SPLIT_SIGN.sub(r"\1", code)
    tokens = all_tokens_of(code)
    if len(tokens) < OPERATION or _has_operands_side_by_side(code, tokens):
        return False
    kinds = _ACTIONS + _IMPORTS + (_CALCULATIONS if may_calculate else ())
    return isinstance(_statement(code), kinds) and gives_away(context, code)


def _has_operands_side_by_side(code: str, tokens: list[str]) -> bool:
    """Return whether two operands are side by side, as in `n = 2 n = 3`, so that a line cannot be code.

    This is a cheap prefilter: parsing the line would take ten times as long.
    """
    if _HOLDS_ANY_WORDS.search(code):
        return False
    return any(_is_operand(one) and _is_operand(other) for one, other in pairwise(tokens))


def _is_operand(token: str) -> bool:
    return token[0].isdigit() or (token.isidentifier() and token not in KEYWORDS)


def _statement(code: str) -> ast.AST | None:
    """Return the syntax tree (AST) node of a statement, header or expression, or None if the line is not code."""
    header = re.sub(r"^elif\b", "if", code) + (" pass" if code.endswith(":") else "")
    try:
        statement = syntax_tree(header).body[0]
    except (SyntaxError, ValueError, IndexError, RecursionError, MemoryError):
        return None
    return statement.value if isinstance(statement, ast.Expr) else statement
