"""With what somebody comes: the browser and the machine, in words."""

# How browsers call themselves, the most particular first: Edge is a Chrome, and Chrome a Safari.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
MACHINES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac", "macOS"),
    ("Linux", "Linux"),
)


def in_words(user_agent: str) -> str:
    """“Firefox · Windows”; empty where neither is known."""
    parts = [next((name for sign, name in table if sign in user_agent), "") for table in (BROWSERS, MACHINES)]
    return " · ".join(filter(None, parts))
