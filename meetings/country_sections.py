"""What meetings add to the page of a country: the coming ones and the latest, held there or called by its bodies."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from coordination import access
from coordination.country_sections import register
from coordination.models import Country
from coordination.space_sections import Section
from meetings.models import Meeting

ROWS = 5


@register(order=30)
def meetings(country: Country, user: access.Reader) -> Section | None:
    found = Meeting.live_pages().readable_by(user).filter(Q(organiser__country=country) | Q(space__country=country))
    rows = [*found.coming()[:ROWS], *found.past()[:ROWS]][:ROWS]
    if not rows:
        return None
    return Section(
        name="meetings",
        title=_("Meetings"),
        icon="calendar3",
        template="meetings/sections/of_a_country.html",
        context={"meetings": rows},
        url=reverse("meeting_list"),
        url_label=_("All meetings"),
    )
