"""The directory of people: who is entered, changed, told apart from another, and merged with what was the same."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import access, audit, photos, repointing
from coordination.models import NotOnePerson, Organisation, Person, Post, SpokenLanguage
from coordination.selectors import people as selectors
from coordination.services.posts import check_post_days
from coordination.services.shared import StaleVersion


@transaction.atomic
def add_person(
    actor: User,
    *,
    organisation: Organisation,
    title: str,
    starts_on: Any = None,
    listed: bool = False,
    submission: UUID | None = None,
    photo: Any = None,
    **profile: Any,
) -> Person:
    """Enter somebody in the directory, with the post that the person holds. Sent twice, it is one."""
    if not access.may_keep_posts_of(actor, organisation):
        raise PermissionDenied(_("You do not have the right to do this."))
    if submission and (sent_before := Person.objects.filter(submission=submission).first()):
        return sent_before
    person = Person(submission=submission, **profile)
    _check(person)
    post = Post(
        organisation=organisation, title=title, starts_on=starts_on, listed=listed and _may_list(actor), kept=True
    )
    post.clean_fields(exclude=["person"])
    check_post_days(post)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        # The same form, sent at the same moment, was quicker.
        if submission and (sent_before := Person.objects.filter(submission=submission).first()):
            return sent_before
        raise
    post.person = person
    post.save()
    if photo:
        _keep_photo(person, photo)
    audit.record(actor, "person added", person, after={"organisation": organisation.pk, "title": title})
    return person


@transaction.atomic
def edit_person(
    actor: User, person: Person, *, version: int, photo: Any = None, without_photo: bool = False, **changes: Any
) -> Person:
    """Change what is said of somebody. Whoever has an account is called as the account is."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not access.may_keep_person(actor, person):
        raise PermissionDenied(_("You do not have the right to do this."))
    if person.version != version:
        raise StaleVersion
    if person.user_id is not None:
        changes.pop("name", None)
    # Contact details stand in the trail as changed, not in their words: its readers are others than theirs.
    changed = sorted(name for name, value in changes.items() if getattr(person, name) != value)
    for name in changed:
        setattr(person, name, changes[name])
    _check(person)
    if photo:
        _keep_photo(person, photo)
    elif without_photo:
        _drop_photo(person)
    person.version += 1
    person.save()
    photos_changed = ["photo"] if photo or without_photo else []
    audit.record(actor, "person changed", person, after={"changed": [*changed, *photos_changed]})
    return person


def _may_list(actor: User) -> bool:
    """What whoever signs in is shown is for the secretariat to say."""
    return access.can_in_office(actor, "keep_people")


def _check(person: Person) -> None:
    person.clean_fields(exclude=["user", "photo", "submission"])
    if len(person.address) > 500:
        raise ValidationError({"address": _("Say it in at most %(limit)d characters.") % {"limit": 500}})
    if not set(person.languages) <= set(SpokenLanguage.values):
        raise ValidationError({"languages": _("Choose among the languages that are offered.")})


def _keep_photo(person: Person, upload: Any) -> None:
    drawn = photos.drawn_anew(upload)
    _drop_photo(person)
    person.photo.save("photo.jpg", drawn, save=False)
    person.save(update_fields=["photo"])


def _drop_photo(person: Person) -> None:
    """The old file goes once the change stands."""
    if name := person.photo.name:
        storage = person.photo.storage
        transaction.on_commit(lambda: storage.delete(name))
        person.photo = ""


# --- one or two ----------------------------------------------------------------------------------------------------
@transaction.atomic
def tell_apart(actor: User, one: Person, other: Person) -> None:
    """Note that these two have been looked at and are two: they are proposed no more."""
    _require_both(actor, one, other)
    first, second = sorted((one, other), key=lambda person: person.pk)
    _pair, is_new = NotOnePerson.objects.get_or_create(one=first, other=second, defaults={"said_by": actor})
    if is_new:
        audit.record(actor, "people told apart", first, after={"other": second.pk})


def seen_of(one: Person, other: Person) -> str:
    """What the form of a merge carries along: how both stood when it was shown."""
    return f"{one.version}-{other.version}"


@transaction.atomic
def merge_people(actor: User, kept: Person, gone: Person, *, reason: str, seen: str) -> Person:
    """Make two entries one: `kept` gets whatever points to `gone`, and what it did not say itself.

    It is not undone; the trail holds who it was.
    """
    _require_both(actor, kept, gone)
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason: it stands in the trail.")})
    # In one order, so that two who merge the same two wait for one another.
    rows = Person.objects.select_for_update().filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    present = {person.pk: person for person in rows}
    if len(present) != 2 or seen_of(present[kept.pk], present[gone.pk]) != seen:
        raise StaleVersion
    kept, gone = present[kept.pk], present[gone.pk]
    _refuse_to_become_another(actor, kept, gone)
    account = _the_one_account(kept, gone)
    before = {"person": gone.pk, "name": gone.name, "user": gone.user_id}
    _take_over(kept, gone)
    gone.user = None
    gone.save(update_fields=["user"])
    kept.user = account
    if account is not None:
        kept.name = account.name
    kept.version += 1
    kept.save()
    moved = repointing.repoint(gone, kept)
    posts = _merge_equal_posts(kept)
    _take_away(gone, kept, is_still_named=bool(moved.left))
    access.settle_people([kept])
    after = {"repointed": moved.moved, "posts": posts}
    audit.record(actor, "people merged", kept, before=before, after=after, reason=reason.strip())
    return kept


def _take_away(gone: Person, kept: Person, *, is_still_named: bool) -> None:
    """Delete the entry; where an agreed record names it, only its name stays, for that record alone."""
    NotOnePerson.objects.filter(Q(one=gone) | Q(other=gone)).delete()
    if not is_still_named:
        gone.delete()
        return
    gone.merged_into = kept
    for name in ("name_native", "form_of_address", "email", "phone", "address", "photo"):
        setattr(gone, name, "")
    gone.languages = []
    gone.save()


def _require_both(actor: User, one: Person, other: Person) -> None:
    if not access.can_in_office(actor, "keep_people"):
        raise PermissionDenied(_("You do not have the right to do this."))
    if one == other or not access.knows(actor, one) or not access.knows(actor, other):
        raise PermissionDenied(_("You do not have the right to do this."))


def _refuse_to_become_another(actor: User, one: Person, other: Person) -> None:
    """Nobody gets at what is named to those who attended by becoming one of them."""
    if actor.pk in (one.user_id, other.user_id):
        raise ValidationError(_("One of the two is you: somebody else of the secretariat has to merge them."))


def _the_one_account(kept: Person, gone: Person) -> User | None:
    """The account of the two, where there is one; of two the one in use."""
    accounts = [person.user for person in (kept, gone) if person.user is not None]
    in_use = [account for account in accounts if account.is_active]
    if len(in_use) > 1:
        raise ValidationError(_("Both have an account in use. Close one of the accounts first."))
    return next(iter(in_use or accounts), None)


def _take_over(kept: Person, gone: Person) -> None:
    """What one entry does not say, the other does."""
    for name in ("name_native", "form_of_address", "email", "phone", "address"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    kept.languages = list(dict.fromkeys([*kept.languages, *gone.languages]))
    if not kept.photo:
        kept.photo = gone.photo
    elif gone.photo:
        _drop_photo(gone)


def _merge_equal_posts(person: Person) -> int:
    """Of two rows that say the same of one post, the older one stays and says what both said."""
    merged = 0
    rows = list(person.posts.select_related("organisation").order_by("pk"))
    for place, kept in enumerate(rows):
        for gone in rows[place + 1 :]:
            if kept.pk and gone.pk and selectors.are_one_post(kept, gone):
                _merge_posts(kept, gone)
                merged += 1
    return merged


def _merge_posts(kept: Post, gone: Post) -> None:
    kept.starts_on = min((day for day in (kept.starts_on, gone.starts_on) if day), default=None)
    kept.ends_on = max(kept.ends_on, gone.ends_on) if kept.ends_on and gone.ends_on else None
    kept.listed, kept.kept = kept.listed or gone.listed, kept.kept or gone.kept
    kept.version += 1
    kept.save()
    if repointing.repoint(gone, kept).left:
        # An agreed record names it: it stays for that record, and in no directory.
        gone.listed = gone.kept = False
        gone.save()
    else:
        gone.delete()
