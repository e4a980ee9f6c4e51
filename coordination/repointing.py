"""Makes whatever points to one row point to another, in every package, whichever models there are.

Row by row, not by one UPDATE: what is found by search, and what hangs on a saving, follows. Drafts and earlier versions
of pages hold keys too, in JSON: a key of nobody would keep the page from being opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, transaction
from django.db.models import ForeignKey, ManyToOneRel, Model
from modelcluster.models import ClusterableModel, get_all_child_relations
from wagtail.models import Page, Revision

# The trail says what was done to what; the ledger and the entries are made anew.
_AS_THEY_ARE = frozenset({"coordination.AuditEntry", "coordination.DirectoryEntry", "coordination.NotOnePerson"})
# What two rows that say the same may differ in.
_NOT_SAID = frozenset({"position", "sort_order", "version", "created_at", "updated_at"})


@dataclass
class Repointed:
    """How many rows point elsewhere now, and how many do not let themselves be changed."""

    moved: int = 0
    left: int = 0


def repoint(gone: Model, kept: Model) -> Repointed:
    """Let everything that points to `gone` point to `kept`. What has been agreed to stays as it was agreed: the
    database refuses to change it, and it keeps its `gone`."""
    result = Repointed()
    for model, name in _foreign_keys_to(type(gone)):
        for row in model._base_manager.filter(**{name: gone}):
            setattr(row, name, kept)
            try:
                with transaction.atomic():
                    _save(row, name)
            except DatabaseError:
                result.left += 1
            else:
                result.moved += 1
    result.moved += _repoint_generic(gone, kept)
    _repoint_revisions(gone, kept)
    return result


def _save(row: Model, name: str) -> None:
    """Save the row, or take it away where the very same stands there of `kept` already."""
    if _stands_already(row):
        row.delete()
    else:
        row.save(update_fields=[name])


def _stands_already(row: Model) -> bool:
    meta = row._meta
    if meta.related_objects or meta.many_to_many:
        return False
    says = {
        field.attname: getattr(row, field.attname)
        for field in meta.concrete_fields
        if not field.unique and field.name not in _NOT_SAID
    }
    return type(row)._base_manager.filter(**says).exclude(pk=row.pk).exists()


def _foreign_keys_to(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """All of them, those without a name of the way back and the tables between included."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model._meta.label not in _AS_THEY_ARE:
            yield relation.related_model, relation.field.name


def _repoint_generic(gone: Model, kept: Model) -> int:
    content_type = ContentType.objects.get_for_model(gone)
    moved = 0
    for model in apps.get_models():
        for pointer in model._meta.private_fields:
            if isinstance(pointer, GenericForeignKey) and model._meta.label not in _AS_THEY_ARE:
                pointed = {pointer.ct_field: content_type, pointer.fk_field: gone.pk}
                moved += model._base_manager.filter(**pointed).update(**{pointer.fk_field: kept.pk})
    return moved


def _repoint_revisions(gone: Model, kept: Model) -> None:
    for model in apps.get_models():
        if not issubclass(model, Page) or not (paths := _paths_to(type(gone), model)):
            continue
        content_type = ContentType.objects.get_for_model(model)
        for revision in Revision.objects.filter(content_type=content_type).iterator():
            if _repoint_content(revision.content, paths, gone.pk, kept.pk):
                revision.save(update_fields=["content"])


def _paths_to(target: type[Model], model: type[ClusterableModel]) -> list[tuple[str, ...]]:
    """Where a revision of `model` holds keys of `target`: in a field, or in a field of the rows of a relation."""
    paths: list[tuple[str, ...]] = [(name,) for name in _names_of_keys(target, model)]
    for relation in get_all_child_relations(model):
        child = relation.related_model
        paths += [(relation.get_accessor_name(), name) for name in _names_of_keys(target, child)]
    return paths


def _names_of_keys(target: type[Model], model: type[Model]) -> list[str]:
    return [each.name for each in model._meta.fields if isinstance(each, ForeignKey) and each.related_model is target]


def _repoint_content(content: dict[str, Any], paths: list[tuple[str, ...]], gone: Any, kept: Any) -> bool:
    has_changed = False
    for *within, name in paths:
        for row in content.get(within[0], []) if within else [content]:
            if row.get(name) == gone:
                row[name] = kept
                has_changed = True
    return has_changed
