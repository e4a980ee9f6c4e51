"""Markings and audiences: what every confidential thing carries. The rule itself is `coordination.access`."""

import secrets
from functools import cache
from typing import Any, ClassVar, Self, cast

from django.db import models, transaction
from django.urls import get_script_prefix, reverse

# No vowels and nothing that looks like something else: a key is read aloud, and never spells a word.
KEY_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
KEY_LENGTH = 10


def new_key() -> str:
    """A random address for a piece of content: it tells nothing of its space, nor of how much else there is."""
    return "".join(secrets.choice(KEY_ALPHABET) for _position in range(KEY_LENGTH))


def address_of(name: str, key: str) -> str:
    """The address called `name` of what has this key. Django would put each together anew: lists show a hundred."""
    before, after = _around_the_key(name, get_script_prefix())
    return f"{before}{key}{after}"


@cache
def _around_the_key(name: str, _prefix: str) -> tuple[str, str]:
    anything = KEY_ALPHABET[0] * KEY_LENGTH
    before, _key, after = reverse(name, kwargs={"key": anything}).partition(anything)
    return before, after


def is_of_marking_alone(update_fields: Any) -> bool:
    """Whether a save of these fields changes who may read an object, and nothing of what it says."""
    return update_fields is not None and {"own_audience", "audience"}.issuperset(update_fields)


def is_key(text: str) -> bool:
    """Whether `text` may be the key of something: what is none need not be looked for."""
    return len(text) == KEY_LENGTH and set(text) <= set(KEY_ALPHABET)


class Marking(models.TextChoices):
    """The labels of the Traffic Light Protocol 2.0 (FIRST, 2022), from the widest to the narrowest."""

    CLEAR = "CLEAR", "TLP:CLEAR"
    GREEN = "GREEN", "TLP:GREEN"
    AMBER = "AMBER", "TLP:AMBER"
    AMBER_STRICT = "AMBER+STRICT", "TLP:AMBER+STRICT"
    RED = "RED", "TLP:RED"


class Audience(models.Model):
    """A set of tokens, interned: all content that the same readers may read points to the same row.

    The key is the sorted tokens joined by blanks; the empty key is the audience of nobody. Rows never change.
    """

    key = models.TextField(unique=True)
    marking = models.CharField(max_length=12, choices=Marking.choices)

    def __str__(self) -> str:
        return self.key

    @property
    def tokens(self) -> frozenset[str]:
        return frozenset(self.key.split())


class AudienceToken(models.Model):
    """One token of an audience, so that SQL can ask which audiences a reader belongs to."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="token_rows")
    token = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "audience"], name="one_row_per_token_of_an_audience")]

    def __str__(self) -> str:
        return self.token


class MarkedQuerySet(models.QuerySet):
    """For `Marked` models and for parts of them: a part sets `audience_path` on its model."""

    def readable_by(self, user) -> Self:
        """What `user` (signed in or not) may read: the access rule in SQL."""
        from coordination import access

        return cast(Self, access.readable_by(self, user))


class Marked(models.Model):
    """Something with a marking of its own and an address."""

    # The way in SQL to the audience; a part of a Marked object without its own audience names its parent's.
    audience_path: ClassVar[str] = "audience"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    own_audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", editable=False)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, settling the audience of a new object first; with its signals all in one transaction."""
        from coordination import access

        with transaction.atomic():
            if self._state.adding:
                access.settle_new(self)
            elif kwargs.get("update_fields") is None:
                self._keep_to_its_present_readers()
            super().save(*args, **kwargs)

    def _keep_to_its_present_readers(self) -> None:
        """Whoever saves an old copy brings no old readers back: a marking is changed by `access.settle` alone."""
        rows = type(self)._base_manager.select_for_update(of=("self",))
        present = rows.only("own_audience_id", "audience_id").filter(pk=self.pk).first()
        if present is not None:
            self.own_audience_id, self.audience_id = present.own_audience_id, present.audience_id

    @property
    def marking(self) -> str:
        """The label of those who may really read it, which a parent may have made narrower than its own."""
        return self.audience.marking

    def access_parent(self) -> "Marked | None":
        """What this is a part of, or hangs on: nobody reads this who may not read that."""
        return None

    def access_limit(self) -> frozenset[str] | None:
        """Tokens that its readers hold besides, whatever the marking says, as long as its state asks for it."""
        return None

    def access_children(self) -> list["Marked"]:
        """The Marked objects whose `access_parent` this is, as far as this model's own package knows them."""
        return []

    def default_audience(self) -> Audience:
        """The audience of an object that nobody has marked yet."""
        raise NotImplementedError
