"""Paginated lists: `{"items": […], "next": cursor or null}`, with cursors that are opaque to clients."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from tutor_server.api.strict_text import holds_nul, load_json

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

Place = TypeVar("Place", bound=tuple[Any, ...])
"""The sort key of a page's last row, after which the next page starts."""

StoredInt = Annotated[int, Field(strict=True, ge=-(2**31), lt=2**31)]
"""An integer in the range of PostgreSQL's type `integer`."""
Moment = tuple[
    Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC))], UUID
]
"""The sort key of a row in a list ordered by time: its time and its id."""


def _whole_number(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdecimal()):
        raise ValueError("is a whole number")
    return text


def _decode(text: object, validate: ValidatorFunctionWrapHandler) -> object:
    if text is None:
        return None
    try:
        place = load_json(base64.urlsafe_b64decode(str(text).encode("ascii")))
        if not holds_nul(place):
            return validate(place)
    except ValueError:
        pass
    raise ValueError("is not one that this service gave")


class Page(BaseModel, Generic[Place]):
    """The query of a list: the number of items requested, and the sort key after which they start."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_whole_number)] = DEFAULT_LIMIT
    after: Annotated[Place | None, WrapValidator(_decode), WithJsonSchema({"type": "string", "format": "cursor"})] = (
        Field(default=None, alias="cursor")
    )

    @property
    def fetch(self) -> int:
        """The number of rows to read: one more than requested, which shows whether another page follows."""
        return self.limit + 1

    def next(self, fetched: int, *place: str | int | UUID | datetime) -> str | None:
        """Return the cursor of the page that follows the item at `place`, or None if no page follows."""
        if fetched <= self.limit:
            return None
        # asyncpg returns UUIDs in its own class, which orjson encodes only through `default`.
        return base64.urlsafe_b64encode(orjson.dumps(place, default=str)).decode()
