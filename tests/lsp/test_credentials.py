"""Stored sign-ins: where tokens are kept, and how windows share a refresh."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web

from testing.editor_side.scripted_accounts import ScriptedAccounts, envelope
from tutor_lsp.service.session import SignedOut, Unreachable
from tutor_lsp.sign_in import file_lock, token_store
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.sign_in.file_lock import locked
from tutor_lsp.sign_in.private_file import read_json, write_json
from tutor_lsp.sign_in.record import RecordFile, SignIn, SignInRecord
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.sign_in.token_store import FileStore, KeyringStore, StoreUnavailable, Tokens

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.service import Service, SignUp
    from tutor_lsp.sign_in.credentials import StoredTokens

UNI = "https://tutor.uni.example"
WINDOWS = 5


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Return the path of a data folder that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
async def accounts() -> AsyncIterator[ScriptedAccounts]:
    """Return a running account service with one student."""
    scripted = ScriptedAccounts()
    async with scripted.serve():
        yield scripted


class Clock:
    """A clock in seconds since the epoch that advances only when the test sets it."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        """Return the clock's time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    """Return the clock that all windows of a test use."""
    return Clock()


async def sign_in(accounts: ScriptedAccounts, data_dir: Path, clock: Clock) -> SignIns:
    """Store a sign-in with its tokens in a file, as a separate window would; return that window's sign-ins."""
    sign_ins = SignIns(lambda: data_dir, now=clock)
    await sign_ins.agree_to_file()
    issued = accounts.issue()
    expires_at = clock() + issued["expires_in"]
    await sign_ins.keep(accounts.url, Tokens(issued["access_token"], issued["refresh_token"], expires_at))
    return sign_ins


def credentials_of(accounts: ScriptedAccounts, data_dir: Path, clock: Clock) -> StoredTokens:
    """Return the credentials of another window, which shares only the data folder with the first."""
    sign_ins = SignIns(lambda: data_dir, now=clock)
    sign_ins.reload()
    found = sign_ins.at(accounts.url)
    assert found is not None
    return sign_ins.credentials(found)


def modes_of(folder: Path) -> dict[str, int]:
    """Return the permissions of the files in a folder by name, and of the folder itself under an empty name."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    return {"": stat.S_IMODE(folder.stat().st_mode), **modes}


class TestStayingSignedIn:
    """`StoredTokens` with a service that accepts each refresh token only once."""

    async def test_a_good_token_is_used_as_it_is(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """A valid token is used without a request to the service, in every window."""
        await sign_in(accounts, data_dir, clock)
        tokens = [await credentials_of(accounts, data_dir, clock).access_token() for _ in range(2)]

        assert tokens == ["access-1", "access-1"]
        assert accounts.requests == []

    async def test_a_token_about_to_expire_is_exchanged(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """A token that is valid for another minute is used; one with less time is refreshed, once."""
        await sign_in(accounts, data_dir, clock)
        credentials = credentials_of(accounts, data_dir, clock)
        clock.time += 900 - 61
        before = await credentials.access_token()
        clock.time += 2
        after = [await credentials.access_token() for _ in range(3)]

        assert (before, after) == ("access-1", ["access-2"] * 3)
        assert accounts.requests == [("/api/auth/refresh", {"refresh_token": "refresh-1"})]

    async def test_a_rejected_token_is_exchanged(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """`renew` refreshes a token that the service has rejected, even if it has not expired."""
        await sign_in(accounts, data_dir, clock)
        credentials = credentials_of(accounts, data_dir, clock)
        rejected = await credentials.access_token()
        assert rejected is not None

        assert await credentials.renew(rejected) == "access-2"
        assert await credentials.access_token() == "access-2"

    async def test_another_windows_exchange_is_enough(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """A window reads the stored tokens before it refreshes, and uses those that another window has fetched."""
        await sign_in(accounts, data_dir, clock)
        windows = [credentials_of(accounts, data_dir, clock) for _ in range(2)]
        tokens = [await window.access_token() for window in windows]

        renewed = [await window.renew(str(token)) for window, token in zip(windows, tokens, strict=True)]

        assert renewed == ["access-2", "access-2"]
        assert accounts.paths == ["refresh"]

    async def test_s2_all_windows_at_once_ask_once(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """S2: if all windows need a new token at once, one of them refreshes it and all use the result."""
        await sign_in(accounts, data_dir, clock)
        windows = [credentials_of(accounts, data_dir, clock) for _ in range(WINDOWS)]
        clock.time += 900

        tokens = await asyncio.gather(*(window.access_token() for window in windows for _ in range(3)))

        assert tokens == ["access-2"] * 3 * WINDOWS
        assert accounts.paths == ["refresh"]

    async def test_a_dead_sign_in_is_removed(self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock) -> None:
        """If the service rejects the refresh token, all windows are signed out and the tokens are deleted."""
        sign_ins = await sign_in(accounts, data_dir, clock)
        windows = [credentials_of(accounts, data_dir, clock) for _ in range(2)]
        await asyncio.gather(*(window.access_token() for window in windows))
        accounts.end_sign_in()

        renewed = [await window.renew("access-1") for window in windows]
        sign_ins.reload()

        assert renewed == [None, None]
        assert accounts.paths == ["refresh"]
        assert (sign_ins.at(accounts.url), sign_ins.server_url) == (None, accounts.url)
        assert read_json(sign_ins.tokens_path) == {}

    @pytest.mark.parametrize(
        "reply",
        [
            envelope(503, "DATABASE_UNAVAILABLE"),
            envelope(429, "TOO_MANY_ATTEMPTS"),
            web.Response(status=401, text="<html>Wireless login</html>"),
            web.Response(status=200, text="<html>Wireless login</html>"),
            web.json_response({"access_token": "x"}),
            web.json_response(["x"]),
            web.Response(body=b" " * 200_000),
        ],
        ids=["503", "429", "portal-401", "portal-200", "half", "list", "huge"],
    )
    async def test_a_service_in_trouble_costs_no_sign_in(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock, reply: web.Response
    ) -> None:
        """Only the service's own reply that the token is invalid ends a sign-in; other failures do not."""
        sign_ins = await sign_in(accounts, data_dir, clock)
        credentials = credentials_of(accounts, data_dir, clock)
        clock.time += 900
        accounts.instead["/api/auth/refresh"] = reply
        with pytest.raises((Unreachable, SignedOut)):
            await credentials.access_token()
        del accounts.instead["/api/auth/refresh"]

        sign_ins.reload()
        assert sign_ins.at(accounts.url) is not None
        assert await credentials.access_token() == "access-2"

    async def test_a_service_that_is_away_is_said_so(self, data_dir: Path, clock: Clock) -> None:
        """If the service is unreachable, the error names the host and the tokens are kept."""
        accounts = ScriptedAccounts()
        async with accounts.serve():
            sign_ins = await sign_in(accounts, data_dir, clock)
            credentials = credentials_of(accounts, data_dir, clock)
        clock.time += 900

        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached"):
            await credentials.access_token()
        assert read_json(sign_ins.tokens_path) != {}

    async def test_a_cancelled_ask_does_not_interrupt_an_exchange(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """If an ask is cancelled during a refresh, the new tokens are stored, and `close` waits for the refresh."""
        await sign_in(accounts, data_dir, clock)
        credentials = credentials_of(accounts, data_dir, clock)
        clock.time += 900
        asking = asyncio.create_task(credentials.access_token())
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await credentials.close()

        assert asking.cancelled()
        assert await credentials_of(accounts, data_dir, clock).access_token() == "access-2"
        assert accounts.paths == ["refresh"]

    async def test_a_disk_that_is_full_costs_nothing_yet(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """New tokens that cannot be stored are used and refreshed in memory, and stored once writing works again."""
        await sign_in(accounts, data_dir, clock)
        credentials = credentials_of(accounts, data_dir, clock)

        def full(_path: Path, _value: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(token_store, "write_json", full)
            clock.time += 900
            assert await credentials.access_token() == "access-2"
            clock.time += 900
            assert await credentials.access_token() == "access-3"
        clock.time += 900
        assert await credentials.access_token() == "access-4"
        assert await credentials_of(accounts, data_dir, clock).access_token() == "access-4"
        assert accounts.paths == ["refresh"] * 3

    async def test_a_token_of_the_environment_says_where_it_is_from(self) -> None:
        """A rejected token from the environment is not refreshed, and the error names its variable."""
        with pytest.raises(SignedOut, match="TUTOR_ACCESS_TOKEN"):
            await StaticToken("t").renew("t")

    async def test_tokens_go_to_their_service_only(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """Tokens are sent only to the exact URL of their service, not even to another port of the same host."""
        sign_ins = await sign_in(accounts, data_dir, clock)

        assert sign_ins.at(UNI) is None
        assert sign_ins.at(accounts.url.rpartition(":")[0] + ":1") is None
        assert sign_ins.at(f"{accounts.url}/other") is None


class TestSigningOut:
    """Signing out with `SignIns.forget` and `revoke`."""

    async def test_the_service_is_told_and_the_disk_is_clean(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """Signing out revokes and deletes the tokens; the service's URL stays as the default for the next time."""
        sign_ins = await sign_in(accounts, data_dir, clock)
        other = SignIns(lambda: data_dir)

        is_told = await sign_ins.revoke(accounts.url, await sign_ins.forget(accounts.url))
        other.reload()

        assert is_told
        assert accounts.requests == [("/api/auth/logout", {"refresh_token": "refresh-1"})]
        assert (other.server_url, other.latest_server_url, other.at(accounts.url)) == (None, accounts.url, None)
        assert read_json(sign_ins.tokens_path) == {}

    async def test_a_service_that_is_away_is_forgotten_all_the_same(self, data_dir: Path, clock: Clock) -> None:
        """If the service is unreachable, the sign-in is deleted, and the caller learns that nothing was revoked."""
        accounts = ScriptedAccounts()
        async with accounts.serve():
            sign_ins = await sign_in(accounts, data_dir, clock)

        is_told = await sign_ins.revoke(accounts.url, await sign_ins.forget(accounts.url))

        assert not is_told
        assert sign_ins.at(accounts.url) is None
        assert read_json(sign_ins.tokens_path) == {}

    async def test_signing_in_again_signs_the_first_out(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock
    ) -> None:
        """A new sign-in at the same service revokes the earlier one and deletes its tokens; other windows use it."""
        await sign_in(accounts, data_dir, clock)
        first = credentials_of(accounts, data_dir, clock)
        second = await sign_in(accounts, data_dir, clock)

        assert accounts.requests == [("/api/auth/logout", {"refresh_token": "refresh-1"})]
        assert await first.access_token() is None
        assert len(read_json(second.tokens_path)) == 1

    async def test_services_are_independent(self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock) -> None:
        """Signing out of one service does not affect the sign-in at another."""
        other = ScriptedAccounts()
        async with other.serve():
            await sign_in(accounts, data_dir, clock)
            sign_ins = await sign_in(other, data_dir, clock)
            before = sign_ins.server_url
            await sign_ins.forget(other.url)

        assert (before, sign_ins.server_url) == (other.url, None)
        assert sign_ins.at(accounts.url) is not None


class TestRecord:
    """The file `sign-in.json`, which records sign-ins without their tokens."""

    def test_it_comes_back_as_it_was(self, data_dir: Path) -> None:
        """A record is read as it was written, and the file's stamp changes with every write."""
        file = RecordFile(data_dir)
        record = SignInRecord(may_use_file=True).adding(SignIn(UNI, "1", "file"))
        before = file.stamp()
        file.write(record)

        assert RecordFile(data_dir).read() == record
        assert file.stamp() != before

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "{",
            "[]",
            '{"server_url": 5, "sign_ins": {}}',
            '{"server_url": "http://uni.example", "is_in_use": true}',
            '{"sign_ins": [5, {}, {"server_url": "http://uni.example", "id": "1", "kept_in": "file"}]}',
            '{"sign_ins": [{"server_url": "https://uni.example", "id": "1", "kept_in": "elsewhere"}]}',
            "[" * 100_000,
        ],
    )
    def test_what_is_damaged_counts_as_absent(self, data_dir: Path, content: str) -> None:
        """A damaged record counts as empty, and cannot introduce plain http to another computer."""
        data_dir.mkdir()
        (data_dir / "sign-in.json").write_text(content)
        record = RecordFile(data_dir).read()

        assert (record.server_url, record.is_in_use, record.sign_ins) == (None, False, ())

    async def test_it_holds_no_token(self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock) -> None:
        """The record contains no token, and other users can read neither the record nor the token file."""
        await sign_in(accounts, data_dir, clock)

        assert "refresh-1" not in (data_dir / "sign-in.json").read_text()
        assert "refresh-1" in (data_dir / "tokens.json").read_text()
        if sys.platform != "win32":
            assert modes_of(data_dir) == {"": 0o700, "sign-in.json": 0o600, "sign-in.lock": 0o600, "tokens.json": 0o600}

    def test_tokens_are_not_in_printed_forms(self) -> None:
        """The `repr` of tokens does not contain the tokens."""
        assert "secret" not in repr(Tokens("secret-a", "secret-r", 0))


class TestPrivateFile:
    """JSON files that are written atomically and that only the user can read."""

    def test_a_failure_leaves_the_old_file_and_no_other(self, tmp_path: Path) -> None:
        """A failed write keeps the old file and leaves no temporary file."""
        path = tmp_path / "x.json"
        write_json(path, {"a": 1})
        with pytest.raises(TypeError):
            write_json(path, {"a": object()})

        assert (read_json(path), list(tmp_path.iterdir())) == ({"a": 1}, [path])

    @pytest.mark.parametrize(
        "content",
        [None, [], {"1": None}, {"1": {}}, {"1": {"access_token": "a", "refresh_token": "r", "expires_at": "x"}}],
    )
    async def test_damaged_tokens_are_none(self, data_dir: Path, content: object) -> None:
        """If the token file is damaged, no tokens are found."""
        write_json(data_dir / "tokens.json", content)

        assert await FileStore(data_dir).load(SignIn(UNI, "1", "file")) is None

    async def test_a_folder_in_its_place_is_said_so(self, data_dir: Path) -> None:
        """The message about a token file that cannot be read has the system's reason and no path."""
        (data_dir / "tokens.json").mkdir(parents=True)
        with pytest.raises(StoreUnavailable, match="Your sign-in cannot be read: Is a directory"):
            await FileStore(data_dir).load(SignIn(UNI, "1", "file"))


class TestLock:
    """The file lock between processes."""

    async def test_one_at_a_time(self, tmp_path: Path) -> None:
        """A second caller waits until the first has released the lock, even within one process."""
        order: list[str] = []
        entered = asyncio.Event()

        async def work(name: str) -> None:
            async with locked(tmp_path / "lock", seconds=10) as is_held:
                assert is_held
                order.append(f"{name} in")
                entered.set()
                await asyncio.sleep(0)
                order.append(f"{name} out")

        first = asyncio.create_task(work("first"))
        await entered.wait()
        await asyncio.gather(first, work("second"))

        assert order == ["first in", "first out", "second in", "second out"]

    async def test_a_dead_process_gives_it_back(self, tmp_path: Path) -> None:
        """If a process is killed, its lock is released."""
        holding = (
            "import asyncio, pathlib, sys\n"
            "from tutor_lsp.sign_in.file_lock import locked\n"
            "async def hold():\n"
            "    async with locked(pathlib.Path(sys.argv[1]), seconds=10):\n"
            "        print('held', flush=True)\n"
            "        await asyncio.Event().wait()\n"
            "asyncio.run(hold())\n"
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", holding, str(tmp_path / "lock"), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        async with locked(tmp_path / "lock", seconds=0) as while_it_lives:
            pass
        process.kill()
        await process.communicate()
        async with locked(tmp_path / "lock", seconds=10) as once_it_is_dead:
            pass

        assert (while_it_lives, once_it_is_dead) == (False, True)

    async def test_without_a_lock_the_work_goes_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """If the folder cannot be created, or the file system does not support locks, the work runs without a lock."""
        (tmp_path / "file").touch()
        async with locked(tmp_path / "file" / "lock", seconds=10) as in_no_folder:
            pass

        def no_locks(_descriptor: int) -> None:
            raise OSError(37, "No locks available")

        monkeypatch.setattr(file_lock, "_try_to_lock", no_locks)
        async with locked(tmp_path / "lock", seconds=10) as without_locks:
            pass

        assert (in_no_folder, without_locks) == (False, False)


WINDOW = """
import asyncio, json, pathlib, sys
from tutor_lsp.sign_in.sign_ins import SignIns

async def window(data_dir, rounds):
    sign_ins = SignIns(lambda: pathlib.Path(data_dir))
    sign_ins.reload()
    credentials = sign_ins.credentials(sign_ins.at(sign_ins.server_url))
    token = await credentials.access_token()
    for _ in range(rounds):
        print(json.dumps(token), flush=True)
        sys.stdin.readline()
        token = await credentials.renew(token)
    print(json.dumps(token), flush=True)

asyncio.run(window(sys.argv[1], int(sys.argv[2])))
"""


@pytest.mark.parametrize("rounds", [3])
async def test_s2_five_windows_stay_signed_in(service: Service, sign_up: SignUp, data_dir: Path, rounds: int) -> None:
    """S2: five processes that refresh at the same time, several times, stay signed in at the real service."""
    student = await sign_up(service)
    sign_ins = SignIns(lambda: data_dir)
    await sign_ins.agree_to_file()
    await sign_ins.keep(service.url, Tokens(student.access_token, student.refresh_token, 4e9))
    windows = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WINDOW,
            str(data_dir),
            str(rounds),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(WINDOWS)
    ]
    said: list[set[str | None]] = []
    async with asyncio.timeout(30), ClientSession(service.url) as session:
        for number in range(rounds + 1):
            lines = [await window.stdout.readline() for window in windows if window.stdout is not None]
            said.append({json.loads(line) for line in lines})
            if number < rounds:
                for window in windows:
                    assert window.stdin is not None
                    window.stdin.write(b"\n")
        for window in windows:
            await window.communicate()
        (last,) = said[-1]
        async with session.get("/api/auth/me", headers={"Authorization": f"Bearer {last}"}) as response:
            status = response.status

    assert [len(tokens) for tokens in said] == [1] * (rounds + 1)
    assert len(set.union(*said)) == rounds + 1
    assert status == 200


class TestKeyring:
    """The system keyring, simulated by a backend that stores its items in a file."""

    @pytest.fixture(autouse=True)
    def keyring_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Install the file-based backend as the keyring of this process, and return its file."""
        from testing.editor_side.file_keyring import FileKeyring  # noqa: PLC0415 - only these tests need the library

        path = tmp_path / "keyring.json"
        monkeypatch.setenv("KEYRING_PROPERTY_PATH", str(path))
        monkeypatch.setattr("keyring.core._keyring_backend", FileKeyring())  # type: ignore[no-untyped-call]  # the library lacks types
        return path

    async def test_it_is_the_first_choice(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock, keyring_file: Path
    ) -> None:
        """With a keyring, tokens are stored, refreshed and deleted there, and no token file is written."""
        sign_ins = await sign_in(accounts, data_dir, clock)
        kept = str(read_json(keyring_file))
        clock.time += 900
        renewed = await credentials_of(accounts, data_dir, clock).access_token()
        await sign_ins.forget(accounts.url)

        assert "refresh-1" in kept
        assert renewed == "access-2"
        assert not sign_ins.tokens_path.exists()
        assert read_json(keyring_file) == {}

    async def test_each_sign_in_has_a_name_of_its_own(self, keyring_file: Path) -> None:
        """Sign-ins at two services, or from two data folders at one service, have separate keyring items."""
        store = KeyringStore()
        sign_ins = [
            SignIn(UNI, "1", "keyring"),
            SignIn(UNI, "2", "keyring"),
            SignIn("https://b.example", "3", "keyring"),
        ]
        for sign_in_ in sign_ins:
            await store.save(sign_in_, Tokens(sign_in_.id, "r", 0))
        await store.forget(sign_ins[0])

        assert [await store.load(sign_in_) for sign_in_ in sign_ins] == [None, Tokens("2", "r", 0), Tokens("3", "r", 0)]
        assert len(read_json(keyring_file)) == 2

    @pytest.mark.parametrize("fault", ["locked", "raises", "forgets"])
    async def test_a_keyring_that_keeps_nothing_is_none(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        """If the keyring is locked, broken or loses items, and the student agreed to it, the token file is used."""
        monkeypatch.setattr("keyring.core._keyring_backend.fault", fault)
        sign_ins = await sign_in(accounts, data_dir, clock)

        assert not await sign_ins.has_keyring()
        assert sign_ins.tokens_path.exists()

    async def test_no_keyring_and_no_agreement_is_this_process_alone(
        self, accounts: ScriptedAccounts, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without a keyring or agreement to a file, the sign-in is kept in memory, and other windows are signed out."""
        monkeypatch.setattr("keyring.core._keyring_backend.fault", "locked")
        sign_ins = SignIns(lambda: data_dir)
        kept = await sign_ins.keep(accounts.url, Tokens("a", "r", 4e9))
        other = SignIns(lambda: data_dir)
        other.reload()

        assert (kept.kept_in, sign_ins.server_url, other.server_url) == ("memory", accounts.url, None)
        assert await sign_ins.credentials(kept).access_token() == "a"
        assert set(modes_of(data_dir)) <= {"", "sign-in.lock"}

    async def test_a_keyring_that_is_locked_later_is_said_so(
        self, accounts: ScriptedAccounts, data_dir: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If the keyring is locked later, the error says so, and the sign-in works again once it is unlocked."""
        await sign_in(accounts, data_dir, clock)
        credentials = credentials_of(accounts, data_dir, clock)
        with monkeypatch.context() as patch:
            patch.setattr("keyring.core._keyring_backend.fault", "locked")
            with pytest.raises(SignedOut, match="keyring"):
                await credentials.access_token()

        assert await credentials.access_token() == "access-1"

    async def test_a_keyring_that_never_answers_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """If the keyring does not answer, the call is given up after a timeout."""
        monkeypatch.setattr("keyring.core._keyring_backend.fault", "waits")
        monkeypatch.setattr(token_store, "KEYRING_SECONDS", 0.05)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await KeyringStore().load(SignIn(UNI, "1", "keyring"))

    async def test_backends_that_keep_nothing_or_plain_files_are_no_keyring(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The library's placeholder backends, whose priority is below 1, do not count as a keyring."""
        from keyring.backends import fail, null  # noqa: PLC0415 - only this test needs the library

        for kind in (fail.Keyring, null.Keyring):
            monkeypatch.setattr("keyring.core._keyring_backend", kind())
            assert not await KeyringStore().is_usable()


def test_the_keyring_library_is_not_loaded_at_the_start() -> None:
    """The keyring library is imported only when tokens are needed, since its import would slow down the start."""
    program = (
        "import sys, tutor_lsp.server, tutor_lsp.terminal.main\n"
        "sys.exit(any(name in sys.modules for name in ('keyring', 'aiohttp')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
