"""Check a commit message: `python -m tools.commit_message FILE`, as Git's hook `commit-msg` calls it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools.markdown import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_SUBJECT = 72
MAX_BODY = 100
SCISSORS = "# ------------------------ >8 ------------------------"
# Git or an editor writes such subjects, or they mark a commit that will be squashed into another one.
WRITTEN_BY_GIT = re.compile(r"(?:Merge|Revert|fixup!|squash!|amend!) ")
AREA = re.compile(r"[a-z][\w./-]*: ")
VERBS = ("add", "change", "fix", "improve", "move", "refactor", "remove", "rename", "replace", "update", "use")
NOT_IMPERATIVE = frozenset(
    {"a", "an", "the", "made", "making", "makes", "wrote", "written", "writing", "writes"}
    | {form for verb in VERBS for form in (f"{verb.removesuffix('e')}ed", f"{verb.removesuffix('e')}ing")}
    | {f"{verb}es" if verb.endswith("x") else f"{verb}s" for verb in VERBS}
)


def faults(message: str) -> Iterator[str]:
    """Yield a sentence for each rule that a message breaks. The sentence says how to correct the message."""
    lines = [line.rstrip() for line in message.split(SCISSORS, 1)[0].splitlines() if not line.startswith("#")]
    while lines and not lines[0]:
        del lines[0]
    if not lines:
        yield "the message is empty"
        return
    if WRITTEN_BY_GIT.match(lines[0]):
        return
    yield from _faults_of_subject(lines[0])
    if len(lines) > 1 and lines[1]:
        yield "line 2: leave it blank, between the subject and the body"
    for number, line in enumerate(lines[2:], start=3):
        length = len(ADDRESS.sub("", line))
        if length > MAX_BODY:
            yield f"line {number}: {length} characters; wrap the body at {MAX_BODY}"


def _faults_of_subject(subject: str) -> Iterator[str]:
    if len(subject) > MAX_SUBJECT:
        yield f"subject: {len(subject)} characters; at most {MAX_SUBJECT} are allowed"
    if subject.endswith("."):
        yield "subject: leave out the full stop at its end"
    words = AREA.sub("", subject, count=1).split()
    if not words:
        yield "subject: say after the area what the commit does"
    elif words[0].lower() in NOT_IMPERATIVE:
        yield f"subject: begin with an imperative (“Add”, “Fix”, “Move”), not with “{words[0]}”"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the message in the given file. Return 1 if it breaks a rule, else 0."""
    (name,) = sys.argv[1:] if arguments is None else arguments
    found = list(faults(Path(name).read_text(encoding="utf-8")))
    for fault in found:
        print(f"commit message: {fault} (docs/style.md, “Commits”)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
