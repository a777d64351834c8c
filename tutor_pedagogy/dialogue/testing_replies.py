"""Answers to "how do I test that?": small calls of the program, to be worked out by hand first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.check.cases import tested

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_HOW = re.compile(
    r"\bhow (?:do|can|could|should|would) (?:i|we|you) (?:best |then )?"
    r"(?:test\b|check (?:if|that|whether) (?:it|its|this|that|my)\b)"
    r"|\bwie (?:teste|pr[uü]fe|kann ich \w{0,12} ?(?:testen|pr[uü]fen))\b"
    r"|\bc[oó]mo (?:lo )?(?:pruebo|compruebo|puedo probar)"
    r"|\bcomment (?:je )?(?:tester?|puis-je tester|v[eé]rifier)\b|\bcomo (?:eu )?(?:testo|posso testar)",
    re.IGNORECASE,
)
_MOST = 2


def testing_replies(asked: Question) -> Iterator[Said]:
    """Yield calls of the program with values at the edges, for a question how to test it."""
    program = asked.diagnosis.program
    if program.tree is None or not _HOW.search(asked.text):
        return
    function, cases = tested(program)
    if function is not None and cases:
        told = [code_span(case.code) for case in cases[:_MOST]]
        calls = f" {asked.say('listing', 'and')} ".join(told)
        yield Said(native(asked.language, "testing_calls", calls=calls, name=code_span(function.name)))
    yield Said(native(asked.language, "testing", line=asked.line))
