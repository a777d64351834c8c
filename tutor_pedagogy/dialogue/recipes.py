"""How things are done in Python, for “how do I …?”: the idea and an example in another program."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.names import own_names
from tutor_pedagogy.dialogue.native_texts import without_code
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.writing import fenced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_MAX_QUESTION = 300
_HOW = re.compile(
    r"\bhow (?:do|can|could|should|would|to|does one)\b|\bis there (?:a|any|some) (?:way|function|method)\b"
    r"|\b(?:which|what) (?:function|method|command)\b|\bway to\b"
    r"|\b(?:which|what) (?:is the )?index\b|\bqu[eé] [ií]ndice\b|\bwelche[rn] index\b|\bquel indice\b"
    r"|\bwie (?:kann|mache?|soll|muss|geht|bekomme|f[i]nde)\b"
    r"|\bc[oó]mo\b|\bcomment\b|\bcomo (?:fa[cç]o|posso|eu|se)\b",
    re.IGNORECASE,
)


def recipe_replies(asked: Question) -> Iterator[Said]:
    """Yield how the thing is done that a question asks for, as long as that is not the edit of a later hint."""
    text = asked.text[:_MAX_QUESTION]
    found = _HOW.search(text)
    if found is None:
        return
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    own = [re.escape(name) for name in own_names(asked.diagnosis.program) if name not in BUILTINS]
    rest = re.sub(rf"\b(?:{'|'.join(own)})\b", " ", rest) if own else rest
    recipe = next((each for pattern, each in _recipes() if pattern.search(rest)), None)
    if recipe is None or (_is_early(asked, recipe) and asked.level < HintLevel.STRUCTURE):
        return
    native = recipe.get(asked.language, "")
    example = f"\n\n{fenced(recipe['example'])}"
    direct = native or (recipe["says"] if asked.language == "en" else "")
    more = "" if direct else recipe["says"]
    if asked.level >= HintLevel.EXAMPLE:
        yield Said(f"{direct}{example}") if direct else Said("", f"{more}{example}")
    yield Said(direct, more)
    yield Said(without_code(direct), without_code(more))


def _is_early(asked: Question, recipe: dict[str, Any]) -> bool:
    """Return whether a recipe names what the edit of the hint adds."""
    edit = asked.diagnosis.finding.edit
    if edit is None:
        return False
    added = set(re.findall(r"[A-Za-z_]\w+", edit.after)) - set(re.findall(r"[A-Za-z_]\w+", edit.before))
    return bool(added & set(re.findall(r"[A-Za-z_]\w+", f"{recipe['says']} {recipe['example']}")))


@cache
def _recipes() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    return tuple((re.compile(each["asks"], re.IGNORECASE), each) for each in table("recipes")["recipe"])
