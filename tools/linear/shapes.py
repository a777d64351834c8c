"""Texts that reveal quadratic time. They repeat, nest, interleave and cut short pieces of text, called seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_CODE = (
    *(
        "x",
        "_",
        "0",
        "1_",
        "0.",
        " ",
        "\t",
        "\n",
        "\\",
        "\\\n",
        "'",
        '"',
        '"""',
        "'''",
        '\\"',
        "#",
        "é",
        "\x00",
        "\x0c",
        "\r",
    ),
    *(
        "(",
        "[",
        "{",
        "((",
        "[]",
        "(a",
        ")",
        "]",
        "}",
        ",",
        ":",
        "=",
        "x=[",
        "x = ",
        "a.b",
        "a(",
        "f(x)",
        "a[i]",
        "(a)",
        "~",
        "^",
    ),
    *(
        "f'{",
        'f"{a}',
        "{a}",
        "lambda: ",
        "lambda a:",
        "not ",
        "-",
        "~x",
        "a if b else ",
        "a and ",
        "x := ",
        "* ",
        "**a, ",
    ),
    *(
        "if x:\n ",
        "def f(a):\n    return a\n",
        "for i in a:\n",
        "class A:\n    x = 1\n",
        "@d\n",
        "with (a as b,",
        "try:\n",
    ),
    *(
        "while x:\n    x += 1\n",
        "print(x)\n",
        "x = 1\n",
        "return ",
        "import a\n",
        "from a import b\n",
        "else:\n",
        "elif a:\n",
    ),
    *(
        "global x\n",
        "match x:\n    case 1:\n",
        "[a for a in ",
        "a == ",
        "x++\n",
        "then ",
        "“",
        "”",
        "≤",
        "`",
        "```\n",
        "~~~\n",
    ),
)
_WORDS = (
    *(
        "a ",
        "why ",
        "the ",
        "line 1, ",
        "line 1",
        "expected: ",
        "got ",
        "expected [",
        "returned [",
        "should be ",
        "should ",
    ),
    *(
        "`",
        "``",
        "`x` ",
        "**",
        "__",
        "_a_ ",
        "](",
        "](http://a",
        "]:http://",
        "<a",
        "<b>",
        "</",
        "<!--",
        "&amp;",
        "$",
        "\\(",
        "|",
    ),
    *(
        "replace ",
        "replace x with ",
        "use ",
        "instead of ",
        "change x to ",
        "insert ",
        "should be ",
        "to ",
        "\t",
        "  ",
        "\n",
        "- ",
    ),
    *(
        "> ",
        "1. ",
        "# ",
        "...",
        "…",
        "1, ",
        "(a) ",
        "[a] ",
        '"a" ',
        "'a', ",
        "01",
        "0x41 ",
        "U+0041 ",
        "AAAA",
        "abcd ",
        "é",
        "·a",
    ),
    *(
        "sk-",
        "eyJ",
        "a@",
        "a@b.c ",
        "/home/",
        "~/",
        "://",
        "password: ",
        "password=",
        "token=",
        "student ",
        "login ",
        "C:\\Users\\",
    ),
    *(
        "ghp_",
        "-----BEGIN PRIVATE KEY-----",
        "Bearer ",
        "-",
        "_",
        ".",
        "12345678",
        "-u ",
        "\\n",
        "matrikel",
        "pass_",
        "xox",
    ),
)
_TRACEBACK = (
    'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    x=1\n',
    *(
        '  File "a.py", line 1, in f\n    x=1\n',
        "    ^^^^\n",
        "    ~~^~~\n",
        "TypeError: ",
        "a.b",
        "E   ",
        "---> 1 x\n",
        "\n",
    ),
    *(
        "Cell In[1], line 1\n",
        "f() takes ",
        "f() missing ",
        "must be ",
        "__a",
        "data type '",
        "unsupported operand type(s) for ",
        "|",
    ),
    *(
        "during handling\n",
        "NameError: name 'x' is not defined\n",
        "\x1b[0m",
        "\x1b[",
        "year ",
        " positional argument but ",
        "  + ",
    ),
    *(
        "assert a == ",
        "AssertionError: ",
        "Expected: ",
        "Got: ",
        "timed out ",
        "where a = ",
        "self.assertEqual(",
        "+  where ",
    ),
)
SEEDS = {"code": _CODE, "words": (*_WORDS, *_CODE[:40]), "traceback": (*_TRACEBACK, *_WORDS[:12])}


@dataclass(frozen=True)
class Shape:
    """A recipe for texts of any length. The text for a length is the same each time."""

    head: str
    parts: tuple[str, ...]
    middle: str
    closing: tuple[str, ...]
    tail: str
    lengthening: bool

    def text(self, size: int) -> str:
        """Return the text of this shape with about `size` characters."""
        body: list[str] = []
        count = 0
        step = 1
        while count < size:
            part = self.parts[len(body) % len(self.parts)] * step
            body.append(part)
            count += len(part) or 1
            step += self.lengthening
        closed = "".join(self.closing[at % len(self.closing)] for at in range(len(body))) if self.closing else ""
        return self.head + "".join(body) + self.middle + closed[: 2 * size] + self.tail

    def __str__(self) -> str:
        return f"{self.head!r} + {self.parts!r}*n + {self.middle!r} + {self.closing!r}*n + {self.tail!r}" + (
            ", longer and longer" if self.lengthening else ""
        )


def random_shape(random: Random, kind: str) -> Shape:
    """Return a random shape, made from seeds of the given kind."""
    seeds = SEEDS[kind]
    some = [random.choice(seeds) for _ in range(8)]
    return Shape(
        head=random.choice(("", "", some[0], some[0] + some[1])),
        parts=tuple(some[2 : 3 + random.choice((0, 0, 0, 1, 1, 2))]),
        middle=random.choice(("", "", some[5])),
        closing=random.choice(((), (), (), (some[6],), (")",), ("]",), ("}",))),
        tail=random.choice(("", "", some[7], "\x00", "\n", "é", "x = 1\n")),
        lengthening=random.random() < 0.1,
    )
