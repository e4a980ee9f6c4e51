"""The interface for programs: discussions and what is said there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from coordination import access, api, selectors
from coordination.api import REFUSALS, REFUSALS_OF_DEEDS, Content, Key, Part, Text
from discussion import selectors as discussions
from discussion import services
from discussion.models import MESSAGE_LENGTH, Message, Standing, Thread

router = Router(tags=["discussion"])


class ThreadOut(Content):
    title: str
    messages: int = Field(description="the number of its last message")
    last_message_at: datetime | None
    is_over: bool
    chatham_house: bool


class ThreadsOut(Schema):
    items: list[ThreadOut]
    next_offset: int | None


class ThreadsAsked(Part):
    over: bool = Field(False, description="those that are closed, in place of those that go on")


class MessageOut(Schema):
    key: str
    number: int
    standing: str
    author: str | None = Field(None, description="null where the reader is not told, as of what was deleted")
    organisation: str | None
    text: str | None = Field(None, description="as it was typed; null of what was deleted, hidden or moved")
    at: datetime
    edited_at: datetime | None
    url: str


class MessagesOut(Schema):
    items: list[MessageOut]
    last_number: int


class MessagesAsked(Schema):
    after: int = Field(0, ge=0, le=2_147_483_647, description="the number of the last message that you have")
    limit: int = Field(50, ge=1, le=100)


class NewMessage(Schema):
    text: Text = Field(max_length=MESSAGE_LENGTH)
    submission: UUID = Field(description="your own key: the same one sent again makes no second message")


@router.get("/spaces/{key}/threads", response={200: ThreadsOut, **REFUSALS}, summary="The discussions of a space")
def threads(request, key: Key, asked: Query[ThreadsAsked]):
    rows = discussions.threads_of(api.space_of(request, key), request.user, over=asked.over)
    found, after = api.part_of(rows, asked)
    known = selectors.known_spaces(request.user, found)
    titles = discussions.titles_of(found, request.user)
    return {"items": [_thread(one, titles[one.pk], known) for one in found], "next_offset": after}


def _thread(one: Thread, title: str, known: dict[int, Any]) -> dict[str, Any]:
    return {
        **api.common(one, known),
        "title": title,
        "messages": one.last_number,
        "last_message_at": one.last_message_at,
        "is_over": one.closed_at is not None or one.merged_into_id is not None,
        "chatham_house": one.chatham_house,
    }


@router.get("/threads/{key}/messages", response={200: MessagesOut, **REFUSALS}, summary="What is said in a discussion")
def messages(request, key: Key, asked: Query[MessagesAsked]):
    thread = _open(request, key)
    found = discussions.messages_after(thread, request.user, asked.after, asked.limit)
    return {"items": [_message(one) for one in found], "last_number": thread.last_number}


@router.post(
    "/threads/{key}/messages",
    response={201: MessageOut, **REFUSALS_OF_DEEDS},
    summary="Say something in a discussion (verb: contribute)",
)
def post_message(request, key: Key, new: NewMessage):
    thread = _open(request, key)
    posted = services.post_message(request.user, thread, new.text, new.submission)
    [shown] = discussions.messages_between(posted.thread, request.user, posted.number, posted.number)
    return Status(201, _message(shown))


def _open(request: HttpRequest, key: str) -> Thread:
    return access.open_readable(request, Thread.objects.select_related("audience", "space"), key=key)


def _message(one: Message) -> dict[str, Any]:
    return {
        "key": one.key,
        "number": one.number,
        "standing": one.standing,
        "author": one.voice.name if one.voice else None,
        "organisation": (one.voice.organisation or None) if one.voice else None,
        "text": one.text if one.standing == Standing.POSTED else None,
        "at": one.created_at,
        "edited_at": one.edited_at,
        "url": api.address(one),
    }
