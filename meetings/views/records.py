"""Records: the page that is read, and what those do there who write it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access, going_on
from coordination.views.shared import attempt, attempt_on_latest, require_or_404
from meetings import selectors, services
from meetings.forms import AgreeForm, AnswerForm, EditParagraphForm, NewParagraphForm, OpenRecordForm
from meetings.going_on import readers_once_circulated
from meetings.models import Answer, Meeting, Paragraph, ParagraphKind, Record, RecordState, Round
from meetings.selectors import circulation

# Each state: the service that leads to it, what its button says, and what is said afterwards.
STEPS = {
    RecordState.DRAFT: (
        services.reopen_record,
        gettext_lazy("Reopen it"),
        gettext_lazy("The record is a draft again: only those who write records read it."),
    ),
    RecordState.CIRCULATED: (
        services.circulate_record,
        gettext_lazy("Circulate it"),
        gettext_lazy("The record is circulated to all whom its marking names."),
    ),
    RecordState.AGREED: (
        services.agree_record,
        gettext_lazy("It is agreed"),
        gettext_lazy("The record is agreed. It is not changed any more."),
    ),
    RecordState.PUBLISHED: (
        services.publish_record,
        gettext_lazy("Publish it"),
        gettext_lazy("The record is published."),
    ),
}


@require_safe
def record_detail(request, key):
    """The record as its reader may see it."""
    return render_record(request, open_record_of(request, key))


def open_record_of(request, key) -> Record:
    """The record of the meeting with this key, for its reader."""
    return access.open_readable(request, Record.objects.of_live_meetings(), meeting__key=key)


def record_of_writer(request, key) -> Record:
    """The record, for those who write records; for all others the page is not there."""
    record = open_record_of(request, key)
    require_or_404(request, "record", record)
    return record


def render_record(request, record: Record, **more):
    """The record's page, with a form on it where one was refused."""
    user = request.user
    steps = services.steps_for(user, record)
    last = services.last_round(record)
    answer = services.answer_open_to(user, record, last)
    context = {
        "record": record,
        "meeting": record.meeting,
        "space": access.if_readable(user, record.space),
        "sections": selectors.sections_shown(record, user),
        "names_withheld": not access.may_see_names(user, record),
        "may_write": record.is_draft and access.can(user, "record", record),
        "may_circulate": not record.is_frozen and access.can(user, "record", record),
        "may_correct": record.is_frozen and access.can(user, "manage", record),
        # Circulating has a page of its own: whom to ask, and until when.
        "steps": [
            {"state": state, "label": STEPS[RecordState(state)][1]}
            for state in steps
            if state != RecordState.CIRCULATED
        ],
        **({} if last is None else _with_the_delegations(request, record, last, answer)),
        **more,
    }
    return render(request, "meetings/record_detail.html", context)


def _with_the_delegations(request, record: Record, last: Round, answer: Answer | None) -> dict[str, Any]:
    """What the page shows of a record that is circulated, or has been."""
    user = request.user
    return {
        "standing": circulation.standing_of(record, user),
        "comments": circulation.comments_of(record, user),
        "corrigenda": circulation.corrigenda_of(record, user) if record.is_frozen else {},
        "reservations": circulation.reservations_on(record, user),
        "agreed_by": circulation.agreed_by(record, user),
        "may_comment": services.may_comment(user, record, last),
        "answer": answer,
        "answer_form": AnswerForm(answer=answer) if answer else None,
    }


@require_POST
def record_open(request, key):
    """Begin the record of a meeting."""
    meeting = access.open_readable(request, Meeting.live_pages(), key=key)
    require_or_404(request, "record", meeting)
    form = OpenRecordForm(request.POST)
    opened = []
    if not attempt(form, lambda: opened.append(services.open_record(request.user, meeting, **form.cleaned_data))):
        raise Http404
    return redirect(opened[0])


@require_POST
def record_move(request, key):
    """Take the record to its next state, or back."""
    record = record_of_writer(request, key)
    state = request.POST.get("state")
    if state not in STEPS:
        raise Http404
    step, _label, done = STEPS[RecordState(state)]
    form = AgreeForm(request.POST)
    reason = {"reason": request.POST.get("reason", "")} if state == RecordState.AGREED else {}
    if attempt(form, lambda: step(request.user, record, **reason)):
        messages.success(request, done)
        still_read = Record.objects.readable_by(request.user).filter(pk=record.pk).exists()
        return redirect(record if still_read else "meeting_list")
    for sentence in form.non_field_errors():
        messages.error(request, sentence)
    return render_record(request, record, agree_form=form) if form.errors.get("reason") else redirect(record)


@require_POST
def record_under_the_rule(request, key):
    """Keep the record under the Chatham House Rule from now on."""
    record = record_of_writer(request, key)
    return _do(request, record, lambda: services.keep_under_chatham_house(request.user, record))


@require_http_methods(["GET", "HEAD", "POST"])
def paragraph_new(request, key, section):
    """Write a paragraph at the end of a section, or below another: the record's page with a form in that section."""
    record = _drafted(request, key)
    found = record.sections.readable_by(request.user).filter(pk=section).first()
    if found is None:
        raise Http404
    source = going_on.source_of(request, readers_once_circulated(found))
    initial = {"kind": ParagraphKind.DECISION, "text": source.as_action()["description"]} if source else {}
    initial["after"] = request.GET.get("after", "")
    form = NewParagraphForm(request.POST or None, record=record, initial=initial)
    made: list[Paragraph] = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.add_paragraph(request.user, found, source=source, **form.as_arguments()))
    ):
        messages.success(request, _("The paragraph is written down."))
        return redirect(made[0])
    return render_record(request, record, form=form, form_in=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def paragraph_edit(request, key, paragraph):
    """Change a paragraph of a draft."""
    record = _drafted(request, key)
    found = open_paragraph(request, record, paragraph)
    with_names = access.may_see_names(request.user, record)
    form = EditParagraphForm(request.POST or None, paragraph=found, with_names=with_names)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_paragraph(request.user, found, **form.as_arguments()),
        lambda: Paragraph.objects.values_list("version", flat=True).get(pk=found.pk),
    ):
        messages.success(request, _("The paragraph is changed."))
        return redirect(found)
    found.refresh_from_db(fields=["text", "version"])
    context = {
        "record": record,
        "paragraph": found,
        "space": access.if_readable(request.user, record.space),
        "form": form,
        # Beside a form that was older than the paragraph: what stands there now, to compare.
        "present": found.text if getattr(form, "is_stale", False) else None,
    }
    return render(request, "meetings/paragraph_edit.html", context)


@require_POST
def paragraph_remove(request, key, paragraph):
    """Strike a paragraph out of a draft."""
    record = _drafted(request, key)
    found = open_paragraph(request, record, paragraph)
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise Http404
    return _do(request, record, lambda: services.remove_paragraph(request.user, found, version=int(version[:9])))


def _drafted(request, key) -> Record:
    record = record_of_writer(request, key)
    if not record.is_draft:
        raise Http404
    return record


def open_paragraph(request, record: Record, key: str) -> Paragraph:
    """A paragraph of the record that the reader may read, else 404."""
    rows = Paragraph.objects.filter(section__record=record).select_related("section__audience")
    found = access.open_readable(request, rows, key=key)
    found.section.record = record
    return found


def _do(request, record: Record, deed):
    """Do what a button asks for; what is refused is said on the record's page."""
    try:
        deed()
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    return redirect(record)
