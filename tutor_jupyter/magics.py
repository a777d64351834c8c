"""The magics `%tutor` and `%%tutor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

from tutor_jupyter.asking import Question, ask
from tutor_jupyter.cells import Cells
from tutor_jupyter.view import AnswerArea

if TYPE_CHECKING:
    from tutor_jupyter.cells import Cell

LOCALLY = "--local"
NEXT = "next"
NO_CELL = "Run a cell first, then ask: `%tutor` is about the cell that was run last."
NO_ANSWER = "There is no answer yet. `%tutor` asks about the cell that was run last."
ALL_WELL = "The cell ran without an error. `%tutor QUESTION` asks about it."


@dataclass(slots=True)
class _Spoken:
    """The last complete answer: the cell, whether this computer answered, and the id for questions about it."""

    cell: Cell
    is_local: bool
    answer_id: str | None
    area: AnswerArea


@magics_class
class TutorMagics(Magics):  # type: ignore[misc] # IPython ships no types here
    """The magics, and what they remember of a notebook."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.cells = Cells(shell)
        self._spoken: _Spoken | None = None

    @line_cell_magic  # type: ignore[untyped-decorator] # as above
    def tutor(self, line: str, cell: str | None = None) -> None:
        """Ask the tutor.

        `%tutor` asks about the cell that was run last. `%tutor next` gives the next hint. `%tutor QUESTION` asks a
        question about the last answer, or about the cell. `%%tutor` runs its cell, and explains the error that ends
        it. With `--local` the answer comes from this computer.
        """
        words = line.split()
        is_local = LOCALLY in words
        question = " ".join(word for word in words if word != LOCALLY)
        if cell is not None:
            self._run(cell, question, is_local=is_local)
        elif question == NEXT:
            self._next(is_local=is_local)
        else:
            self._ask(question, is_local=is_local)

    def _run(self, code: str, question: str, *, is_local: bool) -> None:
        # The comment stands for the line of the magic, so that lines have the numbers that the student sees.
        self.shell.run_cell(f"# tutor\n{code}", store_history=False)
        cell = self.cells.last
        is_spoken_of = self._spoken is not None and cell is not None and self._spoken.cell.key == cell.key
        if cell is not None and (question or cell.has_failed or is_spoken_of):
            self._answer(AnswerArea(), cell, question, is_local=is_local)
        else:
            AnswerArea().say(ALL_WELL)

    def _next(self, *, is_local: bool) -> None:
        if self._spoken is None:
            AnswerArea().say(NO_ANSWER)
        else:
            self._answer(AnswerArea(), self._spoken.cell, "", is_local=is_local or self._spoken.is_local)

    def _ask(self, question: str, *, is_local: bool) -> None:
        cell = self.cells.last
        if cell is None:
            AnswerArea().say(NO_CELL)
        else:
            self._answer(AnswerArea(), cell, question, is_local=is_local)

    def _answer(self, area: AnswerArea, cell: Cell, question: str, *, is_local: bool) -> None:
        """Ask about the last run of a cell, and show the answer."""
        cell = self.cells.now(cell)
        argument: dict[str, Any] = {"local": True} if is_local else {}
        if cell.has_failed:
            argument["runId"] = cell.run_id
        spoken = self._spoken
        if question:
            argument["question"] = question
            if spoken is not None and (spoken.cell.key, spoken.is_local) == (cell.key, is_local) and spoken.answer_id:
                argument["followUpTo"] = spoken.answer_id
        place, line = cell, cell.line or 0
        if cell.origin is not None and (defined := self.cells.find(cell.origin)) is not None:
            place, line, argument["traceback"] = defined, cell.origin.line, cell.stack
        asked = Question(self.cells.path, self.cells.for_the_tutor(), self.cells.uri(place), line, argument)
        end = area.show(ask(asked), lambda uri, at: self._place_in_words(cell, uri, at))
        if end.reason == "completed":
            self._spoken = _Spoken(cell, is_local, end.answer_id, area)
            area.offer_next(lambda: self._answer(area, cell, "", is_local=is_local))

    def _place_in_words(self, asked: Cell, uri: str, line: int) -> str:
        """Return a sentence on the place of an answer, if it is in another cell than the one asked about."""
        cell = self.cells.at(uri)
        if cell is None or cell.key == asked.key:
            return ""
        return f"*About line {line + 1} of the cell that begins with* `{first_line(cell.source)}`"


def first_line(source: str) -> str:
    """Return the first line of code of a cell, by which the student knows it."""
    lines = (line.strip() for line in source.split("\n"))
    return next((line for line in lines if line and not line.startswith("#")), "").replace("`", "'")


def with_question_marks(lines: list[str]) -> list[str]:
    """Return the lines of a cell, in which `%tutor QUESTION?` is not taken for IPython's help, which ends in `?`."""
    return [
        f"get_ipython().run_line_magic('tutor', {line.strip().removeprefix('%tutor').strip()!r})\n"
        if line.startswith("%tutor ") and line.rstrip().endswith("?")
        else line
        for line in lines
    ]


def load(shell: Any) -> None:
    """Add the magics and the record of cells to a kernel."""
    magics = TutorMagics(shell)
    cells = magics.cells
    shell.register_magics(magics)
    shell.input_transformers_cleanup.append(with_question_marks)
    shell.events.register("pre_run_cell", cells.begin)
    shell.events.register("post_run_cell", cells.end)
    formatter, build = shell.InteractiveTB, shell.InteractiveTB.structured_traceback

    def with_values(kind: Any, error: Any, trace: Any, *more: Any, **named: Any) -> list[str]:
        return cells.seen(trace, build(kind, error, trace, *more, **named))

    formatter.structured_traceback = with_values
    shell.user_ns_hidden[_LOADED] = _Loaded(cells, build)


def unload(shell: Any) -> None:
    """Remove the record of cells from a kernel."""
    loaded = shell.user_ns_hidden.pop(_LOADED, None)
    if loaded is not None:
        shell.events.unregister("pre_run_cell", loaded.cells.begin)
        shell.events.unregister("post_run_cell", loaded.cells.end)
        shell.input_transformers_cleanup.remove(with_question_marks)
        shell.InteractiveTB.structured_traceback = loaded.build


_LOADED = "tutor_jupyter"


@dataclass(frozen=True, slots=True)
class _Loaded:
    cells: Cells
    build: Any
