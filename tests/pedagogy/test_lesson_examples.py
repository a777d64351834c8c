"""Every worked example of the lessons is a program that runs without an exception."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from testing.lesson_cases import lesson_files
from tutor_pedagogy.offline.engine.lesson import lesson_of

if TYPE_CHECKING:
    from pathlib import Path

RUN_ALL = """
import io, json, sys
told, sys.stderr = sys.stderr, io.StringIO()
failures = {}
for name, code in json.load(sys.stdin).items():
    sys.stdin = io.StringIO("3\\n4\\n5\\n")
    try:
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    except BaseException as error:
        failures[name] = repr(error)
json.dump(failures, told)
"""


def test_every_example_runs(tmp_path: Path) -> None:
    """No worked example ends with an exception, provided that the files that it opens exist."""
    for file in ("poem.txt", "names.txt"):
        (tmp_path / file).write_text("Ada\n", encoding="utf-8")
    examples = {
        f"{rule}-{number}": example.code
        for rule in lesson_files()
        for number, example in enumerate(lesson_of(rule).examples)
    }

    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", RUN_ALL],
        input=json.dumps(examples),
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
        cwd=tmp_path,
    )

    assert len(examples) > 300
    assert json.loads(done.stderr) == {}
