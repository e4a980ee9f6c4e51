"""What each decides alone: the name, the language, the time zone, light or dark."""

import zoneinfo
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from tests.factories import make_meeting, make_member, make_space, make_user

pytestmark = pytest.mark.django_db

CHOICES = {
    "name": "A. Liaison", "language": "ru", "time_zone": "Asia/Almaty", "theme": "dark", "mail_rhythm": "daily",
    "shows_presence": True,
}  # fmt: skip


@pytest.fixture
def user():
    return make_user("Somebody")


def html_tag(page):
    return page.content.decode().split("<html", 1)[1].split(">", 1)[0]


def test_preferences_are_kept(client, user):
    client.force_login(user)
    assert client.post("/account/preferences/", CHOICES)["Location"] == "/account/preferences/"
    saved = User.objects.values(*CHOICES).get()
    assert saved == CHOICES
    page = client.get("/account/preferences/")
    assert 'lang="ru"' in html_tag(page)
    assert 'data-bs-theme="dark"' in html_tag(page)


def test_a_language_that_is_begun_is_chosen_only_where_it_is_offered(client, user, settings):
    client.force_login(user)
    assert client.post("/language/", {"language": "prs"}).status_code == 404
    assert "language" in client.post("/account/preferences/", {**CHOICES, "language": "prs"}).context["form"].errors
    settings.LANGUAGES_STARTED = [("prs", "Dari")]
    assert client.post("/account/preferences/", {**CHOICES, "language": "prs"}).status_code == 302
    page = client.get("/account/preferences/")
    assert 'lang="prs" dir="rtl"' in html_tag(page)
    assert "تنظیمات" in page.content.decode()
    assert "Reminders of what is due are among it." in page.content.decode()  # which is not translated yet


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("name", "Ayesha\u202eNoor"),
        ("language", "xx"),
        ("time_zone", "Mars/Olympus"),
        ("theme", "pink"),
        ("mail_rhythm", "hourly"),
    ],
)
def test_a_bad_choice_is_refused_beside_its_field_and_changes_nothing(client, user, field, value):
    client.force_login(user)
    answer = client.post("/account/preferences/", {**CHOICES, field: value})
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert field in answer.context["form"].errors
    assert User.objects.get().name == "Somebody"
    assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in page or (
        f'aria-describedby="id_{field}_error"' in page
    )


def test_preferences_ask_a_stranger_to_sign_in(client):
    assert client.get("/account/preferences/")["Location"] == "/account/login/?next=/account/preferences/"


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ru", "ltr"), ("ur", "rtl")])
def test_a_stranger_switches_the_language_and_stays_on_the_page(client, language, direction):
    answer = client.post("/language/", {"language": language, "next": "/account/login/?next=/desk/"})
    assert answer["Location"] == "/account/login/?next=/desk/"
    tag = html_tag(client.get("/"))
    assert f'lang="{language}" dir="{direction}"' in tag


def test_the_language_of_the_account_goes_along_to_other_browsers(client, user):
    client.force_login(user)
    client.post("/language/", {"language": "ur"})
    elsewhere = type(client)()
    elsewhere.force_login(User.objects.get())
    assert 'dir="rtl"' in html_tag(elsewhere.get("/desk/"))


@pytest.mark.parametrize(
    ("theme", "media"),
    [("light", None), ("dark", ""), ("auto", 'media="(prefers-color-scheme: dark)"')],
)
def test_the_page_itself_says_its_theme_so_that_nothing_flashes(client, theme, media):
    client.post("/theme/", {"theme": theme})
    page = client.get("/")
    assert f'data-bs-theme="{theme}"' in html_tag(page)
    links = [line for line in page.content.decode().splitlines() if "tokens-dark.css" in line]
    if media is None:
        assert links == []
    else:
        assert ("prefers-color-scheme" in links[0]) == bool(media)


def test_the_theme_of_the_account_goes_along_to_other_browsers(client, user):
    client.force_login(user)
    client.post("/theme/", {"theme": "dark"})
    elsewhere = type(client)()
    elsewhere.force_login(User.objects.get())
    assert 'data-bs-theme="dark"' in html_tag(elsewhere.get("/desk/"))


@pytest.mark.parametrize(("address", "field"), [("/language/", "language"), ("/theme/", "theme")])
def test_a_switch_leads_to_no_other_site_and_takes_nothing_else(client, address, field):
    good = {"language": "ru", "theme": "dark"}[field]
    assert client.post(address, {field: good, "next": "https://elsewhere.example/"})["Location"] == "/"
    assert client.post(address, {field: "nonsense"}).status_code == 404
    assert client.get(address).status_code == 405
    client.cookies[field] = "<script>"
    assert client.get("/").status_code == 200


def test_times_are_shown_in_the_zone_of_the_account(client):
    space = make_space()
    start = timezone.now().replace(hour=6, minute=30, second=0, microsecond=0) + timedelta(days=2)
    make_meeting(space, starts_at=start, time_zone="Asia/Karachi")
    client.force_login(make_member(space, time_zone="Europe/Vienna"))
    page = client.get("/desk/").content.decode()
    local = timezone.localtime(start, zoneinfo.ZoneInfo("Europe/Vienna"))
    assert f"{local:%H:%M}" in page
    assert "11:30–13:30 Karachi" in page, "and by the clock of the place beside it"
