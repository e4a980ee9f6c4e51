"""Whom and what an archive names: what is here already is taken as it is, the rest is made.

Countries by code, topics by their short name, organisations by acronym and country, accounts and people by e-mail
address, posts by what they are. Whoever has no account here gets one that bears the name and that nobody signs in to.
"""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from coordination.models import Country, Organisation, Person, Post, Topic
from coordination.models.marking import new_key
from home.archive.filling import Filler
from home.archive.kinds import BY_NAME, Kind
from home.archive.store import Row

# Addresses that lead nowhere (RFC 2606).
NOWHERE = "imported.invalid"


class Matching:
    def __init__(self, filler: Filler) -> None:
        self.filler = filler
        self.matched: dict[str, list[str]] = {}
        self.made: dict[str, list[str]] = {}
        self._in_use: set[str] = set()

    def all_of_it(self) -> None:
        finders: dict[str, Callable[[Row], Any]] = {
            "countries": lambda row: Country.objects.filter(code=row["code"]).first(),
            "topics": lambda row: Topic.objects.filter(slug=row["slug"]).first(),
            "organisations": self._organisation,
            "accounts": self._account,
            "people": self._person,
            "posts": self._post,
        }
        for name, find in finders.items():
            kind, numbers = BY_NAME[name], self.filler.here.setdefault(name, {})
            self._in_use = self.filler.keys_in_use(kind, "succession" if name == "posts" else "key")
            for row in self.filler.archive.rows(name):
                found = find(row)
                obj = found or self._make(kind, row)
                numbers[row["id"]] = obj.pk
                (self.matched if found else self.made).setdefault(name, []).append(str(obj))

    def _organisation(self, row: Row) -> Organisation | None:
        country = self.filler.key_of("countries", row["country"])
        return Organisation.objects.filter(acronym=row["acronym"], country=country).first()

    def _account(self, row: Row) -> User | None:
        return User.objects.filter(email__iexact=row["email"]).first() if row["email"] else None

    def _person(self, row: Row) -> Person | None:
        """By the account, by the e-mail address, or by the permanent key with the same name."""
        entries = Person.objects.filter(merged_into=None)
        account = self.filler.key_of("accounts", row["user"])
        found = entries.filter(user=account, user__is_active=True).first() if account else None
        if found is None and row["email"]:
            found = entries.filter(email__iexact=row["email"]).first()
        return found or entries.filter(key=row["key"], name=row["name"]).first()

    def _post(self, row: Row) -> Post | None:
        same = {name: row[name] for name in ("title", "starts_on", "ends_on")}
        organisation = self.filler.key_of("organisations", row["organisation"])
        person = self.filler.key_of("people", row["person"])
        return Post.objects.filter(organisation=organisation, person=person, **same).first()

    def _make(self, kind: Kind, row: Row) -> Any:
        if kind.name == "accounts":
            return closed_account(row["name"], self.filler.key_of("organisations", row["organisation"]))
        obj = kind.model()
        self.filler.fill(kind, obj, row)
        for name in ("key", "succession"):
            if name in kind.fields:
                setattr(obj, name, self.filler.permanent_key(row[name], self._in_use))
        if kind.name == "people" and not User.objects.filter(pk=obj.user_id, is_active=True, person=None).exists():
            # Whoever is invited later becomes this person: an account that nobody signs in to is nobody's.
            obj.user_id = None
        self.filler.save(kind, obj, row)
        return obj


def closed_account(name: str, organisation: Any = None) -> User:
    """In whose name stands what somebody wrote who has no account here."""
    address = f"{new_key()}@{NOWHERE}"
    return User.objects.create_user(address, name=name, organisation_id=organisation, is_active=False)
