"""What every answer tells the browser besides its content: what the page may load, do and be shown in."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from coordination import editors_gate

# Nothing of Accord asks for these; whatever gets into a page shall not either.
UNUSED = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
    "idle-detection", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
ANSWERED = ("GET", "HEAD", "POST", "OPTIONS")
PERMISSIONS = ", ".join(f"{name}=()" for name in UNUSED)


class HeadersMiddleware:
    """Headers that are the same on every answer, files of the site and errors included."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        # It would send back what the browser sent, cookies that no script reads among it.
        response = HttpResponseNotAllowed(ANSWERED) if request.method == "TRACE" else self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # No page of another origin includes what is here: neither a picture nor the answer to a program.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PolicyMiddleware(CSPMiddleware):
    """The Content Security Policy: one for all pages, and that of the editors' side, whose pages are Wagtail's."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith(f"/{editors_gate.ROUTE}"):
            parts.replace = settings.EDITORS_CONTENT_SECURITY_POLICY
        return parts
