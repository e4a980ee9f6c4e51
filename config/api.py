"""The interface for programs: its versions, what all of their answers have in common, and their descriptions.

Each package says its own part in its `api.py`. A program is known by a token in the header `Authorization`
(coordination.middleware); cookies mean nothing here.
"""

from importlib import import_module
from typing import Any

from django.core.cache import caches
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled
from ninja.errors import ValidationError as UnfitError
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from home import views as home

PACKAGES = ("coordination", "meetings", "discussion", "knowledge", "search")


class ByToken(HttpBearer):
    """The token has been looked at before (coordination.middleware); here it is asked whether it held."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "api_token", None)


class PerToken(AuthRateThrottle):
    """So many requests of one token, in each server process: to count them together would take a write for each."""

    cache = caches["this_process"]

    def get_cache_key(self, request: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.api_token.key}


api = NinjaAPI(
    title="Accord",
    version="1",
    description="What a user of Accord may read and do, for programs. Opened by a token of that user.",
    auth=ByToken(),
    throttle=[PerToken("600/m")],
    docs_url=None,
    urls_namespace="api",
)
for package in PACKAGES:
    api.add_router("", import_module(f"{package}.api").router)


# --- refusals: all of one shape (coordination.api.Problem) ---------------------------------------------------------
def _refused(
    request: HttpRequest, status: int, detail: Any, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    return api.create_response(request, {"detail": str(detail), "errors": errors or {}}, status=status)


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, refusal: Http404) -> HttpResponse:
    """What is not for this reader is answered as what is not there."""
    return _refused(request, 404, "There is nothing here.")


def nothing_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to an address of nothing: to a program what its own addresses say, to a person a page."""
    if request.path.startswith("/api/"):
        return _not_there(request, Http404())
    return home.nothing_here(request, exception)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, refusal: AuthenticationError) -> HttpResponse:
    answer = _refused(request, 401, "Send a token that holds: Authorization: Bearer …")
    answer["WWW-Authenticate"] = 'Bearer realm="Accord"'
    return answer


@api.exception_handler(PermissionDenied)
def _not_allowed(request: HttpRequest, refusal: PermissionDenied) -> HttpResponse:
    return _refused(request, 403, "Neither the token nor its owner may do more than that: you do not have this right.")


@api.exception_handler(Throttled)
def _too_often(request: HttpRequest, refusal: Throttled) -> HttpResponse:
    answer = _refused(request, 429, "Too many requests; wait a moment.")
    if refusal.wait:
        answer["Retry-After"] = str(int(refusal.wait) + 1)
    return answer


@api.exception_handler(UnfitError)
def _unfit(request: HttpRequest, refusal: UnfitError) -> HttpResponse:
    """What does not have the shape that the description asks for."""
    errors: dict[str, list[str]] = {}
    for error in refusal.errors:
        errors.setdefault(str(error["loc"][-1]), []).append(error["msg"])
    return _refused(request, 422, "Some of what was sent cannot be used.", errors)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, refusal: ValidationError) -> HttpResponse:
    """What a service refuses, as a form would say it beside its fields."""
    if hasattr(refusal, "error_dict"):
        return _refused(request, 422, "Some of what was sent cannot be used.", refusal.message_dict)
    return _refused(request, 422, " ".join(refusal.messages))


@api.exception_handler(HttpError)
def _refused_by_ninja(request: HttpRequest, refusal: HttpError) -> HttpResponse:
    return _refused(request, refusal.status_code, refusal.message)
