"""Things to arrange a test with, in three lines."""

from itertools import count

from accounts.models import User
from coordination import access, editors, services
from coordination.models import Action, Agreement, Country, Organisation, Role, Space

_numbers = count(1)


def make_organisation(acronym: str | None = None, country: str | None = "PK") -> Organisation:
    number = next(_numbers)
    if country:
        Country.objects.get_or_create(code=country, defaults={"name": country})
    acronym = acronym or f"ORG{number}"
    return Organisation.objects.create(name=f"{acronym} in full", acronym=acronym, kind="agency", country_id=country)


def make_user(name: str | None = None, organisation: Organisation | None = None, **fields) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        f"person{number}@accord.example", "correct horse battery", name=name or f"Person {number}",
        organisation=organisation, **fields,
    )  # fmt: skip


def make_space(title: str | None = None, **fields) -> Space:
    return services.add_space(title=title or f"Space {next(_numbers)}", **fields)


def join(member, space: Space, role: str = Role.READER) -> None:
    """Make `member` a member, as the services do once a chair has asked for it."""
    access.grant(member, role, space)
    editors.equip(member, space, role)


def make_member(space: Space, role: str = Role.READER, organisation: Organisation | None = None, **fields) -> User:
    user = make_user(organisation=organisation, **fields)
    join(user, space, role)
    return user


def mark(obj, marking: str, *, organisations=(), users=()):
    """Set a marking as a test needs it, without asking who may."""
    tokens = access.audience_tokens(
        access.space_id_of(obj), marking, [one.pk for one in organisations], [one.pk for one in users]
    )
    obj.own_audience = access.intern(tokens)
    access.settle(obj)
    return obj


def make_action(space: Space, owner: Organisation | None = None, **fields) -> Action:
    fields.setdefault("title", f"Action {next(_numbers)}")
    return Action.objects.create(space=space, owner=owner or make_organisation(), **fields)


def make_agreement(space: Space, **fields) -> Agreement:
    fields.setdefault("title", f"Agreement {next(_numbers)}")
    agreement = Agreement(**fields)
    space.add_child(instance=agreement)
    return agreement
