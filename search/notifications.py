"""That a saved search finds something new: to its owner."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from discussion.notifier import Notification, register
from search import saved


@register
class SavedSearchFound(Notification):
    """How much is new is counted when it is read, by what the owner may read by then; nothing of it is named."""

    section = gettext_lazy("Searching")
    kind = "saved_search_found"
    verbs = ("saved search found something",)
    label = gettext_lazy("A search that I saved finds something new")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        return [self.obj.owner]

    def holds(self) -> bool:
        return bool(self._number())

    def subject(self) -> str:
        number = self._number()
        if not number:
            return _("Your saved search “%(name)s”") % {"name": self.obj.name}
        sentence = ngettext("“%(name)s” finds something new", "“%(name)s” finds %(number)s things that are new", number)
        return sentence % {"name": self.obj.name, "number": number}

    def why(self, user: User) -> str:
        return _("You get this because you saved a search and asked to be told of what is new.")

    def _number(self) -> int:
        if not hasattr(self.obj, "new"):
            saved.bring_numbers([self.obj], self.obj.owner)
        return int(self.obj.new)

    @classmethod
    def bring(cls, those: Sequence[Notification]) -> None:
        """All of one page are of one owner."""
        if those:
            saved.bring_numbers([one.obj for one in those], those[0].obj.owner)
