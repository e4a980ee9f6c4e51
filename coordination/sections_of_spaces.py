"""Coordination's own parts of a space's page: agreements, actions, commitments, members."""

from django.urls import reverse
from django.utils.translation import gettext as _

from coordination import access
from coordination.models import Action, Agreement, Commitment, Space
from coordination.services import RIGHT_TO_IMPORT
from coordination.space_sections import Section, register

# A part shows what fits; the list behind its link shows the rest.
ROWS_IN_A_SECTION = 10


def _rest(name: str, space: Space, **filters: str) -> str:
    query = "&".join(f"{key}={value}" for key, value in {"space": space.key, **filters}.items())
    return f"{reverse(name)}?{query}"


@register(order=10)
def agreements(space: Space, user: access.Reader) -> Section:
    rows = Agreement.live_pages().readable_by(user).filter(space=space).order_by("title")
    return Section(
        name="agreements",
        title=_("Agreements"),
        icon="file-earmark-text",
        template="coordination/sections/agreements.html",
        context={"agreements": rows[:ROWS_IN_A_SECTION]},
        url=_rest("agreement_list", space),
        url_label=_("All agreements"),
    )


@register(order=20)
def actions(space: Space, user: access.Reader) -> Section:
    rows = Action.objects.standing().readable_by(user).for_lists().filter(space=space)
    may_add = access.can(user, "contribute", space)
    return Section(
        name="actions",
        title=_("Open actions"),
        icon="check2-square",
        template="coordination/sections/due.html",
        context={"objects": rows[:ROWS_IN_A_SECTION], "empty": _("No action is open here.")},
        url=_rest("action_list", space),
        url_label=_("All actions"),
        deed_url=reverse("action_new", kwargs={"key": space.key}) if may_add else "",
        deed_label=_("Add an action"),
    )


@register(order=30)
def commitments(space: Space, user: access.Reader) -> Section:
    rows = Commitment.objects.standing().readable_by(user).for_lists().filter(space=space)
    may_add = access.can(user, "record", space)
    return Section(
        name="commitments",
        title=_("Commitments"),
        icon="flag",
        template="coordination/sections/due.html",
        context={"objects": rows[:ROWS_IN_A_SECTION], "empty": _("No commitment is standing here.")},
        url=_rest("commitment_list", space),
        url_label=_("All commitments"),
        deed_url=reverse("commitment_new", kwargs={"key": space.key}) if may_add else "",
        deed_label=_("Write down a commitment"),
    )


@register(order=80)
def sheets(space: Space, user: access.Reader) -> Section | None:
    """Ways in and out by sheets and calendars, for those who take part."""
    if not access.is_member(user, space.pk):
        return None
    labels = {"actions": _("Import actions from a sheet"), "commitments": _("Import commitments from a sheet")}
    imports = [(kind, label) for kind, label in labels.items() if access.can(user, RIGHT_TO_IMPORT[kind], space)]
    return Section(
        name="sheets",
        title=_("Sheets and calendars"),
        icon="file-earmark-spreadsheet",
        template="coordination/sections/sheets.html",
        context={"imports": imports},
    )


@register(order=90)
def members(space: Space, user: access.Reader) -> Section | None:
    """Who takes part: for those who take part themselves."""
    if access.role_in(user, space.pk) is None:
        return None
    return Section(
        name="members",
        title=_("Members"),
        icon="people",
        template="coordination/sections/members.html",
        context={"members": access.members_of(space)},
        url=reverse("space_members", kwargs={"key": space.key}),
        url_label=_("Members and roles"),
    )
