"""What changes state in discussions, and for those who are told of it."""

from discussion.services.messages import post_message, start_thread
from discussion.services.notifications import bring_up_to_date, mark_all_seen, mark_seen, notify
from discussion.services.reading import mark_read

__all__ = [
    "bring_up_to_date",
    "mark_all_seen",
    "mark_read",
    "mark_seen",
    "notify",
    "post_message",
    "start_thread",
]
