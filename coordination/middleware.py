"""What surrounds every request: the audit trail's context, and private caching."""

from django.utils.cache import patch_cache_control, patch_vary_headers

from coordination import access, audit


class AuditContextMiddleware:
    """Note the reader's address for the audit trail, and ask for memberships once a request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with audit.coming_from(request.META.get("REMOTE_ADDR") or None), access.remembering():
            return self.get_response(request)


class PrivateCacheMiddleware:
    """Pages differ by reader: no shared cache keeps them, and none is shown again after sign-out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["Cookie"])
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class EditorsAccessMiddleware:
    """The editors' side shows of each space what the access rule lets its reader see (coordination.editors_gate)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        from coordination import editors_gate

        if request.resolver_match.namespaces or request.path.startswith(editors_gate.PREFIX):
            editors_gate.check(request)
