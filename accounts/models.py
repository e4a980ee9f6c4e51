"""The user: whoever signs in, known by an e-mail address."""

import secrets
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import languages
from accounts.text import validate_plain_text
from accounts.theme import Theme


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone that we know."), params={"name": name})


def new_provider_key() -> str:
    return secrets.token_hex(6)


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
    language = models.CharField(_("language"), max_length=10, choices=languages.offered, default="en")
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

    @classmethod
    def from_db(cls, *args, **kwargs) -> "User":
        user = super().from_db(*args, **kwargs)
        user._as_read = user._what_sessions_hang_on()
        return user

    @transaction.atomic
    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        self._keep_to_the_group_of_the_organisation()
        self._end_sessions_that_no_longer_hold()

    def _what_sessions_hang_on(self) -> dict[str, Any]:
        return {name: self.__dict__.get(name) for name in ("password", "is_active", "platform_role")}

    def _end_sessions_that_no_longer_hold(self) -> None:
        """With another password, a closed account or an office lost, all sessions end at once. Whoever has changed the
        own password goes on: that session gets another key."""
        before = getattr(self, "_as_read", None)
        self._as_read = now = self._what_sessions_hang_on()
        # What was not read, or is gone, is nothing that sessions hung on.
        if before is not None and any(before[name] and before[name] != now[name] for name in now):
            from accounts import sessions

            sessions.end_others(self, None)

    def _keep_to_the_group_of_the_organisation(self) -> None:
        """Hold the group of one's own organisation and of no other: memberships are granted to these groups."""
        own = self.organisation.group_id if self.organisation else None
        held = set(Group.objects.filter(user=self, organisation__isnull=False).values_list("pk", flat=True))
        if held != ({own} if own else set()):
            self.groups.remove(*held)
            if own:
                self.groups.add(own)

    @property
    def comes_through_its_provider_alone(self) -> bool:
        """Whether the organisation signs in through its own provider, and in no other way."""
        own = IdentityProvider.objects.filter(organisation=self.organisation_id, is_open=True, is_required=True)
        return self.organisation_id is not None and own.exists()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


DOMAIN = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"


class IdentityProvider(models.Model):
    """The sign-in of an organisation's own, by OpenID Connect. Its secret stands in the environment (OIDC_SECRETS)."""

    organisation = models.OneToOneField(
        "coordination.Organisation", on_delete=models.CASCADE, related_name="identity_provider", editable=False
    )
    # Of the address to which people come back: the provider is told it once.
    key = models.CharField(max_length=12, unique=True, default=new_provider_key, editable=False)
    is_open = models.BooleanField(_("in use"), default=False)
    issuer = models.URLField(
        _("issuer"),
        max_length=300,
        help_text=_("As the provider writes it: the address before /.well-known/openid-configuration."),
    )
    client_id = models.CharField(_("client id"), max_length=190, help_text=_("By which the provider knows Accord."))
    secret_name = models.CharField(
        _("name of the secret"),
        max_length=60,
        blank=True,
        validators=[RegexValidator(r"^[a-z0-9-]+\Z", _("Small letters, digits and hyphens."))],
        help_text=_("As it stands in the setting OIDC_SECRETS. Empty where the provider asks for none."),
    )
    domains = models.CharField(
        _("domains of its addresses"),
        max_length=500,
        validators=[
            RegexValidator(rf"^{DOMAIN}( {DOMAIN})*\Z", _("Domains with blanks between them, such as fia.gov.pk."))
        ],
        help_text=_("What follows the @ in the addresses for which this provider may speak, with blanks between them."),
    )
    is_required = models.BooleanField(
        _("the only way to sign in"),
        default=False,
        help_text=_("Accounts of the organisation then sign in neither with a password nor with a passkey."),
    )
    counts_second_factor = models.BooleanField(
        _("its second factor counts"),
        default=False,
        help_text=_("Where the provider says that it has asked for one (amr, acr), Accord asks for none."),
    )
    acr_values = models.CharField(
        _("values of acr that mean a second factor"),
        max_length=300,
        blank=True,
        help_text=_("With blanks between them; Accord asks the provider for them. Empty: amr alone is looked at."),
    )

    class Meta:
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")

    def __str__(self) -> str:
        return f"of {self.organisation_id}"

    def speaks_for(self, email: str) -> bool:
        """Whether the address lies in one of the domains; in none below them."""
        return email.rpartition("@")[2].lower() in self.domains.split()
