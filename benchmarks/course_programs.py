"""Programs of the simulated students, each with a beginner's bug. Replacing `SEED` makes each copy unique."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A program, the line of the cursor (from 0), and Python's traceback, or None if the program was not run."""

    code: str
    line: int
    traceback: str | None = None


def _crash(line: int, source: str, message: str) -> str:
    frame = f'  File "task.py", line {line}, in <module>\n    {source}\n'
    return f"Traceback (most recent call last):\n{frame}{message}\n"


PROGRAMS: dict[str, tuple[Program, ...]] = {
    "01-loops": (
        Program("total = SEED\nfor price in [3, 4, 5]\n    total += price\nprint(total)\n", 1),
        Program(
            "numbers = [3, 4, SEED]\nfor index in range(len(numbers)):\n"
            "    print(numbers[index + 1] - numbers[index])\n",
            2,
            _crash(3, "print(numbers[index + 1] - numbers[index])", "IndexError: list index out of range"),
        ),
        Program(
            "count = SEED\nwhile count > 0:\n    print(count)\n    cuont = count - 1\n",
            3,
        ),
        Program(
            'age = input("Age? ")\nfor year in range(age):\n    print(SEED + year)\n',
            1,
            _crash(2, "for year in range(age):", "TypeError: 'str' object cannot be interpreted as an integer"),
        ),
    ),
    "02-functions": (
        Program("def area(width, height):\n    print(width * height)\n\nside = area(SEED, 2)\nprint(side + 1)\n", 1),
        Program(
            "def mean(values):\n    return sum(values) / len(values)\n\nprint(mean([]), SEED)\n",
            1,
            _crash(4, "print(mean([]), SEED)", "ZeroDivisionError: division by zero"),
        ),
        Program(
            "def add(item, basket=[]):\n    basket.append(item)\n    return basket\n\nprint(add(SEED), add(2))\n", 0
        ),
        Program(
            "total = SEED\n\ndef pay(amount):\n    total = total - amount\n\npay(3)\n",
            3,
            _crash(
                6,
                "pay(3)",
                "UnboundLocalError: cannot access local variable 'total' where it is not associated with a value",
            ),
        ),
    ),
    "03-arrays": (
        Program(
            "import numpy as np\n\nleft = np.arange(3)\nright = np.arange(4) + SEED\nprint(left + right)\n",
            4,
            _crash(
                5,
                "print(left + right)",
                "ValueError: operands could not be broadcast together with shapes (3,) (4,) ",
            ),
        ),
        Program(
            "import numpy as np\n\nvalues = np.array([1, 2, SEED])\nif values > 1:\n    print(values)\n",
            3,
            _crash(
                4,
                "if values > 1:",
                "ValueError: The truth value of an array with more than one element is ambiguous."
                " Use a.any() or a.all()",
            ),
        ),
        Program("import numpy as np\n\nspeed = np.linspace(0, SEED, 5)\nenergy = speed ^ 2 / 2\nprint(energy)\n", 3),
    ),
}
