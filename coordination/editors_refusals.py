"""What is sent to a form of the editors' side names nothing that is closed to its sender.

A form that is refused is shown again with what was sent, and its choosers then look up every number that stands in it
and show the title, whatever the number is of; its texts show the address of every page that they link to. So this is
asked before anything else is done with a form: of the very values that were sent, since those that are refused are
missing from what is cleaned.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseForm, Field, ModelChoiceField
from django.http import Http404
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.admin.widgets.chooser import BaseChooser
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.rich_text import extract_references_from_rich_text

from coordination import access
from coordination.models import Marked

# What was sent names something: the model, and the number as it was sent.
Named = tuple[type[Model], Any]


def refuse_what_is_closed(form: Any, user: access.Reader) -> None:
    """Raise Http404 if what was sent names something that `user` may not read, or something that is not there.

    Both alike: otherwise the answer would tell which numbers are those of closed objects.
    """
    already_broken = _links_in_what_is_kept(form)
    for name, field in form.fields.items():
        for model, key in _named_in(form, name, field):
            found = _object_of(model, key)
            if found is None and (model, str(key)) in already_broken:
                continue  # a text keeps a link to a page that is gone, and can be changed all the same
            if found is None or not _is_open(user, found):
                raise Http404
    for formset in getattr(form, "formsets", {}).values():
        for part in formset.forms:
            refuse_what_is_closed(part, user)


def _is_open(user: access.Reader, found: Model) -> bool:
    """Pages without a marking (the root and the front page) are everyone's to name."""
    return access.may_read(user, found) if isinstance(found, Marked) else isinstance(found, Page)


def _object_of(model: type[Model], key: Any) -> Model | None:
    """The object of this number, read as Wagtail's choosers read it; a page is looked for among all kinds of pages."""
    manager = Page.objects if issubclass(model, Page) else model._base_manager
    try:
        found = manager.filter(pk=key).first()
    except (TypeError, ValueError, OverflowError, ValidationError):
        return None
    return found.specific if isinstance(found, Page) else found


def _named_in(form: BaseForm, name: str, field: Field) -> Iterator[Named]:
    model = _model_chosen_by(field)
    if model is None and not isinstance(field.widget, DraftailRichTextArea):
        return
    prefixed = form.add_prefix(name)
    if model is not None:
        sent = field.widget.value_from_datadict(form.data, form.files, prefixed)
        for key in sent if isinstance(sent, list | tuple) else [sent]:
            if key not in (None, ""):
                yield model, key
        return
    yield from _entities_of(form.data.get(prefixed))
    try:
        text = field.widget.value_from_datadict(form.data, form.files, prefixed)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Http404 from error  # no browser sends such a text
    yield from _links_in(text)


def _model_chosen_by(field: Field) -> type[Model] | None:
    """The model of which this field chooses, where its objects are pages or have readers of their own."""
    if isinstance(field.widget, BaseChooser):
        model = field.widget.model_class
    elif isinstance(field, ModelChoiceField):
        model = field.queryset.model if field.queryset is not None else None
    else:
        return None
    return model if model is not None and issubclass(model, (Page, Marked)) else None


def _entities_of(sent: Any) -> Iterator[Named]:
    """What the entities of a text name, as the browser sends it."""
    models = {"LINK": Page, "DOCUMENT": get_document_model(), "IMAGE": get_image_model()}
    try:
        # A text in which nothing stands yet is sent as null.
        entities = list((json.loads(sent or "{}") or {})["entityMap"].values())
        named = [(models.get(entity["type"]), entity["data"].get("id")) for entity in entities]
    except KeyError:
        return  # no entities
    except (AttributeError, TypeError, ValueError) as error:
        raise Http404 from error
    for model, key in named:
        if model is not None and key is not None:
            yield model, key


def _links_in(text: str | None) -> Iterator[Named]:
    """What the links and embeds of a text name, as the text is kept."""
    for model, key, *_path in extract_references_from_rich_text(text or ""):
        yield model, key


def _links_in_what_is_kept(form: Any) -> set[tuple[type[Model], str]]:
    texts = (
        getattr(form.instance, name, None)
        for name, field in form.fields.items()
        if isinstance(field.widget, DraftailRichTextArea)
    )
    return {(model, str(key)) for text in texts for model, key in _links_in(text)}
