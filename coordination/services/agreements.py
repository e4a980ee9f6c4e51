"""Agreements: moved from state to state, and given a text that was written elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit
from coordination.agreement_import import ImportedText
from coordination.consolidation import normal
from coordination.models import Agreement, AgreementMove, AgreementState, Article
from coordination.services.shared import StaleVersion, day, require, sent_before

# From each state to those that may follow, and what moving there asks for: whoever writes records notes what happened;
# what a party decides against the agreement, and what takes a step back, is for those who manage the space.
AGREEMENT_TRANSITIONS: dict[str, dict[str, str]] = {
    AgreementState.NEGOTIATION: {AgreementState.SIGNED: "record", AgreementState.TERMINATED: "manage"},
    AgreementState.SIGNED: {
        AgreementState.IN_FORCE: "record",
        AgreementState.NEGOTIATION: "manage",
        AgreementState.TERMINATED: "manage",
    },
    AgreementState.IN_FORCE: {
        AgreementState.EXPIRED: "record",
        AgreementState.SUSPENDED: "manage",
        AgreementState.TERMINATED: "manage",
    },
    AgreementState.SUSPENDED: {
        AgreementState.EXPIRED: "record",
        AgreementState.IN_FORCE: "manage",
        AgreementState.TERMINATED: "manage",
    },
    AgreementState.EXPIRED: {AgreementState.IN_FORCE: "manage"},
    AgreementState.TERMINATED: {},
}

# The day that a state gives its agreement where none is written down yet.
DAY_OF_STATE: dict[str, str] = {AgreementState.SIGNED: "signed_on", AgreementState.IN_FORCE: "in_force_from"}


def states_open_to(user: access.Reader, agreement: Agreement) -> list[str]:
    """The states to which `user` may move `agreement` now."""
    following = AGREEMENT_TRANSITIONS[agreement.state]
    return [state for state, verb in following.items() if access.can(user, verb, agreement)]


@transaction.atomic
def move_agreement(
    actor: User,
    agreement: Agreement,
    *,
    state: str,
    reason: str,
    on: date | None = None,
    seen_state: str = "",
    submission: UUID | None = None,
) -> AgreementMove:
    """Move the agreement to another state as from a day, with the reason. Sent twice, it is one move.

    `seen_state` is the state that the form showed: a form from before somebody else's move is refused.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if before := sent_before(AgreementMove, submission, author=actor):
        return before
    require(actor, "record", agreement)
    if seen_state and seen_state != agreement.state:
        raise StaleVersion
    following = AGREEMENT_TRANSITIONS[agreement.state]
    if state not in following:
        raise ValidationError({"state": _("The agreement cannot go from its state to this one.")})
    require(actor, following[state], agreement)
    on = on or timezone.localdate()
    _check_day(agreement, on)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    move = AgreementMove(
        agreement=agreement,
        author=actor,
        state_before=agreement.state,
        state_after=state,
        on=on,
        reason=reason.strip(),
        submission=submission,
    )
    move.clean_fields()
    _enter(actor, agreement, state, on)
    move.save()
    audit.record(
        actor,
        "agreement moved",
        agreement,
        before={"state": move.state_before},
        after={"state": state, "on": day(on)},
        reason=move.reason,
        details={"move": move},
    )
    return move


def _check_day(agreement: Agreement, on: date) -> None:
    if on > timezone.localdate():
        raise ValidationError({"on": _("This day is still to come. Move the agreement once it is here.")})
    if agreement.state != AgreementState.NEGOTIATION and agreement.signed_on and on < agreement.signed_on:
        raise ValidationError({"on": _("This is before the day on which it was signed.")})
    last = agreement.moves.order_by("created_at", "pk").last()
    if last is not None and on < last.on:
        raise ValidationError({"on": _("This is before the last change of its state.")})


def _enter(actor: User, agreement: Agreement, state: str, on: date) -> None:
    """Give it the state, and the day that comes with it where none stands there. A draft of the editors' side gets the
    day too: published later, it would take it back. The state itself is in no draft."""
    name = DAY_OF_STATE.get(state)
    agreement.state = state
    if name is None or getattr(agreement, name) is not None:
        agreement.save()
        return
    if name == "in_force_from" and agreement.in_force_until and agreement.in_force_until < on:
        raise ValidationError({"on": _("This is after the day until which it is in force.")})
    setattr(agreement, name, on)
    agreement.save()
    if agreement.latest_revision_id is not None:
        draft = agreement.get_latest_revision_as_object()
        setattr(draft, name, on)
        draft.save_revision(user=actor, changed=agreement.has_unpublished_changes, clean=False)


# --- a text that was written elsewhere -----------------------------------------------------------------------------
def agreement_version(agreement: Agreement) -> int:
    """What a form about its text carries along: every change on the editors' side makes another."""
    return agreement.latest_revision_id or 0


def check_may_import(agreement: Agreement) -> None:
    """Refuse where a text stands that was agreed on already, or where somebody's draft would be lost."""
    if agreement.state != AgreementState.NEGOTIATION and agreement.articles.exists():
        raise ValidationError(
            _("This agreement has articles and is no longer in negotiation: its text is changed by an amendment.")
        )
    if agreement.has_unpublished_changes:
        raise ValidationError(
            _("Changes of this agreement wait on the editors' side. Publish them there first, then import the text.")
        )


@transaction.atomic
def import_articles(actor: User, agreement: Agreement, text: ImportedText, *, version: int) -> Agreement:
    """Write the articles that the preview showed. Sent twice, they are written once.

    An article that has the number of one that stands there keeps its address, and so what hangs on it. Those that the
    file lacks stay after the others, whatever may hang on them: only on the editors' side is an article removed.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    require(actor, "record", agreement)
    if agreement_version(agreement) != version:
        if _stands_there(agreement, text):
            return agreement
        raise StaleVersion
    check_may_import(agreement)
    before = agreement.articles.count()
    written: Any = agreement  # its parts are set as a whole, as django-modelcluster has it; the types know only rows
    written.articles = _merged(agreement.articles.all(), text)
    if text.preamble and not agreement.summary:
        agreement.summary = text.preamble
    agreement.full_clean()
    agreement.save_revision(user=actor).publish(user=actor)
    agreement.refresh_from_db()
    audit.record(
        actor,
        "agreement text imported",
        agreement,
        before={"articles": before},
        after={"articles": agreement.articles.count()},
    )
    return agreement


def _merged(standing: Iterable[Article], text: ImportedText) -> list[Article]:
    by_number = {normal(article.number): article for article in reversed(list(standing))}
    order = list(standing)
    merged: list[Article] = []
    for one in text.articles:
        article = by_number.pop(normal(one.number), None) or Article()
        article.number, article.title, article.body = one.number, one.title, one.body
        merged.append(article)
    merged += [article for article in order if article not in merged]
    for place, article in enumerate(merged):
        article.sort_order = place
    return merged


def left_standing(agreement: Agreement, text: ImportedText) -> list[Article]:
    """The articles of the agreement that the file lacks."""
    numbers = {normal(one.number) for one in text.articles}
    return [article for article in agreement.articles.all() if normal(article.number) not in numbers]


def _stands_there(agreement: Agreement, text: ImportedText) -> bool:
    rows: Sequence[Any] = list(agreement.articles.values_list("number", "title", "body"))
    wanted = [(one.number, one.title, one.body) for one in text.articles]
    return rows[: len(wanted)] == wanted
