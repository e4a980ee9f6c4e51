"""A record goes round two delegations, is agreed and frozen, and the visit's outcome tells of it: in three browsers."""

from coordination.models import Role
from meetings import services
from meetings.models import ParagraphKind, Record, RecordState
from tests.factories import make_meeting, make_member, make_organisation, make_space, make_visit

CHANGED = "The Agency asked for twelve scanners."
IN_URDU = "وزارت اپنا رابطہ کار بجٹ کے بعد مقرر کرے گی۔"


def arrange():
    space, icmpd = make_space("Pakistan"), make_organisation("ICMPD", None)
    chair = make_member(space, Role.CHAIR, icmpd, name="Olga Officer")
    fia, moi = make_organisation("FIA"), make_organisation("MoI")
    meeting = make_meeting(space, title="Crossing points")
    visit = make_visit(space, meetings=[meeting], title="Visit to Islamabad", organisation=icmpd)
    for organisation in (fia, moi):
        services.note_attendance(chair, meeting, organisation=organisation)
    section = services.open_record(chair, meeting).sections.get()
    for kind, text, said_by in (
        (ParagraphKind.SUMMARY, "The Agency asked for fourteen scanners.", {}),
        (ParagraphKind.DECISION, "Both sides name a contact.", {}),
        (ParagraphKind.STATEMENT, IN_URDU, {"speaker_organisation": moi}),
    ):
        services.add_paragraph(chair, section, kind=kind, text=text, **said_by)
    delegations = [
        make_member(space, Role.CONTRIBUTOR, fia, name="Nadia Khan"),
        make_member(space, Role.CONTRIBUTOR, moi, name="Bilal Shah", language="ur"),
    ]
    return visit, Record.objects.get(), chair, *delegations


def answer(page, number: int, **fields: str) -> None:
    page.locator("#answer [name=kind]").nth(number).check()
    for name, value in fields.items():
        page.fill(f"#answer [name={name}]", value)
    page.click("#answer button[type=submit]")
    page.locator(".alert-success").wait_for()


def test_a_record_goes_round_and_is_agreed_and_the_outcome_tells_of_it(server, page_as, check_accessibility):
    visit, record, chair, nadia, bilal = arrange()
    address = record.get_absolute_url()
    at_chair, at_fia, at_moi = page_as(chair), page_as(nadia), page_as(bilal, width=390, dark=True)

    # It goes round.
    at_chair.goto(address)
    at_chair.get_by_role("link", name="Circulate it").click()
    check_accessibility(at_chair)
    at_chair.get_by_role("button", name="Circulate it").click()
    at_chair.get_by_text("0 of 2 delegations have answered").wait_for()

    # One proposes a wording, the other says something; a paragraph in Urdu runs its own way in an English record.
    at_fia.goto(address)
    at_fia.locator(".accord-record-paragraph", has_text="fourteen").get_by_role("link", name="Comment").click()
    at_fia.fill("[name=text]", "Two came last week.")
    at_fia.fill("[name=wording]", CHANGED)
    check_accessibility(at_fia)
    at_fia.locator("main form.accord-form button[type=submit]").click()
    words = at_fia.locator(".accord-record-paragraph blockquote p", has_text="وزارت")
    assert words.evaluate("one => getComputedStyle(one).unicodeBidi") == "plaintext"
    at_moi.goto(address)
    at_moi.locator(".accord-record-paragraph", has_text="Both sides").locator("a[href$='/comment/']").click()
    at_moi.fill("[name=text]", "By letter, please.")
    at_moi.locator("main form.accord-form button[type=submit]").click()
    at_moi.locator("#answer").wait_for()
    assert at_moi.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    check_accessibility(at_moi)

    # The chair decides on both, and asks again.
    for words, choice in (("Two came last week.", "take it up"), ("By letter, please.", "decline it")):
        at_chair.goto(address)
        at_chair.locator(".accord-record-aside", has_text=words).get_by_role("link", name="Decide on it").click()
        at_chair.get_by_label(choice).check()
        at_chair.locator("main form.accord-form button[type=submit]").click()
    at_chair.get_by_text("The text has changed since the delegations were asked.").wait_for()
    check_accessibility(at_chair)
    at_chair.get_by_role("link", name="Circulate it again").click()
    at_chair.get_by_role("button", name="Circulate it").click()
    at_fia.goto(f"{address}differences/?from=1&to=2")
    assert at_fia.locator("del, ins").all_inner_texts() == ["deleted:\nfourteen", "inserted:\ntwelve"]
    check_accessibility(at_fia)

    # Both agree, one with a reservation; then nothing can be changed.
    at_fia.goto(address)
    answer(at_fia, 0)
    at_moi.goto(address)
    answer(at_moi, 1, reservation="Once the budget is passed.")
    at_chair.goto(address)
    at_chair.get_by_text("2 of 2 delegations have answered").wait_for()
    at_chair.get_by_role("button", name="It is agreed").click()
    at_chair.locator("#agreement").get_by_text("Once the budget is passed.").wait_for()
    assert at_chair.get_by_role("link", name="Change", exact=True).count() == 0
    record.refresh_from_db()
    assert record.state == RecordState.AGREED

    at_chair.goto(f"{visit.get_absolute_url()}outcome/")
    told = at_chair.locator("section", has=at_chair.get_by_role("link", name="Crossing points"))
    assert told.get_by_text("agreed", exact=True).count() == 1
    assert told.get_by_text(CHANGED).count() == told.get_by_text("Both sides name a contact.").count() == 1
    assert at_chair.request.get(f"{visit.get_absolute_url()}outcome/outcome.pdf").body().startswith(b"%PDF")
