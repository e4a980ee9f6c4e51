"""What more than one view asks of coordination."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access
from coordination.models import (
    Action,
    Agreement,
    Article,
    AuditEntry,
    Commitment,
    Marked,
    Organisation,
    Party,
    Person,
    Post,
    Space,
)


def spaces_of(user: access.Reader) -> list[Space]:
    """The spaces that `user` is a member of, by title."""
    return list(
        Space.objects.live()
        .readable_by(user)
        .filter(pk__in=access.memberships(user))
        .select_related("audience")
        .order_by("title")
    )


def spaces_readable_by(user: access.Reader) -> QuerySet[Space]:
    """The spaces whose existence `user` may know of."""
    return Space.objects.live().readable_by(user).select_related("audience", "country").order_by("title")


def actions_of(user: access.Reader) -> QuerySet[Action]:
    """What `user` has to do: standing actions of the person or of the organisation, the longest overdue first."""
    return _owned_by_the_organisation_of(user, Action.objects.standing().readable_by(user).for_lists(), "owner")


def commitments_of(user: access.Reader) -> QuerySet[Commitment]:
    """What the organisation of `user` still owes, the longest overdue first."""
    queryset = Commitment.objects.standing().readable_by(user).for_lists()
    return _owned_by_the_organisation_of(user, queryset, "party")


def _owned_by_the_organisation_of(user: access.Reader, queryset: QuerySet, field: str) -> QuerySet:
    if not user.is_authenticated or user.organisation_id is None:
        return queryset.none()
    return queryset.filter(**{field: user.organisation_id})


def made_from(source: Any, user: access.Reader) -> dict[str, list]:
    """The actions and commitments that came from `source` (a paragraph, a message), as far as `user` may read them."""
    return made_from_each([source], user)[source.pk]


def made_from_each(sources: list[Any], user: access.Reader) -> dict[Any, dict[str, list]]:
    """The same for many sources of one model, in two queries: by the key of the source."""
    found: dict[Any, dict[str, list]] = {source.pk: {"actions": [], "commitments": []} for source in sources}
    if not sources:
        return found
    of_these = {
        "source_type": ContentType.objects.get_for_model(sources[0]),
        "source_id__in": [source.pk for source in sources],
    }
    for action in Action.objects.readable_by(user).for_lists().filter(**of_these):
        found[action.source_id]["actions"].append(action)
    for commitment in Commitment.objects.readable_by(user).for_lists().filter(**of_these):
        found[commitment.source_id]["commitments"].append(commitment)
    return found


def history_of(obj: Any) -> QuerySet[AuditEntry]:
    """The audit trail of `obj`, newest first; for those who manage its space."""
    return AuditEntry.objects.filter(
        object_type=ContentType.objects.get_for_model(obj), object_id=obj.pk
    ).select_related("actor")


def organisations_in(space: Space) -> QuerySet[Organisation]:
    """The organisations that have users in `space`, or are members as a whole."""
    members = access.members_of(space)
    as_a_whole = [held.member.pk for held in members if isinstance(held.member, Organisation)]
    through_users = [held.member.organisation_id for held in members if not isinstance(held.member, Organisation)]
    return Organisation.objects.filter(pk__in=[*as_a_whole, *through_users]).order_by("acronym")


def articles_of(agreement: Agreement, user: access.Reader) -> list[tuple[Article, list[Commitment]]]:
    """The articles of `agreement` in their order, each with what `user` may read of what was undertaken under it."""
    under = commitments_under(agreement, user)
    articles = list(agreement.articles.all())
    for article in articles:
        article.agreement = agreement  # known already: the page asks each article for its space
    return [(article, under.get(article.pk, [])) for article in articles]


def commitments_under(agreement: Agreement, user: access.Reader) -> dict[int, list[Commitment]]:
    """The commitments under each article of `agreement` that `user` may read, by the article's key. One query."""
    found: dict[int, list[Commitment]] = {}
    for commitment in Commitment.objects.readable_by(user).for_lists().filter(article__agreement=agreement):
        found.setdefault(commitment.article_id, []).append(commitment)
    return found


def known_spaces(user: access.Reader, objects: Iterable[Any]) -> dict[int, Space]:
    """Of the spaces in which `objects` lie, those whose existence `user` may know of, by key. One query."""
    spaces = Space.objects.readable_by(user).filter(pk__in={obj.space_id for obj in objects})
    return {space.pk: space for space in spaces}


def persons_in(space: Space) -> QuerySet[Person]:
    """Whom a task in `space` may be given to: members, and holders of listed posts at organisations there."""
    listed = Post.objects.current().filter(listed=True, organisation__in=organisations_in(space))
    return (
        Person.objects.filter(Q(user__in=list(access.users_in([space.pk]))) | Q(pk__in=listed.values("person")))
        .select_related("user__organisation")
        .order_by("name")
    )


def source_of(obj: Action | Commitment, user: access.Reader) -> Any | None:
    """What `obj` came from (a paragraph, a message, a commitment), where `user` may read it; else it is not named."""
    source = obj.source
    return access.if_readable(user, source) if hasattr(source, "audience_path") else None


def present_values(obj: Any, form: Any) -> list[tuple[str, Any]]:
    """Of the fields of `form`, what stands in `obj` now where something else was typed: label and value."""
    present = []
    for bound in form.visible_fields():
        value: Any = getattr(obj, bound.name, None)
        if hasattr(value, "all"):
            value = list(value.all())
            differs = {str(one.pk) for one in value} != {str(one) for one in bound.value() or []}
            shown: Any = ", ".join(str(one) for one in value)
        else:
            differs = str(getattr(value, "pk", value) or "") != str(bound.value() or "")
            display = getattr(obj, f"get_{bound.name}_display", None)
            shown = display() if display else value
        if differs and bound.name != "reason":
            present.append((bound.label, shown if shown not in (None, "") else "–"))
    return present


# --- lists, narrowed down ------------------------------------------------------------------------------------------
# `chosen` gives what the reader chose for a filter, or None.
Chosen = Callable[[str], Any]


def holding(words: str, *fields: str) -> Q:
    """Whether one of the fields holds `words`. SQLite knows upper and lower case of ASCII only: both are asked for."""
    matching = Q()
    for field in fields:
        for written in {words, words.lower(), words.capitalize(), words.upper()}:
            matching |= Q(**{f"{field}__icontains": written})
    return matching


def narrowed_actions(actions: QuerySet[Action], user: access.Reader, chosen: Chosen) -> QuerySet[Action]:
    match chosen("whose"):
        case "mine":
            actions = actions.filter(owner_person__user=user.pk) if user.is_authenticated else actions.none()
        case "ours":
            actions = _owned_by_the_organisation_of(user, actions, "owner")
    return _narrowed_due(actions, "owner", "description", chosen)


def narrowed_commitments(commitments: QuerySet[Commitment], chosen: Chosen) -> QuerySet[Commitment]:
    if country := chosen("country"):
        commitments = commitments.filter(party__country=country)
    if agreement := chosen("agreement"):
        commitments = commitments.filter(article__agreement=agreement)
    return _narrowed_due(commitments, "party", "text", chosen)


def _narrowed_due(rows: Any, owner: str, text: str, chosen: Chosen) -> Any:
    if words := chosen("q"):
        rows = rows.filter(holding(words, "title", text))
    if space := chosen("space"):
        rows = rows.filter(space=space)
    if organisation := chosen("organisation"):
        rows = rows.filter(**{owner: organisation})
    if chosen("overdue"):
        rows = rows.overdue()
    state = chosen("state")
    if state is None:
        return rows.standing()
    return rows if state == "any" else rows.filter(state=state)


def narrowed_agreements(agreements: Any, chosen: Chosen) -> Any:
    if words := chosen("q"):
        agreements = agreements.filter(holding(words, "title", "reference"))
    for name in ("space", "kind", "state"):
        if value := chosen(name):
            agreements = agreements.filter(**{name: value})
    if country := chosen("country"):
        agreements = agreements.filter(pk__in=Party.objects.filter(organisation__country=country).values("agreement"))
    return agreements.order_by(F("signed_on").desc(nulls_last=True), "title")


def narrowed_organisations(organisations: QuerySet[Organisation], chosen: Chosen) -> QuerySet[Organisation]:
    if words := chosen("q"):
        organisations = organisations.filter(holding(words, "name", "acronym"))
    for name in ("kind", "country"):
        if value := chosen(name):
            organisations = organisations.filter(**{name: value})
    return organisations


def narrowed_trail(entries: QuerySet[AuditEntry], chosen: Chosen) -> QuerySet[AuditEntry]:
    if verb := chosen("verb"):
        entries = entries.filter(verb__icontains=verb)
    if since := chosen("since"):
        entries = entries.filter(at__date__gte=since)
    if until := chosen("until"):
        entries = entries.filter(at__date__lte=until)
    return entries


# --- agreements ----------------------------------------------------------------------------------------------------
@dataclass
class Milestone:
    """A day in the life of an agreement."""

    on: date
    label: str
    is_past: bool


def milestones_of(agreement: Agreement) -> list[Milestone]:
    """The days of `agreement` that are known, in their order."""
    days = [
        (agreement.signed_on, _("Signed")),
        (agreement.in_force_from, _("In force from")),
        (agreement.in_force_until, _("In force until")),
    ]
    known = sorted(((on, label) for on, label in days if on), key=lambda day: day[0])
    return [Milestone(on, label, on <= timezone.localdate()) for on, label in known]


# --- organisations -------------------------------------------------------------------------------------------------
def directory() -> QuerySet[Organisation]:
    """The organisations of the programme: known to whoever is signed in (docs/decisions/0003)."""
    return Organisation.objects.select_related("country").order_by("name")


def posts_shown(organisation: Organisation) -> QuerySet[Post]:
    """The posts that the directory shows, with their holders: the listed ones, present before past."""
    return (
        organisation.posts.filter(listed=True)
        .select_related("person")
        .order_by(F("ends_on").desc(nulls_first=True), "title")
    )


def colleagues_known_to(user: access.Reader, organisation: Organisation) -> list[User]:
    """The users of `organisation` who share a space with `user`: nobody else is named."""
    together = access.users_in(access.memberships(user))
    return [one for one in together if one.organisation_id == organisation.pk]


def work_of(organisation: Organisation, user: access.Reader) -> dict[str, QuerySet]:
    """What `organisation` has signed, owes and has to do, as far as `user` may read it."""
    agreements = Agreement.live_pages().readable_by(user)
    signed = Party.objects.filter(organisation=organisation).values("agreement")
    return {
        "agreements": agreements.filter(pk__in=signed).order_by(F("signed_on").desc(nulls_last=True), "title"),
        "commitments": Commitment.objects.standing().readable_by(user).for_lists().owed_by(organisation),
        "actions": Action.objects.standing().readable_by(user).for_lists().owned_by(organisation),
    }


# --- who can see this? ---------------------------------------------------------------------------------------------
@cache
def marked_models() -> dict[str, type[Marked]]:
    """Every kind of content with a marking of its own, of every package, by the name that its address uses."""
    return {model.__name__.lower(): model for model in apps.get_models() if issubclass(model, Marked)}


def by_organisation(users: Iterable[User]) -> list[tuple[Organisation | None, list[User]]]:
    """These users under their organisations, by acronym; those of none come last."""
    found: dict[Organisation | None, list[User]] = {}
    for user in users:
        found.setdefault(user.organisation, []).append(user)
    return sorted(found.items(), key=lambda entry: (entry[0] is None, str(entry[0])))


def in_plain_words(tokens: Iterable[str], user: access.Reader) -> list[str]:
    """What each token of an audience says, for `user`. Three queries, however many tokens."""
    tokens = sorted(tokens)
    parsed = [access.Token.parse(token) for token in tokens if token not in (access.PUBLIC, access.PARTNERS)]
    spaces = Space.objects.readable_by(user).in_bulk({token.space for token in parsed})
    organisations = Organisation.objects.in_bulk({token.org for token in parsed if token.org})
    users = User.objects.in_bulk({token.user for token in parsed if token.user})
    said = []
    if access.PUBLIC in tokens:
        said.append(_("Everyone, signed in or not"))
    if access.PARTNERS in tokens:
        said.append(_("Everyone who is signed in"))
    for token in parsed:
        space = spaces.get(token.space)
        names = {
            "space": space.title if space else _("another space"),
            "organisation": organisations.get(token.org),
            "user": users.get(token.user),
        }
        said.append(_sentence(token) % names)
    return said


def _sentence(token: access.Token) -> str:
    match (token.user is not None, token.org is not None, token.role is not None):
        case (True, True, False):
            return _("%(user)s, while of %(organisation)s and a member of “%(space)s”")
        case (True, False, False):
            return _("%(user)s, while a member of “%(space)s”")
        case (False, True, False):
            return _("The members of “%(space)s” who are of %(organisation)s")
        case (False, False, False):
            return _("All members of “%(space)s”")
        case (True, True, True):
            return _("%(user)s, while of %(organisation)s and a rapporteur or chair of “%(space)s”")
        case (True, False, True):
            return _("%(user)s, while a rapporteur or chair of “%(space)s”")
        case (False, True, True):
            return _("The rapporteurs and chairs of “%(space)s” who are of %(organisation)s")
        case _:
            return _("The rapporteurs and chairs of “%(space)s”")


# --- the audit trail -----------------------------------------------------------------------------------------------
@dataclass
class Deed:
    """An entry of the audit trail as its reader may see it: `obj` and `space` only where the reader may read them."""

    entry: AuditEntry
    kind: str
    obj: Any
    space: Space | None


def may_see_trail(user: access.Reader) -> bool:
    """Whether there is an audit trail for `user` to look through: for auditors, and for the chairs of spaces."""
    is_chair = any("manage_space" in held for held in access.memberships(user).values())
    return is_chair or access.can_in_office(user, "audit")


def trail_for(user: access.Reader) -> QuerySet[AuditEntry]:
    """The entries that `user` may look through: an auditor all of them, a chair those on what the chair may read."""
    entries = AuditEntry.objects.select_related("actor", "object_type")
    if access.can_in_office(user, "audit"):
        return entries
    managed = [space for space, held in access.memberships(user).items() if "manage_space" in held]
    allowed = Q(pk__in=[])
    for model in _models_with_audience():
        readable = access.readable_by(model._default_manager.all(), user).values("pk")
        allowed |= Q(object_type=ContentType.objects.get_for_model(model), object_id__in=readable)
    return entries.filter(allowed, space_id__in=managed)


def deeds(entries: Iterable[AuditEntry], user: access.Reader) -> list[Deed]:
    """These entries with what they are about, where `user` may read it. As many queries for many entries as for few."""
    entries = list(entries)
    by_type: dict[ContentType, set[int]] = {}
    for entry in entries:
        by_type.setdefault(entry.object_type, set()).add(entry.object_id)
    found: dict[tuple[int, int], Any] = {}
    for kind, keys in by_type.items():
        model = kind.model_class()
        if model is None or not hasattr(model, "audience_path"):
            continue
        readable = access.readable_by(model._default_manager.filter(pk__in=keys), user)
        for obj in readable.prefetch_related(*_named_along(model)):
            found[kind.pk, obj.pk] = obj
    spaces = Space.objects.readable_by(user).in_bulk({entry.space_id for entry in entries if entry.space_id})
    told = []
    for entry in entries:
        obj = found.get((entry.object_type_id, entry.object_id))
        told.append(Deed(entry, entry.object_type.name, obj, spaces.get(entry.space_id) if obj is not None else None))
    return told


def _named_along(model: type[Model]) -> list[str]:
    """The related rows that the name and the address of such objects are made from, where the model says so."""
    return [name] if (name := getattr(model, "named_along", "")) else []


def _models_with_audience() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if hasattr(model, "audience_path") and not model._meta.proxy and not model._meta.abstract
    ]
