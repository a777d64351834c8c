"""Answers that come again: about code that was looked at before, by whichever rule looks at it next."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

_MOST = 500

_Answer = TypeVar("_Answer")


class Remembered(Generic[_Answer]):
    """The last answers, each under the hash of what was asked: a number, where the code itself would take room."""

    def __init__(self) -> None:
        self._by_hash: OrderedDict[int, _Answer] = OrderedDict()

    def get(self, *asked: Hashable) -> _Answer | None:
        """Give the answer where it is still known."""
        return self._by_hash.get(hash(asked))

    def keep(self, *asked: Hashable, answer: _Answer) -> None:
        """Keep an answer in place of the one that was kept for longest."""
        self._by_hash[hash(asked)] = answer
        if len(self._by_hash) > _MOST:
            self._by_hash.popitem(last=False)
