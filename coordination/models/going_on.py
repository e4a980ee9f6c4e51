"""What has come of what, besides actions and commitments, which know it themselves."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class ComeOf(models.Model):
    """That something (a paragraph of a record, an item of an agenda) was made of something else (a message)."""

    source_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    source_id = models.PositiveBigIntegerField()
    source = GenericForeignKey("source_type", "source_id")
    made_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    made_id = models.PositiveBigIntegerField()
    made = GenericForeignKey("made_type", "made_id")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["source_type", "source_id"])]

    def __str__(self) -> str:
        return f"{self.made_type_id} {self.made_id} of {self.source_type_id} {self.source_id}"
