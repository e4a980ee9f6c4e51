"""What surrounds every request: the audit trail's context, and private caching."""

from django.db import transaction
from django.http import Http404
from django.utils.cache import patch_cache_control, patch_vary_headers

from accounts.callers import address_of_request
from coordination import access, audit, editors_gate


class AuditContextMiddleware:
    """Note the reader and the reader's address, and ask for memberships once a request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reader = access.answering(lambda: request.user)
        with audit.coming_from(address_of_request(request)), access.remembering(), reader:
            return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """No address of ours holds a NUL, and PostgreSQL refuses to look for one."""
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404


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
    """The editors' side shows of each space what the access rule lets its reader see (coordination.editors_gate).

    What is sent there is one transaction: Wagtail makes a page, its revision and its log entry in separate steps. So is
    a preview, whose form is read again.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        path = request.path_info
        changes = request.method == "POST" or path.endswith("/preview/")
        if not changes or not path.startswith(f"/{editors_gate.ROUTE}"):
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def process_view(self, request, view, args, kwargs):
        return editors_gate.check(request)
