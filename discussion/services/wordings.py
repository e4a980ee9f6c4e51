"""What is done to a message by those who take part: its wording changed, taken back, translated, marked with a sign.

The thread is locked first, so that two deeds on one message come one after the other; what the form showed is compared
with what stands then.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import audit, holds
from coordination.services import StaleVersion, require
from discussion import changes, files, mentions, rights, text
from discussion.models import Message, MessageTranslation, Reaction, Standing, Thread
from discussion.signs import SIGNS
from discussion.translations import LANGUAGES

GONE = {
    Standing.DELETED: _("This message has been deleted in the meantime."),
    Standing.HIDDEN: _("The chair has hidden this message in the meantime."),
    Standing.MOVED: _("This message has been moved to another discussion in the meantime."),
}


def held(actor: User, message: Message) -> tuple[Thread, Message, rights.Deeds]:
    """The thread, locked, the message as it is now, and what `actor` may do there."""
    thread = changes.locked(message.thread)
    require(actor, "read", thread)
    message = Message.objects.get(pk=message.pk)
    message.thread = thread
    return thread, message, rights.deeds(actor, thread)


def refuse_gone(message: Message) -> None:
    """A form may be older than what has become of the message."""
    if message.standing != Standing.POSTED:
        raise ValidationError(GONE[Standing(message.standing)], code="gone")


def refuse_closed(deeds: rights.Deeds) -> None:
    """Say why nothing can be changed here at the moment, where that is so."""
    if why := deeds.why_not():
        raise ValidationError({"text": why}, code="closed")


def with_answers(message: Message) -> list[Message]:
    """The message, and those that show its beginning since they answer to it: they look otherwise too now."""
    answers = Message.objects.filter(answers=message.pk, thread=message.thread_id, standing=Standing.POSTED)
    return [message, *answers.order_by("number")]


def about(message: Message) -> dict[str, object]:
    """How the trail names a message: never by its words, which the trail's readers may not be meant to read."""
    return {"message": message.key, "number": message.number}


def take_words(message: Message) -> None:
    """Keep the words as an earlier wording, and leave none where everybody looks."""
    message.versions.create(text=message.text)
    message.text = ""


# --- one's own -----------------------------------------------------------------------------------------------------
def version_of(message: Message) -> int:
    """What a form carries to be known as older than the message: how often its words have been changed."""
    return message.versions.count()


@transaction.atomic
def edit_message(actor: User, message: Message, words: str, *, version: int) -> Message:
    """Say it otherwise. What it said before is kept. `version` is that of the form: an older one is refused."""
    thread, message, deeds = held(actor, message)
    _require_own(deeds, message)
    words = text.check(words)
    refuse_gone(message)
    if message.text == words:
        return message
    _refuse_too_late(deeds, message)
    if version_of(message) != version:
        raise StaleVersion
    message.versions.create(text=message.text)
    message.text, message.edited_at = words, timezone.now()
    changes.messages_changed(thread, with_answers(message))
    named = mentions.keep(message)
    details = {"message": message, "mentions": named}
    audit.record(actor, "message edited", thread, after=about(message), details=details)
    return message


@transaction.atomic
def delete_message(actor: User, message: Message) -> None:
    """Take it back. Its number stays, and its words with those who manage the space."""
    thread, message, deeds = held(actor, message)
    _require_own(deeds, message)
    if message.standing == Standing.DELETED:
        return
    refuse_gone(message)
    _refuse_too_late(deeds, message)
    holds.refuse_if_held(message)
    take_words(message)
    message.standing = Standing.DELETED
    message.translations.all().delete()
    message.mentions.all().delete()
    message.reports.filter(settled_at=None).update(settled_at=timezone.now(), settled_by=actor)
    changes.messages_changed(thread, with_answers(message))
    files.settle([message])
    audit.record(actor, "message deleted", thread, after=about(message), details={"message": message})


def _require_own(deeds: rights.Deeds, message: Message) -> None:
    if not (deeds.contribute and deeds.is_author(message)):
        raise PermissionDenied(_("You do not have the right to do this."))


def _refuse_too_late(deeds: rights.Deeds, message: Message) -> None:
    refuse_closed(deeds)
    if not deeds.may_change(message):
        raise ValidationError({"text": _("This space lets messages be changed for a while only. That is over.")})


# --- signs ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def react(actor: User, message: Message, sign: str, *, put: bool) -> None:
    """Put a sign on a message, or take one's own off it; either way, twice is once."""
    thread, message, deeds = held(actor, message)
    _require_contributing(deeds)
    if sign not in SIGNS:
        raise ValidationError({"sign": _("Choose one of the signs.")})
    refuse_gone(message)
    refuse_closed(deeds)
    own = Reaction.objects.filter(message=message, user=actor, sign=sign)
    if put == own.exists():
        return
    if put:
        Reaction.objects.create(message=message, user=actor, sign=sign)
    else:
        own.delete()
    changes.message_changed(thread, message)
    verb = "sign put on message" if put else "sign taken off message"
    audit.record(actor, verb, thread, after={**about(message), "sign": sign}, details={"message": message})


def _require_contributing(deeds: rights.Deeds) -> None:
    if not deeds.contribute:
        raise PermissionDenied(_("You do not have the right to do this."))


# --- translations --------------------------------------------------------------------------------------------------
def version_of_translation(translation: MessageTranslation | None) -> int:
    """What a form carries to be known as older than the translation; nought where there was none."""
    return int(translation.made_at.timestamp() * 1_000_000) if translation else 0


@transaction.atomic
def translate_message(actor: User, message: Message, language: str, words: str, *, version: int) -> MessageTranslation:
    """Put a message into another language, or change how oneself has put it; `version` is that of the form."""
    thread, message, deeds = held(actor, message)
    _require_contributing(deeds)
    if language not in LANGUAGES:
        raise ValidationError({"language": _("Choose one of the languages.")})
    words = text.check(words)
    refuse_gone(message)
    refuse_closed(deeds)
    present = MessageTranslation.objects.filter(message=message, language=language).first()
    if present and present.translator_id != actor.pk:
        raise ValidationError({"language": _("A colleague has put it into this language already.")})
    if present and present.text == words:
        return present
    if version_of_translation(present) != version:
        raise StaleVersion
    translation = present or MessageTranslation(message=message, language=language, translator=actor)
    translation.text = words
    translation.save()
    changes.message_changed(thread, message)
    after = {**about(message), "language": language}
    audit.record(actor, "message translated", thread, after=after, details={"message": message})
    return translation


@transaction.atomic
def remove_translation(actor: User, message: Message, language: str) -> None:
    """Take back a translation of one's own; whoever manages the space takes back anybody's."""
    thread, message, deeds = held(actor, message)
    _require_contributing(deeds)
    known = language if language in LANGUAGES else ""
    present = MessageTranslation.objects.filter(message=message, language=known).first()
    if present is None:
        return
    if present.translator_id != actor.pk and not deeds.manage:
        raise PermissionDenied(_("You do not have the right to do this."))
    refuse_closed(deeds)
    present.delete()
    changes.message_changed(thread, message)
    after = {**about(message), "language": language}
    audit.record(actor, "message translation removed", thread, after=after, details={"message": message})
