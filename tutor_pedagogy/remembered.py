"""A bounded cache of results about code, such as whether it compiles."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

_MOST = 500

_Answer = TypeVar("_Answer")


class Remembered(Generic[_Answer]):
    """A cache of the last 500 results. It stores hashes of the keys, because the code itself would take memory."""

    def __init__(self) -> None:
        self._by_hash: OrderedDict[int, _Answer] = OrderedDict()

    def get(self, *asked: Hashable) -> _Answer | None:
        """Return the result for a key, or None if it is not in the cache."""
        return self._by_hash.get(hash(asked))

    def keep(self, *asked: Hashable, answer: _Answer) -> None:
        """Store a result. A full cache drops its oldest result."""
        self._by_hash[hash(asked)] = answer
        if len(self._by_hash) > _MOST:
            self._by_hash.popitem(last=False)
