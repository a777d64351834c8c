"""The redacting tutor: it replaces private values in asks by placeholders, and restores them in answers."""

from __future__ import annotations

import re
import stat
from contextlib import aclosing
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from testing.editor_side.scripted_tutor import ScriptedTutor, accepted, delta, done, error, whole_answer
from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
from tutor_lsp.capture.redaction.redaction import Redactor
from tutor_lsp.settings import Settings
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.choice import Access, build_tutor
from tutor_lsp.tutors.local import LocalTutor
from tutor_lsp.tutors.redacting import RedactingTutor, redaction_key
from tutor_protocol import MAX_CODE_BYTES, Accepted, Ask, Delta, Done, Error, ErrorCode, Position

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from testing.editor_side.scripted_tutor import Script
    from tutor_protocol import FromService

ASK = Ask(request_id=UUID(int=1), code='password = "geheim"\nprint(pasword)\n', cursor=Position(1, 6))


async def quoting(ask: Ask) -> AsyncGenerator[FromService, None]:
    """Yield an answer that quotes the placeholder, a few characters in each delta. For use as a script."""
    word = re.findall(r"redacted_\w{6}", ask.code)[0]
    text = f"You wrote `{word}` in line 1, and {word}"
    yield accepted(ask)
    for seq, start in enumerate(range(0, len(text), 4)):
        yield delta(ask, seq, text[start : start + 4])
    yield done(ask)


async def broken_off(ask: Ask) -> AsyncGenerator[FromService, None]:
    """Yield text that may be the start of a placeholder, then an error. For use as a script."""
    yield accepted(ask)
    yield delta(ask, 0, "You wrote red")
    yield error(ask, ErrorCode.ANSWER_INTERRUPTED)


async def stream(script: Script, ask: Ask = ASK) -> tuple[list[FromService], ScriptedTutor]:
    """Send an ask to a redacting tutor in front of this script; return the messages and the tutor behind."""
    behind = ScriptedTutor(script)
    tutor = RedactingTutor(behind, Redactor(PrivatePatterns(), b"key"))
    async with aclosing(tutor.ask(ask)) as messages:
        return [message async for message in messages], behind


async def test_the_ask_leaves_without_and_the_answer_comes_with_what_is_private() -> None:
    """Private values leave the ask and return in the answer, whose deltas are numbered without a gap."""
    messages, behind = await stream(quoting)
    deltas = [message for message in messages if isinstance(message, Delta)]

    assert "geheim" not in behind.asks[0].code
    assert behind.asks[0].request_id == ASK.request_id
    assert "".join(item.content for item in deltas) == "You wrote `geheim` in line 1, and geheim"
    assert [item.seq for item in deltas] == list(range(len(deltas)))
    assert isinstance(messages[0], Accepted)
    assert isinstance(messages[-1], Done)


async def test_text_that_waits_is_shown_before_a_failure() -> None:
    """Text that was held back as a possible placeholder is shown before an error."""
    messages, _ = await stream(broken_off)

    assert [message.content for message in messages if isinstance(message, Delta)] == ["You wrote ", "red"]
    assert isinstance(messages[-1], Error)


async def test_code_that_gets_too_long_is_refused_and_not_sent() -> None:
    """Code that exceeds the limit after redaction is refused, instead of cut or sent unredacted."""
    code = 'password="abcd"\n' + "#" * (MAX_CODE_BYTES - 16)

    messages, behind = await stream(whole_answer, Ask(request_id=UUID(int=1), code=code, cursor=Position(0, 0)))

    assert [message.code for message in messages if isinstance(message, Error)] == [ErrorCode.PAYLOAD_TOO_LARGE]
    assert behind.asks == []


async def test_closing_the_stream_closes_the_one_behind() -> None:
    """Closing the stream closes the stream of the tutor behind it."""
    behind = ScriptedTutor(whole_answer)
    messages = RedactingTutor(behind, Redactor(PrivatePatterns(), b"key")).ask(ASK)
    await anext(messages)
    await messages.aclose()

    assert behind.closed_streams == [ASK.request_id]


async def test_only_what_leaves_the_computer_is_redacted(tmp_path: Path) -> None:
    """Asks to any service are redacted, even on this computer, but asks to the local tutor are not."""
    settings = Settings(own_data_dir=tmp_path)
    access = Access("http://127.0.0.1:1", StaticToken("token"))

    remote = build_tutor(settings, access, lambda _: None)
    local = build_tutor(settings, None, lambda _: None)

    assert isinstance(remote, RedactingTutor)
    assert isinstance(local, LocalTutor)
    await remote.close()


def test_the_key_stays_and_is_for_the_user_alone(tmp_path: Path) -> None:
    """The key is created once, in a file that only the user can read."""
    key = redaction_key(tmp_path / "data")

    assert redaction_key(tmp_path / "data") == key
    assert len(key) == 32
    assert stat.S_IMODE((tmp_path / "data" / "redaction.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", '{"key": 1}', '{"key": "abcd"}', '{"key": "no hex"}'])
def test_a_damaged_key_is_replaced(tmp_path: Path, content: str) -> None:
    """A damaged key file is replaced by a new key, so that the placeholders change."""
    (tmp_path / "redaction.json").write_text(content, encoding="utf-8")

    assert len(redaction_key(tmp_path)) == 32
    assert redaction_key(tmp_path) == redaction_key(tmp_path)


def test_without_a_folder_the_key_is_for_this_time(tmp_path: Path) -> None:
    """If the data folder is unusable, a temporary key is used."""
    (tmp_path / "data").write_text("a file", encoding="utf-8")

    assert len(redaction_key(tmp_path / "data")) == 32
