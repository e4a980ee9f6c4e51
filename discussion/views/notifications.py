"""The news of one user."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from discussion import selectors, services
from discussion.models import Notification

NOTIFICATIONS_PER_PAGE = 50


@login_required
@require_safe
def notification_list(request):
    """What happened that concerns the reader, in words made now."""
    page = Paginator(selectors.notifications_of(request.user), NOTIFICATIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "news": selectors.told(page, request.user)}
    return render(request, "discussion/notification_list.html", context)


@login_required
@require_safe
def notification_open(request, key):
    """Go to what the notification is about; it counts as looked at."""
    news = Notification.objects.filter(user=request.user, key=key).first()
    obj = selectors.object_of(news, request.user) if news else None
    if obj is None:
        raise Http404
    services.mark_seen(request.user, news)
    return redirect(obj.get_absolute_url())


@login_required
@require_POST
def notifications_seen(request):
    services.mark_all_seen(request.user)
    messages.success(request, _("All notifications are marked as read."))
    return redirect(reverse("notification_list"))
