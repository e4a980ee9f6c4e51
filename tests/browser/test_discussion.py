"""Two on telephones in one discussion: every button, and what one does, the other's open page shows without loading."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from coordination.models import Role
from discussion import mail_stops
from tests.factories import (
    make_action,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_space,
    make_thread,
)  # fmt: skip

NARROW = 390
FIELD = "[data-accord-write] textarea"
PASTE_A_PICTURE = """async (field) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
    const picture = await new Promise((done) => canvas.toBlob(done));
    const data = new DataTransfer();
    data.items.add(new File([picture], "gate.png", { type: "image/png" }));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
# What is shown for a moment only, or said and soon said otherwise.
LISTEN = """() => {
    window.stays = true;
    window.said = [];
    const watch = (name, note) => {
        const part = document.querySelector(`[data-accord-${name}]`);
        if (part) new MutationObserver(() => note(part)).observe(part, { attributes: true, childList: true });
    };
    watch("announce", (part) => window.said.push(part.textContent));
    watch("progress", (part) => (window.showedProgress ||= !part.hidden));
}"""
# What every part that is read out by itself says, whichever it is.
HEAR = """() => {
    window.heard = [];
    new MutationObserver((changes) => {
        const regions = changes.map(({ target }) => (target.closest ? target : target.parentElement)
            ?.closest("[aria-live], [role=status], [role=alert], [role=log]"));
        for (const region of new Set(regions)) if (region?.textContent) window.heard.push(region.textContent);
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
SEND_TWENTY = """async () => {
    const form = document.querySelector("form[data-accord-write]");
    const send = async (number) => {
        const said = new FormData(form);
        said.set("text", `Place ${number}`);
        said.set("submission", crypto.randomUUID());
        return (await fetch(form.dataset.say, { method: "POST", body: said })).status;
    };
    return Promise.all(Array.from({ length: 20 }, (_, number) => send(number)));
}"""
HEARD_ALL = "() => window.heard.reduce((sum, words) => sum + Number(/[0-9]+/.exec(words) ?? 1), 0) === 20"
SELECT_WORDS = """(message) => {
    const range = document.createRange();
    range.selectNodeContents(message.querySelector(".accord-message-text"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
}"""


def arrange():
    space, fia, moi = make_space("Border management"), make_organisation("FIA"), make_organisation("MOI")
    nadia = make_member(space, Role.CHAIR, fia, name="Nadia Khan")
    bilal = make_member(space, Role.CONTRIBUTOR, moi, name="Bilal Shah")
    thread, hotels = make_thread(space, subject="Visit in May"), make_thread(space, subject="Hotels")
    make_message(thread, bilal, "How far is it?")
    make_message(hotels, bilal, "Which one?")
    return thread, hotels, make_action(space, moi, title="Train thirty officers"), nadia, bilal


def message(page, number: int):
    return page.locator(f".accord-message[data-number='{number}']")


def stay(page, address: str) -> None:
    """Open a page that is not loaded anew from now on."""
    page.goto(address)
    page.locator("[data-accord-thread]").wait_for()
    page.evaluate(LISTEN)


def say(page, words: str) -> None:
    page.fill(FIELD, words)
    page.press(FIELD, "Control+Enter")
    page.wait_for_function("() => !document.querySelector('[data-accord-write] textarea').value")


def press(page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def more(page, number: int, name: str) -> None:
    """One of the deeds that are offered beside a message."""
    page.wait_for_load_state()  # the script that opens the sheet comes last
    message(page, number).locator("[data-accord-deeds]").click()
    page.locator("dialog.accord-sheet").get_by_text(name, exact=True).click()


def manage(page, address: str, name: str) -> None:
    if not page.url.split("#")[0].endswith(address):
        page.goto(address)
    page.get_by_text("Manage the discussion").click()
    page.locator(".accord-thread-manage").get_by_text(name, exact=True).click()


def test_two_liaisons_do_all_that_a_discussion_offers(server, page_as, check_accessibility):
    thread, hotels, action, nadia, bilal = arrange()
    address = thread.get_absolute_url()
    one, other = page_as(nadia, width=NARROW), page_as(bilal, width=NARROW)
    stay(one, address)
    stay(other, address)
    one.get_by_text("Here now: Bilal Shah").wait_for()

    # Written with the buttons above the field, seen beforehand, with a name chosen by the keys and a card.
    one.locator(FIELD).press_sequentially("Twenty are ")
    one.get_by_role("button", name="Bold").click()
    one.locator(FIELD).press_sequentially("trained")
    assert one.input_value(FIELD) == "Twenty are **trained**"
    other.get_by_text("Writing: Nadia Khan").wait_for()
    one.press(FIELD, "End")
    one.locator(FIELD).press_sequentially(" @Bil")
    one.locator("[data-accord-names] [role=option]").first.wait_for()
    check_accessibility(one)
    one.press(FIELD, "ArrowUp")
    one.press(FIELD, "Enter")
    assert one.input_value(FIELD) == "Twenty are **trained** @Bilal Shah "
    one.locator(FIELD).press_sequentially(f"{server.url}{action.get_absolute_url()}")
    press(one, "Preview")
    one.locator("[data-accord-preview] .accord-unfolded-card").wait_for()
    check_accessibility(one)
    one.press(FIELD, "Control+Enter")
    for seen in ("strong", ".accord-mention-you", ".accord-unfolded-card"):
        message(other, 2).locator(seen).last.wait_for()
    press(one, "Send")
    one.get_by_text("Write a message first.").wait_for()

    # A picture that is pasted and a file that is chosen, sent with progress.
    one.eval_on_selector(FIELD, PASTE_A_PICTURE)
    one.get_by_label("What is to be seen on it: gate.png").fill("The gate")
    files = [{"name": name, "mimeType": "text/plain", "buffer": b"x"} for name in ("l.txt", "not-this.txt")]
    one.set_input_files("[data-accord-write] [type=file]", files)
    check_accessibility(one)
    press(one, "Take out: not-this.txt")
    press(one, "Send")
    message(other, 3).get_by_alt_text("Picture: The gate").wait_for()
    assert message(other, 3).locator(".accord-message-files bdi").all_text_contents() == ["l.txt"]
    assert one.evaluate("window.showedProgress")

    # Answered with a quotation; signs put and joined; several at once are said in one sentence, one's own never.
    message(other, 1).get_by_text("Answer").click()
    press(other, "No answer to anything")
    message(other, 2).evaluate(SELECT_WORDS)
    message(other, 2).get_by_text("Answer").click()
    other.get_by_text("In answer to").first.wait_for()
    assert other.input_value(FIELD).startswith("> Twenty are trained")
    other.locator(FIELD).press_sequentially("Well done.")
    press(other, "Send")
    message(one, 4).locator(".accord-message-quote").wait_for()
    message(other, 2).locator("[data-accord-deeds]").click()
    check_accessibility(other)
    other.locator("dialog .accord-sign").first.click()
    message(one, 2).locator("[data-accord-sign]").click()
    message(other, 2).locator(".accord-sign-own", has_text="2").wait_for()
    one.wait_for_timeout(1600)
    one.evaluate("window.said = []")
    for words in ("One", "Two", "Three"):
        say(other, words)
    message(one, 7).wait_for()
    one.wait_for_function("() => window.said.length")
    assert one.evaluate("window.said") == ["New messages: 3 (Bilal Shah)"]
    assert other.evaluate("window.said").count("New message: Bilal Shah") == 0

    # Bilal goes from page to page; Nadia's stays and shows what has become of it.
    more(other, 4, "Change")
    check_accessibility(other)
    other.fill("main textarea", "Very well done.")
    press(other, "Save")
    message(one, 4).get_by_text("Very well done.").wait_for()
    more(other, 4, "What it said before")
    other.get_by_text("Well done.", exact=True).wait_for()
    check_accessibility(other)
    other.goto(address)
    more(other, 4, "Who has read this")
    other.get_by_text("Nadia Khan").wait_for()
    check_accessibility(other)
    other.goto(address)
    more(other, 2, "Translate")
    other.get_by_label("Language").select_option("ur")
    other.fill("main textarea", "بیس تربیت یافتہ")
    press(other, "Save")
    message(one, 2).locator(".accord-message-translation").wait_for()
    more(other, 2, "Whose signs these are")
    check_accessibility(other)
    other.goto(address)
    more(other, 4, "Make it an action")
    check_accessibility(other)
    other.get_by_role("button", name="Add").click()
    message(one, 4).get_by_text("Action:").wait_for()
    other.goto(address)
    more(other, 5, "Delete")
    check_accessibility(other)
    press(other, "Delete")
    message(one, 5).get_by_text("Deleted by its author.").wait_for()
    more(other, 3, "Report")
    before = one.locator("[data-accord-unread]").text_content()
    other.fill("main [name=reason]", "It shows a face.")
    press(other, "Report")
    one.wait_for_function(f"() => document.querySelector('[data-accord-unread]').textContent !== {before!r}")
    assert one.evaluate("window.stays")

    # Nadia looks after the discussion; Bilal's page stays.
    stay(other, address)
    one.goto(f"/spaces/{thread.space.key}/threads/reports/")
    check_accessibility(one)
    press(one, "Leave it (3)")
    one.goto(address)
    more(one, 6, "Hide")
    one.fill("main [name=reason]", "Not for here.")
    press(one, "Hide")
    message(other, 6).get_by_text("The chair has hidden your message.").wait_for()
    more(one, 6, "Show it again")
    message(other, 6).get_by_text("Two").wait_for()
    more(one, 7, "Move")
    check_accessibility(one)
    one.get_by_label("Subject of the new discussion").fill("Three")
    press(one, "Move")
    message(other, 7).get_by_text("Moved to another discussion.").wait_for()
    one.get_by_text("Manage the discussion").click()
    check_accessibility(one)
    assert one.evaluate("document.documentElement.scrollWidth") <= NARROW, "the menu stays on the screen"
    one.get_by_text("Merge into another").click()
    check_accessibility(one)
    one.get_by_label("Into which discussion").select_option(thread.key)
    press(one, "Merge")
    message(other, 8).get_by_text("Three").wait_for()
    one.goto(address)
    message(one, 7).get_by_text("Go there").click()
    one.wait_for_function("() => document.querySelector(':target')?.dataset.number === '8'")
    manage(one, address, "Pin")
    other.locator("[data-accord-head]").get_by_text("pinned").wait_for()
    changes = {
        "Rename": ("Subject", "Visit in June", "h1", "Visit in June"),
        "Write the summary": ("Summary", "All **agree**.", ".accord-thread-summary strong", "agree"),
        "Slow mode": ("Each writes at most once in", "60", "[data-accord-head]", "slow: one message each"),
        "Read-only times": ("From", "2026-01-01T10:00", "[data-accord-head]", "Only those who chair the space"),
        "Close": ("Reason", "All is said.", "[data-accord-head]", "This discussion is closed."),
    }
    for name, (label, value, place, shown) in changes.items():
        manage(one, address, name)
        if name == "Read-only times":  # of one make with the others
            check_accessibility(one)
        field = one.locator("main").get_by_label(re.compile(f"^{label}"))
        field.select_option(value) if name == "Slow mode" else field.fill(value)
        one.locator("main form .btn-primary").click()
        other.locator(place).get_by_text(shown).first.wait_for()
        if name == "Read-only times":
            other.locator("[data-accord-write]").wait_for(state="hidden")
            one.goto(f"{address}change/read-only/")
            press(one, "Lift it: whoever contributes writes again")
            other.locator("[data-accord-write]").wait_for()
        if name == "Slow mode":
            one.goto(f"{address}change/slow/")
            one.locator("main select").select_option("0")
            one.locator("main form .btn-primary").click()
    manage(one, address, "Reopen")
    other.get_by_text("This discussion is closed.").wait_for(state="hidden")
    manage(one, address, "Ask for acknowledgement")
    other.get_by_role("button", name="I have read this").wait_for()
    assert other.evaluate("window.stays")
    check_accessibility(other)
    stay(one, address)
    press(other, "I have read this")
    one.get_by_text(re.compile("1 of 2 have acknowledged")).click()
    one.get_by_text("Bilal Shah").wait_for()
    check_accessibility(one)
    press(one, "Remind them")
    one.get_by_text("They are reminded: 1.").wait_for()

    # What each chooses for oneself; drafts are on every page of one's own.
    press(other, "Favourite")
    other.locator("[aria-pressed=true]", has_text="Favourite").wait_for()
    for choice in ("Every message", "Nothing, unless I am named"):
        other.get_by_text("What I am told").click()
        other.get_by_role("button", name=choice).click()
        other.locator("[aria-pressed=true]", has_text=choice).wait_for(state="attached")
    more(other, 2, "Mark as unread from here on")
    check_accessibility(other)
    other.goto(address)
    other.get_by_text("To the first unread").click()
    other.locator("[data-accord-first-unread] + [data-number='2']").wait_for()
    with other.expect_response(re.compile("/draft/$")):
        other.fill(FIELD, "Half a sentence")
    other.goto(f"/threads/open/?t={hotels.key}&t={thread.key}")
    assert [field.input_value() for field in other.locator(FIELD).all()] == ["", "Half a sentence"]
    check_accessibility(other)
    stay(one, address)
    one.get_by_text("Here now: Bilal Shah").wait_for()
    other.goto("/account/preferences/")
    check_accessibility(other)
    other.get_by_label("Show others when I am there").uncheck()
    other.locator("main form .btn-primary").first.click()
    other.goto(address)
    other.locator(FIELD).press_sequentially(" more")
    say(other, "I am not seen.")
    one.get_by_text("I am not seen.").wait_for()
    expect(one.locator("[data-accord-presence], [data-accord-typing]", has_text="Bilal")).to_have_count(0)
    for page, place in ((one, "/notifications/"), (other, "/account/notifications/"), (one, "/threads/")):
        page.goto(place)
        check_accessibility(page)
        if place == "/notifications/":
            press(page, "Mark all as read")
            page.get_by_text("All notifications are marked as read.").wait_for()


def test_twenty_messages_at_once_are_read_out_in_one_sentence(server, page_as, check_accessibility):
    thread, _hotels, _action, nadia, bilal = arrange()
    aisha = make_member(thread.space, Role.CONTRIBUTOR, name="Aisha Malik", language="ur")
    writer, readers = page_as(bilal, width=NARROW), [page_as(reader, width=NARROW) for reader in (nadia, aisha)]
    for page in (writer, *readers):
        stay(page, thread.get_absolute_url())
        page.evaluate(HEAR)
    for page in readers:
        page.locator("[data-accord-presence]", has_text="Bilal Shah").wait_for()
    writer.locator(FIELD).press_sequentially("There are")
    readers[0].get_by_text("Writing: Bilal Shah").wait_for()
    assert writer.evaluate(SEND_TWENTY) == [201] * 20
    for page in readers:
        page.wait_for_function(HEARD_ALL)
        heard = page.evaluate("window.heard")
        # Two, where a machine with much to do takes its time in between.
        assert len(heard) <= 2 and all("Bilal Shah" in sentence for sentence in heard), heard
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            # Colours change from picture to picture, however short that is made.
            page.wait_for_function("() => document.getAnimations().length === 0")
            check_accessibility(page)


def test_a_page_that_could_not_be_let_follow_asks_once_more(server, page_as):
    """What follows has no key to be sent again by: a server that fails at it would else leave the page silent."""
    thread, _hotels, _action, nadia, bilal = arrange()
    reader, writer, refused = page_as(nadia), page_as(bilal), []

    def refuse_the_first(tab):
        through = tab.connect_to_server()

        def pass_on(frame):
            if '"subscribe"' in frame and not refused:
                refused.append(frame)
                tab.send('{"type": "error", "code": "failed", "field": "frame", "text": "Try again."}')
            else:
                through.send(frame)

        tab.on_message(pass_on)

    reader.route_web_socket(re.compile("/socket/$"), refuse_the_first)
    stay(reader, thread.get_absolute_url())
    stay(writer, thread.get_absolute_url())
    say(writer, "The list has come.")
    reader.get_by_text("The list has come.").wait_for()
    assert refused


def test_two_liaisons_begin_discussions_find_them_and_choose_what_they_are_told(server, page_as, check_accessibility):
    thread, hotels, _action, nadia, bilal = arrange()
    make_meeting(thread.space, title="Fourth meeting")
    for number in range(60):
        make_message(hotels, bilal, f"Hotel {number}")
    here, place = thread.space.get_absolute_url(), hotels.get_absolute_url()
    one, other = page_as(nadia, width=NARROW), page_as(bilal, width=NARROW)

    def look(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, page.url
        check_accessibility(page)

    def go(page, address):
        page.goto(address)
        look(page)

    # Begun under the Chatham House Rule and as an announcement; the buttons above the field all write something.
    go(one, f"{here}threads/")
    one.get_by_role("link", name="Start a discussion").click()
    one.get_by_label("Subject").fill("Where we stand")
    field, written = one.locator("main textarea"), ""
    for mark in one.locator("[data-mark]").all():
        mark.click()
        assert field.input_value() != written, mark.get_attribute("data-mark")
        written = field.input_value()
    field.fill("What do you **think**?")
    one.get_by_label("Under the Chatham House Rule").check()
    one.get_by_label("An announcement").check()
    press(one, "Preview")
    one.locator("[data-accord-preview] strong").wait_for()
    look(one)
    press(one, "Start the discussion")
    stay(one, re.sub("#.*", "", one.url))
    begun = one.url
    go(other, f"{here}threads/")
    other.get_by_role("link", name="Where we stand").click()
    other.get_by_text("under the Chatham House Rule").wait_for()
    other.get_by_label("Enter sends").check()
    other.fill(FIELD, "I doubt it.")
    other.press(FIELD, "Enter")
    message(one, 2).get_by_text("I doubt it.").wait_for()
    assert "Bilal" not in one.locator("[data-accord-messages]").text_content()
    look(one)
    stay(other, begun)
    for name, shown in (("Pin", "pinned"), ("Ask for acknowledgement no more", "Please say that you have read this.")):
        manage(one, begun, name)
        other.get_by_text(shown).first.wait_for(state="visible" if name == "Pin" else "hidden")
    manage(one, begun, "Unpin")
    other.locator("[data-accord-head]").get_by_text("pinned").wait_for(state="hidden")
    manage(one, begun, "Who can see this?")
    look(one)
    stay(other, thread.get_absolute_url())
    manage(one, thread.get_absolute_url(), "Chatham House Rule")
    look(one)
    press(one, "Keep it under the rule")
    other.get_by_text("under the Chatham House Rule").wait_for()

    # Page by page; what a message becomes, what is taken back, and what somebody has reported.
    go(other, place)
    other.get_by_role("link", name="Earlier messages").click()
    message(other, 1).wait_for()
    look(other)
    other.get_by_role("link", name="Later messages").click()
    message(other, 61).wait_for()
    stay(one, place)
    more(one, 60, "Its lasting address")
    one.wait_for_url(re.compile("#message-"))
    more(one, 60, "Close")
    more(one, 60, "Make it a decision or an item of an agenda")
    look(one)
    one.get_by_role("link", name="Fourth meeting").last.click()
    one.locator("main form:has([name=title]) .btn-primary").click()
    one.get_by_text("The item is on the agenda.").wait_for()
    message(other, 60).get_by_text("Agenda item:").wait_for()
    more(other, 59, "Translate")
    other.get_by_label("Language").select_option("ur")
    other.fill("main textarea", "ہوٹل")
    press(other, "Save")
    message(other, 59).get_by_text("Change the translation").click()
    look(other)
    press(other, "Take the translation back")
    message(other, 59).wait_for()
    assert other.locator(".accord-message-translation").count() == 0
    stay(one, place)
    say(one, "None of these.")
    more(other, 62, "Report")
    look(other)
    other.fill("main [name=reason]", "Rude.")
    press(other, "Report")
    go(one, f"{here}threads/reports/")
    one.get_by_role("link", name="Hide it (62)").click()
    look(one)
    one.get_by_role("link", name="Cancel").click()
    message(one, 62).wait_for()

    # What the space allows.
    for address, label, value in (("threads/rules/", "How long members", "0"), ("mail/", "Mails may say", "GREEN")):
        go(one, f"{here}{address}")
        one.get_by_label(label).select_option(value)
        press(one, "Save")
        one.get_by_role("status").first.wait_for()
    other.goto(place)
    message(other, 61).locator("[data-accord-deeds]").click()
    sheet = other.locator("dialog.accord-sheet")
    sheet.get_by_text("Who has read this").wait_for()
    assert sheet.get_by_text("Change", exact=True).count() == 0
    sheet.get_by_role("button", name="Close").click()

    # The lists of one's own, narrowed down, and several side by side.
    press(other, "Favourite")
    go(other, "/threads/")
    for name in ("Unread", "Favourites", "Followed", "Muted"):
        other.locator(".accord-tabs").get_by_role("link", name=name).click()
        other.wait_for_load_state()
        found = other.locator(".accord-rows .accord-row-title").all_text_contents()
        assert ("Hotels" in found) == (name == "Favourites"), (name, found)
    other.locator(".accord-tabs").get_by_role("link", name="All").click()
    other.get_by_label("Space").select_option(label=thread.space.title)
    press(other, "Show")
    look(other)
    other.get_by_role("link", name="Open several side by side").click()
    for subject in ("Hotels", "Visit in May"):
        other.get_by_text("Open another").click()
        look(other)
        other.locator(".accord-thread-picker").get_by_role("link", name=subject).click()
        other.get_by_role("heading", name=subject).wait_for()
    other.get_by_role("link", name="Take Hotels away").click()
    other.get_by_role("heading", name="Hotels").wait_for(state="detached")
    other.get_by_text("What I am told").click()
    other.get_by_role("button", name="Answers, where I have written").click()
    other.goto(place)
    other.get_by_role("link", name="Beside others").click()
    other.get_by_role("heading", name="Hotels").wait_for()

    # How each hears of it: by kind, by hours, in one space; and what there is, one by one.
    go(other, "/account/notifications/")
    other.get_by_label("Somebody answers a message of mine").select_option("nothing")
    press(other, "Save")
    other.get_by_label(re.compile("^From")).fill("22:00")
    other.get_by_label(re.compile("^Until")).fill("07:00")
    other.get_by_role("button", name="Save the hours").click()
    other.get_by_text("Choose for a space").click()
    other.get_by_role("link", name=thread.space.title).click()
    other.get_by_label("Somebody answers a message of mine").select_option("page")
    look(other)
    press(other, "Save")
    other.goto(place)
    say(other, "The first, then?")
    go(one, "/notifications/")
    one.get_by_role("button", name="Mark as read").first.click()
    one.locator(".accord-row-title").first.click()
    one.wait_for_url(re.compile("/threads/|/reports/"))
    go(other, urlsplit(mail_stops.address_of_digest(bilal)).path)
    press(other, "End these mails")
    other.get_by_text("Such mails are ended.").wait_for()
