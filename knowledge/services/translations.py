"""Translating pages: a translation begins as a copy of its original, and goes when that goes (docs/decisions/0022)."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from coordination import access, audit
from coordination.models.marking import new_key
from coordination.services import require
from knowledge.models.pages import TranslatedPage


@transaction.atomic
def begin_translation(actor: User, page: TranslatedPage, language: str) -> Any:
    """The translation of `page` into `language`: a draft with the words of the original, to be written over.

    It is marked as the original, from now on and for ever: it is a part of it. Begun twice, it is one.
    """
    original: Any = page.original
    require(actor, "contribute", original)
    # Locked, so that two who begin at once find the same; in a language of its own.
    original = type(original)._base_manager.select_for_update(of=("self",)).get(pk=original.pk)
    if language == original.language or language not in dict(settings.LANGUAGES):
        raise PermissionDenied
    # One that is closed to the actor is not there.
    if begun := original.translations.readable_by(actor).filter(language=language).first():
        return begun
    changed = {"translation_of": original, "language": language, "owner": actor, "slug": new_key(), "live": False}
    made = original.copy(
        update_attrs=changed, copy_revisions=False, keep_live=False, log_action=None, reset_translation_key=True
    )
    made.save_revision(user=actor)
    audit.record(actor, "translation begun", made, after={"language": language})
    return made


def withdraw_translations(sender: type, instance: Any, **_signal: Any) -> None:
    """What is withdrawn is withdrawn in all languages; heard from Wagtail, whoever does it and by which way."""
    if not isinstance(instance, TranslatedPage):
        return
    for translation in instance.translations.filter(live=True):
        translation.unpublish(log_action=None)
        audit.record(None, "page withdrawn with its original", translation)


def may_translate(user: access.Reader, page: Any) -> bool:
    return isinstance(page, TranslatedPage) and access.can(user, "contribute", page)
