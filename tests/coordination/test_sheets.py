"""Files as tables: told by their content, read within bounds, whatever program wrote them."""

import io
import zipfile
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from coordination import sheets

TABLE = [["Title", "Due on"], ["Обучение", "2026-12-31"], ["Приём делегации", ""]]
WESTERN = [["Title", "Due on"], ["Café à côté", "2026-12-31"], ["Straße", ""]]


def csv_of(rows, delimiter=",", encoding="utf-8"):
    return "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)


def xlsx_of(rows):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def refusal_of(content):
    with pytest.raises(ValidationError) as refused:
        sheets.read(content)
    [sentence] = refused.value.messages
    return sentence


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_a_csv_is_read_in_its_encoding_and_with_its_delimiter(delimiter, encoding):
    sheet = sheets.read(csv_of(TABLE, delimiter, encoding))
    assert sheet.headings == TABLE[0]
    assert sheet.rows == [(2, TABLE[1]), (3, ["Приём делегации"])]


def test_western_letters_are_not_taken_for_cyrillic_ones():
    assert sheets.read(csv_of(WESTERN, encoding="cp1252")).rows[0] == (2, WESTERN[1])


def test_days_numbers_and_formulas_come_as_texts():
    content = xlsx_of(
        [["A", "B", "C", "D", "E"], [date(2026, 12, 31), datetime(2026, 1, 2, 9, 30), 5.0, 2.5, "=1+1"], [True]]
    )
    assert sheets.read(content).rows == [(2, ["2026-12-31", "2026-01-02", "5", "2.5", "=1+1"]), (3, ["true"])]


def test_blank_rows_are_passed_over_and_the_numbers_are_those_of_the_file():
    assert sheets.read(xlsx_of([["A"], [], ["x"], [None], ["y"]])).rows == [(3, ["x"]), (5, ["y"])]


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(10):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 10_000_000)
    return content.getvalue()


def archive_of_nothing():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("letter.txt", "Dear all")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"Title,Due on\r\n", "no row"),
        (b"%PDF-1.7\n\x00\x01\x02", "no table"),
        (b"<html><body>Error</body></html>", "no table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old format"),
        (b"PK\x03\x04broken", "damaged"),
        (archive_of_nothing(), "no table"),
        (bomb(), "unpacks"),
        (b"x" * (sheets.MOST_BYTES + 1), "too large"),
        (csv_of([["A"] * 200, ["b"] * 200]), "columns"),
        (csv_of([["A"], *[["x"]] * 50_000]), "more than 10000 rows"),
        (csv_of([["A"], *[["x" * 2000]] * 4_500]), "too much text"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_no_sheet_or_too_much_is_refused_in_a_sentence(content, told):
    assert told in refusal_of(content)


def test_a_workbook_of_fifty_thousand_rows_is_refused_before_it_is_read_to_its_end():
    content = io.BytesIO()
    writer = sheets.XlsxWriter(content)
    writer.table("Rows", [sheets.Heading("title", "Title")], ([f"Row {number}"] for number in range(50_000)))
    writer.close()
    assert "more than 10000 rows" in refusal_of(content.getvalue())


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(str.strip).filter(bool)
FORMULAS = st.tuples(st.sampled_from(["", "'", "''"]), st.sampled_from("=+-@"), TEXTS).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS | FORMULAS, min_size=1, max_size=5))
def test_a_round_trip_changes_no_text(texts):
    texts = [" ".join(text.split()) for text in texts]
    headings = [sheets.Heading(f"c{number}", f"Column {number}") for number in range(len(texts))]
    as_csv, as_xlsx = io.BytesIO(), io.BytesIO()
    sheets.write_csv(as_csv, headings, [texts])
    writer = sheets.XlsxWriter(as_xlsx)
    writer.table("Rows", headings, [texts])
    writer.close()
    assert sheets.read(as_csv.getvalue()).rows == [(2, texts)]
    read = sheets.read(as_xlsx.getvalue())
    assert (read.rows, read.keys) == ([(3, texts)], [heading.key for heading in headings])
