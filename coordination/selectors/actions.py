"""What the page of an action shows besides itself, and whom its news concern."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from coordination import access
from coordination.models import Action, ActionDependency, ActionFollower, ActionUpdate, ChecklistItem
from coordination.selectors.lists import holding

# How many actions the search for what an action waits for offers at once.
MOST_OFFERED = 20


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


def concerned_by(action: Action) -> list[User]:
    """Whom news of `action` concern: its followers and, where nobody in person does it, everybody of its owner who
    may read it and did not choose otherwise."""
    following = followers_of(action)
    if action.owner_person is not None and action.owner_person.user_id is not None:
        return following
    left = ActionFollower.objects.filter(action=action, follows=False).values("user")
    owners = User.objects.filter(organisation=action.owner_id, is_active=True).exclude(pk__in=left)
    return [*following, *access.readers_among(owners, action)]


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
