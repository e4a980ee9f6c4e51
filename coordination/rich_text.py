"""Links in rich text lead nobody to what may not be read: the words stay, the address goes."""

from typing import Any

from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.rich_text.pages import PageLinkHandler

from coordination import access


def register(features: FeatureRegistry) -> None:
    """Put our handlers in the place of Wagtail's. Pictures are no part of rich text here (config.settings)."""
    features.register_link_type(ReadablePageLinks)
    features.register_link_type(ReadableDocumentLinks)


class ReadablePageLinks(PageLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict]) -> list[Any]:
        return _readable(super().get_many(attrs_list))


class ReadableDocumentLinks(DocumentLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict]) -> list[Any]:
        return _readable(super().get_many(attrs_list))


def _readable(found: list[Any]) -> list[Any]:
    """What the reader of this answer may not see is as if it had been deleted. Pages without a marking are open."""
    reader = access.present_reader()
    return [obj if not hasattr(obj, "audience_path") else access.if_readable(reader, obj) for obj in found]
