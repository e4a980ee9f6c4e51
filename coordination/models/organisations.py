"""Countries, organisations, and the people who hold posts there."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import languages
from accounts.text import validate_plain_text
from coordination.models.marking import KEY_LENGTH, Audience, address_of, new_key
from coordination.people_names import key_of_name


class Weekend(models.TextChoices):
    """The days off of a week, as digits: Monday is 0."""

    NONE = "", _("none")
    SATURDAY_SUNDAY = "56", _("Saturday and Sunday")
    FRIDAY_SATURDAY = "45", _("Friday and Saturday")
    THURSDAY_FRIDAY = "34", _("Thursday and Friday")
    FRIDAY = "4", _("Friday")
    SUNDAY = "6", _("Sunday")


class Country(models.Model):
    """A country by its ISO 3166-1 alpha-2 code."""

    code = models.CharField(
        _("code"),
        max_length=2,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Two capital letters."))],
    )
    name = models.CharField(_("name"), max_length=100)
    name_ru = models.CharField(_("name in Russian"), max_length=100, blank=True)
    name_ur = models.CharField(_("name in Urdu"), max_length=100, blank=True)
    in_programme = models.BooleanField(_("takes part in the programme"), default=False)
    # The days on which nobody there is reminded of anything.
    weekend = models.CharField(
        _("weekend"), max_length=7, choices=Weekend.choices, default=Weekend.SATURDAY_SUNDAY, blank=True
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self) -> str:
        return getattr(self, f"name_{languages.current()}", "") or self.name


class OrganisationKind(models.TextChoices):
    MINISTRY = "ministry", _("ministry")
    AGENCY = "agency", _("agency")
    EU_DELEGATION = "eu_delegation", _("EU delegation")
    INTERNATIONAL_ORGANISATION = "international_organisation", _("international organisation")
    RESOURCE_CENTRE = "resource_centre", _("resource centre")
    TRAINING_INSTITUTE = "training_institute", _("training institute")
    OTHER = "other", _("other partner")


class Organisation(models.Model):
    """A body that takes part. Its group holds the memberships that it has in spaces."""

    name = models.CharField(_("name"), max_length=200, validators=[validate_plain_text])
    acronym = models.CharField(_("acronym"), max_length=30, validators=[validate_plain_text])
    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind.choices)
    country = models.ForeignKey(
        Country,
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="organisation", editable=False)
    # Who is told there of what has long been overdue; named by `services.name_focal_point`.
    focal_point = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    illustrative = models.BooleanField(_("illustrative"), default=False)

    class Meta:
        ordering = ["acronym"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            # Two, since SQLite takes every NULL for another.
            models.UniqueConstraint(fields=["acronym", "country"], name="one_acronym_in_a_country"),
            models.UniqueConstraint(
                fields=["acronym"],
                condition=models.Q(country=None),
                name="one_acronym_without_a_country",
                violation_error_message=_("There is one already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acronym} ({self.country_id})" if self.country_id else self.acronym

    @transaction.atomic
    def save(self, *args, **kwargs) -> None:
        """Save; a new organisation gets its group first."""
        if self.group_id is None:
            place = self.country_id or "-"
            self.group, _created = Group.objects.get_or_create(name=f"organisation {self.acronym} {place}"[:150])
        super().save(*args, **kwargs)


class SpokenLanguage(models.TextChoices):
    """What people of the programme speak, and interpreters between them."""

    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")
    URDU = "ur", _("Urdu")
    DARI = "prs", _("Dari")
    PASHTO = "ps", _("Pashto")
    TAJIK = "tg", _("Tajik")
    UZBEK = "uz", _("Uzbek")
    KAZAKH = "kk", _("Kazakh")
    KYRGYZ = "ky", _("Kyrgyz")
    TURKMEN = "tk", _("Turkmen")
    PERSIAN = "fa", _("Persian")
    TURKISH = "tr", _("Turkish")
    ARABIC = "ar", _("Arabic")
    FRENCH = "fr", _("French")
    GERMAN = "de", _("German")


def photo_path(_person: "Person", _name: str) -> str:
    """Where a photo lies: by chance, and under the name of nobody."""
    return f"people/{new_key()}{new_key()}.jpg"


class PersonQuerySet(models.QuerySet["Person"]):
    def known_to(self, user) -> Self:
        """Whom `user` may know of (docs/decisions/0016)."""
        from coordination import access

        return self.filter(access.people_known_to(user))


class Person(models.Model):
    """A person, signed in or not. Whoever is known only from closed meetings is listed nowhere else."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=150, validators=[validate_plain_text])
    name_native = models.CharField(
        _("name in its own script"), max_length=150, blank=True, validators=[validate_plain_text]
    )
    # The name without script, spelling, order and titles: what is equal may be one person.
    name_key = models.CharField(max_length=200, blank=True, editable=False, db_index=True)
    form_of_address = models.CharField(
        _("form of address"), max_length=60, blank=True, validators=[validate_plain_text]
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    languages = models.JSONField(_("languages"), default=list, blank=True)
    photo = models.ImageField(_("photo"), upload_to=photo_path, blank=True)
    # Shown by `access.may_see_contact_details` only.
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True, validators=[validate_plain_text])
    address = models.TextField(_("postal address"), max_length=500, blank=True)
    # Only of what an agreed record names, which is not changed: nobody else ever meets with this entry again.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args, **kwargs) -> None:
        """Save; who finds the person by search follows."""
        from coordination import access

        self.name_key = key_of_name(self.name)[:200]
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)
        access.settle_people([self])

    def get_absolute_url(self) -> str:
        return address_of("person_detail", self.key)

    @property
    def spoken(self) -> list[str]:
        """The languages by name, in the order in which they were chosen."""
        names = dict(SpokenLanguage.choices)
        return [str(names[code]) for code in self.languages if code in names]


class DirectoryEntry(models.Model):
    """Who finds a person by search: at most those who may know of the person without having met them anywhere
    (`coordination.access.settle_people` keeps it)."""

    audience_path = "audience"

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="entry")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.person.name

    def get_absolute_url(self) -> str:
        return self.person.get_absolute_url()


class NotOnePerson(models.Model):
    """Two people of one name, who have been looked at and are two. The one with the lower number stands first."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_people_are_two_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="two_people_stand_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"


class PostQuerySet(models.QuerySet["Post"]):
    def known_to(self, user) -> Self:
        """The posts that `user` may know of (docs/decisions/0016)."""
        from coordination import access

        return self.filter(access.posts_known_to(user))

    def held_on(self, day) -> Self:
        """The posts as they were held on `day` (a date): a record of 2023 names the posts of 2023."""
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )

    def current(self) -> Self:
        return self.held_on(timezone.localdate())


class Post(models.Model):
    """A title that a person holds at an organisation from a date to a date; vacant or unnamed without a person."""

    # One after the other, the rows of one post bear the same: it is the address of the post.
    succession = models.CharField(max_length=KEY_LENGTH, default=new_key, editable=False, db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(_("title"), max_length=200, validators=[validate_plain_text])
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    # Shown with its holder to whoever is signed in (docs/decisions/0003): only what is public anyway.
    listed = models.BooleanField(_("listed in the directory"), default=False)
    # Entered in the directory, and not merely noted in a meeting: its organisation, whoever shares a space with that,
    # and the secretariat know of it. What is listed is kept besides.
    kept = models.BooleanField(_("kept in the directory"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "title"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_post_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        title = f"{self.title}, {self.organisation.acronym}"
        return f"{self.person.name}, {title}" if self.person else title

    @transaction.atomic
    def save(self, *args, **kwargs) -> None:
        """Save; who finds its holder by search follows, and so it does for whoever held this row before."""
        before = list(Person.objects.filter(posts=self.pk)) if self.pk else []
        super().save(*args, **kwargs)
        self._settle_holders(before)

    def get_absolute_url(self) -> str:
        return reverse("post_detail", kwargs={"key": self.succession})

    @property
    def is_past(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @transaction.atomic
    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        before = list(Person.objects.filter(posts=self.pk))
        deleted = super().delete(*args, **kwargs)
        self._settle_holders(before)
        return deleted

    def _settle_holders(self, before: list[Person]) -> None:
        from coordination import access

        access.settle_people({*before, *([self.person] if self.person else [])})
