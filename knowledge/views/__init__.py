"""Pages of knowledge, by what they are about, and the only ways to its files. A view parses, calls one service or
selector, and renders."""
