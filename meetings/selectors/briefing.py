"""Briefing packs: whose visit has one, and who of the delegation reads it."""

from dataclasses import dataclass

from accounts.models import User
from coordination import access
from meetings.models import BriefingPack, Visit, VisitMember


def briefing_of(visit: Visit, user: access.Reader) -> BriefingPack | None:
    """The pack of `visit`, if there is one that `user` may read."""
    return BriefingPack.objects.readable_by(user).filter(visit=visit).select_related("audience").first()


@dataclass(frozen=True)
class MemberReading:
    """A member of the delegation, and whether the pack reaches them."""

    member: VisitMember
    has_account: bool
    reads: bool


def readers_of_briefing(pack: BriefingPack) -> list[MemberReading]:
    """The delegation, each with whether they may read the pack; for those who prepare it. Three queries."""
    members = list(VisitMember.objects.for_lists().filter(visit=pack.visit_id).select_related(*ACCOUNTS))
    reading = {user.pk for user in access.readers_among([one for one in map(_account, members) if one], pack)}
    return [
        MemberReading(member, account is not None, account is not None and account.pk in reading)
        for member, account in ((member, _account(member)) for member in members)
    ]


ACCOUNTS = ("organisation", "post__organisation", "post__person__user", "person__user")


def _account(member: VisitMember) -> User | None:
    person = member.person or (member.post.person if member.post else None)
    user = person.user if person else None
    return user if user is not None and user.is_active else None
