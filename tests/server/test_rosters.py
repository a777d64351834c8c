"""Rosters: members of a course as CSV, in and out."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING

import pytest

from testing.courses import KEY, enrol, make_course, operator, person
from testing.held_service import HeldService, held_service
from tutor_server.administration.roster import RosterRefused, inert, read_roster, write_roster
from tutor_server.api.schemas import parse_email
from tutor_server.storage.members import Member
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock

ADA, BOB = "ada@uni.example", "bob@uni.example"
PATH = "/api/courses/one/members.csv"


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with the course `one` on each kind of database in turn."""
    async with held_service(tmp_path, clock, admin_key=KEY, database_url=database_url) as running:
        await make_course(running, "one")
        yield running


@pytest.mark.parametrize(
    "content",
    [
        f"{ADA},student\r\n{BOB},assistant\r\n".encode(),
        f"\ufeffemail;role\n{ADA};Student\n{BOB};ASSISTANT\n".encode(),
        f"Name;E-Mail;Rolle\nÅda;{ADA.upper()};\n\n;{BOB};assistant".encode("cp1252"),
        f'"{ADA}"\tstudent\n"{BOB}"\tassistant\n'.encode("utf-16"),
        f'role,email,name\nstudent,{ADA},=1+1\nassistant,{BOB},"Bob, B"\n'.encode(),
    ],
)
def test_c5_rosters_as_programs_write_them(content: bytes) -> None:
    """C5: byte order marks, semicolons, tabs, quotes, other encodings and columns are read."""
    rows = read_roster(content, parse_email)

    assert [(row.email, row.role, row.problem) for row in rows] == [
        (ADA, Role.STUDENT, None),
        (BOB, Role.ASSISTANT, None),
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("not an address", "there is no e-mail address"),
        (f"{ADA},dean", "the role is one of student, assistant, instructor"),
        ("=cmd@uni.example", "the address begins like a formula"),
        ("+49@uni.example", "the address begins like a formula"),
        (f"{BOB},instructor", "an earlier row gives this address another role"),
    ],
)
def test_c5_a_wrong_row_is_named_with_its_fault(row: str, problem: str) -> None:
    """C5: each wrong row has its line and its reason."""
    rows = read_roster(f"{BOB}\n{row}\n".encode(), parse_email)

    assert [(each.line, each.problem) for each in rows] == [(1, None), (2, problem)]


@pytest.mark.parametrize("content", [b"a@b.example,\0", b"name,role\nx,student\n", b"x" * 5000, b"\xff\xfe\x00"])
def test_c5_what_is_no_roster_is_refused(content: bytes) -> None:
    """C5: content that is no roster is refused as a whole, without being repeated."""
    with pytest.raises(RosterRefused) as refused:
        read_roster(content, parse_email)

    assert len(str(refused.value)) < 100


def test_c5_an_export_opens_harmlessly() -> None:
    """C5: no cell of an export begins like a formula; reading it again gives the same addresses."""
    member = Member("-2+3@uni.example", "student", None)

    written = write_roster([member])

    (_, row) = list(csv.reader(io.StringIO(written)))
    assert row == ["'-2+3@uni.example", "student", ""]
    assert [inert(cell)[0] for cell in ("=1", "+1", "-1", "@x", "\tx")] == ["'"] * 5
    assert [row.problem for row in read_roster(written.encode(), parse_email)] == ["the address begins like a formula"]


async def test_c5_ten_thousand_rows(held: HeldService) -> None:
    """C5: 10,000 rows are carried out at once, each with a word, and exported again."""
    content = "email;role\n" + "".join(f"s{number:05}@uni.example;student\n" for number in range(10_000))

    began = time.monotonic()
    status, answer = await operator(held).send_csv(PATH, content + f"{ADA};assistant\n{ADA};assistant\n")
    took = time.monotonic() - began

    assert (status, answer["applied"], len(answer["rows"])) == (200, True, 10_002)
    assert [row["outcome"] for row in answer["rows"][-3:]] == ["added", "added", "duplicate"]
    assert took < 60
    exported = (await operator(held).get(PATH))[1].splitlines()
    assert (len(exported), exported[0], exported[1]) == (10_002, "email,role,joined_at", f"{ADA},assistant,")
    again = (await operator(held).send_csv(PATH, f"{ADA},student\ns00001@uni.example"))[1]
    assert [row["outcome"] for row in again["rows"]] == ["changed", "unchanged"]
    imported = (await operator(held).get("/api/courses/one/audit"))[1]["items"][1]
    assert (imported["action"], imported["details"]) == ("roster_imported", {"added": 10_001, "changed": 0})


async def test_c5_nothing_is_half_done(held: HeldService) -> None:
    """C5: if a row is refused, none is carried out, and each says what would become of it."""
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")

    status, answer = await ada.send_csv(PATH, f"{BOB},student\nnobody,student\n{ADA},student\n")

    assert (status, answer["applied"]) == (200, False)
    assert [(row["line"], row["outcome"]) for row in answer["rows"]] == [(1, "added"), (2, "refused"), (3, "refused")]
    assert answer["rows"][2]["reason"] == "the course would be left without an instructor"
    members = (await ada.get("/api/courses/one/members"))[1]["items"]
    assert [member["email"] for member in members] == [ADA]
    assert (await ada.request("POST", PATH, {"email": BOB}))[0] == 415
