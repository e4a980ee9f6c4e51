"""Lines of text: what hides in them is refused, what a language needs is not."""

import pytest
from django.core.exceptions import ValidationError

from accounts.text import BIDIRECTIONAL_CONTROLS, validate_plain_text


@pytest.mark.parametrize(
    "text",
    [*(f"report{control}fdp.exe" for control in sorted(BIDIRECTIONAL_CONTROLS)), "one\ntwo", "a\x00b", "a\u2028b"],
)
def test_what_hides_in_a_line_is_refused(text):
    with pytest.raises(ValidationError):
        validate_plain_text(text)


@pytest.mark.parametrize(
    "text",
    ["", "Draw up the list", "وفاقی تحقیقاتی ادارہ", "می‌رود", "\u200fFIA\u200f کی فہرست", "Составить список", "🙂"],
)
def test_what_a_language_needs_is_not_refused(text):
    validate_plain_text(text)
