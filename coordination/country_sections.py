"""What the page of a country gathers besides knowledge. Each package adds its part in its `country_sections.py`, found
at start.

    @register(order=30)
    def latest_meetings(country, user) -> Section | None: ...

A provider shows only what `user` may read; None leaves the part out.
"""

from coordination.models import Country
from coordination.space_sections import Sections

sections: Sections[Country] = Sections()
register, sections_of = sections.register, sections.of
