"""What a phone may keep of a briefing, and for how long (docs/decisions/0017).

The page of the phone says so in two headers, which the service worker goes by: until when a copy may be shown without
Accord, and whose it is.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from meetings.models import Visit

# Without having reached Accord; a right that ended ends on the phone by then at the latest.
LONGEST = timedelta(hours=72)
# After the last day of the visit nothing is kept.
AFTER_THE_VISIT = timedelta(days=1)
UNTIL, HOLDER = "X-Accord-Kept-Until", "X-Accord-Holder"


def kept_until(visit: Visit, now: datetime) -> datetime:
    """Three days from now, and no longer than the day after the visit; what was visited long ago is not kept."""
    last = visit.ends_on + AFTER_THE_VISIT
    midnight = datetime.combine(last + timedelta(days=1), time.min, tzinfo=ZoneInfo(visit.time_zone))
    return max(now, min(now + LONGEST, midnight)).astimezone(timezone.get_current_timezone())


def holder_of(user: User) -> str:
    """A name for the reader that tells nothing: copies of another than whoever is signed in are forgotten."""
    return salted_hmac("meetings.briefing.offline", str(user.pk), algorithm="sha256").hexdigest()[:24]
