"""Erasing a person on request: what is the person's own goes, what others rely on stays under a neutral designation
(docs/decisions/0031)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts import services as accounts_services
from accounts import sessions
from accounts.models import PlatformRole, User
from coordination import access, audit, holds, personal, services
from coordination.models import AuditEntry, Organisation, Person, Role, Space, Topic
from search import ledger

ERASED = "person erased"
# The address of whoever was erased, after the number of the account: no mail ever reaches it (RFC 2606).
NOWHERE = "@erased.invalid"


@dataclass(frozen=True)
class Preview:
    """What erasing somebody would do, and why it cannot be done now."""

    designation: str
    going: list[tuple[str, int]]
    staying: list[tuple[str, int]]
    obstacles: list[str]


def designation_of(user: User) -> str:
    """What is shown in place of the name. The same for all who were there: nobody is told apart by it."""
    return f"Former member of {user.organisation}" if user.organisation else "Former member"


def preview_of(actor: User | None, user: User) -> Preview:
    return Preview(
        designation_of(user), _counted(personal.going, user), _counted(personal.staying, user), _obstacles(actor, user)
    )


def _counted(traces: list[personal.Trace], user: User) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for trace in traces:
        found[str(trace.title)] = found.get(str(trace.title), 0) + trace.rows(user).count()
    return [(title, number) for title, number in found.items() if number]


def _obstacles(actor: User | None, user: User) -> list[str]:
    found = []
    if actor is not None and actor.pk == user.pk:
        found.append(_("Another administrator erases your account."))
    if is_erased(user):
        found.append(_("This person has been erased."))
    try:
        holds.refuse_erasure(user)
    except holds.Held as held:
        found += held.messages
    found += [
        _("“%(space)s” needs another chair first.")
        % {"space": space.title if _may_name(actor, space) else _("A space")}
        for space in _left_without_chair(user)
    ]
    return found


def _may_name(actor: User | None, space: Space) -> bool:
    """An administrator is told that a closed space needs a chair, not which: the person knows."""
    return actor is None or access.may_read(actor, space)


def _left_without_chair(user: User) -> list[Space]:
    spaces = _own_spaces(user)
    return [
        space
        for space in spaces
        if [held.member for held in access.members_of(space) if held.role == Role.CHAIR] == [user]
    ]


def _own_spaces(user: User) -> list[Space]:
    return list(Space.objects.filter(user_memberships__user=user).distinct().order_by("pk"))


@transaction.atomic
def erase_person(actor: User | None, user: User, *, reason: str) -> User:
    """Do it, by an administrator, or by the system after a restore. Raises ValidationError where it cannot be done."""
    if actor is not None and not access.can_in_office(actor, "keep_accounts"):
        raise PermissionDenied
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if obstacles := _obstacles(actor, user):
        raise ValidationError(obstacles)
    accounts_services.tell_of_erasure(user)
    designation, email = designation_of(user), user.email
    for space in _own_spaces(user):
        services.lock_members(space)
        services.end_membership(actor, space, user)
    for trace in personal.going:
        # One by one: files go along, and search follows.
        for row in trace.rows(user):
            row.delete()
    _let_go(user)
    name = user.name
    _rename(user, designation)
    ledger.project_what_says(name)
    _forget_tasks_about(email)
    audit.record(actor, ERASED, user, after={"designation": designation}, reason=reason.strip())
    return user


def _let_go(user: User) -> None:
    """Sessions, what the person answers for, and offices."""
    sessions.end_others(user, None)
    UserSession.objects.filter(user=user).delete()
    Organisation.objects.filter(focal_point=user).update(focal_point=None)
    for topic in Topic.objects.filter(owners=user):
        topic.owners.remove(user)
    user.user_permissions.clear()


def is_erased(user: User) -> bool:
    return user.email.endswith(NOWHERE)


def _empty(user: User, designation: str) -> None:
    """Leave nothing of the owner but the organisation."""
    user.email, user.name = f"{user.pk}{NOWHERE}", designation
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = False
    user.platform_role, user.last_login, user.invited_at = PlatformRole.NONE, None, None
    unchosen = User()
    for name in ("language", "time_zone", "theme", "mail_rhythm", "shows_presence"):
        setattr(user, name, getattr(unchosen, name))


def _rename(user: User, designation: str) -> None:
    _empty(user, designation)
    user.save()
    people = Person.objects.filter(user=user)
    for person in [*people, *Person.objects.filter(merged_into__in=people)]:
        if name := person.photo.name:
            transaction.on_commit(partial(person.photo.storage.delete, name))
        for field in ("name_native", "form_of_address", "email", "phone", "address", "photo"):
            setattr(person, field, "")
        person.name, person.languages = designation, []
        person.version += 1
        # Search follows, with whatever the person has said.
        person.save()


def _forget_tasks_about(email: str) -> None:
    """Tasks that are done hold what they were given, such as the address of a mail."""
    done = (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)
    DBTaskResult.objects.filter(status__in=done, args_kwargs__icontains=email).delete()


# --- after a restore -----------------------------------------------------------------------------------------------
def erasures() -> list[dict[str, Any]]:
    """Who was erased, without a word of who it was: what a restored backup from before is told again."""
    erased = AuditEntry.objects.filter(verb=ERASED).order_by("pk")
    joined = dict(User.objects.filter(pk__in=erased.values("object_id")).values_list("pk", "date_joined"))
    return [
        {"account": entry.object_id, "since": joined[entry.object_id].isoformat(), "at": entry.at.isoformat()}
        for entry in erased
        if entry.object_id in joined
    ]


def erase_again(told: dict[str, Any]) -> bool:
    """Erase somebody whom a backup has brought back; False where that one is not here, or erased already."""
    user = User.objects.filter(pk=told["account"]).first()
    if user is None or user.date_joined.isoformat() != told["since"] or is_erased(user):
        return False
    erase_person(None, user, reason=f"erased on {told['at'][:10]}, and brought back by a backup")
    return True
