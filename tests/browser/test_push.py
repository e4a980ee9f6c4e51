"""A push in Chromium, from the deed of somebody else to the notification. What Chromium has not here is the service of
its maker: what that would bring is sent to one of our own, decrypted, and handed to the worker."""

import json

import pytest

from coordination import services as coordination
from coordination.models import Role
from discussion import push
from tests.browser.conftest import PROGRAMS
from tests.discussion.push_service import Keys, running
from tests.factories import make_member, make_organisation, make_space
from tests.servers import wait_until

# What Chromium says where its user, or nobody at all, lets it.
REFUSES = """PushManager.prototype.subscribe = async () => { throw new DOMException("", "%s"); }"""
# In place of what it makes with its service.
SUBSCRIBES = """PushManager.prototype.subscribe = async () => {
    const { endpoint, ...keys } = %s;
    return { toJSON: () => ({ endpoint, keys }) };
}"""
# Before the push: whoever asks Chromium for what is shown while it is about to show it makes it forget that.
AWAITS = """() => {
    const { registration } = self, show = registration.showNotification.bind(registration);
    self.shown = new Promise((found, missed) => {
        registration.showNotification = (...all) => { const showing = show(...all); found(showing); return showing; };
        setTimeout(() => missed(new Error("The worker has shown nothing.")), 30_000);
    });
}"""
SHOWN = """async () => {
    await self.shown;
    return (await self.registration.getNotifications()).map(({ title, body }) => ({ title, body }));
}"""
# A click needs a hand: the event is as the browser makes it, and where it leads is noted.
CLICK = """async () => {
    const [notification] = await self.registration.getNotifications();
    const led = new Promise((found) => { self.clients.openWindow = async (address) => found(String(address)); });
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    return led;
}"""


@pytest.fixture(scope="module")
def programs():
    """Notifications are the whole browser's."""
    return PROGRAMS


@pytest.fixture
def service():
    with running() as service:
        yield service


@pytest.fixture
def key(settings, service):
    settings.PUSH_SERVICES, settings.VAPID_PRIVATE_KEY = [service.address], push.new_private_key()
    return settings.VAPID_PRIVATE_KEY


@pytest.fixture
def server(stack, service, key):
    return stack.forked_server(VAPID_PRIVATE_KEY=key, PUSH_SERVICES=service.address)


def deliver(page, server, words: dict) -> None:
    """As the push service would bring it, over Chromium's own protocol."""
    session, known = page.context.new_cdp_session(page), []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda found: known.extend(found["registrations"]))
    session.send("ServiceWorker.enable")
    while not known:
        page.wait_for_timeout(50)
    asked = {"origin": server.url, "registrationId": known[-1]["registrationId"], "data": json.dumps(words)}
    session.send("ServiceWorker.deliverPushMessage", asked)


def test_a_browser_asks_to_be_told_and_shows_what_it_is_told(server, service, page_as, check_accessibility):
    space, fia = make_space(), make_organisation()
    chair, liaison = make_member(space, Role.CHAIR), make_member(space, Role.CONTRIBUTOR, fia)
    page = page_as(liaison, width=390)
    ask, says = page.get_by_role("button", name="Tell this browser"), page.locator("[data-accord-push-says]")

    for name, sentence in (("NotAllowedError", "does not allow it."), ("AbortError", "gets pushes was not reached.")):
        page.add_init_script(REFUSES % name)
        page.goto("/account/notifications/")
        ask.click()
        says.get_by_text(sentence).wait_for()
    check_accessibility(page)

    page.context.grant_permissions(["notifications"], origin=server.url)
    keys = Keys(service)
    page.add_init_script(SUBSCRIBES % json.dumps(keys.asks))
    page.reload()
    ask.click()
    page.get_by_role("button", name="Remove Chrome").wait_for()
    coordination.create_action(chair, space, title="zoq6x", owner=fia)
    [words] = wait_until(keys.read, "The server's worker pushed nothing.")
    [worker] = page.context.service_workers
    worker.evaluate(AWAITS)
    deliver(page, server, words)
    assert worker.evaluate(SHOWN) == [{"title": "Accord", "body": "There is something new for you on Accord"}]
    assert worker.evaluate(CLICK) == f"{server.url}/notifications/"
    page.goto("/notifications/")
    page.get_by_role("link", name="zoq6x").wait_for()
    page.goto("/account/notifications/")
    page.get_by_role("button", name="Remove Chrome").click()
    page.get_by_text("None yet.").wait_for()
