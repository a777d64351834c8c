"""The lesson of a rule, read from the Markdown file beside the rule's detector.

A file has one section for each part, in the order in which a student sees them. Every part is a `string.Template`:
the placeholders `$line`, `$expression` and the slots of the match are filled in, and code becomes a code span. Where a
detector may not know a value, `[[with $name||without]]` holds the sentences for both cases. The parts of levels 1 to 3
contain no code that the student has not written, except names of builtins; only `Remedy` says what to write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)
_OF_EDIT = re.compile(r"(?P<part>Reason|Check) with (?:an edit|`(?P<text>.+)`)")
_STEP = re.compile(r"^\d+\. ", re.MULTILINE)
# linear: the pattern is only matched against the project's own lesson files
_CODE = re.compile(r"^(?P<fence>```+)python\n(?P<code>.{0,4000}?)\n(?P=fence)$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example with other data: an introduction, the code, and the conclusion to draw from it."""

    before: str
    code: str
    after: str


@dataclass(frozen=True, slots=True)
class OfEdit:
    """A reason or a check for the edits that add a certain text; an empty text stands for any edit."""

    added: str
    prose: str

    def fits(self, edit: Edit | None) -> bool:
        """Return whether an edit adds the text."""
        return edit is not None and (not self.added or edit.after.count(self.added) > edit.before.count(self.added))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The lesson of one rule.

    `question` draws the student's attention to the place (level 1). `concept` is the idea behind the error (level 2);
    `picture` adds an everyday comparison for beginners and `precise` the language rule for advanced students,
    `maths_picture` and `maths_precise` likewise by maths level. `place` and `plan` make level 3. If the matched line
    may not be the cause, `is_sure` is false and the text says where to start. Level 4 shows the first of `examples`
    that is not too similar to the student's code. `remedy` says what to change if no edit was found; `reason` and
    `check` complete level 5. `claims` are what the texts assert about the program, as Python
    expressions over slots. The rule is dropped if one is false. `is_proved_by_message` says that the exception's
    message alone proves the cause. `is_symptom` says that the line only shows the mistake, unless an edit mends it.
    `lacks_value` says that the lesson is about a name without a value, which cannot be printed.
    """

    question: str
    concept: str
    picture: str
    precise: str
    plan: tuple[str, ...]
    examples: tuple[Example, ...]
    remedy: str
    reason: str
    check: str
    place: str = ""
    maths_picture: str = ""
    maths_precise: str = ""
    is_sure: bool = True
    claims: tuple[str, ...] = ()
    is_proved_by_message: bool = False
    is_symptom: bool = False
    lacks_value: bool = False
    reasons: tuple[OfEdit, ...] = ()
    checks: tuple[OfEdit, ...] = ()

    def reason_for(self, edit: Edit | None) -> str:
        """Return the reason for an edit, or for the remedy if there is no edit."""
        return next((each.prose for each in self.reasons if each.fits(edit)), self.reason)

    def check_for(self, edit: Edit | None) -> str:
        """Return the check for an edit, or for the remedy if there is no edit."""
        return next((each.prose for each in self.checks if each.fits(edit)), self.check)


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A rule's Markdown file: its front matter, and its sections by heading. Several sections may share a heading."""

    front_matter: dict[str, str] = field(default_factory=dict)
    sections: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> LessonFile:
        """Return the parsed file: its front matter, and its sections without the blank lines around them."""
        head = _FRONT_MATTER.match(text)
        front_matter = dict(line.split(": ", 1) for line in head[1].split("\n")) if head else {}
        _, *parts = _SECTION.split(text[head.end() :] if head else text)
        return cls(front_matter, tuple(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True)))

    def prose(self, heading: str) -> str:
        """Return a section's paragraphs, each on one line; an empty string if the section is missing."""
        return _prose(next((body for title, body in self.sections if title == heading), ""))

    def lesson(self) -> Lesson:
        """Return the lesson that the sections hold."""
        plan = next((body for title, body in self.sections if title == "Plan"), "")
        return Lesson(
            question=self.prose("Question"),
            concept=self.prose("Concept"),
            picture=self.prose("Picture"),
            precise=self.prose("Precise"),
            maths_picture=self.prose("Maths picture"),
            maths_precise=self.prose("Maths precise"),
            place=self.prose("Place"),
            plan=tuple(_prose(step) for step in _STEP.split(plan)[1:]),
            examples=tuple(_example(body) for title, body in self.sections if title == "Example"),
            remedy=self.prose("Remedy"),
            reason=self.prose("Reason"),
            check=self.prose("Check"),
            reasons=self._of_edits("Reason"),
            checks=self._of_edits("Check"),
            is_sure=self.front_matter.get("place") != "a start",
            claims=tuple(claim.strip() for claim in self.front_matter.get("claims", "").split(";") if claim.strip()),
            is_symptom=self.front_matter.get("place") == "a symptom",
            lacks_value=self.front_matter.get("name") == "without a value",
            is_proved_by_message=self.front_matter.get("proof") == "the message",
        )

    def _of_edits(self, part: str) -> tuple[OfEdit, ...]:
        return tuple(
            OfEdit(title["text"] or "", _prose(body))
            for heading, body in self.sections
            if (title := _OF_EDIT.fullmatch(heading)) and title["part"] == part
        )


@cache
def lesson_of(rule: str) -> Lesson:
    """Return the lesson of a rule. `texts` in the file's front matter names another rule whose lesson is shared."""
    file = LessonFile.parse(source_of(rule))
    return lesson_of(file.front_matter["texts"]) if "texts" in file.front_matter else file.lesson()


def source_of(rule: str) -> str:
    """Return the Markdown of a rule, from `rules/<family>/<name>.md`. Raise `FileNotFoundError` if it has none."""
    family, _, name = rule.partition(".")
    return (files("tutor_pedagogy.offline") / "rules" / family / f"{name}.md").read_text(encoding="utf-8")


def _prose(text: str) -> str:
    paragraphs = (paragraph.split("\n") for paragraph in text.strip().split("\n\n"))
    return "\n\n".join(" ".join(line.strip() for line in lines) for lines in paragraphs)


def _example(body: str) -> Example:
    code = _CODE.search(body)
    if code is None:
        raise ValueError("an example has a block of Python")
    return Example(_prose(body[: code.start()]), code["code"], _prose(body[code.end() :]))
