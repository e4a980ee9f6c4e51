"""What surrounds the agreement of 2020: who signed, in which languages, and a protocol that amends it. Illustrative."""

import io
from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from coordination import audit
from coordination.models import (
    Agreement,
    AgreementKind,
    AgreementRelation,
    AgreementState,
    AgreementText,
    Amendment,
    Party,
    Renewal,
)
from coordination.models.agreements import months_after
from home.demonstration import times
from knowledge.models import File
from meetings.models import AgendaItem

SIGNED, IN_FORCE = date(2020, 3, 5), date(2020, 6, 1)
TERM_IN_MONTHS, NOTICE_IN_MONTHS = 24, 6
# The present term ends about now and so many days: the page warns, since notice can still be given for a while.
DAYS_TO_THE_END_OF_THE_TERM = 230
TERMS_SO_FAR = 2

# By organisation: the post that signed. No name is made up for an agreement that there is.
SIGNATORIES = {"MoFA": "for the Ministry (illustrative)", "ICMPD": "for ICMPD (illustrative)"}

PROTOCOL_SIGNED, FIRST_DAY, SECOND_DAY = date(2023, 11, 6), date(2024, 1, 1), date(2025, 1, 1)
# What it does, to which article, from when, and the number, title and text that are new.
CHANGES = [
    ("replace", "4", FIRST_DAY, "", "Exchange of information",
     "The Parties exchange information on the areas of article 2, each under its own law. Personal data is exchanged "
     "only under a separate arrangement on data protection."),
    ("insert", "5", FIRST_DAY, "5 bis", "Joint evaluation",
     "Every programme is evaluated by both Parties together within six months of its end, and the evaluation is "
     "published."),
    ("replace", "6", SECOND_DAY, "", "Consultation",
     "The Parties consult each other at least twice a year, once of these times at the level of senior officials."),
]  # fmt: skip


def amend(cast: Any) -> None:
    agreement = cast.agreements["2020"]
    _complete(cast, agreement)
    protocol = _protocol(cast, agreement)
    AgreementRelation.objects.create(agreement=cast.agreements["BM"], to=agreement, kind="implements")
    AgreementRelation.objects.create(agreement=protocol, to=cast.agreements["BM"], kind="cites")
    item = AgendaItem.objects.filter(meeting__space=agreement.space).order_by("meeting__starts_at", "sort_order").last()
    if item is not None:
        AgendaItem.objects.filter(pk=item.pk).update(agreement=agreement)


def _complete(cast: Any, agreement: Agreement) -> None:
    agreement.signed_on, agreement.in_force_from = SIGNED, IN_FORCE
    agreement.renewal, agreement.renewal_months = Renewal.AUTOMATIC, TERM_IN_MONTHS
    agreement.notice_months = NOTICE_IN_MONTHS
    end = times.day(DAYS_TO_THE_END_OF_THE_TERM)
    agreement.in_force_until = months_after(end, -TERMS_SO_FAR * TERM_IN_MONTHS)
    agreement.save()
    for party in Party.objects.filter(agreement=agreement).select_related("organisation"):
        party.signatory_post, party.signed_on = SIGNATORIES[party.organisation.acronym], SIGNED
        party.signatory = party.organisation.name
        party.save()
    for language, authentic in (("en", True), ("ur", False)):
        file = File.objects.create(
            title=f"{agreement.title}, {language} (illustrative)",
            file=ContentFile(_docx(agreement), name=f"agreement-{agreement.key}-{language}.docx"),
            collection=agreement.space.collection,
            uploaded_by_user=cast.users["chair"],
        )
        AgreementText.objects.create(agreement=agreement, language=language, authentic=authentic, file=file)


def _protocol(cast: Any, agreement: Agreement) -> Agreement:
    protocol = Agreement(
        title="Protocol amending the cooperation agreement",
        kind=AgreementKind.PROTOCOL,
        state=AgreementState.IN_FORCE,
        reference="2023",
        amends=agreement,
        signed_on=PROTOCOL_SIGNED,
        in_force_from=FIRST_DAY,
        summary="<p>Illustrative: no such protocol has been reported. It shows how an agreement is amended.</p>",
        illustrative=True,
        owner=cast.users["chair"],
    )
    protocol.parties = [Party(organisation=party.organisation) for party in agreement.parties.all()]
    protocol.amendments = [
        Amendment(
            deed=deed, article_number=article, takes_effect_on=day, number=number, title=title, body=f"<p>{text}</p>"
        )
        for deed, article, day, number, title, text in CHANGES
    ]
    agreement.space.add_child(instance=protocol)
    audit.record(cast.users["chair"], "agreement written", protocol, after={"title": protocol.title})
    return protocol


def _docx(agreement: Agreement) -> bytes:
    """The text of the articles as a document: what the import of a text reads back."""
    import docx
    from django.utils.html import strip_tags

    document = docx.Document()
    document.add_heading(agreement.title, level=1)
    document.add_paragraph("Illustrative: part of the demonstration programme.")
    for article in agreement.articles.all():
        document.add_heading(str(article), level=2)
        document.add_paragraph(strip_tags(article.body))
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()
