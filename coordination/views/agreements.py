"""Agreements: their list, one of them as a document and as PDF, its state, and its text out of a file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access, selectors, services
from coordination.agreement_discussions import discussions_of
from coordination.forms import AgreementFilters, AsOfForm, ImportFileForm, ImportTextForm, MoveAgreementForm
from coordination.models import Agreement
from coordination.views.shared import attempt, attempt_on_latest, page_of, posted, require_or_404


@require_safe
def agreement_list(request):
    """The agreements that the reader may read, narrowed down."""
    readable = Agreement.live_pages().readable_by(request.user)
    filters = AgreementFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_agreements(readable, filters.chosen).prefetch_related("parties__organisation")
    context = {"filters": filters, "page": page_of(request, rows)}
    return render(request, "coordination/agreement_list.html", context)


@require_safe
def agreement_detail(request, key):
    """An agreement as a document. `?as_of=` shows the consolidated text beside the one that was signed."""
    agreement = access.open_readable(request, Agreement.live_pages(), key=key)
    context = _document(request, agreement)
    context |= {
        "course": selectors.drawn(context["milestones"], from_right=get_language_bidi()),
        "discussions": discussions_of(agreement, request.user).get(None, []),
        "may_record": access.can(request.user, "record", agreement),
        "may_move": bool(services.states_open_to(request.user, agreement)),
    }
    return render(request, "coordination/agreement_detail.html", context)


def _document(request: HttpRequest, agreement: Agreement) -> dict[str, Any]:
    """What the page and the paper show of an agreement to this reader."""
    today = timezone.localdate()
    form = AsOfForm(request.GET if "as_of" in request.GET else None, initial={"as_of": today})
    as_of = form.cleaned_data["as_of"] if form.is_valid() else None
    amendments = selectors.amendments_to(agreement, request.user)
    if as_of:
        for protocol in {one.agreement for one in amendments if one.takes_effect_on <= as_of}:
            access.note_reading(request, protocol)
    warning = agreement.next_warning(today)
    return {
        "agreement": agreement,
        "space": access.if_readable(request.user, agreement.space),
        "parties": agreement.parties.select_related("organisation__country"),
        "languages": selectors.languages_of(agreement, request.user),
        "relations": selectors.relations_of(agreement, request.user),
        "amended": access.if_readable(request.user, agreement.amends),
        "own_changes": [
            (change, selectors.numbered(change.anchor, change.body)) for change in agreement.amendments.all()
        ],
        "amendments": amendments,
        "in_effect": [one for one in amendments if one.takes_effect_on <= today],
        "as_of_form": form,
        "as_of": as_of,
        "with_marks": request.GET.get("marks") != "0",
        "today": today,
        "text": selectors.text_of(agreement, request.user, amendments, as_of),
        "milestones": selectors.milestones_of(agreement, amendments, today),
        "warning": warning,
        "warning_is_due": warning is not None and warning.is_due(today),
        "notice_is_past": warning is not None and warning.is_notice_past(today),
        "topics": agreement.topics.all(),
    }


@require_safe
def agreement_pdf(request, key):
    """The agreement on paper, as this reader may read it; `?as_of=` as on its page."""
    from coordination.agreement_paper import as_pdf  # it loads the libraries that draw: when somebody prints

    agreement = access.open_readable(request, Agreement.live_pages(), key=key)
    context = _document(request, agreement)
    if context["as_of_form"].is_bound and not context["as_of_form"].is_valid():
        raise Http404  # the page asks for the day; no address of ours is like this one
    response = HttpResponse(as_pdf(context), content_type="application/pdf")
    # Named by its key: the file's name stands in places that nobody clears.
    response["Content-Disposition"] = f'inline; filename="agreement-{agreement.key}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_move(request, key):
    """Move the agreement to another state, with the day and the reason."""
    agreement = access.open_readable(request, Agreement.live_pages(), key=key)
    require_or_404(request, "record", agreement)
    form = MoveAgreementForm(posted(request), agreement=agreement, reader=request.user)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.move_agreement(request.user, agreement, **form.cleaned_data),
        lambda: Agreement.objects.values_list("state", flat=True).get(pk=agreement.pk),
    ):
        messages.success(request, _("The state of the agreement is changed."))
        return redirect(agreement)
    agreement.refresh_from_db()
    context = {
        "agreement": agreement,
        "space": access.if_readable(request.user, agreement.space),
        "form": form,
        "moves": agreement.moves.select_related("author"),
        "is_final": not services.states_open_to(request.user, agreement),
    }
    return render(request, "coordination/agreement_move.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_import(request, key):
    """Read the articles out of a DOCX, show them, and write them once they have been seen."""
    agreement = access.open_readable(request, Agreement.live_pages(), key=key)
    require_or_404(request, "record", agreement)
    preview = ImportTextForm(request.POST if "text" in request.POST else None, agreement=agreement, user=request.user)
    if preview.is_bound and attempt_on_latest(
        preview,
        lambda: services.import_articles(
            request.user, agreement, preview.cleaned_data["text"], version=preview.cleaned_data["version"]
        ),
        lambda: services.agreement_version(Agreement.objects.get(pk=agreement.pk)),
    ):
        messages.success(request, _("The articles are written."))
        return redirect(agreement)
    agreement.refresh_from_db()
    is_sent = request.method == "POST" and not preview.is_bound
    form = ImportFileForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    text = getattr(preview, "cleaned_data", {}).get("text")
    if is_sent and attempt(form, lambda: services.check_may_import(agreement)):
        text = form.text
        preview = ImportTextForm(
            initial={
                "text": ImportTextForm.sealed(agreement, request.user, text),
                "version": services.agreement_version(agreement),
            },
            agreement=agreement,
            user=request.user,
        )
    context = {
        "agreement": agreement,
        "space": access.if_readable(request.user, agreement.space),
        "form": form,
        "preview": preview,
        "text": text,
        "standing": agreement.articles.count(),
        "left": services.left_standing(agreement, text) if text else [],
    }
    return render(request, "coordination/agreement_import.html", context)
