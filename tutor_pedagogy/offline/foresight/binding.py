"""Argument binding: whether a call fits the student's own function, and the type of each parameter."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.predicted import PredictedException, type_error
from tutor_pedagogy.offline.foresight.scopes import parameters_of
from tutor_pedagogy.offline.foresight.value_types import ANY, Type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.engine.nodes import Function


def bind(
    function: Function, name: str, call: ast.Call, given: Sequence[Type], named: Mapping[str, Type]
) -> dict[str, Type] | PredictedException:
    """Return the type of each parameter, or the exception that the call raises. `name` is the name in its message.

    `given` holds the types of the positional arguments; for a method, the first of them is the type of its object.
    """
    listed = function.args
    places = [argument.arg for argument in (*listed.posonlyargs, *listed.args)]
    parameters = dict.fromkeys(parameters_of(listed), ANY)
    if any(isinstance(argument, ast.Starred) for argument in call.args) or any(k.arg is None for k in call.keywords):
        return parameters
    if len(given) > len(places) and listed.vararg is None:
        return _too_many(name, len(places), len(listed.defaults), len(given))
    bound = dict(zip(places, given, strict=False))
    by_place = {argument.arg for argument in listed.posonlyargs}
    if by_place & named.keys():
        return parameters
    for word, type_ in named.items():
        if word in bound:
            return type_error(f"{name}() got multiple values for argument '{word}'")
        if word not in parameters and listed.kwarg is None:
            return type_error(f"{name}() got an unexpected keyword argument '{word}'")
        bound[word] = type_
    needed = [place for place in places[: len(places) - len(listed.defaults)] if place not in bound]
    return _too_few(name, needed) if needed else {**parameters, **{k: v for k, v in bound.items() if k in parameters}}


def _too_many(name: str, places: int, defaults: int, given: int) -> PredictedException:
    wanted = f"from {places - defaults} to {places}" if defaults else str(places)
    plural = "" if places == 1 and not defaults else "s"
    were = "was" if given == 1 else "were"
    return type_error(f"{name}() takes {wanted} positional argument{plural} but {given} {were} given")


def _too_few(name: str, needed: Sequence[str]) -> PredictedException:
    *quoted, last = [f"'{place}'" for place in needed]
    comma = "," if quoted[1:] else ""
    listed = f"{', '.join(quoted)}{comma} and {last}" if quoted else last
    plural = "s" if quoted else ""
    return type_error(f"{name}() missing {len(needed)} required positional argument{plural}: {listed}")
