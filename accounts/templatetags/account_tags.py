"""How recovery codes are shown and taken along."""

from base64 import b64encode

from django import template

register = template.Library()


@register.filter
def in_groups(code: str) -> str:
    """Four digits and four digits: a code is copied by hand."""
    return f"{code[:4]} {code[4:]}"


@register.filter
def as_file(codes: list[str]) -> str:
    """The address of a text file that is the address itself: no other request shows the codes."""
    text = "\r\n".join(["Accord", *map(in_groups, codes), ""])
    return f"data:text/plain;charset=utf-8;base64,{b64encode(text.encode()).decode()}"
