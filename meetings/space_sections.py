"""What meetings add to the page of a space."""

from django.urls import reverse
from django.utils.translation import gettext as _

from coordination import access
from coordination.models import Space
from coordination.space_sections import Section, register
from meetings.models import Meeting, Visit

# A part shows what fits; the list behind its link shows the rest.
ROWS_IN_A_SECTION = 10


@register(order=15)
def meetings(space: Space, user: access.Reader) -> Section:
    """The coming meetings and visits."""
    coming = Meeting.live_pages().readable_by(user).filter(space=space).coming()
    visits = Visit.live_pages().readable_by(user).filter(space=space).coming()
    may_add = access.can(user, "record", space)
    return Section(
        name="meetings",
        title=_("Meetings"),
        icon="calendar3",
        template="meetings/sections/meetings.html",
        context={"space_key": space.key, "meetings": coming[:ROWS_IN_A_SECTION], "visits": visits[:ROWS_IN_A_SECTION]},
        url=f"{reverse('meeting_list')}?space={space.key}",
        url_label=_("All meetings"),
        deed_url=reverse("meeting_new", kwargs={"key": space.key}) if may_add else "",
        deed_label=_("Schedule a meeting"),
    )
