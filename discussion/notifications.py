"""What a discussion tells those who take part in it, and those who are asked for something in it."""

from collections.abc import Iterable
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from coordination import access
from discussion import mailed_answers, mentions, selectors, text
from discussion.models import Interest, Message, MessageReport, ReadMark, Thread
from discussion.notifier import Notification, register

# How much of a message a mail quotes, where the space allows that.
QUOTED = 2000


class OfADiscussion(Notification):
    """Its object is the thread. Under the Chatham House Rule it is never said who said or did something."""

    section: ClassVar[str | Promise] = gettext_lazy("Discussions")

    def shows_actor(self) -> bool:
        # A message may have moved to a discussion under the rule from one that is not.
        is_told_of = self.message.thread if self.message else self.obj
        return not (self.obj.chatham_house or is_told_of.chatham_house)

    def why(self, user: User) -> str:
        return _("You get this because you have written in this discussion, or follow it.")


class OfAMessage(OfADiscussion):
    """Its mail can be answered, where mails are received: the answer is a message in the thread."""

    of_messages = True
    by_mail = True
    family = "message"

    def by_whom(self) -> User | None:
        # Not of the deed: of what is gone since then the news tell no more, but of the message before it.
        return self.message.author if self.message else self.actor

    def quoted(self) -> str:
        return Truncator(text.as_plain_text(self.message.text)).chars(QUOTED) if self.message else ""

    def reply_to(self, user: User) -> str:
        return mailed_answers.address_for(user, self.message) if self.message else ""

    def how_to_reply(self) -> str:
        return _("Answer this mail to say something in the discussion: all who can read it will read your answer.")


@register
class Mentioned(OfAMessage):
    """To whom a message names: by name, by organisation or by role; also where the discussion is muted."""

    kind = "mentioned"
    verbs = ("message posted", "message edited")
    label = gettext_lazy("Somebody names me, my organisation or my role")

    def recipients(self) -> Iterable[User]:
        # Of one that was changed: whom it did not name before.
        return mentions.users_of(self.details["message"], self.details.get("mentions", self._those_of_a_new_one()))

    def _those_of_a_new_one(self) -> list | None:
        return None if self.entry.verb == "message posted" else []

    def subject(self) -> str:
        return _("You are named in a message: %(thread)s") % {"thread": self.obj}

    def why(self, user: User) -> str:
        return _("You get this because a message names you, your organisation or your role in the space.")


@register
class Answered(OfAMessage):
    """To the author of the message that is answered."""

    kind = "message_answered"
    verbs = ("message posted",)
    label = gettext_lazy("Somebody answers a message of mine")

    def recipients(self) -> Iterable[User]:
        answered = self.details["message"].answers
        return [] if answered is None else _not_muted(self.obj, [answered.author])

    def subject(self) -> str:
        return _("Your message is answered: %(thread)s") % {"thread": self.obj}

    def why(self, user: User) -> str:
        return _("You get this because you wrote the message that is answered.")


@register
class MessagePosted(OfAMessage):
    """To everyone who has written in the thread, unless it is muted, and to whoever follows it."""

    kind = "message_posted"
    verbs = ("message posted",)
    label = gettext_lazy("New messages where I have written, or which I follow")

    def recipients(self) -> Iterable[User]:
        marks = ReadMark.objects.filter(thread=self.obj)
        authors = User.objects.filter(pk__in=Message.objects.filter(thread=self.obj).values("author"))
        following = User.objects.filter(pk__in=marks.filter(interest=Interest.FOLLOWED).values("user"))
        return (authors | following).exclude(pk__in=marks.filter(interest=Interest.MUTED).values("user"))

    def subject(self) -> str:
        return _("New messages: %(thread)s") % {"thread": self.obj}


@register
class MessageReported(OfADiscussion):
    """To those who manage the space, who settle it."""

    kind = "message_reported"
    verbs = ("message reported",)
    label = gettext_lazy("A message is reported to me as a chair")
    by_mail = of_messages = True

    def recipients(self) -> Iterable[User]:
        members = access.users_in([self.obj.space_id])
        return [user for user, held in members.items() if "manage_space" in held[self.obj.space_id]]

    def holds(self) -> bool:
        return MessageReport.objects.filter(message=self.message, settled_at=None).exists()

    def subject(self) -> str:
        return _("A message is reported to you: %(thread)s") % {"thread": self.obj}

    def why(self, user: User) -> str:
        return _("You get this because you manage the space: a reader asks you to look at a message.")


class _Announcement(OfADiscussion):
    by_mail = True
    asks: ClassVar[str | Promise]

    def holds(self) -> bool:
        return bool(self.obj.asks_acknowledgement)

    def subject(self) -> str:
        asks = self.asks if self.obj.asks_acknowledgement else _("An announcement: %(thread)s")
        return asks % {"thread": self.obj}

    def why(self, user: User) -> str:
        return _("You get this because every member who can read the announcement is asked to acknowledge it.")


@register
class AcknowledgementAsked(_Announcement):
    """To every member who may read the announcement."""

    kind = "acknowledgement_asked"
    verbs = ("acknowledgement asked for",)
    label = gettext_lazy("An announcement asks me to acknowledge it")
    asks = gettext_lazy("Please acknowledge: %(thread)s")

    def recipients(self) -> Iterable[User]:
        return who_has_not_acknowledged(self.obj)


@register
class AcknowledgementReminded(_Announcement):
    """To those who have not acknowledged yet, when a chair asks for it again."""

    kind = "acknowledgement_reminded"
    verbs = ("acknowledgement reminded of",)
    label = gettext_lazy("I am reminded of an announcement")
    asks = gettext_lazy("Still to be acknowledged: %(thread)s")
    reminds = True

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"]


@register
class ThreadClosed(OfADiscussion):
    """To those who take part, unless they have muted it."""

    kind = "thread_closed"
    verbs = ("thread closed",)
    label = gettext_lazy("A discussion in which I take part is closed")

    def recipients(self) -> Iterable[User]:
        return MessagePosted(self.entry, self.obj).recipients()

    def holds(self) -> bool:
        return self.obj.closed_at is not None

    def subject(self) -> str:
        if self.obj.closed_at is None:
            return _("The discussion goes on again: %(thread)s") % {"thread": self.obj}
        return _("The discussion is closed: %(thread)s") % {"thread": self.obj}


def _not_muted(thread: Thread, users: list[User]) -> list[User]:
    muted = ReadMark.objects.filter(thread=thread, user__in=users, interest=Interest.MUTED)
    away = set(muted.values_list("user_id", flat=True))
    return [user for user in users if user.pk not in away]


def who_has_not_acknowledged(thread: Thread) -> list[User]:
    """The members who are asked to acknowledge an announcement and have not."""
    _done, waiting = selectors.acknowledgements_in(thread)
    return waiting
