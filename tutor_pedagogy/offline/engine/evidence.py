"""Evidence: the values that a program had when it failed, and whether an edit mends it.

Values come from the evaluator if it fails in the same way as the program did, else from the values that the language
server adds to a traceback. What neither knows stays unknown.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from functools import cached_property
from string import Template
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.crash import Crash
from tutor_pedagogy.offline.engine.edits import edited_tree
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.evaluation import UNKNOWN, run, value_of
from tutor_pedagogy.problem.syntax_tree import expression_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run

MAX_TRIALS = 6
"""The maximum number of edits that are tried for one submission."""
MANY_ITERATIONS = 100
"""The number of iterations after which a `while` loop that uses up all steps counts as one without an end."""
GUESSED_LINES = 8
"""The number of lines that a guessed input has: a program that reads more is not followed."""
GUESSED_STEPS = 1500
"""The maximum number of steps of a run with a guessed input."""
_IN_QUOTES = re.compile(r"(?:^|: )(?P<text>'[^'\\]{0,80}'|\"[^\"\\]{0,80}\")$")
_NAME = re.compile(r"[^\W\d]\w*")
_COMMON = frozenset((*keyword.kwlist, *dir(builtins), "self"))
"""Words that two lines may share without being about the same value."""
_VALUES = re.compile(r"\n# values on line \d{1,7}: (?P<values>[^\n]*)\Z")
_TYPED = re.compile(r"\n# typed: (?P<typed>[^\n]*)(?:\n# values on line \d{1,7}: [^\n]*)?\Z")
_VALUE = re.compile(r"(?:^|, )(?P<name>[A-Za-z_]\w*) = ")


class Evidence:
    """Values and trials of one failing program."""

    def __init__(self, program: Program, crash: Crash) -> None:
        self.program = program
        self.crash = crash
        self.inputs: tuple[str, ...] | None = None
        """An input, typed or guessed, with which the evaluator fails as the program did; None if it needs none."""
        self._trials = 0
        self._runs: dict[Edit, Run | None] = {}

    @cached_property
    def run(self) -> Run | None:
        """The program's run in the evaluator.

        It has what the student typed, or a guessed input, if only that makes it fail as the program did.
        """
        done, tree = self.program.run, self.program.tree
        if (
            done is None
            or tree is None
            or self._is_this(done)
            or not self._has_open_values
            or done.reason.endswith("too deeply")
        ):
            return done
        for inputs in self._inputs():
            guessed = run(tree, inputs=inputs, steps=GUESSED_STEPS, is_guessed=True)
            if self._is_this(guessed) and str(guessed.exception) == self.crash.message:
                self.inputs = inputs
                return guessed
        return done

    def _is_this(self, done: Run) -> bool:
        return type(done.exception).__name__ == self.crash.exception and done.line == self.crash.line

    @property
    def _has_open_values(self) -> bool:
        is_open = not self.program.features.isdisjoint(("input", "random"))
        return is_open and bool(self.crash.message) and bool(self.crash.line)

    def _inputs(self) -> Iterator[tuple[str, ...]]:
        """Yield the lines that the student has typed, if they are known, and then guesses."""
        typed = typed_lines(self.program.submission.traceback or "")
        if typed:
            yield typed
        for text in self._guesses():
            yield (text,) * GUESSED_LINES

    def _guesses(self) -> Iterator[str]:
        """Yield lines that a student may have typed: the text that the message quotes, else a number, else a word."""
        quoted = _IN_QUOTES.search(self.crash.message)
        if quoted is not None and self.crash.exception in ("KeyError", "ValueError"):
            yield quoted["text"][1:-1]
            return
        if "indices must be integers" in self.crash.message:
            yield "0"
        if "split" in self.program.features:
            yield "5 7"
        yield from ("5", "ab") if "input" in self.program.features else ("",)

    @cached_property
    def is_reproduced(self) -> bool:
        """Whether the evaluator raises the same exception on the same line."""
        return self.run is not None and self._is_this(self.run)

    @property
    def _never_ends(self) -> bool:
        """Return whether the program exceeds Python's depth of calls, and the evaluator's bounds as well."""
        done = self.run
        return self.crash.exception == "RecursionError" and done is not None and done.ending == "stopped"

    @cached_property
    def names(self) -> Mapping[str, Any]:
        """The known values of variables on the failing line. Those that come of a guessed input are not known."""
        if self.is_reproduced and self.run is not None and self.inputs is None:
            return self.run.names
        return reported_values(self.program.submission.traceback or "")

    def holds(self, claim: str, match: Match) -> bool | None:
        """Return whether a claim about a match is true. `$name` in it is a slot of code; None if it is not known."""
        slots = {name: f"({text})" for name, text in match.slots.items() if text and isinstance(text, Code)}
        slots.setdefault("expression", f"({match.expression})")
        try:
            expression = expression_tree(Template(claim).substitute(slots))
        except (KeyError, SyntaxError, ValueError):
            return None
        value = value_of(expression, self.names)
        return None if value is UNKNOWN else bool(value)

    def mends(self, edit: Edit) -> bool | None:
        """Return whether an edit mends the crash; None if the evaluator cannot tell.

        An edit after which the same exception comes on the same line, or another one on an edited line, does not. If
        the program fails elsewhere, it may have a second mistake.
        """
        if not (self.is_reproduced or self._never_ends) or (done := self._try(edit)) is None:
            return None
        if self._never_ends:
            return True if done.ending == "finished" else None
        if done.exception is None and self._goes_round(edit, done):
            return False
        if done.exception is None or (self.inputs is not None and isinstance(done.exception, EOFError)):
            return True if done.ending == "finished" or self._is_past(done) else None
        is_same = type(done.exception).__name__ == self.crash.exception and done.line == self.crash.line
        edited = range(edit.line, edit.line + edit.after.count("\n") + 1)
        is_new = done.line in edited and done.line != self.crash.line
        if is_same and self.crash.line not in edited and self._is_further(done):
            return None
        return False if is_same or is_new or self._fails_where_it_ran(done) else None

    def _goes_round(self, edit: Edit, done: Run) -> bool:
        """Return whether an edited program uses up its steps in a `while` loop, which then seems to have no end."""
        tree = edited_tree(self.program, edit)
        if tree is None or not done.reason.endswith("too many steps"):
            return False
        loops = [node.body[0].lineno for node in walk(tree) if isinstance(node, ast.While)]
        return any(done.ran.get(line, 0) >= MANY_ITERATIONS for line in loops)

    def only_moves(self, edit: Edit) -> bool:
        """Return whether the program fails at another line after an edit, for a reason that the edit brings."""
        done = self.after(edit)
        return done is not None and done.exception is not None and self._is_moved(edit, done)

    def _fails_where_it_ran(self, done: Run) -> bool:
        """Return whether an edited program fails on a line that ran before at least as often, and did not fail."""
        before = self.run.ran if self.run is not None else {}
        if done.line in self.crash.callers and isinstance(done.exception, NameError):
            return False  # The rest of a line that was interrupted: an undefined name there does not come of the edit.
        return done.line != self.crash.line and done.ran.get(done.line, 0) <= before.get(done.line, 0)

    def _is_further(self, done: Run) -> bool:
        """Return whether an edited program has run the failing line more often before it failed there again."""
        before = self.run.ran.get(self.crash.line, 0) if self.run is not None else 0
        return done.ran.get(self.crash.line, 0) > before

    def _is_moved(self, edit: Edit, done: Run) -> bool:
        """Return whether an edited program fails where it uses a name of an edited line: the edit only moved the crash.

        A later line with the same kind of exception has the same mistake, and belongs to the edit.
        """
        is_end = self.inputs is not None and isinstance(done.exception, EOFError)
        if is_end or type(done.exception).__name__ == self.crash.exception:
            return False
        lines = edit.apply(self.program.code).split("\n")
        text = lines[done.line - 1] if 0 < done.line <= len(lines) else ""
        old = edit.before.split("\n")
        names = {name for line in edit.after.split("\n") if line not in old for name in _NAME.findall(line)}
        return bool(names & {*_NAME.findall(text)} - _COMMON)

    def _is_past(self, done: Run) -> bool:
        """Return whether a run that stopped at an unknown value has passed the failing line more often than before."""
        before = self.run.ran.get(self.crash.line, 0) if self.run is not None else 0
        return done.ran.get(self.crash.line, 0) >= before and done.line != self.crash.line

    def after(self, edit: Edit) -> Run | None:
        """Return the run of the program after an edit; None if the failure is not reproduced or the edit not tried."""
        return self._try(edit) if self.is_reproduced else None

    def _try(self, edit: Edit) -> Run | None:
        if edit not in self._runs:
            self._trials += 1
            tree = edited_tree(self.program, edit) if self._trials <= MAX_TRIALS else None
            inputs = self.inputs
            self._runs[edit] = run(tree, inputs=inputs, is_guessed=inputs is not None) if tree is not None else None
        return self._runs[edit]


def evaluated_crash(program: Program) -> Crash | None:
    """Return the crash with which the evaluator ends a program; None if it does not crash there.

    A failing `assert` is not returned: it says that a result is wrong, and not why.
    """
    done = program.run
    if done is None or done.exception is None or isinstance(done.exception, AssertionError):
        return None
    return Crash(type(done.exception).__name__, str(done.exception), done.line, callers=done.callers)


def values_seen(program: Program, nodes: Collection[ast.expr]) -> Mapping[ast.AST, list[Any]]:
    """Return the first values that expressions have when the evaluator runs the program; nothing for a fragment.

    The values of all names and subscripts come from one run, which is kept for the program.
    """
    if not nodes or program.run is None or program.tree is None:
        return {}
    if all(isinstance(node, ast.Name | ast.Subscript) for node in nodes):
        return program.seen
    return run(program.tree, watched=nodes).seen


def typed_lines(traceback: str) -> tuple[str, ...]:
    """Return the lines that the student has typed, from the line that the tutor adds to a traceback.

    Return nothing if they are not complete.
    """
    told = _TYPED.search(traceback)
    try:
        lines = ast.literal_eval(f"({told['typed']},)") if told is not None else ()
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ()
    return lines if all(type(line) is str for line in lines) else ()


def reported_values(traceback: str) -> dict[str, Any]:
    """Return the literal values in the line that the language server adds to a traceback."""
    told = _VALUES.search(traceback)
    if told is None:
        return {}
    text = told["values"]
    places = [*_VALUE.finditer(text)]
    ends = [*(place.start() for place in places[1:]), len(text)]
    found: dict[str, Any] = {}
    for place, end in zip(places, ends, strict=True):
        try:
            found[place["name"]] = ast.literal_eval(text[place.end() : end])
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return found
