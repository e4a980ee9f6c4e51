"""Pages of coordination, by what they are about. A view parses, calls one service or selector, and renders."""
