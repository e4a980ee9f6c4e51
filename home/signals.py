"""What follows from a change of an account, whoever makes it."""

from typing import Any

from django.db.models.signals import m2m_changed, post_save

from accounts import events, second_factor
from accounts.models import User
from coordination import access, audit
from coordination.models import Person


def connect() -> None:
    post_save.connect(_keep_the_person, sender=User, dispatch_uid="home.person")
    events.happened.connect(_write_down, dispatch_uid="home.events")
    second_factor.rules["chairs"] = second_factor.Rule(_is_chair, access.chairs_among)
    m2m_changed.connect(_follow_the_groups, sender=User.groups.through, dispatch_uid="home.groups")


def _keep_the_person(*, instance: User, created: bool, update_fields: Any, **_signal: Any) -> None:
    """A person is called as the account is. Whoever installs is invited by nobody, and is a person all the same."""
    if created and instance.is_superuser:
        Person.objects.create(user=instance, name=instance.name)
    elif not created and (update_fields is None or {"name", "is_active"} & set(update_fields)):
        for person in Person.objects.filter(user=instance):
            person.name = instance.name
            person.save(update_fields=["name"])


def _follow_the_groups(*, instance: Any, action: str, **_signal: Any) -> None:
    """Whoever goes to another organisation is found by those who share a space with that one."""
    if action in {"post_add", "post_remove", "post_clear"} and isinstance(instance, User):
        access.settle_people(Person.objects.filter(user=instance))


def _write_down(
    *, actor: User | None, verb: str, user: User, reason: str, after: dict[str, Any], **_signal: Any
) -> None:
    audit.record(actor, verb, user, after=after, reason=reason)


def _is_chair(user: User) -> bool:
    return bool(access.spaces_where(user, "manage_space"))
