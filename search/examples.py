"""The query language explained beside the field: what to type, and what it finds."""

from django.utils.translation import gettext_lazy as _

EXAMPLES = [
    ("mobile counselling", _("all of these words, in any order, in this or another form")),
    ('"mobile counselling"', _("exactly these words, in this order")),
    ("visa OR permit", _("one of them, or both")),
    ("visa -tourist", _("what has the first word and not the second")),
    ("kind:record", _("records only; other kinds are agreement, action, meeting, resource, message, person")),
    ('space:"border management"', _("what lies in a space of this name")),
    ("by:FIA", _("what is by a person or an organisation, by name or acronym")),
    ("after:2025 before:2026-03", _("from the beginning of 2025 until the end of February 2026")),
    ("until:31.12.2025", _("until this day, the day included")),
    ("country:Pakistan", _("what concerns a country, by its name or code")),
    ("topic:training", _("what is filed under a topic")),
    ("language:ur", _("texts in a language, by its name or code")),
    ("-kind:message", _("a minus before any of these leaves it out")),
]
