"""An agreement on paper: PDF made for one reader, out of what that reader's page shows. It fetches nothing."""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import get_language_info
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

# The faces that the pages use: on paper they come from the same files (`static:` addresses), and nothing else does.
SCHEME = "static:"


def as_pdf(context: dict[str, Any]) -> bytes:
    """The document; `context` is what the page of the agreement is made of."""
    language = context["agreement"].language
    direction = "rtl" if get_language_info(language)["bidi"] else "ltr"
    page = render_to_string("coordination/agreement_pdf.html", {**context, "direction": direction})
    pdf: bytes = HTML(string=page, url_fetcher=FacesOnly()).write_pdf()
    return pdf


class FacesOnly(URLFetcher):
    """A text that names a picture or a sheet elsewhere calls nobody, and reads no file of this machine."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if not url.startswith(SCHEME) or not url.endswith(".woff2") or ".." in url:
            raise ValueError("nothing is fetched for paper")
        found = finders.find(url.removeprefix(SCHEME))
        if not isinstance(found, str):
            raise ValueError("nothing is fetched for paper: no such face")
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": "font/woff2"})
