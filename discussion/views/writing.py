"""What the form of a message asks while somebody writes: how it will look, who can be named, the draft, and sending it
with files. Pages work without these: the form then goes the ordinary way.

`name` is what a page has called the thread, or the object that has none yet (discussion.threads.name_of).
"""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from coordination import access
from discussion import drafts, mentions, threads, words
from discussion.views.shared import place_of, post

NAME_LENGTH = 60


def _about(request, name):
    """What is written about, for whoever may write there."""
    about = threads.find(name, request.user)
    if about is None or not access.can(request.user, "contribute", about):
        raise Http404
    return about


@require_POST
def thread_say(request, name):
    """Say something, with or without files; the answer is for scripts. What was wrong is said by field."""
    form, message = post(request, _about(request, name))
    if message is None:
        return JsonResponse({"errors": {name: list(errors) for name, errors in form.errors.items()}}, status=422)
    return JsonResponse({"address": place_of(message), "number": message.number}, status=201)


@require_POST
def thread_preview(request, name):
    """How the words that are being typed will look."""
    shown = words.preview(request.POST.get("text", ""), _about(request, name), request.user)
    return render(request, "discussion/words.html", {"words": shown})


@require_safe
def thread_names(request, name):
    """Who can be named there, of those whose name begins with what is typed."""
    readers = mentions.Readers(_about(request, name))
    found = readers.matching(request.GET.get("q", "")[:NAME_LENGTH])
    return render(request, "discussion/names.html", {"names": found})


@require_POST
def thread_draft(request, name):
    """Keep what is typed."""
    drafts.keep(request.user, _about(request, name), request.POST.get("text", ""))
    return HttpResponse(status=204)
