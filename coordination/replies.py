"""Mails that come in: from whom they are taken, and what becomes of those about an action: a report on it, or a new
action that comes of it.

Each user has a secret address for each action; with the account's own address as the sender it stands for the user. It
takes one mail: whoever gets a copy of an answer reads an address that is used up. Whatever else arrives changes
nothing, and is noted in the log without a word of what it says. Other packages have addresses of their own: `finders`.
"""

import email
import logging
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import EmailMessage as Letter
from email.utils import getaddresses
from html import unescape
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import nh3
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from coordination import access, selectors, services
from coordination.models import Action, ReplyAddress
from coordination.models.marking import KEY_ALPHABET

logger = logging.getLogger(__name__)

# How long after the last mail that named it an address can be answered.
HOLDS_FOR = timedelta(days=90)
# A mail with more than this is not read: a report has ten thousand characters at most.
MOST_BYTES = 1_000_000
_SECRET_LENGTH = 26
_ADDRESS = re.compile(rf"\breply-([{KEY_ALPHABET}]{{{_SECRET_LENGTH}}})@([\w.-]+)", re.IGNORECASE)
# Where an address may stand on which a mail came in: what mail servers add goes before what the sender wrote.
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")


# --- the addresses -------------------------------------------------------------------------------------------------
def address_for(user: User, action: Action) -> str:
    """The address to which `user` may answer about `action`; nothing where the operator receives no mail."""
    return open_address(ReplyAddress, user=user, action=action)


def open_address(model: Any, **whose: Any) -> str:
    """The address of this user and thing that can still be answered, made where there is none; `model` keeps them."""
    if not settings.REPLY_DOMAIN:
        return ""
    now = timezone.now()
    found, is_new = model.objects.get_or_create(
        **whose, used_for=None, defaults={"secret": _new_secret(), "given_at": now}
    )
    if not is_new:
        model.objects.filter(pk=found.pk).update(given_at=now)
    return f"reply-{found.secret}@{settings.REPLY_DOMAIN}"


def _new_secret() -> str:
    return "".join(secrets.choice(KEY_ALPHABET) for _position in range(_SECRET_LENGTH))


# --- what comes in -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Received:
    """What became of a mail: an update, an action, or nothing and why (in words for the log, without content)."""

    made: Any = None
    ignored: str = ""
    # What the sender is told in a mail.
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mailbox:
    """A secret address: whose it is, what it is about, and what takes in the mails that come to it."""

    user: User
    about: Any
    is_expired: bool
    take_in: Callable[[Letter, bytes], Received]
    # The address to which the next answer can come, where it is not the same.
    next_address: Callable[[], str] | None = None
    # Which of the mails that a machine wrote are taken: those that a program writes when somebody presses a button.
    takes_of_machines: Callable[[Letter], bool] = lambda letter: False


# What finds the mailbox of a secret, or None where the secret is none of its own.
finders: list[Callable[[str], Mailbox | None]] = []


def receive(raw: bytes, recipient: str = "") -> Received:
    """Take in one mail as it came from the mail server; `recipient` is the address that the server says it is for."""
    is_too_large = len(raw) > MOST_BYTES
    letter = email.message_from_bytes(raw[:MOST_BYTES], policy=policy.default)
    box, why_not = _mailbox_of(letter, recipient)
    if box is None:
        logger.warning("A mail was ignored: %s.", why_not)
        return Received(ignored=why_not)
    with translation.override(box.user.language):
        if is_too_large:
            return _answer(letter, box, Received(problems=(_("The mail is too large. Nothing was changed."),)))
        received = box.take_in(letter, raw)
        if received.ignored:
            logger.warning("A mail was ignored: %s.", received.ignored)
        return _answer(letter, box, received)


def _mailbox_of(letter: Letter, recipient: str) -> tuple[Mailbox | None, str]:
    """The mailbox that the mail came to, if it may be taken in; else why not."""
    secret = _secret_in([recipient, *(value for name in _RECIPIENTS for value in _headers(letter, name))])
    box = next(filter(None, (find(secret) for find in (_mailbox_of_action, *finders))), None) if secret else None
    if _is_automatic(letter) and not (box and box.takes_of_machines(letter)):
        return None, "it was written by a machine"
    if box is None:
        return None, "it came to no address that is known"
    senders = [sender.casefold() for _name, sender in getaddresses(_headers(letter, "From"))]
    if senders != [box.user.email.casefold()]:
        return None, "its sender is not whom the address was given to"
    if box.is_expired:
        return None, "its address has expired"
    if not box.user.is_active or not access.may_read(box.user, box.about):
        return None, "its sender may no longer read what it is about"
    return box, ""


def _mailbox_of_action(secret: str) -> Mailbox | None:
    found = ReplyAddress.objects.select_related("user", "action__audience").filter(secret=secret).first()
    if found is None:
        return None
    return Mailbox(
        found.user,
        found.action,
        is_expired=found.given_at < timezone.now() - HOLDS_FOR,
        take_in=lambda letter, raw: _take_in(letter, found, raw),
        next_address=lambda: address_for(found.user, found.action),
    )


def _headers(letter: Letter, name: str) -> list[str]:
    """The values of a header. One that cannot be read says nothing."""
    try:
        return [str(value) for value in letter.get_all(name, [])]
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return []


def _is_automatic(letter: Letter) -> bool:
    """Absence notes, lists and failure reports: an answer to them would be answered again."""
    automatic = _headers(letter, "Auto-Submitted")
    if automatic and automatic[0].strip().lower() != "no":
        return True
    precedence = [value.strip().lower() for value in _headers(letter, "Precedence")]
    return (
        bool({"bulk", "junk", "list"}.intersection(precedence))
        or letter.get_content_type() == "multipart/report"
        or "<>" in [value.strip() for value in _headers(letter, "Return-Path")]
    )


def _secret_in(values: Iterable[str]) -> str | None:
    for value in values:
        for secret, domain in _ADDRESS.findall(value):
            if settings.REPLY_DOMAIN and domain.casefold() == settings.REPLY_DOMAIN.casefold():
                return str(secret).lower()
    return None


# --- what it says --------------------------------------------------------------------------------------------------
def take_in(
    letter: Letter, raw: bytes, address: Any, do: Callable[[str, UUID], Any], *, no_right: str, no_files: str
) -> Received:
    """Do what a mail to an address that takes one mail says; `address` is a row with `secret` and `used_for`.

    `do` gets the sender's own words, and a key that is the same when the mail is delivered again.
    """
    problems = []
    if any(part.get_content_disposition() == "attachment" for part in letter.walk()):
        problems.append(no_files)
    text = _own_words(_text_of(letter))
    submission = _once(letter, address, raw)
    try:
        with transaction.atomic():
            _use(address, submission)
            made = do(text, submission)
    except ValidationError as refusal:
        return Received(problems=(*problems, *refusal.messages, _("Nothing was changed.")))
    except PermissionDenied:
        return Received(problems=(*problems, no_right))
    return Received(made=made, problems=tuple(problems))


def _take_in(letter: Letter, address: ReplyAddress, raw: bytes) -> Received:
    return take_in(
        letter,
        raw,
        address,
        lambda text, submission: _do(letter, address, text, submission),
        no_right=_("You may read this, but not report on it. Nothing was changed."),
        no_files=_("Attachments are not taken from mails: add them on the page of the action."),
    )


def _use(address: Any, submission: UUID) -> None:
    """Use the address up. The same mail, delivered again, may come in; of two different ones the first alone."""
    rows = type(address)._default_manager.filter(pk=address.pk)
    used_for = rows.select_for_update().values_list("used_for", flat=True).get()
    if used_for is None:
        rows.update(used_for=submission)
    elif used_for != submission:
        raise ValidationError(_("That mail has been answered already. Answer this one instead."))


def _do(letter: Letter, address: ReplyAddress, text: str, submission: UUID) -> Any:
    new = _new_action_in(_readable(" ".join(_headers(letter, "Subject"))), text)
    if new is None:
        return services.report_on_action(address.user, address.action, text=text, submission=submission)
    title, description = new
    action = address.action
    organisations = selectors.organisations_in(action.space)
    own = organisations.filter(pk=address.user.organisation_id or 0).first()
    return services.create_action(
        address.user,
        action.space,
        title=title,
        description=description,
        owner=own or action.owner,
        source=action,
        language=address.user.language,
        submission=submission,
    )


def _once(letter: Letter, address: Any, raw: bytes) -> UUID:
    """The key by which the same mail, delivered again, is known."""
    name = "".join(_headers(letter, "Message-ID")).strip() or raw.hex()
    return uuid5(NAMESPACE_URL, f"{address.secret} {name}")


def _new_action_in(subject: str, text: str) -> tuple[str, str] | None:
    """Title and details, where the subject or the first line says that it is a new action."""
    words = "|".join(re.escape(word) for word in {"Action", _("Action")})
    # Before it in a subject stands what mail programs add: “Re:”, “AW:”, “Re[2]:”.
    in_subject = re.match(rf"(?:\s*\w{{1,8}}(?:\[\d+\])?:){{0,5}}?\s*(?:{words})\s*:(.*)", subject, re.I | re.S)
    in_text = re.match(rf"(?:{words})\s*:(.*)", text, re.I | re.S)
    if in_subject:
        title, rest = " ".join(in_subject[1].split()), text
    elif in_text:
        title, _line, rest = in_text[1].strip().partition("\n")
    else:
        return None
    if not title.strip():
        title, _line, rest = rest.strip().partition("\n")
    return title.strip(), rest.strip()


def _text_of(letter: Letter) -> str:
    """The text of the mail, from its plain part or else from its HTML; empty where there is none that can be read."""
    part: Any = letter.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, ValueError, KeyError, AttributeError):
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_type() == "text/html":
        content = re.sub(r"(?i)<(br|/p|/div|/li|/tr)\b[^>]*>", "\n", re.sub(r"(?is)<blockquote.*", "", content))
        content = unescape(nh3.clean(content, tags=set()))
    return _readable(content)


def _readable(text: str) -> str:
    """Without what no database takes: halves of characters, and controls other than the ends of lines."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    return "".join(sign for sign in whole if sign in "\n\t" or ord(sign) >= 32)


# What mail programs write before what they quote: a line of an original message, the first of its headers, a ruler, a
# signature; and “On …, … wrote:”, on one line, or on two of which the first says when, or who.
_ENDS = re.compile(
    r"-{2,}\s*(?:Original Message|Исходное сообщение|Пересылаемое сообщение|اصل پیغام)"
    r"|\*?(?:From|От|Von|De|منجانب)\s*:|_{10,}$|--$",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\b(?:wrote|writes|пишет|написала?|написал\(а\)|schrieb|a écrit|نے لکھا)\b[^:]{0,60}:$", re.IGNORECASE
)
_WHEN = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b")
_LONGEST_INTRODUCTION = 400


def _own_words(text: str) -> str:
    """The text without what it quotes and without the signature; of one written below the quotation, what is below."""
    lines = [line.rstrip() for line in text.splitlines()]
    own: list[str] = []
    for at, line in enumerate(lines):
        if _ENDS.match(line):
            break
        if not line.startswith(">") and not _introduces(line) and not _begins_to_introduce(lines[at : at + 2]):
            own.append(line)
            continue
        if "".join(own).strip():
            break
        own.clear()
    return "\n".join(own).strip()


def _introduces(line: str) -> bool:
    return len(line) <= _LONGEST_INTRODUCTION and bool(_WROTE.search(line))


def _begins_to_introduce(lines: list[str]) -> bool:
    """Of two lines: together they introduce what is quoted. A last line of one's own says no more than it says, where
    the one below says when by itself."""
    line, below = [*lines, ""][:2]
    is_broken = bool(_WHEN.search(line)) or "@" in line
    return is_broken and not _WHEN.search(below) and _introduces(f"{line} {below}".strip())


# --- what is answered ----------------------------------------------------------------------------------------------
def _answer(letter: Letter, box: Mailbox, received: Received) -> Received:
    """Tell the sender what was not taken; nothing where all went well. Like all mail it says no word of the content."""
    if not received.problems:
        return received
    message_id = "".join(_headers(letter, "Message-ID")).strip()
    headers = {"Auto-Submitted": "auto-replied"}
    if re.fullmatch(r"<[^<>\s]{1,250}>", message_id):
        headers["In-Reply-To"] = message_id
    body = "\n\n".join([*received.problems, settings.BASE_URL + box.about.get_absolute_url()])
    try:
        EmailMessage(
            subject=_("Your answer to Accord"),
            body=body,
            to=[box.user.email],
            # To the account's own address alone, whoever wrote: the next answer can come to it.
            reply_to=[box.next_address()] if box.next_address else None,
            headers=headers,
        ).send()
    except OSError:  # the mail server is away: what was written down stays
        logger.exception("An answer to a mail could not be sent.")
    return received
