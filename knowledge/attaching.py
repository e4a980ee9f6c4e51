"""What knowledge keeps for others: the files of commitments, agendas and messages (coordination.attachments)."""

from coordination.attachments import Keeper
from knowledge import selectors, services
from knowledge.forms import WHAT_IS_TAKEN
from knowledge.uploads import KINDS, check_upload

KEEPER = Keeper(
    check=check_upload,
    attach=services.attach_together,
    files_of=selectors.files_at,
    files_of_each=selectors.files_at_each,
    may_attach=services.may_attach_to_reports,
    may_remove=services.may_remove,
    files_with=selectors.files_with,
    settle=services.settle_files_of,
    move=services.move_files_of,
    suffixes=tuple(sorted(KINDS)),
    hint=WHAT_IS_TAKEN,
)
