"""The tool that creates the files for a new rule of the offline tutor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from compileall import compile_dir
from typing import TYPE_CHECKING

import pytest

from tools.new_rule import FAMILIES, FILL_IN, ROOT, RULES, main, new_rule
from tutor_pedagogy.offline.engine.lesson import LessonFile

if TYPE_CHECKING:
    from pathlib import Path


PACKAGES = ("tutor_pedagogy", "tutor_protocol")
"""The packages that rules need."""


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the packages with their bytecode, which spares each program the compilation."""
    folder = tmp_path_factory.mktemp("untouched")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package)
        compile_dir(folder / package, quiet=1)
    return folder


@pytest.fixture
def checkout(untouched: Path, tmp_path: Path) -> Path:
    """Return a copy of the packages that rules need. What no tool writes to is linked."""

    def put(source: str, target: str) -> None:
        (shutil.copy2 if source.endswith(".py") else os.link)(source, target)

    for package in PACKAGES:
        shutil.copytree(untouched / package, tmp_path / package, copy_function=put)
    return tmp_path


def names(checkout: Path, family: str) -> list[str]:
    """Return the names of a family's rules in a checkout."""
    program = f"from {'.'.join(RULES.parts)}.{family} import RULES; print(*(rule.name for rule in RULES))"
    run = subprocess.run([sys.executable, "-c", program], cwd=checkout, capture_output=True, text=True, check=True)
    return run.stdout.split()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_rule_in_a_module_of_its_own_is_in_the_catalogue(checkout: Path, family: str) -> None:
    """A rule that is created in its own module is imported by its family, under the name in the arguments."""
    new_rule(checkout, family, "wholly-new")

    assert f"{family}.wholly-new" in names(checkout, family)


@pytest.mark.parametrize(("family", "module"), [("syntax", "words"), ("runtime", "keys"), ("logic", "searches.py")])
def test_a_rule_in_a_named_module_is_in_the_catalogue(checkout: Path, family: str, module: str) -> None:
    """A rule that is created in an existing module is added at its end, and all other rules stay."""
    path = checkout / RULES / family / f"{module.removesuffix('.py')}.py"
    before = names(checkout, family)
    detector, _, _ = new_rule(checkout, family, "wholly-new", module)
    lines = path.read_text(encoding="utf-8").splitlines()

    assert {*before, f"{family}.wholly-new"} == set(names(checkout, family))
    assert checkout / detector.path == path
    assert f'{family}_rule("wholly-new"' in lines[detector.line - 1]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_lesson_has_every_section_and_a_case(checkout: Path, family: str) -> None:
    """The new lesson has every section with a placeholder, and the printed places are in the lesson and its case."""
    _, lesson, case = new_rule(checkout, family, "wholly-new")
    text = (checkout / lesson.path).read_text(encoding="utf-8")
    known = {
        title
        for path in (ROOT / RULES / family).glob("*.md")
        for title, _ in LessonFile.parse(path.read_text(encoding="utf-8")).sections
        if not title.startswith(("Reason with ", "Check with "))
    }
    sections = LessonFile.parse(text).sections

    assert {title for title, _ in sections} == known - {"Maths picture", "Maths precise"}
    assert all(FILL_IN in body for _, body in sections)
    assert LessonFile.parse(text).lesson().examples
    assert text.splitlines()[case.line - 1] == "### Finds line 1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["style", "wholly-new"], "the families are syntax, runtime, logic"),
        (["syntax", "Wholly-New"], "use small letters, and hyphens"),
        (["syntax", "wholly_new"], "use small letters, and hyphens"),
        (["syntax", "wholly-new-"], "use small letters, and hyphens"),
        (["syntax", "../new"], "use small letters, and hyphens"),
        (["syntax", "wholly-new", "--module", "../words"], "use small letters and underscores"),
        (["syntax", "lambda", "--module", "words"], "is a keyword of Python"),
        (["syntax", "missing-colon"], "missing-colon.md is its lesson"),
        (["syntax", "syntax-rule", "--module", "words"], "uses syntax_rule already"),
        (["syntax", "wholly-new", "--module", "broken"], "broken.py holds no rules"),
        (["runtime", "context"], "context.py holds no rules"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(
    checkout: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Invalid arguments give status 1 and a message with the reason, and no file is written."""
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}

    assert main(arguments, checkout) == 1
    assert message in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}


def test_a_detector_without_its_lesson_is_found(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name is refused if a detector already uses it, even without a lesson."""
    (checkout / RULES / "syntax" / "missing-colon.md").unlink()

    assert main(["syntax", "missing-colon"], checkout) == 1
    assert "its detector is in blocks.py" in capsys.readouterr().err


def test_the_places_are_printed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tool prints where detector and lesson were created, and the guide to read next."""
    assert main(["runtime", "wholly-new"], checkout) == 0

    printed = capsys.readouterr().out
    assert "detector  tutor_pedagogy/offline/rules/runtime/wholly_new.py:" in printed
    assert "lesson    tutor_pedagogy/offline/rules/runtime/wholly-new.md" in printed
    assert "docs/howto/add-a-rule.md" in printed


def test_no_rule_is_left_half_filled_in() -> None:
    """No file of the rules still contains the tool's placeholder text."""
    rules = [path for path in (ROOT / RULES).rglob("*") if path.suffix in (".md", ".py")]

    assert [path for path in rules if FILL_IN in path.read_text(encoding="utf-8")] == []
