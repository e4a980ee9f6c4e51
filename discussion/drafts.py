"""What somebody has typed and not sent yet, kept for whatever device is opened next. Nobody else ever reads it."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from coordination import access
from coordination.named import name_of_key
from discussion import threads
from discussion.models import MESSAGE_LENGTH, Draft, Thread

KEPT_FOR = timedelta(days=90)
# More than a message may have: what is too long is said when it is sent, and stays typed until then.
DRAFT_LENGTH = 10 * MESSAGE_LENGTH
# Drafts whose right is asked for in one round of the worker, which comes every other minute.
LOOKED_AT_ONCE = 100


def name_of(about: Any) -> str:
    """What the draft is kept under. Before an object has its thread and after that, it is the same."""
    if isinstance(about, Thread) and not about.subject:
        return name_of_key(about.target_type_id, about.target_id)
    return threads.name_of(about)


def of(user: User, about: Any) -> str:
    """What `user`, who may write there, has typed."""
    return Draft.objects.filter(user=user, about=name_of(about)).values_list("text", flat=True).first() or ""


def keep(user: User, about: Any, words: str) -> None:
    """Keep what is typed in place of what was; nothing typed is nothing kept."""
    words = words.replace("\0", "")[:DRAFT_LENGTH]
    if words.strip():
        Draft.objects.update_or_create(user=user, about=name_of(about), defaults={"text": words})
    else:
        forget(user, about)


def forget(user: User, about: Any) -> None:
    Draft.objects.filter(user=user, about=name_of(about)).delete()


def clear_away(now: datetime) -> int:
    """Delete the drafts that are too old, and those of users who may not write there any more; how many there were.

    Of many drafts each round looks at some, whichever: nobody is shown one without that right in the meantime.
    """
    gone, _rows = Draft.objects.filter(changed_at__lt=now - KEPT_FOR).delete()
    for draft in Draft.objects.select_related("user").order_by("?")[:LOOKED_AT_ONCE]:
        about = threads.find(draft.about, draft.user)
        if about is None or not access.can(draft.user, "contribute", about):
            draft.delete()
            gone += 1
    return gone
