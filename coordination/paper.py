"""Paper: a page of ours drawn as PDF, with the faces of the site and nothing else. It fetches nothing."""

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

# The faces that the pages use: on paper they come from the same files (`static:` addresses), and nothing else does.
SCHEME = "static:"
# Each with the letters that it is there for: a face that no letter asks for would take longer than all the rest.
FACES = [
    ("Inter", "inter/files/inter-latin", "."),
    ("Inter Extended", "inter/files/inter-latin-ext", "[\u0100-\u024f\u1e00-\u1eff]"),
    ("Inter Cyrillic", "inter/files/inter-cyrillic", "[\u0400-\u045f]"),
    ("Inter Cyrillic Extended", "inter/files/inter-cyrillic-ext", "[\u0460-\u052f]"),
    ("Noto Naskh Arabic", "noto-naskh-arabic/files/noto-naskh-arabic-arabic", "[\u0600-\u06ff]"),
]
WEIGHTS = (400, 700)


def draw(page: str) -> bytes:
    """The HTML of `page` as PDF."""
    fetcher, fonts = FacesOnly(), FontConfiguration()
    faces = CSS(string=_faces_for(page), font_config=fonts, url_fetcher=fetcher)
    document = HTML(string=page, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(stylesheets=[faces], font_config=fonts)
    return pdf


def _faces_for(page: str) -> str:
    return "".join(
        f'@font-face {{ font-family: "{name}"; font-weight: {weight}; '
        f'src: url("{SCHEME}fonts/{file}-{weight}-normal.woff2"); }}'
        for name, file, letters in FACES
        if re.search(letters, page)
        for weight in WEIGHTS
    )


class FacesOnly(URLFetcher):
    """A text that names a picture or a sheet elsewhere calls nobody, and reads no file of this machine."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if not url.startswith(SCHEME) or not url.endswith(".woff2") or ".." in url:
            raise ValueError("nothing is fetched for paper")
        found = finders.find(url.removeprefix(SCHEME))
        if not isinstance(found, str):
            raise ValueError("nothing is fetched for paper: no such face")
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": "font/woff2"})
