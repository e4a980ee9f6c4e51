"""`manage.py import_space ARCHIVE`: a space of another installation, out of the archive that was made of it there."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from home.archive.bringing_in import Report, Wishes, bring_in
from home.archive.reading import Archive, ArchiveRefused
from home.management.naming import account_named

NAMES_SHOWN = 10


class Command(BaseCommand):
    help = "Makes a space of an archive (docs/archive.md): all of it or nothing. The same archive twice is one space."

    def add_arguments(self, parser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--plan", action="store_true", help="say what would be made and matched; change nothing")
        parser.add_argument("--chair", metavar="EMAIL", help="an account here that becomes a chair of the space")
        parser.add_argument(
            "--members", action="store_true", help="take the memberships over: of organisations, and of accounts here"
        )

    def handle(self, *, archive: Path, plan: bool, chair: str | None, members: bool, **options: Any) -> None:
        wishes = Wishes(members=members, chair=account_named(chair) if chair else None, only_plan=plan)
        try:
            opened = Archive(archive)
            try:
                report = bring_in(opened, wishes)
            finally:
                opened.close()
        except ArchiveRefused as refusal:
            raise CommandError(f"Nothing was brought in. {refusal}") from refusal
        for line in _lines(report, only_plan=plan):
            self.stdout.write(line)


def _lines(report: Report, *, only_plan: bool) -> list[str]:
    if report.is_known:
        return [f"This archive has been brought in before, as {report.space}: nothing is changed."]
    lines = [f"“{report.title}” (archive {report.archive})"]
    lines += [f"  {number} {name}" for name, number in report.made.items()]
    for heading, found in (("Here already, and left as they are", report.matched), ("New", report.named_anew)):
        lines += [f"{heading}:"] * bool(found)
        lines += [f"  {len(names)} {kind}: {_some(names)}" for kind, names in found.items()]
    lines += [f"Member: {one}" for one in report.members] or ["Nobody becomes a member."]
    lines += [f"Mind: {remark}" for remark in report.remarks]
    return [*lines, "This is a plan: nothing is changed." if only_plan else "It is brought in."]


def _some(names: list[str]) -> str:
    shown = "; ".join(names[:NAMES_SHOWN])
    return f"{shown} and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else shown
