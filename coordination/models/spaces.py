"""Spaces, what membership in them is made of, and the base of all content that lies in them."""

from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.models import Collection, Page, PageManager
from wagtail.query import PageQuerySet

from accounts import languages
from accounts.text import validate_plain_text
from coordination.editors_forms import LatestPageForm
from coordination.models.marking import Audience, Marked, MarkedQuerySet, address_of, is_of_marking_alone
from coordination.models.organisations import Country


class Wording(NamedTuple):
    """A text, and the language that it is in."""

    text: str
    language: str


class Topic(models.Model):
    """A theme of the programme."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_ru = models.CharField(_("name in Russian"), max_length=100, blank=True)
    name_ur = models.CharField(_("name in Urdu"), max_length=100, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_ru = models.TextField(_("description in Russian"), blank=True, db_default="")
    description_ur = models.TextField(_("description in Urdu"), blank=True, db_default="")
    icon = models.CharField(_("icon"), max_length=40, default="tag")
    owners = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owners"),
        blank=True,
        related_name="topics_owned",
        help_text=_("They review pages on it before publication, in the spaces in which they contribute."),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return getattr(self, f"name_{languages.current()}", "") or self.name

    @property
    def about(self) -> Wording:
        """What it is about: in the language of the page where that is written, else in English."""
        language = languages.current()
        written = getattr(self, f"description_{language}", "")
        return Wording(written, language) if written else Wording(self.description, "en")


class Role(models.TextChoices):
    """What a member may do in a space; each role includes those before it."""

    READER = "reader", _("reader")
    CONTRIBUTOR = "contributor", _("contributor")
    RAPPORTEUR = "rapporteur", _("rapporteur")
    CHAIR = "chair", _("chair")


class SpaceKind(models.TextChoices):
    BILATERAL = "bilateral", _("bilateral")
    COUNTRY = "country", _("country")
    THEME = "theme", _("theme")
    PROGRAMME = "programme", _("whole programme")


class MarkedPageQuerySet(MarkedQuerySet, PageQuerySet):
    pass


MarkedPageManager = PageManager.from_queryset(MarkedPageQuerySet)


class MarkedPage(Marked, Page):
    """A Wagtail page with a marking. Its public address is by key; a revision never carries its marking."""

    # What belongs to the page as a whole: a revision that is restored must not bring an old, wider audience back.
    fields_of_no_revision: ClassVar[tuple[str, ...]] = ("key", "own_audience_id", "audience_id")
    # The name of the route to the page's own address; it takes the key.
    route_name: ClassVar[str] = ""

    objects = MarkedPageManager()

    # Wagtail's own routes are not mounted: no page is found by guessing the way through the tree.
    show_in_menus_default = False
    base_form_class = LatestPageForm
    # Not Wagtail's own panel, which fills in a slug as one types: no form of ours has one.
    content_panels: ClassVar[list] = [FieldPanel("title", classname="title")]
    promote_panels: ClassVar[list] = []
    settings_panels: ClassVar[list] = []
    # A page is shown by its view, by the access rule; the editors' side has no second way to show it.
    preview_modes: ClassVar[list] = []
    exclude_fields_in_copy: ClassVar[list[str]] = ["key", "own_audience", "audience"]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; where the marking alone changes, there is nothing to check."""
        if is_of_marking_alone(kwargs.get("update_fields")):
            kwargs.setdefault("clean", False)
        super().save(*args, **kwargs)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Check everything. The slug is the key: a title makes none if it is “!!!”, and the same one if used before."""
        if not self.slug:  # type: ignore[has-type]  # Wagtail has no types
            self.slug = self.key
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        """A title is one line of plain text, whichever form it comes from; Wagtail's own field does not ask."""
        super().clean()
        try:
            validate_plain_text(self.title)
        except ValidationError as refusal:
            raise ValidationError({"title": refusal}) from refusal

    @property
    def has_workflow(self) -> bool:
        """Only pages of knowledge are reviewed (knowledge.models.pages)."""
        return False

    def get_workflow(self):
        return None

    def get_absolute_url(self) -> str:
        return address_of(self.route_name, self.key)

    def get_url_parts(self, request=None):
        return (None, settings.BASE_URL, self.get_absolute_url())

    def permissions_for_user(self, user):
        """What Wagtail lets `user` do here, met with the access rule: for superusers too."""
        from coordination.editors_permissions import MarkedPagePermissionTester

        return MarkedPagePermissionTester(user, self)

    def with_content_json(self, content):
        page = super().with_content_json(content)
        for field in self.fields_of_no_revision:
            setattr(page, field, getattr(self, field))
        return page


class Space(MarkedPage):
    """The room in which some organisations work together."""

    # Named, since every other page has a field `space` where this link's reverse would otherwise stand.
    page_ptr = models.OneToOneField(
        Page, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="page_of_space"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=SpaceKind.choices, default=SpaceKind.THEME)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    country = models.ForeignKey(
        Country,
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="spaces",
    )
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="spaces")
    collection = models.OneToOneField(
        Collection, null=True, on_delete=models.PROTECT, related_name="space", editable=False
    )
    illustrative = models.BooleanField(_("illustrative"), default=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    route_name = "space_detail"
    template = "coordination/space_detail.html"
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    fields_of_no_revision = (*MarkedPage.fields_of_no_revision, "collection_id", "submission")
    exclude_fields_in_copy: ClassVar[list[str]] = [*MarkedPage.exclude_fields_in_copy, "collection", "submission"]

    content_panels: ClassVar[list] = [
        *MarkedPage.content_panels,
        FieldPanel("kind"),
        FieldPanel("description"),
        FieldPanel("country"),
        FieldPanel("topics"),
    ]

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        # `view_space` is Django's own; the four together make the roles (coordination.access.ROLE_PERMISSIONS).
        permissions = [
            ("contribute_space", "Can contribute to the space"),
            ("record_space", "Can write records in the space"),
            ("manage_space", "Can manage the space and its members"),
        ]

    def is_navigable(self) -> bool:
        """Wagtail offers the way down only where something is: whether closed pages are there is nobody's to know."""
        return True

    def default_audience(self) -> Audience:
        """A new space is known to its members only."""
        from coordination import access

        return access.intern({access.space_token(self.pk)} if self.pk else set())


class SpaceUserPermission(UserObjectPermissionBase):
    """A membership of one user; guardian finds this table by its key to the space."""

    content_object = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="user_memberships")


class SpaceGroupPermission(GroupObjectPermissionBase):
    """A membership of an organisation, through its group."""

    content_object = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="group_memberships")


class Content(Marked):
    """A piece of content that is not a page: it lies in one space."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+", verbose_name=_("space"))

    class Meta:
        abstract = True

    def default_audience(self) -> Audience:
        from coordination import access

        return access.intern({access.space_token(self.space_id)})


class ContentPage(MarkedPage):
    """A page that lies in a space, below that space's own page in the tree."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+", editable=False)
    language = models.CharField(_("language of the text"), max_length=10, choices=settings.LANGUAGES, default="en")
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="%(class)ss")
    illustrative = models.BooleanField(
        _("illustrative"),
        default=False,
        help_text=_("Goes beyond what has been reported; shown with a mark."),
    )

    parent_page_types: ClassVar[list[str]] = ["coordination.Space"]
    subpage_types: ClassVar[list[str]] = []
    fields_of_no_revision = (*MarkedPage.fields_of_no_revision, "space_id")
    exclude_fields_in_copy: ClassVar[list[str]] = [*MarkedPage.exclude_fields_in_copy, "space"]

    class Meta:
        abstract = True

    def default_audience(self) -> Audience:
        from coordination import access

        return access.intern({access.space_token(self.space_id)})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new page takes its space from its place in the tree."""
        if self.space_id is None:
            self.space = self.get_parent().specific
        super().save(*args, **kwargs)

    def move(self, target, pos=None, user=None) -> None:
        """Move within the space. To another space a page is written anew: its readers would change unseen."""
        home = Space.objects.filter(pk=self.space_id).first()
        if home is None or not target.path.startswith(home.path):
            raise ValidationError(_("A page cannot be moved out of its space."))
        super().move(target, pos=pos, user=user)

    @classmethod
    def live_pages(cls) -> "MarkedPageQuerySet":
        """What readers find: published pages, with what every list shows of them."""
        return cls.objects.live().select_related("audience", "space")
