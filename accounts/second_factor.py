"""Who must have a second factor, and whether a session was begun with one.

SECOND_FACTOR_FOR names the offices that must. What else can be named there, such as the chairs of spaces, is entered in
`rules` by the package that knows of it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.models import User

# Of a session: the user who has a second factor, or whose provider has asked for one.
PASSED = "second_factor_of"
# Recovery codes alone are none: they stand in for one.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class Rule:
    """Who is meant by a word of SECOND_FACTOR_FOR: asked of one, or of many at once."""

    of: Callable[[User], bool]
    among: Callable[[Collection[int]], set[int]]


rules: dict[str, Rule] = {"everyone": Rule(lambda user: True, set)}


def must_have(user: User) -> bool:
    wanted = settings.SECOND_FACTOR_FOR
    return user.platform_role in wanted or any(rules[word].of(user) for word in wanted if word in rules)


def has_one(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_missing(user: User, session: Mapping[str, Any]) -> bool:
    """Whether `user` must have a second factor, and has none: until then there is nothing else."""
    return session.get(PASSED) != user.pk and must_have(user) and not has_one(user)


def missing_among(users: Iterable[User]) -> set[int]:
    """Of many at once, by key: who must have one and has none. One query, and one for each rule."""
    wanted, users = settings.SECOND_FACTOR_FOR, list(users)
    if not wanted:
        return set()
    have = set(Authenticator.objects.filter(user__in=users, type__in=FACTORS).values_list("user", flat=True))
    lacking = {user.pk: user.platform_role for user in users if user.pk not in have}
    asked = [rules[word].among(lacking) for word in wanted if word in rules and lacking]
    return {pk for pk, office in lacking.items() if office in wanted}.union(*asked)


def is_last(authenticator: Authenticator) -> bool:
    """Whether its user must have a second factor, and has no other one."""
    others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
    return must_have(authenticator.user) and not others.exists()
