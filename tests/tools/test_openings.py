"""The check of the first words of docstrings and comments."""

from __future__ import annotations

import pytest

from tools.openings import Finding, avoided_nouns, sources, vague_docstrings


@pytest.mark.parametrize("opening", ["Give", "Gives", "Tell whether", "Tells whether", "Say", "Says"])
@pytest.mark.parametrize("header", ["def f():", "async def f():", "class C:\n    def f(self):"])
def test_a_vague_docstring_is_found(opening: str, header: str) -> None:
    """Vague first words are found in docstrings of functions, coroutine functions and methods."""
    indent = "        " if header.startswith("class") else "    "
    source = f'{header}\n{indent}"""{opening} the level."""\n'

    assert list(vague_docstrings(source)) == [Finding(header.count("\n") + 2, opening)]


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    """Return the level that students give."""\n',
        'def f():\n    """Tell the client about it."""\n',
        'def f():\n    """Saying nothing."""\n',
        'class C:\n    """Give and take."""\n',
        '"""Say nothing here."""\n',
        "def f():\n    return 'Give up'\n",
    ],
)
def test_other_docstrings_pass(source: str) -> None:
    """Only the first words of functions' docstrings are checked, and only as whole words."""
    assert list(vague_docstrings(source)) == []


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ('"""What is private in an ask."""\n', Finding(1, "What is")),
        ('class C:\n    """Whoever asks."""\n', Finding(2, "Whoever")),
        ('def f():\n    """Who asks is read again."""\n', Finding(2, "Who")),
        ("x = 1\n# Whatever is left is dropped.\n", Finding(2, "Whatever")),
        ("x = 1  # What was left.\n", Finding(1, "What was")),
    ],
)
def test_an_opening_without_its_noun_is_found(source: str, finding: Finding) -> None:
    """A docstring or comment that starts with a word such as "What is" instead of a noun is found."""
    assert list(avoided_nouns(source)) == [finding]


@pytest.mark.parametrize(
    "source",
    [
        "# The client knows\n# who is signed in.\n",
        "# The client knows\n# What is private.\n",
        "print('# Whoever')\n",
        '"""What the model wrote, as a reader sees it."""\n',
        '"""Whose turn it is."""\n',
    ],
)
def test_other_openings_pass(source: str) -> None:
    """Further lines of a comment, string literals, and other first words are accepted."""
    assert list(avoided_nouns(source)) == []


def test_the_sources_are_the_projects_own() -> None:
    """The product, the tests and the tools are checked; installed packages and students' programs are not."""
    paths = {path.as_posix() for path in sources()}

    assert any(path.endswith("tutor_server/app.py") for path in paths)
    assert any(path.endswith("tools/openings.py") for path in paths)
    assert not [path for path in paths if "node_modules" in path or "vscode_classroom" in path]
