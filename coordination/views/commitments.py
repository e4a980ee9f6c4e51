"""Commitments: their list, one of them with its progress reports, and the forms that make and change one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access, selectors, services
from coordination.forms import CommitmentFilters, EditCommitmentForm, NewCommitmentForm, ReportProgressForm
from coordination.models import Commitment, Space
from coordination.views.actions import HISTORY_SHOWN
from coordination.views.shared import attempt, attempt_on_latest, page_of, posted, require_or_404


@require_safe
def commitment_list(request):
    """The commitments that the reader may read, narrowed down."""
    readable = Commitment.objects.readable_by(request.user)
    filters = CommitmentFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    page = page_of(request, selectors.narrowed_commitments(readable.for_lists(), filters.chosen))
    context = {
        "filters": filters,
        "page": page,
        "spaces": selectors.known_spaces(request.user, page.object_list),
    }
    return render(request, "coordination/commitment_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def commitment_detail(request, key):
    """A commitment, the reports on it, and the form to report more for those who follow it up."""
    commitment = access.open_readable(request, Commitment.objects.for_lists().select_related("created_by"), key=key)
    follows_up = access.can(request.user, "follow_up", commitment)
    if request.method == "POST" and not follows_up:
        raise Http404
    form = ReportProgressForm(posted(request), state=commitment.state)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.report_progress(request.user, commitment, **form.cleaned_data),
        lambda: Commitment.objects.values_list("state", flat=True).get(pk=commitment.pk),
    ):
        messages.success(request, _("Your report is saved."))
        return redirect(commitment)
    manages = access.can(request.user, "manage", commitment)
    context = {
        "commitment": commitment,
        "space": access.if_readable(request.user, commitment.space),
        "article": access.if_readable(request.user, commitment.article),
        "source": selectors.source_of(commitment, request.user),
        "reports": commitment.reports.select_related("author__organisation"),
        "actions": selectors.made_from(commitment, request.user)["actions"],
        "form": form if follows_up else None,
        "may_edit": access.can(request.user, "record", commitment),
        "history": selectors.history_of(commitment)[:HISTORY_SHOWN] if manages else None,
    }
    return render(request, "coordination/commitment_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def commitment_new(request, key):
    """Write down what a party undertook; `?article=` names the article that it stands under."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "record", space)
    form = NewCommitmentForm(posted(request), space=space, reader=request.user, article=request.GET.get("article", ""))
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.make_commitment(request.user, space, **form.cleaned_data))
    ):
        messages.success(request, _("The commitment is written down."))
        return redirect(made[0])
    context = {
        "space": space,
        "form": form,
        "title": _("Write down a commitment"),
        "label": _("Write it down"),
    }
    return render(request, "coordination/new_in_space.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def commitment_edit(request, key):
    """Change the wording, indicator, target and days of a commitment."""
    commitment = access.open_readable(request, Commitment.objects.for_lists(), key=key)
    require_or_404(request, "record", commitment)
    initial = {name: getattr(commitment, name) for name in EditCommitmentForm.base_fields}
    form = EditCommitmentForm(posted(request), initial=initial)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_commitment(request.user, commitment, **form.cleaned_data),
        lambda: Commitment.objects.values_list("version", flat=True).get(pk=commitment.pk),
    ):
        messages.success(request, _("The commitment is changed."))
        return redirect(commitment)
    commitment.refresh_from_db()
    context = {
        "object": commitment,
        "space": access.if_readable(request.user, commitment.space),
        "form": form,
        "title": _("Change the commitment"),
        "present": selectors.present_values(commitment, form) if form.is_stale else None,
    }
    return render(request, "coordination/edit.html", context)
