"""Translating a page: where it begins. It is written on the editors' side."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from coordination import access
from coordination.views.shared import attempt, require_or_404
from knowledge import services
from knowledge.forms import TranslateForm
from knowledge.models.pages import translated_kinds


@require_http_methods(["GET", "HEAD", "POST"])
def page_translate(request, kind, key):
    """Begin the translation of a page into a language in which it is not there yet."""
    model = translated_kinds().get(kind)
    if model is None:
        raise Http404
    page = access.open_readable(request, model.live_pages(), key=key)
    require_or_404(request, "contribute", page)
    # Begun already is begun: the form is one however often it is sent.
    others = [(code, name) for code, name in settings.LANGUAGES if code != page.original.language]
    form = TranslateForm(request.POST or None, languages=others)
    made = []
    try:
        if request.method == "POST" and attempt(
            form, lambda: made.append(services.begin_translation(request.user, page, form.cleaned_data["language"]))
        ):
            return redirect("wagtailadmin_pages:edit", made[0].pk)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    context = {"page": page, "form": form, "space": access.if_readable(request.user, page.space)}
    return render(request, "knowledge/translate.html", context)
