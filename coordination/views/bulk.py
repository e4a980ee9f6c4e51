"""Many actions changed at once, in two steps: what would happen, and then all of it or nothing."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from coordination import access, selectors, services
from coordination.forms import BULK_FORMS, ActionFilters, BulkForm, MoveActionForm
from coordination.models import Action
from coordination.models.marking import is_key
from coordination.views.action_lists import list_address, whole_number
from coordination.views.shared import attempt_on_latest, require_or_404

# What the address of a list may hold; an action's key beyond this is none.
QUERY_MAX_LENGTH = 2000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_change(request):
    """Change the actions chosen in the list. What its reader may not read is as if it were not there."""
    if request.method != "POST":
        return redirect("action_list")
    query = request.POST.get("query", "")[:QUERY_MAX_LENGTH]
    back = list_address(reverse("action_list"), selectors.only_these(query, set(ActionFilters.base_fields)))
    seen = _seen(request)
    actions, is_cut = _chosen(request, query, seen)
    if not actions:
        messages.warning(request, _("Choose at least one action, then change it."))
        return redirect(back)
    form_class = BULK_FORMS.get(request.POST.get("deed", ""), BULK_FORMS["owner"])
    # Who takes part is told of those spaces alone in which the actor takes a hand.
    contributes = {key for key, held in access.memberships(request.user).items() if "contribute_space" in held}
    spaces = sorted({action.space_id for action in actions} & contributes)
    is_sent = "preview" in request.POST or "confirm" in request.POST
    form = form_class(request.POST if is_sent else None, spaces=spaces)
    outcomes = []
    if is_sent and form.is_valid():
        if "confirm" in request.POST and request.POST.get("previewed") == _digest(request, form):
            number, outcomes = _change(request, form, {action: seen.get(action.key, 0) for action in actions})
            if not outcomes:
                return _done(request, number, back)
        # Refused ones first: whoever confirms sees at once what keeps the others waiting.
        outcomes = _previewed(request.user, form, actions, outcomes)
    refused = {outcome.action.pk: outcome for outcome in outcomes if outcome.refusal}
    changed = {outcome.action.pk: outcome.changed for outcome in outcomes if outcome.changed}
    _say_beside_the_fields(form, refused, changed)
    context = {
        "form": form,
        "title": form_class.title,
        "deed": form_class.name,
        "query": query,
        "back": back,
        "rows": [
            {"action": action, "refused": refused.get(action.pk), "changes": _changes(action, changed.get(action.pk)),
             "is_chosen": action.pk not in refused}
            for action in actions
        ],
        "is_previewed": bool(outcomes) and not form.errors,
        "previewed": _digest(request, form) if outcomes else "",
        "going": len(changed),
        "refused": [outcome for outcome in outcomes if outcome.refusal],
        "is_cut": is_cut,
        "at_most": services.CHANGED_AT_ONCE,
    }  # fmt: skip
    return render(request, "coordination/action_change.html", context)


def _seen(request: HttpRequest) -> dict[str, int]:
    """The keys of the actions whose boxes are ticked, each with the version that the page showed; the list shows none.

    One field for each action: a form of more than a thousand fields is refused whole.
    """
    pairs = (one.partition(":") for one in request.POST.getlist("chosen")[: services.CHANGED_AT_ONCE + 1])
    return {key: whole_number(version, 0) for key, _colon, version in pairs if is_key(key)}


def _chosen(request: HttpRequest, query: str, seen: dict[str, int]) -> tuple[list[Action], bool]:
    """The actions chosen, up to the bound: by their boxes, or all that match the filter; and whether some are left."""
    readable: Any = access.readable_at_once(Action.objects.all(), request.user)
    if "all" in request.POST:
        filters = ActionFilters(QueryDict(query), reader=request.user, readable=readable)
        filters.is_valid()
        rows: Any = selectors.narrowed_actions(readable, request.user, filters.chosen)
    else:
        rows = readable.filter(key__in=seen)
    found: list[Action] = list(rows.for_lists()[: services.CHANGED_AT_ONCE + 1])
    return found[: services.CHANGED_AT_ONCE], len(found) > services.CHANGED_AT_ONCE


def _digest(request, form: BulkForm) -> str:
    """What was previewed, in short: a form that was changed since is previewed anew."""
    sent = [(name, request.POST.getlist(name)) for name in sorted(form.fields) if name != "submission"]
    return hashlib.sha256(repr([form.name, sent]).encode()).hexdigest()


def _change(request, form: BulkForm, seen: dict[Action, int]) -> tuple[int, list[services.Outcome]]:
    """Change them all. Gives how many were changed, or, where none was, what was refused."""
    try:
        return services.change_actions(request.user, seen, form.deed(), form.cleaned_data["submission"]), []
    except services.SomeRefused as refusal:
        return 0, refusal.outcomes
    except PermissionDenied as refusal:  # the form was another's
        raise Http404 from refusal


def _previewed(user, form: BulkForm, actions: list[Action], refused: list[services.Outcome]) -> list[services.Outcome]:
    """What would happen to each, as it stands now; what was just refused stays refused until it is chosen again."""
    known = {outcome.action.pk for outcome in refused}
    others = [action for action in actions if action.pk not in known]
    return [*refused, *services.try_change(user, others, form.deed())]


def _say_beside_the_fields(form: BulkForm, refused: dict, changed: dict) -> None:
    """Where every action is refused for the same field, it is the field that is wrong."""
    if changed or not refused or form.errors:
        return
    first = next(iter(refused.values()))
    if first.fields and all(one.fields == first.fields for one in refused.values()):
        for name in first.fields:
            if name in form.fields:
                form.add_error(name, first.refusal)


SHOWN = ("owner", "owner_person", "due_on", "get_priority_display", "get_state_display")


def _changes(action: Action, changed: Action | None) -> list[tuple[object, object]]:
    """What becomes what, in what people see of it."""
    if changed is None:
        return []
    pairs = []
    for name in SHOWN:
        before, after = getattr(action, name), getattr(changed, name)
        if callable(before):
            before, after = before(), after()
        if before != after:
            pairs.append((before, after))
    return pairs


def _done(request, number: int, back: str):
    told = ngettext("%(number)s action is changed.", "%(number)s actions are changed.", number)
    messages.success(request, told % {"number": number})
    return redirect(back)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_move(request, key):
    """Move one action to another state, as a card of the board does; and ask for what the move needs besides."""
    action = access.open_readable(request, Action.objects.for_lists(), key=key)
    require_or_404(request, "follow_up", action)
    back = request.POST.get("back") or request.GET.get("back") or ""
    if not url_has_allowed_host_and_scheme(back, None) or not back.startswith(reverse("action_list")):
        back = f"{reverse('action_list')}?{urlencode({'view': 'board'})}"
    form = MoveActionForm(request.POST if request.method == "POST" else None, action=action)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.report_on_action(request.user, action, **_without(form.cleaned_data, "back")),
        lambda: Action.objects.values_list("state", flat=True).get(pk=action.pk),
    ):
        action.refresh_from_db()
        told = {"title": action.title, "state": action.get_state_display()}
        messages.success(request, _("“%(title)s” is now: %(state)s.") % told)
        return redirect(back)
    context = {
        "action": action,
        "space": access.if_readable(request.user, action.space),
        "form": form,
        "back": back,
    }
    return render(request, "coordination/action_move.html", context)


def _without(fields: dict, name: str) -> dict:
    return {key: value for key, value in fields.items() if key != name}
