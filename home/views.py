"""The public front page, the desk of whoever is signed in, and the invitations that offices send."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import InvitationForm
from coordination import access, selectors
from coordination.models import Country, Topic
from home import selectors as home_selectors
from home import services
from home.models import HomePage
from knowledge import selectors as knowledge_selectors
from meetings import selectors as meetings_selectors
from search import saved

# A desk shows what fits a screen; the lists show the rest.
ACTIONS_ON_THE_DESK = 10
COMMITMENTS_ON_THE_DESK = 6
MEETINGS_ON_THE_DESK = 5
RECORDS_ON_THE_DESK = 5
NEWS_ON_THE_DESK = 10
NEWS_ON_THE_FRONT = 3
SERVICE_POINTS_ON_THE_FRONT = 9


@require_safe
def front(request):
    """What the programme is: the same for everyone."""
    context = {
        "page": HomePage.objects.live().first(),
        "countries": Country.objects.filter(in_programme=True),
        "topics": Topic.objects.all(),
        "service_points": knowledge_selectors.public_service_points()[:SERVICE_POINTS_ON_THE_FRONT],
        "news": knowledge_selectors.public_news()[:NEWS_ON_THE_FRONT],
    }
    return render(request, "home/front.html", context)


@login_required
@require_safe
def desk(request):
    """What the reader must do, what is coming, what waits for agreement, what is new; the longest overdue first."""
    user = request.user
    standing = home_selectors.standing_of(user)
    context = {
        "standing": standing,
        "counts": _counts(standing),
        "actions": selectors.actions_of(user)[:ACTIONS_ON_THE_DESK],
        "commitments": selectors.commitments_of(user)[:COMMITMENTS_ON_THE_DESK],
        "escalated": selectors.escalated_to(user),
        "meetings": meetings_selectors.coming_meetings(user)[:MEETINGS_ON_THE_DESK],
        "records": home_selectors.records_to_agree(user)[:RECORDS_ON_THE_DESK],
        "access_reviews": selectors.access_reviews_for(user),
        "reports_to_review": selectors.reports_to_review(user).count(),
        "pages_to_look_through": knowledge_selectors.number_past_review(user),
        "searches_with_news": saved.searches_with_news(user),
        "news": home_selectors.new_in_spaces(user, NEWS_ON_THE_DESK),
    }
    return render(request, "home/desk.html", context)


def _counts(standing: home_selectors.Standing) -> list[dict]:
    """The strip of numbers at the head of the desk."""
    return [
        {
            "number": standing.overdue,
            "label": ngettext("action overdue", "actions overdue", standing.overdue),
            "icon": "exclamation-triangle-fill" if standing.overdue else "check-circle",
            "tone": "danger",
            "url": reverse("action_list") + "?whose=ours&overdue=on" if standing.overdue else "",
        },
        {
            "number": standing.due_soon,
            "label": ngettext("action due within two weeks", "actions due within two weeks", standing.due_soon),
            "icon": "hourglass-split",
            "tone": "warn",
        },
        {
            "number": standing.open_actions,
            "label": ngettext("action open in all", "actions open in all", standing.open_actions),
            "icon": "check2-square",
        },
        {
            "number": standing.at_risk,
            "label": ngettext("commitment at risk or overdue", "commitments at risk or overdue", standing.at_risk),
            "icon": "flag",
            "tone": "warn",
        },
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    """Invite somebody; for the offices that may. For everyone else the page is not there."""
    if not access.can_in_office(request.user, "invite"):
        raise Http404
    form = InvitationForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            invited = services.invite_person(request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": invited.email})
            return redirect("invite")
    return render(request, "home/invite.html", {"form": form})


def form_too_old(request, reason=""):
    """A form without its token: Django's own page would lack the frame."""
    return render(request, "403_csrf.html", status=403)


def nothing_here(request, exception):
    """The answer to an address of nothing, and to one of what is closed: the same, as soon, and with no question to the
    database besides who asks. It has neither the menu of spaces nor a number of what is new."""
    bare = {"frame_spaces": [], "frame_unread": 0, "frame_programme": None, "frame_emergencies": []}
    return render(request, "404.html", bare, status=404)
