"""Long replies of a scripted model: harmless, without repetition, and as long as a test needs."""

from __future__ import annotations

import itertools
import random

_ACTORS = (
    *("the reader", "a patient teacher", "every beginner", "the old manual", "a careful friend", "the next chapter"),
    "some editors",
)
_ACTS = ("often tells", "slowly shows", "rarely mentions", "sometimes forgets", "gladly repeats", "hardly explains")
_THINGS = (
    "how much time such work takes",
    "why patience pays off",
    "where good habits come from",
    "what experts enjoy most",
    "how people learnt this long ago",
)
_SHORT_WORDS = ("line", "word", "page", "part", "step", "note")
_HINT = "Look at line 3. What ends the header there?"


def rambling(words: int) -> str:
    """Return about so many words of sentences that differ and lead nowhere. There are enough for 1,500 words."""
    sentences, left = [], words
    for actor, act, thing in itertools.product(_ACTORS, _ACTS, _THINGS):
        if left <= 0:
            break
        sentences.append(f"{actor[0].upper()}{actor[1:]} {act} {thing}.")
        left -= len(sentences[-1].split())
    return " ".join(sentences)


def long_hint(words: int) -> str:
    """Return a hint of about so many words that meets the floor of level 1 for a program of three lines.

    The service ends an answer of more than 320 words.
    """
    return f"{_HINT} {rambling(words - len(_HINT.split()))}"


def heavy_hint() -> str:
    """Return a hint of some 40 KB for the same programs: very long words, few enough not to end the answer."""
    chance = random.Random(1)
    words = ["-".join(chance.choices(_SHORT_WORDS, k=28)) for _ in range(250)]
    return f"{_HINT} " + " ".join(f"Read {' '.join(words[at : at + 8])} again." for at in range(0, 240, 8))
