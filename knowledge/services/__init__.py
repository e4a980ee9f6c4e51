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
from knowledge.services.reading import (
    delete_list,
    edit_list,
    is_keepable,
    keep,
    make_list,
    may_change_list,
    move_item,
    note_item,
    remove_item,
)
from knowledge.services.translations import begin_translation, may_translate
from knowledge.services.upkeep import check_links, count_use, judge, look_through, may_keep

__all__ = [
    "attach_file",
    "attach_together",
    "attach_version",
    "begin_translation",
    "check_links",
    "count_use",
    "delete_list",
    "edit_list",
    "end_knowledge_feed",
    "is_keepable",
    "judge",
    "keep",
    "knowledge_feed_of",
    "look_through",
    "make_list",
    "may_attach",
    "may_attach_to_reports",
    "may_change_list",
    "may_keep",
    "may_remove",
    "may_translate",
    "move_files_of",
    "move_item",
    "note_item",
    "publish_resource",
    "remove_file",
    "remove_item",
    "renew_knowledge_feed",
    "settle_files_of",
]
