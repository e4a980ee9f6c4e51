"""Whom a message names with an @: users, organisations and roles of the space, of those who can read the thread.

What is written stays as it was typed. When a message is kept, each name in its own words that means exactly one of
those who can read the thread becomes a Mention; in code, in links and in what is quoted nobody is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.models import User
from coordination import access
from coordination.models import Role
from discussion import text, threads
from discussion.models import Mention, Message, Thread

# How many names the list offers while somebody types.
OFFERED = 8


@dataclass(frozen=True)
class Named:
    """Somebody who can be named: one user, or all readers of an organisation or in a role."""

    kind: str
    key: int | str
    # What is written after the @, and how else it may be written.
    name: str
    also: tuple[str, ...] = ()
    # What the list says beside the name.
    detail: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(way.casefold() for way in (self.name, *self.also)))

    def begins_with(self, typed: str) -> bool:
        """Whether one of its names, or a word of one, begins with what is typed."""
        return any(way.startswith(typed) or f" {typed}" in way for way in self.ways)


class Readers:
    """Who can be named in a thread, or in what is said first about an object: the members who can read it."""

    def __init__(self, about: Any) -> None:
        self.space_id = access.space_id_of(about)
        members = access.users_in([self.space_id])
        root = about if isinstance(about, Thread) else threads.root_of(about)
        readers = access.readers_among(members, root)
        self.roles: dict[User, str] = {user: access.role_of(members[user][self.space_id]) for user in readers}

    @cached_property
    def named(self) -> list[Named]:
        return [
            *self._users(),
            *self._organisations(),
            *(_role(role) for role in Role.values if role in self.roles.values()),
        ]

    def _users(self) -> Iterable[Named]:
        """Each by name; of two of the same name, the organisation stands behind it."""
        names = [user.name.casefold() for user in self.roles]
        for user in self.roles:
            whose = user.organisation.acronym if user.organisation else ""
            full = f"{user.name} ({whose})" if whose else user.name
            is_alone = names.count(user.name.casefold()) == 1
            yield Named("user", user.pk, user.name if is_alone else full, (user.name, full), whose)

    def _organisations(self) -> Iterable[Named]:
        """Each by its acronym, which another country's may bear too: then by its name."""
        found = sorted({user.organisation for user in self.roles if user.organisation}, key=lambda one: one.acronym)
        acronyms = [one.acronym.casefold() for one in found]
        for one in found:
            name = one.acronym if acronyms.count(one.acronym.casefold()) == 1 else one.name
            yield Named("organisation", one.pk, name, (one.acronym, one.name), one.name)

    def matching(self, typed: str) -> list[Named]:
        """Those whom the list offers for what is typed after the @."""
        typed = typed.casefold().strip()
        return [one for one in self.named if one.begins_with(typed)][:OFFERED]

    def named_in(self, words: str) -> list[Named]:
        """Whom a message names, each once, in their order. What may mean two of them means nobody."""
        by_way: dict[str, list[Named]] = {}
        for one in self.named:
            for way in one.ways:
                by_way.setdefault(way, []).append(one)
        found = (way for piece in text.said_in(words) for _piece, way in text.names_in(piece, by_way) if way)
        return list(dict.fromkeys(by_way[way][0] for way in found if len(by_way[way]) == 1))

    def behind(self, mentions: Iterable[Mention]) -> list[User]:
        """The readers whom these name, each once."""
        mentions = list(mentions)
        return [user for user, role in self.roles.items() if any(_means(one, user, role) for one in mentions)]


def _role(role: str) -> Named:
    """By its name in each of our languages; the list offers that of whoever types."""
    return Named("role", role, str(Role(role).label), _names_of_role(role))


def _names_of_role(role: str) -> tuple[str, ...]:
    names = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names.append(str(Role(role).label))
    return tuple(names)


def _means(mention: Mention, user: Any, role: str | None) -> bool:
    if mention.user_id is not None:
        return mention.user_id == user.pk
    if mention.organisation_id is not None:
        return mention.organisation_id == user.organisation_id
    return bool(mention.role) and mention.role == role


# --- kept ----------------------------------------------------------------------------------------------------------
def keep(message: Message, *, is_new: bool = False) -> list[Mention]:
    """Note whom the words of `message`, posted (`is_new`) or changed now, name. Gives the mentions that are new."""
    before = {} if is_new else {_key(one): one for one in message.mentions.all()}
    wanted = {}
    if "@" in message.text:
        for one in Readers(message.thread).named_in(message.text):
            wanted[(one.kind, one.key)] = Mention(message=message, **_columns(one))
    Mention.objects.filter(pk__in=[one.pk for key, one in before.items() if key not in wanted]).delete()
    return Mention.objects.bulk_create([one for key, one in wanted.items() if key not in before])


def _columns(one: Named) -> dict[str, Any]:
    return {"role": one.key} if one.kind == "role" else {f"{one.kind}_id": one.key}


def _key(mention: Mention) -> tuple[str, int | str]:
    if mention.user_id is not None:
        return "user", mention.user_id
    if mention.organisation_id is not None:
        return "organisation", mention.organisation_id
    return "role", mention.role


def users_of(message: Message, mentions: Sequence[Mention] | None = None) -> list[User]:
    """Whom `message` names and who may read it now, without its author; or whom these of its mentions name.

    For telling them of it. As many queries for a hundred as for one.
    """
    mentions = list(message.mentions.all()) if mentions is None else mentions
    if not mentions:
        return []
    return [user for user in Readers(message.thread).behind(mentions) if user.pk != message.author_id]


# --- shown ---------------------------------------------------------------------------------------------------------
def on(messages: Iterable[Message]) -> list[Mention]:
    """The mentions in these messages. One query."""
    found = Mention.objects.filter(message__in=[one.pk for one in messages if "@" in one.text])
    return list(found.select_related("user__organisation", "organisation"))


def names_for(mentions: Iterable[Mention], thread: Thread, reader: access.Reader) -> Mapping[int, dict[str, bool]]:
    """By the key of each message: the names that are marked in it, each with whether it is the reader."""
    found: dict[int, dict[str, bool]] = {}
    role = access.role_in(reader, thread.space_id)
    for mention in mentions:
        is_reader = reader.is_authenticated and _means(mention, reader, role)
        found.setdefault(mention.message_id, {}).update(dict.fromkeys(_ways_of(mention), is_reader))
    return found


def _ways_of(mention: Mention) -> tuple[str, ...]:
    if mention.user is not None:
        whose = mention.user.organisation
        return _lowered(mention.user.name, f"{mention.user.name} ({whose.acronym})" if whose else "")
    if mention.organisation is not None:
        return _lowered(mention.organisation.acronym, mention.organisation.name)
    return _lowered(*_names_of_role(mention.role))


def _lowered(*names: str) -> tuple[str, ...]:
    return tuple(name.casefold() for name in names if name)


def names_in_preview(words: str, about: Any, reader: access.Reader) -> dict[str, bool]:
    """The same for words that are not kept yet."""
    if "@" not in words:
        return {}
    readers = Readers(about)
    found = readers.named_in(words)
    role = access.role_in(reader, readers.space_id)
    return {way: _means(Mention(**_columns(one)), reader, role) for one in found for way in one.ways}
