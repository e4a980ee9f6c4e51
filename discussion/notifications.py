"""What a discussion tells those who take part in it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from discussion.models import Message
from discussion.notifier import Notification, register


@register
class MessagePosted(Notification):
    """To everyone who has written in the thread: somebody has answered."""

    kind = "message_posted"
    verbs = ("message posted",)
    by_mail = True

    def recipients(self) -> Iterable[User]:
        return User.objects.filter(pk__in=Message.objects.filter(thread=self.obj).values("author"))

    def subject(self) -> str:
        return _("New messages: %(thread)s") % {"thread": self.obj}
