"""Real documents, made by the libraries that offices use or resemble."""

import io
from collections.abc import Iterable

from docx import Document
from openpyxl import Workbook


def pdf_of(*paragraphs: str) -> bytes:
    from weasyprint import HTML

    html = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return HTML(string=f"<html lang='en'><body>{html}</body></html>").write_pdf()


def locked_pdf(password: str, text: str = "Secret") -> bytes:
    """A PDF that opens with `password`; an empty one is what many scanners set."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(text))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def docx_of(*paragraphs: str, table: Iterable[Iterable[str]] = ()) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    for row in table:
        cells = list(row)
        added = document.add_table(rows=1, cols=len(cells))
        for cell, text in zip(added.rows[0].cells, cells, strict=True):
            cell.text = text
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def xlsx_of(rows: Iterable[Iterable[object]], title: str = "Sheet") -> bytes:
    workbook = Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(list(row))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()
