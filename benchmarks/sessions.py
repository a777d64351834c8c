"""Play sessions of students through a real language server and a real service, under each ladder policy.

    python -m benchmarks.sessions --sessions FILE [--policy code|attempts|earned]

Each line of FILE is one session: `{"id", "steps": [{"kind", "code", "cursor", "traceback"?, "question"?}]}`. `cursor`
is the line from 0. `kind` says what the student does: `first`, `same` (asks again, at most with other spaces or
comments), `attempt` (an edit that does not mend the problem), `new` (another problem), `back` (an earlier version),
`solved` (the mended program) or `question` (about the last answer). The offline tutor answers. Printed are the shares
of attempts that keep their level, of new problems that begin at level 1, of solved problems that are noticed, of
questions that do not climb, of edits that mend nothing and are called solved, and the number of texts that are said
twice in a session.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from testing.editor_side.whole_path import editing
from testing.service import RunningService
from tutor_pedagogy.ladder.policy import HIGHEST_OF_AN_ATTEMPT, Ladder

if TYPE_CHECKING:
    from testing.editor_side.editor import Editor

KINDS = frozenset(("first", "same", "attempt", "new", "back", "solved", "question"))


@dataclass(slots=True)
class Tally:
    """The number of steps of each kind, of those that went right, and the steps that did not."""

    all: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    too_early: list[str] = field(default_factory=list)
    """The steps that are called solved, but mend nothing."""

    def note(self, kind: str, place: str, *, right: bool, told: str) -> None:
        """Count a step."""
        self.all[kind] += 1
        self.right[kind] += right
        if not right:
            self.wrong.append(f"{place} ({kind}): {told}")


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    level: int
    change: str


def main() -> None:
    """Play the sessions and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=Path, required=True, metavar="FILE")
    parser.add_argument("--policy", choices=[policy.value for policy in Ladder], action="append")
    chosen = parser.parse_args()
    sessions = [json.loads(line) for line in chosen.sessions.read_text(encoding="utf-8").splitlines() if line.strip()]
    for policy in map(Ladder, chosen.policy or Ladder):
        tally = asyncio.run(play(sessions, policy))
        _print(policy, tally)


async def play(sessions: list[dict[str, Any]], policy: Ladder) -> Tally:
    """Play the sessions under a policy, each as a new student."""
    tally = Tally()
    limits = {"TUTOR_MESSAGES_PER_MINUTE": "1000", "TUTOR_DAILY_MESSAGE_CAP": "1000"}
    with tempfile.TemporaryDirectory() as name:
        settings = {"TUTOR_LADDER": policy.value, **limits}
        async with AsyncExitStack() as stack:
            service = await stack.enter_async_context(RunningService(Path(name), settings))
            for session in sessions:
                folder = Path(name) / str(session["id"])
                folder.mkdir()
                async with editing(folder, service) as editor:
                    await editor.initialize()
                    await _play_one(editor, session, policy, tally)
    return tally


async def _play_one(editor: Editor, session: dict[str, Any], policy: Ladder, tally: Tally) -> None:
    uri = await editor.open(session["steps"][0]["code"])
    played: list[_Step] = []
    texts: dict[str, int] = {}
    message_id = ""
    for number, step in enumerate(session["steps"], 1):
        place = f"{session['id']}.{number}"
        if step["kind"] not in KINDS:
            raise ValueError(f"{place}: the kind of a step is one of {', '.join(sorted(KINDS))}")
        await editor.change(uri, step["code"], version=number + 1)
        more = {name: step[name] for name in ("traceback", "question") if step.get(name)}
        if "traceback" in more:
            more["runId"] = str(uuid4())
        if step["kind"] == "question":
            more["followUpTo"] = message_id
        answer = await editor.answer(await editor.ask(uri, step["cursor"], 0, **more))
        if answer.started is None or answer.ended["reason"] != "completed":
            tally.note(step["kind"], place, right=False, told=str(answer.ended))
            continue
        message_id = answer.ended["messageId"]
        now = _Step(step["kind"], answer.started["hintLevel"], answer.started.get("change", ""))
        right, told = _judge(now, played, policy)
        tally.note(now.kind, place, right=right, told=told)
        if now.change == "solved" and now.kind != "solved":
            tally.too_early.append(f"{place} ({now.kind}) is called solved: {answer.text[:80]!r}")
        if answer.text in texts:
            tally.repeated.append(f"{place} says what {session['id']}.{texts[answer.text]} said: {answer.text[:80]!r}")
        texts.setdefault(answer.text, number)
        played.append(now)


def _judge(now: _Step, played: list[_Step], policy: Ladder) -> tuple[bool, str]:
    """Return whether a step got the level and the change that it should, and what it got."""
    told = f"level {now.level}, change {now.change}"
    before = next((step for step in reversed(played) if step.kind != "solved"), None)
    match now.kind:
        case "new" | "first":
            return now.level == 1, told
        case "solved":
            return now.change == "solved", told
        case "question":
            return bool(played) and now.level == played[-1].level, told
        case "attempt":
            if policy is Ladder.CODE:
                return now.level == 1, told
            return before is not None and now.level == min(before.level, HIGHEST_OF_AN_ATTEMPT), told
        case _:
            return True, told


def _print(policy: Ladder, tally: Tally) -> None:
    print(f"\n{policy.value}")
    for kind in ("attempt", "new", "solved", "question", "first", "same", "back"):
        if tally.all[kind]:
            share = 100 * tally.right[kind] / tally.all[kind]
            print(f"  {kind:9} {share:5.1f} %  {tally.right[kind]} of {tally.all[kind]}")
    print(f"  called solved, but not mended: {len(tally.too_early)}")
    print(f"  texts said twice in a session: {len(tally.repeated)}")
    for line in (*tally.wrong, *tally.too_early, *tally.repeated):
        print(f"    {line}")


if __name__ == "__main__":
    main()
