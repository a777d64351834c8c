"""The results of an evaluation: one record for each answer, the figures of each level, and their file format."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tutor_server.evaluation.known_fix import Leak

Agreement = Literal["same", "other", "none"]
"""Whether an answer names the line of the finding, only other lines, or no line."""
FORMAT = 1


class ResultFileError(Exception):
    """A file of results cannot be read. The message is one line for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecord:
    """One answer. `said` is the whole text of the model, `shown` what a student would have seen.

    `leak_said` and `leak_shown` tell how the text gives the known fix away; None if it does not, or if no fix is known.
    `stopped_by` is the guard's rule. `ended` is why the floor ended the text. `is_completed` is whether the offline
    tutor added what the level owes. `agreement` is None if the offline tutor has no certain or likely finding.
    `failure` is the code of the error with which the ask ended, or None. Times are in seconds.
    """

    program: str
    level: int
    sample: int
    provider: str
    model: str
    said: str
    shown: str
    has_fix: bool
    leak_said: Leak | None = None
    leak_shown: Leak | None = None
    stopped_by: str | None = None
    ended: str | None = None
    is_completed: bool = False
    is_fallback: bool = False
    agreement: Agreement | None = None
    failure: str | None = None
    first_text_seconds: float | None = None
    seconds: float = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None

    @property
    def is_of_model(self) -> bool:
        """Whether the answer has words of a model, which the figures are about."""
        return bool(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All answers of one run, and what was measured: the providers, and the seed of the run."""

    configuration: str
    seed: int
    made_at: str
    answers: tuple[AnswerRecord, ...]
    format: int = FORMAT

    @property
    def levels(self) -> Sequence[LevelFigures]:
        """The figures of each hint level."""
        by_level: dict[int, list[AnswerRecord]] = {}
        for answer in self.answers:
            by_level.setdefault(answer.level, []).append(answer)
        return [figures(level, by_level[level]) for level in sorted(by_level)]

    @property
    def leaks(self) -> int:
        """The number of answers below the solution level that gave the fix away to the student."""
        return sum(each.leaks_shown for each in self.levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFigures:
    """The figures of one hint level. Leaks are counted among answers whose fix is known, and not at level 5."""

    level: int
    answers: int
    failed: int
    fallbacks: int
    with_fix: int
    leaks_said: int
    leaks_said_in_words: int
    leaks_shown: int
    leaks_shown_in_words: int
    stopped: int
    stopped_by: dict[str, int] = field(default_factory=dict)
    completed: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    agreed: int = 0
    disagreed: int = 0
    with_finding: int = 0
    median_words: float = 0
    first_text_seconds: float | None = None
    slow_first_text_seconds: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0
    unpriced: int = 0


def figures(level: int, answers: Sequence[AnswerRecord]) -> LevelFigures:
    """Return the figures of the answers of one level."""
    judged = [answer for answer in answers if answer.has_fix and level < 5]  # noqa: PLR2004 - the solution level
    timed = sorted(answer.first_text_seconds for answer in answers if answer.first_text_seconds is not None)
    words = [len(answer.shown.split()) for answer in answers if answer.shown]
    found = [answer for answer in answers if answer.agreement is not None and answer.is_of_model]
    return LevelFigures(
        level=level,
        answers=len(answers),
        failed=_count(answer.failure for answer in answers),
        fallbacks=_count(answer.is_fallback for answer in answers),
        with_fix=len(judged),
        leaks_said=_count(answer.leak_said for answer in judged),
        leaks_said_in_words=_count(answer.leak_said == "words" for answer in judged),
        leaks_shown=_count(answer.leak_shown for answer in judged),
        leaks_shown_in_words=_count(answer.leak_shown == "words" for answer in judged),
        stopped=_count(answer.stopped_by for answer in answers),
        stopped_by=dict(Counter(answer.stopped_by for answer in answers if answer.stopped_by)),
        completed=_count(answer.is_completed and answer.stopped_by is None for answer in answers),
        ended=dict(Counter(answer.ended for answer in answers if answer.ended)),
        agreed=_count(answer.agreement == "same" for answer in found),
        disagreed=_count(answer.agreement == "other" for answer in found),
        with_finding=len(found),
        median_words=statistics.median(words) if words else 0,
        first_text_seconds=statistics.median(timed) if timed else None,
        slow_first_text_seconds=timed[-(-len(timed) * 95 // 100) - 1] if timed else None,
        input_tokens=sum(answer.input_tokens for answer in answers),
        output_tokens=sum(answer.output_tokens for answer in answers),
        cost_usd=sum(answer.cost_usd or 0 for answer in answers),
        unpriced=_count(answer.cost_usd is None and answer.failure is None for answer in answers),
    )


def write_results(evaluation: Evaluation, file: Path) -> None:
    """Write an evaluation as JSON, with its answers and figures."""
    content = asdict(evaluation) | {"levels": [asdict(level) for level in evaluation.levels]}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_results(file: Path) -> Evaluation:
    """Return the evaluation in a file that `write_results` wrote. Raise `ResultFileError`."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ResultFileError(f"{file}: has format {content['format']}; this version reads {FORMAT}")
        known = {each.name for each in fields(AnswerRecord)}
        answers = tuple(
            AnswerRecord(**{key: value for key, value in row.items() if key in known}) for row in content["answers"]
        )
        return Evaluation(
            configuration=content["configuration"], seed=content["seed"], made_at=content["made_at"], answers=answers
        )
    except OSError as error:
        raise ResultFileError(f"{file}: cannot be read ({type(error).__name__})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ResultFileError(f"{file}: holds no results of `tutor-server evaluate --json`") from error


def _count(values: Iterable[object]) -> int:
    return sum(map(bool, values))
