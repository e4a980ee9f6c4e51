"""Visits: their list, one of them day by day, and the forms that prepare it."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination import selectors as coordination
from coordination.models import Space
from coordination.views.shared import attempt, attempt_on_latest, page_of, posted, require_or_404
from meetings import selectors, services
from meetings.counterparts import cards_of
from meetings.forms import (
    EditEntryForm,
    EditVisitForm,
    MemberForm,
    NewEntryForm,
    NewVisitForm,
    ProgrammeForm,
    VisitFilters,
    VisitMeetingForm,
    WhoGoesForm,
)
from meetings.models import ItineraryEntry, ItineraryKind, Meeting, Visit, VisitMember
from meetings.selectors.visits import conflicts_of, itinerary_of


@require_safe
def visit_list(request):
    """The visits that the reader may read: those that are coming, or those that are over."""
    readable = Visit.live_pages().readable_by(request.user)
    filters = VisitFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    past = request.GET.get("when") == "past"
    space = filters.chosen("space")
    visits = readable.filter(space=space) if space else readable
    page = page_of(request, visits.past() if past else visits.coming())
    query = {"space": space.key} if space else {}
    context = {
        "filters": filters,
        "page": page,
        "past": past,
        "spaces": coordination.known_spaces(request.user, page.object_list),
        "tabs": [
            {"url": f"?{urlencode(query)}", "label": _("Coming"), "is_current": not past},
            {"url": f"?{urlencode({**query, 'when': 'past'})}", "label": _("Past"), "is_current": past},
        ],
    }
    return render(request, "meetings/visit_list.html", context)


@require_safe
def visit_detail(request, key):
    """A visit: who comes, what for, and what is on each day."""
    visit = open_visit(request, key)
    itinerary = itinerary_of(visit, request.user)
    may_prepare = access.can(request.user, "record", visit)
    found = conflicts_of(itinerary, request.user) if may_prepare else []
    context = {
        "itinerary": itinerary,
        "programme": [slot.meeting for slot in itinerary.slots if slot.meeting],
        "conflicts": found,
        "in_conflict": {slot for conflict in found for slot in conflict.slots},
        "kinds": ItineraryKind.choices,
        "topics": visit.topics.all(),
    }
    return render_visit(request, "meetings/visit_detail.html", visit, "visit_detail", **context)


@require_safe
def visit_matrix(request, key):
    """Who meets whom."""
    visit = open_visit(request, key)
    itinerary = itinerary_of(visit, request.user)
    return render_visit(request, "meetings/visit_matrix.html", visit, "visit_matrix", itinerary=itinerary)


@require_safe
def visit_counterparts(request, key):
    """A card for each of those whom the delegation meets."""
    visit = open_visit(request, key)
    cards = cards_of(itinerary_of(visit, request.user), request.user)
    return render_visit(request, "meetings/visit_counterparts.html", visit, "visit_counterparts", cards=cards)


# --- preparing -----------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit_new(request, key):
    """Plan a visit in the space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "record", space)
    form = NewVisitForm(posted(request), space=space, reader=request.user)
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.plan_visit(request.user, space, **form.cleaned_data))
    ):
        messages.success(request, _("The visit is planned. Add the delegation and the days."))
        return redirect(made[0])
    context = {
        "space": space,
        "form": form,
        "title": _("Plan a visit"),
        "label": _("Plan the visit"),
        "time_zones": selectors.time_zones(),
    }
    return render(request, "meetings/meeting_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def visit_edit(request, key):
    """Change what a visit says of itself."""
    visit = prepared_visit(request, key)
    form = EditVisitForm(posted(request), visit=visit)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_visit(request.user, visit, **form.cleaned_data),
        lambda: Visit.objects.values_list("version", flat=True).get(pk=visit.pk),
    ):
        messages.success(request, _("The visit is changed."))
        return redirect(visit)
    return render_edit(request, Visit.live_pages().get(pk=visit.pk), form, _("Change the visit"))


@require_http_methods(["GET", "HEAD", "POST"])
def visit_delegation(request, key):
    """Who travels, with a form to add somebody."""
    visit = prepared_visit(request, key)
    form = MemberForm(posted(request), visit=visit)
    if request.method == "POST" and attempt(
        form, lambda: services.add_member(request.user, visit, **form.cleaned_data)
    ):
        messages.success(request, _("The delegation is changed."))
        return redirect("visit_delegation", key=key)
    members = VisitMember.objects.for_lists().filter(visit=visit)
    return render_below(request, "meetings/visit_delegation.html", visit, form=form, members=members)


@require_POST
def visit_member_remove(request, key, member):
    """Take somebody out of the delegation."""
    visit = prepared_visit(request, key)
    services.remove_member(request.user, _part(VisitMember, visit, member))
    messages.success(request, _("The delegation is changed."))
    return redirect("visit_delegation", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def visit_entry_new(request, key):
    """Put a site visit, a transport, a reception or free time into the days."""
    visit = prepared_visit(request, key)
    form = NewEntryForm(posted(request), visit=visit, kind=request.GET.get("kind", ""), day=_day(request))
    if request.method == "POST" and attempt(form, lambda: services.add_entry(request.user, visit, **form.cleaned_data)):
        messages.success(request, _("It is in the itinerary."))
        return redirect(visit)
    return _render_timed(request, visit, form, title=_("Add to the itinerary"), label=_("Add it"))


@require_http_methods(["GET", "HEAD", "POST"])
def visit_entry_edit(request, key, entry):
    """Change what is in the days."""
    visit = prepared_visit(request, key)
    found = _part(ItineraryEntry, visit, entry)
    form = EditEntryForm(posted(request), entry=found)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_entry(request.user, found, **form.cleaned_data),
        lambda: ItineraryEntry.objects.values_list("version", flat=True).get(pk=found.pk),
    ):
        messages.success(request, _("The itinerary is changed."))
        return redirect(visit)
    present = coordination.present_values(_part(ItineraryEntry, visit, entry), form) if form.is_stale else None
    return _render_timed(
        request, visit, form, entry=found, title=_("Change the itinerary"), label=_("Save"), present=present
    )


@require_POST
def visit_entry_remove(request, key, entry):
    """Take something out of the days."""
    visit = prepared_visit(request, key)
    services.remove_entry(request.user, _part(ItineraryEntry, visit, entry))
    messages.success(request, _("It is out of the itinerary."))
    return redirect(visit)


@require_http_methods(["GET", "HEAD", "POST"])
def visit_meeting_new(request, key):
    """Schedule a meeting of the visit."""
    visit = prepared_visit(request, key)
    form = VisitMeetingForm(posted(request), visit=visit, reader=request.user, day=_day(request))
    if request.method == "POST" and attempt(
        form, lambda: services.schedule_in_programme(request.user, visit, **form.cleaned_data)
    ):
        messages.success(request, _("The meeting is scheduled, and in the programme."))
        return redirect(visit)
    return _render_timed(
        request, visit, form, title=_("Schedule a meeting of the visit"), label=_("Schedule the meeting")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def visit_programme(request, key):
    """Put a meeting that is in the calendar already into the programme."""
    visit = prepared_visit(request, key)
    form = ProgrammeForm(posted(request), visit=visit, reader=request.user)
    if request.method == "POST" and attempt(
        form, lambda: services.add_to_programme(request.user, visit, form.cleaned_data["meeting"])
    ):
        messages.success(request, _("The meeting is in the programme."))
        return redirect(visit)
    return _render_timed(request, visit, form, title=_("Add a meeting to the programme"), label=_("Add the meeting"))


@require_http_methods(["GET", "HEAD", "POST"])
def visit_meeting_who(request, key, meeting):
    """Who of the delegation goes to a meeting; and the meeting out of the programme again."""
    visit, found = _in_programme(request, key, meeting)
    form = WhoGoesForm(posted(request), visit=visit, meeting=found)
    if request.method == "POST" and attempt(
        form, lambda: services.choose_who_goes(request.user, visit, found, form.cleaned_data["members"])
    ):
        messages.success(request, _("It is noted who goes."))
        return redirect(visit)
    may_note = access.can(request.user, "record", found)
    return render_below(request, "meetings/visit_meeting.html", visit, form=form, meeting=found, may_note=may_note)


@require_POST
def visit_meeting_note(request, key, meeting):
    """Note the delegation as attending a meeting."""
    visit, found = _in_programme(request, key, meeting)
    require_or_404(request, "record", found)
    try:
        number = services.note_delegation(request.user, visit, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("visit_meeting_who", key=key, meeting=meeting)
    told = ngettext("%d person is noted as attending.", "%d people are noted as attending.", number) % number
    messages.success(request, told)
    return redirect("visit_meeting_who", key=key, meeting=meeting)


@require_POST
def visit_meeting_remove(request, key, meeting):
    """Take a meeting out of the programme; it stays in the calendar."""
    visit, found = _in_programme(request, key, meeting)
    services.remove_from_programme(request.user, visit, found)
    messages.success(request, _("The meeting is out of the programme. It stays in the calendar."))
    return redirect(visit)


# --- how every page below a visit begins ---------------------------------------------------------------------------
def open_visit(request, key) -> Visit:
    return access.open_readable(request, Visit.live_pages(), key=key)


def prepared_visit(request, key) -> Visit:
    """The visit, for those who prepare visits in its space; for all others the page is not there."""
    visit = open_visit(request, key)
    require_or_404(request, "record", visit)
    return visit


# The parts of a visit: the name of the address, what the tab says, and whether only those see it who prepare.
TABS = (
    ("visit_detail", lambda: _("Programme"), False),
    ("visit_matrix", lambda: _("Who meets whom"), False),
    ("visit_counterparts", lambda: _("Counterparts"), False),
    ("visit_outcome", lambda: _("Outcome"), False),
    ("letter_list", lambda: _("Letters"), True),
)


def render_visit(request, template, visit, current, **more):
    """A part of a visit, with the tabs that lead to the others."""
    may_prepare = access.can(request.user, "record", visit)
    tabs = [
        {"url": reverse(name, kwargs={"key": visit.key}), "label": label(), "is_current": name == current}
        for name, label, is_for_preparing in TABS
        if may_prepare or not is_for_preparing
    ]
    pack = selectors.briefing_of(visit, request.user)
    if pack is not None:
        pack.visit = visit
        tabs.append({"url": pack.get_absolute_url(), "label": _("Briefing"), "is_current": False})
    return render_below(request, template, visit, tabs=tabs, briefing=pack, may_prepare=may_prepare, **more)


def render_below(request, template, visit, **more):
    """A page below the visit, with the way to it."""
    return render(request, template, {"visit": visit, "space": access.if_readable(request.user, visit.space), **more})


def render_edit(request, visit, form, title):
    context = {
        "object": visit,
        "space": access.if_readable(request.user, visit.space),
        "form": form,
        "title": title,
        "time_zones": selectors.time_zones(),
        "present": coordination.present_values(visit, form) if form.is_stale else None,
    }
    return render(request, "meetings/meeting_edit.html", context)


def _render_timed(request, visit, form, **more):
    return render_below(
        request, "meetings/visit_form.html", visit, form=form, time_zones=selectors.time_zones(), **more
    )


def _part(model, visit, key):
    found = model.objects.filter(visit=visit, key=key).first() if "\0" not in key else None
    if found is None:
        raise Http404
    return found


def _in_programme(request, key, meeting) -> tuple[Visit, Meeting]:
    """A visit and a meeting of its programme, for those who prepare the visit and may read the meeting."""
    visit = prepared_visit(request, key)
    return visit, access.open_readable(request, Meeting.live_pages().filter(visits__visit=visit), key=meeting)


def _day(request) -> date | None:
    """The day that the address names, if it names one."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
