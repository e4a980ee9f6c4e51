"""Mails that answer a mail about an action: what is taken in, once, from whom, and what changes nothing."""

import io
import logging
import time
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core import mail as letters
from django.core.management import call_command
from django.utils import timezone

from coordination import access, replies, services
from coordination.models import Action, ActionUpdate, Marking, ReplyAddress, Role
from discussion import mail
from tests.factories import make_action, make_member, mark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def receiving(settings):
    settings.REPLY_DOMAIN = "replies.accord.example"


@pytest.fixture
def action(space, fia):
    return make_action(space, fia, title="Draw up the list")


def letter(
    liaison, action, text="Half of it is done.", subject="Re: There is something new for you on Accord", **headers
):
    made = EmailMessage()
    made["From"] = headers.pop("From", f"Liaison <{liaison.email}>")
    made["To"] = headers.pop("To", f"Accord <{replies.address_for(liaison, action)}>")
    made["Subject"] = subject
    made["Message-ID"] = headers.pop("Message_ID", "<one@ministry.example>")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def receive(made, recipient=""):
    return replies.receive(made if isinstance(made, bytes) else made.as_bytes(), recipient)


def nothing_changed():
    return not ActionUpdate.objects.exists() and Action.objects.count() == 1


# --- a report ------------------------------------------------------------------------------------------------------
def test_an_answer_becomes_a_report_once_however_often_it_is_delivered(liaison, action):
    made = letter(liaison, action)
    for _delivery in range(3):
        received = receive(made)
    update = action.updates.get()
    assert (received.made, update.author, update.text) == (update, liaison, "Half of it is done.")
    assert letters.outbox == []
    receive(letter(liaison, action, Message_ID="<two@ministry.example>"))
    assert action.updates.count() == 2


def test_an_address_takes_one_mail_so_that_who_got_a_copy_cannot_use_it(liaison, action):
    copied = letter(liaison, action)
    receive(copied)
    receive(letter(liaison, action, "Written by another.", To=copied["To"], Message_ID="<two@elsewhere.example>"))
    assert action.updates.get().text == "Half of it is done."
    [answer] = letters.outbox
    assert answer.to == [liaison.email] and "Answer this one instead" in answer.body
    assert "Nothing was changed." in answer.body and answer.reply_to[0] not in copied["To"]
    receive(letter(liaison, action, "The rest as well.", To=answer.reply_to[0], Message_ID="<three@ministry.example>"))
    assert action.updates.count() == 2


def test_a_mail_that_was_refused_does_not_use_the_address_up(liaison, action):
    refused = letter(liaison, action, "")
    receive(refused)
    receive(letter(liaison, action, To=refused["To"], Message_ID="<two@ministry.example>"))
    assert action.updates.get().text == "Half of it is done."


QUOTED = "On Mon, 2 Mar 2026 at 09:00, Accord <accord@example> wrote:\n> Hello,\n> there is something new\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Half of it is done.\n\n{QUOTED}",
        f"{QUOTED}\nHalf of it is done.",
        "Half of it is done.\n\nOn Mon, 2 Mar 2026 at 09:00, Accord and a long name\n<accord@example> wrote:\n> Hello,",
        "Half of it is done.\n\n-----Original Message-----\nFrom: Accord\nSent: Monday\n\nHello,",
        "Half of it is done.\r\n\r\nFrom: Accord\r\nSent: Monday\r\n\r\nHello,",
        "Half of it is done.\n\nпн, 2 мар. 2026 г. в 09:00, Accord <accord@example> пишет:\n> Здравствуйте,",
        f"Half of it is done.\n{QUOTED}",
        "Half of it is done.\nOn Mon, 2 Mar 2026 at 09:00, Accord and a long name\n<accord@example> wrote:\n> Hello,",
        "Half of it is done.\n-- \nLiaison of FIA",
        "Half of it is done.\n\n________________________________\nFrom: Accord",
    ],
)
def test_what_is_quoted_and_the_signature_are_cut_off(liaison, action, text):
    receive(letter(liaison, action, text))
    assert action.updates.get().text == "Half of it is done."


def test_no_line_of_ones_own_is_taken_for_the_beginning_of_the_quotation(liaison, action):
    receive(letter(liaison, action, f"The list is ready.\nIt went to MoI on 2 March 2026.\n{QUOTED}"))
    assert action.updates.get().text == "The list is ready.\nIt went to MoI on 2 March 2026."


def test_a_quotation_in_html_without_an_empty_line_before_it_is_cut_off(liaison, action):
    made, wrote = letter(liaison, action), "On Mon, 2 Mar 2026 at 09:00, Accord &lt;accord@example&gt; wrote:"
    made.set_content(f"<div>Done.</div><div>{wrote}<br><blockquote>Hello,</blockquote></div>", subtype="html")
    receive(made)
    assert action.updates.get().text == "Done."


def test_html_alone_is_read_as_its_words(liaison, action):
    made = letter(liaison, action)
    made.set_content(
        "<p>Half of <b>it</b> &amp; more.<br>By post.</p><script>alert(1)</script><blockquote>Hello,</blockquote>",
        subtype="html",
    )
    receive(made)
    assert action.updates.get().text == "Half of it & more.\nBy post."


def test_a_text_in_another_script_and_charset_is_read(liaison, action):
    made = letter(liaison, action)
    made.set_content("Половина готова.", charset="koi8-r")
    receive(made)
    assert action.updates.get().text == "Половина готова."


def test_the_mail_about_an_action_can_be_answered_and_others_cannot(settings, space, fia, liaison, chair):
    action = services.create_action(chair, space, title="Draw up the list", owner=fia)
    mail.send_waiting.func()
    [sent] = letters.outbox
    assert sent.reply_to == [replies.address_for(liaison, action)] and "Draw up" not in sent.body + sent.subject
    assert "Answer this mail" in sent.body
    settings.REPLY_DOMAIN = ""
    services.create_action(chair, space, title="Another", owner=fia)
    mail.send_waiting.func()
    assert letters.outbox[1].reply_to == [] and "Answer this mail" not in letters.outbox[1].body


# --- a new action --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: news", "Action: Ask the bank\n\nBy telephone."),
        ("Action: Ask the bank", "By telephone."),
        ("Re: AW: action:  Ask the bank", "By telephone."),
        ("Action:", "Ask the bank\nBy telephone."),
    ],
)
def test_an_answer_that_begins_so_is_a_new_action_that_came_of_it(liaison, action, subject, text):
    mark(action, Marking.AMBER_STRICT, organisations=[action.owner])
    made = letter(liaison, action, text, subject)
    for _delivery in range(2):
        receive(made)
    new = Action.objects.exclude(pk=action.pk).get()
    assert (new.title, new.description, new.owner) == ("Ask the bank", "By telephone.", liaison.organisation)
    assert (new.source, new.created_by, new.marking) == (action, liaison, Marking.AMBER_STRICT)
    assert not action.updates.exists()


def test_a_new_action_with_a_bad_title_is_refused_in_a_mail_that_says_why(liaison, action):
    receive(letter(liaison, action, "x" * 300, subject="Action: " + "x" * 300))
    assert nothing_changed()
    [answer] = letters.outbox
    assert answer.to == [liaison.email] and "Nothing was changed." in answer.body and "xxx" not in answer.body
    assert answer.extra_headers["Auto-Submitted"] == "auto-replied"


# --- what changes nothing ------------------------------------------------------------------------------------------
def forged(liaison, action):
    return letter(liaison, action, To="reply-bcdfghjkmnpqrstvwxz2345678@replies.accord.example")


def of_another_domain(liaison, action):
    return letter(liaison, action, To=replies.address_for(liaison, action).replace("replies.", "other."))


def from_somebody_else(liaison, action):
    return letter(liaison, action, From="Somebody <somebody@elsewhere.example>")


def from_two(liaison, action):
    return letter(liaison, action, From=f"{liaison.email}, somebody@elsewhere.example")


def with_the_name_of_the_account_only(liaison, action):
    return letter(liaison, action, From=f'"{liaison.email}" <somebody@elsewhere.example>')


def late(liaison, action):
    made = letter(liaison, action)
    ReplyAddress.objects.update(given_at=timezone.now() - replies.HOLDS_FOR - timedelta(minutes=1))
    return made


def after_the_membership_ended(liaison, action):
    made = letter(liaison, action)
    access.revoke(liaison, action.space)
    return made


def after_it_was_closed(liaison, action):
    made = letter(liaison, action)
    mark(action, Marking.RED, users=[])
    return made


def from_an_account_that_is_closed(liaison, action):
    made = letter(liaison, action)
    liaison.is_active = False
    liaison.save()
    return made


def an_absence_note(liaison, action):
    return letter(liaison, action, Auto_Submitted="auto-replied")


def a_failure_report(liaison, action):
    return letter(liaison, action, Return_Path="<>")


def of_a_list(liaison, action):
    return letter(liaison, action, Precedence="bulk")


def no_mail_at_all(liaison, action):
    return b"\xff\xfe\x00Canary" * 100


def nothing_at_all(liaison, action):
    return b""


@pytest.mark.parametrize(
    "arrives",
    [
        forged, of_another_domain, from_somebody_else, from_two, with_the_name_of_the_account_only, late,
        after_the_membership_ended, after_it_was_closed, from_an_account_that_is_closed, an_absence_note,
        a_failure_report, of_a_list, no_mail_at_all, nothing_at_all,
    ],
)  # fmt: skip
def test_what_is_not_from_its_user_changes_nothing_and_is_noted_without_content(liaison, action, caplog, arrives):
    made = arrives(liaison, action)
    if isinstance(made, EmailMessage):
        made.set_content("Canary of the content")
        del made["Subject"]
        made["Subject"] = "Canary of the subject"
    with caplog.at_level(logging.INFO):
        received = receive(made)
    assert received.ignored and nothing_changed() and letters.outbox == []
    assert "was ignored" in caplog.text
    for secret in ("Canary", liaison.email, "somebody", "reply-", action.title):
        assert secret not in caplog.text


def test_the_address_of_one_user_is_of_no_use_to_another(space, fia, liaison, action):
    colleague = make_member(space, Role.CONTRIBUTOR, fia)
    assert replies.address_for(colleague, action) != replies.address_for(liaison, action)
    receive(letter(colleague, action, To=replies.address_for(liaison, action)))
    assert nothing_changed()


def test_without_a_domain_nothing_is_taken_in(settings, liaison, action):
    made = letter(liaison, action)
    settings.REPLY_DOMAIN = ""
    assert receive(made).ignored and nothing_changed()
    assert replies.address_for(liaison, action) == ""


# --- what is refused with a sentence -------------------------------------------------------------------------------
def test_who_may_read_but_not_report_is_told_so(space, moi, action):
    reader = make_member(space, Role.READER, moi)
    receive(letter(reader, action))
    assert nothing_changed()
    assert "not report on it" in letters.outbox[0].body and action.title not in letters.outbox[0].body


@pytest.mark.parametrize("text", ["", QUOTED, "x" * 10_001])
def test_a_report_that_is_empty_or_too_long_is_refused_with_a_sentence(liaison, action, text):
    receive(letter(liaison, action, text))
    assert nothing_changed() and "Nothing was changed." in letters.outbox[0].body


def test_an_attachment_is_left_out_and_said_to_be(liaison, action):
    made = letter(liaison, action)
    made.add_attachment(b"Canary", maintype="application", subtype="pdf", filename="canary.pdf")
    receive(made)
    assert action.updates.get().text == "Half of it is done."
    [answer] = letters.outbox
    assert "Attachments are not taken" in answer.body and "canary" not in answer.body.lower()
    assert answer.extra_headers["In-Reply-To"] == "<one@ministry.example>"


def test_a_mail_that_is_too_large_is_refused_with_a_sentence(liaison, action):
    made = letter(liaison, action)
    made.add_attachment(b"x" * replies.MOST_BYTES, maintype="application", subtype="pdf", filename="x.pdf")
    receive(made)
    assert nothing_changed() and "too large" in letters.outbox[0].body


def test_a_mail_server_that_is_away_takes_nothing_back(liaison, action, monkeypatch):
    made = letter(liaison, action)
    made.add_attachment(b"x", maintype="application", subtype="pdf", filename="x.pdf")
    monkeypatch.setattr(letters.EmailMessage, "send", _away)
    receive(made)
    assert action.updates.count() == 1


def _away(self, *args, **kwargs):
    raise ConnectionRefusedError


@pytest.mark.parametrize("text", ["a\x00b\x07c", "On x\n" * 50_000, ">" * 200_000, "word " * 100_000 + "wrote:"])
def test_odd_texts_are_taken_or_refused_in_reasonable_time(liaison, action, text):
    began = time.process_time()
    receive(letter(liaison, action, text))
    assert time.process_time() - began < 5, "of the processor, whatever else the machine does"
    assert all("\x00" not in update.text for update in action.updates.all())


@pytest.mark.parametrize("subject", [b"Action: caf\xe9 \xff", b"Action: =?x-unknown?q?=ff?=", b"Action: a\x00b\x07c"])
def test_odd_subjects_are_taken_or_refused(liaison, action, subject):
    made = letter(liaison, action, subject="SUBJECT").as_bytes().replace(b"SUBJECT", subject)
    received = receive(made)
    assert received.made is not None or received.problems


def test_the_command_reads_one_mail_from_standard_input(liaison, action, monkeypatch):
    made = letter(liaison, action, To="undisclosed-recipients:;")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(made.as_bytes())))
    call_command("receive_mail", recipient=replies.address_for(liaison, action))
    assert action.updates.get().text == "Half of it is done."
