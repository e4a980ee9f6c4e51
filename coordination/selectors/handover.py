"""What somebody who leaves has to hand over, and to whom."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from coordination import access
from coordination.models import Action, ActionFollower, Organisation, Person, Post


def actions_to_hand_over(user: User, predecessor: Person) -> list[Action]:
    """The standing actions of `predecessor` that `user` may read and hand over, the longest overdue first."""
    mine = Action.objects.standing().readable_by(user).for_lists().filter(owner_person=predecessor)
    with access.remembering():
        return [action for action in mine if access.can(user, "hand_over", action)]


def standing_followed_by(user: User) -> QuerySet[Action]:
    """The standing actions that `user` follows, by choice or by default."""
    rows = ActionFollower.objects.filter(user=user)
    by_default = Q(created_by=user) | Q(owner_person__user=user)
    chosen = Q(pk__in=rows.filter(follows=True).values("action"))
    left = rows.filter(follows=False).values("action")
    return Action.objects.standing().readable_by(user).filter(by_default | chosen).exclude(pk__in=left)


@dataclass(frozen=True)
class Predecessor:
    """Somebody whose actions a user may hand over, and how many there are as far as that user may read them."""

    person: Person
    actions: int


def predecessors_for(user: User) -> list[Predecessor]:
    """Whose actions `user` may hand over, besides the user's own: as focal point, or as chair of a space."""
    of_others = (
        Action.objects.standing().readable_by(user).filter(access.handed_over_by(user), owner_person__isnull=False)
    )
    rows = of_others.exclude(owner_person__user=user).order_by().values("owner_person").annotate(number=Count("pk"))
    counts = dict(rows.values_list("owner_person", "number"))
    persons = Person.objects.filter(pk__in=counts).order_by("name", "pk")
    return [Predecessor(person, counts[person.pk]) for person in persons]


def may_hand_over_for(user: User, predecessor: Person) -> bool:
    """Whether there is anything to ask: one's own actions, or some of another's that one may hand over."""
    return predecessor.user_id == user.pk or bool(actions_to_hand_over(user, predecessor))


def focal_points_to_pass_on(actor: User, predecessor: Person) -> list[Organisation]:
    """The organisations whose focal point the predecessor is; passed on by themselves, or by those who name them."""
    if predecessor.user_id is None:
        return []
    if predecessor.user_id != actor.pk and not access.can_in_office(actor, "keep_reference_data"):
        return []
    return list(Organisation.objects.filter(focal_point=predecessor.user_id).order_by("acronym"))


def successors_of(user: User, predecessor: Person) -> QuerySet[Person]:
    """Who may take over: colleagues of the predecessor whom `user` knows, and holders of posts there, likewise."""
    organisations = {action.owner_id for action in actions_to_hand_over(user, predecessor)}
    if predecessor.user and predecessor.user.organisation_id:
        organisations.add(predecessor.user.organisation_id)
    of_these = Organisation.objects.filter(pk__in=organisations)
    together = access.users_in(access.memberships(user))
    colleagues = [one for one in together if one.organisation_id in organisations]
    listed = Post.objects.current().known_to(user).filter(organisation__in=of_these)
    named = Person.objects.filter(Q(user__in=colleagues) | Q(pk__in=listed.values("person")))
    return named.exclude(pk=predecessor.pk).select_related("user__organisation").order_by("name")
