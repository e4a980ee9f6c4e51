"""Imports: the sheet is sent, its columns are matched, its rows are looked at, and then all of them come in or none."""

import tempfile
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access, columns, services, sheets
from coordination.forms import ColumnsForm, SheetForm
from coordination.models import Import, ImportKind, ImportStage, SentSheet, Space
from coordination.views.exports import attachment, streamed
from coordination.views.shared import attempt, posted, require_or_404

# Rows of a preview that are shown; all of them are counted.
ROWS_SHOWN = 100
# A minute of waiting is nothing to worry about; the page says so and asks again.
SECONDS_BETWEEN_LOOKS = 2
DEEDS = {"start": services.start_import, "again": services.check_again}


def _space(request: Any, key: str, kind: str) -> Space:
    space: Space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if kind not in ImportKind.values:
        raise Http404
    require_or_404(request, services.RIGHT_TO_IMPORT[kind], space)
    return space


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request, key, kind):
    """Send a sheet of actions or commitments."""
    space = _space(request, key, kind)
    form = SheetForm(posted(request), request.FILES or None)
    made: list[Import] = []

    def deed() -> None:
        file = form.cleaned_data["file"]
        made.append(
            services.open_import(
                request.user, space, kind, content=file.read(), file_name=file.name,
                submission=form.cleaned_data["submission"],
            )
        )  # fmt: skip

    if request.method == "POST" and attempt(form, deed):
        return redirect(made[0])
    context = {
        "space": space,
        "kind": kind,
        "form": form,
        "columns": columns.IMPORTED[kind],
        "title": _title(kind),
        "running": Import.objects.readable_by(request.user)
        .filter(space=space, kind=kind, created_by=request.user)
        .defer("headings", *services.LARGE_IN_IMPORTS),
    }
    return render(request, "coordination/import_new.html", context)


def _title(kind: str) -> str:
    return _("Import actions") if kind == ImportKind.ACTIONS else _("Import commitments")


@login_required
@require_safe
def import_template(request, key, kind):
    """An empty sheet with the right headings, the values that are taken, and an example."""
    _space(request, key, kind)
    return template_of(request, columns.IMPORTED[kind], f"accord-{kind}.xlsx")


def template_of(request: Any, wanted: Iterable[columns.Column], file_name: str) -> HttpResponseBase:
    target = tempfile.SpooledTemporaryFile()  # noqa: SIM115  closed with the answer
    workbook = sheets.XlsxWriter(target)
    headings = [sheets.Heading(column.key, str(column.label), column.width) for column in wanted]
    workbook.table(_("Rows"), headings, [], {column.key: column.allowed() for column in wanted})
    explained = [[_("Column"), _("What it holds"), _("Values"), _("Example")]]
    for column in wanted:
        needed = " ".join([_("Needed."), str(column.hint)]) if column.required else str(column.hint)
        example = _(column.example) if column.example else ""
        explained.append([str(column.label), needed, ", ".join(column.allowed()), example])
    workbook.front(_("Explained"), explained)
    workbook.close()
    return attachment(streamed(request, target), sheets.XLSX, file_name)


def _own(request: Any, key: str) -> Import:
    """The reader's own import: for nobody else it is there. Looking at it every other second is no reading to note,
    and fetches none of its thousands of rows."""
    jobs = Import.objects.readable_by(request.user).filter(created_by=request.user)
    jobs = jobs.select_related("space__audience", "progress").defer(*services.LARGE_IN_IMPORTS)
    job = jobs.filter(key=key).first()
    if job is None:
        raise Http404
    require_or_404(request, services.RIGHT_TO_IMPORT[job.kind], job.space)
    return job


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request, key):
    """Where an import stands: its columns, its preview, its progress, or what came of it. Sent, it matches columns."""
    job = _own(request, key)
    form = ColumnsForm(posted(request), job=job, columns=columns.IMPORTED[job.kind])
    if request.method == "POST" and attempt(form, lambda: services.match_columns(request.user, job, form.matching)):
        return redirect(job)
    job = _own(request, key)
    is_open = job.stage in (ImportStage.MATCHING, ImportStage.PREVIEW)
    problems = job.problems if is_open or job.stage == ImportStage.FAILED else []
    context = {
        "job": job,
        "space": job.space,
        "title": _title(job.kind),
        "form": form if is_open else None,
        "sample": sample(job) if is_open else [],
        "problems": problems,
        "number_of_bad_rows": len({number for number, _column, _sentence in problems}),
        "seconds": SECONDS_BETWEEN_LOOKS,
    }
    if job.stage == ImportStage.PREVIEW:
        context["preview"] = services.preview_of(request.user, job, ROWS_SHOWN)
        context["may_start"] = not problems and job.made + job.changed > 0
    return render(request, "coordination/import_detail.html", context)


def sample(job: SentSheet) -> list[tuple[int, str, list[str]]]:
    """What stands below each heading in the first rows, so that one sees what it is."""
    first = [cells for _number, cells in job.rows[:3]]
    return [
        (place, heading, [cells[place] for cells in first if place < len(cells) and cells[place]])
        for place, heading in enumerate(job.headings)
    ]


@login_required
@require_POST
def import_deed(request, key, deed):
    """Start it, check it again, or throw it away."""
    job = _own(request, key)
    space = job.space
    try:
        if deed == "discard":
            services.discard_import(request.user, job)
            messages.success(request, _("The sheet is deleted."))
            return redirect(space)
        if deed not in DEEDS:
            raise Http404
        DEEDS[deed](request.user, job)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(job)
