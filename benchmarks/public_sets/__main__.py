"""Turn a local copy of a public set into rows: `python -m benchmarks.public_sets --quixbugs FOLDER --write ROWS`.

Each program is tested as the tutor tests it, and its first failing test is traced. A row holds the program, the report
and the part of the trace that goes with an ask, so that `python -m benchmarks.teaching --bugs ROWS` measures what a
student sees after *Test and ask*. README.md says where the sets come from and under which licences.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.public_sets.searched import LIMITS, NAME, code_of, figures, held_out, search_row, write
from benchmarks.public_sets.tested_programs import SETS, drawn, programs_of
from tutor_lsp.features.told_run import tell_run
from tutor_lsp.runner.tested_place import tested_line
from tutor_lsp.runner.tests import CouldNotTest, run_tests
from tutor_lsp.runner.traced_failure import trace_failure

if TYPE_CHECKING:
    from benchmarks.public_sets.tested_programs import TestedProgram

AT_ONCE = 2


def main() -> int:
    """Write the rows and print how many programs there are of each family."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in SETS:
        parser.add_argument(f"--{name}", type=Path, metavar="FOLDER")
    parser.add_argument("--count", type=int, default=120, help="at most N programs of each set")
    parser.add_argument("--seed", type=int, default=1, help="draws the programs")
    parser.add_argument("--family", choices=("logic", "runtime"), help="only programs of this family")
    parser.add_argument("--search", type=float, default=0.0, metavar="S", help="search an edit, S seconds a program")
    parser.add_argument("--write", type=Path, metavar="ROWS", required=True)
    options = parser.parse_args()
    chosen: list[TestedProgram] = []
    for name in SETS:
        folder: Path | None = getattr(options, name)
        if folder is not None:
            chosen += drawn(programs_of(name, folder), options.count, options.seed)
    if not chosen:
        parser.error(f"give the folder of at least one set: {', '.join(SETS)}")
    counts, rows = Counter[str](), []
    for said, row in asyncio.run(_tested(chosen, options.search)):
        counts[said] += 1
        if row is not None and options.family in (None, row["family"]):
            rows.append(row)
    options.write.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for line in figures(rows):
        print(line)
    print(
        f"{len(rows)} rows of {len(chosen)} programs: " + ", ".join(f"{n} {said}" for said, n in counts.most_common())
    )
    return 0


async def row_of(program: TestedProgram, search_seconds: float = 0.0) -> tuple[str, dict[str, Any] | None]:
    """Test a program, and search its edit for some seconds. Return its family or why it is left out, and its row."""
    try:
        compile(program.code, NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return "without a test run, since they do not compile", None
    code = code_of(program)
    with tempfile.TemporaryDirectory(prefix="public-sets-") as temporary:
        path, found = await write(Path(temporary), program)
        try:
            run = await run_tests(path, found, limits=LIMITS)
        except CouldNotTest:
            return "that could not be tested", None
        first = run.first_failure
        if first is None or first.failure is None:
            return "whose tests pass or do not run", None
        traced = await trace_failure(path, found, run)
        searched = await search_row(path, found, run, code, search_seconds) if search_seconds else {}
    if search_seconds:
        searched["held_out"] = await held_out(program, search_seconds)
    told = None if traced is None else tell_run(traced, code, run)
    family = "runtime" if first.failure.traceback else "logic"
    return family, {
        "id": program.id,
        "source": program.source,
        "family": family,
        "code": code,
        "cursor": {"line": tested_line(code, first.failure), "character": 0},
        "traceback": first.failure.traceback,
        "test_report": asdict(run.report()),
        "trace": None if told is None else asdict(told.trace),
        "fixed": program.fixed,
        "check": [f"assert {call} == {expected}" for call, expected in program.cases],
        **searched,
    }


async def _tested(programs: list[TestedProgram], search_seconds: float) -> list[tuple[str, dict[str, Any] | None]]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(program: TestedProgram) -> tuple[str, dict[str, Any] | None]:
        async with places:
            return await row_of(program, search_seconds)

    return await asyncio.gather(*map(one, programs))


if __name__ == "__main__":
    sys.exit(main())
