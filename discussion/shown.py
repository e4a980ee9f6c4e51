"""What pages and frames show of messages, made for one reader.

It is set on the messages, in a number of queries that does not grow with them; `discussion/message.html` only reads it.
What hangs on them is fetched once for all readers of equal standing, and then set for each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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


# --- what hangs on messages ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Beside:
    """What hangs on messages that stand, as readers of equal standing (`access.standing`) may read it. By the key of
    each message."""

    actions: dict[int, list[Any]] = field(default_factory=dict)
    came_of_it: dict[int, list[Any]] = field(default_factory=dict)
    answered: dict[int, Message] = field(default_factory=dict)  # by the key of what is answered to
    signs: dict[int, dict[str, set[int]]] = field(default_factory=dict)  # the sign: who has put it there
    translations: dict[int, list[MessageTranslation]] = field(default_factory=dict)
    parts: words.Parts = field(default_factory=lambda: words.Parts([], {}, {}))
    leads_to: dict[int, str] = field(default_factory=dict)  # of what has been moved: the key of where it is now


def beside(messages: Sequence[Message], thread: Thread, reader: access.Reader) -> Beside:
    """What hangs on these messages of one thread: in a number of queries that does not grow with them."""
    standing = [message for message in messages if message.standing == Standing.POSTED]
    moved = _new_places([message for message in messages if message.moved_to_id], reader)
    if not standing:
        return Beside(leads_to=moved)
    made = made_from_each(standing, reader)
    return Beside(
        actions={pk: of_one["actions"] for pk, of_one in made.items()},
        came_of_it=come_of_each(standing, reader),
        answered=_answered(standing, thread),
        signs=_signs(standing),
        translations=_translations(standing),
        parts=words.parts(standing, thread, reader),
        leads_to=moved,
    )


def _answered(messages: Sequence[Message], thread: Thread) -> dict[int, Message]:
    """What these answer to, as long as it stands."""
    wanted = {message.answers_id for message in messages if message.answers_id}
    if not wanted:
        return {}
    found = Message.objects.filter(pk__in=wanted, thread=thread, standing=Standing.POSTED)
    return found.select_related("author__organisation").in_bulk()


def _signs(messages: Sequence[Message]) -> dict[int, dict[str, set[int]]]:
    put: dict[int, dict[str, set[int]]] = {}
    rows = Reaction.objects.filter(message__in=messages).values_list("message", "sign", "user")
    for message_id, name, user_id in rows:
        put.setdefault(message_id, {}).setdefault(name, set()).add(user_id)
    return put


def _translations(messages: Sequence[Message]) -> dict[int, list[MessageTranslation]]:
    found: dict[int, list[MessageTranslation]] = {}
    of_these = MessageTranslation.objects.filter(message__in=messages).select_related("translator__organisation")
    for translation in of_these:
        found.setdefault(translation.message_id, []).append(translation)
    return found


def _new_places(messages: Sequence[Message], reader: access.Reader) -> dict[int, str]:
    """Where what has been moved is now, for those who may read it there."""
    if not messages:
        return {}
    keys = [message.moved_to_id for message in messages if message.moved_to_id]
    found = dict(Message.objects.readable_by(reader).filter(pk__in=keys).values_list("pk", "key"))
    return {message.pk: found[message.moved_to_id] for message in messages if message.moved_to_id in found}


# --- set on messages -----------------------------------------------------------------------------------------------
def prepare(messages: list[Message], thread: Thread, reader: access.Reader) -> list[Message]:
    """These messages of one thread, with all that is shown of them to `reader`, who may read them."""
    return dress(messages, thread, reader, beside(messages, thread, reader))


def dress(messages: list[Message], thread: Thread, reader: access.Reader, found: Beside) -> list[Message]:
    """The same with what has been `found` beside them, for `reader` or for another of equal standing. No query."""
    deeds = rights.deeds(reader, thread)
    for message in messages:
        message.thread = thread
        message.is_own = deeds.is_author(message)
        message.may_write = deeds.contribute and message.standing == Standing.POSTED
        message.has_deeds = deeds.offers_anything(message)
        message.quote, message.signs, message.translated = None, [], []
        message.actions, message.came_of_it = found.actions.get(message.pk, []), found.came_of_it.get(message.pk, [])
        moved_to = found.leads_to.get(message.pk)
        message.leads_to = reverse("message_detail", kwargs={"key": moved_to}) if moved_to else ""
    voices(messages, deeds)
    standing = [message for message in messages if message.standing == Standing.POSTED]
    for message in standing:
        original = found.answered.get(message.answers_id or 0)
        message.quote = quote_of(original, deeds) if original else None
        message.signs = _signs_shown(found.signs.get(message.pk, {}), reader)
        message.translated = [_translation_shown(one, deeds) for one in found.translations.get(message.pk, ())]
    words.prepare(standing, thread, reader, found.parts)
    return messages


def _signs_shown(by_sign: dict[str, set[int]], reader: access.Reader) -> list[SignShown]:
    """The signs on a message in their order, with how many have put it there."""
    return [
        SignShown(sign, len(by_sign[name]), reader.pk in by_sign[name])
        for name, sign in SIGNS.items()
        if name in by_sign
    ]


def _translation_shown(translation: MessageTranslation, deeds: rights.Deeds) -> TranslationShown:
    voice = voice_of(translation.translator, deeds)
    said_in = str(LANGUAGES.get(translation.language, translation.language))
    return TranslationShown(translation, said_in, voice, voice.is_own)


def quote_of(message: Message, deeds: rights.Deeds) -> Quote:
    """The beginning of a message that stands, with the way to it."""
    # What says nothing came with files.
    words = " ".join(text.as_plain_text(message.text).split()) or _("Files")
    voice = voice_of(message.author, deeds)
    return Quote(message.number, message.get_absolute_url(), voice, Truncator(words).chars(QUOTED_LENGTH))
