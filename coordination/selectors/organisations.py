"""The directory, and what an organisation has signed and owes."""

from django.db.models import F, QuerySet, prefetch_related_objects

from accounts.models import User
from coordination import access
from coordination.models import (
    Action,
    Agreement,
    Commitment,
    Organisation,
    Party,
)


def directory() -> QuerySet[Organisation]:
    """The organisations of the programme: known to whoever is signed in (docs/decisions/0003)."""
    return Organisation.objects.select_related("country").order_by("name")


def written_so(found: list[Organisation], name: str) -> list[Organisation]:
    """Of several that a name may mean, the one that is written just so: without a country, the one that has none."""
    return [one for one in found if str(one).casefold() == name.casefold()] or found


def colleagues_known_to(user: access.Reader, organisation: Organisation) -> list[User]:
    """The users of `organisation` who share a space with `user`, with their persons: nobody else is named."""
    together = access.users_in(access.memberships(user))
    found = [one for one in together if one.organisation_id == organisation.pk]
    prefetch_related_objects(found, "person")
    return found


def work_of(organisation: Organisation, user: access.Reader) -> dict[str, QuerySet]:
    """What `organisation` has signed, owes and has to do, as far as `user` may read it."""
    agreements = Agreement.live_pages().readable_by(user)
    signed = Party.objects.filter(organisation=organisation).values("agreement")
    return {
        "agreements": agreements.filter(pk__in=signed).order_by(F("signed_on").desc(nulls_last=True), "title"),
        "commitments": Commitment.objects.standing().readable_by(user).for_lists().owed_by(organisation),
        "actions": Action.objects.standing().readable_by(user).for_lists().owned_by(organisation),
    }
