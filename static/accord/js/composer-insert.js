/* Puts words into a field as if they had been typed: what was there can be brought back with Ctrl+Z. */

export function insert(field, words, start = field.selectionStart, end = field.selectionEnd) {
  field.focus();
  field.setSelectionRange(start, end);
  // The one way that a browser remembers for undoing; it is old, and some have dropped it.
  if (document.execCommand?.("insertText", false, words)) return;
  field.setRangeText(words, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
