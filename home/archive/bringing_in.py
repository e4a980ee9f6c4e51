"""Makes a space of an archive: all of it in one transaction, or nothing.

Ids are new and references lead to the new ones; permanent keys and short references are kept where they are free. A
preview does the same and takes it back, so that no rule is written twice.

Rows are written as they were, not by the services of each deed: what happened years ago cannot be done again. So their
fields are held against the models, rich text is cleaned, files are judged as uploads are; and when all of it is there,
nothing may have more readers than the archive says.
"""

import uuid
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from coordination import access, audit, services
from coordination.models import Action, Commitment, Organisation, ReminderPlan, Role, Space, Topic
from discussion.models import Message, Thread
from discussion.threads import root_of
from home.archive import kinds
from home.archive.filling import Filler, refused
from home.archive.kinds import CONTENT, SPACE, Kind
from home.archive.matching import Matching, closed_account
from home.archive.reading import Archive, ArchiveRefused
from home.archive.sight import WIDE
from home.archive.store import Row
from home.models import ArchiveBroughtIn
from knowledge.models import File, Picture
from knowledge.uploads import check_upload
from meetings.models import Record
from search import ledger


@dataclass
class Report:
    """What an archive brings, or has brought."""

    title: str
    archive: str
    # The space that it has become; where `is_known`, at an earlier time.
    space: Space | None = None
    is_known: bool = False
    made: dict[str, int] = field(default_factory=dict)
    # Of what the archive names, by kind: what is here already, and what is made.
    matched: dict[str, list[str]] = field(default_factory=dict)
    named_anew: dict[str, list[str]] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    # What whoever brings it in should know.
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wishes:
    """Who becomes a member; and whether all of it is only looked at."""

    members: bool = False
    chair: User | None = None
    only_plan: bool = False


def _accounts_of(member: Organisation | User) -> str:
    """How many an organisation brings along."""
    if isinstance(member, User):
        return ""
    return f", with {member.users.filter(is_active=True).count()} accounts"


class _Looked(Exception):
    """Takes back what a preview has made."""


def bring_in(archive: Archive, wishes: Wishes) -> Report:
    """Make a space of `archive`. The same archive once more changes nothing. Raises ArchiveRefused."""
    bringing = _Bringing(archive, wishes)
    try:
        with transaction.atomic(), ledger.gathering():
            bringing.all_of_it()
            if wishes.only_plan:
                raise _Looked
    except _Looked:
        bringing.take_files_back()
    except BaseException:
        bringing.take_files_back()
        raise
    return bringing.report


class _Bringing:
    def __init__(self, archive: Archive, wishes: Wishes) -> None:
        self.archive, self.wishes = archive, wishes
        self.filler = Filler(archive)
        self.report = Report(str(archive.manifest["space"]), str(archive.manifest["archive"]))
        self.space: Space
        self._stored: list[Any] = []
        self._withheld: User | None = None

    def take_files_back(self) -> None:
        """The rows are taken back by the transaction, the content on the disk is not."""
        for content in self._stored:
            content.storage.delete(content.name)

    def all_of_it(self) -> None:
        before = ArchiveBroughtIn.objects.filter(archive=self.report.archive).select_related("space").first()
        if before is not None:
            self.report.space, self.report.is_known = before.space, True
            return
        self.archive.check_rows()
        matching = Matching(self.filler)
        matching.all_of_it()
        self.report.matched, self.report.named_anew = matching.matched, matching.made
        self._make_the_space()
        for kind in CONTENT:
            self._bring(kind)
            if kind.name == "corrigenda":
                self._put_records_where_they_stood()
        self.filler.lead_back()
        self._remind_from_now_on()
        self._check_readers()
        ArchiveBroughtIn.objects.create(archive=self.report.archive, space=self.space)
        after = {"archive": self.report.archive, "made": self.report.made}
        audit.record(None, "space brought in", self.space, after=after)
        self._admit()
        self.report.space = self.space

    def _make_the_space(self) -> None:
        rows = list(self.archive.rows(SPACE.name))
        if len(rows) != 1:
            raise ArchiveRefused("An archive is of one space.")
        [row] = rows
        if Space.objects.filter(title=row["title"]).exists():
            self.report.remarks.append(f"There is a space here already that is called “{row['title']}”.")
        fields = {name: row[name] for name in ("kind", "description", "illustrative")}
        fields["key"] = self.filler.permanent_key(row["key"], self.filler.keys_in_use(SPACE))
        fields["country_id"] = self.filler.key_of("countries", row["country"])
        topics = [self.filler.key_of("topics", number) for number in row["topics"]]
        try:
            self.space = services.add_space(
                title=row["title"], topics=list(Topic.objects.filter(pk__in=topics)), **fields
            )
        except ValidationError as refusal:
            raise refused(SPACE, row, refusal) from refusal
        self.filler.here[SPACE.name] = {row["id"]: self.space.pk}
        self.space.own_audience = access.intern(self._tokens(row["readers"]))
        access.settle(self.space)

    # --- what is in it -----------------------------------------------------------------------------------------------
    def _bring(self, kind: Kind) -> None:
        numbers = self.filler.here[kind.name] = {}
        in_use = self.filler.keys_in_use(kind)
        if in_use and kind.name != "version_paragraphs":
            self.report.remarks.append(
                f"{kind.name}: {len(in_use)} get another permanent key, as theirs is in use here."
            )
        for row in self.archive.rows(kind.name):
            obj = kind.model()
            self.filler.fill(kind, obj, row)
            self._prepare(kind, obj, row, in_use)
            self.filler.save(kind, obj, row, below=self.space)
            numbers[row["id"]] = obj.pk
        if numbers:
            self.report.made[kind.name] = len(numbers)

    def _prepare(self, kind: Kind, obj: Any, row: Row, in_use: set[str]) -> None:
        """Set what follows from its place here, and from what it is."""
        if any(one.name == "space" for one in obj._meta.fields):
            obj.space = self.space
        if kind.is_marked:
            obj.own_audience = access.intern(self._tokens(row["readers"]))
        if kind.name == "version_paragraphs":
            obj.key = self.filler.keys.get(row["key"], row["key"])
        elif "key" in row:
            obj.key = self.filler.permanent_key(row["key"], in_use)
        reference = row.get("short_reference")
        if reference and kind.model._base_manager.filter(short_reference=reference).exists():
            obj.short_reference = None
        for name in ("author", "translator"):
            if name in kind.fields and row[name] is None:
                setattr(obj, f"{name}_id", self._somebody().pk)
        if isinstance(obj, Thread):
            obj.root, obj.last_change = root_of(obj.target), row["last_number"]
        elif isinstance(obj, Message):
            obj.change, obj.submission = row["number"], uuid.uuid4()
        elif isinstance(obj, File | Picture):
            self._take_in(kind, obj, row)

    def _somebody(self) -> User:
        """In whose name stands what was said under the Chatham House Rule."""
        if self._withheld is None:
            self._withheld = closed_account("Name withheld")
        return self._withheld

    def _take_in(self, kind: Kind, obj: Any, row: Row) -> None:
        """The content, judged as an upload is."""
        opened = self.archive.file(row["file"])
        size = opened.seek(0, 2)
        opened.seek(0)
        uploaded = UploadedFile(opened, PurePosixPath(row["file"]).name, size=size)
        try:
            check_upload(uploaded)
        except ValidationError as refusal:
            raise refused(kind, row, refusal) from refusal
        obj.collection, obj.file = self.space.collection, uploaded
        if isinstance(obj, File):
            obj.lineage = self.filler.keys.get(row["lineage"]) or row["lineage"]
        else:
            obj._set_image_file_metadata()
        obj.file.save(uploaded.name, uploaded, save=False)
        self._stored.append(obj.file)

    def _put_records_where_they_stood(self) -> None:
        """Written as drafts: what has been agreed on takes no paragraph any more."""
        for row in self.archive.rows("records"):
            key = self.filler.key_of("records", row["id"])
            Record.objects.filter(pk=key).update(state=row["state"])
            access.settle(Record.objects.get(pk=key))

    def _remind_from_now_on(self) -> None:
        """Nobody is reminded now of what was due before it came."""
        now = timezone.now()
        for model in (Action, Commitment):
            due = model.objects.standing().filter(space=self.space, due_on__isnull=False)
            kind = ContentType.objects.get_for_model(model)
            ReminderPlan.objects.bulk_create(
                ReminderPlan(
                    object_type=kind, object_id=key, due_on=due_on, space=self.space,
                    since=now, examined_at=now, next_at=now,
                )
                for key, due_on in due.values_list("pk", "due_on")
            )  # fmt: skip

    # --- who reads it ------------------------------------------------------------------------------------------------
    def _tokens(self, readers: list[Any]) -> frozenset[str]:
        """What was said of readers there, as tokens of the space here. Whom nobody knows here reads nothing."""
        found = set()
        for reader in readers:
            if reader in WIDE:
                found.add(reader)
                continue
            organisation = self.filler.key_of("organisations", reader.get("organisation"))
            account = self.filler.key_of("accounts", reader.get("account"))
            if (organisation is None) == ("organisation" in reader) or (account is None) == ("account" in reader):
                continue
            found.add(str(access.Token(self.space.pk, org=organisation, user=account, role=reader.get("role"))))
        return frozenset(found)

    def _check_readers(self) -> None:
        """Nothing is read by more than the archive says; and whether there is something that nobody reads."""
        closed = {f"user:{key}" for key in User.objects.filter(is_active=False).values_list("pk", flat=True)}
        unread = 0
        for kind in (SPACE, *CONTENT):
            if not kind.is_marked:
                continue
            here = self.filler.here[kind.name]
            said = {here[row["id"]]: (row, self._tokens(row["read_by"])) for row in self.archive.rows(kind.name)}
            for some in kinds.in_lots(list(said), 500):
                audiences = kind.model._base_manager.filter(pk__in=some).values_list("pk", "audience__key")
                for key, tokens in audiences:
                    row, most = said[key]
                    if not access.is_within(tokens.split(), most):
                        raise refused(kind, row, "it would be read by more than the archive says")
                    unread += all(closed & set(token.split("/")) for token in tokens.split())
        if unread:
            self.report.remarks.append(
                f"{unread} things are for people by name who have no account here: nobody reads them. "
                "Invite these people first, with the addresses that they have there, and bring it in afterwards."
            )

    def _admit(self) -> None:
        """Nobody becomes a member without being named: the chair, and with `members` those whom the archive names."""
        wanted: dict[Any, str] = {}
        for row in self.archive.rows("memberships") if self.wishes.members else ():
            if (member := self._member(row)) is not None:
                wanted[member] = row["role"]
        if self.wishes.chair is not None:
            wanted[self.wishes.chair] = Role.CHAIR
        for member, role in wanted.items():
            services.admit(None, self.space, member, role)
            self.report.members.append(f"{member}{_accounts_of(member)}: {Role(role).label}")
        if Role.CHAIR not in wanted.values():
            self.report.remarks.append("The space has no chair: nobody can admit members. Name one with --chair.")

    def _member(self, row: Row) -> Organisation | User | None:
        kind, role = row["member"]["kind"], row["role"]
        if role not in Role.values:
            raise ArchiveRefused(f"memberships, id {row['id']}: there is no role {role}.")
        key = self.filler.key_of(kind, row["member"]["id"])
        if kind == "organisations":
            return Organisation.objects.filter(pk=key).first()
        return User.objects.filter(pk=key, is_active=True).first()
