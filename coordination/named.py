"""Names for objects of any kind in addresses of pages that are about them: signed, and checked by the access rule."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core import signing

from coordination import access

_signer = signing.Signer(salt="coordination.named")


def name_of(obj: Any) -> str:
    """A name for `obj` in an address. Signed, so that addresses only ever name what a page has shown."""
    return name_of_key(ContentType.objects.get_for_model(obj).pk, obj.pk)


def name_of_key(type_id: int, pk: int) -> str:
    """The same for what is known by its kind and key."""
    return _signer.sign_object([type_id, pk])


def find(name: str, reader: access.Reader) -> Any | None:
    """The object of that name, if `reader` may read it (the signature proves nothing about that)."""
    try:
        type_id, pk = _signer.unsign_object(name)
        model = ContentType.objects.get_for_id(type_id).model_class()
    except (signing.BadSignature, ContentType.DoesNotExist):
        return None
    if model is None or not hasattr(model, "audience_path"):
        return None
    return access.readable_by(live(model._default_manager.all()), reader).filter(pk=pk).first()


def live(queryset: Any) -> Any:
    """Of pages, and of their parts, only those that are published: a draft is not there for readers."""
    path = access.live_path(queryset.model)
    return queryset.filter(**{path: True}) if path else queryset
