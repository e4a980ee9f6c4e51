// What a page can do without at first: the link to it gives way to what it leads to. Where that fails, the link stays.
for (const place of document.querySelectorAll("[data-accord-later]")) {
  fetch(place.querySelector("a").href, { headers: { "HX-Request": "true" } })
    .then(async (answer) => {
      if (answer.ok && !answer.redirected) place.outerHTML = await answer.text();
    })
    .catch(() => {});
}
