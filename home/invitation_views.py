"""Invitations out of a sheet, for the offices that invite: sent, matched, looked at, and then all of them or none."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.forms import ColumnsForm, SheetForm
from coordination.models import ImportStage
from coordination.views.imports import ROWS_SHOWN, SECONDS_BETWEEN_LOOKS, sample, template_of
from coordination.views.shared import attempt, posted
from home import many_invitations as services
from home.invitation_plan import COLUMNS
from home.models import InvitationSheet

DEEDS = {"start": services.start_sheet, "again": services.check_sheet_again}


def _require_office(request: Any) -> None:
    if not access.can_in_office(request.user, "invite"):
        raise Http404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite_many(request):
    """Send a sheet of people."""
    _require_office(request)
    form = SheetForm(posted(request), request.FILES or None, most=services.MOST_INVITED)
    made: list[InvitationSheet] = []

    def deed() -> None:
        file, submission = form.cleaned_data["file"], form.cleaned_data["submission"]
        made.append(services.open_sheet(request.user, content=file.read(), file_name=file.name, submission=submission))

    if request.method == "POST" and attempt(form, deed):
        return redirect(made[0])
    running = access.readable_by(InvitationSheet.objects.all(), request.user).defer("rows", "shown", "problems")
    return render(request, "home/invite_many.html", {"form": form, "columns": COLUMNS, "running": running})


@login_required
@require_safe
def invitation_template(request):
    """An empty sheet with the right headings, the values that are taken, and an example."""
    _require_office(request)
    return template_of(request, COLUMNS, "accord-invitations.xlsx")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_sheet(request, key):
    """Where a sheet stands: its columns, its preview, or what came of it. Sent, it matches columns."""
    sheet = _own(request, key)
    form = ColumnsForm(posted(request), job=sheet, columns=COLUMNS)
    if request.method == "POST" and attempt(form, lambda: services.match_sheet(request.user, sheet, form.matching)):
        return redirect(sheet)
    is_open = sheet.stage in (ImportStage.MATCHING, ImportStage.PREVIEW)
    problems = sheet.problems if is_open or sheet.stage == ImportStage.FAILED else []
    context = {
        "job": sheet,
        "form": form if is_open else None,
        "sample": sample(sheet) if is_open else [],
        "problems": problems,
        "number_of_bad_rows": len({number for number, _column, _sentence in problems}),
        "seconds": SECONDS_BETWEEN_LOOKS,
    }
    if sheet.stage == ImportStage.PREVIEW and not problems:
        context["preview"] = services.preview_of(request.user, sheet, ROWS_SHOWN)
    return render(request, "home/invitation_sheet.html", context)


@login_required
@require_POST
def invitation_deed(request, key, deed):
    """Start it, check it again, or throw it away."""
    sheet = _own(request, key)
    try:
        if deed == "discard":
            services.discard_sheet(request.user, sheet)
            messages.success(request, _("The sheet is deleted."))
            return redirect("invite_many")
        if deed not in DEEDS:
            raise Http404
        DEEDS[deed](request.user, sheet)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(sheet)


def _own(request: Any, key: str) -> InvitationSheet:
    _require_office(request)
    sheet: InvitationSheet | None = (
        access.readable_by(InvitationSheet.objects.all(), request.user).filter(key=key).first()
    )
    if sheet is None:
        raise Http404
    return sheet
