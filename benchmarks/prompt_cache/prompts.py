"""The prompts of played sessions, as the checkout writes them and as an earlier commit wrote them."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import report
from tutor_protocol import Position, Submission
from tutor_server.storage.conversation import PastAsk
from tutor_server.tutoring.code_edit import edit_between
from tutor_server.tutoring.context import build_context
from tutor_server.tutoring.known_facts import KnownFacts
from tutor_server.tutoring.marker_word import marker_word
from tutor_server.tutoring.prompts import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.prompt_cache.sessions import PlayedAsk

    Messages = list[dict[str, str]]
    """The messages of one prompt, as OpenAI's Chat Completions API takes them."""

BEFORE = "4550050"
"""The last commit whose prompts had a fresh secret word in each ask, and earlier messages in one block."""
_SESSION = UUID(int=1)
_BUDGET = 8000
_OF_BEFORE = """
import json, secrets, sys
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_protocol import Position, Submission
from tutor_server.storage.background import EarlierAnswer, PastMessage
from tutor_server.tutoring.context import build_context
from tutor_server.tutoring.prompts import assemble
prompts = []
for session in json.load(sys.stdin):
    history, earlier = [], []
    for ask in session:
        submission = Submission(code=ask["code"], cursor=Position(ask["line"], 0), question=ask["question"])
        prompt = assemble(
            build_context(submission, history[::-1], 8000), level=HintLevel(ask["level"]), student=StudentLevels(),
            module=None, earlier_answers=earlier[-10:], nonce=secrets.token_hex(12), canary=secrets.token_hex(12),
        )
        turns = [{"role": turn.role, "content": turn.content} for turn in prompt.turns]
        prompts.append([{"role": "system", "content": prompt.system}, *turns])
        history += [PastMessage("user", ask["question"] or ""), PastMessage("assistant", ask["answer"])]
        earlier.append(EarlierAnswer(ask["level"], ask["answer"]))
json.dump(prompts, sys.stdout)
"""


def prompts_now(played: Sequence[Sequence[PlayedAsk]]) -> list[Messages]:
    """Return the prompts that the checkout writes for sessions, one after another."""
    prompts = []
    for number, session in enumerate(played):
        past: list[PastAsk] = []
        before = None
        marker = marker_word(b"benchmark", uuid5(_SESSION, str(number)), UUID(int=number))
        for ask in session:
            submission = Submission(code=ask.code, cursor=Position(ask.line, 0), question=ask.question)
            edit = "" if before is None else edit_between(before, ask.code, 1)
            prompt = assemble(
                build_context(submission, past, _BUDGET, edit=edit),
                level=HintLevel(ask.level),
                student=StudentLevels(),
                module=None,
                known=KnownFacts(purpose="follow_up" if ask.question else "find", finding=report(submission)),
                marker=marker,
            )
            turns = [{"role": str(turn.role), "content": turn.content} for turn in prompt.turns]
            prompts.append([{"role": "system", "content": prompt.system}, *turns])
            past.append(PastAsk(question=ask.question or "", answer=ask.answer, hint_level=ask.level))
            before = ask.code
    return prompts


def prompts_before(played: Sequence[Sequence[PlayedAsk]]) -> list[Messages]:
    """Return the prompts that the commit `BEFORE` wrote for the same sessions."""
    packages = ("tutor_server", "tutor_pedagogy", "tutor_protocol", "tutor_analysis")
    packed = subprocess.run(
        [shutil.which("git") or "git", "archive", BEFORE, *packages], capture_output=True, check=True
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(folder, filter="data")
        done = subprocess.run(
            [sys.executable, "-c", _OF_BEFORE],
            input=json.dumps([[ask.values() for ask in session] for session in played]),
            env={**os.environ, "PYTHONPATH": folder},
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    prompts: list[Messages] = json.loads(done.stdout)
    return prompts
