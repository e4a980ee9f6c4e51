"""Commitments: one of them with its reports and their verdicts, and the forms that make and change one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access, attachments, selectors, services
from coordination.forms import (
    EditCommitmentForm,
    NewCommitmentForm,
    ReportProgressForm,
    ReviewForm,
)
from coordination.models import Commitment, Space, Verdict
from coordination.views.actions import HISTORY_SHOWN
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def commitment_detail(request, key):
    """A commitment: how it goes, the form to report on it for those who follow it up, and what has been reported."""
    commitment = _opened(request, key)
    if not access.can(request.user, "follow_up", commitment):
        if request.method == "POST":
            raise Http404
        return _render_detail(request, commitment)
    form = ReportProgressForm(
        posted(request),
        request.FILES if request.method == "POST" else None,
        commitment=commitment,
        may_record=access.can(request.user, "record", commitment),
        may_attach=attachments.keeper().may_attach(request.user, commitment),
    )
    if request.method == "POST":
        if attempt_on_latest(
            form,
            lambda: services.report_progress(request.user, commitment, **form.cleaned_data),
            lambda: Commitment.objects.values_list("state", flat=True).get(pk=commitment.pk),
        ):
            messages.success(request, _("Your report is saved. It waits for acceptance."))
            return redirect(commitment)
        form.let_go_of_files()
        commitment = _opened(request, key)
    return _render_detail(request, commitment, form=form)


@require_POST
def report_review(request, key, report):
    """Accept a report on a commitment, or return it with a reason."""
    commitment = _opened(request, key)
    reviewed = get_object_or_404(commitment.reports.select_related("author"), key=report)
    reviewed.commitment = commitment
    if not services.may_review(request.user, reviewed):
        raise Http404
    form = ReviewForm(request.POST)
    if attempt(form, lambda: services.review_report(request.user, reviewed, **form.cleaned_data)):
        accepted = form.cleaned_data["verdict"] == Verdict.ACCEPTED
        messages.success(request, _("The report is accepted.") if accepted else _("The report is returned."))
        return redirect(commitment)
    return _render_detail(request, _opened(request, key), review=form, reviewed=reviewed)


def _opened(request, key) -> Commitment:
    return access.open_readable(request, Commitment.objects.for_lists().select_related("created_by"), key=key)


def _render_detail(request, commitment, *, form=None, review=None, reviewed=None):
    """The page; with `form` for those who report, and `review` as it came back from the verdict on `reviewed`."""
    user = request.user
    keeper = attachments.keeper()
    files = list(keeper.files_of(commitment, user))
    reports = selectors.reports_on(commitment, user, files)
    context = {
        "commitment": commitment,
        "space": access.if_readable(user, commitment.space),
        "article": access.if_readable(user, commitment.article),
        "source": selectors.source_of(commitment, user),
        "partners": commitment.partners.all(),
        "outlook": selectors.outlook_of(commitment, [one.report for one in reports]),
        "reports": reports[::-1],
        # Whoever has a verdict to give finds the reports first.
        "awaits_verdict": review is not None or any(one.may_review for one in reports),
        "files": [(file, keeper.may_remove(user, file)) for file in files],
        "actions": selectors.made_from(commitment, user)["actions"],
        "form": form,
        "review": review,
        "reviewed": reviewed,
        "may_edit": access.can(user, "record", commitment),
        "history": selectors.history_of(commitment)[:HISTORY_SHOWN] if access.can(user, "manage", commitment) else None,
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
    """Change the wording, indicator, numbers, partners and days of a commitment."""
    commitment = access.open_readable(request, Commitment.objects.for_lists(), key=key)
    require_or_404(request, "record", commitment)
    form = EditCommitmentForm(posted(request), commitment=commitment, reader=request.user)
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
