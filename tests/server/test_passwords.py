"""Password hashing: its parameters, refused passwords, and the same time for unknown accounts."""

from __future__ import annotations

import asyncio
import gzip
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from argon2 import extract_parameters

from tutor_server.errors import ValidationFailed
from tutor_server.identity.common_passwords import REFUSAL, require_uncommon
from tutor_server.identity.passwords import Passwords

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Return the hasher as the service uses it."""
    hasher = Passwords()
    yield hasher
    hasher.close()


async def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    """A password matches only its own hash, even if passwords differ only after a NUL character.

    A hash is argon2id with 19 MiB, 2 passes, 1 lane and a random salt.
    """
    password = "correct horse\x00\U0001f40e"
    first, second = await passwords.hash(password), await passwords.hash(password)

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert await passwords.matches(password, first) is True
    assert await passwords.matches("correct horse", first) is False


async def test_the_same_keys_on_another_system_match(passwords: Passwords) -> None:
    """Composed and decomposed forms of a letter give the same password (RFC 8265 §4.2)."""
    password_hash = await passwords.hash("caf\u00e9 au lait")

    assert await passwords.matches("cafe\u0301 au lait", password_hash) is True


async def test_s4_nobody_takes_as_long_as_somebody(passwords: Passwords) -> None:
    """S4: for an unknown account the password is checked against a dummy hash of the same cost."""
    real = await passwords.hash("correct horse")

    assert extract_parameters(passwords._nobody) == extract_parameters(real)
    assert await passwords.matches("", None) is False
    assert await passwords.matches("correct horse", None) is False


@pytest.mark.parametrize("password", ["x" * 257, "lone \ud800 surrogate"])
async def test_what_cannot_be_hashed_is_refused(passwords: Passwords, password: str) -> None:
    """A password that is too long or not valid text raises `ValidationFailed`."""
    with pytest.raises(ValidationFailed, match=r"^password: "):
        await passwords.hash(password)
    with pytest.raises(ValidationFailed, match=r"^password: "):
        await passwords.matches(password, None)


async def test_a_broken_stored_hash_matches_nothing(passwords: Passwords) -> None:
    """A damaged stored hash matches no password."""
    assert await passwords.matches("correct horse", "not a hash") is False


async def test_the_event_loop_goes_on_meanwhile(passwords: Passwords) -> None:
    """While passwords are hashed, the event loop runs other tasks."""
    turns = 0
    work = asyncio.gather(*(passwords.hash("correct horse") for _ in range(4)))
    while not work.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 100


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "12345678",
        "Password1",
        "QWERTYUIOP",
        "aaaaaaaa",
        "ada.lovelace",
        "AdaLovelace1815",
        "ada_lovelace!",
        "ada.lovelace@uni.example",
        "Ask-Tutor",
        "tutor2026",
        "Summer2026",
        "winter26",
        "2026!Autumn!",
        "\uff33\uff55\uff4d\uff4d\uff45\uff52\uff12\uff10\uff12\uff16",
        "September_2026",
        "November1",
        "Monday27.11.",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    """Common passwords, the student's e-mail, the product's name, and a season or month with a year are refused."""
    with pytest.raises(ValidationFailed) as refusal:
        require_uncommon(password, "ada.lovelace@uni.example")

    assert refusal.value.detail == REFUSAL


@pytest.mark.parametrize(
    "password",
    [
        "a quiet long password",
        "adas-lovely-lace",
        "ada.lovelace-4711-0815",
        "password\n12345678",
        "\n",
        "p\u00e4ssw\u00f6rter",
        "Summer2026rain",
        "March of 1000 penguins",
        "May20261127",
        "\ud800aaaaaaa",
    ],
)
def test_other_passwords_pass(password: str) -> None:
    """Passwords that only contain a name or a common password, or use other alphabets, are accepted."""
    require_uncommon(password, "ada.lovelace@uni.example")


def test_the_list_is_what_its_readme_says() -> None:
    """The list of common passwords has some 15,000 sorted lower-case lines of at least 8 characters."""
    words = gzip.decompress((files("tutor_server.identity") / "word_lists" / "common-passwords.txt.gz").read_bytes())
    first, *listed, last = words.decode().split("\n")

    assert (first, last, len(listed)) == ("", "", 14_811)
    assert listed == sorted({word.casefold() for word in listed})
    assert min(map(len, listed)) == 8
