"""The audit trail: who did what to which object, when, from which address. Rows are added, never changed."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One deed. The database itself refuses to change or delete a row (coordination.append_only)."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="audit_entries"
    )
    verb = models.CharField(max_length=60)
    object_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.PositiveBigIntegerField()
    # The space by number, not by key: an entry outlives what it tells of.
    space_id = models.PositiveBigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    # The name of the token by which a program did it in the actor's name. Null, and not empty, so that the column is
    # added as it stands: made anew, the table would lose its triggers on SQLite.
    token = models.CharField(max_length=100, null=True, editable=False)  # noqa: DJ001
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["object_type", "object_id"]),
            models.Index(fields=["space_id", "-id"], name="trail_of_a_space"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_id} {self.verb}"


HASH_LENGTH = 64


class AuditLink(models.Model):
    """The place of an entry in the chain, and its hash (coordination.chain, docs/decisions/0025). Rows are added only.

    A table of its own, since entries are written by many transactions at once and linked by one after the other.
    """

    # From one upwards, without gaps.
    number = models.PositiveBigIntegerField(primary_key=True)
    # Without a constraint: what is left of an entry that somebody has removed is its link.
    entry = models.OneToOneField(AuditEntry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="link")
    # Chance, which never leaves the database: by a digest that was exported nobody tries out what an entry may say.
    salt = models.CharField(max_length=HASH_LENGTH, default="", db_default="", editable=False)
    # Of the salt and the entry's content, and of that with the number and the hash of the link before.
    digest = models.CharField(max_length=HASH_LENGTH)
    previous = models.CharField(max_length=HASH_LENGTH, blank=True)
    hash = models.CharField(max_length=HASH_LENGTH, unique=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"
