"""What surrounds every request: the audit trail's context, and private caching."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import Http404
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from accounts.callers import address_of_request
from coordination import access, audit, editors_gate, holds, services

API_ROUTE = "api/"


class AuditContextMiddleware:
    """Note the reader and the reader's address, and ask for memberships once a request. What an emergency access has
    shown by the way, in lists and in what is found, is noted by its page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        reader = access.answering(lambda: request.user)
        with audit.coming_from(address_of_request(request)), access.remembering(), reader:
            response = self.get_response(request)
            shows = response.status_code < 300
            if shows and (looked_at := access.emergencies_looked_at(lambda: request.user)):
                services.note_pages_seen(looked_at, request.path)
            return response

    def process_view(self, request, view, args, kwargs):
        """No address of ours holds a NUL, and PostgreSQL refuses to look for one."""
        if any("\x00" in str(value) for value in kwargs.values()):
            raise Http404

    def process_exception(self, request, exception):
        """What a legal hold keeps is not deleted: whoever tries is told so, where no form has said it."""
        if isinstance(exception, holds.Held):
            return render(request, "coordination/held.html", {"sentence": exception.messages[0]}, status=409)
        return None


class TokenMiddleware:
    """A program that calls the interface for programs acts for the owner of its token, within the token's scope.

    There a cookie means nothing: no page that a browser is led to can call it in a reader's name.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(f"/{API_ROUTE}"):
            return self.get_response(request)
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        token = services.token_of(secret.strip()) if scheme.lower() == "bearer" else None
        request.user = token.user if token else AnonymousUser()
        request.api_token = token
        if token is None:
            return self.get_response(request)
        with audit.through(token.name), access.within(services.scope_of(token)):
            return self.get_response(request)


class PrivateCacheMiddleware:
    """Pages differ by reader: no shared cache keeps them, and none is shown again after sign-out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        patch_vary_headers(response, ["Authorization" if hasattr(request, "api_token") else "Cookie"])
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
