"""What the frame of every page shows: worked out only where a template asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import languages
from accounts.theme import theme_of
from coordination import access, selectors
from coordination.models import EmergencyAccess
from discussion import selectors as discussion_selectors
from home.models import HomePage

# A menu of more is no longer read; its last entry leads to all of them.
SPACES_IN_A_MENU = 25

# The main navigation: address by name, icon (of Bootstrap Icons) and label.
NAVIGATION = (
    ("desk", "house-door", _("Desk")),
    ("space_list", "collection", _("Spaces")),
    ("meeting_list", "calendar3", _("Meetings")),
    ("action_list", "check2-square", _("Actions")),
    ("commitment_list", "flag", _("Commitments")),
    ("thread_list", "chat-left-text", _("Discussions")),
    ("scoreboard", "bar-chart-steps", _("Scoreboard")),
    ("knowledge", "book", _("Knowledge")),
    ("organisation_list", "building", _("Organisations")),
    ("search", "search", _("Search")),
)


# Where pages of an entry lie besides below its own address.
ALSO_BELOW = {
    "organisation_list": ("/people/", "/posts/"),
    "knowledge": (
        "/topics/", "/countries/", "/country-profiles/", "/resources/", "/questions/", "/events/", "/collections/",
        "/service-points/", "/glossary/", "/news/", "/feeds/", "/translate/",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class NavigationItem:
    url: str
    icon: str
    label: str
    is_current: bool


@cache
def _address(name: str) -> str:
    """The address called `name`, or nothing where the package that has it is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def navigation(path: str) -> list[NavigationItem]:
    """The entries of the main navigation; the one that `path` lies under is marked."""
    found = [(_address(name), ALSO_BELOW.get(name, ()), icon, label) for name, icon, label in NAVIGATION]
    return [
        NavigationItem(url, icon, str(label), path.startswith((url, *below)))
        for url, below, icon, label in found
        if url
    ]


def _lazily(work: Callable[[], Any]) -> SimpleLazyObject:
    return SimpleLazyObject(work)


def _unread(user) -> int:
    return discussion_selectors.unread_notifications(user)


def _emergencies(user) -> list[EmergencyAccess]:
    """What is marked on every page while it lasts: asked for only where there is any."""
    if not access.emergencies(user):
        return []
    return list(EmergencyAccess.objects.running().filter(user=user).select_related("space"))


def _may_edit(user) -> bool:
    """Whether the editors' side is open to `user`, as `editors_gate.is_at_the_door` says, without asking anew."""
    return access.can_in_office(user, "keep_reference_data") or any(
        "contribute_space" in held for held in access.memberships(user).values()
    )


def frame(request) -> dict[str, object]:
    user = getattr(request, "user", None) or AnonymousUser()
    # Whoever has yet to set up a second factor is shown the frame and nothing in it.
    is_kept_out = getattr(request, "is_kept_out", False)
    signed_in = user.is_authenticated and not is_kept_out
    return {
        "frame_spaces": _lazily(lambda: selectors.menu_of_spaces(user, SPACES_IN_A_MENU) if signed_in else []),
        "frame_languages": languages.offered(),
        "frame_is_rtl": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE) in settings.LANGUAGES_BIDI,
        "frame_theme": theme_of(request),
        "frame_is_kept_out": is_kept_out,
        "frame_navigation": _lazily(lambda: [] if is_kept_out else navigation(request.path)),
        "frame_addresses": _lazily(lambda: {name: _address(name) for name, _icon, _label in NAVIGATION}),
        "frame_search_url": "" if is_kept_out else _address("search"),
        "frame_notifications_url": "" if is_kept_out else _address("notification_list"),
        "frame_unread": _lazily(lambda: _unread(user) if signed_in else 0),
        "frame_keeps_accounts": signed_in and access.can_in_office(user, "keep_accounts"),
        "frame_keeps_rules": signed_in and access.can_in_office(user, "keep_rules"),
        "frame_may_edit": _lazily(lambda: signed_in and _may_edit(user)),
        "frame_may_invite": signed_in and access.can_in_office(user, "invite"),
        "frame_is_administrator": signed_in and access.can_in_office(user, "enter_in_emergency"),
        "frame_emergencies": _lazily(lambda: _emergencies(user) if signed_in else []),
        "frame_programme": _lazily(lambda: HomePage.objects.live().values("funder", "implementer").first()),
    }
