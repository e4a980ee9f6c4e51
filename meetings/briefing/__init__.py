"""The briefing pack of a visit, put together for one reader.

`compile.py` makes a `Briefing` of chapters and sections out of what the reader may read at that moment, and sets what
officers have written beside what is compiled; pages, the phone and paper (`paper.py`) show the same one. Nothing of it
is kept: compiling anew is what refreshes a pack.
"""

from meetings.briefing.compile import compile_for, compile_part, may_all_be_read
from meetings.briefing.parts import Briefing, Chapter, Group, Item, Part

__all__ = ["Briefing", "Chapter", "Group", "Item", "Part", "compile_for", "compile_part", "may_all_be_read"]
