"""One's own data, taken along; and, for administrators, somebody's request for access or erasure (decision 31)."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from home import erasure, personal_export
from home.account_forms import EraseForm
from home.account_views import for_administrators
from home.models import ExportState, PersonalExport
from knowledge.serving import send


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa", enabled=lambda request: request.method == "POST")
def own_data(request):
    """Everything that Accord holds about whoever asks: made, waited for, fetched."""
    if request.method == "POST":
        personal_export.ask_for_export(request.user, request.user)
        messages.success(request, _("It is being made. Look again in a moment."))
        return redirect("own_data")
    return render(request, "home/own_data.html", {"export": personal_export.export_of(request.user)})


@login_required
@require_safe
@reauthentication_required(app="allauth.mfa")
def own_data_fetch(request, key):
    """The ZIP, for the one whom it is about."""
    ready = PersonalExport.objects.filter(user=request.user, key=key, state=ExportState.READY)
    latest = personal_export.export_of(request.user)
    if latest is None or not ready.filter(pk=latest.pk).exists():
        raise Http404
    answer = send(request, latest.content, f"accord-data-{latest.asked_at:%Y-%m-%d}.zip")
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
@reauthentication_required(app="allauth.mfa")
def account_data(request, pk):
    """A request for access: the export is made for the person, and the administrator never opens it."""
    account = _account(request, pk)
    try:
        personal_export.ask_for_export(request.user, account)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("It is being made. A mail tells the person, who alone can fetch it."))
    return redirect("account_detail", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa", enabled=lambda request: request.method == "POST")
def account_erase(request, pk):
    """What erasing somebody would do; sent, it is done."""
    account = _account(request, pk)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.erase_person(request.user, account, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The person is erased."))
            return redirect("account_detail", pk=pk)
    preview = erasure.preview_of(request.user, account)
    return render(request, "home/account_erase.html", {"account": account, "form": form, "preview": preview})


def _account(request, pk: int) -> User:
    for_administrators(request)
    return get_object_or_404(User.objects.select_related("organisation"), pk=pk)
