/* Shows a push: it says that there is something new, and leads to the news. It keeps nothing and answers for no page. */

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // Not ours; what a push says is nothing to go by.
  }
  const { title = "Accord", body = "", url = "/notifications/" } = said;
  // One for all that is new: the next takes its place.
  event.waitUntil(self.registration.showNotification(title, { body, tag: "news", icon: "/static/accord/favicon.svg", data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.url ?? "/", self.location.origin);
  if (address.origin === self.location.origin) event.waitUntil(self.clients.openWindow(address));
});
