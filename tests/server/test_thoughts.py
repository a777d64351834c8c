"""Thoughts between tags in a model's text are separated from its answer, however the text is cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_server.llm.provider import Thinking
from tutor_server.llm.thoughts import ThoughtFilter

ANSWER = "Look at line 3. Which name is read there?"
THOUGHTS = "Okay, the student forgot a colon. The fix is `for x in xs:`."


def split(pieces: list[str], **options: bool) -> tuple[str, ThoughtFilter]:
    """Return the text of an answer in pieces, and the filter after it."""
    texts = ThoughtFilter(**options)
    events = [event for piece in pieces for event in texts.feed(piece)] + texts.finish()
    return "".join(event for event in events if isinstance(event, str)), texts


@pytest.mark.parametrize("tag", ["think", "thinking", "thought", "mm:think", "THINK"])
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_thoughts_between_tags_are_dropped(tag: str, size: int) -> None:
    """P11: text between the tags is thoughts, also if a tag is split over pieces."""
    whole = f"<{tag}>\n{THOUGHTS}\n</{tag}>\n\n{ANSWER}"
    text, texts = split([whole[start : start + size] for start in range(0, len(whole), size)])
    assert text == ANSWER
    assert texts.has_thoughts
    assert not texts.ended_unopened


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_pieces_do_not_matter(sizes: list[int]) -> None:
    """P11: the same text in any pieces gives the same answer, thoughts in the middle and comparisons included."""
    whole = f"<think>{THOUGHTS}</think>{ANSWER} Is `a < b` or [t] true?<think>Hm.</think> Try it."
    pieces: list[str] = []
    start = 0
    while start < len(whole):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(whole[start : start + size])
        start += size
    assert split(pieces)[0] == f"{ANSWER} Is `a < b` or [t] true? Try it."


def test_unclosed_thoughts_are_dropped() -> None:
    """P11: thoughts that never end leave no text, and their size is known for the bill."""
    texts = ThoughtFilter()
    events = [*texts.feed(f"<think>{THOUGHTS}"), *texts.finish()]
    assert not [event for event in events if isinstance(event, str)]
    assert sum(event.size for event in events if isinstance(event, Thinking)) == len(THOUGHTS)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_closing_tag_alone_ends_thoughts(size: int) -> None:
    """P11: what stands before a lone closing tag is thoughts, and the filter says so for later answers."""
    whole = f"{THOUGHTS}</think>\n\n{ANSWER}"
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    text, texts = split(pieces, may_begin_in_thoughts=True)
    assert (text, texts.ended_unopened) == (ANSWER, True)
    assert split(pieces, begins_in_thoughts=True)[0] == ANSWER
    assert split(pieces, likely_begins_in_thoughts=True)[0] == ANSWER


def test_a_model_that_began_in_thoughts_may_stop_to_do_so() -> None:
    """P11: after an answer with a lone closing tag, a plain answer is still shown, at its end."""
    assert split(list(ANSWER), likely_begins_in_thoughts=True)[0] == ANSWER


def test_unmarked_thoughts_that_are_cut_are_no_answer() -> None:
    """P11: what begins like thoughts and is cut by the limit is not shown."""
    texts = ThoughtFilter(may_begin_in_thoughts=True)
    events = [*texts.feed(THOUGHTS), *texts.finish(is_cut=True)]
    assert not [event for event in events if isinstance(event, str)]
    assert texts.has_thoughts


@pytest.mark.parametrize(
    "answer", [ANSWER, "The first line is fine.", "So the loop ends.", "Let me ask you: why?", "A"]
)
def test_an_answer_that_may_begin_in_thoughts_is_whole(answer: str) -> None:
    """P11: an answer that begins as thoughts do, but has no closing tag, is shown whole at its end."""
    assert split(list(answer), may_begin_in_thoughts=True)[0] == answer


def test_an_answer_to_the_student_is_not_held_back() -> None:
    """P11: an answer that begins with words to the student is shown from its first word on."""
    texts = ThoughtFilter(may_begin_in_thoughts=True)
    assert texts.feed("Look ") == ["Look "]
