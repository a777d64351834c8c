"""The offline tutor on errors of numpy and matplotlib: read from their messages, since nothing is ever imported."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_pedagogy.offline.rules.runtime import RULES
from tutor_protocol import Position, Submission

CASES = [
    (
        "truth-of-array",
        "heat = np.array([3, 9])\nif heat > 5:\n    print('hot')\n",
        2,
        "heat > 5",
        "ValueError: The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
    ),
    (
        "matrix-sizes",
        "a = np.ones((2, 3))\nb = np.ones((2, 3))\nc = a @ b\n",
        3,
        "a @ b",
        (
            "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
            "signature (n?,k),(k,m?)->(n?,m?) (size 2 is different from 3)"
        ),
    ),
    (
        "shapes-do-not-fit",
        "t = np.zeros(3)\nu = np.zeros(4)\nv = t + u\n",
        3,
        "t + u",
        "ValueError: operands could not be broadcast together with shapes (3,) (4,)",
    ),
    (
        "several-values-at-one-place",
        "a = np.zeros(3)\na[0] = [1, 2]\n",
        2,
        "a[0]",
        "ValueError: setting an array element with a sequence.",
    ),
    (
        "shapes-do-not-fit",
        "a = np.arange(4)\nm = np.array([True, False])\nprint(a[m])\n",
        3,
        "a[m]",
        (
            "IndexError: boolean index did not match indexed array along axis 0; size of axis is 4 but size of "
            "corresponding boolean axis is 2"
        ),
    ),
    (
        "one-number-needed",
        "xs = np.array([1.0, 4.0])\ny = math.sqrt(xs)\n",
        2,
        "math.sqrt(xs)",
        "TypeError: only length-1 arrays can be converted to Python scalars",
    ),
    (
        "rows-of-different-length",
        "m = np.array([[1, 2], [3]])\n",
        1,
        "np.array([[1, 2], [3]])",
        (
            "ValueError: setting an array element with a sequence. The requested array has an "
            "inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous "
            "part."
        ),
    ),
    (
        "position-outside-array",
        "a = np.zeros(3)\nprint(a[3])\n",
        2,
        "a[3]",
        "IndexError: index 3 is out of bounds for axis 0 with size 3",
    ),
    (
        "too-many-indices",
        "a = np.zeros(3)\nprint(a[0, 1])\n",
        2,
        "a[0, 1]",
        "IndexError: too many indices for array: array is 1-dimensional, but 2 were indexed",
    ),
    (
        "position-is-no-integer",
        "a = np.zeros(4)\nprint(a[len(a) / 2])\n",
        2,
        "a[len(a) / 2]",
        (
            "IndexError: only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and "
            "integer or boolean arrays are valid indices"
        ),
    ),
    (
        "kind-of-number-kept",
        "loads = np.array([1, 2])\nloads *= 0.5\n",
        2,
        "loads *= 0.5",
        (
            "numpy.core._exceptions._UFuncOutputCastingError: Cannot cast ufunc 'multiply' output "
            "from dtype('float64') to dtype('int64') with casting rule 'same_kind'"
        ),
    ),
    (
        "plot-of-two-lengths",
        "plt.plot(hours, warmth)\n",
        1,
        "plt.plot(hours, warmth)",
        "ValueError: x and y must have same first dimension, but have shapes (24,) and (25,)",
    ),
    (
        "system-without-solution",
        "x = np.linalg.solve(coins, sums)\n",
        1,
        "np.linalg.solve(coins, sums)",
        "numpy.linalg.LinAlgError: Singular matrix",
    ),
    (
        "shape-as-one-value",
        "grid = np.zeros(2, 3)\n",
        1,
        "np.zeros(2, 3)",
        "TypeError: Cannot interpret '3' as a data type",
    ),
    (
        "texts-in-array",
        "w = np.array(['1', '2'])\nprint(w * 2)\n",
        2,
        "w * 2",
        (
            "numpy.core._exceptions._UFuncNoLoopError: ufunc 'multiply' did not contain a loop with "
            "signature matching types (dtype('<U1'), dtype('int64')) -> None"
        ),
    ),
    (
        "reshape-count",
        "m = np.arange(6).reshape(4, 2)\n",
        1,
        "np.arange(6).reshape(4, 2)",
        "ValueError: cannot reshape array of size 6 into shape (4,2)",
    ),
    (
        "empty-array",
        "a = np.array([])\nprint(a.max())\n",
        2,
        "a.max()",
        "ValueError: zero-size array to reduction operation maximum which has no identity",
    ),
]


def ask(code: str, line: int, expression: str, message: str) -> Submission:
    """Ask about a program with the traceback that numpy leads to, a frame of its own included."""
    source = code.splitlines()[line - 1]
    marks = " " * (4 + source.strip().index(expression.split("\n", maxsplit=1)[0])) + "^" * len(expression)
    text = (
        "Traceback (most recent call last):\n"
        f'  File "lab.py", line {line}, in <module>\n'
        f"    {source.strip()}\n{marks}\n"
        '  File "/opt/python3.11/site-packages/numpy/core/fromnumeric.py", line 88, in _wrap\n'
        f"    return f(*args)\n{message}\n"
    )
    return Submission(code=code, cursor=Position(0, 0), traceback=text)


@pytest.mark.parametrize(("rule", "code", "line", "expression", "message"), CASES)
def test_rule_line_and_expression_are_named(rule: str, code: str, line: int, expression: str, message: str) -> None:
    """Each message of numpy or matplotlib leads to its own rule, at the student's own line."""
    finding = diagnose(ask(code, line, expression, message))
    assert (finding.rule, finding.lines) == (f"numerical.{rule}", (line,))
    assert finding.expression == expression


def test_every_numerical_rule_has_a_case() -> None:
    """No rule about numpy is without a message that leads to it."""
    names = {rule.name for rule in RULES if rule.name.startswith("numerical.")}
    elsewhere = {"numerical.list-times-number", "numerical.math-domain"}
    assert names - elsewhere == {f"numerical.{case[0]}" for case in CASES}


def test_words_follow_the_maths_level() -> None:
    """The concept is put in other words for a beginner in maths than for an advanced student."""
    _, code, line, expression, message = CASES[1]
    texts = {
        explain(ask(code, line, expression, message), HintLevel.CONCEPT, StudentLevels(programming=3, maths=maths)).text
        for maths in (1, 3, 5)
    }
    assert len(texts) == 3


def test_spread_of_an_operation_over_an_array_is_mended() -> None:
    """A comparison of an array in an `if` becomes one answer."""
    _, code, line, expression, message = CASES[0]
    edit = diagnose(ask(code, line, expression, message)).edit
    assert edit is not None
    assert edit.after == "if (heat > 5).any():"
