/* What is pasted from a word processor, as the words that it reads with all changes accepted.

   Word puts HTML on the clipboard: styles, comments, what was struck out, images. A record keeps words. The text is read
   in a document of its own, in which nothing is loaded and nothing runs. */

const BLOCKS = "p, div, li, tr, h1, h2, h3, h4, h5, h6, blockquote, table, ul, ol, br";
const STRUCK_OUT = "del, strike, .msoDel, [data-style*='mso-deleted'], [class*='MsoDel']";
const NO_WORDS = "script, style, head, title, meta, link, xml, [class*='MsoComment'], [data-style*='mso-element:comment']";
const IMAGES = "img, picture, svg, object, video";

/* The words of `html`, and what was left out of it. */
export function wordsOf(html) {
  // Under other names, since the content security policy refuses styles in every document.
  const unstyled = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/(<[^>]*?\s)style=/gi, "$1data-style=");
  const page = new DOMParser().parseFromString(unstyled, "text/html");
  page.querySelectorAll(NO_WORDS).forEach((part) => part.remove());
  const deleted = page.querySelectorAll(STRUCK_OUT);
  deleted.forEach((part) => part.remove());
  const images = page.querySelectorAll(IMAGES);
  images.forEach((part) => part.remove());
  const styles = page.querySelector("[data-style], [class], b, i, u, strong, em, font, span") !== null;
  // Lines of the source are no lines of the text; paragraphs and items of lists are.
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replace(/[ \t\r\n]+/g, " ");
  page.querySelectorAll("td + td, th + td, th + th").forEach((cell) => cell.prepend(" | "));
  page.querySelectorAll(BLOCKS).forEach((block) => block.after("\n"));
  const lines = page.body.textContent.split("\n").map((line) => line.replace(/[ \u00a0]+/g, " ").trim());
  const text = lines.join("\n").replace(/\n{3,}/g, "\n\n").trim();
  return { text, styles, deleted: deleted.length > 0, images: images.length > 0 };
}

/* Let a field take words only; a sentence in `place` says what was left out. */
export function cleanPastesInto(field, place) {
  field.addEventListener("paste", (event) => {
    const html = event.clipboardData?.getData("text/html");
    const files = [...(event.clipboardData?.files ?? [])];
    if (!html && !files.length) return;
    event.preventDefault();
    const words = html ? wordsOf(html) : { text: event.clipboardData.getData("text/plain"), images: true };
    field.setRangeText(words.text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    say(place, words);
  });
}

function say(place, words) {
  if (!place) return;
  const sentences = [];
  if (words.deleted) sentences.push(place.dataset.deleted);
  else if (words.styles) sentences.push(place.dataset.styles);
  if (words.images) sentences.push(place.dataset.images);
  place.textContent = sentences.join(" ");
  place.hidden = !sentences.length;
}
