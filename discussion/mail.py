"""The e-mail that says that there is something new, and no more: mail lies in other hands, so it stays below AMBER.
What a space allows (`SpaceRules.quoted_in_mail`) is said besides.

`Notification` is the outbox itself (coordination.outbox): a mail is wanted in the transaction of the deed.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.models import MailRhythm
from coordination import access
from coordination.models import Marking
from coordination.outbox import Outbox, own_address
from discussion import mail_stops, notifier, preferences, selectors
from discussion.models import TOLD_WITH, Notification, SpaceRules

# What a space may allow mails to say: of what is marked so.
QUOTED: dict[str, tuple[str, ...]] = {
    "": (),
    Marking.CLEAR: (Marking.CLEAR,),
    Marking.GREEN: (Marking.CLEAR, Marking.GREEN),
}


@task(queue_name="mail")
def send_waiting() -> None:
    """Send every mail that waits, also those that an earlier worker left behind."""
    # Which mail it is depends on the user: for the mails of the day see discussion.digests.
    at_once = Q(mail_rhythm=MailRhythm.AT_ONCE) | Q(mail_rhythm="", user__mail_rhythm=MailRhythm.AT_ONCE)
    is_due = Q(mail_not_before=None) | Q(mail_not_before__lte=timezone.now())
    found = outbox.free().filter(at_once, is_due).select_related("user__organisation", *TOLD_WITH)
    outbox.empty(found.order_by("pk"))


def _send(news: Notification) -> str:
    """Send, if the reader may still read what it is about and has not looked at it in the meantime. Gives the name of
    the field that notes what became of it."""
    told = selectors.told_of(news, news.user)
    if told is None or news.seen_at is not None or not news.user.is_active or not told.holds():
        return "mail_done_at"
    if not told.urgent and (until := preferences.quiet_until(news.user, timezone.now())):
        news.mail_not_before = until
        return "mail_not_before"
    with translation.override(news.user.language), timezone.override(news.user.time_zone):
        letter(news, told).send()
    return "mail_done_at"


def _note(news: Notification, field: str) -> None:
    # Not where a reminder has come in meanwhile that wants a mail of its own: that one is taken by nobody yet.
    taken = Notification.objects.filter(pk=news.pk, mail_taken_at__isnull=False)
    if field == "mail_not_before":
        taken.update(mail_taken_at=None, mail_not_before=news.mail_not_before)
    else:
        taken.update(mail_done_at=timezone.now())


outbox = Outbox(
    waiting=lambda: Notification.objects.filter(mail_wanted=True, mail_done_at=None),
    taken_at="mail_taken_at",
    send=lambda news: _send(news),
    done=_note,
    task=lambda: send_waiting,
)


# --- its words -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Quotation:
    """What a mail says of its object: nothing, unless the space allows it."""

    subject: str = ""
    text: str = ""


def quotation(told: notifier.Notification) -> Quotation:
    marking = access.audience_row(told.obj).marking
    rules = SpaceRules.objects.filter(space=access.space_id_of(told.obj)).first()
    if marking not in QUOTED[rules.quoted_in_mail if rules else ""]:
        return Quotation()
    return Quotation(" ".join(told.subject().split()), told.quoted())


def letter(news: Notification, told: notifier.Notification) -> EmailMessage:
    """The mail, in the language of the moment."""
    quoted, reply_to = quotation(told), told.reply_to(news.user)
    # Of what is urgent there is no end.
    stop = "" if told.urgent else mail_stops.address_of_kind(news)
    said = [
        _("Hello %(name)s,") % {"name": news.user.name},
        *_what(quoted, settings.BASE_URL + reverse("notification_open", args=[news.key])),
        *([told.how_to_reply()] if reply_to else []),
        told.why(news.user),
        *([_("No more mails of this kind:\n%(url)s") % {"url": stop}] if stop else []),
    ]
    return EmailMessage(
        subject=quoted.subject or told.pushed(),
        body="\n\n".join(said),
        to=[news.user.email],
        reply_to=[reply_to] if reply_to else None,
        # The same for a mail that is sent again, so that mail programs show it once.
        headers={"Message-ID": message_id(_name_of_the_mail(news, told)), **(mail_stops.headers(stop) if stop else {})},
    )


def _what(quoted: Quotation, address: str) -> list[str]:
    if not quoted.subject:
        new = _("there is something new for you on Accord:\n%(url)s\n\nFor confidentiality this mail says no more.")
        return [new % {"url": address}]
    return [quoted.subject, *([quoted.text] if quoted.text else []), address]


def _name_of_the_mail(news: Notification, told: notifier.Notification) -> str:
    return f"{news.key}.{news.created_at:%Y%m%d%H%M%S}" if told.reminds else news.key


def message_id(name: str) -> str:
    return f"<{name}@{own_address().rpartition('@')[2]}>"
