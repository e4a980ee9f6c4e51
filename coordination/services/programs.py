"""Tokens for programs, and the webhooks of a space: made, ended, called."""

import base64
import hmac
import http.client
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, audit, outside, selectors, tasks
from coordination.models import ApiToken, ApiVerb, AuditEntry, Space, Webhook, WebhookCall
from coordination.services.feeds import LONGEST_SECRET, digest_of, new_secret
from coordination.services.shared import require

# So that whoever finds one, in a log or a repository, knows what has been found.
TOKEN_PREFIX = "accord_"
LONGEST_TERM = timedelta(days=366)
MOST_TOKENS = 50
MOST_WEBHOOKS = 20
# What each verb of a token is in the words of the access rule.
VERBS_OF: dict[str, frozenset[str]] = {
    ApiVerb.CONTRIBUTE: frozenset({"contribute"}),
    ApiVerb.REPORT: frozenset({"report", "follow_up"}),
}
# How long after a call that was not taken it is tried again; after the last of them it is given up.
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
# A webhook that takes nothing for so long is paused.
PATIENCE = timedelta(days=3)
CALLS_AT_ONCE = 50
# So long is kept what has been told, and what waits for an address that is paused.
CALLS_KEPT = timedelta(days=30)


# --- tokens --------------------------------------------------------------------------------------------------------
@transaction.atomic
def make_token(
    actor: User, *, name: str, expires_on: date, spaces: Iterable[Space] = (), verbs: Iterable[str] = ()
) -> tuple[ApiToken, str]:
    """A token in the name of `actor`, and its secret, which is returned this once: what is kept is a hash of it.

    Without `spaces` it holds in all of the actor's. Raises ValidationError for what a form would refuse.
    """
    today = timezone.localdate()
    if not today < expires_on <= today + LONGEST_TERM:
        raise ValidationError({"expires_on": _("Choose a day from tomorrow on, at most a year ahead.")})
    spaces = list(spaces)
    if not all(access.is_member(actor, space.pk) for space in spaces):
        raise PermissionDenied(_("You do not have the right to do this."))
    if ApiToken.objects.filter(user=actor).count() >= MOST_TOKENS:
        raise ValidationError(_("At most %d tokens: end those that nothing uses any more.") % MOST_TOKENS)
    secret = TOKEN_PREFIX + new_secret()
    token = ApiToken(
        user=actor,
        digest=digest_of(secret),
        name=name,
        in_all_spaces=not spaces,
        verbs=sorted(verbs),
        expires_on=expires_on,
    )
    token.clean_fields()
    token.save()
    token.spaces.set(spaces)
    scope = {"spaces": sorted(space.pk for space in spaces), "verbs": token.verbs, "expires_on": expires_on.isoformat()}
    audit.record(actor, "token made", actor, after={"token": token.key, **scope})
    return token, secret


@transaction.atomic
def end_token(actor: User, token: ApiToken) -> None:
    """Let the actor's own token open nothing any more, from the next request on."""
    if token.user_id != actor.pk:
        raise PermissionDenied(_("You do not have the right to do this."))
    key = token.key
    token.delete()
    audit.record(actor, "token ended", actor, before={"token": key})


def token_of(secret: str) -> ApiToken | None:
    """The token with this secret, while it holds and its owner is active. That it was used is noted once a day."""
    if not secret.startswith(TOKEN_PREFIX) or len(secret) > LONGEST_SECRET:
        return None
    found = ApiToken.objects.select_related("user__organisation").filter(digest=digest_of(secret))
    token, today = found.first(), timezone.localdate()
    if token is None or not token.user.is_active or token.expires_on < today:
        return None
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def scope_of(token: ApiToken) -> access.Scope:
    """What the token leaves of what its owner may."""
    spaces = None if token.in_all_spaces else frozenset(token.spaces.values_list("pk", flat=True))
    verbs = frozenset().union(*(VERBS_OF.get(verb, frozenset()) for verb in token.verbs))
    return access.Scope(token.user_id, spaces, verbs)


# --- webhooks ------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_webhook(actor: User, space: Space, url: str) -> Webhook:
    """Let `url` be called when something happens in `space`. For those who manage it."""
    require(actor, "manage", space)
    if Webhook.objects.filter(space=space).count() >= MOST_WEBHOOKS:
        raise ValidationError(_("At most %d addresses in a space.") % MOST_WEBHOOKS)
    if Webhook.objects.filter(space=space, url=url).exists():
        raise ValidationError({"url": _("This address is called already.")})
    try:
        is_secret = outside.checked(url).scheme == "https"
    except outside.NotNamedError as refusal:
        raise ValidationError(
            {"url": _("This host is called from here only when whoever runs Accord names it.")}
        ) from refusal
    except (outside.NotPublicError, ValueError):
        is_secret = False
    if not is_secret:
        raise ValidationError({"url": _("Only public addresses that begin with https:// are called.")})
    webhook = Webhook(space=space, url=url, created_by=actor)
    webhook.clean_fields()
    webhook.save()
    audit.record(actor, "webhook added", space, after={"webhook": webhook.key, "url": url})
    return webhook


@transaction.atomic
def end_webhook(actor: User, webhook: Webhook) -> None:
    """Call the address no more; what has not been told is not told."""
    require(actor, "manage", webhook.space)
    before = {"webhook": webhook.key, "url": webhook.url}
    space = webhook.space
    webhook.delete()
    audit.record(actor, "webhook ended", space, before=before)


@transaction.atomic
def resume_webhook(actor: User, webhook: Webhook) -> None:
    """Call a paused address again, with what it has not taken."""
    require(actor, "manage", webhook.space)
    webhook.paused_at = webhook.failing_since = None
    webhook.save(update_fields=["paused_at", "failing_since"])
    webhook.calls.filter(taken_at=None).update(due_at=timezone.now(), tries=0)
    audit.record(actor, "webhook resumed", webhook.space, after={"webhook": webhook.key})


def secret_of(webhook: Webhook) -> str:
    """What its calls are signed with (Standard Webhooks). Made of the installation's own secret: none lies in the
    database."""
    made = salted_hmac("coordination.webhook", webhook.key, algorithm="sha256").digest()
    return "whsec_" + base64.b64encode(made).decode()


def note_for_webhooks(entries: Iterable[AuditEntry]) -> None:
    """These deeds have their places in the chain: note whom to tell of them. Readings are nobody's news.

    Not in the transaction of the deed, which would ask of every space whether there is anybody to tell.
    """
    deeds = [entry for entry in entries if entry.space_id is not None and entry.verb != "read"]
    hooks = list(Webhook.objects.filter(space__in={entry.space_id for entry in deeds}))
    now = timezone.now()
    calls = [
        WebhookCall(webhook=hook, entry=entry, due_at=now)
        for entry in deeds
        for hook in hooks
        if hook.space_id == entry.space_id and hook.created_at <= entry.at
    ]
    if calls:
        WebhookCall.objects.bulk_create(calls, ignore_conflicts=True)
        tasks.call_webhooks.enqueue()


def call_webhooks(now: datetime) -> int:
    """Make the calls that are due; how many were tried. A call is noted as tried before it is made: a worker that
    dies on the way tries it again later, so that one call may come twice, with the same `webhook-id`."""
    tried = 0
    for call in _claimed(now):
        tried += 1
        _make(call, now)
    return tried


def forget_old_calls(now: datetime) -> None:
    """What has been told long ago, and what an address did not take for as long."""
    WebhookCall.objects.filter(entry__at__lt=now - CALLS_KEPT).delete()


@transaction.atomic
def _claimed(now: datetime) -> list[WebhookCall]:
    due = WebhookCall.objects.filter(due_at__lte=now, webhook__paused_at=None).order_by("due_at", "pk")
    calls = list(due.select_for_update(of=("self",), skip_locked=True)[:CALLS_AT_ONCE])
    for call in calls:
        call.due_at = now + AGAIN_AFTER[call.tries] if call.tries < len(AGAIN_AFTER) else None
        call.tries += 1
        call.save(update_fields=["due_at", "tries"])
    return calls


def _make(call: WebhookCall, now: datetime) -> None:
    webhook, told = call.webhook, _told(call)
    if told is None:
        # Its reader may not read that, or it is gone: there is nothing to tell.
        WebhookCall.objects.filter(pk=call.pk).update(due_at=None)
        return
    body = json.dumps(told, separators=(",", ":")).encode()
    try:
        status = outside.call(webhook.url, "POST", body, _headers(webhook, call, body, now)).status
    except (OSError, http.client.HTTPException, ValueError, outside.NotPublicError):
        status = None
    if status is not None and 200 <= status < 300:
        WebhookCall.objects.filter(pk=call.pk).update(status=status, due_at=None, taken_at=now)
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=None)
        return
    WebhookCall.objects.filter(pk=call.pk).update(status=status)
    _note_failure(webhook, now)


def _note_failure(webhook: Webhook, now: datetime) -> None:
    Webhook.objects.filter(pk=webhook.pk, failing_since=None).update(failing_since=now)
    paused = Webhook.objects.filter(pk=webhook.pk, paused_at=None, failing_since__lt=now - PATIENCE)
    if paused.update(paused_at=now):
        audit.record(None, "webhook paused", webhook.space, after={"webhook": webhook.key, "url": webhook.url})


def _told(call: WebhookCall) -> dict[str, Any] | None:
    """What a call says: which deed, when, to what. No title, no name, no text: who wants these asks with a token.

    None where whoever added the webhook may not read the object at this moment, or manages the space no more.
    """
    entry, owner, space = call.entry, call.webhook.created_by, call.webhook.space
    [deed] = selectors.deeds([entry], owner)
    if deed.obj is None or not access.can(owner, "manage", space):
        return None
    return {
        "type": entry.verb.replace(" ", "_"),
        "timestamp": entry.at.isoformat(),
        "data": {
            "space": space.key,
            "kind": entry.object_type.model,
            "key": getattr(deed.obj, "key", None),
            "url": settings.BASE_URL + deed.obj.get_absolute_url() if hasattr(deed.obj, "get_absolute_url") else None,
        },
    }


def _headers(webhook: Webhook, call: WebhookCall, body: bytes, now: datetime) -> dict[str, str]:
    """Signed as Standard Webhooks 1.0 says: over the call's key, the second and the body."""
    second = str(int(now.timestamp()))
    key = base64.b64decode(secret_of(webhook).removeprefix("whsec_"))
    signed = hmac.new(key, f"{call.key}.{second}.".encode() + body, sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Accord",
        "webhook-id": call.key,
        "webhook-timestamp": second,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }
