"""The editors' side, as far as it is more than Wagtail: what its lists hold, its menu, its first page, its trail."""

from collections.abc import Iterator
from typing import Any

from django.db.models import ForeignKey
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.forms import CheckboxSelectMultiple
from django.http import Http404
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail import hooks
from wagtail.admin.forms.models import WagtailAdminModelForm, register_form_field_override
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.listing import ExplorableIndexView, GenericPageFilterSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.documents import get_document_model
from wagtail.documents.widgets import AdminDocumentChooser
from wagtail.models import ModelLogEntry, Page, PageLogEntry
from wagtail.permissions import register_permission_policy

from accounts.models import User
from coordination import access, audit, editors_permissions, review, rich_text, selectors
from coordination.models import Country, Holiday, Marked, Organisation, Person, Topic

editors_permissions.register()
# The form of a page would ask every few seconds who else has it open. The gate answers nothing to that, since Wagtail
# names those too who chose not to be seen; whoever saves an older form is told so then.
EditView.get_editing_sessions = lambda self: None


# Later than Wagtail's own, which these replace.
@hooks.register("register_rich_text_features", order=100)
def links_lead_to_what_may_be_read(features: Any) -> None:
    rich_text.register(features)


@hooks.register("insert_global_admin_js")
def widgets_are_started_without_scripts_in_the_page() -> str:
    return format_html('<script src="{}"></script>', static("accord/js/editors.js"))


@hooks.register("insert_global_admin_css")
def what_our_pages_have_of_ours() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("accord/editors.css"))


# --- what lists hold -----------------------------------------------------------------------------------------------
@hooks.register("construct_explorer_page_queryset")
def explored_pages_are_readable(parent: Any, pages: Any, request: Any) -> Any:
    return editors_permissions.listed_pages(pages, request.user)


@hooks.register("construct_page_chooser_queryset")
def chosen_pages_are_readable(pages: Any, request: Any) -> Any:
    return editors_permissions.listed_pages(pages, request.user)


@hooks.register("construct_document_chooser_queryset")
@hooks.register("construct_image_chooser_queryset")
def chosen_files_are_readable(files: Any, request: Any) -> Any:
    return editors_permissions.listed_files(files, request.user)


class PagesFilterSet(GenericPageFilterSet):
    """By kind and day. Wagtail's other filters name every author there is, and tell whether something lies below."""

    owner = edited_by = site = has_child_pages = None

    class Meta(GenericPageFilterSet.Meta):
        fields = ()


class PagesView(ExplorableIndexView):
    base_filterset_class = PagesFilterSet


class PagesViewSet(PageViewSet):
    model = Page
    index_view_class = PagesView
    filterset_class = PagesFilterSet


@hooks.register("register_admin_viewset")
def pages_viewset() -> PageViewSet:
    return PagesViewSet()


# --- reference data ------------------------------------------------------------------------------------------------
class ReferenceViewSet(ModelViewSet):
    """A table that the offices keep (`editors_permissions.OfficePolicy`)."""

    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = False

    @property
    def menu_name(self) -> str:
        """What `MENU` knows it by. Wagtail would make one of the label, which is translated."""
        return self.name


class OrganisationViewSet(ReferenceViewSet):
    model = Organisation
    icon = "group"
    form_fields = ("name", "acronym", "kind", "country", "illustrative")
    list_display = ("acronym", "name", "kind", "country")
    search_fields = ("acronym", "name")
    search_backend_name = None


class CountryViewSet(ReferenceViewSet):
    model = Country
    icon = "site"
    form_fields = ("code", "name", "name_ru", "name_ur", "in_programme", "weekend")
    list_display = ("code", "name", "in_programme")


class HolidayViewSet(ReferenceViewSet):
    """Reminders go out before or after these days (coordination.working_days)."""

    model = Holiday
    icon = "date"
    form_fields = ("name", "day", "yearly", "country")
    list_display = ("day", "name", "country", "yearly")


class TopicForm(WagtailAdminModelForm):
    """Offers as owners whom its user may know of; whoever else owns the topic goes on to do so, unseen."""

    class Meta:
        model = Topic
        fields = (
            "slug", "name", "name_ru", "name_ur", "description", "description_ru", "description_ur", "icon", "owners",
        )  # fmt: skip
        widgets = {"owners": CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Person.objects.known_to(self.for_user).filter(user__isnull=False)
        offered = User.objects.filter(pk__in=known.values("user"), is_active=True).order_by("name", "pk")
        self.unseen = list(self.instance.owners.exclude(pk__in=offered)) if self.instance.pk else []
        self.fields["owners"].queryset = offered

    def clean_owners(self) -> list[User]:
        return [*self.cleaned_data["owners"], *self.unseen]


class TopicViewSet(ReferenceViewSet):
    model = Topic
    icon = "tag"
    list_display = ("name", "slug")

    def get_form_class(self, for_update: bool = False) -> type[TopicForm]:
        return TopicForm


REFERENCE_MODELS = (Organisation, Country, Topic, Holiday)
for _model in REFERENCE_MODELS:
    register_permission_policy(_model, editors_permissions.OfficePolicy(_model))


@hooks.register("register_admin_viewset")
def reference_viewsets() -> list[ModelViewSet]:
    return [
        OrganisationViewSet("organisation"),
        CountryViewSet("country"),
        TopicViewSet("topic"),
        HolidayViewSet("holiday"),
    ]


# --- menu and first page -------------------------------------------------------------------------------------------
MENU = frozenset({"pages-of-spaces", "knowledge-reports", "organisation", "country", "topic", "holiday"})


class PagesMenuItem(MenuItem):
    """A plain link: Wagtail's own item browses the tree through its API, which is closed."""

    def is_shown(self, request: Any) -> bool:
        return bool(access.memberships(request.user))


@hooks.register("register_admin_menu_item")
def pages_menu_item() -> MenuItem:
    return PagesMenuItem(
        _("Pages"), reverse("wagtailadmin_explore_root"), name="pages-of-spaces", icon_name="folder-open-inverse"
    )


@hooks.register("construct_main_menu", order=1000)
def menu_of_what_is_open(request: Any, items: list) -> None:
    items[:] = [item for item in items if item.name in MENU]


@hooks.register("construct_search", order=1000)
def search_of_what_is_open(request: Any, areas: list) -> None:
    areas[:] = [area for area in areas if area.name == "pages"]


class SpacesPanel(Component):
    """The spaces that the editor writes in, each with the way to its pages."""

    name = "spaces"
    template_name = "coordination/editors_spaces.html"
    order = 100

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        spaces = [space for space in selectors.spaces_of(user) if access.can(user, "contribute", space)]
        return {"spaces": spaces}


class ReviewsPanel(Component):
    """The pages that wait for the editor's review, the oldest first."""

    name = "reviews"
    template_name = "coordination/editors_reviews.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"pages": review.waiting_for(parent_context["request"].user)}


@hooks.register("construct_homepage_panels", order=1000)
def first_page(request: Any, panels: list) -> None:
    """In place of Wagtail's panels, which list and count pages whoever may read them."""
    panels[:] = [ReviewsPanel(), SpacesPanel()]


@hooks.register("construct_homepage_summary_items", order=1000)
def no_counts(request: Any, items: list) -> None:
    items.clear()


# --- what is written -----------------------------------------------------------------------------------------------
@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def names_nothing_closed_to_its_author(request: Any, page: Any) -> None:
    """A number typed into a form must not make a page show what its author may not read. The middleware takes the
    whole request back."""
    if editors_permissions.holds_what_is_closed_to(request.user, page.get_latest_revision_as_object()):
        raise Http404


# A file is chosen, among those that the editor may read: without this, a list would offer all there are.
register_form_field_override(ForeignKey, to=get_document_model(), override={"widget": AdminDocumentChooser})


# --- the trail -----------------------------------------------------------------------------------------------------
DEEDS: dict[str, str] = {
    "wagtail.create": gettext_noop("page created"),
    "wagtail.edit": gettext_noop("page edited"),
    "wagtail.rename": gettext_noop("page renamed"),
    "wagtail.revert": gettext_noop("page taken back to an earlier version"),
    "wagtail.publish": gettext_noop("page published"),
    "wagtail.unpublish": gettext_noop("page unpublished"),
    "wagtail.delete": gettext_noop("page deleted"),
    "wagtail.publish.schedule": gettext_noop("publication of a page scheduled"),
    "wagtail.schedule.cancel": gettext_noop("scheduled publication called off"),
    "wagtail.workflow.start": gettext_noop("page submitted for review"),
    "wagtail.workflow.resume": gettext_noop("page submitted for review"),
    "wagtail.workflow.approve": gettext_noop("page approved"),
    "wagtail.workflow.reject": gettext_noop("page sent back"),
    "wagtail.workflow.cancel": gettext_noop("review called off"),
}
# What happens on a day that somebody set before: nobody's deed at that moment.
DEEDS_ON_THEIR_DAY: dict[str, str] = {
    "wagtail.publish.scheduled": gettext_noop("page published on its day"),
    "wagtail.unpublish.scheduled": gettext_noop("page withdrawn on its day"),
}
REFERENCE_DEEDS: dict[str, str] = {
    "wagtail.create": gettext_noop("reference entry added"),
    "wagtail.edit": gettext_noop("reference entry changed"),
}
audit.verbs.update(*(deeds.values() for deeds in (DEEDS, DEEDS_ON_THEIR_DAY, REFERENCE_DEEDS)))


@receiver(post_save, sender=PageLogEntry, dispatch_uid="coordination.deeds_on_pages")
def note_the_deed(sender: Any, instance: PageLogEntry, created: bool, **_kwargs: Any) -> None:
    """What somebody does to a page on the editors' side stands in the audit trail, in the same transaction."""
    verb = DEEDS_ON_THEIR_DAY.get(instance.action) or (DEEDS.get(instance.action) if instance.user_id else None)
    if not created or verb is None:
        return
    page = Page.objects.filter(pk=instance.page_id).first()
    if page is not None and isinstance(specific := page.specific, Marked):
        audit.record(instance.user, verb, specific, after=dict(_named_in(instance)))


@receiver(post_save, sender=ModelLogEntry, dispatch_uid="coordination.deeds_on_reference_data")
def note_the_deed_on_reference_data(sender: Any, instance: ModelLogEntry, created: bool, **_kwargs: Any) -> None:
    verb = REFERENCE_DEEDS.get(instance.action)
    if not created or verb is None or instance.user_id is None:
        return
    kept = instance.content_type.model_class()
    if kept in REFERENCE_MODELS:
        obj = kept._default_manager.get(pk=instance.object_id)
        audit.record(instance.user, verb, obj, after={"key": obj.pk, "name": instance.label})


def _named_in(entry: PageLogEntry) -> Iterator[tuple[str, Any]]:
    if entry.revision_id is not None:
        yield "revision", entry.revision_id
    if title := (entry.data or {}).get("title"):
        yield "title", title
