"""Learning modules, and each student's progress in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.storage.course_models import DEFAULT_COURSE, Course, is_in_course
from tutor_server.storage.deferred import defer
from tutor_server.storage.models import LearningModule, ModuleProgress
from tutor_server.storage.statement import Query, Statement
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module of a course: its statement, the names that hints may use, and its rules for hint levels."""

    id: str
    """The id over all courses. In `default` it is the slug."""
    title: str
    order: int
    statement: str
    objectives: tuple[str, ...]
    allowed_names: tuple[str, ...]
    max_hint_level: int | None
    ladder: Ladder | None = None
    """The ladder policy; None means the course's, or else the service's."""
    course_id: UUID = DEFAULT_COURSE
    slug: str = ""
    """The name in the course; empty means that it is the id."""

    def __post_init__(self) -> None:
        if not self.slug:
            object.__setattr__(self, "slug", self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProgress:
    """A student's progress in one module."""

    module_id: str
    status: str
    updated_at: datetime


def _module(*row: Any) -> Module:
    module_id, course_id, slug, title, order, statement, objectives, allowed_names, max_hint_level, ladder = row
    return Module(
        id=module_id,
        course_id=UUID(bytes=course_id.bytes),
        slug=slug or module_id,
        title=title,
        order=order,
        statement=statement,
        objectives=tuple(objectives),
        allowed_names=tuple(allowed_names),
        max_hint_level=max_hint_level,
        ladder=None if ladder is None else Ladder(ladder),
    )


_COLUMNS = LearningModule.__table__.columns
_FIND = Query(lambda _: select(*_COLUMNS).where(LearningModule.id == bindparam("module")), _module)
_BEGIN = Statement(
    lambda insert: (begun := insert(ModuleProgress)).on_conflict_do_update(
        index_elements=["user_id", "module_id"],
        set_={name: begun.excluded[name] for name in ("status", "updated_at")},
        where=ModuleProgress.status == "not_started",
    )
)


def find_module(connection: Connection, module_id: str) -> Module | None:
    """Return the module with an id."""
    return _FIND.first(connection, {"module": module_id})


def find_modules(connection: Connection, key: str) -> Sequence[Module]:
    """Return the modules that an id or a slug names, which may belong to several courses."""
    is_named = (LearningModule.id == key) | (LearningModule.slug == key)
    return [_module(*row) for row in connection.execute(select(*_COLUMNS).where(is_named))]


def module_named(connection: Connection, courses: Collection[UUID], key: str) -> Module | None:
    """Return the module that an id or a slug names in some courses, or None if none or several of them have one."""
    return one_module(module for module in find_modules(connection, key) if module.course_id in courses)


def one_module(found: Iterable[Module]) -> Module | None:
    """Return the only module of several, or None."""
    modules = list(found)
    return modules[0] if len(modules) == 1 else None


def modules_in_order(
    connection: Connection, *, courses: Collection[UUID] = (DEFAULT_COURSE,), after: tuple[int, str] | None, limit: int
) -> Sequence[Module]:
    """Return the next page of the modules of some courses after a position, ordered by their `order` and id."""
    query = select(*_COLUMNS).order_by(LearningModule.order, LearningModule.id).limit(limit)
    query = query.where(LearningModule.course_id.in_(courses))
    if after is not None:
        order, module_id = after
        query = query.where(
            (LearningModule.order > order) | ((LearningModule.order == order) & (LearningModule.id > module_id))
        )
    return [_module(*row) for row in connection.execute(query)]


def module_names(connection: Connection, course_id: UUID | None) -> Mapping[str, str]:
    """Return what modules are called, by id: the slug in one course; over all courses, with the course's in front."""
    query = select(LearningModule.id, LearningModule.slug, Course.slug.label("course"))
    query = query.join(Course, Course.id == LearningModule.course_id).where(is_in_course(LearningModule, course_id))
    return {
        row.id: row.slug or row.id if course_id is not None or row.slug is None else f"{row.course}/{row.slug}"
        for row in connection.execute(query)
    }


def save_module(connection: Connection, module: Module) -> bool:
    """Create a module, or change the existing module with the same id; return whether it is new."""
    values = {
        "course_id": module.course_id,
        "slug": None if module.course_id == DEFAULT_COURSE else module.slug,
        "title": module.title,
        "order": module.order,
        "statement": module.statement,
        "objectives": list(module.objectives),
        "allowed_names": list(module.allowed_names),
        "max_hint_level": module.max_hint_level,
        "ladder": module.ladder,
    }
    is_new = find_module(connection, module.id) is None
    connection.execute(
        upsert(connection, LearningModule)
        .values(id=module.id, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values, where=LearningModule.course_id == module.course_id)
    )
    return is_new


def id_in_course(course_id: UUID, slug: str, new_id: UUID) -> str:
    """Return the id of a new module: the slug in `default`, else an id that no other course can have."""
    return slug if course_id == DEFAULT_COURSE else new_id.hex


def remove_module(connection: Connection, module_id: str) -> bool:
    """Delete a module with the progress in it; return whether it existed."""
    return connection.execute(delete(LearningModule).where(LearningModule.id == module_id)).rowcount == 1


def begin_module(connection: Connection, *, new_id: UUID, user_id: UUID, module_id: str, now: datetime) -> None:
    """Record that a student has begun a module; a module that the student has completed stays completed."""
    defer(
        connection,
        _BEGIN,
        {"id": new_id, "user_id": user_id, "module_id": module_id, "status": "in_progress", "updated_at": now},
    )


def progress_of(connection: Connection, user_id: UUID, *, after: str | None, limit: int) -> Sequence[StoredProgress]:
    """Return the next page of a student's progress after a position, ordered by module id."""
    query = select(ModuleProgress.module_id, ModuleProgress.status, ModuleProgress.updated_at).where(
        ModuleProgress.user_id == user_id
    )
    if after is not None:
        query = query.where(ModuleProgress.module_id > after)
    query = query.order_by(ModuleProgress.module_id).limit(limit)
    return [StoredProgress(**row) for row in connection.execute(query).mappings()]


def set_progress(
    connection: Connection, *, new_id: UUID, user_id: UUID, module_id: str, status: str, now: datetime
) -> StoredProgress:
    """Store a student's progress in a module that exists, and return it."""
    connection.execute(
        upsert(connection, ModuleProgress)
        .values(id=new_id, user_id=user_id, module_id=module_id, status=status, updated_at=now)
        .on_conflict_do_update(index_elements=["user_id", "module_id"], set_={"status": status, "updated_at": now})
    )
    return StoredProgress(module_id=module_id, status=status, updated_at=now)
