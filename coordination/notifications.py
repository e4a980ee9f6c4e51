"""Whom actions, commitments and memberships concern."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from coordination import audit, replies, review, selectors, services
from coordination.models import Action, ActionDependency, Commitment, ImportKind, Organisation, Party, Space, Told
from coordination.models.marking import address_of
from discussion.notifier import Notification, register


def users_of(organisation: Organisation) -> Iterable[User]:
    return User.objects.filter(organisation=organisation, is_active=True)


class AboutWhatIsOwed(Notification):
    """About an action or a commitment: why is seen from who is to do it and who wrote it down."""

    section: ClassVar[str | Promise] = gettext_lazy("Actions and commitments")
    along = ("owner_person",)

    def _said(self, sentence: str) -> str:
        """A sentence with the title and the due date."""
        day = date_format(self.obj.due_on) if self.obj.due_on else "–"
        return sentence % {"title": self.obj.title, "day": day}

    def why(self, user: User) -> str:
        obj, person = self.obj, getattr(self.obj, "owner_person", None)
        if person is not None and person.user_id == user.pk:
            return _("You get this because it is for you to do.")
        owner = getattr(obj, "owner_id", None) or getattr(obj, "party_id", None)
        if owner is not None and owner == user.organisation_id:
            return _("You get this because it is for your organisation to do.")
        if getattr(obj, "created_by_id", None) == user.pk:
            return _("You get this because you wrote it down.")
        return _("You get this because you follow it, help with it, or look after what is owed in the space.")


class AboutAnAction(AboutWhatIsOwed):
    """Its mail can be answered, where mails are received: the answer is a report."""

    def reply_to(self, user: User) -> str:
        return replies.address_for(user, self.obj) if isinstance(self.obj, Action) else ""

    def how_to_reply(self) -> str:
        return _("Answer this mail to report on it. An answer that begins with “Action:” makes a new action.")


@register
class ActionAssigned(AboutAnAction):
    """To the person who is to do it, else to everyone at the organisation that owns it."""

    kind = "action_assigned"
    # One that was made in the draft of a record is told of when its owner can read it.
    verbs = ("action created", "action reassigned", "released with its record")
    label = gettext_lazy("An action is for me or my organisation to do")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        if not isinstance(self.obj, Action):  # commitments are released with their record too
            return []
        person = selectors.person_doing(self.obj)
        return [person] if person is not None else users_of(self.obj.owner)

    def subject(self) -> str:
        return _("For you to do: %(title)s") % {"title": self.obj.title}


@register
class ActionMoved(AboutAnAction):
    """To whoever follows it, and to those who are to do it."""

    kind = "action_moved"
    verbs = ("action moved", "action reported on")
    label = gettext_lazy("An action that concerns me moves on or is reported on")

    def recipients(self) -> Iterable[User]:
        return selectors.concerned_by(self.obj)

    def subject(self) -> str:
        return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}


@register
class ActionRescheduled(AboutAnAction):
    """Told where the day has changed, not for every word."""

    kind = "action_rescheduled"
    verbs = ("action changed",)
    label = gettext_lazy("An action that concerns me gets another due date")

    def recipients(self) -> Iterable[User]:
        return selectors.concerned_by(self.obj) if self.has_changed("due_on") else []

    def subject(self) -> str:
        return self._said(_("%(title)s: now due on %(day)s"))


@register
class StepDone(AboutAnAction):
    kind = "action_step_done"
    verbs = ("action step done",)
    label = gettext_lazy("A step of an action that concerns me is done")

    def recipients(self) -> Iterable[User]:
        return selectors.concerned_by(self.obj)

    def subject(self) -> str:
        checklist = selectors.checklist_of(self.obj)
        told = {"title": self.obj.title, "done": checklist.done, "all": len(checklist.steps)}
        return _("%(title)s: %(done)d of %(all)d steps are done") % told


@register
class HelpAsked(AboutAnAction):
    """To those at the organisations that are to help."""

    kind = "action_help_asked"
    verbs = ("action created", "action helpers changed")
    label = gettext_lazy("My organisation is to help with an action")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        new = self.details.get("new", self.obj.helper_ids)
        return User.objects.filter(organisation__in=new, is_active=True) if new else []

    def subject(self) -> str:
        return _("For you to help with: %(title)s") % {"title": self.obj.title}

    def why(self, user: User) -> str:
        return _("You get this because your organisation is to help with the action.")


@register
class OthersMayGoOn(AboutWhatIsOwed):
    """To those who follow what waited for it: it is done. It names only what is done, which they may read too."""

    kind = "action_awaited_done"
    verbs = ("action moved",)
    label = gettext_lazy("What an action of mine waited for is done")

    def recipients(self) -> Iterable[User]:
        if not self.obj.is_closed:
            return []
        waiting = ActionDependency.objects.filter(waits_for=self.obj).values("action")
        found = Action.objects.standing().filter(pk__in=waiting).select_related("audience", "owner_person__user")
        return {user for action in found for user in selectors.concerned_by(action)}

    def subject(self) -> str:
        told = {"title": self.obj.title, "state": self.obj.get_state_display()}
        return _("%(title)s: now %(state)s, others may go on") % told

    def why(self, user: User) -> str:
        return _("You get this because an action that concerns you waited for it.")


@register
class HandedOver(AboutAnAction):
    """To the successor, once for all that was handed over in one step."""

    kind = "actions_handed_over"
    verbs = ("action handed over",)
    label = gettext_lazy("Actions are handed over to me")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        person = self.obj.owner_person
        return [person.user] if "handed_over" in self.entry.after and person and person.user else []

    def subject(self) -> str:
        number = self.entry.after["handed_over"]
        told = {"number": number, "title": self.obj.title}
        one = _("“%(title)s” was handed over to you")
        return (one if number == 1 else _("%(number)d actions were handed over to you, “%(title)s” among them")) % told

    def why(self, user: User) -> str:
        return _("You get this because actions were handed over to you.")


@register
class HandedOnAtOnce(HandedOver):
    """To those to whom many actions were given in one change: one piece of news, whatever their number."""

    kind = "actions_handed_on_at_once"
    verbs = ("actions changed at once",)
    label = gettext_lazy("Many actions are given to me at once")

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"] if "handed_over" in self.entry.after else []


@register
class ChangedAtOnce(AboutWhatIsOwed):
    """To those whom news of many actions concern, which were changed at once: so are they told."""

    kind = "actions_changed_at_once"
    verbs = ("actions changed at once",)
    label = gettext_lazy("Many actions that concern me are changed at once")

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"] if "changed" in self.entry.after else []

    def subject(self) -> str:
        number = self.entry.after["changed"]
        if number == 1:
            return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}
        return ngettext("%(number)s action is changed.", "%(number)s actions are changed.", number) % {"number": number}

    def why(self, user: User) -> str:
        return _("You get this because actions that concern you were changed.")


@register
class CommitmentMade(AboutWhatIsOwed):
    """To everyone at the organisation that owes it."""

    kind = "commitment_made"
    # One that was made in the draft of a record is told of when its party can read it.
    verbs = ("commitment made", "released with its record")
    label = gettext_lazy("A commitment of my organisation is written down")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        return users_of(self.obj.party) if isinstance(self.obj, Commitment) else []

    def subject(self) -> str:
        return _("Your organisation owes: %(title)s") % {"title": self.obj.title}


@register
class ProgressReported(AboutWhatIsOwed):
    """To whoever wrote the commitment down, to those of its party, and to those who accept or return reports."""

    kind = "progress_reported"
    verbs = ("progress reported",)
    label = gettext_lazy("Progress is reported on a commitment that concerns me")

    def recipients(self) -> Iterable[User]:
        author = [self.obj.created_by] if self.obj.created_by else []
        return [*author, *users_of(self.obj.party), *selectors.reviewers_of(self.obj)]

    def subject(self) -> str:
        state = self.obj.get_state_display()
        return _("Progress on “%(title)s”: %(state)s") % {"title": self.obj.title, "state": state}


class VerdictGiven(AboutWhatIsOwed):
    """To whoever wrote the report."""

    by_mail = True

    def recipients(self) -> Iterable[User]:
        return [self.details["report"].author]

    def why(self, user: User) -> str:
        return _("You get this because you wrote the report.")


@register
class ReportAccepted(VerdictGiven):
    kind = "report_accepted"
    verbs = ("report accepted",)
    label = gettext_lazy("A report of mine is accepted")
    family = "verdict"

    def subject(self) -> str:
        return _("Accepted: your report on “%(title)s”") % {"title": self.obj.title}


@register
class ReportReturned(VerdictGiven):
    kind = "report_returned"
    verbs = ("report returned",)
    label = gettext_lazy("A report of mine is returned")

    def subject(self) -> str:
        return _("Returned to you: your report on “%(title)s”") % {"title": self.obj.title}


@register
class CommitmentChanged(AboutWhatIsOwed):
    """To everyone at the organisation that owes it, where it is due on another day, or something else is to be
    reached: not for every word. Whoever is told that the report is accepted which says so, is told of that."""

    kind = "commitment_changed"
    verbs = ("commitment changed", "report accepted")
    label = gettext_lazy("A commitment of my organisation gets another due date or target")
    family = "verdict"

    def recipients(self) -> Iterable[User]:
        return users_of(self.obj.party) if self.has_changed("due_on", "recurrence", "target") else []

    def subject(self) -> str:
        if not self.has_changed("due_on"):
            # Of the date too, of which the piece of news before may have told that this one takes the place of.
            return _("%(title)s: due date, target or recurrence has changed") % {"title": self.obj.title}
        return self._said(_("%(title)s: now due on %(day)s"))


@register
class NextPeriodOpened(AboutWhatIsOwed):
    """To those of the party: the same is owed anew."""

    kind = "next_period_opened"
    verbs = ("next period opened",)
    label = gettext_lazy("A commitment of my organisation is owed again")

    def recipients(self) -> Iterable[User]:
        return users_of(self.obj.party)

    def subject(self) -> str:
        return self._said(_("Owed again: “%(title)s”, due on %(day)s"))

    def why(self, user: User) -> str:
        return _("You get this because your organisation owes it.")


@register
class AgreementMoved(Notification):
    """To everyone at the parties, as far as they may read it."""

    section = gettext_lazy("Agreements and spaces")
    kind = "agreement_moved"
    verbs = ("agreement moved",)
    label = gettext_lazy("An agreement to which my organisation is a party moves on")

    def recipients(self) -> Iterable[User]:
        parties = Party.objects.filter(agreement=self.obj).values("organisation")
        return User.objects.filter(organisation__in=parties, is_active=True)

    def subject(self) -> str:
        return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}

    def why(self, user: User) -> str:
        return _("You get this because your organisation is a party to the agreement.")


@register
class MembershipGranted(Notification):
    """To the new member, or to everyone at the organisation that has become one."""

    section = gettext_lazy("Agreements and spaces")
    kind = "membership_granted"
    verbs = ("membership granted",)
    label = gettext_lazy("I become a member of a space")

    def recipients(self) -> Iterable[User]:
        member = self.details["member"]
        return users_of(member) if isinstance(member, Organisation) else [member]

    def subject(self) -> str:
        return _("You are a member of %(space)s") % {"space": self.obj.title}

    def why(self, user: User) -> str:
        return _("You get this because you, or your organisation, have become a member.")


class AboutAnEmergency(Notification):
    """To the chairs, at once and by every way; of each, also while the one before has not been looked at."""

    section = gettext_lazy("Agreements and spaces")
    by_mail = urgent = reminds = True

    def recipients(self) -> Iterable[User]:
        return services.chairs_of(self.obj)

    def address(self) -> str:
        return address_of("space_emergencies", self.obj.key)

    def why(self, user: User) -> str:
        return _("You get this because you chair the space. Nobody can choose not to hear of it.")


@register
class EmergencyBegun(AboutAnEmergency):
    kind = "emergency_begun"
    verbs = ("emergency access begun",)
    label = gettext_lazy("An administrator enters a space that I chair")

    def subject(self) -> str:
        told = {"name": self.actor, "space": self.obj.title, "hours": self.entry.after["hours"]}
        return _("%(name)s reads “%(space)s” by emergency access, for %(hours)s h at most") % told

    def pushed(self) -> str:
        return _("Emergency access to a space that you chair")


@register
class EmergencyEnded(AboutAnEmergency):
    kind = "emergency_ended"
    verbs = ("emergency access ended",)
    label = gettext_lazy("An emergency access to a space that I chair has ended")

    def subject(self) -> str:
        return _("The emergency access to “%(space)s” has ended") % {"space": self.obj.title}

    def pushed(self) -> str:
        return _("An emergency access has ended")


class AboutAHold(Notification):
    """To the chairs of the space: nobody holds back, or lets go of, what they answer for unseen by them."""

    section = gettext_lazy("Agreements and spaces")
    by_mail = urgent = True

    def recipients(self) -> Iterable[User]:
        return services.chairs_of(Space.objects.get(pk=self.entry.space_id or 0))

    def address(self) -> str:
        told = {**self.entry.before, **self.entry.after}
        return reverse("hold_detail", kwargs={"key": told["hold"]})

    def why(self, user: User) -> str:
        return _("You get this because you chair the space. Nobody can choose not to hear of it.")


@register
class HoldPut(AboutAHold):
    kind = "hold_put"
    verbs = ("legal hold put",)
    label = gettext_lazy("Something in a space that I chair is put under a legal hold")

    def subject(self) -> str:
        return _("%(name)s has put “%(thing)s” under a legal hold") % {"name": self.actor, "thing": self.obj}


@register
class HoldLifted(AboutAHold):
    kind = "hold_lifted"
    verbs = ("legal hold lifted",)
    label = gettext_lazy("A legal hold in a space that I chair is lifted")

    def subject(self) -> str:
        return _("%(name)s has lifted a legal hold on “%(thing)s”") % {"name": self.actor, "thing": self.obj}


class AboutAnAccessReview(Notification):
    """To the chairs who are to confirm the members."""

    section = gettext_lazy("Agreements and spaces")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"]

    def address(self) -> str:
        return address_of("space_review", self.obj.key)

    def why(self, user: User) -> str:
        return _("You get this because you chair the space.")


@register
class AccessReviewDue(AboutAnAccessReview):
    """At its beginning, a week before its day, and once more after that."""

    kind = "access_review_due"
    verbs = ("access review due",)
    label = gettext_lazy("The members of a space that I chair are to be confirmed")
    reminds = True

    def holds(self) -> bool:
        return selectors.open_review_of(self.obj) is not None

    def subject(self) -> str:
        told = {"space": self.obj.title, "day": date_format(date.fromisoformat(self.entry.after["due_on"]))}
        if self.entry.after["stage"] == Told.OVERDUE:
            return _("Since %(day)s members of “%(space)s” wait to be confirmed") % told
        return _("Confirm the members of “%(space)s” by %(day)s") % told


@register
class MembershipsSuspended(AboutAnAccessReview):
    kind = "memberships_suspended"
    verbs = ("memberships suspended",)
    label = gettext_lazy("Memberships that nobody confirmed are suspended")

    def subject(self) -> str:
        told = {"space": self.obj.title, "number": len(self.entry.after["members"])}
        return (
            ngettext(
                "%(number)s membership of “%(space)s” is suspended: nobody confirmed it",
                "%(number)s memberships of “%(space)s” are suspended: nobody confirmed them",
                told["number"],
            )
            % told
        )


class AboutTheDueDate(AboutAnAction):
    """To those whom the worker's round found to be concerned (coordination.services.reminders)."""

    by_mail = reminds = True

    def recipients(self) -> Iterable[User]:
        return self.details["recipients"]

    def holds(self) -> bool:
        return not self.obj.is_closed and audit.plain(self.obj.due_on) == self.entry.after["due_on"]


@register
class DueDateReminded(AboutTheDueDate):
    """Ahead, on the day, and after. What it says is how the object stands when it is read."""

    kind = "due_date_reminded"
    verbs = ("due date reminded",)
    label = gettext_lazy("I am reminded of what is due")

    def subject(self) -> str:
        if self.obj.is_closed:
            return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}
        if self.obj.is_overdue:
            return self._said(_("Overdue since %(day)s: %(title)s"))
        return self._said(_("Due on %(day)s: %(title)s"))


@register
class OverdueEscalated(AboutTheDueDate):
    """To the owner's focal point, later to the chairs of the space."""

    kind = "overdue_escalated"
    verbs = ("overdue escalated",)
    label = gettext_lazy("Something overdue is brought to me")

    def subject(self) -> str:
        if not self.obj.is_overdue:
            return DueDateReminded(self.entry, self.obj).subject()
        return self._said(_("Overdue since %(day)s, and brought to you for that: %(title)s"))

    def why(self, user: User) -> str:
        return _(
            "You get this because what is long overdue is brought to the focal point of its owner, and to the chairs."
        )


@register
class EndOfTermWarned(AboutTheDueDate):
    """To the chairs of the space: an agreement ends or is renewed, and until when notice can be given."""

    section = gettext_lazy("Agreements and spaces")
    kind = "end_of_term_warned"
    verbs = ("end of term warned of",)
    label = gettext_lazy("The term of an agreement ends")

    def holds(self) -> bool:
        return bool(self.obj.live) and self.obj.next_warning() is not None

    def subject(self) -> str:
        warning = self.obj.next_warning()
        if warning is None:
            return _("%(title)s: now %(state)s") % {"title": self.obj.title, "state": self.obj.get_state_display()}
        days = {"title": self.obj.title, "ends": date_format(warning.ends_on)}
        if warning.notice_by is not None:
            sentence = _("The term of “%(title)s” ends on %(ends)s; notice can be given until %(notice)s")
            return sentence % {**days, "notice": date_format(warning.notice_by)}
        return _("The term of “%(title)s” ends on %(ends)s") % days

    def why(self, user: User) -> str:
        return _("You get this because you manage the space in which the agreement lies.")


@register
class SheetImported(AboutWhatIsOwed):
    """To whom many actions or commitments were written down or changed for at once, and told of no other way: each is
    told of one import once, whatever it did, and only who may read one of these."""

    kind = "sheet_imported"
    verbs = ("sheet imported",)
    label = gettext_lazy("Actions or commitments that concern me are imported")
    by_mail = True

    def recipients(self) -> Iterable[User]:
        return selectors.concerned_by_many(self.details.get("actions", [])) | selectors.owing_many(
            self.details.get("commitments", [])
        )

    def subject(self) -> str:
        if self.entry.after["kind"] == ImportKind.COMMITMENTS:
            return _("Commitments of your organisation were imported into %(space)s") % {"space": self.obj.title}
        return _("Actions that concern you were imported into %(space)s") % {"space": self.obj.title}

    def why(self, user: User) -> str:
        if self.entry.after["kind"] == ImportKind.COMMITMENTS:
            return _("You get this because your organisation owes it.")
        return _("You get this because actions that concern you were imported.")


class AboutAReview(Notification):
    """About the review of a page, which is read on the editors' side until it is published."""

    section: ClassVar[str | Promise] = gettext_lazy("Pages and their review")
    by_mail = of_drafts = True

    def address(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.obj.pk])


@register
class PageToReview(AboutAReview):
    kind = "page_to_review"
    verbs = ("page submitted for review",)
    label = gettext_lazy("A page waits for my review")

    def recipients(self) -> Iterable[User]:
        return review.reviewers_of(self.obj)

    def holds(self) -> bool:
        return bool(self.obj.workflow_in_progress)

    def subject(self) -> str:
        return _("For you to review: %(title)s") % {"title": self.obj.get_latest_revision_as_object().title}

    def why(self, user: User) -> str:
        return _("You get this because you own a topic of the page, or publish in the space.")


class ReviewEnded(AboutAReview):
    """To whoever asked for the review."""

    def recipients(self) -> Iterable[User]:
        return review.asked_for_by(self.obj)

    def why(self, user: User) -> str:
        return _("You get this because you submitted the page for review.")


@register
class PageApproved(ReviewEnded):
    kind = "page_approved"
    verbs = ("page approved",)
    label = gettext_lazy("A page that I submitted is approved")

    def subject(self) -> str:
        return _("Approved: %(title)s") % {"title": self.obj.title}


@register
class PageSentBack(ReviewEnded):
    """The comment is read with the page: a notification holds no text of others."""

    kind = "page_sent_back"
    verbs = ("page sent back",)
    label = gettext_lazy("A page that I submitted is sent back")

    def subject(self) -> str:
        return _("Sent back with a comment: %(title)s") % {"title": self.obj.get_latest_revision_as_object().title}
