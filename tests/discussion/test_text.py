"""What the text of a message may hold, and how it is shown."""

import pytest
from django.core.exceptions import ValidationError

from discussion import text
from discussion.models import MESSAGE_LENGTH

SHOWN = {
    "emphasis": ("**a** *b* ~~c~~", "<p><strong>a</strong> <em>b</em> <s>c</s></p>"),
    "the language of code is said, and nothing is made of it": (
        "```py<b> more\nx < 1\n```",
        '<figure class="accord-code"><figcaption>py&lt;b&gt;</figcaption>\n'
        '<pre tabindex="0"><code>x &lt; 1\n</code></pre></figure>',
    ),
    "tables, with their columns to a side": (
        "|a|b|\n|--|-:|\n|1|<i>2</i>|",
        '<td>1</td>\n<td class="text-end">&lt;i&gt;2&lt;/i&gt;</td>',
    ),
    "a pasted address ends where the sentence does": (
        "(see https://icmpd.example/a_b_(c)?x=1&y=2).",
        '<p>(see <a href="https://icmpd.example/a_b_(c)?x=1&amp;y=2" rel="noopener noreferrer nofollow">'
        "https://icmpd.example/a_b_(c)?x=1&amp;y=2</a>).</p>",
    ),
    "a short reference": ("As ACT-2026-30147 says", 'As <a href="/r/ACT-2026-30147/"'),
    "no picture of another host": ("![x](https://spy.example/1.png)", "<p>!<a href="),
    "HTML and script": ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    "no link runs a script": ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    "a style of its own": ('|a|\n|:-:"onclick="x|\n', "<p>|a|"),
    "names, that of the reader with words for it": (
        "@Amina Khan and @FIA, `@FIA`",
        '<p><strong class="accord-mention accord-mention-you">@Amina Khan<span class="visually-hidden"> (you)</span>'
        '</strong> and <strong class="accord-mention">@FIA</strong>, <code>@FIA</code></p>',
    ),
    "no name in the middle of a word": ("x@fia.example @FIAx", "<p>x@fia.example @FIAx</p>"),
}


@pytest.mark.parametrize("typed, expected", SHOWN.values(), ids=SHOWN)
def test_a_message_is_shown(typed, expected):
    shown = text.as_html(typed, {"amina khan": True, "amina": False, "fia": False})
    assert expected in shown


REFUSED = {
    "only spaces": (" \n\t\u00a0\u200b", "Write a message first."),
    "marks on nothing, and fillers": ("\u0301\u0301 \u3164\u2800", "Write a message first."),
    "a hundred thousand characters": ("ы" * 100_000, f"at most {MESSAGE_LENGTH} characters; this one has 100000."),
    "what turns the direction": ("abc\u202edcba", "invisible characters that turn the direction"),
    "control characters": ("a\x07b", "control characters"),
    "half a character": ("a\ud800", "control characters"),
}


@pytest.mark.parametrize("typed, sentence", REFUSED.values(), ids=REFUSED)
def test_a_message_is_refused_with_a_sentence(typed, sentence):
    with pytest.raises(ValidationError) as refusal:
        text.check(typed)
    assert sentence in " ".join(refusal.value.messages)
    assert isinstance(text.shortened(typed), str), "and it can be looked at all the same"


def test_towers_of_marks_are_cut_down_and_those_of_scripts_stay():
    tower = "Z\u0351\u034b" * 1 + "\u0301" * 500
    assert text.check(tower + "b") == "Z\u0351\u034b" + "\u0301" * (text.MARKS_ON_A_LETTER - 2) + "b"
    for written in ("\u0628\u0651\u064e\u0670", "\u0f67\u0fbb\u0fb2\u0fb3\u0fba\u0fbc\u0fbb\u0f82", "e\u0302\u0301"):
        assert text.check(written) == written
