"""Files and pictures: the only ways to their content."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from coordination import access
from knowledge import services, small_pictures
from knowledge.models import File, Picture
from knowledge.serving import send

# The sizes that anyone may ask for; whatever else the site shows of a picture, it has made itself.
PICTURE_SPECS = {"thumbnail": "fill-320x200", "wide": "max-1200x800"}


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
