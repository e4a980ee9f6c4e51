"""A record as Akoma Ntoso 3.0 (OASIS LegalDocML, 2018): the document type `debate`, for archives and other systems.

It is made of the same copy as the papers, so that it holds what its reader may see and refers to nobody else.
"""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from meetings.models import ParagraphKind
from meetings.papers.copies import CopiedParagraph, CopiedSection, RecordCopy
from meetings.papers.layout import piece_of, pieces_of
from meetings.papers.records import speaker_of, when

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
# What Accord says of a record beyond the standard: its marking, its state, its rule.
OURS = "urn:accord:record:1"
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# ISO 639-2, as the naming convention of the standard wants it.
LANGUAGES = {"en": "eng", "ru": "rus", "ur": "urd"}
# ISO 3166-1 leaves it to whoever uses it: an organiser that is of no country.
NO_COUNTRY = "xx"
SPOKEN = (ParagraphKind.STATEMENT, ParagraphKind.RESERVATION)


def as_akoma_ntoso(copy: RecordCopy) -> bytes:
    """The document."""
    return etree.tostring(_Writer(copy).root(), xml_declaration=True, encoding="UTF-8", pretty_print=True)


class _Writer:
    def __init__(self, copy: RecordCopy) -> None:
        self.copy, self.record, self.meeting = copy, copy.record, copy.meeting
        self.language = LANGUAGES.get(self.record.language, "eng")
        self.country = (self.meeting.organiser.country_id or NO_COUNTRY).lower()
        self.work = f"/akn/{self.country}/debate/{self.meeting.day.isoformat()}/{self.meeting.key}"
        # Whom the text refers to, by what they are shown as: (element, its name).
        self.agents: dict[tuple[str, str], str] = {}

    def root(self) -> Any:
        root = etree.Element(_tag("akomaNtoso"), nsmap={None: NAMESPACE, "accord": OURS})
        debate = _add(root, "debate", name="record")
        body = self._body()  # first: the head names whom the body refers to
        attachments = self._attachments()
        debate.append(self._meta("main", self.record.state_since.date()))
        debate.append(self._preface())
        debate.append(body)
        if len(attachments):
            debate.append(attachments)
        return root

    # --- the head ------------------------------------------------------------------------------------------------
    def _meta(self, component: str, day: date, title: str = "") -> Any:
        meta = etree.Element(_tag("meta"))
        identification = _add(meta, "identification", source="#accord")
        expression = f"{self.work}/{self.language}@{day.isoformat()}"
        work = _add(identification, "FRBRWork")
        _frbr(work, f"{self.work}/!{component}", self.work, self.meeting.day, "meeting", "#organiser")
        _add(work, "FRBRcountry", value=self.country)
        if title:
            _add(work, "FRBRname", value=title)
        level = _add(identification, "FRBRExpression")
        _frbr(level, f"{expression}/!{component}", expression, day, self.record.state, "#organiser")
        _add(level, "FRBRlanguage", language=self.language)
        level = _add(identification, "FRBRManifestation")
        today = timezone.localdate()
        _frbr(level, f"{expression}/!{component}.xml", f"{expression}.akn", today, "export", "#accord")
        _add(level, "FRBRformat", value="application/akn+xml")
        self._life(meta, component, day)
        return meta

    def _life(self, meta: Any, component: str, day: date) -> None:
        is_main = component == "main"
        prefix = "" if is_main else f"{component}__"
        lifecycle = _add(meta, "lifecycle", source="#accord")
        _add(lifecycle, "eventRef", eId=f"{prefix}event_1", date=day.isoformat(), source="#accord", type="generation")
        if not is_main:
            return
        references = _add(meta, "references", source="#accord")
        _add(references, "TLCOrganization", eId="accord", href="/akn/ontology/organization/xx/accord", showAs="Accord")
        organiser = {"eId": "organiser", "href": "/akn/ontology/organization/xx/organiser"}
        _add(references, "TLCOrganization", **organiser, showAs=_line(self.meeting.organiser.name))
        for (kind, shown_as), name in self.agents.items():
            where = {"TLCPerson": "person", "TLCOrganization": "organization", "TLCRole": "role"}[kind]
            _add(references, kind, eId=name, href=f"/akn/ontology/{where}/xx/{name}", showAs=_line(shown_as))
        own = etree.SubElement(meta, _tag("proprietary"), source="#accord")
        etree.SubElement(own, f"{{{OURS}}}marking").text = self.copy.marking
        etree.SubElement(own, f"{{{OURS}}}state").text = self.record.state
        etree.SubElement(own, f"{{{OURS}}}chathamHouseRule").text = "true" if self.record.chatham_house else "false"

    def _preface(self) -> Any:
        preface = etree.Element(_tag("preface"))
        title = _add(_add(preface, "p"), "docTitle")
        title.text = _line(self.meeting.title)
        title.set(XML_LANGUAGE, self.record.language)
        day = _add(_add(preface, "p"), "docDate", date=self.meeting.day.isoformat())
        day.text = when(self.meeting)
        if self.meeting.place:
            _add(preface, "p").text = _line(self.meeting.place)
        return preface

    # --- the body ------------------------------------------------------------------------------------------------
    def _body(self) -> Any:
        body = etree.Element(_tag("debateBody"))
        if self.copy.participants:
            call = _add(body, "rollCall", eId="rollcall_1")
            for number, one in enumerate(self.copy.participants, start=1):
                line = ", ".join(filter(None, [one.organisation, one.name, one.role]))
                _add(call, "p", eId=f"rollcall_1__p_{number}").text = _line(line)
        for section in self.copy.sections:
            self._section(body, section)
        for number, reservation in enumerate(self.copy.reservations, start=1):
            place = _add(body, "declarationOfVote", eId=f"reservation_{number}")
            by = (
                self._agent("TLCOrganization", reservation.whose)
                if reservation.whose
                else self._agent("TLCPerson", _unnamed())
            )
            speech = _add(place, "speech", by=f"#{by}", eId=f"reservation_{number}__speech_1")
            _add(speech, "from").text = _line(reservation.whose or _unnamed())
            self._texts(speech, reservation.text, f"reservation_{number}__speech_1")
        if not len(body):
            _add(body, "debateSection", name="record", eId="dbsect_1")
        return body

    def _section(self, body: Any, section: CopiedSection) -> None:
        name = f"dbsect_{section.number}"
        place = _add(body, "debateSection", name="item", eId=name)
        if section.marking:
            place.set(f"{{{OURS}}}marking", section.marking)
        _add(place, "num").text = str(section.number)
        if section.title:
            heading = _add(place, "heading")
            heading.text = _line(section.title)
            heading.set(XML_LANGUAGE, piece_of(section.title, self.record.language).language)
        for number, paragraph in enumerate(section.paragraphs, start=1):
            self._paragraph(place, paragraph, f"{name}__para_{number}")

    def _paragraph(self, place: Any, paragraph: CopiedParagraph, name: str) -> None:
        if paragraph.kind == ParagraphKind.SUMMARY:
            for number, piece in enumerate(pieces_of(paragraph.text, self.record.language), start=1):
                summary = _add(place, "summary", eId=f"{name}__summary_{number}")
                _lines(summary, piece)
            return
        part = _add(place, "debateSection", name=paragraph.kind, eId=name)
        if paragraph.kind not in SPOKEN:
            _add(part, "heading").text = _line(paragraph.label)
            self._texts(part, paragraph.text, name)
            return
        speech = _add(part, "speech", eId=f"{name}__speech_1", by=f"#{self._speaker(paragraph)}")
        if paragraph.on_behalf_of:
            speech.set("as", f"#{self._agent('TLCRole', paragraph.on_behalf_of)}")
        _add(speech, "from").text = _line(speaker_of(paragraph))
        self._texts(speech, paragraph.text, f"{name}__speech_1")

    def _texts(self, place: Any, text: str, name: str) -> None:
        for number, piece in enumerate(pieces_of(text, self.record.language) or [piece_of("", "en")], start=1):
            _lines(_add(place, "p", eId=f"{name}__p_{number}"), piece)

    def _speaker(self, paragraph: CopiedParagraph) -> str:
        if paragraph.names_withheld:
            return self._agent("TLCPerson", _unnamed())
        return self._agent("TLCPerson", paragraph.speaker or paragraph.on_behalf_of)

    def _agent(self, kind: str, shown_as: str) -> str:
        """The name by which the text refers to whom it shows so."""
        return self.agents.setdefault((kind, shown_as), f"{kind[3:].lower()}_{len(self.agents) + 1}")

    # --- what is attached ----------------------------------------------------------------------------------------
    def _attachments(self) -> Any:
        attachments = etree.Element(_tag("attachments"))
        corrected = [one for one in self.copy.paragraphs if one.corrigenda]
        number = 0
        for paragraph in corrected:
            for one in paragraph.corrigenda:
                number += 1
                self._attach(attachments, f"corrigendum_{number}", "corrigendum", one.on, [one.text, one.reason])
        if self.copy.documents:
            self._attach(attachments, "annex_1", "annex", self.meeting.day, self.copy.documents)
        return attachments

    def _attach(self, attachments: Any, name: str, kind: str, day: date, texts: list[str]) -> None:
        attachment = _add(attachments, "attachment", eId=f"att_{name}")
        document = _add(attachment, "doc", name=kind)
        document.append(self._meta(name, day, title=kind))
        body = _add(document, "mainBody", eId=f"{name}__body")
        for number, text in enumerate(texts, start=1):
            self._texts(body, text, f"{name}__{number}")


def _unnamed() -> str:
    return _("A participant")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: Any, tag: str, /, **attributes: str) -> Any:
    return etree.SubElement(parent, _tag(tag), attributes)


def _frbr(level: Any, this: str, uri: str, day: date, event: str, author: str) -> None:
    _add(level, "FRBRthis", value=this)
    _add(level, "FRBRuri", value=uri)
    _add(level, "FRBRdate", date=day.isoformat(), name=event)
    _add(level, "FRBRauthor", href=author)


def _line(text: str) -> str:
    return piece_of(text, "en").text


def _lines(element: Any, piece: Any) -> None:
    """The text with its line breaks, and the language of its letters."""
    element.set(XML_LANGUAGE, piece.language)
    first, *others = piece.lines
    element.text = first
    for line in others:
        _add(element, "br").tail = line
