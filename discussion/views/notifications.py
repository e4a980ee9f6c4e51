"""The news of one user, and how the user hears of them."""

from pathlib import Path

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.devices import in_words
from accounts.models import User
from coordination import access
from coordination.models import Space
from discussion import mail_stops, push, selectors, services
from discussion.models import TOLD_WITH, Notification, QuietHours, SpaceRules, Thread
from discussion.preference_forms import ChoicesForm, QuietHoursForm, SpaceMailForm

NOTIFICATIONS_PER_PAGE = 50


# --- news ----------------------------------------------------------------------------------------------------------
@login_required
@require_safe
def notification_list(request):
    """What happened that concerns the reader, in words made now."""
    page = Paginator(selectors.notifications_of(request.user), NOTIFICATIONS_PER_PAGE).get_page(request.GET.get("page"))
    days = selectors.by_day_and_object(selectors.told(page, request.user))
    return render(request, "discussion/notification_list.html", {"page": page, "days": days})


@login_required
@require_safe
def notification_open(request, key):
    """Go to what the notification is about; it counts as looked at."""
    news, told = _own_news(request, key)
    services.mark_seen(request.user, news)
    return redirect(told.address())


@login_required
@require_POST
def notification_seen(request, key):
    """Mark one as looked at, without going there."""
    news, _told = _own_news(request, key)
    services.mark_seen(request.user, news)
    return redirect("notification_list")


def _own_news(request, key):
    news = Notification.objects.filter(user=request.user, key=key).select_related(*TOLD_WITH).first()
    told = selectors.told_of(news, request.user) if news else None
    if told is None:
        raise Http404
    return news, told


@login_required
@require_POST
def notifications_seen(request):
    services.mark_all_seen(request.user)
    messages.success(request, _("All notifications are marked as read."))
    return redirect("notification_list")


@login_required
@require_POST
def acknowledgement_remind(request, key):
    """Remind those who have not acknowledged an announcement yet: a chair's."""
    thread = get_object_or_404(Thread.objects.readable_by(request.user), key=key)
    try:
        number = services.remind_to_acknowledge(request.user, thread)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    messages.success(request, _("They are reminded: %(number)d.") % {"number": number})
    return redirect("thread_acknowledgements", key=key)


# --- how news come -------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_choices(request):
    """A row for each kind of news, quiet hours, browsers, and where spaces differ."""
    form = ChoicesForm(request.POST if request.POST.get("part") == "kinds" else None, request.user)
    present = QuietHours.objects.filter(user=request.user).first()
    hours = QuietHoursForm(request.POST if request.POST.get("part") == "hours" else None, instance=present)
    if form.is_valid():
        services.choose(request.user, dict(form.choices()))
        return _saved(request, "notification_choices")
    if hours.is_valid() and _set_quiet_hours(request.user, hours):
        return _saved(request, "notification_choices")
    context = {
        "form": form,
        "hours": hours,
        "differing": selectors.differing_spaces(request.user),
        "spaces": selectors.own_spaces(request.user),
        "browsers": selectors.browsers_of(request.user) if push.is_offered() else None,
        "push_key": push.public_key() if push.is_offered() else "",
    }
    return render(request, "discussion/notification_choices.html", context)


def _set_quiet_hours(user, hours) -> bool:
    try:
        services.set_quiet_hours(user, **hours.cleaned_data)
    except ValidationError as refusal:
        hours.add_error(None, refusal)
        return False
    return True


def _saved(request, name, **kwargs):
    messages.success(request, _("Your preferences are saved."))
    return redirect(name, **kwargs)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_choices_in_space(request, key):
    """The same table for one space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if access.role_in(request.user, space.pk) is None:
        raise Http404
    form = ChoicesForm(request.POST or None, request.user, space)
    if form.is_valid():
        services.choose(request.user, dict(form.choices()), space)
        return _saved(request, "notification_choices_in_space", key=key)
    return render(request, "discussion/notification_choices_in_space.html", {"form": form, "space": space})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_mail(request, key):
    """What mails about what lies in the space may say: its chair's."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    if not access.can(request.user, "manage", space):
        raise Http404
    form = SpaceMailForm(request.POST or None, instance=SpaceRules.objects.filter(space=space).first())
    if form.is_valid():
        services.allow_in_mail(request.user, space, form.cleaned_data["quoted_in_mail"])
        messages.success(request, _("What mails may say is changed."))
        return redirect("space_mail", key=key)
    return render(request, "discussion/space_mail.html", {"form": form, "space": space})


# --- ending mails --------------------------------------------------------------------------------------------------
# Sent by mail programs, without a session and from nowhere: what it ends is said by the signature alone.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request, token):
    """End mails of one kind, or the digests, by the link of a mail; looking at it ends nothing."""
    ended = mail_stops.what_it_ends(token)
    if ended is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        if isinstance(ended, User):
            services.stop_digests(ended)
        else:
            services.stop_mails(ended)
    user = ended if isinstance(ended, User) else ended.user
    with override(user.language):
        answer = render(request, "discussion/mail_stop.html", {"is_done": is_done, "token": token})
    answer["Referrer-Policy"] = "no-referrer"
    return answer


# --- pushes --------------------------------------------------------------------------------------------------------
@login_required
@require_POST
def push_subscribe(request):
    """The browser asks to be told of news, in the words of its PushSubscription."""
    if not push.is_offered():
        raise Http404
    names = ("endpoint", "p256dh", "auth")
    try:
        services.subscribe(
            request.user,
            request.session.session_key,
            **{name: request.POST.get(name, "")[:1000] for name in names},
            browser=in_words(request.headers.get("User-Agent", "")),
        )
    except ValidationError as refusal:
        return JsonResponse({"problem": refusal.messages[0]}, status=400)
    return HttpResponse(status=204)


@login_required
@require_POST
def push_remove(request, key):
    services.unsubscribe(request.user, key)
    return _saved(request, "notification_choices")


@require_safe
def push_worker(request):
    """The service worker that shows pushes: at the root, so that it can open every page. It keeps nothing."""
    found = finders.find("accord/js/push-worker.js")
    if not isinstance(found, str):
        raise Http404
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
