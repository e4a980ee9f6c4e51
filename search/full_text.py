"""What the ledger's full text keeps of a text, and by what of it a word is found.

The words as they are folded, in their order, so that phrases are found; after them the stems of those that have
another; after these the keys by which names meet across scripts. One column holds all of it on either database.
"""

from search import scripts, tokens, words

# Raised when texts are read in another way: every entry is then written anew by `search_rebuild --ledger`.
EDITION = 3
# A tsvector of PostgreSQL ends at a megabyte, and a save must not fail for a long file.
LONGEST = 200_000
MOST_BYTES = 900_000


def of(text: str, language: str) -> str:
    found = tokens.of(text[:LONGEST], language)
    stems = (stem for word, stem in zip(found.words, found.stems, strict=True) if stem != word)
    kept = " ".join([*found.words, *stems, *found.keys])
    return kept if len(kept) * 2 <= MOST_BYTES else kept.encode()[:MOST_BYTES].decode(errors="ignore")


def readings(word: str) -> list[str]:
    """The words of a full text that mean the folded `word`: itself, its stem, who does it or what is
    done, and how other scripts write it."""
    kin = words.kin(word)
    return list(dict.fromkeys([word, words.stem(word), *([kin] if kin else []), *scripts.asked(word)]))
