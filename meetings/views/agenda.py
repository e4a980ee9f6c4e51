"""The agenda: prepared, put in order, dealt with, carried over; and the documents for its items."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access, attachments, going_on
from coordination.forms import DESCRIPTION_MAX_LENGTH
from coordination.views.shared import attempt, attempt_on_latest, posted
from meetings import selectors, services
from meetings.forms import AgendaItemForm, AskForDocumentForm, EditAgendaItemForm, HandInForm
from meetings.models import AgendaDocument, AgendaItem, Meeting
from meetings.views.shared import open_meeting, prepared_meeting, render_below


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_agenda(request, key):
    """The agenda as those see it who prepare it: to be put in order, with a form to add an item."""
    meeting = prepared_meeting(request, key)
    source = going_on.source_of(request, meeting.audience.tokens)
    initial = _words_of(source) if source is not None else {}
    form = AgendaItemForm(posted(request), meeting=meeting, reader=request.user, initial=initial)
    if request.method == "POST" and attempt(
        form, lambda: services.add_agenda_item(request.user, meeting, source=source, **form.cleaned_data)
    ):
        messages.success(request, _("The item is on the agenda."))
        return redirect("meeting_agenda", key=key)
    return render_below(request, "meetings/meeting_agenda.html", meeting, form=form, **_agenda(request, meeting))


def _words_of(source: Any) -> dict[str, str]:
    """What the form of an item that comes of `source` begins with."""
    words = source.as_action()
    return {"title": words["title"], "description": words["description"][:DESCRIPTION_MAX_LENGTH]}


def _agenda(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    """What the list of the items shows."""
    items, clock = selectors.agenda_with_clock(meeting, request.user)
    following = selectors.next_of_the_series(meeting, request.user)
    return {"agenda": items, "clock": clock, "following": following}


def _answer(request: HttpRequest, meeting: Meeting, problem: str = "") -> HttpResponse:
    """htmx asks for the list alone; everybody else comes back to the page."""
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        if problem:
            messages.error(request, problem)
        return redirect("meeting_agenda", key=meeting.key)
    context = {"meeting": meeting, "problem": problem, **_agenda(request, meeting)}
    return render(request, "meetings/agenda_prepare.html", context)


def _item(meeting: Meeting, key: str) -> AgendaItem:
    item = get_object_or_404(AgendaItem, meeting=meeting, key=key)
    item.meeting = meeting
    return item


# --- their order ---------------------------------------------------------------------------------------------------
@require_POST
def agenda_order(request, key):
    """Put the items into the order in which their keys were sent."""
    meeting = prepared_meeting(request, key)
    try:
        services.order_agenda(request.user, meeting, request.POST.get("order", "").split())
    except ValidationError as refusal:
        return _answer(request, meeting, " ".join(refusal.messages))
    return _answer(request, meeting)


@require_POST
def agenda_item_move(request, key, item):
    """Move an item up or down by one."""
    meeting = prepared_meeting(request, key)
    steps = {"up": -1, "down": 1}
    if request.POST.get("step") not in steps:
        raise Http404
    services.move_agenda_item(request.user, _item(meeting, item), steps[request.POST["step"]])
    return _answer(request, meeting)


# --- one item ------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def agenda_item_edit(request, key, item):
    """Change what the agenda says of an item."""
    meeting = prepared_meeting(request, key)
    found = _item(meeting, item)
    form = EditAgendaItemForm(posted(request), item=found, reader=request.user)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_agenda_item(request.user, found, **form.cleaned_data),
        lambda: AgendaItem.objects.values_list("version", flat=True).get(pk=found.pk),
    ):
        messages.success(request, _("The item is changed."))
        return redirect("meeting_agenda", key=key)
    return _render_item(request, meeting, found, form, _("Change the item"), _("Save"))


def _render_item(
    request: HttpRequest, meeting: Meeting, item: AgendaItem, form: Any, title: str, label: str, **more: Any
) -> HttpResponse:
    context = {"item": item, "form": form, "title": title, "label": label, **more}
    return render_below(request, "meetings/agenda_item.html", meeting, **context)


@require_POST
def agenda_item_finish(request, key, item):
    """Say that an item has been dealt with, or that it has not."""
    meeting = prepared_meeting(request, key)
    services.finish_agenda_item(request.user, _item(meeting, item), request.POST.get("done") == "1")
    return _answer(request, meeting)


@require_POST
def agenda_item_remove(request, key, item):
    """Take an item off the agenda."""
    meeting = prepared_meeting(request, key)
    try:
        services.remove_agenda_item(request.user, _item(meeting, item))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The item is off the agenda."))
    return redirect("meeting_agenda", key=key)


@require_POST
def agenda_carry_over(request, key):
    """Put what has not been dealt with on the agenda of the next meeting of the series."""
    meeting = prepared_meeting(request, key)
    try:
        made = services.carry_over(request.user, meeting)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("meeting_agenda", key=key)
    said = ngettext(
        "%(number)s item is on the next agenda.", "%(number)s items are on the next agenda.", len(made)
    ) % {"number": len(made)}  # fmt: skip
    messages.success(request, said)
    return redirect("meeting_agenda", key=made[0].meeting.key)


# --- documents -----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def agenda_document_ask(request, key, item):
    """Note that a document is to come for an item, from whom and by when."""
    meeting = prepared_meeting(request, key)
    found = _item(meeting, item)
    form = AskForDocumentForm(posted(request), item=found)
    if request.method == "POST" and attempt(
        form, lambda: services.ask_for_document(request.user, found, **form.cleaned_data)
    ):
        messages.success(request, _("The document is asked for."))
        return redirect("meeting_agenda", key=key)
    return _render_item(request, meeting, found, form, _("Ask for a document"), _("Ask for it"))


@require_http_methods(["GET", "HEAD", "POST"])
def agenda_document(request, key, document):
    """A document for the agenda: its files, and the form to hand it in for those who are to send it."""
    meeting = open_meeting(request, key)
    documents = AgendaDocument.objects.select_related("item", "owner")
    found = get_object_or_404(documents, item__meeting=meeting, key=document)
    found.item.meeting = meeting
    may_hand_in = services.may_hand_in(request.user, found)
    if request.method == "POST" and not may_hand_in:
        raise Http404
    files = request.FILES if request.method == "POST" else None
    form = HandInForm(posted(request), files, document=found) if may_hand_in else None
    if form and request.method == "POST" and attempt(
        form, lambda: services.hand_in_document(request.user, found, form.cleaned_data["files"])
    ):  # fmt: skip
        messages.success(request, _("The document is handed in."))
        return redirect(found)
    handed_in = attachments.keeper().files_of(meeting, request.user)
    context = {
        "document": found,
        "form": form,
        "files": [file for file in handed_in if file.came_with == found.pk],
        "may_prepare": access.can(request.user, "record", meeting),
    }
    return render_below(request, "meetings/agenda_document.html", meeting, **context)


@require_POST
def agenda_document_withdraw(request, key, document):
    """Wait for a document no longer."""
    meeting = prepared_meeting(request, key)
    found = get_object_or_404(
        AgendaDocument.objects.select_related("item__meeting"), item__meeting=meeting, key=document
    )
    try:
        services.withdraw_document(request.user, found)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The document is no longer awaited."))
    return redirect("meeting_agenda", key=key)
