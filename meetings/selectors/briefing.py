"""Briefing packs: whose visit has one, and who of the delegation reads it."""

from dataclasses import dataclass

from django.db.models import Case, QuerySet, Value, When

from accounts.models import User
from coordination import access
from meetings.models import BriefingPack, Visit, VisitMember


def own_first(packs: QuerySet[BriefingPack], user: access.Reader) -> QuerySet[BriefingPack]:
    """Of two packs of one visit a reader has the one before them that was begun in the own organisation, or earlier."""
    if not user.is_authenticated or user.organisation_id is None:
        return packs.order_by("pk")
    is_own = Case(When(created_by__organisation=user.organisation_id, then=Value(0)), default=Value(1))
    return packs.order_by(is_own, "pk")


def briefing_of(visit: Visit, user: access.Reader) -> BriefingPack | None:
    """The pack of `visit`, if there is one that `user` may read."""
    packs = BriefingPack.objects.readable_by(user).filter(visit=visit).select_related("audience")
    return own_first(packs, user).first()


@dataclass(frozen=True)
class MemberReading:
    """A member of the delegation, and whether the pack reaches them."""

    member: VisitMember
    has_account: bool
    reads: bool
    # Without an account, and known by name: whoever prepares the pack may hand over a paper.
    may_be_given: bool = False


def readers_of_briefing(pack: BriefingPack) -> list[MemberReading]:
    """The delegation, each with whether they may read the pack; for those who prepare it. Three queries."""
    members = list(VisitMember.objects.for_lists().filter(visit=pack.visit_id).select_related(*ACCOUNTS))
    reading = {user.pk for user in access.readers_among([one for one in map(_account, members) if one], pack)}
    return [
        MemberReading(
            member, account is not None, account is not None and account.pk in reading, _is_known_by_name(member)
        )
        for member, account in ((member, _account(member)) for member in members)
    ]


ACCOUNTS = ("organisation", "post__organisation", "post__person__user", "person__user")


def _account(member: VisitMember) -> User | None:
    person = member.person or (member.post.person if member.post else None)
    user = person.user if person else None
    return user if user is not None and user.is_active else None


def _is_known_by_name(member: VisitMember) -> bool:
    person = member.person or (member.post.person if member.post else None)
    return person is not None and person.user_id is None
