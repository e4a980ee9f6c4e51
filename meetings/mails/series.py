"""One user's calendar and a whole series: the rule and its exceptions, as one object."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings import calendar, recurrence
from meetings.calendar import Method, Shown
from meetings.mails.posting import Letter, between, next_number, partstat, post, without_gaps
from meetings.models import CalendarMail, Invitation, Meeting, Series, SeriesMail
from meetings.services import calendar_mails


def send(row: SeriesMail) -> bool:
    """Send what holds at this moment, and note in `row` what its reader has been told; whether there was anything."""
    is_invited = row.user_id in {user.pk for user in calendar_mails.recipients_of_series(row.series)}
    if not is_invited and not row.told:
        return False
    own, hidden = calendar_mails.days_told_to(row.user, row.series)
    state = calendar_mails.state_of_series(row.series, own, hidden) if is_invited else ""
    if row.told == state:
        return False
    with translation.override(row.user.language), timezone.override(row.user.time_zone):
        letter = _invitation(row, own, hidden) if is_invited else _end(row)
        post(row, letter, row.user.email, state)
    row.told = state
    if not is_invited:
        calendar_mails.tell_of_single_meetings(row)
    return True


def _invitation(row: SeriesMail, own: list[Meeting], hidden: list) -> Letter:
    shown, is_new = calendar.SHOWN_BY_MAIL.get(row.series.marking, Shown.ALL), not row.told
    if shown is Shown.ALL:
        subject = _("Invitation: %(title)s") if is_new else _("Changed: %(title)s")
        subject %= {"title": row.series.title}
    else:
        subject = _("You are invited to meetings") if is_new else _("Meetings to which you are invited have changed")
    text = _told(row.series, row, shown)
    if shown is Shown.NOTHING:
        had_entry = row.sequence is not None
        return Letter(subject, text, Method.CANCEL if had_entry else None, _take_back(row) if had_entry else b"")
    letter = between(row)
    row.sequence = next_number(row, row.series.sequence)
    content = calendar.request_series(
        row.series, own, hidden, _address(row.series), letter,
        sequence=row.sequence, shown_by=calendar.SHOWN_BY_MAIL, statuses=_statuses(row), address_of=_address,
    )  # fmt: skip
    return Letter(subject, text, Method.REQUEST, content)


def _end(row: SeriesMail) -> Letter:
    """No word of what it is: the reader may not be allowed to read it any more."""
    text = _("Hello %(name)s,\n\nmeetings to which you were invited are no longer for you.") % {"name": row.user.name}
    had_entry = row.sequence is not None
    return Letter(
        _("You are no longer invited to meetings"),
        text,
        Method.CANCEL if had_entry else None,
        _take_back(row) if had_entry else b"",
    )


def _take_back(row: SeriesMail) -> bytes:
    row.sequence = next_number(row, row.series.sequence)
    return calendar.cancellation_of_series(row.series, between(row), sequence=row.sequence)


def _statuses(row: SeriesMail) -> dict[int, str]:
    """What is answered of the days that have a meeting of their own: by the user, or else by the organisation."""
    of_days = {"meeting__series": row.series, "meeting__recurrence_id__isnull": False}
    invitations = Invitation.objects.standing().filter(organisation=row.user.organisation_id, **of_days)
    own = CalendarMail.objects.filter(user=row.user, **of_days).exclude(reply="")
    answers = [*invitations.values_list("meeting", "answer"), *own.values_list("meeting", "reply")]
    return {meeting: partstat(answer) for meeting, answer in answers}


# --- its words -----------------------------------------------------------------------------------------------------
def _address(obj: Series | Meeting) -> str:
    return settings.BASE_URL + obj.get_absolute_url()


def _told(series: Series, row: SeriesMail, shown: Shown) -> str:
    lines = [_("Hello %(name)s,") % {"name": row.user.name}, ""]
    lines += [_("your organisation is invited to meetings that come again:"), ""]
    if shown is Shown.ALL:
        lines.append(series.title)
    if shown is not Shown.NOTHING:
        rule = {"rule": recurrence.in_words(series), "time": f"{series.starts_at_time:%H:%M}", "zone": series.time_zone}
        lines.append(_("%(rule)s, at %(time)s (%(zone)s)") % rule)
    if shown is Shown.ALL:
        lines.append(", ".join(filter(None, [series.place, series.room])))
    lines += ["", _("Read more, and answer for each of them:"), _address(series)]
    if shown is not Shown.ALL:
        lines += ["", _("For confidentiality this mail says no more.")]
    return without_gaps(lines)
