"""A whole space as an archive that can be read and brought in elsewhere (docs/archive.md, docs/decisions/0032).

`kinds` says what there is in it, and of which fields; `sight` what of a space one reader may take along; `store` holds
that while it is written; `pages` shows it as HTML, made of nothing else; `writing` makes the ZIP. `reading` opens one
and judges it, `bringing_in` makes a space of it.
"""
