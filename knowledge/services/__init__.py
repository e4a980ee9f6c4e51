"""What changes state in knowledge. Each function takes the acting user first, checks the right, changes the rows and
writes the audit entry, in one transaction."""

from knowledge.services.feeds import end_knowledge_feed, knowledge_feed_of, renew_knowledge_feed
from knowledge.services.library import (
    attach_file,
    attach_together,
    attach_version,
    may_attach,
    may_attach_to_reports,
    may_remove,
    move_files_of,
    publish_resource,
    remove_file,
    settle_files_of,
)

__all__ = [
    "attach_file",
    "attach_together",
    "attach_version",
    "end_knowledge_feed",
    "knowledge_feed_of",
    "may_attach",
    "may_attach_to_reports",
    "may_remove",
    "move_files_of",
    "publish_resource",
    "remove_file",
    "renew_knowledge_feed",
    "settle_files_of",
]
