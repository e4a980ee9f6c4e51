"""What the pages of knowledge need and Django does not have."""

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from coordination import access
from knowledge import glossing, selectors
from knowledge import metadata as metadata_of
from knowledge.languages import direction_of

register = template.Library()


@register.simple_tag
def in_language(code: str) -> SafeString:
    """The attributes of a block whose text is in a language of its own: `lang` and the direction that it runs in."""
    return format_html('lang="{}" dir="{}"', code, direction_of(code))


@register.inclusion_tag("knowledge/languages.html", takes_context=True)
def languages(context: Any, page: Any) -> dict[str, Any]:
    """In which languages a page can be read, and which one is shown where it is not the reader's."""
    reader = context["request"].user
    return {"languages": selectors.languages_of(page, reader), "kind": page._meta.model_name}


@register.simple_tag
def metadata(page: Any, described: Any = None) -> SafeString | str:
    """What a page says of itself to programs, described by its view or as it is; for the block `head`."""
    described = described or metadata_of.of_page(page)
    translations = metadata_of.translations_of(page, access.present_reader())
    return metadata_of.head(described, translations) if described else ""


@register.simple_tag(takes_context=True)
def section_of_terms(context: Any, language: str, name: str) -> glossing.Section:
    """For pages of many texts: what marks the terms in those of one section. The glossary is asked once for a page."""
    tables = context["request"].__dict__.setdefault("tables_of_terms", {})
    if language not in tables:
        tables[language] = glossing.table_for(context["request"].user, language)
    return glossing.Section(tables[language], name)


@register.simple_tag
def with_terms(text: Any, section: Any) -> SafeString:
    """A text with the terms of the glossary in it; as it stands where its page marks none."""
    safe = conditional_escape(text)
    return section.with_terms(safe) if section else safe


@register.simple_tag(takes_context=True)
def glossed(context: Any, text: Any, language: str, name: str) -> SafeString:
    """A text with the terms of the glossary in it, each a link with what it means; `name` is that of the text here."""
    return section_of_terms(context, language, name).with_terms(conditional_escape(text))
