"""Polls on dates: one of them with its table, and the forms that open, answer and decide it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access
from coordination.models import Space
from coordination.views.shared import attempt, require_or_404
from meetings import selectors, services
from meetings.forms import NewPollForm, VoteForm
from meetings.models import Meeting, Poll, Vote


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def poll_new(request, key):
    """Ask organisations of the space for a date; of a meeting that is there already with `?meeting=`."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "record", space)
    meeting = None
    if asked := request.GET.get("meeting"):
        meeting = access.open_readable(request, Meeting.live_pages().filter(space=space), key=asked)
        require_or_404(request, "record", meeting)
    form = NewPollForm(request.POST or None, space=space, reader=request.user, meeting=meeting)
    made: list[Poll] = []
    if request.method == "POST" and attempt(
        form,
        lambda: made.append(services.open_poll(request.user, space, meeting=meeting, **form.cleaned_data)),
    ):
        messages.success(request, _("The organisations are asked."))
        return redirect(made[0])
    context = {
        "space": space,
        "form": form,
        "title": _("Find a date"),
        "label": _("Ask for a date"),
        "time_zones": selectors.time_zones(),
    }
    return render(request, "meetings/meeting_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def poll_detail(request, key):
    """A poll: who can come when; for an organisation that was asked, its own answer."""
    poll = _open(request, key)
    organisations = list(poll.organisations.all())
    candidates = selectors.candidates_of(poll, organisations)
    form = None
    if poll.is_open and access.can(request.user, "answer", poll):
        form = VoteForm(request.POST or None, poll=poll, candidates=candidates, reader=request.user)
    if request.method == "POST":
        if form is None:
            raise Http404
        if attempt(form, lambda: services.vote(request.user, poll, form.votes)):
            messages.success(request, _("Your answer is noted."))
            return redirect(poll)
    may_record = access.can(request.user, "record", poll)
    meeting = access.if_readable(request.user, poll.meeting)
    context = {
        "poll": poll,
        "space": access.if_readable(request.user, poll.space),
        "organisations": organisations,
        "rows": [(each, [candidate.votes[number] for candidate in candidates])
                 for number, each in enumerate(organisations)],
        "candidates": candidates,
        "labels": dict(Vote.choices),
        "form": form,
        "meeting": meeting,
        "may_decide": may_record and poll.state == "open",
    }  # fmt: skip
    return render(request, "meetings/poll_detail.html", context)


@require_POST
def poll_decide(request, key):
    """Take one of the candidates, or end the poll without a date."""
    poll = _open(request, key)
    require_or_404(request, "record", poll)
    try:
        if request.POST.get("deed") == "close":
            services.close_poll(request.user, poll)
            messages.success(request, _("The poll is closed."))
            return redirect(poll)
        option = request.POST.get("option", "")
        chosen = poll.options.filter(pk=int(option[:15])).first() if option.isdecimal() else None
        if chosen is None:
            raise Http404
        meeting = services.decide_poll(request.user, poll, chosen)
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
        return redirect(poll)
    messages.success(request, _("The date is found, and those who were asked are invited."))
    return redirect(meeting)


def _open(request: HttpRequest, key: str) -> Poll:
    rows = Poll.objects.select_related("audience", "space__audience", "meeting__audience")
    return access.open_readable(request, rows, key=key)
