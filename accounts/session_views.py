"""The reader's own sessions: seen, and ended one by one or all but this one."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import devices, services, sessions


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.mfa", enabled=lambda request: request.method == "POST")
def session_list(request):
    rows = sessions.of(request.user)
    here = request.session.session_key
    if request.method == "POST":
        chosen = request.POST.get("end", "")
        rows = rows.exclude(session_key=here)
        if chosen != "others":
            rows = rows.filter(pk=chosen if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0)
        ended = services.end_sessions(request.user, rows, request.user)
        if ended:
            sentence = ngettext("%(number)d session has ended.", "%(number)d sessions have ended.", ended)
            messages.success(request, sentence % {"number": ended})
        return redirect("session_list")
    shown = [
        {
            "pk": row.pk,
            "device": devices.in_words(row.user_agent) or _("another program"),
            "address": "" if row.ip == sessions.NO_ADDRESS else row.ip,
            "began": row.created_at,
            "seen": row.last_seen_at,
            "is_this": row.session_key == here,
        }
        for row in rows
    ]
    return render(request, "accounts/session_list.html", {"sessions": shown})
