"""Of uploads, what a newer version has replaced ends. What is offered stays as long as that which it hangs on."""

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from coordination.models import RetentionOutcome, Space
from coordination.retention import Kind, register
from knowledge.models import File


def _replaced_files(space: Space) -> QuerySet:
    first = Case(When(lineage=Value(""), then=F("key")), default=F("lineage"))
    newer = File.objects.filter(lineage=OuterRef("first"), created_at__gt=OuterRef("created_at"))
    rows = File.objects.filter(space=space.pk).annotate(first=first)
    replaced = rows.annotate(replaced_at=Subquery(newer.order_by("created_at").values("created_at")[:1]))
    return replaced.filter(replaced_at__isnull=False)


register(
    Kind(
        name="uploads",
        label=_("Earlier versions of files"),
        rows=_replaced_files,
        moments={"replaced": (_("when a newer version came"), "replaced_at")},
        outcomes=(RetentionOutcome.DELETE, RetentionOutcome.ARCHIVE),
        order=30,
    )
)
