"""What programs use: tokens for the interface for programs (API), and webhooks that call other servers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.text import validate_plain_text
from coordination.models.audit import AuditEntry
from coordination.models.feeds import SecretAddress
from coordination.models.marking import KEY_LENGTH, new_key
from coordination.models.spaces import Space


class ApiVerb(models.TextChoices):
    """What a token may be used for, each besides reading; never more than its owner may."""

    CONTRIBUTE = "contribute", _("write down actions and say something in discussions")
    REPORT = "report", _("report on actions and move them")


class ApiToken(SecretAddress):
    """Lets a program do, in its owner's name, part of what the owner may: in some spaces, with some verbs, for a time.

    The access rule is asked with each request, as for the owner; the scope only takes away (access.within).
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name = models.CharField(_("what it is for"), max_length=100, validators=[validate_plain_text])
    # Without any: all spaces of its owner.
    spaces = models.ManyToManyField(Space, blank=True, related_name="+", verbose_name=_("spaces"))
    in_all_spaces = models.BooleanField(default=False)
    verbs = models.JSONField(default=list, blank=True)
    expires_on = models.DateField(_("holds until"))
    last_used_on = models.DateField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return self.name


class Webhook(models.Model):
    """An address elsewhere that is called when something happens in a space. The calls name keys and no content."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    url = models.URLField(_("address"), max_length=500)
    # It tells of what this user may read at the moment of the call, and of nothing else.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Since when nothing has got through; null while all is well.
    failing_since = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url


class WebhookCall(models.Model):
    """One call: that something happened, to be told until it is taken, or given up."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="calls")
    entry = models.ForeignKey(AuditEntry, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    # When it is tried (again); null once it is over.
    due_at = models.DateTimeField(null=True, db_index=True)
    # What the other server answered last; null where it did not answer.
    status = models.PositiveSmallIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "entry"], name="one_call_of_a_webhook_for_a_deed"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} to {self.webhook_id}"
