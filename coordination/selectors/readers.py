"""“Who can see this?”"""

from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access
from coordination.models import (
    Marked,
    Organisation,
    Space,
)


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
    if token.role == "manage":
        return _sentence_of_chairs(token)
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


def _sentence_of_chairs(token: access.Token) -> str:
    if token.user is not None:
        return _("%(user)s, while a chair of “%(space)s”")
    if token.org is not None:
        return _("The chairs of “%(space)s” who are of %(organisation)s")
    return _("The chairs of “%(space)s”")
