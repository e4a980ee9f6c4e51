"""What leaves Accord as a file is written down."""

from accounts.models import User
from coordination import audit
from coordination.models import AuditEntry


def note_export(actor: User, name: str, form: str, rows: int, **more: str) -> AuditEntry:
    """Note that `actor` took a list along: which, how, and how many rows; not what stood in them."""
    return audit.record(actor, "exported", actor, after={"list": name, "format": form, "rows": rows, **more})
