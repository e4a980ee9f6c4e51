"""Short references lead to what they name."""

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coordination import references


@require_safe
@never_cache
def reference(request, reference):
    """To what the reference names, for those who may read it; for all others it is a reference to nothing."""
    obj = references.find(reference, request.user)
    if obj is None:
        raise Http404
    return redirect(obj)
