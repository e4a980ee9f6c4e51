"""Lists, narrowed down and put in order."""

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from coordination import access, named
from coordination.lookups import Many
from coordination.models import (
    Action,
    Agreement,
    Commitment,
    Country,
    Organisation,
    Party,
    Person,
    ProgressReport,
    Space,
    Topic,
)
from coordination.selectors.commitments import with_reports_to_review
from coordination.selectors.following_up import for_the_organisation_of
from coordination.selectors.scoreboard import narrowed_to_board

# `chosen` gives what the reader chose for a filter, or None.
Chosen = Callable[[str], Any]
# What a reader may choose from a list, as rows of key, value in the address, and label.
Offered = list[tuple[Any, str, str]]

# A list counts no further: beyond it, it says “more than”. Counting two hundred thousand rows helps nobody.
COUNTED_AT_MOST = 1000
# How lists of what is due are sorted; the first is what happens where nobody chose.
SOONEST_DUE = (F("due_on").asc(nulls_last=True), "pk")
SORTS: dict[str, tuple[Any, ...]] = {
    "due": SOONEST_DUE,
    "priority": ("-priority", *SOONEST_DUE),
    "updated": ("-updated_at", "-pk"),
}
# What an action may have come from, by the name of the model; and the source of what was written down by hand.
SOURCES = ("paragraph", "message", "commitment", "visit")
NO_SOURCE = "none"


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
            actions = for_the_organisation_of(user, actions, "owner")
    if person := chosen("person"):
        actions = actions.filter(owner_person=person)
    if priority := chosen("priority"):
        actions = actions.filter(priority=priority)
    if source := chosen("source"):
        actions = _from_source(actions, user, source)
    return _narrowed_due(actions, user, "owner", "description", chosen).order_by(*SORTS[chosen("sort") or "due"])


def _from_source(actions: QuerySet[Action], user: access.Reader, source: str) -> QuerySet[Action]:
    """Those that came from a source of this kind; what came from one that is closed to `user` was written by hand."""
    kinds = ContentType.objects.filter(model__in=SOURCES if source == NO_SOURCE else [source])
    of_kinds = [_from_readable(kind, user) for kind in kinds if hasattr(kind.model_class(), "audience_path")]
    if source == NO_SOURCE:
        for of_kind in of_kinds:
            actions = actions.exclude(of_kind)
        return actions
    return actions.filter(of_kinds[0]) if of_kinds else actions.none()


def _from_readable(kind: ContentType, user: access.Reader) -> Q:
    """That it came from something of this kind which `user` may be told of, as `source_of` tells."""
    model: Any = kind.model_class()
    sources = named.live(model._default_manager.filter(pk=OuterRef("source_id")))
    sources = access.readable_at_once(sources, user)
    return Q(source_type=kind) & Q(Exists(sources))


def narrowed_commitments(
    commitments: QuerySet[Commitment], user: access.Reader, chosen: Chosen
) -> QuerySet[Commitment]:
    if chosen("whose") == "ours":
        commitments = for_the_organisation_of(user, commitments, "party")
    match chosen("reports"):
        case "pending":
            commitments = commitments.filter(pk__in=ProgressReport.objects.pending().values("commitment"))
        case "for_me":
            commitments = with_reports_to_review(commitments, user)
    rows = _narrowed_due(commitments, user, "party", "text", _whatever_the_state(chosen))
    return rows.order_by(*SORTS[chosen("sort") or "due"])


def _whatever_the_state(chosen: Chosen) -> Chosen:
    """What is reported as achieved waits for acceptance too: whoever asks for reports asks for every state."""
    if not chosen("reports"):
        return chosen
    return lambda name: chosen(name) or ("any" if name == "state" else None)


def _narrowed_due(rows: Any, user: access.Reader, owner: str, text: str, chosen: Chosen) -> Any:
    # By space, organisation, country, agreement and topic exactly as the scoreboard counts, whose numbers lead here.
    rows = narrowed_to_board(rows, user, chosen)
    if words := chosen("q"):
        rows = rows.filter(holding(words, "title", text))
    if since := chosen("due_since"):
        rows = rows.filter(due_on__gte=since)
    if until := chosen("due_until"):
        rows = rows.filter(due_on__lte=until)
    if chosen("overdue"):
        rows = rows.overdue()
    state = chosen("state")
    if state is None:
        return rows.standing()
    return rows if state == "any" else rows.filter(state=state)


def counted(rows: QuerySet, at_most: int = COUNTED_AT_MOST) -> int:
    """How many these are; one more than `at_most` stands for all that is more."""
    return rows.order_by()[: at_most + 1].count()


# --- what filters offer ---------------------------------------------------------------------------------------------
def occurring(choices: QuerySet, rows: QuerySet, field: str) -> QuerySet:
    """Those of `choices` to which the `field` of some of `rows` points.

    One look into an index for each choice, in place of one at every row: so it is asked as a value, which the database
    does not rewrite into a join.
    """
    found = rows.filter(**{field: OuterRef("pk")}).order_by().values("pk")[:1]
    return choices.annotate(occurs=Subquery(found)).filter(occurs__isnull=False)


def spaces_offered(user: access.Reader, rows: QuerySet) -> Offered:
    """The spaces that `user` is a member of; and others that the user may know of, where something of `rows` lies.

    Of what lies in a space without its members' tokens, only what is for all is read: there is no more to look for.
    """
    spaces = access.readable_at_once(Space.objects.live(), user)
    own = {"pk__among": Many(access.memberships(user))}
    model = rows.model._default_manager.all()
    others = occurring(spaces.exclude(**own), access.readable_by_all_like(model, user), "space")
    offered = [*spaces.filter(**own).values_list("pk", "key", "title"), *others.values_list("pk", "key", "title")]
    return sorted(offered, key=lambda space: space[2])


def organisations_offered(rows: QuerySet, owner: str) -> Offered:
    named = occurring(Organisation.objects.all(), rows, owner).order_by("acronym", "pk")
    return [
        (pk, str(pk), f"{acronym} ({country})" if country else acronym)
        for pk, acronym, country in named.values_list("pk", "acronym", "country")
    ]


def persons_offered(rows: QuerySet[Action], organisation: int | None, chosen: str) -> Offered:
    """The persons of one organisation who have something to do among `rows`, and the one who is chosen already.

    Of all organisations at once they would be thousands.
    """
    wanted = Q(owner=organisation) if organisation else Q(pk__in=[])
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
        wanted |= Q(owner_person=int(chosen))
    persons = Person.objects.filter(pk__in=rows.order_by().filter(wanted).values("owner_person")).order_by("name", "pk")
    return [(pk, str(pk), name) for pk, name in persons.values_list("pk", "name")]


def agreements_offered(user: access.Reader) -> Offered:
    """The agreements under which something was undertaken, as far as `user` may know of both."""
    commitments = access.readable_at_once(Commitment.objects.all(), user)
    readable = access.readable_at_once(Agreement.objects.live(), user)
    agreements = occurring(readable, commitments, "article__agreement")
    return list(agreements.order_by("title").values_list("pk", "key", "title"))


def countries_offered(organisation_ids: list[int]) -> Offered:
    """Where these organisations are."""
    countries = Country.objects.filter(organisations__in=organisation_ids).distinct()
    return [(country.pk, country.pk, str(country)) for country in countries]


def topics_offered(space_ids: list[int], agreement_ids: list[int]) -> Offered:
    """What these spaces and agreements are about."""
    of_spaces = Space.topics.through.objects.filter(space__among=Many(space_ids)).values("topic")
    of_agreements = Agreement.topics.through.objects.filter(agreement__among=Many(agreement_ids)).values("topic")
    topics = Topic.objects.filter(Q(pk__in=of_spaces) | Q(pk__in=of_agreements))
    return [(topic.pk, topic.slug, str(topic)) for topic in topics]


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
