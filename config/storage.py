"""Where uploads are kept: a folder of the server's. A file is there as a whole, or not at all."""

import contextlib
import errno
import logging
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WholeFiles(FileSystemStorage):
    """Django's own would leave what had found room of a file when the disk is full, and answer with an error."""

    def _save(self, name: str, content: Any) -> str:
        try:
            return super()._save(name, content)  # type: ignore[misc]  # the stubs do not know of it
        except OSError as failure:
            if failure.errno not in NO_ROOM:
                raise
            with contextlib.suppress(OSError):
                Path(self.path(name)).unlink(missing_ok=True)
            logger.error("The disk with the uploads is full: a file was not taken.")
            raise ValidationError(
                _("There is no room for this file on the server at the moment. Nothing of it was kept: send it later."),
                code="no_room",
            ) from failure
