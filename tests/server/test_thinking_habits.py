"""What a model's answers show about how it thinks, and the room for thoughts that later calls get."""

from __future__ import annotations

from tutor_server.llm.model_options import ModelOptions
from tutor_server.llm.thinking_habits import ThinkingHabits


def silent(habits: ThinkingHabits) -> bool:
    """End an answer at its limit without a word. Return whether it is worth another call."""
    return habits.answer().finish("length").adapted


def test_an_answer_without_a_word_gets_room_for_thoughts_once() -> None:
    """P11: some servers do not send thoughts. A model that uses up the room for them as well only rambles."""
    habits = ThinkingHabits(ModelOptions(thinking_tokens=500))
    seen = [(habits.tokens, silent(habits)) for _ in range(4)]

    assert seen == [(0, True), (500, False), (0, False), (0, False)]


def test_a_model_whose_thoughts_were_seen_keeps_its_room() -> None:
    """An answer that its thoughts have used up does not take the room away from the next one."""
    habits = ThinkingHabits(ModelOptions(thinking_tokens=500))
    silent(habits)
    habits.answer().note_thoughts()

    assert [(habits.tokens, silent(habits)) for _ in range(3)] == [(500, False)] * 3


def test_a_model_that_is_declared_to_think_keeps_its_room() -> None:
    """What the operator says holds, whatever its answers show."""
    habits = ThinkingHabits(ModelOptions(thinking="low", thinking_tokens=500))

    assert [(habits.tokens, silent(habits)) for _ in range(3)] == [(500, False)] * 3
