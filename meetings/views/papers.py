"""Records handed out: as PDF, as DOCX, as Akoma Ntoso, and many compiled into one document."""

from collections.abc import Callable, Iterable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coordination import access
from meetings.forms.papers import CompileForm
from meetings.models import Record
from meetings.selectors import papers as selectors

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def record_pdf(request, key):
    """The record on paper, as this reader may read it."""
    from meetings.papers import pdf, records  # they load the libraries that draw: when somebody prints

    copy = _copy(request, key)
    return _handed_out(pdf.as_pdf(records.paper_of(copy)), "application/pdf", f"record-{key}.pdf")


@require_safe
def record_docx(request, key):
    """The same for a word processor."""
    from meetings.papers import docx, records

    copy = _copy(request, key)
    return _handed_out(docx.as_docx(records.paper_of(copy)), DOCX, f"record-{key}.docx")


@require_safe
def record_akoma_ntoso(request, key):
    """The same for archives and other systems: Akoma Ntoso 3.0."""
    from meetings.papers import akoma_ntoso

    copy = _copy(request, key)
    return _handed_out(akoma_ntoso.as_akoma_ntoso(copy), "application/akn+xml; charset=utf-8", f"record-{key}.xml")


def _copy(request, key):
    record = access.open_readable(request, selectors.records_readable(request.user), meeting__key=key)
    return _copies(request, [record])[0]


def _copies(request, records: Iterable[Record]) -> list:
    """The copies for this request's reader; what in them is RED by itself is noted as read."""
    from meetings.papers.copies import copies_for

    copies = copies_for(request.user, list(records))
    for copy in copies:
        for part in copy.read_besides:
            access.note_reading(request, part)
    return copies


def _handed_out(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Named by a key: the name of a file stands in places that nobody clears."""
    answer = HttpResponse(content, content_type=content_type)
    kind = "inline" if content_type == "application/pdf" else "attachment"
    answer["Content-Disposition"] = f'{kind}; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


# --- many in one ---------------------------------------------------------------------------------------------------
@login_required
@require_safe
def record_compile(request):
    """Choose which records go into one document: of a series, a topic, a space or a time."""
    form, found = _chosen(request)
    most = selectors.MOST_COMPILED
    records = list(found[: most + 1])
    context = {
        "filters": form,
        "records": records[:most],
        "too_many": len(records) > most,
        "most": most,
        "query": request.GET.urlencode(),
    }
    return render(request, "meetings/record_compile.html", context)


@login_required
@require_safe
def record_compiled(request, form):
    """The records that were chosen, as one document."""
    from meetings.papers import docx, pdf, records

    writers: dict[str, tuple[Callable, str]] = {"pdf": (pdf.as_pdf, "application/pdf"), "docx": (docx.as_docx, DOCX)}
    if form not in writers:
        raise Http404
    chosen, found = _chosen(request)
    rows = list(found[: selectors.MOST_COMPILED + 1])
    if not chosen.is_valid() or not rows or len(rows) > selectors.MOST_COMPILED:
        return HttpResponseRedirect(f"{reverse('record_compile')}?{request.GET.urlencode()}")  # it says what is wrong
    for record in rows:
        access.note_reading(request, record)
    paper = records.compiled(_title(chosen), _copies(request, rows), _what_was_chosen(chosen))
    write, content_type = writers[form]
    return _handed_out(write(paper), content_type, f"records.{form}")


def _chosen(request):
    readable = selectors.records_readable(request.user)
    form = CompileForm(request.GET, reader=request.user, readable=readable)
    form.is_valid()
    return form, selectors.records_to_compile(readable, form.chosen)


def _title(form: CompileForm) -> str:
    for name in ("series", "topic", "space"):
        if one := form.chosen(name):
            return str(one)
    return _("Records of meetings")


def _what_was_chosen(form: CompileForm) -> list[tuple[str, str]]:
    """What the document is made of, on its first page."""
    facts = [(_("Series"), "series"), (_("Topic"), "topic"), (_("Space"), "space")]
    days = [(_("From"), "since"), (_("Until"), "until")]
    return [
        *((label, str(form.chosen(name) or "")) for label, name in facts),
        *((label, formats.date_format(day, "DATE_FORMAT")) for label, name in days if (day := form.chosen(name))),
    ]
