"""Modules with the files of their exercises, uploaded on the dashboard: as files, as one .zip, as JSON."""

from __future__ import annotations

import io
import json
import stat
import struct
import tracemalloc
import zipfile
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import FormData
from sqlalchemy import text

from testing.courses import KEY, operator, two_courses
from testing.dashboard_browser import signed_in
from testing.device_page import Browser
from testing.held_service import HeldService, held_service
from tutor_server.administration.module_files import ModuleFilesRefused, read_modules
from tutor_server.administration.module_uploads import (
    MAX_ENTRIES,
    MAX_MARKDOWN_CHARACTERS,
    UploadRefused,
    modules_of,
    unpacked,
)
from tutor_server.limits import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.device_page import Shown

BASE = "/admin/courses/one"
SECRET = "pivot_zirconium"
MARKDOWN = (
    "---\ntitle: Longest word\norder: 10\nstarter: longest.py\ntests: [test_longest.py]\n"
    "reference: solutions/longest.py\n---\nWrite `longest`.\n"
)
FILES = {
    "longest.md": MARKDOWN,
    "longest.py": "def longest(words):\n    ...\n",
    "test_longest.py": "from longest import longest\n",
    "solutions/longest.py": f"{SECRET} = 1\n",
}
FLAT = FILES | {"longest.md": MARKDOWN.replace("solutions/longest.py", "solution.py"), "solution.py": f"{SECRET} = 1\n"}
del FLAT["solutions/longest.py"]


def zipped(files: Mapping[str, str | bytes], **options: Any) -> bytes:
    """Return an archive of some files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def refusal(archive: bytes) -> str:
    """Return the reason for which an archive is refused."""
    with pytest.raises((UploadRefused, ModuleFilesRefused)) as refused:
        modules_of(unpacked(archive))
    return str(refused.value)


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key on each kind of database in turn."""
    async with held_service(tmp_path, clock, admin_key=KEY, database_url=database_url) as running:
        yield running


async def upload(browser: Browser, files: Mapping[str, str | bytes], **fields: str) -> Shown:
    """Choose files in the form and send it; return the page."""
    form = FormData({"csrf": browser.page.fields.get("csrf", ""), "text": "", "slug": ""} | fields)
    for name, content in files.items():
        form.add_field("files", content if isinstance(content, bytes) else content.encode(), filename=name)
    async with browser.session.post(f"{BASE}/import-module", data=form) as response:
        return await browser.show(response)


async def stored(held: HeldService) -> list[tuple[str, str, str]]:
    """Return every file of an exercise: kind, name and content."""
    query = text("SELECT kind, name, content FROM module_files ORDER BY kind, name")
    return await held.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])


async def test_an_exercise_is_uploaded_as_files_and_as_an_archive(held: HeldService) -> None:
    """The same exercise comes as files, then as a .zip; the page lists what changed and never shows the reference."""
    one, _two = await two_courses(held)
    browser = await signed_in(held, one["instructor"])
    await browser.open(f"{BASE}/modules")
    before = await stored(held)

    shown = await upload(browser, FLAT)
    assert (shown.status, shown.problem) == (200, "")
    assert "Longest word: made longest.py, to start with: added test_longest.py, a test: added" in shown.text
    assert "The reference: added" in shown.text
    sources = [shown.source]
    files = [each for each in await stored(held) if each not in before]
    assert [each[:2] for each in files] == [
        ("reference", "solution.py"),
        ("starter", "longest.py"),
        ("tests", "test_longest.py"),
    ]
    shown = await upload(browser, {"course.zip": zipped({f"course/longest/{name}": FLAT[name] for name in FLAT})})
    assert "Longest word: unchanged" in shown.text
    changed = FILES | {"longest.md": MARKDOWN.replace("Longest word", "The longest"), "test_longest.py": "# none\n"}
    shown = await upload(browser, {"Longest.ZIP": zipped({f"longest/{name}": text for name, text in changed.items()})})
    assert "The longest: changed Title: changed test_longest.py, a test: changed The reference: changed" in shown.text
    sources.append(shown.source)
    seen = (await one["student"].get("/api/modules/longest/files"))[1]
    assert [each["content"] for each in seen["tests"]] == ["# none\n"]
    shown = await upload(browser, {"longest.md": "---\ntitle: Text alone\norder: 1\n---\n", "extra.py": "1"})
    assert "Title: changed Place in the course: changed Statement: changed" in shown.text
    assert "Not taken, since no front matter names it: extra.py." in shown.text
    assert len(await stored(held)) == len(before) + 3
    shown = await upload(browser, {"longest.md": "---\ntitle: Text alone\norder: 1\nstarter: []\n---\n"})
    assert "longest.py, to start with: removed test_longest.py, a test: removed The reference: removed" in shown.text
    assert await stored(held) == before
    sources += [shown.source, (await browser.open(f"{BASE}/audit")).source]
    assert [source for source in sources if SECRET in source or "solution" in source] == []
    await browser.close()


async def test_the_json_of_http_is_taken_with_the_same_errors(held: HeldService) -> None:
    """A module as JSON is made as by PUT, and a wrong one is refused in the same words."""
    one, _two = await two_courses(held)
    browser = await signed_in(held, one["instructor"])
    body = {"title": "Sums", "order": 3, "reference": [{"name": "sums.py", "content": SECRET}]}
    await browser.open(f"{BASE}/modules")

    shown = await upload(browser, {"sums.json": json.dumps(body)})
    assert "Sums: made The reference: added" in shown.text
    assert (await one["student"].get("/api/courses/one/modules/sums"))[1]["title"] == "Sums"
    wrong: list[Any] = [
        body | {"reference": [{"name": "../sums.py", "content": SECRET}]},
        body | {"starter": [{"name": "CON.py", "content": ""}]},
        body | {"starter": [{"name": "a.py", "content": ""}] * 21},
        body | {"order": "many"},
        [],
    ]
    for each in wrong:
        _, answer = await one["instructor"].request("PUT", "/api/courses/one/modules/sums", each)
        shown = await upload(browser, {"sums.json": json.dumps(each)})
        assert (shown.status, shown.problem) == (422, answer["detail"])
        assert SECRET not in shown.source
    assert (await upload(browser, {"sums.json": "{"})).problem == "body: is not valid JSON."
    await browser.close()


async def test_nothing_is_half_imported(held: HeldService) -> None:
    """If one module of several is wrong, no module and no file is there, and no line of the audit log."""
    one, _two = await two_courses(held)
    browser = await signed_in(held, one["instructor"])
    await browser.open(f"{BASE}/modules")
    before = await stored(held), await operator(held).get("/api/courses/one/audit")
    good, gone = {f"longest/{name}": content for name, content in FILES.items()}, "---\ntitle: Z\norder: 1\n"
    cases: list[tuple[dict[str, Any], str]] = [
        (good | {"z.md": f"{gone}tests: gone.py\n---\n"}, "z.md: tests: gone.py is not among the files."),
        (good | {"z.md": f"{gone}---\n", "z/z.md": f"{gone}---\n"}, "z.md: has the id of z.md, z."),
        (good | {"z.md": b"\xff"}, "z.md: is not UTF-8."),
        (good | {"z.md": f"{gone}starter: z.py\n---\n", "z.py": b"\xff"}, "z.md: starter: z.py is not UTF-8."),
        (good | {"../z.md": f"{gone}---\n"}, "../z.md leads out of the folder."),
        ({"a.txt": ""}, "There is no Markdown file (.md) of a module."),
    ]
    for files, problem in cases:
        shown = await upload(browser, {"course.zip": zipped(files)})
        assert (shown.status, shown.problem) == (422, f"Nothing was imported. {problem}")
    shown = await upload(browser, {name.rpartition("/")[2]: content for name, content in FILES.items()})
    assert "solutions/longest.py is not among the files. Files in folders come in one .zip." in shown.problem
    shown = await upload(browser, {"a.md": MARKDOWN, "b.md": MARKDOWN}, slug="c")
    assert shown.problem == "Nothing was imported. Short name: is for one module, and these are 2."
    assert (await upload(browser, {})).problem == "Choose the files of a module, or paste its Markdown."
    assert (await upload(browser, {"a.md": MARKDOWN}, slug="A B")).problem.startswith("Short name: takes")
    assert before == (await stored(held), await operator(held).get("/api/courses/one/audit"))
    await browser.close()


async def test_only_instructors_upload_from_their_own_page_and_within_the_size(held: HeldService) -> None:
    """Assistants, students, other courses, foreign forms and large bodies are refused, and nothing is imported."""
    one, two = await two_courses(held)
    before = await stored(held)
    for person in (one["assistant"], one["student"], two["instructor"]):
        browser = await signed_in(held, person)
        assert (await upload(browser, FLAT)).status == 404
        await browser.close()
    nobody = Browser(held.url)
    await nobody.open("/admin")
    assert (await upload(nobody, FLAT)).status == 403
    await nobody.close()
    browser = await signed_in(held, one["instructor"])
    await browser.open(f"{BASE}/modules")
    assert (await upload(browser, FLAT, csrf="x")).status == 403
    await browser.open(f"{BASE}/modules")
    assert (await upload(browser, FLAT | {"big.bin": b"x" * MAX_BODY_BYTES})).status == 413
    await browser.close()
    assert await stored(held) == before


def test_the_same_modules_as_the_command_reads(tmp_path: Path) -> None:
    """A .zip of a folder holds the modules that the command finds in the folder, with hidden files left out."""
    course = {f"longest/{name}": content for name, content in FILES.items()}
    course |= {"other.md": "---\ntitle: Other\r\norder: 1\n---\r\nText\rhere", "README.md": "none", "x/y.md": "none"}
    for name, content in course.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content.encode())
    hidden = {"__MACOSX/longest/._longest.md": "x", "longest/.DS_Store": "x"}

    uploaded = modules_of(unpacked(zipped(course | hidden)))

    assert uploaded.modules == read_modules(tmp_path)
    assert uploaded.unused == ["x/y.md"]


@pytest.mark.parametrize(
    "name", ["../a.md", "a/../../a.md", "/a.md", "C:/a.md", "..\\a.md", "a//b.md", "./a.md", "a/.."]
)
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    """No name leads out of the folder, on any system, also beside a good module."""
    assert refusal(zipped({"longest/longest.md": "---\ntitle: T\norder: 1\n---\n", name: "x"})).endswith(
        "leads out of the folder."
    )


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    """An archive that holds much, holds many files, or is larger than it says is refused."""
    good = {"a.md": "---\ntitle: A\norder: 1\n---\n"}
    assert refusal(zipped(good | {"zeros": b"\0" * 2**24})) == "The archive holds more than 4 MiB."
    many = good | {f"{number}.txt": "" for number in range(MAX_ENTRIES)}
    assert refusal(zipped(many)) == "The archive holds more than 1,000 files."
    nested = zipped({"zeros": b"\0" * 2**22})
    assert len(modules_of(unpacked(zipped(good | {"nested.zip": nested}))).modules) == 1

    lying = bytearray(zipped(good | {"zeros": b"\0" * 2**24}))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = lying.rindex(mark)
        struct.pack_into("<I", lying, start + place, 100)
    tracemalloc.start()
    assert refusal(bytes(lying)) == "The archive is damaged, or is no .zip."
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    assert refusal(zipped({"a.md": "x" * (MAX_MARKDOWN_CHARACTERS + 1)})).startswith("a.md is longer than")
    assert refusal(zipped({f"{number}.md": "" for number in range(101)})) == "These are more than 100 modules."


def test_links_passwords_and_unusual_packing_are_refused() -> None:
    """A link in an archive leads nowhere, and only what every system writes is unpacked."""
    link = zipfile.ZipInfo("a.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refusal(packed.getvalue()) == "a.md is a link."
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.md", "x")
    assert "unusual way" in refusal(packed.getvalue())
    secret = bytearray(zipped({"a.md": "x"}))
    secret[secret.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(secret)) == "The archive needs a password."


def test_damaged_archives_are_refused_in_one_line() -> None:
    """An archive whose bytes are changed or missing is read or refused, and nothing else happens."""
    random, whole, refused = Random(7), zipped(FILES), 0
    for _ in range(400):
        damaged = bytearray(whole[: random.choice((len(whole), random.randrange(1, len(whole))))])
        for _ in range(random.randrange(1, 4)):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        try:
            modules_of(unpacked(bytes(damaged)))
        except (UploadRefused, ModuleFilesRefused):
            refused += 1
    assert refused > 200
