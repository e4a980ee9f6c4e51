"""Pages of knowledge, and the only ways to its files. A view parses, calls one service or selector, and renders."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.models import Country, Space, Topic
from coordination.views.shared import attempt, page_of, require_or_404
from knowledge import selectors, services, small_pictures
from knowledge.forms import AttachFileForm, NewResourceForm, ResourceFilters, ServicePointFilters
from knowledge.models import CountryProfile, File, GlossaryTerm, NewsItem, Picture, Resource, ServicePoint
from knowledge.serving import send

ROWS_ON_A_PAGE = 30
# The sizes that anyone may ask for; whatever else the site shows of a picture, it has made itself.
PICTURE_SPECS = {"thumbnail": "fill-320x200", "wide": "max-1200x800"}


# --- what gathers --------------------------------------------------------------------------------------------------
@require_safe
def knowledge(request):
    """Where to begin: topics, countries, what is new."""
    context = {
        "topics": Topic.objects.all(),
        "countries": Country.objects.filter(in_programme=True),
        "resources": selectors.latest_resources(request.user),
        "news": selectors.news(request.user)[: selectors.LATEST],
        "service_points": selectors.service_points(request.user)[: selectors.LATEST],
    }
    return render(request, "knowledge/start.html", context)


@require_safe
def topic_detail(request, slug):
    topic = get_object_or_404(Topic, slug=slug)
    return render(request, "knowledge/topic_detail.html", {"topic": topic, **selectors.on_topic(topic, request.user)})


@require_safe
def country_detail(request, code):
    country = get_object_or_404(Country, code=code)
    return render(
        request, "knowledge/country_detail.html", {"country": country, **selectors.on_country(country, request.user)}
    )


@require_safe
def country_profile_detail(request, key):
    profile = access.open_readable(request, CountryProfile.live_pages().select_related("country"), key=key)
    context = {
        "profile": profile,
        "space": access.if_readable(request.user, profile.space),
        "facts": profile.facts.all(),
        "topics": profile.topics.all(),
    }
    return render(request, "knowledge/country_profile_detail.html", context)


# --- resources -----------------------------------------------------------------------------------------------------
@require_safe
def resource_list(request):
    """The resources that the reader may read, narrowed down."""
    readable = selectors.resources(request.user)
    filters = ResourceFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_resources(readable, filters.chosen)
    context = {"filters": filters, "page": page_of(request, rows, ROWS_ON_A_PAGE)}
    return render(request, "knowledge/resource_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def resource_detail(request, key):
    """A resource with its files, and the form to attach one for those who may."""
    resource = access.open_readable(request, Resource.live_pages(), key=key)
    may_attach = services.may_attach(request.user, resource)
    if request.method == "POST" and not may_attach:
        raise Http404
    form = AttachFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(
        form,
        lambda: services.attach_file(
            request.user,
            resource,
            form.cleaned_data["file"],
            title=form.cleaned_data["title"],
            submission=form.cleaned_data["submission"],
        ),
    ):
        messages.success(request, _("The file is attached."))
        return redirect(resource)
    files = selectors.files_of(resource, request.user)
    context = {
        "resource": resource,
        "space": access.if_readable(request.user, resource.space),
        "files": [(file, services.may_remove(request.user, file)) for file in files],
        "countries": resource.countries.all(),
        "topics": resource.topics.all(),
        "form": form if may_attach else None,
    }
    return render(request, "knowledge/resource_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def resource_new(request, key):
    """Add a resource to a space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "contribute", space)
    form = NewResourceForm(request.POST or None, request.FILES or None, initial={"language": request.user.language})
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.publish_resource(request.user, space, **form.cleaned_data))
    ):
        messages.success(request, _("The resource is published for the members of the space."))
        return redirect(made[0])
    return render(request, "knowledge/resource_new.html", {"space": space, "form": form})


# --- service points, glossary, news --------------------------------------------------------------------------------
@require_safe
def service_point_list(request):
    readable = selectors.service_points(request.user)
    filters = ServicePointFilters(request.GET, readable=readable)
    filters.is_valid()
    rows = selectors.narrowed_service_points(readable, filters.chosen)
    context = {"filters": filters, "page": page_of(request, rows, ROWS_ON_A_PAGE)}
    return render(request, "knowledge/service_point_list.html", context)


@require_safe
def service_point_detail(request, key):
    queryset = ServicePoint.live_pages().select_related("country", "organisation")
    point = access.open_readable(request, queryset, key=key)
    context = {
        "service_point": point,
        "space": access.if_readable(request.user, point.space),
        "services": point.services.all(),
        "week": selectors.week_of(point),
        "topics": point.topics.all(),
    }
    return render(request, "knowledge/service_point_detail.html", context)


@require_safe
def glossary(request):
    words = request.GET.get("q", "")[:100].strip()
    rows = selectors.glossary_with(words, request.user)
    context = {"words": words, "page": page_of(request, rows, ROWS_ON_A_PAGE)}
    return render(request, "knowledge/glossary.html", context)


@require_safe
def glossary_term_detail(request, key):
    term = access.open_readable(request, GlossaryTerm.live_pages(), key=key)
    context = {
        "term": term,
        "space": access.if_readable(request.user, term.space),
        "topics": term.topics.all(),
    }
    return render(request, "knowledge/glossary_term_detail.html", context)


@require_safe
def news_list(request):
    context = {"page": page_of(request, selectors.news(request.user), ROWS_ON_A_PAGE)}
    return render(request, "knowledge/news_list.html", context)


@require_safe
def news_detail(request, key):
    news = access.open_readable(request, NewsItem.live_pages().select_related("picture__audience"), key=key)
    context = {
        "news": news,
        "space": access.if_readable(request.user, news.space),
        "picture": access.if_readable(request.user, news.picture),
        "countries": news.countries.all(),
        "topics": news.topics.all(),
    }
    return render(request, "knowledge/news_detail.html", context)


# --- files ---------------------------------------------------------------------------------------------------------
@require_safe
def file_serve(request, key, name):
    """The content of a file. A wrong name is as unknown as a wrong key."""
    file = access.open_readable(request, File.objects.select_related("audience").defer("text"), key=key)
    if file.filename != name or not file.is_published:
        raise Http404
    return send(request, file.file, file.filename)


@require_safe
def file_small(request, key):
    """A small picture of a file that is one, for whoever may read the file."""
    file = access.open_readable(request, File.objects.select_related("audience").defer("text"), key=key)
    small = small_pictures.of(file) if file.is_published else None
    if small is None:
        raise Http404
    return send(request, small, small_pictures.NAME)


@require_POST
def file_remove(request, key):
    """Delete a file, for whoever put it there and for rapporteurs."""
    file = access.open_readable(request, File.objects.select_related("audience").defer("text"), key=key)
    holder = access.if_readable(request.user, file.attached_to) or access.if_readable(request.user, file.space)
    try:
        services.remove_file(request.user, file)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    messages.success(request, _("The file is removed."))
    return redirect(holder or "knowledge")


@require_safe
def picture_serve(request, key, spec):
    """A picture in one of our sizes, or in one that the site has made before: nobody has others made by asking."""
    picture = access.open_readable(request, Picture.objects.select_related("audience"), key=key)
    if spec in PICTURE_SPECS:
        rendition = picture.get_rendition(PICTURE_SPECS[spec])
    else:
        rendition = picture.renditions.filter(filter_spec=spec).first()
        if rendition is None:
            raise Http404
    return send(request, rendition.file, rendition.file.name.rsplit("/", 1)[-1])
