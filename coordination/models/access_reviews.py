"""Access reviews: every quarter the chairs of a space confirm who is a member there (docs/decisions/0027)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models.organisations import Organisation
from coordination.models.spaces import Role, Space


class Unconfirmed(models.TextChoices):
    """What becomes of memberships that nobody has confirmed when the days of grace are over."""

    LISTED = "listed", _("they stay, and are listed here")
    SUSPENDED = "suspended", _("they are suspended, until a chair restores them")


class AccessReviewRules(models.Model):
    """What a space has decided. A space without a row lists them."""

    space = models.OneToOneField(Space, on_delete=models.CASCADE, primary_key=True, related_name="access_review_rules")
    unconfirmed = models.CharField(
        _("memberships that nobody has confirmed"), max_length=10, choices=Unconfirmed, default=Unconfirmed.LISTED
    )

    def __str__(self) -> str:
        return f"{self.space_id}: {self.unconfirmed}"


class Told(models.IntegerChoices):
    """How far the chairs have been told of a review."""

    OPENED = 1
    SOON_DUE = 2
    OVERDUE = 3


class AccessReview(models.Model):
    """That the members of a space are to be confirmed by a day."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="access_reviews")
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    told = models.PositiveSmallIntegerField(choices=Told, default=Told.OPENED)
    closed_at = models.DateTimeField(null=True)
    # How many memberships had not been confirmed when it was closed.
    left_over = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        constraints = [
            models.UniqueConstraint(fields=["space"], condition=Q(closed_at=None), name="one_access_review_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.space_id} until {self.due_on}"


class OfAMember(models.Model):
    """About the membership of an organisation, or of one user."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        abstract = True

    @property
    def member(self) -> Any:
        return self.organisation or self.user


def _of_one(name: str, within: str) -> list[models.BaseConstraint]:
    """Of an organisation or of a user, and once; two constraints, since SQLite takes every NULL for another."""
    return [
        models.CheckConstraint(condition=Q(organisation=None) ^ Q(user=None), name=f"{name}_of_one"),
        models.UniqueConstraint(fields=[within, "organisation"], name=f"one_{name}_of_an_organisation"),
        models.UniqueConstraint(fields=[within, "user"], name=f"one_{name}_of_a_user"),
    ]


class Confirmation(OfAMember):
    """That a chair has said in a review that a membership is to stay as it is."""

    review = models.ForeignKey(AccessReview, on_delete=models.CASCADE, related_name="confirmations")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = _of_one("confirmation", "review")

    def __str__(self) -> str:
        return f"{self.member} in {self.review_id}"


class SuspendedMembership(OfAMember):
    """What has been taken back since nobody confirmed it, so that a chair restores it as it was. Gone once restored."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="suspended_memberships")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = _of_one("suspension", "space")

    def __str__(self) -> str:
        return f"{self.member} in {self.space_id}"
