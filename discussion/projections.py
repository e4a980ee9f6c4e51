"""What of a discussion can be found: each message, under the name of what is discussed."""

from collections.abc import Iterator

from discussion import text
from discussion.models import Message
from search.projections import Projection, projects


@projects(Message)
def message(obj: Message) -> Iterator[Projection]:
    thread = obj.thread
    yield Projection(
        kind="message",
        title=str(thread),
        body=text.as_plain_text(obj.text),
        language=text.language_of(obj.text),
        url=obj.get_absolute_url(),
        space_id=thread.space_id,
        organisations=(obj.author.organisation_id,) if obj.author.organisation_id else (),
        date=obj.created_at.date(),
    )
