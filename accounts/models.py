"""The user: whoever signs in, known by an e-mail address."""

import zoneinfo
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from accounts.theme import Theme


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone that we know."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """A user with `email` as login; without a password the account waits for its invitation to be accepted."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """For installing and emergencies: an administrator, who invites the others.

        Neither office nor flag gives a reader's token (see coordination.access).
        """
        fields.setdefault("platform_role", PlatformRole.ADMINISTRATOR)
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class PlatformRole(models.TextChoices):
    """An office on the platform. None of them lets its holder read anything."""

    NONE = "", _("none")
    SECRETARIAT = "secretariat", _("secretariat")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class MailRhythm(models.TextChoices):
    """How often mail of what is new is wanted."""

    AT_ONCE = "at_once", _("at once, one for each")
    DAILY = "daily", _("one a day, in the morning")
    WEEKLY = "weekly", _("one a week, on Monday morning")
    NEVER = "never", _("none")


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, validators=[validate_plain_text])
    organisation = models.ForeignKey(
        "coordination.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.AUTO)
    mail_rhythm = models.CharField(
        _("mail of what is new"), max_length=10, choices=MailRhythm.choices, default=MailRhythm.AT_ONCE
    )
    # Whether others are told which discussion the user has open, and that the user is writing there.
    shows_presence = models.BooleanField(_("show others when I am there"), default=True)
    platform_role = models.CharField(
        _("role on the platform"), max_length=20, choices=PlatformRole.choices, default="", blank=True
    )
    is_staff = models.BooleanField(default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.email

    @transaction.atomic
    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        self._keep_to_the_group_of_the_organisation()

    def _keep_to_the_group_of_the_organisation(self) -> None:
        """Hold the group of one's own organisation and of no other: memberships are granted to these groups."""
        own = self.organisation.group_id if self.organisation else None
        held = set(Group.objects.filter(user=self, organisation__isnull=False).values_list("pk", flat=True))
        if held != ({own} if own else set()):
            self.groups.remove(*held)
            if own:
                self.groups.add(own)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]
