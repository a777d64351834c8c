"""An exercise in a service, with a starter, tests and a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientSession

if TYPE_CHECKING:
    from testing.service import Service

REFERENCE = "a_planted_reference = 1\n"
STARTER = "def rotate(values, k):\n    return values[k:] + values[:k]\n"
TESTS = """\
import unittest
from rotate import rotate

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(rotate([1, 2], 0), [1, 2])

    def test_b(self):
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])
"""


async def store_exercise(service: Service, admin_key: str) -> None:
    """Store the module `rotate` in a service that was started with this `TUTOR_ADMIN_KEY`."""
    body = {
        "title": "Rotate a list",
        "order": 1,
        "statement": "Write a function that moves the last `k` values of a list to its front.",
        "starter": [{"name": "rotate.py", "content": STARTER}],
        "tests": [{"name": "test_rotate.py", "content": TESTS}],
        "reference": [{"name": "solution.py", "content": REFERENCE}],
    }
    async with (
        ClientSession() as client,
        client.put(
            f"{service.url}/api/admin/modules/rotate", json=body, headers={"X-Admin-Key": admin_key}
        ) as response,
    ):
        assert response.status == 200, await response.text()
