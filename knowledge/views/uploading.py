"""Many files at once: one form, which sends them all together, or one after the other where scripts run."""

from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from coordination import access
from coordination.models import Space
from coordination.views.shared import require_or_404
from knowledge.forms import SpaceFilesForm
from knowledge.services.uploads import take_in


@require_http_methods(["GET", "HEAD", "POST"])
def files_add(request, key):
    """Add files to a space. What became of each is said in a row; asked by htmx's header, the rows are the answer."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "contribute", space)
    form = SpaceFilesForm(request.POST or None, request.FILES or None)
    taken = []
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("again", "submission")}
        as_drafts = form.cleaned_data["becomes"] == "drafts"
        files = form.cleaned_data["files"]
        taken = [take_in(request.user, space, file, as_drafts=as_drafts, **chosen) for file in files]
        form = (
            form if request.htmx else SpaceFilesForm(initial={name: form.cleaned_data[name] for name in ("becomes",)})
        )
    context = {"space": space, "form": form, "taken": taken}
    template = "knowledge/upload_rows.html" if request.htmx else "knowledge/upload.html"
    return render(request, template, context)
