"""Judges the offline tutor on real student programs, by the cause and the line that it names and the edit it offers.

A row has `id`, `code`, `kind` (`syntax`, `runtime`, `logic`), `error` and, if known, `fixed` and `driver`.
"""

from __future__ import annotations

import difflib
import re
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, percentile, share
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Edit, Finding, diagnose, explain
from tutor_pedagogy.offline.engine import diagnosis
from tutor_pedagogy.offline.engine.lexing import tokens_of
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GENERIC = ("syntax.unreadable-line", "runtime.other", "logic.trace-by-hand")
"""Rules that name no cause, but only say that there is a mistake."""
FEWEST_WORDS, MOST_WORDS, GRADE = 40, 160, 9.0
MOST_TOKENS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEdit:
    """An edit and its effect on the program. `equals_fix` is None if no fix is known."""

    edit: Edit | None
    compiles: bool
    keeps_statements: bool
    tokens: int
    equals_fix: bool | None

    @property
    def is_good(self) -> bool:
        """Whether the edited program compiles, keeps every statement and differs in few tokens."""
        return self.compiles and self.keeps_statements and self.tokens <= MOST_TOKENS


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBug:
    """One program with the tutor's finding and texts. A logic error is also judged without the error's text."""

    id: str
    kind: str
    finding: Finding
    texts: dict[int, str]
    flagged: dict[int, str]
    """The rule by which the guard would stop the text of a level, for each level whose text it would stop."""
    milliseconds: list[float]
    changed: tuple[int, ...]
    """The lines that the fix changes if there are one or two, else an empty tuple."""
    edit: JudgedEdit
    alone: Finding | None
    """The finding for a logic error with a known fix if the error's text is left out, else None."""
    on_fix: Finding | None
    """The finding in the fixed program for a logic error with a known fix, else None."""

    @property
    def is_named(self) -> bool:
        """Whether a rule other than the generic ones matched."""
        return self.finding.rule not in GENERIC

    @property
    def has_right_line(self) -> bool:
        """Whether the text of level 3 names at least one line, and only lines that the fix changes."""
        named = {int(number) for number in re.findall(r"\blines? (\d+)", self.texts[HintLevel.STRUCTURE])}
        return bool(named) and named <= set(self.changed)

    def as_json(self) -> dict[str, Any]:
        """Return the row's result as JSON-compatible data."""
        edit = self.edit.edit
        found: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "rule": self.finding.rule,
            "lines": self.finding.lines,
            "expression": self.finding.expression,
            "changed": self.changed,
            "line_right": self.has_right_line if self.changed and self.kind != "logic" else None,
            "texts": self.texts,
            "flagged": self.flagged,
            "ms": max(self.milliseconds),
            "edit": {"line": edit.line, "before": edit.before, "after": edit.after} if edit else None,
            "edit_compiles": self.edit.compiles,
            "edit_keeps_statements": self.edit.keeps_statements,
            "edit_tokens": self.edit.tokens,
            "edit_equals_fix": self.edit.equals_fix,
        }
        if self.alone and self.on_fix:
            found |= {"alone": self.alone.rule, "alone_lines": self.alone.lines, "on_fix": self.on_fix.rule}
        return found


def submission(row: dict[str, Any], *, error: bool = True, code: str | None = None) -> Submission:
    """Return the submission that an editor would send: the code, the cursor at its start, and the traceback."""
    traceback = row["error"] if error and row["kind"] != "syntax" else None
    return Submission(code=code or row["code"], cursor=Position(0, 0), traceback=traceback)


def changed_lines(code: str, fixed: str, spelling: Callable[[str], object]) -> tuple[int, ...]:
    """Return the numbers, from 1, of lines that a fix changes or adds a line beside. Blank lines are left out."""
    before, after = code.splitlines(), fixed.splitlines()
    old, new = ([spelling(line) for line in text] for text in (before, after))
    lines: list[int] = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("replace", "delete"):
            lines += [number + 1 for number in range(start, end) if before[number].strip()]
        elif tag == "insert" and any(line.strip() for line in after[new_start:new_end]):
            lines += [max(start, 1), start + 1]
    return tuple(lines)


def compiles(code: str) -> bool:
    """Return whether the code compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "edited", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def tokens_changed(before: str, after: str) -> int:
    """Return the number of tokens that were inserted, deleted or replaced."""
    old, new = ([token.text for token in tokens_of(text) if token.type != "newline"] for text in (before, after))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def statements(code: str) -> int:
    """Return the number of lines with code, which excludes blank lines and comments."""
    return sum(1 for line in code.splitlines() if line.strip() and not line.strip().startswith("#"))


def judge_edit(row: dict[str, Any], edit: Edit | None) -> JudgedEdit:
    """Apply the edit and judge the resulting program. A missing edit counts as one that does not compile."""
    known = bool(row.get("fixed"))
    if edit is None:
        equals = False if known else None
        return JudgedEdit(edit=None, compiles=False, keeps_statements=False, tokens=0, equals_fix=equals)
    edited = edit.apply(row["code"])
    fixed = {re.sub(r"\s", "", line) for line in (row.get("fixed") or "").splitlines()}
    pairs = zip(edit.before.split("\n"), edit.after.split("\n"), strict=False)
    changed = [re.sub(r"\s", "", after) for before, after in pairs if before != after]
    return JudgedEdit(
        edit=edit,
        compiles=compiles(edited),
        keeps_statements=statements(edited) >= statements(row["code"]),
        tokens=tokens_changed(row["code"], edited),
        equals_fix=all(line in fixed for line in changed) if known else None,
    )


def flagged(asked: Submission, level: HintLevel, text: str) -> str | None:
    """Return the rule by which the guard would stop the text if a model had written it, or None."""
    guard = Guard(level, asked)
    guard.feed(text)
    guard.finish()
    return guard.verdict.rule if guard.verdict else None


def judge(row: dict[str, Any]) -> JudgedBug:
    """Generate the texts of a row for all five levels, time each, and compare the findings with the fix."""
    asked = submission(row)
    student = StudentLevels()
    texts, stopped, times = {}, {}, []
    for level in HintLevel:
        diagnosis._cause.cache_clear()  # noqa: SLF001 - each answer must be timed without a cached diagnosis
        start = time.process_time()
        texts[int(level)] = explain(asked, level, student).text
        times.append((time.process_time() - start) * 1000)
        if level < HintLevel.SOLUTION and (rule := flagged(asked, level, texts[int(level)])):
            stopped[int(level)] = rule
    finding, fixed = diagnose(asked), row.get("fixed")
    changed: tuple[int, ...] = ()
    if fixed:
        changed = changed_lines(row["code"], f"{fixed}\n{row.get('driver') or ''}", lambda line: tuple(line.split()))
        if row["kind"] == "syntax" and not changed:
            changed = changed_lines(row["code"], fixed, str)
    compared = row["kind"] == "logic" and fixed
    return JudgedBug(
        id=row["id"],
        kind=row["kind"],
        finding=finding,
        texts=texts,
        flagged=stopped,
        milliseconds=times,
        changed=changed if len(changed) <= 2 else (),
        edit=judge_edit(row, finding.edit),
        alone=diagnose(submission(row, error=False)) if compared else None,
        on_fix=diagnose(submission(row, error=False, code=fixed)) if compared else None,
    )


def figures(bugs: Sequence[JudgedBug]) -> list[Figure]:
    """Return the figures of the table."""
    syntax, runtime, logic = ([bug for bug in bugs if bug.kind == kind] for kind in ("syntax", "runtime", "logic"))
    pairs = [(bug.alone.rule, bug.on_fix.rule) for bug in logic if bug.alone and bug.on_fix]
    equal = [bug.edit.equals_fix for bug in syntax if bug.edit.equals_fix is not None]
    equal_to_small_fix = [bool(bug.edit.equals_fix) for bug in syntax if bug.changed]
    hints = [text for bug in bugs for level, text in bug.texts.items() if level < HintLevel.SOLUTION]
    words = [len(text.split()) for text in hints]
    return [
        share("syntax: a rule beyond the generic one", [bug.is_named for bug in syntax], at_least=97),
        share("syntax: right line", [bug.has_right_line for bug in syntax if bug.changed], at_least=92),
        share("run time: a rule beyond the generic one", [bug.is_named for bug in runtime], at_least=97),
        share("run time: right line", [bug.has_right_line for bug in runtime if bug.changed], at_least=85),
        share("logic with the failing text: beyond the generic ladder", [bug.is_named for bug in logic], at_least=85),
        share(
            "logic without it: a finding that vanishes in the fix",
            [alone not in GENERIC and alone != on_fix for alone, on_fix in pairs],
            at_least=40,
        ),
        share(
            "logic without it: a false finding on the fix",
            [on_fix not in GENERIC for _, on_fix in pairs],
            at_most=15,
        ),
        share("edit: compiles, keeps every statement, small", [bug.edit.is_good for bug in syntax], at_least=80),
        share("edit: equals a fix of one or two lines", equal_to_small_fix, at_least=60),
        share("edit: equals any fix, also a program written anew", equal),
        Figure(
            "offline texts of levels 1 to 4 that the guard flags", sum(len(b.flagged) for b in bugs), at_most=0, unit=""
        ),
        share("hints of 40 to 160 words", [FEWEST_WORDS <= count <= MOST_WORDS for count in words], at_least=100),
        share("hints of reading grade 9 or below", [reading_grade(text) <= GRADE for text in hints], at_least=100),
        Figure(
            "offline answer, CPU, p95", percentile([t for b in bugs for t in b.milliseconds], 95), at_most=5, unit="ms"
        ),
    ]


def words_of(text: str) -> list[str]:
    """Return the words of a hint as a reader counts them: a code span is one word, a code block none."""
    prose = re.sub(r"```.*?```", " ", text, flags=re.DOTALL)
    return re.findall(r"[\w'-]+", re.sub(r"`[^`]*`", " code ", prose))


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a hint's prose (Kincaid et al. 1975); a code span counts as one short word."""
    words = words_of(text)
    prose = re.sub(r"```.*?```", ". ", text, flags=re.DOTALL)
    sentences = len(re.findall(r"[.!?:](?:\s|$)|\n\s*\n|\n(?=\d+\. )", re.sub(r"`[^`]*`", " code ", prose))) or 1
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / max(len(words), 1) - 15.59


def _syllables(word: str) -> int:
    """Return the number of vowel groups, without a silent final `e`; at least one."""
    bare = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeiouydt])ed$", "", word.lower())
    return max(1, len(re.findall(r"[aeiouy]+", bare)))
