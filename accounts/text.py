"""What a line of text may hold. Titles and names are shown in lists, mails and file names, where nothing may hide."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Embeddings, overrides and isolates: with them, a name is read in another order than it is written, and one line
# turns round the text of its neighbours (Unicode Standard Annex 9). The marks U+200E and U+200F and the joiners, which
# Urdu, Dari and Pashto need, are not among them.
BIDIRECTIONAL_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, and the separators of lines and paragraphs.
CATEGORIES_OF_NO_LINE = frozenset({"Cc", "Zl", "Zp"})


def validate_plain_text(text: str) -> None:
    """Refuse what a single line of text cannot show: controls of direction, line breaks, other control characters."""
    if not BIDIRECTIONAL_CONTROLS.isdisjoint(text):
        raise ValidationError(
            _("This holds invisible characters that turn the direction of the text. Type it anew, without them."),
            code="bidirectional",
        )
    if any(unicodedata.category(character) in CATEGORIES_OF_NO_LINE for character in text):
        raise ValidationError(
            _("This holds control characters or line breaks. Write it in one line, without them."), code="control"
        )
