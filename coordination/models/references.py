"""Short references such as ACT-2026-30147: given once, read aloud, written on paper, never changed.

The number is random within its year: references in sequence would count what is closed to whoever reads two of them
(docs/decisions/0006).
"""

import secrets
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# As many digits for the first of a year as for its ten thousandth, so that the width counts nothing either.
DIGITS = 5
# So often a number is drawn that is taken, before another digit is added: nobody gets there below tens of thousands
# of one kind in one year.
DRAWS = 12
LONGEST_REFERENCE = 20


class Referenced(models.Model):
    """Something with a short reference, given when it is first saved: no move and no new year changes it."""

    # The three letters that its references begin with.
    reference_prefix: ClassVar[str]

    # Null where rows were written in bulk without one: see `unused_references`.
    short_reference = models.CharField(  # noqa: DJ001
        _("short reference"), max_length=LONGEST_REFERENCE, unique=True, null=True, editable=False
    )

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; what is new gets its reference, and another one where somebody took the same at the same moment."""
        if not self._state.adding or self.short_reference:
            super().save(*args, **kwargs)
            return
        while True:
            [self.short_reference] = unused_references(type(self), 1)
            try:
                with transaction.atomic():
                    super().save(*args, **kwargs)
                return
            except (IntegrityError, ValidationError):  # a page asks before the database does
                drawn, self.short_reference = self.short_reference, None
                if not _taken(type(self), [drawn]):
                    raise


def unused_references(model: type[Referenced], number: int, *, year: int | None = None) -> list[str]:
    """So many references that no `model` has yet, of this year unless another is said: a query for each draw."""
    found: dict[str, None] = {}
    beginning = f"{model.reference_prefix}-{year or timezone.localdate().year}-"
    for draw in range(DRAWS * 4):
        digits = DIGITS + draw // DRAWS
        drawn = {f"{beginning}{secrets.randbelow(10**digits):0{digits}}" for _one in range(number - len(found))}
        found |= dict.fromkeys(drawn - found.keys() - _taken(model, drawn))
        if len(found) == number:
            return list(found)
    raise RuntimeError(f"no {number} references of {beginning} are left")


def _taken(model: type[Referenced], references: Any) -> set[str | None]:
    rows = model._base_manager.filter(short_reference__in=references)
    return set(rows.values_list("short_reference", flat=True))


class FromASheet(models.Model):
    """What may have come out of somebody's own sheet: the reference that it has there, so that it can come again.

    Unique among what one author made in a space, not in the space: a reference that is taken by what somebody else
    keeps closed would tell of it.
    """

    external_reference = models.CharField(_("reference in the sheet"), max_length=60, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["space", "created_by", "external_reference"],
                condition=~Q(external_reference=""),
                name="one_%(class)s_of_a_row_of_a_sheet",
            )
        ]
