"""What every service of coordination does alike: the right, the version, the row made once."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit, selectors
from coordination.bounds import beyond_the_calendar, too_long
from coordination.models import (
    Action,
    Audience,
    Commitment,
    Organisation,
    Person,
    Space,
)


class StaleVersion(ValidationError):
    """Somebody else has changed the object since the form was opened."""

    def __init__(self, message: Any = None) -> None:
        kept = _("Somebody else has changed this in the meantime. Your text is kept here: compare, then send it again.")
        super().__init__(message or kept, code="stale")


def require(actor: User, verb: str, obj: Any) -> None:
    """Raise PermissionDenied unless `actor` may do `verb` to `obj`. Views turn it into a sentence, or a 404."""
    if not access.can(actor, verb, obj):
        raise PermissionDenied(_("You do not have the right to do this."))


def latest(obj: Any, version: int) -> Any:
    """The row as it is now, locked; StaleVersion if it is not the one that the form showed."""
    row = type(obj).objects.select_for_update().get(pk=obj.pk)
    if row.version != version:
        raise StaleVersion
    return row


def state_reported(present: str, state: str | None, seen_state: str) -> str:
    """The state that a report leads to. Left as the form showed it, it stays what it is, whoever moved it since."""
    if not state or state == seen_state:
        return present
    if seen_state and seen_state != present:
        raise StaleVersion
    return state


def change(actor: User, obj: Any, verb: str, changes: dict[str, Any]) -> Any:
    before = {name: audit.plain(getattr(obj, name)) for name in changes}
    for name, value in changes.items():
        setattr(obj, name, value)
    check_days(obj)
    check_texts(obj, changes)
    if "owner_person" in changes:
        check_person(obj.owner, obj.owner_person)
    obj.clean_fields(exclude=["own_audience", "audience"])
    obj.version += 1
    obj.save()
    audit.record(actor, verb, obj, before=before, after={name: audit.plain(getattr(obj, name)) for name in changes})
    return obj


def check_days(obj: Action | Commitment) -> None:
    for name in ("starts_on", "due_on"):
        if problem := beyond_the_calendar(getattr(obj, name)):
            raise ValidationError({name: problem})
    if obj.starts_on and obj.due_on and obj.due_on < obj.starts_on:
        raise ValidationError({"due_on": _("This is before the day on which it starts.")})


def check_person(organisation: Organisation, person: Person | None) -> None:
    """A task is for a person of the organisation that owns it: by account, or by a post held today."""
    if person is None or (person.user and person.user.organisation_id == organisation.pk):
        return
    if not person.posts.current().filter(organisation=organisation).exists():
        raise ValidationError({"owner_person": _("This person is not of that organisation.")})


def check_texts(obj: Model, only: Collection[str] | None = None) -> None:
    """Long texts have an end, from wherever they come: Django itself asks that of forms only. `only` names fields."""
    problems = {}
    for field in obj._meta.concrete_fields:
        asked = only is None or field.name in only
        if asked and (problem := too_long(field, getattr(obj, field.attname))):
            problems[field.name] = problem
    if problems:
        raise ValidationError(problems)


# By key of the space, who takes part in it; kept within one import only.
_taking_part: ContextVar[dict[int, set[int]] | None] = ContextVar("who takes part", default=None)


@contextmanager
def remembering_who_takes_part() -> Iterator[None]:
    """Ask once for each space inside the block, not for each of thousands of rows."""
    token = _taking_part.set({})
    try:
        yield
    finally:
        _taking_part.reset(token)


def _those_in(space: Space) -> set[int]:
    memory = _taking_part.get()
    if memory is None:
        memory = {}
    if space.pk not in memory:
        memory[space.pk] = set(selectors.organisations_in(space).values_list("pk", flat=True))
    return memory[space.pk]


def check_taking_part(space: Space, organisations: Iterable[Organisation], field: str) -> None:
    """Who is to do something in a space takes part in it: as a whole, or by somebody of it."""
    named = list(organisations)
    if not named:
        return
    taking_part = _those_in(space)
    if outside := [str(one) for one in named if one.pk not in taking_part]:
        raise ValidationError({field: _("Not in this space: %s.") % ", ".join(outside)})


def audience_of_sources(space: Space, *sources: Any) -> Audience | None:
    """Who may read at most, to begin with, what came from these: the members of the space who may read all of them.
    None where that is all members."""
    everybody = frozenset({access.space_token(space.pk)})
    limited = everybody
    for source in sources:
        if hasattr(source, "audience_path"):
            limited = access.meet(limited, access.audience(source))
    return None if limited == everybody else access.intern(limited)


def sent_before(model: Any, submission: UUID | None, **of: Any) -> Any:
    """What the form of this number has made already, by these of its fields; None where the form is new.

    ValidationError where it was another's: a browser may give a form back to whoever signs in next.
    """
    found = model._default_manager.filter(submission=submission).first() if submission else None
    if found is None or all(getattr(found, f"{name}_id") == one.pk for name, one in of.items()):
        return found
    raise ValidationError(_("This form was sent before, by somebody else or elsewhere. Open the page anew."))


def save_once(obj: Any) -> bool:
    """Save a new row; False where the same form, sent at the same moment, was quicker."""
    try:
        with transaction.atomic():
            obj.save()
    except IntegrityError:
        if obj.submission and type(obj)._default_manager.filter(submission=obj.submission).exists():
            return False
        raise
    return True


def day(value: date | None) -> str | None:
    """How a day stands in the trail."""
    return value.isoformat() if value else None
