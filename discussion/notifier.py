"""Who is told of what. Each package says it in its `notifications.py`, in one small class for each kind.

The notifier listens to the audit trail: a notification is written in the transaction of the deed itself. It holds no
text; that is made when it is read, in the reader's language, and only if the reader may still read the object.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from coordination import access, audit
from coordination.models import AuditEntry
from discussion.models import Message

_kinds: dict[str, type["Notification"]] = {}


class Notification:
    """One kind of news. `verbs` are those of the audit trail on which it is told."""

    kind: ClassVar[str]
    verbs: ClassVar[tuple[str, ...]]
    # What it is called where its reader chooses how to hear of it, and under which heading it stands there.
    label: ClassVar[str | Promise] = ""
    section: ClassVar[str | Promise] = gettext_lazy("Other news")
    # Whether it is usually worth an e-mail and a push; the mail says no more than that there is something new.
    by_mail: ClassVar[bool] = False
    # Whether it reminds of something: then each is mailed, also while the one before has not been looked at.
    reminds: ClassVar[bool] = False
    # Whether it goes out at once by every way, whatever its reader has chosen: nobody can choose not to hear of it.
    urgent: ClassVar[bool] = False
    # Of several kinds of a family that one deed brings, each user is told the first.
    family: ClassVar[str] = ""
    # Whether it tells of a message (`details["message"]`): of one that is gone nothing is told any more.
    of_messages: ClassVar[bool] = False
    # Whether it tells of pages that are not published yet, to those who write in their space.
    of_drafts: ClassVar[bool] = False
    # What `subject` and `why` look at beside the object itself: fetched for all of a page at once.
    along: ClassVar[tuple[str, ...]] = ()
    # The message that it tells of, where it tells of one.
    message: Message | None = None

    def __init__(self, entry: AuditEntry, obj: Any, details: dict[str, Any] | None = None) -> None:
        self.entry = entry
        self.actor: User | None = entry.actor
        self.obj = obj
        # The live objects of the deed; empty when the notification is read later.
        self.details = details or {}

    def recipients(self) -> Iterable[User]:
        """Whom it concerns. The notifier leaves out the actor and whoever may not read `self.obj`."""
        raise NotImplementedError

    def has_changed(self, *names: str) -> bool:
        """Whether the deed has changed any of these, by what the trail says stood before and after."""
        before, after = self.entry.before, self.entry.after
        return any(before.get(name) != after.get(name) for name in names)

    # --- its texts, each in the language of the moment, for one who may read `self.obj` ----------------------------
    def subject(self) -> str:
        """What the page says."""
        raise NotImplementedError

    def quoted(self) -> str:
        """What a mail says besides, where the space allows that mails say what they are about."""
        return ""

    def why(self, user: User) -> str:
        """Why `user` is told: a sentence that names nothing, since mails hold it too."""
        return _("You get this because you are a member of the space.")

    def pushed(self) -> str:
        """What a push says: it passes through other hands and stands on a locked screen."""
        return _("There is something new for you on Accord")

    def shows_actor(self) -> bool:
        """Whether it may be said who did it."""
        return True

    def by_whom(self) -> User | None:
        """Who did it, where that may be said."""
        return self.actor

    def address(self) -> str:
        """Where it leads to."""
        return str((self.message or self.obj).get_absolute_url())

    # --- its mail --------------------------------------------------------------------------------------------------
    def reply_to(self, user: User) -> str:
        """The address to which `user` may answer the mail about it; none unless the package says so."""
        return ""

    def how_to_reply(self) -> str:
        """What the mail says of answers to it."""
        return ""

    def holds(self) -> bool:
        """Whether it is still worth a mail: asked when that is sent, which may be the next morning."""
        return True

    @classmethod
    def bring(cls, those: Sequence["Notification"]) -> None:
        """Fetch what these of the kind need for their texts, in a number of queries that does not grow with them."""
        by_model: dict[type, list[Any]] = {}
        for one in those:
            by_model.setdefault(type(one.obj), []).append(one.obj)
        for model, objects in by_model.items():
            names = [name for name in cls.along if hasattr(model, name.partition("__")[0])]
            prefetch_related_objects(objects, *names)


def register(kind: type[Notification]) -> type[Notification]:
    """Make the kind known; a second one of the same name is a mistake in the code."""
    if kind.kind in _kinds and _kinds[kind.kind].__module__ != kind.__module__:
        raise ValueError(f"two notifications of the kind “{kind.kind}”")
    _kinds[kind.kind] = kind
    return kind


def kind_named(name: str) -> type[Notification] | None:
    return _kinds.get(name)


def all_kinds() -> list[type[Notification]]:
    return list(_kinds.values())


def kinds_told_on(verb: str) -> list[type[Notification]]:
    return [kind for kind in _kinds.values() if verb in kind.verbs]


def tell(*, entry: AuditEntry, obj: Any, details: dict[str, Any], **_signal: Any) -> None:
    """Write the notifications of a deed; called inside its transaction."""
    from discussion import pokes

    if audit.is_at_once():
        return
    told: set[int] = set()
    reached: dict[str, set[int]] = {}
    for kind in kinds_told_on(entry.verb):
        before = reached.get(kind.family, set()) if kind.family else set()
        concerned = _keys_of(kind(entry, obj, details).recipients()) - before - {entry.actor_id}
        known, new = _tell_of_one_kind(kind, entry, obj, details, concerned)
        told |= new
        if kind.family:
            reached[kind.family] = before | known | new
    if told:
        transaction.on_commit(lambda: pokes.counts_changed(told))


def _keys_of(recipients: Iterable[User]) -> set[int]:
    """Of those who are active. In a lively thread they are many, and nearly all have such news already: the rows of
    their accounts are not fetched for that."""
    if isinstance(recipients, QuerySet):
        return set(recipients.filter(is_active=True).values_list("pk", flat=True))
    return {user.pk for user in recipients if user.is_active}


def _tell_of_one_kind(
    kind: type[Notification], entry: AuditEntry, obj: Any, details: dict[str, Any], concerned: set[int]
) -> tuple[set[int], set[int]]:
    """Who has such news already, and who has it now for the first time."""
    from discussion import preferences, services

    message = details.get("message") if kind.of_messages else None
    # First those who have such news already: in a lively thread these are nearly all.
    known = services.bring_up_to_date(concerned, kind, entry, message)
    left = concerned - known
    new = access.readers_among(User.objects.filter(pk__in=left), obj) if left else []
    wanted = preferences.wanted_by(new, kind, entry.space_id) if new else {}
    noted = services.notify([user for user in new if wanted[user.pk].page], kind, entry, wanted, message)
    return known, {news.user_id for news in noted}
