"""The links with which a reader ends mails of one kind, without signing in (RFC 2369, RFC 8058).

A link is signed and names the piece of news by its random key: it tells nothing, and ends only what its own reader gets
of that kind in that space. Whoever else uses it does that and no more. Only sending does anything: programs that
look at every link of a mail end nothing.
"""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from discussion.models import Notification

_signer = signing.Signer(salt="discussion.mail_stops")
OF_THE_DIGEST = "digest"


def address_of_kind(news: Notification) -> str:
    """Ends mails of this kind, from this space."""
    return _address(news.key)


def address_of_digest(user: User) -> str:
    """Ends the mails of the day and of the week."""
    return _address(f"{OF_THE_DIGEST}.{user.pk}")


def _address(name: str) -> str:
    return settings.BASE_URL + reverse("mail_stop", args=[_signer.sign(name)])


def headers(address: str) -> dict[str, str]:
    """What mail programs make a button of, which sends to the address by itself."""
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def what_it_ends(token: str) -> Notification | User | None:
    """The news whose kind the link ends, or the user whose digests; None where it is none of ours."""
    try:
        name = _signer.unsign(token)
    except signing.BadSignature:
        return None
    begins, _dot, key = name.partition(".")
    if begins == OF_THE_DIGEST and key:
        return User.objects.filter(pk=key).first()
    return Notification.objects.filter(key=name).select_related("user", "entry").first()
