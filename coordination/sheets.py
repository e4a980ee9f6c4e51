"""Tables as files: XLSX and CSV, read within bounds and written row by row. What the columns mean is not known here.

Cells come as plain texts, whatever they were: days in ISO 8601, numbers without ornament, a formula as the text of it.
Nothing is ever evaluated.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from coordination import audit

# What one import takes: a year's follow-up of a ministry is a few thousand rows.
MOST_ROWS = 10_000
# SQLite has one writer: whoever saves something waits until the import ends, for a second each fifty to hundred rows.
MOST_ROWS_ON_SQLITE = 2_000
MOST_COLUMNS = 100
MOST_BYTES = 10 * 1024 * 1024
MOST_TEXT = 8_000_000
# Rows that are looked at, blank ones included, before somebody is told that there are too many.
MOST_BLANK = 5_000
# An archive of a few kilobytes may unpack to gigabytes: what it says of itself is asked before it is opened.
MOST_UNPACKED = 80 * 1024 * 1024
MOST_PARTS = 500
# Before the keys of columns in the hidden row of our own sheets.
KEY_PREFIX = "accord:"

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

# With these a spreadsheet program takes a text for a formula. In CSV an apostrophe before them makes it a text, one
# more than there are already, so that taking one away gives back what was there.
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_LETTERS_OUT_OF_ASCII = re.compile(rb"[\x80-\xff]+")
# One comma before just three digits: decimals to some, thousands to others. So is a point, where nought ends them: no
# program writes such a decimal by itself.
_DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3}|\.\d\d0)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass
class Sheet:
    """A table as it was read: its headings, and each row with its number in the file."""

    headings: list[str] = field(default_factory=list)
    # The keys of the columns, where the sheet is one of ours.
    keys: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


# --- reading -------------------------------------------------------------------------------------------------------
def most_rows() -> int:
    """What one import takes on the database of this installation."""
    return MOST_ROWS_ON_SQLITE if connection.vendor == "sqlite" else MOST_ROWS


def read(content: bytes, most: int = MOST_ROWS) -> Sheet:
    """The table in a file, told by its content. ValidationError, in one sentence, for what is none or too much."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("This file is too large: at most %d MB.") % (MOST_BYTES // 1024 // 1024))
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ValidationError(_("This file is empty."))
    if content.startswith(b"PK"):
        tables = _tables_of_xlsx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(_("This is a workbook of an old format, or locked by a password. Save it as XLSX."))
    else:
        tables = iter([_numbered(_records_of_csv(content))])
    sheet = _first_with_rows(tables, most)
    if not sheet.rows:
        raise ValidationError(_("There is no row below the headings."))
    return sheet


Numbered = Iterator[tuple[int, list[str]]]


def _numbered(records: Iterable[list[str]]) -> Numbered:
    return ((number, record) for number, record in enumerate(records, start=1))


def _first_with_rows(tables: Iterator[Numbered], most: int) -> Sheet:
    """Of the sheets of a workbook, ours if one is, else the first that holds anything."""
    found = None
    for table in tables:
        sheet = _gathered(table, most)
        if sheet.keys:
            return sheet
        if found is None and sheet.headings:
            found = sheet
    if found is None:
        raise ValidationError(_("This file is empty."))
    return found


def _gathered(table: Numbered, most: int) -> Sheet:
    sheet, characters = Sheet(), 0
    for number, cells in table:
        while cells and not cells[-1]:
            cells.pop()
        if number > most + MOST_BLANK or (len(sheet.rows) == most and cells):
            raise ValidationError(
                _("There are more than %d rows. Divide the sheet into several and import one after the other.") % most
            )
        if len(cells) > MOST_COLUMNS:
            raise ValidationError(_("There are more than %d columns.") % MOST_COLUMNS)
        characters += sum(map(len, cells))
        if characters > MOST_TEXT:
            raise ValidationError(_("There is too much text in this sheet. Divide it into several."))
        if not cells:
            continue
        if not sheet.headings:
            sheet.headings = cells
        elif not sheet.rows and all(not cell or cell.startswith(KEY_PREFIX) for cell in cells):
            sheet.keys = [cell.removeprefix(KEY_PREFIX) for cell in cells]
        else:
            sheet.rows.append((number, cells))
    return sheet


def _tables_of_xlsx(content: bytes) -> Iterator[Numbered]:
    from openpyxl import load_workbook  # by far the largest that a sheet needs: when one is read

    _check_archive(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise ValidationError(
            _("This workbook cannot be read. Open it, save it as XLSX once more and send that.")
        ) from error
    for worksheet in workbook.worksheets:
        yield _rows_of(worksheet)


def _rows_of(worksheet: Any) -> Numbered:
    try:
        # A sheet may say that it has a million rows and columns: only what is there is read.
        worksheet.reset_dimensions()
        for number, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
            yield number, [_plain(cell) for cell in cells]
    except ValidationError:
        raise
    except Exception as error:
        raise ValidationError(
            _("This workbook cannot be read. Open it, save it as XLSX once more and send that.")
        ) from error


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValidationError(_("This file is damaged.")) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise ValidationError(_("This is no table. Send an XLSX or a CSV file."))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise ValidationError(_("This workbook unpacks to far more than its size. Send one with the table alone."))


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.replace("\r\n", "\n").strip(" \u00a0")
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case float():
            return repr(value)
    # A formula that fills several cells comes as an object with its text.
    return str(getattr(value, "text", value))


def _records_of_csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first_line = text.split("\n", 1)[0]
    if _CONTROLS.search(text) or re.match(r"\s*<(!doctype|html|\?xml)", text[:200], re.IGNORECASE):
        raise ValidationError(_("This is no table. Send an XLSX or a CSV file."))
    delimiter = max(",;\t", key=lambda mark: re.sub(r'"[^"]*"', "", first_line).count(mark))
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unguarded(cell.strip(" \u00a0")).replace("\r\n", "\n") for cell in record]
    except csv.Error as error:
        raise ValidationError(_("This CSV file cannot be read: a quotation mark may be missing.")) from error


def _unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _decoded(content: bytes) -> str:
    """The text in the encoding that it says, else in the one that it can only be, else in the likelier one."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            return _in(encoding, content)
    beginning = content[:2000]
    if beginning.count(b"\0") > len(beginning) // 4:
        return _in("utf-16-le" if beginning[1:2] == b"\0" else "utf-16-be", content)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # Windows-1251 or 1252: both give sense to every byte. Cyrillic words are of such letters alone; of a Western text
    # they are single ones between others.
    runs = _LETTERS_OUT_OF_ASCII.findall(content)
    in_words = sum(len(run) for run in runs if len(run) > 1)
    return _in("cp1251" if in_words * 2 > sum(map(len, runs)) else "cp1252", content)


def _in(encoding: str, content: bytes) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValidationError(_("The letters of this file cannot be read. Save it as CSV in UTF-8.")) from error


# --- writing -------------------------------------------------------------------------------------------------------
@dataclass
class Heading:
    """A column of a sheet that is written: its key never changes, its label is in the reader's language."""

    key: str
    label: str
    width: int = 18


Cell = str | int | Decimal | date | None


def write_csv(target: IO[bytes], headings: list[Heading], rows: Iterable[list[Cell]]) -> int:
    """Write the rows as Excel opens them; how many there were."""
    target.write(codecs.BOM_UTF8)
    written = 0
    text = io.TextIOWrapper(target, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow([heading.label for heading in headings])
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else audit.plain(cell) for cell in row])
        written += 1
    text.detach()
    return written


def guarded(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def is_doubtful(text: str) -> bool:
    """Whether a number was written so that it may be a thousand times as large: “1,200”."""
    return _DOUBTFUL.fullmatch(text) is not None


class XlsxWriter:
    """A workbook that is written row by row straight into the file: two hundred thousand rows take no memory.

    By hand, since openpyxl takes minutes for what takes seconds here; there is little in a sheet of texts and days.
    """

    def __init__(self, target: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        self._titles: list[str] = []

    def front(self, title: str, lines: Iterable[list[str]]) -> None:
        """A sheet of labels and texts."""
        columns = [(28, 1), (50, 5)]
        rows = (_row(number, [_text(line[0], _BOLD), *map(_text, line[1:])]) for number, line in enumerate(lines, 1))
        self._sheet(title, columns, rows)

    def table(
        self,
        title: str,
        headings: list[Heading],
        rows: Iterable[list[Cell]],
        choices: dict[str, list[str]] | None = None,
    ) -> int:
        """The sheet of rows under their headings and, hidden, the keys of the columns; how many rows there were.

        `choices` offers the values of some columns, by key, where the program that opens the sheet can.
        """
        written = 0

        def lines() -> Iterator[str]:
            nonlocal written
            yield _row(1, [_text(heading.label, _BOLD) for heading in headings])
            yield _row(2, [_text(f"{KEY_PREFIX}{heading.key}") for heading in headings], hidden=True)
            for row in rows:
                written += 1
                yield _row(written + 2, [_cell(value) for value in row])

        columns = [(heading.width, 1) for heading in headings]
        frozen = (
            '<sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        )
        self._sheet(title, columns, lines(), before=frozen, after=_offered(headings, choices or {}))
        return written

    def close(self) -> None:
        """Write what holds the sheets together, in the order in which they were written."""
        numbers = range(1, len(self._titles) + 1)
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006"
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        sheets = "".join(
            f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="rId{number}"/>'
            for number, title in zip(numbers, self._titles, strict=True)
        )
        self._part(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{relation}"><sheets>{sheets}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="rId{number}" Type="{relation}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        links += f'<Relationship Id="rId0" Type="{relation}/styles" Target="styles.xml"/>'
        self._part(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships">{links}</Relationships>'
        )
        self._part("xl/styles.xml", _STYLES)
        self._part(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{relation}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
            for number in numbers
        )
        self._part(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{parts}</Types>',
        )
        self._archive.close()

    def _sheet(
        self, title: str, columns: list[tuple[int, int]], rows: Iterable[str], before: str = "", after: str = ""
    ) -> None:
        self._titles.append(title)
        first, widths = 1, ""
        for width, number in columns:
            widths += f'<col min="{first}" max="{first + number - 1}" width="{width}" customWidth="1"/>'
            first += number
        with self._archive.open(f"xl/worksheets/sheet{len(self._titles)}.xml", "w", force_zip64=True) as part:
            part.write(f'{_XML}<worksheet xmlns="{_MAIN}">{before}<cols>{widths}</cols><sheetData>'.encode())
            for row in rows:
                part.write(row.encode())
            part.write(f"</sheetData>{after}</worksheet>".encode())

    def _part(self, name: str, content: str) -> None:
        self._archive.writestr(name, _XML + content)


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# The formats of cells by their number: as it comes, bold, a day, a text whatever it begins with, top of a long row.
_PLAIN, _BOLD, _DAY, _QUOTED = range(4)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
    '<xf xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# What XML cannot hold, half a surrogate pair included.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Rows below the headings in which values are offered.
_OFFERED_ROWS = MOST_ROWS


def _row(number: int, cells: list[str], hidden: bool = False) -> str:
    return f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>{"".join(cells)}</row>'


def _text(text: str, style: int = _PLAIN) -> str:
    if not text:
        return "<c/>"
    if style == _PLAIN and _DANGEROUS.match(text):
        style = _QUOTED
    text = escape(_NO_XML.sub("", text)).replace("\r", "&#13;")
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _cell(value: Cell) -> str:
    match value:
        case None | "":
            return "<c/>"
        case str():
            return _text(value)
        case date():
            return f'<c s="{_DAY}"><v>{(value - _DAY_NOUGHT).days}</v></c>'
    return f"<c><v>{value}</v></c>"


# Excel counts days from here, with a 29 February 1900 that never was.
_DAY_NOUGHT = date(1899, 12, 30)


def _offered(headings: list[Heading], choices: dict[str, list[str]]) -> str:
    """Lists of values to choose from, for columns whose values fit into one: Excel takes 255 characters."""
    from openpyxl.utils import get_column_letter

    rules = []
    for number, heading in enumerate(headings, start=1):
        values = ",".join(value for value in choices.get(heading.key, []) if "," not in value)
        if values and len(values) <= 255:
            column = get_column_letter(number)
            rules.append(
                f'<dataValidation type="list" allowBlank="1" sqref="{column}3:{column}{_OFFERED_ROWS}">'
                f"<formula1>{escape(chr(34) + values + chr(34))}</formula1></dataValidation>"
            )
    return f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>' if rules else ""
