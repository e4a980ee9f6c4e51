"""What is done alike with every sheet that is brought in (SentSheet): read, matched, begun, deleted."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from coordination import sheets
from coordination.columns import Column
from coordination.models.imports import ImportStage, SentSheet


def read_sheet(content: bytes, most_rows: int) -> sheets.Sheet:
    """What stands in a file. ValidationError beside `file` where it is no sheet, or too large."""
    try:
        return sheets.read(content, most_rows)
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal


def missing_labels(sheet: SentSheet, columns: Iterable[Column]) -> list[str]:
    """The labels of the columns that a sheet must have, and for which no heading is chosen yet."""
    return [str(column.label) for column in columns if column.required and column.key not in sheet.matching]


def take_matching(sheet: SentSheet, matching: dict[str, int], columns: Iterable[Column]) -> None:
    """Note which heading is which column; nothing is saved. ValidationError where one is missing, or chosen twice."""
    sheet.matching = {key: place for key, place in matching.items() if 0 <= place < len(sheet.headings)}
    if missing := missing_labels(sheet, columns):
        raise ValidationError(_("Choose the headings for: %s.") % ", ".join(missing))
    if len(set(sheet.matching.values())) < len(sheet.matching):
        raise ValidationError(_("One heading is chosen twice."))


def check_may_match(sheet: SentSheet) -> None:
    if sheet.stage not in (ImportStage.MATCHING, ImportStage.PREVIEW):
        raise ValidationError(_("This sheet is being imported already."))


def check_may_start(sheet: SentSheet) -> None:
    if sheet.stage != ImportStage.PREVIEW or sheet.problems:
        raise ValidationError(_("Put right what is refused, and send the sheet once more."))


def check_may_discard(sheet: SentSheet) -> None:
    if sheet.stage == ImportStage.WAITING and not sheet.is_stuck:
        raise ValidationError(_("This sheet is being imported already."))
