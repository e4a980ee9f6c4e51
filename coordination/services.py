"""What changes state in coordination. Each function takes the acting user first, checks the right, changes the rows and
writes the audit entry, in one transaction."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import Collection

from accounts.models import User
from coordination import access, audit, editors
from coordination.models import (
    Action,
    ActionState,
    ActionUpdate,
    Article,
    Audience,
    Commitment,
    CommitmentState,
    Marked,
    Marking,
    Organisation,
    Person,
    ProgressReport,
    Role,
    Space,
)

# From each state to those that may follow. Whoever may follow up an action may take every one of these steps.
ACTION_TRANSITIONS: dict[str, frozenset[str]] = {
    ActionState.OPEN: frozenset(
        {ActionState.IN_PROGRESS, ActionState.WAITING, ActionState.DONE, ActionState.CANCELLED}
    ),
    ActionState.IN_PROGRESS: frozenset({ActionState.WAITING, ActionState.DONE, ActionState.CANCELLED}),
    ActionState.WAITING: frozenset({ActionState.IN_PROGRESS, ActionState.DONE, ActionState.CANCELLED}),
    ActionState.DONE: frozenset({ActionState.IN_PROGRESS}),
    ActionState.CANCELLED: frozenset({ActionState.OPEN}),
}
COMMITMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    CommitmentState.NOT_STARTED: frozenset(CommitmentState) - {CommitmentState.NOT_STARTED},
    CommitmentState.ON_TRACK: frozenset(CommitmentState) - {CommitmentState.ON_TRACK, CommitmentState.NOT_STARTED},
    CommitmentState.AT_RISK: frozenset(CommitmentState) - {CommitmentState.AT_RISK, CommitmentState.NOT_STARTED},
    CommitmentState.OFF_TRACK: frozenset(CommitmentState) - {CommitmentState.OFF_TRACK, CommitmentState.NOT_STARTED},
    CommitmentState.ACHIEVED: frozenset({CommitmentState.ON_TRACK, CommitmentState.AT_RISK}),
    CommitmentState.WITHDRAWN: frozenset({CommitmentState.NOT_STARTED}),
}


class StaleVersion(ValidationError):
    """Somebody else has changed the object since the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else has changed this in the meantime. Your text is kept here: compare, then send it again."),
            code="stale",
        )


def require(actor: User, verb: str, obj: Any) -> None:
    """Raise PermissionDenied unless `actor` may do `verb` to `obj`. Views turn it into a sentence, or a 404."""
    if not access.can(actor, verb, obj):
        raise PermissionDenied(_("You do not have the right to do this."))


# --- spaces and members --------------------------------------------------------------------------------------------
@transaction.atomic
def create_space(
    actor: User,
    *,
    title: str,
    chair: Organisation | User,
    parent: Any = None,
    submission: UUID | None = None,
    **fields: Any,
) -> Space:
    """Make a space below the front page, with its collection for files and its first chair. Sent twice, it is one."""
    if not access.can_in_office(actor, "create_space"):
        raise PermissionDenied(_("Only the secretariat creates spaces."))
    if sent_before := _space_sent_as(submission):
        return sent_before
    try:
        with transaction.atomic():
            space = add_space(title=title, parent=parent, submission=submission, **fields)
    except (IntegrityError, ValidationError):
        # The same form, sent at the same moment, was quicker.
        if sent_before := _space_sent_as(submission):
            return sent_before
        raise
    audit.record(actor, "space created", space, after={"title": title})
    _admit(actor, space, chair, Role.CHAIR)
    return space


def _space_sent_as(submission: UUID | None) -> Space | None:
    return Space.objects.filter(submission=submission).first() if submission else None


def add_space(*, title: str, parent: Any = None, **fields: Any) -> Space:
    """The space itself, known to nobody yet."""
    from wagtail.models import Site

    topics = fields.pop("topics", ())
    space = Space(title=title, **fields)
    space.topics = topics
    (parent or Site.objects.get(is_default_site=True).root_page).add_child(instance=space)
    space.collection = Collection.get_first_root_node().add_child(name=title)
    space.own_audience = space.default_audience()
    access.settle(space)
    space.save(update_fields=["collection"])
    return space


@transaction.atomic
def edit_space(actor: User, space: Space, *, version: int, **changes: Any) -> Space:
    """Change title, kind, description, country or topics. `version` is that of the form (see `space_version`).

    The change is a revision like those of the editors' side, so that neither side overwrites the other unseen.
    """
    space = Space.objects.select_for_update().get(pk=space.pk)
    if space_version(space) != version:
        raise StaleVersion
    require(actor, "manage", space)
    before = {name: _plain_field(space, name) for name in changes}
    for name, value in changes.items():
        setattr(space, name, value)
    space.full_clean()
    space.save_revision(user=actor).publish(user=actor)
    space.refresh_from_db()
    audit.record(
        actor, "space changed", space, before=before, after={name: _plain_field(space, name) for name in changes}
    )
    return space


def space_version(space: Space) -> int:
    """What a form about `space` carries along: each published change makes another."""
    return space.latest_revision_id or 0


def _plain_field(space: Space, name: str) -> Any:
    value = getattr(space, name)
    return [topic.slug for topic in value.all()] if name == "topics" else audit.plain(value)


@transaction.atomic
def grant_membership(actor: User, space: Space, member: Organisation | User, role: str) -> None:
    """Give an organisation or one user a role in `space`, and what the role needs on the editors' side."""
    _lock(space)
    require(actor, "manage", space)
    if role not in access.ROLE_PERMISSIONS:
        raise ValidationError(_("Choose one of the four roles."))
    _keep_a_chair(space, member, role)
    _admit(actor, space, member, role)


@transaction.atomic
def revoke_membership(actor: User, space: Space, member: Organisation | User) -> None:
    """Take the membership back, with all that came with it; at once, open sockets included."""
    _lock(space)
    require(actor, "manage", space)
    before = _role_held(space, member)
    if before is None:
        raise ValidationError(_("This is not a member of the space."))
    _keep_a_chair(space, member, None)
    access.revoke(member, space)
    editors.withdraw(member, space)
    audit.record(actor, "membership revoked", space, before={"member": _name(member), "role": before})


def _admit(actor: User | None, space: Space, member: Organisation | User, role: str) -> None:
    before = _role_held(space, member)
    access.grant(member, role, space)
    editors.equip(member, space, role)
    audit.record(
        actor,
        "membership granted",
        space,
        before={"member": _name(member), "role": before},
        after={"member": _name(member), "role": role},
        details={"member": member},
    )


def _role_held(space: Space, member: Organisation | User) -> str | None:
    return next((held.role for held in access.members_of(space) if held.member == member), None)


def _lock(space: Space) -> None:
    """Let no other membership of `space` change until this one has: two chairs cannot end each other's at once."""
    Space.objects.select_for_update().get(pk=space.pk)


def _keep_a_chair(space: Space, member: Organisation | User, role: str | None) -> None:
    if role == Role.CHAIR:
        return
    others = [held for held in access.members_of(space) if held.role == Role.CHAIR and held.member != member]
    if not others:
        raise ValidationError(_("A space needs a chair. Name another chair first."))


def _name(member: Organisation | User) -> str:
    """How the audit trail names a member: `organisation 3` or `user 12`."""
    return f"{'organisation' if _is_organisation(member) else 'user'} {member.pk}"


def _is_organisation(member: Organisation | User) -> bool:
    return isinstance(member, Organisation)


# --- markings ------------------------------------------------------------------------------------------------------
@transaction.atomic
def change_marking(
    actor: User,
    obj: Marked,
    marking: str,
    *,
    organisations: Iterable[Organisation] = (),
    users: Iterable[User] = (),
    reason: str = "",
) -> None:
    """Mark `obj` anew. Narrower: whoever writes records, or the author. Wider: a chair only, and with a reason."""
    obj = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
    if isinstance(obj, Space) and marking not in (Marking.CLEAR, Marking.GREEN, Marking.AMBER):
        raise ValidationError({"marking": _("A space is known at least to its members: AMBER, GREEN or CLEAR.")})
    tokens = _tokens_for(obj, marking, list(organisations), list(users))
    if access.is_within(tokens, obj.own_audience.tokens):
        _require_to_narrow(actor, obj)
    else:
        require(actor, "manage", obj)
        if not reason.strip():
            raise ValidationError({"reason": _("Give the reason: the marking becomes wider.")})
    _mark(actor, obj, access.intern(tokens), reason.strip())
    if not access.may_read(actor, obj):
        raise ValidationError(
            {"marking": _("You would lose sight of it yourself. Name yourself or your organisation.")}
        )


def _tokens_for(obj: Marked, marking: str, organisations: list[Organisation], users: list[User]) -> frozenset[str]:
    if marking not in Marking.values:
        raise ValidationError({"marking": _("Choose one of the five markings.")})
    space_id = access.space_id_of(obj)
    if marking == Marking.AMBER_STRICT:
        _check_organisations(space_id, organisations)
    if marking == Marking.RED:
        _check_persons(space_id, users)
    return access.audience_tokens(space_id, marking, [org.pk for org in organisations], [user.pk for user in users])


def _check_organisations(space_id: int, organisations: list[Organisation]) -> None:
    if not organisations:
        raise ValidationError({"organisations": _("Name the organisations that may read it.")})
    taking_part = {user.organisation_id for user in access.users_in([space_id])}
    taking_part |= {held.member.pk for held in access.members_of(Space(pk=space_id)) if _is_organisation(held.member)}
    if outside := [str(one) for one in organisations if one.pk not in taking_part]:
        raise ValidationError({"organisations": _("Not in this space: %s.") % ", ".join(outside)})


def _check_persons(space_id: int, users: list[User]) -> None:
    if not users:
        raise ValidationError({"users": _("Name the persons who may read it.")})
    members = access.users_in([space_id])
    if outside := [str(one) for one in users if one not in members]:
        raise ValidationError({"users": _("Not a member of this space: %s.") % ", ".join(outside)})


def may_mark(actor: User, obj: Marked) -> bool:
    """Whether `actor` may change the marking of `obj` at all: narrow it, that is."""
    return access.can(actor, "contribute" if access.author_id_of(obj) == actor.pk else "record", obj)


def _require_to_narrow(actor: User, obj: Marked) -> None:
    if not may_mark(actor, obj):
        raise PermissionDenied(_("You do not have the right to do this."))


def _mark(actor: User, obj: Marked, own_audience: Audience, reason: str) -> None:
    before = {"marking": obj.own_audience.marking, "audience": obj.own_audience.key}
    obj.own_audience = own_audience
    access.settle(obj)
    after = {"marking": own_audience.marking, "audience": own_audience.key}
    audit.record(actor, "marking changed", obj, before=before, after=after, reason=reason)


# --- actions -------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_action(
    actor: User,
    space: Space,
    *,
    title: str,
    owner: Organisation,
    owner_person: Person | None = None,
    description: str = "",
    starts_on: date | None = None,
    due_on: date | None = None,
    source: Any = None,
    submission: UUID | None = None,
    audience: Audience | None = None,
    **fields: Any,
) -> Action:
    """Write down a task for `owner`. The same `submission` sent twice makes one action.

    `audience` is the marking to begin with, where it is not the space's default. Raises ValidationError for what a
    form would refuse, and PermissionDenied without the right to contribute.
    """
    require(actor, "contribute", space)
    if submission and (sent_before := Action.objects.filter(submission=submission, created_by=actor).first()):
        return sent_before
    if source is not None:
        require(actor, "read", source)
    action = Action(
        space=space,
        title=title,
        owner=owner,
        owner_person=owner_person,
        description=description,
        starts_on=starts_on,
        due_on=due_on,
        source=source,
        submission=submission,
        created_by=actor,
        **fields,
    )
    _check_days(action)
    _check_person(owner, owner_person)
    if audience is not None:
        action.own_audience = audience
    action.clean_fields(exclude=["own_audience", "audience"])
    if not _save_once(action):
        return Action.objects.get(submission=submission, created_by=actor)
    audit.record(actor, "action created", action, after={"title": title, "owner": owner.pk, "due_on": _day(due_on)})
    return action


@transaction.atomic
def edit_action(actor: User, action: Action, *, version: int, **changes: Any) -> Action:
    """Change title, description, person or days. `version` is that of the form: an older one is refused."""
    action = _latest(action, version)
    require(actor, "follow_up", action)
    return _change(actor, action, "action changed", changes)


@transaction.atomic
def reassign_action(
    actor: User,
    action: Action,
    owner: Organisation,
    owner_person: Person | None = None,
    *,
    reason: str = "",
    version: int | None = None,
) -> Action:
    """Hand the action to another organisation or person. With `version`, a form older than the action is refused."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    if version is not None and action.version != version:
        raise StaleVersion
    require(actor, "follow_up", action)
    _check_person(owner, owner_person)
    before = {"owner": action.owner_id, "owner_person": action.owner_person_id}
    action.owner, action.owner_person = owner, owner_person
    action.version += 1
    action.save()
    after = {"owner": action.owner_id, "owner_person": action.owner_person_id}
    audit.record(actor, "action reassigned", action, before=before, after=after, reason=reason)
    return action


@transaction.atomic
def report_on_action(
    actor: User,
    action: Action,
    *,
    text: str = "",
    state: str | None = None,
    seen_state: str = "",
    submission: UUID | None = None,
) -> ActionUpdate:
    """Say what has been done, move the action to another state, or both. Sent twice, it is one update.

    `seen_state` is the state that the form showed (see `_state_reported`).
    """
    # Locked first: of two clicks at once, the second finds what the first has written.
    action = Action.objects.select_for_update().get(pk=action.pk)
    if submission and (sent_before := ActionUpdate.objects.filter(submission=submission, author=actor).first()):
        return sent_before
    require(actor, "follow_up", action)
    state_before, state_after = action.state, _state_reported(action.state, state, seen_state)
    if state_after != state_before and state_after not in ACTION_TRANSITIONS[state_before]:
        raise ValidationError({"state": _("The action cannot go from its state to this one.")})
    if not text.strip() and state_after == state_before:
        raise ValidationError({"text": _("Say what has been done, or choose another state.")})
    update = ActionUpdate(
        action=action,
        author=actor,
        text=text.strip(),
        state_before=state_before,
        state_after=state_after,
        submission=submission,
    )
    update.clean_fields()
    update.save()
    action.state = state_after
    action.version += 1
    action.save()
    audit.record(
        actor,
        "action moved" if state_after != state_before else "action reported on",
        action,
        before={"state": state_before},
        after={"state": state_after},
        details={"update": update},
    )
    return update


# --- commitments ---------------------------------------------------------------------------------------------------
@transaction.atomic
def make_commitment(
    actor: User,
    space: Space,
    *,
    title: str,
    party: Organisation,
    article: Article | None = None,
    source: Any = None,
    submission: UUID | None = None,
    audience: Audience | None = None,
    **fields: Any,
) -> Commitment:
    """Write down what `party` undertook, under an article or in a paragraph of a record. Sent twice, it is one."""
    require(actor, "record", space)
    if submission and (sent_before := Commitment.objects.filter(submission=submission, created_by=actor).first()):
        return sent_before
    for origin in (article, source):
        if origin is not None:
            require(actor, "read", origin)
    commitment = Commitment(
        space=space,
        title=title,
        party=party,
        article=article,
        source=source,
        submission=submission,
        created_by=actor,
        **fields,
    )
    _check_days(commitment)
    if audience is not None:
        commitment.own_audience = audience
    commitment.clean_fields(exclude=["own_audience", "audience"])
    if not _save_once(commitment):
        return Commitment.objects.get(submission=submission, created_by=actor)
    audit.record(
        actor,
        "commitment made",
        commitment,
        after={"title": title, "party": party.pk, "due_on": _day(commitment.due_on)},
    )
    return commitment


@transaction.atomic
def edit_commitment(actor: User, commitment: Commitment, *, version: int, **changes: Any) -> Commitment:
    """Change the wording, indicator, target or days; those who write records only."""
    commitment = _latest(commitment, version)
    require(actor, "record", commitment)
    return _change(actor, commitment, "commitment changed", changes)


@transaction.atomic
def report_progress(
    actor: User,
    commitment: Commitment,
    *,
    text: str,
    state: str,
    seen_state: str = "",
    evidence_url: str = "",
    submission: UUID | None = None,
) -> ProgressReport:
    """Report how a commitment goes. Sent twice, it is one report. `seen_state` is the state that the form showed."""
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if submission and (sent_before := ProgressReport.objects.filter(submission=submission, author=actor).first()):
        return sent_before
    require(actor, "follow_up", commitment)
    if not text.strip():
        raise ValidationError({"text": _("Say what has been done.")})
    state = _state_reported(commitment.state, state, seen_state)
    if state != commitment.state and state not in COMMITMENT_TRANSITIONS[commitment.state]:
        raise ValidationError({"state": _("The commitment cannot go from its state to this one.")})
    report = ProgressReport(
        commitment=commitment,
        author=actor,
        text=text.strip(),
        evidence_url=evidence_url,
        state_before=commitment.state,
        state_after=state,
        submission=submission,
    )
    report.clean_fields()
    report.save()
    commitment.state = state
    commitment.version += 1
    commitment.save()
    audit.record(
        actor,
        "progress reported",
        commitment,
        before={"state": report.state_before},
        after={"state": state},
        details={"report": report},
    )
    return report


# --- shared --------------------------------------------------------------------------------------------------------
def _latest(obj: Any, version: int) -> Any:
    """The row as it is now, locked; StaleVersion if it is not the one that the form showed."""
    latest = type(obj).objects.select_for_update().get(pk=obj.pk)
    if latest.version != version:
        raise StaleVersion
    return latest


def _state_reported(present: str, state: str | None, seen_state: str) -> str:
    """The state that a report leads to. Left as the form showed it, it stays what it is, whoever moved it since."""
    if not state or state == seen_state:
        return present
    if seen_state and seen_state != present:
        raise StaleVersion
    return state


def _change(actor: User, obj: Any, verb: str, changes: dict[str, Any]) -> Any:
    before = {name: audit.plain(getattr(obj, name)) for name in changes}
    for name, value in changes.items():
        setattr(obj, name, value)
    _check_days(obj)
    if "owner_person" in changes:
        _check_person(obj.owner, obj.owner_person)
    obj.clean_fields(exclude=["own_audience", "audience"])
    obj.version += 1
    obj.save()
    audit.record(actor, verb, obj, before=before, after={name: audit.plain(getattr(obj, name)) for name in changes})
    return obj


def _check_days(obj: Action | Commitment) -> None:
    if obj.starts_on and obj.due_on and obj.due_on < obj.starts_on:
        raise ValidationError({"due_on": _("This is before the day on which it starts.")})


def _check_person(organisation: Organisation, person: Person | None) -> None:
    """A task is for a person of the organisation that owns it: by account, or by a post held today."""
    if person is None or (person.user and person.user.organisation_id == organisation.pk):
        return
    if not person.posts.current().filter(organisation=organisation).exists():
        raise ValidationError({"owner_person": _("This person is not of that organisation.")})


def _save_once(obj: Action | Commitment) -> bool:
    """Save a new row; False where the same form, sent at the same moment, was quicker."""
    try:
        with transaction.atomic():
            obj.save()
    except IntegrityError:
        if obj.submission and type(obj)._default_manager.filter(submission=obj.submission).exists():
            return False
        raise
    return True


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
