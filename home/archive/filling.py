"""From a row of an archive to a row of the database: fields held against their model, references to what is here."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from modelcluster.fields import ParentalManyToManyField

from coordination.models.marking import is_key, new_key
from home.archive import kinds
from home.archive.kinds import BY_NAME, DIRECTORY, SPACE, Kind
from home.archive.reading import Archive, ArchiveRefused
from home.archive.sight import clean_html
from home.archive.store import Row

ROWS_AT_ONCE = 500
# What the caller sets, each in its own moment.
SET_LATER = {"records": ("state",), "files": ("file",), "pictures": ("file",)}


class Filler:
    """Knows what has become of each thing of the archive here."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        # By kind and id in the archive: the key of the row here.
        self.here: dict[str, dict[int, Any]] = {}
        # Permanent keys that are in use here, each with the one that it has become.
        self.keys: dict[str, str] = {}
        # References to what was not there yet.
        self._later: list[tuple[Kind, Any, Any, str, int]] = []

    def key_of(self, kind: str, number: int | None) -> Any:
        """The row here, by its key; None for what is not in the archive, or not here yet."""
        return self.here.get(kind, {}).get(number) if number is not None else None

    def keys_in_use(self, kind: Kind, name: str = "key") -> set[str]:
        """Which of the permanent keys of this kind something here has already."""
        if name not in kind.fields:
            return set()
        found: set[str] = set()
        for some in kinds.in_lots([row[name] for row in self.archive.rows(kind.name)], ROWS_AT_ONCE):
            same = kind.model._base_manager.filter(**{f"{name}__in": some})
            found.update(same.values_list(name, flat=True))
        return found

    def permanent_key(self, key: str, in_use: set[str]) -> str:
        """The same where it is free."""
        if key not in self.keys and (key in in_use or not is_key(key)):
            self.keys[key] = new_key()
        return self.keys.get(key, key)

    # --- fields ------------------------------------------------------------------------------------------------------
    def fill(self, kind: Kind, obj: Any, row: Row) -> None:
        """All fields but those that have many, which are saved after the row."""
        for column in kind.columns:
            value = row[column.name]
            if column.name in SET_LATER.get(kind.name, ()) or kinds.is_to_many(column):
                continue
            if kinds.is_to_anything(column):
                self._lead_to_anything(kind, obj, row, column)
            elif column.name == "came_with":
                obj.came_with = self._part(kind, row)
            elif kinds.is_reference(column):
                self._lead(kind, obj, row, column)
            else:
                setattr(obj, column.name, self._value(kind, row, column, value))

    def _value(self, kind: Kind, row: Row, column: Any, value: Any) -> Any:
        if kinds.is_rich(column):
            return clean_html(value)
        try:
            return column.to_python(value)
        except (ValidationError, ValueError, OverflowError) as refusal:
            raise refused(kind, row, refusal) from refusal

    def _lead(self, kind: Kind, obj: Any, row: Row, column: Any) -> None:
        target, number = kinds.kind_of(column.related_model), row[column.name]
        found = self.key_of(target.name, number) if target else None
        setattr(obj, column.attname, found)
        if found is None and number is not None and target is not None:
            if target in (*DIRECTORY, SPACE) or not column.null or column.name == kind.first:
                raise refused(kind, row, f"{column.name} leads to what is not in the archive, or comes later in it")
            self._later.append((kind, obj, column, target.name, number))

    def _lead_to_anything(self, kind: Kind, obj: Any, row: Row, column: Any) -> None:
        reference = row[column.name]
        if reference is None:
            return
        target = BY_NAME.get(reference["kind"])
        if target is None or target in DIRECTORY:
            raise refused(kind, row, f"nothing can hang on one of {reference['kind']}")
        found = self.key_of(target.name, reference["id"])
        if found is not None:
            setattr(obj, column.name, target.model._base_manager.get(pk=found))
        elif column.name in kind.needs:
            raise refused(kind, row, f"{column.name} leads to what is not in the archive")
        else:
            self._later.append((kind, obj, column, target.name, reference["id"]))

    def _part(self, kind: Kind, row: Row) -> Any:
        """Of a file that came with a part of what it hangs on. Without its part, more might read it."""
        reference = row["came_with"]
        if reference is None:
            return None
        found = self.key_of(reference["kind"], reference["id"])
        if found is None:
            raise refused(kind, row, "it came with what is not in the archive")
        return found

    def many(self, kind: Kind, row: Row) -> Iterator[tuple[Any, list[Any]]]:
        for column in kind.columns:
            target = kinds.kind_of(column.related_model) if kinds.is_to_many(column) else None
            if target is not None:
                keys = [self.key_of(target.name, number) for number in row[column.name]]
                if None in keys:
                    raise refused(kind, row, f"{column.name} leads to what is not in the archive")
                yield column, list(target.model._base_manager.filter(pk__in=keys))

    # --- rows --------------------------------------------------------------------------------------------------------
    def save(self, kind: Kind, obj: Any, row: Row, below: Any = None) -> None:
        """Write it down; a page below that of its space."""
        many = list(self.many(kind, row))
        try:
            with transaction.atomic():
                for column, held in many:
                    if isinstance(column, ParentalManyToManyField):
                        setattr(obj, column.name, held)
                if kind.is_page:
                    obj.slug = obj.key
                    below.add_child(instance=obj)
                else:
                    obj.clean_fields(exclude=_not_looked_at(kind, obj))
                    obj.save()
                for column, held in many:
                    if not isinstance(column, ParentalManyToManyField):
                        getattr(obj, column.name).set(held)
        except (ValidationError, DatabaseError, OverflowError) as refusal:
            raise refused(kind, row, refusal) from refusal
        self._as_it_was(kind, obj, row)

    def _as_it_was(self, kind: Kind, obj: Any, row: Row) -> None:
        """The times that a row gives itself when it is saved."""
        own = [
            column for column in kind.columns if getattr(column, "auto_now_add", 0) or getattr(column, "auto_now", 0)
        ]
        if own:
            values = {column.name: self._value(kind, row, column, row[column.name]) for column in own}
            kind.model._base_manager.filter(pk=obj.pk).update(**values)

    def lead_back(self) -> None:
        """Say what was meant by the references to what came later."""
        for kind, obj, column, name, number in self._later:
            found = self.key_of(name, number)
            if found is None:
                raise ArchiveRefused(f"{kind.name}: {column.name} leads to what is not in the archive.")
            if kinds.is_to_anything(column):
                setattr(obj, column.name, BY_NAME[name].model._base_manager.get(pk=found))
                values = {part: getattr(obj, part) for part in (f"{column.ct_field}_id", column.fk_field)}
            else:
                values = {column.attname: found}
            kind.model._base_manager.filter(pk=obj.pk).update(**values)


def _not_looked_at(kind: Kind, obj: Any) -> list[str]:
    """Of the fields, those that say nothing here, and those that lead elsewhere."""
    return [
        one.name
        for one in obj._meta.fields
        if one.is_relation or one.name not in kind.fields or getattr(obj, one.attname) in (None, "")
    ]


def refused(kind: Kind, row: Row, why: Any) -> ArchiveRefused:
    """The sentence for a row that is not taken."""
    sentences = "; ".join(why.messages) if isinstance(why, ValidationError) else str(why)
    return ArchiveRefused(f"{kind.name}, id {row['id']}: {sentences.rstrip('.')}.")
