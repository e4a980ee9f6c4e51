"""A record written by several rapporteurs at once, and followed along by those who attended."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.views.shared import require_or_404
from meetings import selectors, services
from meetings.forms import EditParagraphForm, NewParagraphForm
from meetings.models import Paragraph, Record
from meetings.selectors.writing import may_write, stamp
from meetings.services.writing import SectionTaken

# What a page that saves by itself is told: it was typed wrongly; somebody else writes there; it was older.
WRONG, TAKEN, OLDER = 400, 423, 409


@require_safe
def record_write(request, key):
    """The page of the writing: for rapporteurs with a form in each section, for those who follow along without."""
    record = _draft(request, key)
    user = request.user
    writes, with_names = may_write(record, user), access.may_see_names(user, record)
    sections = selectors.sections_shown(record, user)
    context = {
        "record": record,
        "meeting": record.meeting,
        "space": access.if_readable(user, record.space),
        "sections": [
            (each.section, [(one, stamp(one.version, with_names)) for one in each.paragraphs]) for each in sections
        ],
        "may_write": writes,
        "names_withheld": not with_names,
        "form": NewParagraphForm(record=record) if writes else None,
    }
    return render(request, "meetings/record_write.html", context)


@require_POST
def record_followed(request, key):
    """Let those who attended follow along, or no longer."""
    record = _written(request, key)
    follow = request.POST.get("follow") == "1"
    try:
        services.let_follow_along(request.user, record, follow=follow)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except PermissionDenied as refusal:
        raise Http404 from refusal
    else:
        said = _("Those who attended may follow along now.") if follow else _("Only rapporteurs read the draft now.")
        messages.success(request, said)
    return redirect("record_write", key=key)


@require_POST
def writing_add(request, key, section):
    """Write a paragraph down from the page of the writing; the answer is for its script."""
    record = _written(request, key)
    found = record.sections.readable_by(request.user).filter(pk=section).first()
    if found is None:
        raise Http404
    found.record = record
    form = NewParagraphForm(request.POST, record=record)
    return _saved(form, lambda: services.add_paragraph(request.user, found, **form.as_arguments()))


@require_http_methods(["GET", "HEAD", "POST"])
def writing_change(request, key, paragraph):
    """The form that changes a paragraph in its place, and its saving."""
    record = _written(request, key)
    rows = Paragraph.objects.readable_by(request.user).select_related("section")
    found = rows.filter(section__record=record, key=paragraph).first()
    if found is None:
        raise Http404
    found.section.record = record
    with_names = access.may_see_names(request.user, record)
    form = EditParagraphForm(request.POST or None, paragraph=found, with_names=with_names)
    if request.method == "POST":
        return _saved(form, lambda: services.edit_paragraph(request.user, found, **form.as_arguments()))
    return render(request, "meetings/record_write_form.html", {"form": form, "record": record, "paragraph": found})


def _draft(request, key) -> Record:
    record = access.open_readable(request, Record.objects.of_live_meetings(), meeting__key=key)
    if not record.is_draft:
        raise Http404
    return record


def _written(request, key) -> Record:
    record = _draft(request, key)
    require_or_404(request, "record", record)
    return record


def _saved(form, deed) -> JsonResponse:
    """Do it, and answer a script: what was saved, or what was wrong beside which field."""
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=WRONG)
    try:
        paragraph = deed()
    except services.StaleVersion:
        return JsonResponse({"errors": {"text": [_("Somebody has changed this paragraph meanwhile.")]}}, status=OLDER)
    except SectionTaken as refusal:
        return JsonResponse({"errors": {"__all__": refusal.messages}}, status=TAKEN)
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return JsonResponse({"errors": form.errors}, status=WRONG)
    except (PermissionDenied, ObjectDoesNotExist) as refusal:
        raise Http404 from refusal
    return JsonResponse({"key": paragraph.key, "version": paragraph.version, "text": paragraph.text})
