"""Files and pictures of a space. (Topics, profiles, resources and the other pages follow in this module.)"""

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import DocumentQuerySet as WagtailDocumentQuerySet
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import ImageQuerySet as WagtailImageQuerySet

from coordination import access
from coordination.models import Audience, Marked, MarkedQuerySet, Space


class SpaceFile(Marked):
    """A file that lies in the collection of a space, and so in that space."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        abstract = True

    def default_audience(self) -> Audience:
        """The members of the space; nobody for a file outside of all spaces."""
        return access.intern({access.space_token(self.space_id)} if self.space_id else set())

    def save(self, *args, **kwargs) -> None:
        """Save; the collection that a file is put into decides its space, once."""
        if self.space_id is None:
            self.space = Space.objects.filter(collection=self.collection_id).first()
        super().save(*args, **kwargs)


class FileQuerySet(MarkedQuerySet, WagtailDocumentQuerySet):
    pass


class File(SpaceFile, AbstractDocument):
    objects = FileQuerySet.as_manager()

    admin_form_fields: ClassVar[tuple[str, ...]] = ("title", "file", "collection")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def get_absolute_url(self) -> str:
        return reverse("file_serve", kwargs={"key": self.key, "name": self.filename})

    @property
    def url(self) -> str:
        return self.get_absolute_url()


class PictureQuerySet(MarkedQuerySet, WagtailImageQuerySet):
    pass


class Picture(SpaceFile, AbstractImage):
    objects = PictureQuerySet.as_manager()

    admin_form_fields: ClassVar[tuple[str, ...]] = ("title", "description", "file", "collection")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")


class Rendition(AbstractRendition):
    audience_path = "image__audience"

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)
