"""The ledger follows every change of what is projected, and of its parts, inside the change's transaction."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from search import ledger
from search.projections import Projector, projectors


def connect() -> None:
    """Listen to every model that has a projector. Models without one cost nothing."""
    for projector in projectors.values():
        _follow_root(projector)
        for part in projector.parts:
            _follow_part(projector, part)


def _follow_root(projector: Projector) -> None:
    model = projector.model

    def changed(instance: Model, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
        # What somebody marked it with does not yet change who may read it: that is its audience.
        if not raw and update_fields != {"own_audience"}:
            ledger.write(projector, instance.pk)

    def removed(instance: Model, **kwargs: Any) -> None:
        ledger.remove(model, instance.pk)

    post_save.connect(changed, sender=model, weak=False, dispatch_uid=("search", model))
    post_delete.connect(removed, sender=model, weak=False, dispatch_uid=("search", model))
    _follow_relations(model, changed)
    if issubclass(model, Page):
        page_published.connect(changed, sender=model, weak=False, dispatch_uid=("search", model))
        page_unpublished.connect(changed, sender=model, weak=False, dispatch_uid=("search", model))


def _follow_part(projector: Projector, part: type[Model]) -> None:
    def changed(instance: Model, raw: bool = False, **kwargs: Any) -> None:
        if raw:
            return
        try:
            key = projector.root_key(instance)
        except ObjectDoesNotExist:  # its root goes with it, and takes the entries along
            return
        if key is not None:
            ledger.write(projector, key)

    uid = ("search", projector.model, part)
    post_save.connect(changed, sender=part, weak=False, dispatch_uid=uid)
    post_delete.connect(changed, sender=part, weak=False, dispatch_uid=uid)
    _follow_relations(part, changed)


def _follow_relations(model: type[Model], changed: Any) -> None:
    """Topics and the like are saved after their object: its `post_save` comes too early for them."""

    def related(instance: Model, action: str, **kwargs: Any) -> None:
        if action.startswith("post_") and isinstance(instance, model):
            changed(instance)

    for relation in model._meta.many_to_many:
        through = getattr(relation.remote_field, "through", None)
        if through is not None:
            m2m_changed.connect(related, sender=through, weak=False, dispatch_uid=("search", model, relation.name))
