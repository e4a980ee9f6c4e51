"""What pages and frames show of messages, made for one reader.

It is set on the messages, in a number of queries that does not grow with them; `discussion/message.html` only reads it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from coordination import access
from coordination.selectors import come_of_each, made_from_each
from discussion import rights, text, words
from discussion.models import Message, MessageTranslation, Reaction, Standing, Thread, page_of
from discussion.signs import SIGNS, Sign
from discussion.translations import LANGUAGES

QUOTED_LENGTH = 140


@dataclass(frozen=True)
class Voice:
    """Who speaks, as far as the reader may be told."""

    name: str
    organisation: str = ""
    is_own: bool = False


@dataclass(frozen=True)
class Quote:
    """What a message answers to, as long as that stands."""

    number: int
    address: str
    voice: Voice
    words: str


@dataclass(frozen=True)
class SignShown:
    sign: Sign
    number: int
    is_own: bool


@dataclass(frozen=True)
class TranslationShown:
    translation: MessageTranslation
    language: str
    voice: Voice
    may_edit: bool


def place_of(message: Message) -> str:
    """Where the message stands: on its page of its thread."""
    return f"{message.thread.get_absolute_url()}?page={page_of(message.number)}#{message.anchor}"


def voice_of(user: Any, deeds: rights.Deeds) -> Voice:
    """How somebody who says or does something in a thread is called there. Under the Chatham House Rule by no name."""
    is_own = deeds.reader.is_authenticated and deeds.reader.pk == user.pk
    if deeds.thread.chatham_house:
        return Voice(_("You"), is_own=True) if is_own else Voice(_("A participant"))
    return Voice(user.name, user.organisation.acronym if user.organisation else "", is_own)


def kind_of(obj: Any) -> str:
    """What something that came of a message is: a decision, an item of an agenda."""
    kind = obj.get_kind_display() if hasattr(obj, "get_kind_display") else obj._meta.verbose_name
    return capfirst(str(kind))


def voices(messages: Iterable[Message], deeds: rights.Deeds) -> None:
    """Who said it. Of what is gone nobody but who manages the space is told who had said it."""
    for message in messages:
        is_told = message.standing == Standing.POSTED or (deeds.manage and message.standing != Standing.MOVED)
        message.voice = voice_of(message.author, deeds) if is_told else None


def prepare(messages: list[Message], thread: Thread, reader: access.Reader) -> list[Message]:
    """These messages of one thread, with all that is shown of them to `reader`, who may read them."""
    deeds = rights.deeds(reader, thread)
    for message in messages:
        message.thread = thread
        message.is_own = deeds.is_author(message)
        message.may_write = deeds.contribute and message.standing == Standing.POSTED
        message.has_deeds = deeds.offers_anything(message)
        message.quote, message.signs, message.translated = None, [], []
        message.actions, message.came_of_it, message.leads_to = [], [], ""
    voices(messages, deeds)
    standing = [message for message in messages if message.standing == Standing.POSTED]
    if standing:
        _with_actions(standing, reader)
        _with_quotes(standing, deeds)
        _with_signs(standing, deeds)
        _with_translations(standing, deeds)
        words.prepare(standing, thread, reader)
    _with_new_places([message for message in messages if message.moved_to_id], reader)
    return messages


def _with_actions(messages: list[Message], reader: access.Reader) -> None:
    """What came of each, where `reader` may read it."""
    made, more = made_from_each(messages, reader), come_of_each(messages, reader)
    for message in messages:
        message.actions, message.came_of_it = made[message.pk]["actions"], more[message.pk]


def _with_quotes(messages: list[Message], deeds: rights.Deeds) -> None:
    wanted = {message.answers_id for message in messages if message.answers_id}
    if not wanted:
        return
    found = Message.objects.filter(pk__in=wanted, thread=deeds.thread, standing=Standing.POSTED)
    quoted = found.select_related("author__organisation").in_bulk()
    for message in messages:
        if original := quoted.get(message.answers_id or 0):
            message.quote = quote_of(original, deeds)


def quote_of(message: Message, deeds: rights.Deeds) -> Quote:
    """The beginning of a message that stands, with the way to it."""
    # What says nothing came with files.
    words = " ".join(text.as_plain_text(message.text).split()) or _("Files")
    voice = voice_of(message.author, deeds)
    return Quote(message.number, message.get_absolute_url(), voice, Truncator(words).chars(QUOTED_LENGTH))


def _with_signs(messages: list[Message], deeds: rights.Deeds) -> None:
    """The signs on each message in their order, with how many have put it there."""
    put: dict[int, dict[str, list[int]]] = {}
    for message_id, name, user_id in Reaction.objects.filter(message__in=messages).values_list(
        "message", "sign", "user"
    ):
        put.setdefault(message_id, {}).setdefault(name, []).append(user_id)
    own = deeds.reader.pk
    for message in messages:
        by_sign = put.get(message.pk, {})
        message.signs = [
            SignShown(sign, len(by_sign[name]), own in by_sign[name]) for name, sign in SIGNS.items() if name in by_sign
        ]


def _with_translations(messages: list[Message], deeds: rights.Deeds) -> None:
    by_key = {message.pk: message for message in messages}
    found = MessageTranslation.objects.filter(message__in=messages).select_related("translator__organisation")
    for translation in found:
        voice = voice_of(translation.translator, deeds)
        said_in = str(LANGUAGES.get(translation.language, translation.language))
        by_key[translation.message_id].translated.append(TranslationShown(translation, said_in, voice, voice.is_own))


def _with_new_places(messages: list[Message], reader: access.Reader) -> None:
    """Where what has been moved is now, for those who may read it there."""
    if not messages:
        return
    keys = [message.moved_to_id for message in messages if message.moved_to_id]
    found = dict(Message.objects.readable_by(reader).filter(pk__in=keys).values_list("pk", "key"))
    for message in messages:
        if key := found.get(message.moved_to_id or 0):
            message.leads_to = reverse("message_detail", kwargs={"key": key})
