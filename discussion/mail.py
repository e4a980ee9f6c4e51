"""The e-mail that says that there is something new, and no more: mail lies in other hands, so it stays below AMBER.

`Notification` is the outbox itself. A mail is wanted in the transaction of the deed; whatever is wanted and not done
is taken up by the next run, so a worker that dies loses nothing.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import MailRhythm
from discussion import notifier, selectors
from discussion.models import Notification

logger = logging.getLogger(__name__)
# Whoever took a mail and has not said within this time that it is done has died over it.
TAKEN_FOR = timedelta(minutes=10)
# How long to leave a mail server alone that did not take a mail.
PAUSE = timedelta(minutes=1)


def arrange() -> None:
    """See that the outbox is emptied after this transaction: the tasks are rows in the same database.

    The second run finds nothing to do, unless the worker died over the first.
    """
    send_waiting.enqueue()
    _try_again_after(TAKEN_FOR + PAUSE)


def _try_again_after(pause: timedelta) -> None:
    send_waiting.using(run_after=timezone.now() + pause).enqueue()


@task(queue_name="mail")
def send_waiting() -> None:
    """Send every mail that waits, also those that an earlier worker left behind."""
    for news in _waiting().order_by("pk"):
        if _take(news):
            _send_or_put_back(news)


def _send_or_put_back(news: Notification) -> None:
    try:
        _send(news)
    except Exception:  # the mail server is away, or refuses this address: the next run tries again
        logger.exception("Notification %s could not be mailed.", news.pk)
        Notification.objects.filter(pk=news.pk).update(mail_taken_at=None)
        _try_again_after(PAUSE)
    else:
        # Not where a reminder has come in meanwhile that wants a mail of its own: that one is taken by nobody yet.
        taken = Notification.objects.filter(pk=news.pk, mail_taken_at__isnull=False)
        taken.update(mail_done_at=timezone.now())


def _waiting():
    at_once = Q(user__mail_rhythm=MailRhythm.AT_ONCE)  # for the others see discussion.digests
    return _free().filter(at_once).select_related("user", "entry")


def _free():
    free = Q(mail_taken_at=None) | Q(mail_taken_at__lt=timezone.now() - TAKEN_FOR)
    return Notification.objects.filter(free, mail_wanted=True, mail_done_at=None)


def _take(news: Notification) -> bool:
    """Whether this worker may send it: of two that try, one gets it."""
    # Of this table alone: with another joined in, PostgreSQL would let the one who waited take it as well.
    return bool(_free().filter(pk=news.pk).update(mail_taken_at=timezone.now()))


def _send(news: Notification) -> None:
    """Send, if the reader may still read what it is about and has not looked at it in the meantime."""
    kind, obj = notifier.kind_named(news.kind), selectors.object_of(news, news.user)
    if news.seen_at is not None or not news.user.is_active or kind is None or obj is None:
        return
    if not kind(news.entry, obj).holds():
        return
    reply_to = kind(news.entry, obj).reply_to(news.user)
    with translation.override(news.user.language):
        mail = EmailMessage(
            subject=_("There is something new for you on Accord"),
            body="\n\n".join(_paragraphs(news, may_be_answered=bool(reply_to))),
            to=[news.user.email],
            reply_to=[reply_to] if reply_to else None,
            # The same for a mail that is sent again, so that mail programs show it once.
            headers={"Message-ID": message_id(_name_of_the_mail(news, kind))},
        )
        mail.send()


def _paragraphs(news: Notification, *, may_be_answered: bool) -> list[str]:
    address = settings.BASE_URL + reverse("notification_open", args=[news.key])
    said = _("Hello %(name)s,\n\nthere is something new for you on Accord:\n%(url)s\n\n"
             "For confidentiality this mail says no more.") % {"name": news.user.name, "url": address}  # fmt: skip
    if not may_be_answered:
        return [said]
    return [said, _("Answer this mail to report on it. An answer that begins with “Action:” makes a new action.")]


def _name_of_the_mail(news: Notification, kind: type[notifier.Notification]) -> str:
    return f"{news.key}.{news.created_at:%Y%m%d%H%M%S}" if kind.reminds else news.key


def message_id(name: str) -> str:
    return f"<{name}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('>')}>"
