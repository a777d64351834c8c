"""Measure the offline tutor and the guard, and print the figures beside their targets.

`python -m benchmarks.teaching --bugs FILE --replies FILE [--json OUT]`. Each file holds one JSON object a line, in the
format that `bugs` and `replies` describe; either file may be omitted. `--json` writes the result of each row, one a
line.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.figures import print_table
from benchmarks.teaching import bugs, replies


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file with one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Run the measurements and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bugs", type=Path, metavar="FILE")
    parser.add_argument("--replies", type=Path, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    if not (arguments.bugs or arguments.replies):
        parser.error("give --bugs FILE, --replies FILE or both")

    results: list[dict[str, Any]] = []
    if arguments.bugs:
        judged_bugs = [bugs.judge(row) for row in rows(arguments.bugs)]
        print_table(f"offline tutor, {len(judged_bugs)} programs", bugs.figures(judged_bugs))
        results += [bug.as_json() for bug in judged_bugs]
    if arguments.replies:
        judged_replies = [replies.judge(row) for row in rows(arguments.replies)]
        print_table(f"guard, {len(judged_replies)} replies", replies.figures(judged_replies))
        replies.print_kinds(judged_replies)
        results += [reply.as_json() for reply in judged_replies]
    if arguments.json:
        lines = (json.dumps(result, ensure_ascii=False) + "\n" for result in results)
        arguments.json.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
