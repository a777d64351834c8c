"""A program with units of every kind, and the problems in it, for tests of what the same problem is."""

from __future__ import annotations

from tutor_pedagogy.problem.identity import identify
from tutor_protocol import Position

STACK = '''\
import math


@deprecated
# since the second week
@checked(
    strict=True,
)
def area(radius,
         scale=1):
    """Return the area.

def not_a_function(): this is text
    """
    square = radius ** 2

    def scaled(value):
        return value * scale

    return scaled(math.pi * square)


# A stack of plates.
class Stack:
    plates = []

    def push(self, plate): self.plates.append(plate)

    async def pop(self):
        return (lambda top: top)(
            self.plates.pop()
        )


print(area(2))
'''


def unit_at(code: str, line: int, character: int = 0) -> tuple[str, str, int, int]:
    """Return kind, name, start line and end line of the code unit at a cursor."""
    unit = identify(code, Position(line, character)).unit
    return unit.kind, unit.name, unit.start_line, unit.end_line


def fingerprint(code: str, line: int = 0, character: int = 0) -> str:
    """Return the fingerprint of the problem at a cursor."""
    return identify(code, Position(line, character)).fingerprint
