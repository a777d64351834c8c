"""The arguments of every check: the context of one answer, and one unit of it as a reader sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.allowed_forms import AllowedForms
from tutor_pedagogy.guard.similarity import Program, shape
from tutor_pedagogy.guard.student_material import StudentMaterial
from tutor_pedagogy.guard.views.ciphers import SpelledNames
from tutor_pedagogy.guard.views.markup import Reading, read_block, read_text
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, phrase
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from tutor_pedagogy.guard.known_edit import KnownEdit
    from tutor_pedagogy.guard.known_reference import KnownReference, Withheld
    from tutor_pedagogy.guard.units import Unit
    from tutor_protocol import Submission

_OF_PYTHON = KEYWORDS | BUILTINS
_OFFERED = phrase("OFFERED")
_INFO = re.compile(r"[ \t>*+\-\d.)]*(?:`{3,}|~{3,})[ \t]*(?P<said>\S+[ \t]+\S.*)?")
# linear: after `#`, every character up to the end of the line matches
_COMMENT = re.compile(r"(?m)(?:^|[ \t])#[#!: \t]*([^\n]+)$")


@dataclass
class GuardContext:
    """The state of a guard. Checks read it. The checks for the canary and instalments also store earlier text in it."""

    level: HintLevel
    material: StudentMaterial
    forms: AllowedForms
    edit: KnownEdit | None = None
    """The edit that the offline tutor has worked out."""
    reference: KnownReference | None = None
    """The reference solution of the exercise."""
    is_place_named: bool = False
    """Whether the answer so far names the place of that edit."""
    canary_forms: tuple[str, ...] = ()
    """The spellings of the canary that must not appear in an answer."""
    canary_tail: str = ""
    """The last letters and digits of the answer so far, which may be the beginning of a canary."""
    fragments: list[list[str]] = field(default_factory=list)
    """The last code fragments of the answers on this problem, as lists of tokens, oldest first."""

    @classmethod
    def of(
        cls,
        level: HintLevel,
        submission: Submission,
        allowed_names: frozenset[str],
        edit: KnownEdit | None = None,
        reference: KnownReference | None = None,
    ) -> GuardContext:
        """Build the context of an answer to a submission. `edit` and `reference` are None if they are not known."""
        material = StudentMaterial(submission)
        forms = AllowedForms(material, libraries=level >= HintLevel.STRUCTURE, allowed=allowed_names, edit=edit)
        return cls(level, material, forms, edit, reference)

    @cached_property
    def spelled_names(self) -> SpelledNames:
        """The student's names in the spellings that ciphers produce."""
        return SpelledNames(self.material.identifiers)

    @cached_property
    def program(self) -> Program:
        """The student's statements with their names replaced by numbers, for the comparison with examples."""
        return Program(shape(line.tokens) for line in self.material.lines)

    @cached_property
    def withheld(self) -> Withheld | None:
        """The statements of the reference that the student does not have, or None without a reference."""
        return None if self.reference is None else self.reference.against({line.tokens for line in self.material.lines})

    def is_code_word(self, token: str) -> bool:
        """Return whether a token can be code: punctuation, a value, or a name of Python or of the student's code."""
        return (
            not token.isidentifier()
            or token in _OF_PYTHON
            or token in self.material.identifiers
            or token in self.material.code_names
            or "_" in token
        )


class JudgedUnit:
    """A unit together with the student's material. Each property is computed when a check first needs it."""

    def __init__(self, unit: Unit, material: StudentMaterial) -> None:
        self.is_block = unit.kind == "block"
        self.text = unit.text
        self.begun = unit.begun
        """The beginning of the unit's first sentence, if that is in earlier units."""
        self._material = material

    @cached_property
    def is_offered(self) -> bool:
        """Whether the text before the unit presents the unit's code as the fix. Else the code may quote the program."""
        return bool(_OFFERED.search(self.begun))

    @cached_property
    def code(self) -> str:
        """The code of a fenced block, without the fences."""
        return read_block(self.text)

    @cached_property
    def plain(self) -> Reading:
        """The text of this unit alone, read as prose even if it is a block."""
        return read_text(self.text)

    @cached_property
    def words(self) -> list[Reading]:
        """The prose of this unit alone. For a block, this is the text after the opening fence, and its comments."""
        if not self.is_block:
            return [self.plain]
        opening = _INFO.match(self.text)
        texts = [opening["said"]] if opening and opening["said"] else []
        texts += [comment for comment in _COMMENT.findall(self.code) if not self._material.has_text(comment)]
        return [*map(read_text, texts)]

    @cached_property
    def sentences(self) -> list[Reading]:
        """The prose together with the beginning of its sentence in earlier units."""
        return [read_text(self.begun + self.text)] if self.begun and not self.is_block else self.words

    @property
    def readings(self) -> list[Reading]:
        """The prose of the unit and, if its first sentence began in earlier units, also with that beginning."""
        return self.words if self.sentences is self.words else self.words + self.sentences
