"""The method `format` of strings."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.operators import subscript
from tutor_pedagogy.offline.evaluation.texts import formatted, repr_of, text_of
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_NAME = re.compile(r"\w*")
_ATTRIBUTE = re.compile(r"\.(?P<attribute>[A-Za-z]\w*)|\[(?P<key>[^\]]{1,100})\]")


def filled(machine: Machine, frame: Frame, template: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Return `template.format(*arguments, **named)`."""
    parts: list[str] = []
    automatic = 0
    for literal, field, spec, conversion in machine.native(frame, _fields, template):
        machine.spend()
        parts.append(literal)
        if field is None:
            continue
        if "{" in (spec or ""):
            raise Stopped("a replacement field is not evaluated")
        name, *places = _parts(field)
        if not name or name.isdigit():
            place = int(name[:6]) if name else automatic
            automatic += not name
            if place >= len(arguments):
                message = f"Replacement index {place} out of range for positional args tuple"
                machine.throw(frame, IndexError(message))
            value = arguments[place]
        elif name in named:
            value = named[name]
        else:
            machine.throw(frame, KeyError(name))
        for is_attribute, key in places:
            value = machine.attribute(frame, value, key) if is_attribute else subscript(machine, frame, value, key)
        if value is UNKNOWN:
            raise Stopped("a value is not known")
        if conversion:
            value = repr_of(machine, frame, value) if conversion == "r" else text_of(machine, frame, value)
        parts.append(machine.charged(formatted(machine, frame, value, spec or "")))
    return str(machine.charged("".join(parts)))


def _parts(field: str) -> list[Any]:
    """Return the name in a replacement field such as `{a.b[0]}`, then a pair for each attribute or key in it.

    The first item of a pair says whether it is an attribute.
    """
    name = _NAME.match(field)
    if name is None:
        raise Stopped("a replacement field is not evaluated")
    found: list[Any] = [name[0]]
    at = name.end()
    while at < len(field):
        part = _ATTRIBUTE.match(field, at)
        if part is None:
            raise Stopped("a replacement field is not evaluated")
        key = part["key"]
        found.append((part["attribute"] is not None, part["attribute"] or (int(key) if key.isdecimal() else key)))
        at = part.end()
    return found


def _fields(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(Formatter().parse(template))
