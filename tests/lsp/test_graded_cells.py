"""Failing tests of a notebook: nbgrader's assertions and Otter's reports lead to the code that they test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tutor_protocol import FirstFailure

if TYPE_CHECKING:
    from testing.editor_side.editor import Editor
    from testing.editor_side.scripted_tutor import ScriptedTutor

SQUARE = "import math\n\ndef square(x):\n    return x * 2"
ASSERTION = '"""Check square."""\nassert square(2) == 4\nassert square(3) == 9, "three"'
NBGRADER = """\
---------------------------------------------------------------------------
AssertionError                            Traceback (most recent call last)
Cell In[2], line 3
      1 \"\"\"Check square.\"\"\"
      2 assert square(2) == 4
----> 3 assert square(3) == 9, "three"

AssertionError: three"""
OTTER = """\
q1 results:
    q1 - 1 result:
        ✅ Test case passed

    q1 - 2 result:
        ❌ Test case failed
        Trying:
            square(3)
        Expecting:
            9
        **********************************************************************
        Line 1, in q1 1
        Failed example:
            square(3)
        Expected:
            9
        Got:
            6
"""


async def open_notebook(editor: Editor, test: str, outputs: list[dict[str, str]], code: str = SQUARE) -> list[str]:
    """Open a notebook with a cell of code and a cell of tests, and return their URIs."""
    uris = ["vscode-notebook-cell:/work/nb.ipynb#a", "vscode-notebook-cell:/work/nb.ipynb#b"]
    cells: list[dict[str, Any]] = [
        {"kind": 2, "document": uris[0]},
        {"kind": 2, "document": uris[1], "metadata": {"tutor": {"outputs": outputs}}},
    ]
    notebook = {"uri": "file:///work/nb.ipynb", "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
    documents = [
        {"uri": uri, "languageId": "python", "version": 1, "text": text}
        for uri, text in zip(uris, (code, test), strict=True)
    ]
    await editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": documents})
    return uris


def error(stack: str) -> list[dict[str, str]]:
    """Return the output of a cell that failed."""
    data = {"name": "AssertionError", "message": "", "stack": stack}
    return [{"mime": "application/vnd.code.notebook.error", "data": json.dumps(data)}]


async def test_an_assertion_of_nbgrader(editor: Editor, tutor: ScriptedTutor) -> None:
    """An ask at a test cell is about the function that its failed assertion calls, with the case as a test report."""
    uris = await open_notebook(editor, ASSERTION, error(NBGRADER))
    ask_id = await editor.ask(uris[1], 2)
    await editor.answer(ask_id)
    (ask,) = tutor.asks
    assert (ask.code, ask.cursor.line, ask.traceback) == (SQUARE, 2, None)
    assert ask.test_report is not None
    assert (ask.test_report.passed, ask.test_report.failed) == (0, 1)
    assert ask.test_report.first_failure == FirstFailure(
        name='assert square(3) == 9, "three"', message="Test failed: square(3)\nExpected: 9\nthree"
    )
    started = await editor.hear("tutor/answer/didStart", askId=ask_id)
    assert started["uri"] == uris[0]


async def test_a_report_of_otter(editor: Editor, tutor: ScriptedTutor) -> None:
    """Otter's report has the case with expected and actual result, and how many passed. It stays with the code."""
    uris = await open_notebook(editor, 'grader.check("q1")', [{"mime": "text/plain", "data": OTTER}])
    for uri, line in ((uris[1], 0), (uris[1], 0), (uris[0], 3)):
        await editor.answer(await editor.ask(uri, line))
    reports = [ask.test_report for ask in tutor.asks]
    assert reports[0] is not None
    assert (reports[0].passed, reports[0].failed) == (1, 1)
    assert reports[0].first_failure == FirstFailure(name="q1", message="Test failed: square(3)\nExpected: 9\nGot: 6")
    assert reports == [reports[0]] * 3
    assert len({ask.run_id for ask in tutor.asks}) == 1


@pytest.mark.parametrize(
    ("test", "stack", "code"),
    [
        ("assert cube(3) == 9", NBGRADER.replace("square", "cube"), SQUARE),
        ("check(3)", NBGRADER, SQUARE),
        (ASSERTION, NBGRADER.replace("AssertionError", "ValueError"), SQUARE),
        (ASSERTION, NBGRADER, "def square(x:"),
    ],
    ids=["no such function", "assertion elsewhere", "other exception", "code that does not parse"],
)
async def test_other_failures_stay_where_they_are(
    editor: Editor, tutor: ScriptedTutor, test: str, stack: str, code: str
) -> None:
    """Without an assertion that calls a function of an earlier cell, the ask is about the failing cell itself."""
    uris = await open_notebook(editor, test, error(stack), code)
    await editor.answer(await editor.ask(uris[1], 0))
    assert (tutor.asks[0].code, tutor.asks[0].test_report) == (test, None)
    assert tutor.asks[0].traceback


async def test_a_question_is_about_the_cell_where_it_is_asked(editor: Editor, tutor: ScriptedTutor) -> None:
    """A question of the student's at a test cell is about that cell."""
    uris = await open_notebook(editor, ASSERTION, error(NBGRADER))
    await editor.answer(await editor.ask(uris[1], 2, question="What is an assertion?"))
    assert tutor.asks[0].code == ASSERTION
