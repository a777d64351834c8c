"""Undefined names that are words of another kind: a keyword joined with a name, or a word that ends a block."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_NOT_DEFINED = r"name '(?P<name>\w+)' is not defined"
_ENDINGS = frozenset(("end", "endif", "endfor", "endwhile", "endfunction", "fi", "done", "esac", "wend", "next"))


@runtime_rule(
    "space-left-out", ("NameError",), _NOT_DEFINED, before=("loop-variable-under-another-name", "name-misspelt")
)
def space_left_out(case: CrashContext) -> Match | None:
    """Return `not` joined with a name that the program defines."""
    name = case.match["name"]
    rest = name.removeprefix("not")
    node = case.name(name)
    if node is None or rest == name or rest not in case.program.bound_names:
        return None
    return case.here(
        name, replace=(node, f"not {rest}"), name=Code(name), word=Code(name), first=Code("not"), second=Code(rest)
    )


@runtime_rule(
    "word-that-ends-a-block", ("NameError",), _NOT_DEFINED, before=("loop-variable-under-another-name", "name-misspelt")
)
def word_that_ends_a_block(case: CrashContext) -> Match | None:
    """Return a line with only a word that ends a block in another language."""
    name, statement = case.match["name"], case.statement
    match statement:
        case ast.Expr(value=ast.Name(id=word)) if word == name and word.lower() in _ENDINGS:
            return case.at(statement, edit=case.program.edit(case.line, ""), word=Code(name))
    return None
