"""A meeting in the format of calendars (RFC 5545)."""

from datetime import UTC, datetime

from icalendar import Calendar, Event

from meetings.models import Meeting


def as_icalendar(meeting: Meeting, address: str) -> bytes:
    """The meeting for a calendar program, in UTC; `address` is that of its page."""
    calendar = Calendar()
    calendar.add("prodid", "-//Accord//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", f"{meeting.key}@accord")
    # What calendars compare to know the newer of two copies.
    event.add("sequence", meeting.version)
    event.add("dtstamp", datetime.now(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", meeting.title)
    event.add("url", address)
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.purpose or meeting.link:
        event.add("description", "\n\n".join(filter(None, [meeting.purpose, meeting.link])))
    # TLP has more labels than calendars have: none but CLEAR is for others who see the calendar.
    event.add("class", "PUBLIC" if meeting.marking == "CLEAR" else "CONFIDENTIAL")
    calendar.add_component(event)
    return calendar.to_ical()
