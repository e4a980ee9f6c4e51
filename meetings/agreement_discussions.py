"""What meetings tell the page of an agreement: where it was on the agenda, and where something was undertaken."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType

from coordination import access
from coordination.agreement_discussions import Discussion, register
from coordination.models import Agreement, Commitment
from meetings.models import AgendaItem, Meeting, Paragraph


@register
def meetings_about(agreement: Agreement, user: access.Reader) -> Iterator[Discussion]:
    items = AgendaItem.objects.readable_by(user).filter(agreement=agreement, meeting__live=True)
    for item in items.select_related("meeting"):
        yield _discussion(item.meeting, item.meeting.get_absolute_url())
    paragraph_type = ContentType.objects.get_for_model(Paragraph)
    made = Commitment.objects.readable_by(user).filter(article__agreement=agreement, source_type=paragraph_type)
    articles: dict[int, set[int]] = {}
    for paragraph_id, article_id in made.values_list("source_id", "article_id"):
        assert paragraph_id is not None and article_id is not None  # the filter asks for both
        articles.setdefault(paragraph_id, set()).add(article_id)
    paragraphs = Paragraph.objects.readable_by(user).filter(pk__in=articles, section__record__meeting__live=True)
    for paragraph in paragraphs.select_related("section__record__meeting"):
        for article_id in articles[paragraph.pk]:
            yield _discussion(paragraph.record.meeting, paragraph.record.get_absolute_url(), article_id)


def _discussion(meeting: Meeting, url: str, article_id: int | None = None) -> Discussion:
    return Discussion(meeting.title, url, meeting.day, meeting.language, article_id)
