"""The frame of every page: it opens without a fault, and axe finds nothing, in each language and in light and dark."""

from tests.factories import make_action, make_member, make_organisation, make_space, make_user

# Each language, both themes, and both directions of writing.
LOOKS = (("en", False), ("en", True), ("ru", False), ("ur", True))


def test_somebody_signs_in_and_comes_to_the_desk(server, page_as, check_accessibility):
    user = make_user(name="Nadia Khan")
    page = page_as()
    page.goto("/")
    check_accessibility(page)
    page.goto("/account/login/")
    check_accessibility(page)
    page.fill("input[type=email]", user.email)
    page.fill("input[type=password]", "wrong horse battery")
    page.click("main button[type=submit]")
    check_accessibility(page)
    assert page.input_value("input[type=email]") == user.email, "what was typed stays"
    page.fill("input[type=password]", "correct horse battery")
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk/")
    check_accessibility(page)


def test_axe_finds_nothing_on_the_front_page_and_the_desk(server, page_as, check_accessibility):
    space, organisation = make_space("Border management"), make_organisation("FIA")
    make_action(space, owner=organisation, title="Train thirty officers")
    for language, dark in LOOKS:
        page = page_as(make_member(space, organisation=organisation, language=language), dark=dark)
        for address in ("/", "/desk/", "/account/preferences/")[: 3 if language == "ur" else 2]:
            assert page.goto(address).ok, address
            assert page.get_attribute("html", "lang") == language
            assert page.get_attribute("html", "dir") == ("rtl" if language == "ur" else "ltr")
            check_accessibility(page)


def test_no_page_is_wider_than_a_telephone(server, page_as, check_accessibility):
    space = make_space("Border management")
    for language in ("en", "ur"):
        page = page_as(make_member(space, language=language), width=360)
        for address in ("/", "/desk/", space.get_absolute_url(), "/search/"):
            assert page.goto(address).ok, address
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        check_accessibility(page)
