"""What the page of an action shows besides itself, and whom its news concern."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from coordination import access
from coordination.models import (
    Action,
    ActionDependency,
    ActionFollower,
    ActionUpdate,
    ChecklistItem,
    Commitment,
    Person,
)
from coordination.selectors.lists import holding

# How many actions the search for what an action waits for offers at once.
MOST_OFFERED = 20
# Parameters of one query: SQLite has a limit of its own.
KEYS_AT_ONCE = 500


def followers_of(action: Action) -> list[User]:
    """Who follows `action` and may read it: whoever chose to, and by default its person, its author and whoever
    reported on it, unless they chose not to. Three queries."""
    chosen = ActionFollower.objects.filter(action=action)
    by_default = Q(pk=action.created_by_id) | Q(pk__in=ActionUpdate.objects.filter(action=action).values("author"))
    if action.owner_person_id:
        by_default |= Q(person=action.owner_person_id)
    following = User.objects.filter(by_default | Q(pk__in=chosen.filter(follows=True).values("user")), is_active=True)
    left = chosen.filter(follows=False).values("user")
    return access.readers_among(
        following.exclude(pk__in=left).select_related("organisation").order_by("name", "pk"), action
    )


def person_doing(action: Action) -> User | None:
    """Who is to do it in person, by an account that is open and may still read it. Two queries."""
    user = action.owner_person.user if action.owner_person is not None else None
    return next(iter(access.readers_among([user], action)), None) if user is not None else None


def concerned_by(action: Action) -> list[User]:
    """Whom news of `action` concern: its followers and, where nobody in person does it, everybody of its owner who
    may read it and did not choose otherwise."""
    following = followers_of(action)
    if person_doing(action) is not None:
        return following
    left = ActionFollower.objects.filter(action=action, follows=False).values("user")
    owners = User.objects.filter(organisation=action.owner_id, is_active=True).exclude(pk__in=left)
    return [*following, *access.readers_among(owners, action)]


def concerned_by_many(keys: Collection[int]) -> set[User]:
    """Whom news of many actions concern, each of whom may read one of them: those of its owner, its person, and
    whoever chose to follow it. As many queries as there are audiences among them, not actions."""
    return _readers_of_many(Action, keys, _concerned_by_those)


def owing_many(keys: Collection[int]) -> set[User]:
    """Everybody of the parties of these commitments who may read one of theirs. As many queries as audiences."""
    return _readers_of_many(Commitment, keys, lambda those: Q(organisation__in=those.values("party")))


def _concerned_by_those(actions: QuerySet[Action]) -> Q:
    following = ActionFollower.objects.filter(action__in=actions.values("pk"), follows=True)
    concerned = Q(organisation__in=actions.values("owner")) | Q(person__in=actions.values("owner_person"))
    return concerned | Q(pk__in=following.values("user"))


def _readers_of_many(model: Any, keys: Collection[int], concerned: Callable[[QuerySet], Q]) -> set[User]:
    """Of rows of `model`, those whom `concerned` says that some of them concern, and who may read them."""
    by_audience: dict[int, list[int]] = {}
    for some in _in_pieces(model, list(keys)):
        for key, audience in some.values_list("pk", "audience"):
            by_audience.setdefault(audience, []).append(key)
    found: set[User] = set()
    for alike in by_audience.values():
        users: set[User] = set()
        for some in _in_pieces(model, alike):
            users.update(User.objects.filter(concerned(some), is_active=True))
        found.update(access.readers_among(users, model.objects.select_related("audience").get(pk=alike[0])))
    return found


def _in_pieces(model: Any, keys: list[int]) -> Iterator[QuerySet]:
    for first in range(0, len(keys), KEYS_AT_ONCE):
        yield model.objects.filter(pk__in=keys[first : first + KEYS_AT_ONCE]).order_by()


def concerned_by_each(actions: list[Action]) -> dict[User, list[Action]]:
    """The same for many actions at once: whom they concern, and which of them; of what is over, those too who wait for
    it. A few queries, and four per audience."""
    concerned = _concerned_each(actions)
    over = [action.pk for action in actions if action.is_closed]
    pairs = ActionDependency.objects.filter(waits_for__in=over, action__in=Action.objects.standing().values("pk"))
    awaited = list(pairs.values_list("waits_for", "action"))
    waiting = _concerned_each(list(Action.objects.filter(pk__in={waits for _over, waits in awaited})))
    for key, waits in awaited:
        concerned[key] |= waiting[waits]
    return _by_reader(actions, concerned)


def _concerned_each(actions: list[Action]) -> dict[int, set[int]]:
    """The keys of those whom each concerns, by the key of the action, whether they may read it or not."""
    concerned = _doing_each(actions)
    for action in actions:
        if action.created_by_id:
            concerned[action.pk].add(action.created_by_id)
    for key, user_id in ActionUpdate.objects.filter(action__in=concerned).values_list("action", "author"):
        concerned[key].add(user_id)
    chosen = ActionFollower.objects.filter(action__in=concerned)
    for key, user_id, follows in chosen.values_list("action", "user", "follows"):
        (concerned[key].add if follows else concerned[key].discard)(user_id)
    return concerned


def doing_each(actions: list[Action]) -> dict[User, list[Action]]:
    """Who is to do these actions, and which of them: the person, else everybody of the owner who may read it."""
    return _by_reader(actions, _doing_each(actions))


def _doing_each(actions: list[Action]) -> dict[int, set[int]]:
    """The keys of those who are to do each, by the key of the action; of those in person, who may still read it."""
    persons = Person.objects.filter(pk__in={action.owner_person_id for action in actions}, user__is_active=True)
    user_of: dict[int | None, User] = {
        person.pk: person.user for person in persons.select_related("user__organisation") if person.user
    }
    readers = _readers_by_audience(actions, user_of.values())
    users_of: dict[int, set[int]] = {}
    users = User.objects.filter(organisation__in={action.owner_id for action in actions}, is_active=True)
    for user_id, organisation_id in users.values_list("pk", "organisation"):
        users_of.setdefault(organisation_id, set()).add(user_id)
    doing: dict[int, set[int]] = {}
    for action in actions:
        person = user_of.get(action.owner_person_id)
        may_read = person is not None and person.pk in readers[action.audience_id]
        doing[action.pk] = {person.pk} if person and may_read else set(users_of.get(action.owner_id, ()))
    return doing


def _by_reader(actions: list[Action], concerned: dict[int, set[int]]) -> dict[User, list[Action]]:
    """By each user of `concerned`, which of the actions they may read."""
    users = User.objects.filter(pk__in=set().union(*concerned.values()), is_active=True)
    known = users.select_related("organisation").in_bulk()
    readers = _readers_by_audience(actions, known.values())
    found: dict[User, list[Action]] = {}
    for action in actions:
        for user_id in concerned[action.pk] & readers[action.audience_id]:
            found.setdefault(known[user_id], []).append(action)
    return found


def _readers_by_audience(actions: list[Action], users: Collection[User]) -> dict[int, set[int]]:
    """By audience of these actions, the keys of those among `users` who belong to it. Two queries for each."""
    return {
        action.audience_id: {user.pk for user in access.readers_among(users, action)}
        for action in {action.audience_id: action for action in actions}.values()
    }


def waits_for(action: Action, user: access.Reader) -> QuerySet[Action]:
    """What `action` waits for, as far as `user` may read it: unfinished first."""
    of_these = ActionDependency.objects.filter(action=action).values("waits_for")
    return Action.objects.readable_by(user).for_lists().filter(pk__in=of_these)


def awaited_by(action: Action, user: access.Reader) -> QuerySet[Action]:
    """The unfinished actions that wait for `action`, as far as `user` may read them."""
    of_these = ActionDependency.objects.filter(waits_for=action).values("action")
    return Action.objects.standing().readable_by(user).for_lists().filter(pk__in=of_these)


def actions_to_wait_for(action: Action, user: access.Reader, words: str) -> list[Action]:
    """What `action` may be made to wait for: by words of the title, or by reference or key. Nothing without words."""
    if not words.strip():
        return []
    words = words.strip()
    named = Q(key=words) | Q(short_reference__iexact=words) | holding(words, "title")
    present = ActionDependency.objects.filter(action=action).values("waits_for")
    found = Action.objects.standing().readable_by(user).for_lists().filter(named)
    return list(found.exclude(pk=action.pk).exclude(pk__in=present)[:MOST_OFFERED])


@dataclass(frozen=True)
class Checklist:
    """The steps of an action, and how many of them are done."""

    steps: list[ChecklistItem]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)


def checklist_of(action: Action) -> Checklist:
    return Checklist(list(action.checklist.select_related("done_by__organisation")))
