"""How some illustrative actions are shared out: steps, helpers, priorities, what waits for what, and a deputy."""

from typing import Any

from accounts.models import User
from coordination import services as coordination
from coordination.models import Action, Person, Priority
from home.demonstration import times

# By the beginning of the title: steps, and how many of them are done.
STEPS: dict[str, tuple[list[str], int]] = {
    "Clear access to the crossing points": (
        ["Ask the commander of each crossing", "Send the names of the survey team", "Issue the passes"], 1,
    ),
    "Translate the manual of the document reader": (
        ["Chapters 1 to 3", "Chapters 4 to 6", "Have the terms checked by the academy", "Lay it out for printing"], 2,
    ),
    "Send photographs of the interview rooms": (["Torkham", "Chaman", "Islamabad airport"], 2),
    "Update the list of licensed employment promoters": (["Ask the provinces", "Compare with the register"], 0),
    "Перевести памятку на казахский язык": (["Перевод", "Проверка терминов", "Печать"], 1),
}  # fmt: skip
HELPERS = {
    "Translate the manual of the document reader": ["FIA"],
    "Check the power supply at three crossing points": ["MoI"],
    "Review the Urdu text of the leaflet on contracts": ["MRC Lahore"],
}
PRIORITIES = {
    "Clear access to the crossing points": Priority.URGENT,
    "Check the power supply at three crossing points": Priority.HIGH,
    "Send photographs of the interview rooms": Priority.HIGH,
    "Return the loaned training documents": Priority.LOW,
    "List the radio channels": Priority.LOW,
    "Name a speaker for the session on costs": Priority.HIGH,
}
# The first waits for the second.
DEPENDENCIES = [
    ("Check the power supply at three crossing points", "Clear access to the crossing points"),
    ("Agree the date of the yearly review", "Draft the agenda of the next meeting"),
    ("Name a speaker for the session on costs", "Invite the provinces to the consultation"),
]
FILTERS = {"Overdue in the working group": "overdue=on", "Board of the working group": "state=any&view=board"}
# What the liaison of the FIA does in person, and could hand over to the deputy.
IN_PERSON = ("Send photographs of the interview rooms", "Check the power supply at three crossing points")
DEPUTY = ("fia.deputy@accord.example", "Deputy liaison, FIA")


def share(cast: Any) -> None:
    chair = cast.users["chair"]
    for title, priority in PRIORITIES.items():
        _edit(chair, title, priority=priority)
    for title, helpers in HELPERS.items():
        _edit(chair, title, helpers=[cast.organisations[key] for key in helpers])
    for title, (steps, done) in STEPS.items():
        _write_steps(cast, title, steps, done)
    for one, other in DEPENDENCIES:
        coordination.add_dependency(chair, _action(one), _action(other))
    _in_person(cast)
    _share_filters(chair)


def _share_filters(chair: User) -> None:
    """What the chair of the working group asks for at each of its meetings, shared with its members."""
    space = _action("Clear access to the crossing points").space
    for name, query in FILTERS.items():
        query = f"space={space.key}&{query}"
        coordination.save_filter(chair, page="actions", name=name, query=query, space=space)


def _action(title: str) -> Action:
    return Action.objects.get(title__startswith=title)


def _edit(chair: User, title: str, **changes: Any) -> None:
    action = _action(title)
    coordination.edit_action(chair, action, version=action.version, **changes)


def _write_steps(cast: Any, title: str, steps: list[str], done: int) -> None:
    action = _action(title)
    action = coordination.set_steps(cast.users["chair"], action, steps, version=action.version)
    key = next(key for key, organisation in cast.organisations.items() if organisation.pk == action.owner_id)
    for number, step in enumerate(action.checklist.all()[:done]):
        coordination.tick_step(cast.user_of(key), step)
        step.refresh_from_db()
        step.done_at = times.days_ago(9 - 3 * number)
        step.save()


def _in_person(cast: Any) -> None:
    """Two actions lie with the liaison, and a deputy is there who could take them over."""
    email, name = DEPUTY
    fia = cast.organisations["FIA"]
    deputy = User.objects.create_user(email, None, name=name, organisation=fia, time_zone="Asia/Karachi")
    Person.objects.create(name=name, user=deputy)
    for title in IN_PERSON:
        coordination.reassign_action(
            cast.users["fia"], _action(title), fia, cast.users["fia"].person, reason="I do this myself."
        )
