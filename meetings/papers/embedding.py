"""The face of Arabic letters inside a DOCX: what lies on the reader's machine may lack the letters of Urdu.

Office documents hold faces with their first 32 bytes masked (ECMA-376, Part 4, 14.2.1). Noto Naskh Arabic is under the
SIL Open Font License, which lets a document carry it.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid5

from django.contrib.staticfiles import finders
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from fontTools.ttLib import TTFont
from lxml import etree

FACE = "Noto Naskh Arabic"
FILES = {
    "embedRegular": "fonts/noto-naskh-arabic/files/noto-naskh-arabic-arabic-400-normal.woff2",
    "embedBold": "fonts/noto-naskh-arabic/files/noto-naskh-arabic-arabic-700-normal.woff2",
}
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Any will do; the same each time, so that equal papers are equal.
NAMES = UUID("6f1c7a52-55a8-4d0e-9a2f-0d7a3c1e9b44")
MASKED = 32


def embed(document) -> bool:
    """Put the face into `document`; False where the site's faces are not on this machine."""
    faces = {name: face for name, file in FILES.items() if (face := masked_face(file))}
    if len(faces) < len(FILES):
        return False
    table_part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = etree.fromstring(table_part.blob)
    font = etree.SubElement(table, f"{{{W}}}font", {f"{{{W}}}name": FACE})
    for number, (name, (key, content)) in enumerate(faces.items(), start=1):
        part = Part(PackURI(f"/word/fonts/font{number}.odttf"), CONTENT_TYPE, content, document.part.package)
        relation = table_part.relate_to(part, RELATIONSHIP_TYPE.FONT)
        attributes = {f"{{{R}}}id": relation, f"{{{W}}}fontKey": f"{{{str(key).upper()}}}"}
        etree.SubElement(font, f"{{{W}}}{name}", attributes)
    table_part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)
    settings = document.settings.element
    settings.insert(0, etree.SubElement(settings, f"{{{W}}}embedTrueTypeFonts"))
    return True


@cache
def masked_face(file: str) -> tuple[UUID, bytes] | None:
    """The key and the masked bytes of a face of the site."""
    found = finders.find(file)
    if not isinstance(found, str):
        return None
    face, content = TTFont(found), BytesIO()
    face.flavor = None
    face.save(content)
    key = uuid5(NAMES, Path(found).name)
    return key, _masked(content.getvalue(), key)


def _masked(content: bytes, key: UUID) -> bytes:
    mask = key.bytes[::-1]
    head = bytes(byte ^ mask[place % len(mask)] for place, byte in enumerate(content[:MASKED]))
    return head + content[MASKED:]
