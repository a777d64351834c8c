"""Measure the offline tutor and the guard, and print the figures beside their targets.

Each FILE holds one JSON object a line, in the format that `rows` and `replies` describe. `--bugs` are programs with a
mistake, `--correct` programs without one, `--sound` folders of modules that are in use (`stdlib` is the standard
library), `--asks` other asks, `--followups` questions about a hint, `--replies` replies for the guard. `--json` writes
the result of each row, one a line.

`--cards N --write FILE` draws N cases of `--bugs`, `--asks` or `--followups` and writes them to a file, for people to
judge.
`--judgements FILE` prints the judgements of such a file, and `--write` stores them without the programs.
`docs/testing.md` describes the procedure.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import print_table
from benchmarks.teaching import asks, bug_figures, bugs, by_hand, cards, followups, replies, rows, sound

FILES = ("bugs", "correct", "asks", "followups", "replies")
Results = list[dict[str, Any]]


def main() -> None:
    """Run the measurements and print the figures."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.teaching", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in FILES:
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument("--sound", type=Path, metavar="FOLDER", nargs="+")
    parser.add_argument("--modules", type=int, metavar="N", default=1000, help="at most N modules of --sound")
    parser.add_argument("--seed", type=int, metavar="S", default=1, help="draws the cards and the modules")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--cards", type=int, metavar="N")
    parser.add_argument("--judgements", type=Path, metavar="FILE", nargs="+")
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.cards is not None:
        data = arguments.bugs or arguments.asks or arguments.followups
        if data is None or arguments.write is None:
            parser.error("--cards needs --bugs FILE, --asks FILE or --followups FILE, and --write FILE")
        write_cards(data, arguments)
    elif arguments.judgements:
        show_judgements(arguments.judgements, arguments.write)
    elif any(getattr(arguments, name) for name in (*FILES, "sound")):
        measure(arguments)
    else:
        parser.error("give at least one FILE or FOLDER to measure with")


def measure(arguments: argparse.Namespace) -> None:
    """Run the measurement of each file that an option names, and print a table for each."""
    results: Results = []
    if arguments.bugs:
        results += measure_bugs(arguments.bugs)
    if arguments.correct:
        correct = [rows.correct_program(data) for data in rows.objects(arguments.correct)]
        claims = sound.of_programs(correct)
        title = f"correct programs, {len(claims)} of {len(correct)} that end without an exception"
        print_table(title, sound.figures(claims, at_most=0))
        results += [claim.as_json() for found in claims.values() for claim in found]
    if arguments.sound:
        claims = sound.of_modules(sound.modules(arguments.sound, arguments.modules, arguments.seed))
        print_table(f"sound modules, {len(claims)}", sound.figures(claims, at_most=0.5))
        results += [claim.as_json() for found in claims.values() for claim in found]
    if arguments.asks:
        judged_asks = [asks.judge(rows.ask(data)) for data in rows.objects(arguments.asks)]
        print_table(f"other asks, {len(judged_asks)}", asks.figures(judged_asks))
        results += [judged.as_json() for judged in judged_asks]
    if arguments.followups:
        played = followups.play_all([followups.follow_up(data) for data in rows.objects(arguments.followups)])
        print_table(f"questions about a hint, {len(played)}", followups.figures(played))
        results += [one.as_json() for one in played]
    if arguments.replies:
        judged_replies = [replies.judge(row) for row in rows.objects(arguments.replies)]
        print_table(f"guard, {len(judged_replies)} replies", replies.figures(judged_replies))
        replies.print_kinds(judged_replies)
        results += [reply.as_json() for reply in judged_replies]
    if arguments.json:
        lines = (json.dumps(result, ensure_ascii=False) + "\n" for result in results)
        arguments.json.write_text("".join(lines), encoding="utf-8")


def measure_bugs(path: Path) -> Results:
    """Measure with programs that have a mistake, and print the figures and the effects of the edits."""
    judged = bugs.judge_all([rows.row(data) for data in rows.objects(path)])
    print_table(f"offline tutor, {len(judged)} programs", bug_figures.figures(judged))
    bug_figures.print_effects(judged)
    return [bug.as_json() for bug in judged]


def write_cards(data: Path, arguments: argparse.Namespace) -> None:
    """Draw cases from a file and write their cards."""
    drawn = cards.draw(cases_of(rows.objects(data), arguments), arguments.cards, arguments.seed)
    state = by_hand.State(
        date=datetime.now(UTC).date().isoformat(),
        commit=commit(),
        data=data.name,
        sha256=hashlib.sha256(data.read_bytes()).hexdigest(),
        cards=len(drawn),
        seed=arguments.seed,
    )
    cards.write(arguments.write, drawn, state)
    print(f"{len(drawn)} cases in {arguments.write}, what is true of them in {arguments.write.name}.key.md")


def cases_of(found: Results, arguments: argparse.Namespace) -> list[cards.Case]:
    """Return the cases of the objects of a file, by the option that names it."""
    if arguments.bugs:
        return [cards.case_of_row(rows.row(one)) for one in found]
    if arguments.asks:
        return [cards.case_of_ask(rows.ask(one)) for one in found]
    return [cards.case_of_follow_up(one) for one in followups.play_all(list(map(followups.follow_up, found)))]


def show_judgements(paths: list[Path], kept: Path | None) -> None:
    """Print the figures of each reader and the agreement of each pair of readers; store the judgements if asked to."""
    judged = by_hand.read([path.read_text(encoding="utf-8") for path in paths])
    state = judged.state
    print(f"{state.cards} cases of {state.data}, seed {state.seed}; {state.date}, commit {state.commit}")
    if judged.blank:
        print(f"{judged.blank} forms are not filled in")
    for reader in sorted({one.reader for one in judged.judgements}):
        own = [one for one in judged.judgements if one.reader == reader]
        print_table(f"by hand, {reader}, {len(own)} cases", by_hand.figures(own))
    for (first, second), pairs in by_hand.pairs_of_readers(judged.judgements).items():
        print_table(f"{first} and {second}", by_hand.agreement(pairs))
        print("\n".join(by_hand.disagreements(pairs)))
    if kept is not None:
        kept.write_text(judged.as_text(), encoding="utf-8")


def commit() -> str:
    """Return the short name of the checkout's commit, with `-dirty` if files differ from it."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    described = [git, "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(described, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
