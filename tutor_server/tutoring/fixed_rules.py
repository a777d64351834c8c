"""The fixed rules of the prompts, which an answer must not repeat."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tutor_pedagogy.floor import FixedRules
from tutor_server.tutoring.prompt_texts import prompt_text


@cache
def fixed_rules() -> FixedRules:
    """Return the rules in all files of the folder `prompts`, except the examples of good answers.

    A good answer to another student may have words in common with an example.
    """
    folder = files("tutor_server.tutoring") / "prompts"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".txt"))
    return FixedRules(prompt_text(name.removesuffix(".txt")) for name in names if not name.startswith("good_"))
