"""How a resource is cited: as a line to read, as BibTeX and as RIS, for programs that keep references."""

import re
from collections.abc import Callable

from django.conf import settings

from knowledge.feeds import NOT_IN_XML
from knowledge.models import Resource, ResourceKind

# What TeX would take for something else. A brace is written by its name, since BibTeX counts those that it sees.
TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\lbrace{}",
    "}": r"\rbrace{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
TEX_SIGNS = re.compile("|".join(re.escape(sign) for sign in TEX))
# In an address these would end the field or begin a command.
IN_ADDRESS = {"{": "%7B", "}": "%7D", "\\": "%5C"}
BIBTEX_TYPES = {ResourceKind.STUDY: "techreport", ResourceKind.TRAINING: "manual"}
RIS_TYPES = {
    ResourceKind.STUDY: "RPRT",
    ResourceKind.GUIDELINE: "RPRT",
    ResourceKind.LEGAL: "STAT",
    ResourceKind.DATA: "DATA",
    ResourceKind.AUDIO_VIDEO: "VIDEO",
}


def address_of(resource: Resource) -> str:
    return settings.BASE_URL + resource.get_absolute_url()


def in_words(resource: Resource) -> str:
    """Authors (year): title. Publisher. What is not known is left out."""
    year = f"({resource.year})" if resource.year else ""
    head = " ".join(part for part in ("; ".join(resource.author_names), year) if part)
    return ". ".join(
        part for part in (f"{head}: {resource.title}" if head else resource.title, resource.publisher) if part
    )


# --- BibTeX --------------------------------------------------------------------------------------------------------
def bibtex(resource: Resource) -> str:
    """One entry, in UTF-8. Without a year there is no year: a style says “n.d.” by itself."""
    kind = BIBTEX_TYPES.get(ResourceKind(resource.kind), "misc")
    publisher = {"techreport": "institution", "manual": "organization"}.get(kind, "publisher")
    address = "".join(IN_ADDRESS.get(sign, sign) for sign in address_of(resource))
    fields = {
        "title": f"{{{_tex(resource.title)}}}",  # in braces twice: a style leaves the capitals as they are
        "author": " and ".join(_bibtex_name(name) for name in resource.author_names),
        publisher: _tex(resource.publisher),
        "year": str(resource.year or ""),
        "url": address,
        "language": " ".join(resource.all_languages),
        "abstract": _tex(resource.abstract),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{accord-{resource.key},", *lines, "}", ""])


def _tex(text: str) -> str:
    return TEX_SIGNS.sub(lambda found: TEX[found[0]], _line(text))


def _bibtex_name(name: str) -> str:
    """“Khan, Ayesha” is a person; what has no comma stands as it is, be it an organisation or a name in one word."""
    is_person = name.count(",") == 1 and " and " not in f" {name.lower()} "
    return _tex(name) if is_person else f"{{{_tex(name)}}}"


# --- RIS -----------------------------------------------------------------------------------------------------------
def ris(resource: Resource) -> str:
    """One reference. A line is a tag and its value, so that no value has a line of its own in it."""
    rows = [
        ("TY", RIS_TYPES.get(ResourceKind(resource.kind), "GEN")),
        ("TI", resource.title),
        *(("AU", name) for name in resource.author_names),
        ("PY", str(resource.year or "")),
        ("PB", resource.publisher),
        ("AB", resource.abstract),
        ("LA", ", ".join(resource.all_languages)),
        *(("KW", str(topic)) for topic in resource.topics.all()),
        ("UR", address_of(resource)),
        ("ID", resource.key),
    ]
    lines = [f"{tag}  - {line}" for tag, value in rows if (line := _line(value))]
    return "\r\n".join([*lines, "ER  - ", ""])


def _line(text: str) -> str:
    return NOT_IN_XML.sub("", " ".join(text.split()))


# The suffix of the address, with the media type and what makes it.
FORMS: dict[str, tuple[str, Callable[[Resource], str]]] = {
    "bib": ("application/x-bibtex; charset=utf-8", bibtex),
    "ris": ("application/x-research-info-systems; charset=utf-8", ris),
}
