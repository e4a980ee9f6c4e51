"""The gate of the editors' side: every address of Wagtail's admin that may be used, with what it asks for.

What is not in `RULES` answers 404, whoever asks: a new release of Wagtail, or a new package of its, opens nothing. The
gate asks `coordination.access` about the very objects that an address names, so it holds for superusers as well, whom
Wagtail's own permissions let through everywhere. `coordination.editors_permissions` says the same to Wagtail's lists.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, get_page_models
from wagtail.permissions import policy_registry

from coordination import access
from coordination.editors_permissions import holds_what_is_closed_to, may, may_keep_reference_data

ROUTE = "editors/"
DOOR = "wagtailadmin.access_admin"

# A rule takes the request and what the address names; it raises Http404, or gives a response in place of the view's.
Rule = Callable[..., HttpResponse | None]


def check(request: HttpRequest) -> HttpResponse | None:
    """Raise Http404 unless the reader may use this address of the editors' side."""
    match = request.resolver_match
    assert match is not None  # the middleware asks once the address is resolved
    if not match.route.startswith(ROUTE):
        return None
    if match.view_name in ELSEWHERE:
        return ELSEWHERE[match.view_name](request)
    if not is_at_the_door(request.user):
        if match.view_name == "wagtailadmin_home" and not request.user.is_authenticated:
            return _to_sign_in(request)
        raise Http404
    rule = rule_of(match.view_name)
    if rule is None:
        raise Http404
    return rule(request, **match.kwargs)


def is_at_the_door(user: access.Reader) -> bool:
    """Whether `user` may enter at all: whoever edits in a space, or keeps reference data by office."""
    return user.is_authenticated and user.is_active and user.has_perm(DOOR)


def rule_of(view_name: str) -> Rule | None:
    """The rule of an address by its name, or None where there is none."""
    if view_name in RULES:
        return RULES[view_name]
    namespace, _colon, name = view_name.partition(":")
    if namespace in REFERENCE_NAMESPACES and name in REFERENCE_VIEWS:
        return keepers_of_reference_data
    return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('wagtailadmin_home')})}")


# --- rules ---------------------------------------------------------------------------------------------------------
def everyone_inside(request: HttpRequest, **_kwargs: Any) -> None:
    """For what shows nothing of any object, or only what Wagtail's lists have filtered by the access rule."""


def only_sent(request: HttpRequest, **_kwargs: Any) -> None:
    """For a form: following a link does nothing. (Wagtail would end the session even where it refuses.)"""
    if request.method != "POST":
        raise Http404


def on_page(doing: str, argument: str = "page_id", publishing: str = "publish") -> Rule:
    """The page named in the address must be one to which the reader may do this (see `editors_permissions.may`)."""

    def rule(request: HttpRequest, **kwargs: Any) -> None:
        page = _page_or_404(kwargs[argument])
        if not may(request.user, doing, page):
            raise Http404
        if request.POST.get("action-publish") and not may(request.user, publishing, page):
            raise Http404

    return rule


def on_version(*arguments: str, page: str = "page_id") -> Rule:
    """As `on_page("edit")`, and nothing that the versions hold is closed to the reader.

    The arguments are those of the address that name versions; none of them means the latest.
    """
    first = on_page("edit", page)

    def rule(request: HttpRequest, **kwargs: Any) -> None:
        first(request, **kwargs)
        found = _page_or_404(kwargs[page])
        for name in [kwargs[argument] for argument in arguments] or ["latest"]:
            if holds_what_is_closed_to(request.user, _version_or_404(found, name)):
                raise Http404

    return rule


def previewed(rule: Rule, argument: str = "page_id") -> Rule:
    """As `rule`, of a page that has a preview; its form and its view ask the rest (knowledge.models.pages)."""

    def asked(request: HttpRequest, **kwargs: Any) -> HttpResponse | None:
        if not _page_or_404(kwargs[argument]).is_previewable():
            raise Http404
        return rule(request, **kwargs)

    return asked


def on_preview_of_new_page(
    request: HttpRequest, content_type_app_name: str, content_type_model_name: str, parent_page_id: int
) -> None:
    on_new_page(request, parent_page_id=parent_page_id)
    kinds = {model._meta.label_lower: model for model in get_page_models()}
    kind = kinds.get(f"{content_type_app_name}.{content_type_model_name}")
    if kind is None or not kind.preview_modes or kind not in _page_or_404(parent_page_id).allowed_subpage_models():
        raise Http404


def on_review(request: HttpRequest, page_id: int, action_name: str, task_state_id: int) -> None:
    """A step of the review of this very page, for those who review it: Wagtail looks for the state by number alone."""
    page = _page_or_404(page_id)
    state = page.current_workflow_task_state if page.has_workflow else None
    if state is None or state.pk != task_state_id or not may(request.user, "review", page):
        raise Http404
    if action_name not in {name for name, _label, _asks in state.task.specific.get_actions(page, request.user)}:
        raise Http404


def on_new_page(request: HttpRequest, **kwargs: Any) -> None:
    """A page below a space: who contributes may begin one, who writes records may publish it."""
    on_page("add", "parent_page_id", publishing="publish_below")(request, **kwargs)


def page_chooser(request: HttpRequest, parent_page_id: int | None = None) -> HttpResponse | None:
    """A chooser begins at the root: Wagtail would begin at a page that all pages of a kind have in common, and name it.

    What else the choosers can be asked (for moving and copying) tells of pages by number, and is not offered.
    """
    if "user_perms" in request.GET or "target_pages[]" in request.GET:
        raise Http404
    if parent_page_id is None:
        root = Page.get_first_root_node()
        return redirect(f"{reverse('wagtailadmin_choose_page_child', args=[root.pk])}?{request.GET.urlencode()}")
    if not may(request.user, "choose", _page_or_404(parent_page_id)):
        raise Http404
    return None


def chosen_pages(request: HttpRequest) -> None:
    for page in _named(Page.objects.all(), request.GET.getlist("id")):
        if not may(request.user, "choose", page.specific):
            raise Http404


def chosen_file(get_model: Callable) -> Rule:
    def rule(request: HttpRequest, **kwargs: Any) -> None:
        wanted = [kwargs["pk"]] if "pk" in kwargs else request.GET.getlist("id")
        for found in _named(get_model().objects.all(), wanted):
            if not access.may_read(request.user, found):
                raise Http404

    return rule


def uploaded(get_model: Callable, field: str) -> Rule:
    """A new file or picture, into the collection that the field names; where there is but one, none need be named."""

    def rule(request: HttpRequest, **_kwargs: Any) -> None:
        policy = policy_registry.get_by_type(get_model())
        own = {str(found.pk) for found in policy.collections_user_has_permission_for(request.user, "add")}
        if not own or not own.issuperset(request.POST.getlist(field)):
            raise Http404

    return rule


def keepers_of_reference_data(request: HttpRequest, **_kwargs: Any) -> None:
    """Organisations, persons, posts, topics and countries are kept by the secretariat and the administrators."""
    if not may_keep_reference_data(request.user):
        raise Http404


def _page_or_404(page_id: Any) -> Any:
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        raise Http404
    return page.specific


def _version_or_404(page: Any, name: Any) -> Any:
    """The page as it was in a version of its own: by number, or by one of the names that Wagtail knows."""
    revisions = page.revisions.order_by("created_at", "pk")
    if name == "live":
        return page
    if name == "latest":
        return page.get_latest_revision_as_object()
    found = revisions.first() if name == "earliest" else revisions.filter(pk=name).first()
    if found is None:
        raise Http404
    return found.as_object()


def _named(queryset: Any, keys: Iterable[str]) -> list[Any]:
    """The rows of these keys, every one of them; 404 if one is missing or is no number."""
    wanted = set(keys)
    if not wanted or not all(key.isdecimal() and len(key) < 19 for key in wanted):
        raise Http404
    found = list(queryset.filter(pk__in=wanted))
    if len(found) != len({int(key) for key in wanted}):
        raise Http404
    return found


# --- the addresses -------------------------------------------------------------------------------------------------
# Signing in, and the account, are not Wagtail's here.
ELSEWHERE: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "wagtailadmin_login": _to_sign_in,
    "wagtailadmin_account": lambda request: redirect("preferences"),
}

RULES: dict[str, Rule] = {
    "wagtailadmin_home": everyone_inside,
    "wagtailadmin_logout": only_sent,
    "wagtailadmin_sprite": everyone_inside,
    "wagtailadmin_javascript_catalog": everyone_inside,
    # The tree of pages: Wagtail's lists ask `editors_permissions.SpacePagePolicy`.
    "wagtailadmin_explore_root": everyone_inside,
    "wagtailadmin_explore": on_page("explore", "parent_page_id"),
    "wagtailadmin_explore_results": on_page("explore", "parent_page_id"),
    "wagtailadmin_pages:search": everyone_inside,
    "wagtailadmin_pages:search_results": everyone_inside,
    # One page.
    "wagtailadmin_pages:add_subpage": on_page("add", "parent_page_id"),
    "wagtailadmin_pages:add": on_new_page,
    "wagtailadmin_pages:edit": on_version(),
    "wagtailadmin_pages:history": on_page("edit"),
    "wagtailadmin_pages:history_results": on_page("edit"),
    "wagtailadmin_pages:revisions_index": on_page("edit"),
    "wagtailadmin_pages:revisions_revert": on_version("revision_id"),
    "wagtailadmin_pages:revisions_compare": on_version("revision_id_a", "revision_id_b", page="pk"),
    "wagtailadmin_pages:revisions_view": previewed(on_version("revision_id")),
    "wagtailadmin_pages:revisions_unschedule": on_page("unschedule"),
    "wagtailadmin_pages:unpublish": on_page("unpublish"),
    "wagtailadmin_pages:preview_on_add": on_preview_of_new_page,
    "wagtailadmin_pages:preview_on_edit": previewed(on_version()),
    # Its review, of which the history of the page tells the rest.
    "wagtailadmin_pages:workflow_history": on_page("edit"),
    "wagtailadmin_pages:workflow_action": on_review,
    "wagtailadmin_pages:collect_workflow_action_data": on_review,
    "wagtailadmin_pages:confirm_workflow_cancellation": on_page("edit"),
    # The reports of knowledge, each within what its reader may read.
    "knowledge_reports": everyone_inside,
    # Choosers.
    "wagtailadmin_choose_page": page_chooser,
    "wagtailadmin_choose_page_child": page_chooser,
    "wagtailadmin_choose_page_search": everyone_inside,
    "wagtailadmin_choose_page_chosen_multiple": chosen_pages,
    "wagtailadmin_choose_page_external_link": everyone_inside,
    "wagtailadmin_choose_page_email_link": everyone_inside,
    "wagtailadmin_choose_page_phone_link": everyone_inside,
    "wagtailadmin_choose_page_anchor_link": everyone_inside,
    "wagtaildocs_chooser:choose": everyone_inside,
    "wagtaildocs_chooser:choose_results": everyone_inside,
    "wagtaildocs_chooser:chosen": chosen_file(get_document_model),
    "wagtaildocs_chooser:chosen_multiple": chosen_file(get_document_model),
    "wagtaildocs_chooser:create": uploaded(get_document_model, "document-chooser-upload-collection"),
    "wagtailimages_chooser:choose": everyone_inside,
    "wagtailimages_chooser:choose_results": everyone_inside,
    "wagtailimages_chooser:chosen": chosen_file(get_image_model),
    "wagtailimages_chooser:chosen_multiple": chosen_file(get_image_model),
    "wagtailimages_chooser:create": uploaded(get_image_model, "image-chooser-upload-collection"),
}

# The viewsets of coordination.wagtail_hooks; of each only these views.
REFERENCE_NAMESPACES = frozenset({"country", "holiday", "organisation", "person", "post", "topic"})
REFERENCE_VIEWS = frozenset({"index", "index_results", "add", "edit"})
