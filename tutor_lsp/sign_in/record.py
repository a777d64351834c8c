"""The record of sign-ins in the data folder: the service, and the place where tokens are stored, but no token."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from tutor_lsp.service.address import WrongAddress, check_server_url
from tutor_lsp.sign_in.private_file import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "sign-in.json"

KeptIn = Literal["keyring", "file", "memory"]
"""The store of a sign-in's tokens: the system's keyring, a file in the data folder, or this process' memory."""

_SHARED_PLACES = ("keyring", "file")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in at a service. Each new sign-in has its own id, even with the same account."""

    server_url: str
    id: str
    kept_in: KeptIn
    account: str | None = None
    """The e-mail address of the account, to show who is signed in. Sign-ins of older versions have none."""


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """The sign-ins as they are stored on disk."""

    server_url: str | None = None
    """The service of the latest sign-in, as `check_server_url` returns it."""
    is_in_use: bool = False
    """Whether that service answers if no setting names another. Signing out sets it to false."""
    may_use_file: bool = False
    """Whether the student has agreed to storing tokens in a file if there is no keyring."""
    sign_ins: tuple[SignIn, ...] = ()

    def at(self, server_url: str) -> SignIn | None:
        """Return the sign-in at a service, or None."""
        return next((sign_in for sign_in in self.sign_ins if sign_in.server_url == server_url), None)

    def adding(self, sign_in: SignIn) -> SignInRecord:
        """Return the record with a new sign-in, which replaces an earlier one at the same service."""
        others = tuple(other for other in self.sign_ins if other.server_url != sign_in.server_url)
        return replace(self, server_url=sign_in.server_url, is_in_use=True, sign_ins=(*others, sign_in))

    def agreeing_to_file(self) -> SignInRecord:
        """Return the record with the student's agreement to storing tokens in a file."""
        return replace(self, may_use_file=True)

    def using(self, server_url: str) -> SignInRecord:
        """Return the record with this service as the one that answers if no setting names another."""
        return replace(self, server_url=server_url, is_in_use=True)

    def without(self, sign_in: SignIn) -> SignInRecord:
        """Return the record without a sign-in that the service has ended. Its service stays in use."""
        return replace(self, sign_ins=tuple(other for other in self.sign_ins if other != sign_in))

    def leaving(self, server_url: str) -> SignInRecord:
        """Return the record without the sign-in at a service. That service is then no longer in use."""
        others = tuple(other for other in self.sign_ins if other.server_url != server_url)
        return replace(self, is_in_use=self.is_in_use and self.server_url != server_url, sign_ins=others)


class RecordFile:
    """The file `sign-in.json` in the data folder. Several windows share it. A writer holds the lock on sign-ins."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    def stamp(self) -> object:
        """Return a value that changes when the file is replaced. It costs one `stat` call."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def read(self) -> SignInRecord:
        """Return the record. A damaged or unreadable file counts as absent."""
        try:
            fields = read_json(self._path)
        except OSError:
            return SignInRecord()
        if not isinstance(fields, dict):
            return SignInRecord()
        sign_ins = fields.get("sign_ins")
        server_url = _server_url(fields.get("server_url"))
        return SignInRecord(
            server_url=server_url,
            is_in_use=server_url is not None and fields.get("is_in_use") is True,
            may_use_file=fields.get("may_use_file") is True,
            sign_ins=tuple(
                sign_in for sign_in in map(_sign_in, sign_ins if isinstance(sign_ins, list) else ()) if sign_in
            ),
        )

    def write(self, record: SignInRecord) -> None:
        """Replace the record. Raise `OSError`."""
        write_json(self._path, asdict(record))


def _sign_in(fields: Any) -> SignIn | None:
    if not isinstance(fields, dict):
        return None
    server_url, id_, kept_in = _server_url(fields.get("server_url")), fields.get("id"), fields.get("kept_in")
    if server_url is None or not isinstance(id_, str) or kept_in not in _SHARED_PLACES:
        return None
    account = fields.get("account")
    return SignIn(server_url, id_, cast("KeptIn", kept_in), account if isinstance(account, str) else None)


def _server_url(url: Any) -> str | None:
    try:
        return check_server_url(url) if isinstance(url, str) else None
    except WrongAddress:
        return None
