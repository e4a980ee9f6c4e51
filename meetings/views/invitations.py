"""Invitations: who is asked to a meeting, and for one organisation its answer and its delegation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.views.shared import attempt, attempt_on_latest, require_or_404
from meetings import selectors, services
from meetings.forms import CancelForm, DelegateForm, InvitationAnswerForm, InviteForm, WriteToDelegateForm
from meetings.models import Invitation
from meetings.views.shared import prepared_meeting, render_below


@login_required
@require_safe
def invitation_list(request):
    """What waits for the answer of the reader's organisation: invitations, and polls on dates."""
    context = {
        "invitations": selectors.my_invitations(request.user)[:100],
        "polls": selectors.my_polls(request.user)[:100],
    }
    return render(request, "meetings/invitation_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_invitations(request, key):
    """Who is invited and what they answered, with a form to invite more."""
    meeting = prepared_meeting(request, key)
    form = InviteForm(request.POST or None, meeting=meeting)
    made: list[Invitation] = []
    if request.method == "POST" and attempt(
        form, lambda: made.extend(services.invite(request.user, meeting, **form.cleaned_data))
    ):
        messages.success(request, _invited(len(made)))
        return redirect("meeting_invitations", key=key)
    invitations = selectors.invitations_to(meeting)
    for invitation in invitations:
        invitation.meeting = meeting
    more = {"form": form, "invitations": invitations, "tally": selectors.tally(invitations)}
    return render_below(request, "meetings/meeting_invitations.html", meeting, **more)


def _invited(number: int) -> str:
    sentence = ngettext("%(number)d organisation is invited.", "%(number)d organisations are invited.", number)
    return sentence % {"number": number}


@require_POST
def meeting_delegations(request, key):
    """Note the delegations of those who accepted as attending."""
    meeting = prepared_meeting(request, key)
    try:
        number = services.note_delegations(request.user, meeting)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("meeting_attendance", key=key)
    sentence = ngettext("%(number)d person is noted.", "%(number)d people are noted.", number)
    messages.success(request, sentence % {"number": number})
    return redirect("meeting_attendance", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request, key):
    """Call the meeting off, or let it take place after all."""
    meeting = prepared_meeting(request, key)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and meeting.is_cancelled:
        services.reinstate_meeting(request.user, meeting)
        messages.success(request, _("The meeting takes place after all."))
        return redirect(meeting)
    if request.method == "POST" and attempt(
        form, lambda: services.cancel_meeting(request.user, meeting, **form.cleaned_data)
    ):
        messages.success(request, _("The meeting is cancelled. Those who were invited are told."))
        return redirect(meeting)
    context = {
        "object": meeting,
        "space": access.if_readable(request.user, meeting.space),
        "form": form,
        "title": _("Cancel the meeting"),
        "label": _("Cancel the meeting"),
    }
    return render(request, "meetings/meeting_deed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_detail(request, key):
    """An invitation, for those who read the meeting; with the form of the answer for those who were asked."""
    invitation = _open(request, key)
    may_answer = access.can(request.user, "answer", invitation)
    form = None
    if may_answer and not invitation.is_withdrawn and not invitation.meeting.is_cancelled:
        form = InvitationAnswerForm(request.POST or None, invitation=invitation)
    if request.method == "POST":
        if form is None:
            raise Http404
        if attempt_on_latest(
            form,
            lambda: services.answer_invitation(request.user, invitation, **form.cleaned_data),
            lambda: Invitation.objects.values_list("version", flat=True).get(pk=invitation.pk),
        ):
            messages.success(request, _("The answer is given."))
            return redirect(invitation)
        invitation = _open(request, key)
    may_record = access.can(request.user, "record", invitation.meeting)
    may_name = access.can(request.user, "name_delegates", invitation) and not invitation.is_withdrawn
    more = {
        "invitation": invitation,
        "replies": selectors.replies_to(invitation) if may_name else [],
        "delegates": selectors.delegates_of(invitation),
        "form": form,
        "may_name": may_name,
        "may_record": may_record,
        "may_write": may_record and not invitation.is_withdrawn,
    }
    return render_below(request, "meetings/invitation_detail.html", invitation.meeting, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def delegate_new(request, key):
    """Name somebody whom the organisation sends."""
    invitation = _named_by(request, key)
    form = DelegateForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and attempt(
        form, lambda: services.name_delegate(request.user, invitation, **form.cleaned_data)
    ):
        messages.success(request, _("The delegation is changed."))
        return redirect("delegate_new", key=key)
    more = {"invitation": invitation, "form": form, "delegates": selectors.delegates_of(invitation)}
    return render_below(request, "meetings/invitation_delegation.html", invitation.meeting, **more)


@require_http_methods(["GET", "HEAD", "POST"])
def delegate_write(request, key, row):
    """Send the invitation by mail to a member of a delegation who has no account."""
    invitation = _prepared(request, key)
    delegate = invitation.delegates.select_related("person").filter(pk=row, person__user=None).first()
    if delegate is None or delegate.person is None or invitation.is_withdrawn:
        raise Http404
    delegate.invitation = invitation
    form = WriteToDelegateForm(request.POST or None, delegate=delegate, writer=request.user)
    if request.method == "POST" and attempt(
        form, lambda: services.write_to_delegate(request.user, delegate, **form.cleaned_data)
    ):
        messages.success(request, _("The invitation is sent, and what becomes of it will be."))
        return redirect(invitation)
    more = {"invitation": invitation, "form": form, "delegate": delegate}
    return render_below(request, "meetings/delegate_write.html", invitation.meeting, **more)


@require_POST
def delegate_remove(request, key, row):
    """Take somebody out of the delegation."""
    invitation = _named_by(request, key)
    found = invitation.delegates.filter(pk=row).first()
    if found is None:
        raise Http404
    found.invitation = invitation
    try:
        services.remove_delegate(request.user, found)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("delegate_new", key=key)


@require_POST
def invitation_withdraw(request, key):
    """Take an invitation back."""
    invitation = _prepared(request, key)
    services.withdraw_invitation(request.user, invitation)
    messages.success(request, _("The invitation is taken back."))
    return redirect("meeting_invitations", key=invitation.meeting.key)


@require_POST
def invitation_take_time(request, key):
    """Move the meeting to the time that the organisation proposed."""
    invitation = _prepared(request, key)
    version = request.POST.get("version", "")
    if not version.isdecimal():
        raise Http404
    try:
        services.take_proposed_time(request.user, invitation, version=int(version[:9]))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(invitation)
    messages.success(request, _("The meeting is moved. All others are asked again."))
    return redirect("meeting_invitations", key=invitation.meeting.key)


def _open(request: HttpRequest, key: str) -> Invitation:
    rows = Invitation.objects.filter(meeting__live=True).for_lists()
    rows = rows.select_related("organisation", "answered_by", "meeting__audience", "meeting__space__audience")
    return access.open_readable(request, rows, key=key)


def _prepared(request: HttpRequest, key: str) -> Invitation:
    invitation = _open(request, key)
    require_or_404(request, "record", invitation.meeting)
    return invitation


def _named_by(request: HttpRequest, key: str) -> Invitation:
    """For those who name its delegation: of the organisation, or of those who prepare the meeting."""
    invitation = _open(request, key)
    require_or_404(request, "name_delegates", invitation)
    if invitation.is_withdrawn:
        raise Http404
    return invitation
