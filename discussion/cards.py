"""Cards below a message for what its links lead to in Accord: how it is called, what it is, how it stands.

Whoever may not read the thing at that moment gets no card, and the text stands as it was typed. Which kinds there are
is told by their addresses: whatever has a key and a page of its own is found by it, without its package being known.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.urls import NoReverseMatch, Resolver404, resolve
from django.utils.text import capfirst

from coordination import access, references
from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH
from discussion import text, threads
from discussion.models import Message, Thread

CARDS_OF_A_MESSAGE = 3
_SOME_KEY = KEY_ALPHABET[0] * KEY_LENGTH
_LONGEST_PATH = 300
# Most messages link to nothing, and need not be read for it.
_MAY_LINK = re.compile(rf"://|]\(|{'|'.join(references.MODELS)}", re.IGNORECASE)

# What a link leads to: the kind, and the field and the value that its address names.
Target = tuple[type[Model], str, str]


@dataclass(frozen=True)
class Card:
    obj: Any
    kind: str
    title: str
    address: str

    @property
    def language(self) -> str:
        return getattr(self.obj, "language", "")

    @property
    def state(self) -> str:
        return getattr(self.obj, "state", "") if hasattr(self.obj, "get_state_display") else ""

    @property
    def due_on(self) -> Any:
        return getattr(self.obj, "due_on", None)

    @property
    def starts_at(self) -> Any:
        return getattr(self.obj, "starts_at", None)


@cache
def _kinds() -> dict[str, tuple[type[Model], str]]:
    """By the name of the route: the kind whose page it is, and the field that the address has the key of."""
    found: dict[str, tuple[type[Model], str]] = {}
    for model in apps.get_models():
        if not hasattr(model, "audience_path"):
            continue
        # Where the address has the key of something else, the kind says so itself.
        if named := getattr(model, "found_by", None):
            found[named[0]] = (model, named[1])
        elif name := getattr(model, "route_name", "") or _route_of(model):
            found[name] = (model, "key")
    return found


def _route_of(model: type[Model]) -> str | None:
    """The name of the route to the page of one such thing, if it has one by its key alone."""
    try:
        # Of something that has a key and nothing else: no row is made up, and none asked for.
        address = model.get_absolute_url(SimpleNamespace(key=_SOME_KEY))  # type: ignore[attr-defined]
        match = resolve(address)
    except (AttributeError, NoReverseMatch, Resolver404):
        return None
    return match.url_name if match.kwargs == {"key": _SOME_KEY} else None


def target_of(href: str) -> Target | None:
    """What an address of this site leads to, whether there is such a thing or not."""
    path = _path_here(href)
    if path is None:
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.url_name == "reference":
        reference = references.read(match.kwargs["reference"])
        return (references.MODELS[reference[:3]], "short_reference", reference) if reference else None
    kind = _kinds().get(match.url_name or "")
    return (kind[0], kind[1], match.kwargs["key"]) if kind and set(match.kwargs) == {"key"} else None


def _path_here(href: str) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    here = urlsplit(settings.BASE_URL)
    is_here = not parts.netloc or (parts.scheme in ("http", "https") and parts.netloc.lower() == here.netloc.lower())
    return parts.path if is_here and parts.path.startswith("/") and len(parts.path) <= _LONGEST_PATH else None


def targets_in(words: str) -> list[Target]:
    """What the links of a message lead to, each once, in their order."""
    if not _MAY_LINK.search(words):
        return []
    found = (target_of(href) for href in text.addresses_in(words))
    return list(dict.fromkeys(target for target in found if target))[:CARDS_OF_A_MESSAGE]


def of(messages: Iterable[Message], reader: access.Reader) -> dict[int, list[Card]]:
    """The cards of each message that `reader` may see, by the key of the message: one query for a kind, or two."""
    wanted = {message.pk: targets_in(message.text) for message in messages}
    found = _readable({target for targets in wanted.values() for target in targets}, reader)
    return {pk: [found[target] for target in targets if target in found] for pk, targets in wanted.items()}


def of_words(words: str, reader: access.Reader) -> list[Card]:
    """The cards of words that are not kept yet."""
    targets = targets_in(words)
    found = _readable(set(targets), reader)
    return [found[target] for target in targets if target in found]


def _readable(targets: set[Target], reader: access.Reader) -> dict[Target, Card]:
    found: dict[Target, Card] = {}
    for model, field in {target[:2] for target in targets}:
        objects: Any = access.readable_by(threads.live(model._default_manager.all()), reader)
        values = [value for kind, name, value in targets if (kind, name) == (model, field)]
        objects = objects.filter(**{f"{field}__in": values})
        if model is Message:
            objects = objects.select_related("thread")
        elif model is not Thread and (along := getattr(model, "named_along", "")):
            objects = objects.prefetch_related(along)
        found |= _cards(model, field, list(objects), reader)
    return found


def _cards(model: type[Model], field: str, objects: list[Any], reader: access.Reader) -> dict[Target, Card]:
    titles = _titles(model, objects, reader)
    cards = {}
    for obj in objects:
        value: Any = obj
        for step in field.split("__"):
            value = getattr(value, step)
        kind = str(capfirst(model._meta.verbose_name))
        cards[model, field, value] = Card(obj, kind, titles[obj.pk], obj.get_absolute_url())
    return cards


def _titles(model: type[Model], objects: list[Any], reader: access.Reader) -> dict[int, str]:
    """How each is called; a thread, and what is said in it, after what may be named to the reader."""
    from discussion import selectors  # which shows messages, and so asks for cards

    if model is Thread:
        return selectors.titles_of(objects, reader)
    if model is Message:
        of_threads = selectors.titles_of([message.thread for message in objects], reader)
        return {message.pk: f"{of_threads[message.thread_id]} #{message.number}" for message in objects}
    return {obj.pk: getattr(obj, "title", "") or str(obj) for obj in objects}
