"""Measure the offline tutor on programs of real students.

Does it name the cause and the line, and does its edit compile?

`python -m benchmarks.offline_tutor --bugs FILE [--json OUT]`: FILE holds one JSON object a line with `code`, `kind`
(`syntax`, `runtime`, `logic`), `error` and, where known, `fixed` and `student_code`. Prints a table; with `--json`
writes one line a row.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor_server.pedagogy.levels import HintLevel, StudentLevels
from tutor_server.pedagogy.offline import Edit, Finding, diagnose, explain
from tutor_server.pedagogy.offline.lexing import tokens_of
from tutor_server.protocol import Position, Submission

GENERIC = ("syntax.unreadable-line", "runtime.other", "logic.trace-by-hand")
STUDENT = StudentLevels()


@dataclass
class Row:
    """One program with what the tutor said about it."""

    id: str
    kind: str
    finding: Finding
    texts: dict[int, str]
    milliseconds: list[float]
    changed: tuple[int, ...] | None
    """Lines of the code that the fix changes, where it changes one or two."""
    marks: dict[str, bool | None] = field(default_factory=dict)


def submission(row: dict[str, Any], *, error: bool = True, code: str | None = None) -> Submission:
    """Ask about a row the way an editor would: the code, the cursor at its start, what the machine said."""
    traceback = row["error"] if error and row["kind"] != "syntax" else None
    return Submission(code=code or row["code"], cursor=Position(0, 0), traceback=traceback)


def changed_lines(code: str, fixed: str) -> tuple[int, ...]:
    """Give the lines of the code, from 1, that a fix replaces, deletes or puts something next to, blanks aside."""
    before, after = ([line.split() for line in text.splitlines()] for text in (code, fixed))
    old = [tuple(line) if line else ("",) for line in before]
    new = [tuple(line) if line else ("",) for line in after]
    lines: list[int] = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("replace", "delete"):
            lines += [n + 1 for n in range(start, end) if before[n]]
        elif tag == "insert" and any(after[n] for n in range(new_start, new_end)):
            lines += [max(start, 1), start + 1]
    return tuple(lines)


def indented_lines(code: str, fixed: str) -> tuple[int, ...]:
    """Like `changed_lines`, where indentation counts."""
    old, new = code.splitlines(), fixed.splitlines()
    lines: list[int] = []
    for tag, start, end, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("replace", "delete"):
            lines += [n + 1 for n in range(start, end) if old[n].strip()]
    return tuple(lines)


def compiles(code: str) -> bool:
    """Tell whether Python takes the code."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "edited", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def tokens_changed(before: str, after: str) -> int:
    """Count tokens put in, taken out or exchanged."""
    old, new = ([t.text for t in tokens_of(text) if t.kind != "newline"] for text in (before, after))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal")


def statements(code: str) -> int:
    """Count logical lines that hold code."""
    return sum(1 for line in code.splitlines() if line.strip() and not line.strip().startswith("#"))


def judge_edit(row: dict[str, Any], edit: Edit | None) -> tuple[bool, bool | None]:
    """Tell whether an edit is acceptable, and whether it equals the fix on its lines up to spacing."""
    if edit is None:
        return False, None if not row.get("fixed") else False
    edited = edit.apply(row["code"])
    good = (
        compiles(edited) and tokens_changed(row["code"], edited) <= 3 and statements(edited) >= statements(row["code"])
    )
    if not row.get("fixed"):
        return good, None
    fixed = {re.sub(r"\s", "", line) for line in row["fixed"].splitlines()}
    changed = [
        re.sub(r"\s", "", b) for a, b in zip(edit.before.split("\n"), edit.after.split("\n"), strict=False) if a != b
    ]
    return good, all(line in fixed for line in changed)


def named_lines(text: str) -> set[int]:
    """Give the lines that a text names."""
    return {int(number) for number in re.findall(r"\blines? (\d+)", text)}


def measure(row: dict[str, Any], *, error: bool = True) -> Row:
    """Ask for all five texts of a row and time each."""
    asked = submission(row, error=error)
    texts, times = {}, []
    for level in HintLevel:
        start = time.perf_counter()
        texts[int(level)] = explain(asked, level, STUDENT).text
        times.append((time.perf_counter() - start) * 1000)
    changed = changed_lines(row["code"], row["fixed"] + "\n" + row.get("driver", "")) if row.get("fixed") else ()
    if row["kind"] == "syntax" and row.get("fixed") and not changed:
        changed = indented_lines(row["code"], row["fixed"])
    return Row(row["id"], row["kind"], diagnose(asked), texts, times, changed if 0 < len(changed) <= 2 else None)


def share(values: list[bool]) -> str:
    """Write a share with its counts."""
    return f"{100 * sum(values) / len(values):5.1f} %  ({sum(values)}/{len(values)})" if values else "    -"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bugs", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", help="print the rows of a kind that fall short")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.bugs.read_text(encoding="utf-8").splitlines() if line.strip()]
    table: dict[str, list[bool]] = {}
    times: list[float] = []
    written = []
    for row in rows:
        measured = measure(row)
        times += measured.milliseconds
        kind = row["kind"]
        named = measured.finding.rule not in GENERIC
        table.setdefault(f"{kind}: finding beyond the generic ones", []).append(named)
        line_right = None
        if kind != "logic" and measured.changed:
            lines = named_lines(measured.texts[3])
            line_right = bool(lines) and lines <= set(measured.changed)
            table.setdefault(f"{kind}: right line", []).append(line_right)
        record: dict[str, Any] = {
            "id": row["id"],
            "kind": kind,
            "rule": measured.finding.rule,
            "lines": measured.finding.lines,
            "changed": measured.changed,
            "line_right": line_right,
            "expression": measured.finding.expression,
            "texts": measured.texts,
            "ms": max(measured.milliseconds),
        }
        edit = measured.finding.edit
        record["edit"] = {"line": edit.line, "before": edit.before, "after": edit.after} if edit else None
        if kind == "syntax":
            good, equal = judge_edit(row, edit)
            table.setdefault("syntax: edit compiles, keeps, small", []).append(good)
            if equal is not None:
                table.setdefault("syntax: edit equals the fix", []).append(equal)
                if measured.changed:
                    table.setdefault("syntax: edit equals the fix (of 1 or 2 lines)", []).append(equal)
            record |= {"edit_good": good, "edit_equal": equal}
        if kind == "logic":
            alone = measure(row, error=False)
            if row.get("fixed"):
                after = diagnose(submission(row, error=False, code=row["fixed"])).rule
                hit = alone.finding.rule not in GENERIC and after != alone.finding.rule
                table.setdefault("logic without text: finding vanishes in the fix", []).append(hit)
                table.setdefault("logic without text: false finding on the fix", []).append(after not in GENERIC)
                record |= {"alone": alone.finding.rule, "alone_lines": alone.finding.lines, "on_fix": after}
        written.append(record)
    for name in sorted(table):
        print(f"{name:55} {share(table[name])}")
    times.sort()
    median, late, longest = times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]
    print(f"{'answer, ms: median, p95, max':55} {median:.2f}  {late:.2f}  {longest:.2f}")
    if arguments.json:
        arguments.json.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in written), encoding="utf-8")


if __name__ == "__main__":
    main()
