"""Resources: their list, one of them with its files, a new one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access
from coordination.models import Space
from coordination.views.shared import attempt, page_of, require_or_404
from knowledge import citations, metadata, selectors, services
from knowledge.forms import AttachFileForm, NewResourceForm, ResourceFilters
from knowledge.models import Resource
from knowledge.views.shared import ROWS_ON_A_PAGE, reader_side


@require_safe
def resource_list(request):
    """The resources that the reader may read, narrowed down."""
    # Whoever looks for a language finds what is written in it, translations of what the reader has in another too.
    found = selectors.all_resources if request.GET.get("language") else selectors.resources
    readable = found(request.user)
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
    files = selectors.files_of(resource, request.user)
    form = AttachFileForm(request.POST or None, request.FILES or None, files=files) if may_attach else None
    if request.method == "POST" and attempt(form, lambda: _attach(request.user, resource, form.cleaned_data)):
        messages.success(request, _("The file is attached."))
        return redirect(resource)
    offered = selectors.offered_files(resource, request.user)
    context = {
        "resource": resource,
        "files": [(one, services.may_remove(request.user, one.file)) for one in offered],
        "described": metadata.of_resource(resource, [one.file for one in offered]),
        "citation": citations.in_words(resource),
        "countries": resource.countries.all(),
        "topics": resource.topics.all(),
        **reader_side(request, resource),
        "form": form,
    }
    return render(request, "knowledge/resource_detail.html", context)


def _attach(user, resource, chosen):
    """The file that was sent: a new one, or the new version of another."""
    given = {name: chosen[name] for name in ("title", "submission")}
    if earlier := chosen.get("replaces"):
        return services.attach_version(user, earlier, chosen["file"], **given)
    return services.attach_file(user, resource, chosen["file"], **given)


@require_safe
def resource_citation(request, key, form):
    """How it is cited, for programs that keep references."""
    if form not in citations.FORMS:
        raise Http404
    resource = access.open_readable(request, Resource.live_pages(), key=key)
    media_type, make = citations.FORMS[form]
    response = HttpResponse(make(resource), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="accord-{resource.key}.{form}"'
    return response


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
