"""The text of an agreement out of a DOCX: what becomes an article, what is refused, and what is written when."""

import io
import zipfile
from copy import deepcopy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from docx.oxml import parse_xml

from coordination import services
from coordination.agreement_import import MOST_ARTICLES, MOST_CHARACTERS, ImportedArticle, ImportedText
from coordination.forms import ImportFileForm
from coordination.models import Article, AuditEntry, Role
from tests.factories import make_agreement, make_commitment, make_member, make_space, make_user

pytestmark = pytest.mark.django_db


def docx(*lines):
    """A document; a line beginning with `#` is a heading of that level, with `-` or `1.` an item of a list."""
    document = Document()
    for line in lines:
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            document.add_heading(line.lstrip("# "), level=level)
        elif line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        elif line.startswith("1. "):
            document.add_paragraph(line[3:], style="List Number")
        else:
            document.add_paragraph(line)
    return content_of(document)


def content_of(document):
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def read(content, name="text.docx"):
    """What the form makes of an upload: the text, or the sentences beside the field."""
    form = ImportFileForm({}, {"file": SimpleUploadedFile(name, content)})
    return form.text if form.is_valid() else " ".join(form.errors["file"])


def rows(content):
    return [(one.number, one.title, one.body) for one in read(content).articles]


# --- what becomes an article ---------------------------------------------------------------------------------------
def test_headings_that_call_themselves_articles_become_articles_and_other_headings_stay_in_the_text():
    text = read(
        docx(
            "# Agreement on return", "Signed in Astana.",
            "## Article 1: Purpose", "The parties cooperate.",
            "### Notes", "None.",
            "## Article 2 bis. Costs", "Each bears <its> own & more.",
        )
    )  # fmt: skip
    assert text.preamble == "<h3>Agreement on return</h3><p>Signed in Astana.</p>"
    assert [(one.number, one.title) for one in text.articles] == [("1", "Purpose"), ("2 bis", "Costs")]
    assert text.articles[0].body == "<p>The parties cooperate.</p><h3>Notes</h3><p>None.</p>"
    assert text.articles[1].body == "<p>Each bears &lt;its&gt; own &amp; more.</p>"


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("Article 12 — Scope", "12", "Scope"),
        ("ARTICLE IV. Scope", "IV", "Scope"),
        ("Art. 3", "3", ""),
        ("Статья 7. Предмет", "7", "Предмет"),
        ("4-modda. Maqsad", "4", "Maqsad"),
        ("3-бап. Максат", "3", "Максат"),
        ("آرٹیکل 2: مقصد", "2", "مقصد"),
        ("ماده 5 - هدف", "5", "هدف"),
    ],
)
def test_articles_are_known_by_what_the_languages_of_the_programme_call_them(heading, number, title):
    assert rows(docx("# Title", f"## {heading}", "Text."))[0][:2] == (number, title)


def test_without_such_headings_the_highest_level_of_which_there_are_several_makes_the_articles():
    assert rows(docx("# The agreement", "## 1. Purpose", "One.", "## Costs", "Two.", "### Detail", "Three.")) == [
        ("1", "Purpose", "<p>One.</p>"),
        ("2", "Costs", "<p>Two.</p><h3>Detail</h3><p>Three.</p>"),
    ]


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(text, around="{}"):
    """A paragraph, or what is `around` it, as Word writes it."""
    return parse_xml(around.replace("{}", f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>", 1).replace(">", f" {W}>", 1))


def with_in_it(*elements):
    document = Document()
    document.add_heading("Article 1", level=1)
    for element in elements:
        document.element.body.insert(len(document.element.body) - 1, element)
    return content_of(document)


def test_what_stands_in_content_controls_and_fields_is_read_and_a_table_of_contents_is_not():
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    contents = control.replace(
        "<w:sdtPr/>",
        '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>',
    )
    nested = "<w:sdt><w:sdtContent><w:customXml>{}</w:customXml></w:sdtContent></w:sdt>"
    inline = "<w:r><w:t>shall </w:t></w:r><w:sdt><w:sdtContent><w:r><w:t>not </w:t></w:r></w:sdtContent></w:sdt>"
    field = '<w:fldSimple w:instr="DATE"><w:r><w:t>return.</w:t></w:r></w:fldSimple>'
    empty = control.replace("<w:sdtPr/>", "<w:sdtPr><w:showingPlcHdr/></w:sdtPr>")
    content = with_in_it(
        word("Contents", contents), word("Click to enter text.", empty), word("One.", control), word("Two.", nested),
        word("", f"<w:p>{inline}{field}</w:p>"),
    )  # fmt: skip
    assert rows(content) == [("1", "", "<p>One.</p><p>Two.</p><p>shall not return.</p>")]


@pytest.mark.parametrize(
    "tracked",
    [
        "<w:ins><w:r><w:t>not </w:t></w:r></w:ins>",
        "<w:del><w:r><w:delText>not </w:delText></w:r></w:del>",
        "<w:moveTo><w:r><w:t>not </w:t></w:r></w:moveTo>",
    ],
)
def test_a_text_with_tracked_changes_is_refused(tracked):
    content = with_in_it(word("", f"<w:p><w:r><w:t>shall </w:t></w:r>{tracked}<w:r><w:t>return</w:t></w:r></w:p>"))
    assert "tracked changes" in read(content)


def test_lists_of_words_own_are_lists():
    document = Document()
    document.add_heading("Article 1", level=1)
    numbering = document.part.numbering_part.element
    kinds = {}
    for number in numbering.num_lst:
        [level] = numbering.xpath(
            f"./w:abstractNum[@w:abstractNumId={number.abstractNumId.val}]/w:lvl[@w:ilvl='0']/w:numFmt/@w:val"
        )[:1]
        kinds[level] = number.numId
    for text, kind in (("point", "bullet"), ("first", "decimal")):
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = kinds[kind]
    assert rows(content_of(document)) == [("1", "", "<ul><li>point</li></ul><ol><li>first</li></ol>")]


def test_footnotes_that_are_left_out_are_said_to_be(client, space, rapporteur):
    note = '<w:p><w:r><w:t>One.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    content = with_in_it(word("", note))
    assert read(content).notes == 1
    client.force_login(rapporteur)
    address = reverse("agreement_import", args=[make_agreement(space).key])
    page = client.post(address, {"file": SimpleUploadedFile("text.docx", content)}).content.decode()
    assert "1 footnote is not taken from the file." in page


def test_lists_emphasis_and_tables_keep_their_words():
    document = Document()
    document.add_heading("Article 1", level=1)
    paragraph = document.add_paragraph("The ")
    paragraph.add_run("parties").bold = True
    paragraph.add_run(" agree").italic = True
    document.add_paragraph("first", style="List Number")
    document.add_paragraph("second", style="List Number")
    document.add_paragraph("point", style="List Bullet")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    assert rows(content_of(document)) == [
        (
            "1", "",
            "<p>The <b>parties</b><i> agree</i></p><ol><li>first</li><li>second</li></ol><ul><li>point</li></ul>"
            "<p>left | right</p>",
        )
    ]  # fmt: skip


# --- what is refused -----------------------------------------------------------------------------------------------
def bomb():
    """An archive that claims to be a DOCX and unpacks to a thousand times its size."""
    content = io.BytesIO(docx("# Article 1", "x"))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/more.xml", b"0" * 80 * 1024 * 1024)
    return content.getvalue()


def many_headings():
    document = Document()
    heading = document.add_heading("Heading", level=1)._p
    for _number in range(9_999):
        heading.addnext(deepcopy(heading))
    return content_of(document)


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        (lambda: b"%PDF-1.4", "text.pdf", "Send the text as a Word document"),
        (lambda: b"not a document", "text.docx", "is not what its name says"),
        (lambda: b"", "text.docx", "This file is empty."),
        (bomb, "text.docx", "unpacks to more than a document needs"),
        (lambda: docx("Only text, no heading."), "text.docx", "No heading was found."),
        (lambda: docx(), "text.docx", "No heading was found."),
        (many_headings, "text.docx", f"More than {MOST_ARTICLES} headings"),
        (lambda: docx("# Article 1", "x" * (MOST_CHARACTERS + 1)), "text.docx", "is longer than"),
        (lambda: docx("# Article 1", "One.", "# Article 1.", "Two."), "text.docx", "Two articles have the number 1."),
        (lambda: docx("# Article 1", "# Article 2", "Two."), "text.docx", "stands no text"),
        (lambda: docx("# Article 1: " + "long " * 60, "One."), "text.docx", "is too long for the title"),
        (lambda: docx("# Article 1: a\u202eb", "One."), "text.docx", "direction"),
    ],
    ids=[
        "pdf",
        "text",
        "empty",
        "bomb",
        "no headings",
        "nothing",
        "headings",
        "long",
        "twice",
        "bare",
        "title",
        "control",
    ],
)
def test_a_bad_file_gets_a_clear_sentence(make, name, sentence):
    assert sentence in read(make(), name)


def test_a_workbook_under_the_name_of_a_document_is_refused():
    from openpyxl import Workbook

    content = io.BytesIO()
    Workbook().save(content)
    assert "is not what its name says" in read(content.getvalue())


# --- the page: first seen, then written ----------------------------------------------------------------------------
@pytest.fixture
def space():
    return make_space()


@pytest.fixture
def rapporteur(client, space):
    user = make_member(space, Role.RAPPORTEUR)
    client.force_login(user)
    return user


def upload(client, agreement, content):
    file = SimpleUploadedFile("text.docx", content)
    return client.post(reverse("agreement_import", args=[agreement.key]), {"file": file})


def hidden(answer):
    """What the form of the preview sends."""
    return dict(answer.context["preview"].initial)


def confirm(client, agreement, answer):
    return client.post(reverse("agreement_import", args=[agreement.key]), hidden(answer))


def articles_of(agreement):
    return list(
        Article.objects.filter(agreement=agreement).order_by("sort_order").values_list("number", "title", "body")
    )


TEXT = ("# On return", "Preamble.", "## Article 1: Purpose", "One.", "## Article 2: Costs", "Two.")


def test_the_articles_are_shown_before_anything_is_written_and_written_once_they_were_seen(client, space, rapporteur):
    agreement = make_agreement(space)
    preview = upload(client, agreement, docx(*TEXT))
    page = preview.content.decode()
    assert "2 articles were found. Nothing is written yet." in page
    assert "Purpose" in page
    assert not articles_of(agreement)
    assert confirm(client, agreement, preview).url == agreement.get_absolute_url()
    assert articles_of(agreement) == [("1", "Purpose", "<p>One.</p>"), ("2", "Costs", "<p>Two.</p>")]
    agreement.refresh_from_db()
    assert "Preamble." in agreement.summary
    assert AuditEntry.objects.get(verb="agreement text imported").actor == rapporteur
    assert "One." in client.get(agreement.get_absolute_url()).content.decode()


def test_what_was_seen_is_sent_twice_and_written_once(client, space, rapporteur):
    agreement = make_agreement(space)
    preview = upload(client, agreement, docx(*TEXT))
    for _time in range(2):
        assert confirm(client, agreement, preview).status_code == 302
    assert len(articles_of(agreement)) == 2
    assert AuditEntry.objects.filter(verb="agreement text imported").count() == 1


def test_a_preview_from_before_somebody_elses_change_is_refused_and_can_be_sent_again(client, space, rapporteur):
    agreement = make_agreement(space)
    preview = upload(client, agreement, docx(*TEXT))
    agreement.title = "Another title"
    agreement.save_revision(user=rapporteur).publish(user=rapporteur)
    answer = confirm(client, agreement, preview)
    assert "Somebody else has changed this in the meantime" in answer.content.decode()
    assert not articles_of(agreement)
    again = answer.context["preview"].data
    assert client.post(reverse("agreement_import", args=[agreement.key]), again).status_code == 302
    assert len(articles_of(agreement)) == 2


def test_in_negotiation_a_text_replaces_what_stands_and_articles_keep_their_addresses(client, space, rapporteur):
    agreement = make_agreement(space)
    confirm(client, agreement, upload(client, agreement, docx(*TEXT)))
    key = Article.objects.get(number="2").key
    commitment = make_commitment(space, article=Article.objects.get(number="1"))
    preview = upload(client, agreement, docx("# 2. Funds", "New.", "# 3. End", "Last."))
    assert "Article 1: Purpose" in preview.content.decode()  # is not in the file, and stays
    confirm(client, agreement, preview)
    assert articles_of(agreement) == [
        ("2", "Funds", "<p>New.</p>"), ("3", "End", "<p>Last.</p>"), ("1", "Purpose", "<p>One.</p>"),
    ]  # fmt: skip
    assert Article.objects.get(number="2").key == key
    commitment.refresh_from_db()
    assert commitment.article.number == "1"


def test_a_text_that_was_signed_is_not_replaced(client, space, rapporteur):
    agreement = make_agreement(space, state="signed")
    Article.objects.create(agreement=agreement, number="1", body="<p>Agreed.</p>")
    answer = upload(client, agreement, docx(*TEXT))
    assert "its text is changed by an amendment" in answer.content.decode()
    preview = {"text": answer.context["preview"].sealed(agreement, rapporteur, ImportedText([])), "version": 0}
    assert "changed by an amendment" in client.post(answer.request["PATH_INFO"], preview).content.decode()
    assert articles_of(agreement) == [("1", "", "<p>Agreed.</p>")]


def test_a_signed_agreement_without_articles_is_given_its_text(client, space, rapporteur):
    agreement = make_agreement(space, state="in_force")
    confirm(client, agreement, upload(client, agreement, docx(*TEXT)))
    agreement.refresh_from_db()
    assert (len(articles_of(agreement)), agreement.state) == (2, "in_force")


def test_nobodys_draft_is_lost(client, space, rapporteur):
    agreement = make_agreement(space)
    agreement.save_revision(user=rapporteur)
    assert "Changes of this agreement wait on the editors" in upload(client, agreement, docx(*TEXT)).content.decode()


def test_a_preview_is_good_for_its_own_agreement_and_user_only(client, space, rapporteur):
    agreement, other = make_agreement(space), make_agreement(space)
    preview = hidden(upload(client, agreement, docx(*TEXT)))
    for sent in (preview, {**preview, "text": "forged"}, {**preview, "text": ""}):
        answer = client.post(reverse("agreement_import", args=[other.key]), sent)
        assert answer.status_code == 200
    client.force_login(make_member(space, Role.CHAIR))
    client.post(reverse("agreement_import", args=[agreement.key]), preview)
    assert not Article.objects.exists()


def test_nothing_chosen_is_said(client, space, rapporteur):
    agreement = make_agreement(space)
    answer = client.post(reverse("agreement_import", args=[agreement.key]), {})
    assert "This field is required." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR, None])
def test_for_those_who_write_no_records_the_page_is_not_there(client, space, role):
    agreement = make_agreement(space)
    client.force_login(make_member(space, role) if role else make_user())
    assert client.get(reverse("agreement_import", args=[agreement.key])).status_code == 404
    assert upload(client, agreement, docx(*TEXT)).status_code == 404


@pytest.mark.both_stacks
def test_an_editor_who_opens_the_page_afterwards_begins_with_the_imported_text(space):
    chair, agreement = make_member(space, Role.CHAIR), make_agreement(space)
    text = ImportedText([ImportedArticle("1", "Purpose", "<p>One.</p>")])
    services.import_articles(chair, agreement, text, version=0)
    agreement.refresh_from_db()
    latest = agreement.get_latest_revision_as_object()
    assert [one.title for one in latest.articles.all()] == ["Purpose"]
    assert not agreement.has_unpublished_changes
