"""Files and pictures of a space. What is attached to something has the audience of that thing."""

from pathlib import PurePosixPath
from typing import Any, ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import DocumentQuerySet as WagtailDocumentQuerySet
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import ImageQuerySet as WagtailImageQuerySet

from accounts.text import validate_plain_text
from coordination import access, attachments
from coordination.models import Audience, Marked, MarkedQuerySet, Space
from coordination.models.marking import KEY_LENGTH, address_of
from knowledge.uploads import KINDS, PICTURES, suffix_of

# File systems count bytes (255 of them), the column counts characters (100): Urdu and Cyrillic take two bytes each.
NAME_MAX_BYTES = 150
NAME_MAX_CHARACTERS = 75


class SpaceFile(Marked):
    """A file that lies in the collection of a space, and so in that space."""

    # Of Wagtail's documents and images, with which this is always mixed.
    title: Any
    collection_id: Any

    space = models.ForeignKey(Space, on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        abstract = True

    def default_audience(self) -> Audience:
        """The members of the space; nobody for a file outside of all spaces."""
        return access.intern({access.space_token(self.space_id)} if self.space_id else set())

    def clean(self) -> None:
        super().clean()
        try:
            validate_plain_text(self.title)
        except ValidationError as refusal:
            raise ValidationError({"title": refusal}) from refusal

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the collection that a file is put into decides its space, once."""
        if self.space_id is None:
            self.space = Space.objects.filter(collection=self.collection_id).first()
        super().save(*args, **kwargs)


def place_of_file(file: "File", name: str) -> str:
    """Each file has a folder of its own: its name stays as it was, and tells nothing of files of the same name."""
    path = PurePosixPath(name)
    suffix = path.suffix[:10]
    stem = path.stem[: NAME_MAX_CHARACTERS - len(suffix)]
    while len((stem + suffix).encode()) > NAME_MAX_BYTES:
        stem = stem[:-1]
    return f"documents/{file.key}/{stem}{suffix}"


class TextState(models.TextChoices):
    """How far the text of a file has been read for search."""

    PENDING = "pending", _("its text is being read")
    READ = "read", _("its text can be searched")
    UNREADABLE = "unreadable", _("its text could not be read")
    NONE = "none", _("has no text that is read")


class FileQuerySet(MarkedQuerySet, WagtailDocumentQuerySet):
    def attached_to(self, obj: Marked) -> "FileQuerySet":
        return self.filter(attached_type=ContentType.objects.get_for_model(obj), attached_id=obj.pk)


class File(SpaceFile, AbstractDocument):
    """A document. Once attached to something it is a part of it: nobody reads it who may not read that."""

    file = models.FileField(_("file"), upload_to=place_of_file)
    attached_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, editable=False)
    attached_id = models.PositiveBigIntegerField(null=True, editable=False)
    attached_to = GenericForeignKey("attached_type", "attached_id")
    # The part of it that the file came with, by key: a report on a commitment.
    came_with = models.PositiveBigIntegerField(null=True, editable=False)
    text = models.TextField(_("text"), blank=True, editable=False)
    # The key of the first of its versions; empty where it is that one. The newest is offered, each stays where it was.
    lineage = models.CharField(max_length=KEY_LENGTH, blank=True, default="", db_index=True, editable=False)
    text_state = models.CharField(
        _("text"), max_length=20, choices=TextState.choices, default=TextState.PENDING, editable=False
    )
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = FileQuerySet.as_manager()

    admin_form_fields: ClassVar[tuple[str, ...]] = ("title", "file", "collection")

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")
        permissions = [("choose_file", "Can choose a file")]
        indexes = [models.Index(fields=["attached_type", "attached_id"])]

    def get_absolute_url(self) -> str:
        return reverse("file_serve", kwargs={"key": self.key, "name": self.filename})

    @property
    def url(self) -> str:
        return self.get_absolute_url()

    def default_audience(self) -> Audience:
        """What is attached is, by itself, open: what it is attached to decides alone."""
        return access.intern({access.PUBLIC}) if self.attached_id else super().default_audience()

    def access_parent(self) -> Marked | None:
        return self.attached_to

    def access_limit(self) -> frozenset[str] | None:
        """Of what came with a part that is withdrawn, whoever may still see that part."""
        return attachments.limit_of(self.attached_to, self.came_with) if self.came_with is not None else None

    @property
    def first_version(self) -> str:
        """What all versions of it share."""
        return self.lineage or self.key

    @property
    def media_type(self) -> str:
        kind = KINDS.get(suffix_of(self.filename))
        return kind.media_type if kind else "application/octet-stream"

    @property
    def recording(self) -> str:
        """Whether it is heard or seen: "audio", "video" or nothing."""
        kind = self.media_type.partition("/")[0]
        return kind if kind in ("audio", "video") else ""

    @property
    def is_picture(self) -> bool:
        return suffix_of(self.filename) in PICTURES

    @property
    def small_url(self) -> str:
        """Of a picture: the address of a small one (knowledge.small_pictures)."""
        return address_of("file_small", self.key)

    @property
    def is_published(self) -> bool:
        """Whether what it is attached to, if anything, is published: a draft's files are no more there than it is."""
        return getattr(self.attached_to, "live", True)

    @transaction.atomic
    def attach(self, obj: Marked) -> None:
        """Make it a part of `obj`. A marking of its own, given before, goes on to hold besides.

        What was a part of something else keeps that one's readers as its limit: moving a file widens nothing.
        """
        held = File.objects.select_for_update(of=("self",)).get(pk=self.pk)
        self.own_audience, self.audience = held.own_audience, held.audience
        if held.attached_id is not None and held.attached_to != obj:
            self.own_audience = held.audience
        elif held.own_audience == held.default_audience():
            self.own_audience = access.intern({access.PUBLIC})
        self.attached_to = obj
        self.save(update_fields=["attached_type", "attached_id"])
        access.settle(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; new content is read for search once it is committed."""
        from knowledge import extraction, small_pictures

        is_new_content = bool(self.file) and not getattr(self.file, "_committed", True)
        if is_new_content:
            small_pictures.forget(self)
            self._set_document_file_metadata()  # by its hash the same content is known again
            self.text, self.text_state = "", extraction.state_before_reading(self.filename)
        super().save(*args, **kwargs)
        if is_new_content and self.text_state == TextState.PENDING:
            transaction.on_commit(lambda: extraction.read_text_of.enqueue(self.pk, str(self.file)))


def files_attached_to(obj: Any) -> FileQuerySet:
    """For `access.child_providers`: what is narrowed, narrows its files."""
    return File.objects.attached_to(obj)


def delete_what_is_attached(sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
    """An attachment goes with what it was attached to: without it, nothing would say who may read it."""
    if isinstance(instance, Marked) and not isinstance(instance, SpaceFile):
        for file in files_attached_to(instance):
            file.delete()


class PictureQuerySet(MarkedQuerySet, WagtailImageQuerySet):
    pass


class Picture(SpaceFile, AbstractImage):
    objects = PictureQuerySet.as_manager()

    admin_form_fields: ClassVar[tuple[str, ...]] = ("title", "description", "file", "collection")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        permissions = [("choose_picture", "Can choose a picture")]

    def get_upload_to(self, filename: str) -> str:
        """A folder of its own, as for files."""
        return super().get_upload_to(filename).replace("original_images/", f"original_images/{self.key}/")

    def wide_url(self) -> str:
        return self.spec_url("wide")

    def spec_url(self, spec: str) -> str:
        return reverse("picture_serve", kwargs={"key": self.key, "spec": spec})


class Rendition(AbstractRendition):
    """A picture in one size. Its address asks the access rule of its picture; there is no other."""

    audience_path = "image__audience"

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    objects = MarkedQuerySet.as_manager()

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)

    @property
    def url(self) -> str:
        return self.image.spec_url(self.filter_spec)
