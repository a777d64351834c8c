"""Rosters: the members of a course as CSV, read with a word on each row, and written so that spreadsheets run nothing.

A row has an e-mail address and, if there is a second column, a role. A first row without an address names the columns.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor_server.storage.memberships import ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tutor_server.storage.members import Member

MOST_ROWS = 20_000
MAX_ROW_CHARACTERS = 4_000
EMAIL_COLUMNS = ("email", "e-mail", "mail", "email address", "e-mail address", "e-mail-adresse")
ROLE_COLUMNS = ("role", "rolle")
_FORMULA = re.compile(r"[=+\-@\t\r|%]")
"""The characters with which a cell begins that a spreadsheet may run as a formula (OWASP, CSV injection)."""

Outcome = Literal["added", "changed", "unchanged", "duplicate", "refused"]


class RosterRefused(ValueError):
    """The text is no roster. The message says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row of a roster, by its line from 1. `problem` is None for a row that can be carried out."""

    line: int
    email: str
    role: Role
    problem: str | None = None
    is_duplicate: bool = False


def read_roster(content: bytes, normalise: Callable[[str], str]) -> Sequence[RosterRow]:
    """Return the rows of a roster. `normalise` returns an address in lower case, or raises `ValueError`.

    Raise `RosterRefused`.
    """
    text = _decoded(content)
    if "\0" in text:
        raise RosterRefused("the roster holds a NUL character")
    lines = [line for line in _cells(text) if any(cell.strip() for cell in line[1])]
    if len(lines) > MOST_ROWS:
        raise RosterRefused(f"a roster has at most {MOST_ROWS:,} rows")
    email_column, role_column = 0, 1
    if lines and not any("@" in cell for cell in lines[0][1]):
        header = [cell.strip().lower() for cell in lines.pop(0)[1]]
        email_column = _index(header, EMAIL_COLUMNS)
        role_column = _index(header, ROLE_COLUMNS, otherwise=len(header))
        if email_column < 0:
            raise RosterRefused("the first row names no column email")
    seen: dict[str, Role] = {}
    return [_row(number, cells, (email_column, role_column), normalise, seen) for number, cells in lines]


def write_roster(members: Iterable[Member]) -> str:
    """Return members as CSV (RFC 4180). A cell that a spreadsheet would run as a formula is quoted as text."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(("email", "role", "joined_at"))
    for member in members:
        joined = "" if member.joined_at is None else member.joined_at.isoformat()
        writer.writerow((inert(member.email), member.role, joined))
    return output.getvalue()


def inert(cell: str) -> str:
    """Return a cell with an apostrophe in front if a spreadsheet would run it as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise RosterRefused("the roster is not UTF-8") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # Older spreadsheets write names so; addresses are ASCII.


def _cells(text: str) -> list[tuple[int, list[str]]]:
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if sum(map(len, cells)) > MAX_ROW_CHARACTERS:
                raise RosterRefused(f"line {reader.line_num} is too long")
            rows.append((reader.line_num, cells))
    except csv.Error:
        raise RosterRefused(f"line {reader.line_num} is no CSV") from None
    return rows


def _index(header: Sequence[str], names: Sequence[str], otherwise: int = -1) -> int:
    return next((number for number, cell in enumerate(header) if cell in names), otherwise)


def _row(
    line: int,
    cells: Sequence[str],
    columns: tuple[int, int],
    normalise: Callable[[str], str],
    seen: dict[str, Role],
) -> RosterRow:
    """Return a row with what is wrong with it. `seen` holds the addresses of earlier rows, and gets this one."""
    given, named = (cells[column].strip() if column < len(cells) else "" for column in columns)
    given = given.removeprefix("'") if _FORMULA.match(given[1:2]) else given
    role = ROLES.get(named.lower() or Role.STUDENT.label)
    if role is None:
        return RosterRow(line, "", Role.STUDENT, f"the role is one of {', '.join(ROLES)}")
    if _FORMULA.match(given):
        return RosterRow(line, "", role, "the address begins like a formula")
    try:
        email = normalise(given)
    except ValueError:
        return RosterRow(line, "", role, "there is no e-mail address")
    earlier = seen.get(email)
    seen.setdefault(email, role)
    if earlier not in {None, role}:
        return RosterRow(line, email, role, "an earlier row gives this address another role")
    return RosterRow(line, email, role, is_duplicate=earlier is role)
