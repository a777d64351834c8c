"""T6 with real processes: private values stay out of the (fake) model's requests, the database and the logs."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING

from testing.editor_side.editor import TUTOR_CLIENT, diagnostic
from testing.editor_side.whole_path import editing, serving
from testing.fake_upstream import Behaviour

if TYPE_CHECKING:
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.fake_upstream import FakeUpstream


PLANTED = {
    "key": "sk-proj-Zx81kQpVb27mNt5YwLr3",
    "password": "Kapuzinerkresse",
    "mail": "ann.lee@students.uni.example",
    "home": "annlee77",
    "number": "20318847",
    "token": "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX",
}

CODE = f"""\
# Ann Lee, {PLANTED["number"]}, {PLANTED["mail"]}
import json

API_KEY = "{PLANTED["key"]}"


def load(path, password="{PLANTED["password"]}"):
    with open("/home/{PLANTED["home"]}/" + path) as file: content = json.load(fil)
    return content["{PLANTED["number"]}"]


print(load("grades.json"))
"""
LINE = 7
START = CODE.split("\n")[LINE].index("fil)")

TRACEBACK = f"""\
Traceback (most recent call last):
  File "/home/{PLANTED["home"]}/hw2_{PLANTED["number"]}.py", line 8, in load
{CODE.split(chr(10))[LINE]}
{" " * START}^^^
NameError: name 'fil' is not defined, {PLANTED["password"]}, {PLANTED["token"]}
"""


def notebook_cell(uri: str, **more: object) -> dict[str, object]:
    """Return a code cell of a notebook."""
    return {"kind": 2, "document": uri, **more}


async def open_notebook(editor: Editor) -> str:
    """Open a notebook whose first cell contains and prints private values; return the second cell."""
    uris = ["vscode-notebook-cell:/work/nb.ipynb#0", "vscode-notebook-cell:/work/nb.ipynb#1"]
    printed = f"{PLANTED['mail']} {PLANTED['number']} {PLANTED['token']} C:\\Users\\{PLANTED['home']}\\x\n"
    error = {"name": "ValueError", "message": PLANTED["password"], "stack": f"ValueError: {PLANTED['password']}"}
    outputs = [
        {"mime": "application/vnd.code.notebook.stdout", "data": printed},
        {"mime": "application/vnd.code.notebook.error", "data": json.dumps(error)},
    ]
    cells = [notebook_cell(uris[0], metadata={"tutor": {"outputs": outputs}}), notebook_cell(uris[1])]
    texts = [f'password = "{PLANTED["password"]}"\nkey = "{PLANTED["key"]}"\n', "print(pasword)\n"]
    await editor.notify(
        "notebookDocument/didOpen",
        {
            "notebookDocument": {
                "uri": "file:///work/nb.ipynb",
                "notebookType": "jupyter-notebook",
                "version": 1,
                "cells": cells,
            },
            "cellTextDocuments": [
                {"uri": uri, "languageId": "python", "version": 1, "text": text}
                for uri, text in zip(uris, texts, strict=True)
            ],
        },
    )
    return uris[1]


def stored(folder: Path) -> bytes:
    """Return the contents of every file of the service."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_t6_nothing_private_leaves_the_computer(tmp_path: Path, upstream: FakeUpstream) -> None:
    """T6: private values are in no request to the model, no database and no log, and the error is still found.

    If the model's answer contains placeholders, the student sees the original values.
    """
    message = f"'fil' is not defined (see /home/{PLANTED['home']}/x.py)"
    about = {
        "diagnostics": [diagnostic(LINE, START, START + 3, message, source="ruff")],
        "traceback": TRACEBACK,
        "question": f"I am {PLANTED['mail']}, is it {PLANTED['token']}?",
    }
    async with serving(tmp_path, upstream) as service, editing(tmp_path, service) as editor:
        await editor.initialize({**TUTOR_CLIENT, "notebookDocument": {"synchronization": {}}})
        uri = await editor.open(CODE)
        first = await editor.answer(await editor.ask(uri, LINE, START, **about))
        await editor.answer(await editor.ask(await open_notebook(editor), 0, 6))
        prompt = str(upstream.calls[0].body["messages"][-1]["content"])
        words = re.findall(r'(?:password|API_KEY)[ ]?= ?"(redacted_\w{6})"', prompt)
        upstream.default = Behaviour(text=f"Look at line 8. What is `{words[0]}`, and who is `{words[1]}`?")
        second = await editor.answer(await editor.ask(uri, LINE, START, **about))
        database = service.query("SELECT content, code FROM chat_messages")

    sent = json.dumps([(call.body, call.headers) for call in upstream.calls], ensure_ascii=False)
    kept = await asyncio.to_thread(stored, service.data_dir)
    log = "\n".join(service.lines)
    for name, private in PLANTED.items():
        assert private not in sent, name
        assert private not in str(database), name
        assert private.encode() not in kept, name
        assert private not in log, name
    shown, marks = re.findall(r"\n(    with open.*\n)( +\^+)\n", prompt)[0]
    assert (first.ended["reason"], first.started and first.started["errorType"]) == ("completed", "runtime")
    assert f"the cursor is on line {LINE + 1}\n" in prompt
    assert f"line {LINE + 1}: 'fil' is not defined" in prompt
    assert shown[marks.index("^") : len(marks)] == "fil"
    assert second.started is not None
    assert second.started["hintLevel"] == 2
    assert second.text.startswith(f"Look at line 8. What is `{PLANTED['key']}`, and who is `{PLANTED['password']}`?")


async def test_the_provider_knows_a_student_by_an_opaque_id(tmp_path: Path, upstream: FakeUpstream) -> None:
    """The provider gets the account's random id, the same in every call, and nothing else about the student."""
    async with serving(tmp_path, upstream) as service, editing(tmp_path, service) as editor:
        await editor.initialize()
        uri = await editor.open("print(total)\n")
        for _ in range(2):
            await editor.answer(await editor.ask(uri))
        ((user_id, email),) = service.query("SELECT id, email FROM users")

    sent = [json.dumps((call.body, call.headers)) for call in upstream.calls]
    assert {call.body["metadata"]["user_id"].replace("-", "") for call in upstream.calls} == {user_id}
    assert not [call for call in sent if email in call or email.partition("@")[0] in call]
