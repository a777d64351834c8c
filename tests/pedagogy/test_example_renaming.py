"""Worked examples are renamed if they share names with the student's code: their output stays the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from testing.lesson_cases import lesson_files
from tutor_pedagogy.offline.engine.lesson import Example, lesson_of
from tutor_pedagogy.offline.engine.renaming import renamed

if TYPE_CHECKING:
    from pathlib import Path

RUN_ALL = """
import contextlib, io, json, random, re, sys
told, sys.stderr = sys.stderr, io.StringIO()
results = []
for code in json.load(sys.stdin):
    sys.stdin, output = io.StringIO("3\\n4\\n5\\n"), io.StringIO()
    random.seed(1)
    try:
        with contextlib.redirect_stdout(output):
            exec(compile(code, "example.py", "exec"), {"__name__": "__main__"})
    except BaseException as error:
        output.write(type(error).__name__)
    results.append(re.sub(r"<function \\w+ at 0x\\w+>", "<function>", output.getvalue()))
json.dump(results, told)
"""
STUDENTS_PROGRAMS = {
    "f-strings": 'name = "Ida"\nage = 9\nprint(f"{name} is {age:>3}")\nfor f in range(2):\n    print(f"{f!r}")\n',
    "imports": "import math\nimport random as r\nfrom json import dumps, loads\nprint(math.sqrt(2), r, dumps, loads)\n",
    "classes": (
        "class Account:\n    def __init__(self, owner, balance=0):\n        self.owner = owner\n"
        "        self.balance = balance\n\n    def add(self, amount):\n        self.balance += amount\n\n"
        "account = Account(owner='Mo', balance=3)\naccount.add(amount=2)\nprint(account.balance)\n"
    ),
}


def example_of(code: str, before: str = "", after: str = "") -> Example:
    """Return a worked example."""
    return Example(before, code, after)


def every_example() -> list[Example]:
    """Return the worked examples of all lessons."""
    return [example for rule in lesson_files() for example in lesson_of(rule).examples]


def outputs(programs: list[str], folder: Path) -> list[str]:
    """Run programs in another process, in a new folder, and return what each prints."""
    folder.mkdir()
    for file in ("poem.txt", "names.txt"):
        (folder / file).write_text("Ada\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", RUN_ALL],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
        cwd=folder,
        env={"PYTHONHASHSEED": "0"},
    )
    found: list[str] = json.loads(done.stderr)
    return found


@pytest.mark.parametrize("words", [None, *STUDENTS_PROGRAMS.values()], ids=["its own words", *STUDENTS_PROGRAMS])
def test_every_example_prints_the_same_under_other_names(words: str | None, tmp_path: Path) -> None:
    """A renamed example has the same output, even if the student's code uses all of its names."""
    examples = every_example()
    changed = [renamed(each, frozenset(re.findall(r"\w+", words or each.code))) for each in examples]

    before = outputs([each.code for each in examples], tmp_path / "run")
    (tmp_path / "run").rename(tmp_path / "first")
    after = outputs([each.code for each in changed], tmp_path / "run")

    wrong = [new.code for new, old, now in zip(changed, before, after, strict=True) if old != now]
    assert wrong == []
    assert words is not None or sum(new != old for new, old in zip(changed, examples, strict=True)) > 300


@pytest.mark.parametrize(
    ("code", "taken", "expected"),
    [
        pytest.param('f = 2\nprint(f"{f} f")', "f", 'k = 2\nprint(f"{k} f")', id="the prefix of an f-string"),
        pytest.param(
            'n = 3\nprint(f"{n:{n}.2f} {{n}} {n!r:>5}")',
            "n",
            'k = 3\nprint(f"{k:{k}.2f} {{n}} {k!r:>5}")',
            id="nested fields, braces and formats",
        ),
        pytest.param("import math\npi = math.pi", "math pi", "import math\nitem = math.pi", id="a module's attribute"),
        pytest.param("key = len\nsorted([], key=key)", "key", "item = len\nsorted([], key=item)", id="a keyword"),
        pytest.param(
            "def area(wide):\n    return wide\narea(wide=2)",
            "wide area",
            "def work_out(item):\n    return item\nwork_out(item=2)",
            id="a keyword of its own function",
        ),
        pytest.param(
            "class Box:\n    size = 1\n    def fill(self, size):\n        self.size = size\nBox().fill(size=2)",
            "Box size fill",
            "class Thing:\n    size = 1\n    def fill(self, item):\n        self.size = item\nThing().fill(item=2)",
            id="attributes and methods",
        ),
        pytest.param(
            "try:\n    pass\nexcept OSError as error:\n    print(error)",
            "error OSError",
            "try:\n    pass\nexcept OSError as item:\n    print(item)",
            id="an exception's name",
        ),
        pytest.param('word = "word"  # word', "word", 'item = "word"  # word', id="strings and comments"),
        pytest.param(
            "n = 0\ndef up():\n    global n\n    n += 1", "n", "k = 0\ndef up():\n    global k\n    k += 1", id="global"
        ),
    ],
)
def test_only_names_that_the_example_binds_change(code: str, taken: str, expected: str) -> None:
    """Renaming changes variables, parameters, functions and classes, but not strings, imports and attributes."""
    assert expected == renamed(example_of(code), frozenset(taken.split())).code


def test_code_spans_follow_the_code() -> None:
    """Code spans in the text around an example get the new names, and other words are unchanged."""
    example = example_of("total = 1\nprint(total)", "The total is `total`.", 'See `print(total)`, `"total"`, `.total`.')

    changed = renamed(example, frozenset(("total",)))

    assert changed.before == "The total is `item`."
    assert changed.after == 'See `print(item)`, `"total"`, `.total`.'
