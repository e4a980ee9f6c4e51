"""The illustrative threads. `on` says what a thread hangs on: `space`, or a kind and a word of the title."""

from typing import NamedTuple


class Talk(NamedTuple):
    """A thread: messages are (login, text), the last of them `hours` ago, a few hours apart."""

    room: str
    on: tuple[str, str]
    subject: str
    hours: int
    messages: list[tuple[str, str]]


TALKS = [
    Talk("BM", ("space", ""), "Survey of crossing points", 5, [
        ("chair", "The survey team can begin as soon as we have the list of crossing points. It needs three days for each."),
        ("fia", "The list is drawn up for seven of nine. For the other two we wait for the regional office."),
        ("moi", "Access is cleared for the seven. Please send the names of the team, with their passports."),
        ("chair", "Sent this morning. **Two engineers, one adviser.** They travel together."),
        ("fia", "Received. The regional office promises an answer by Thursday."),
    ]),
    Talk("BM", ("space", ""), "Agenda of the next meeting", 28, [
        ("secretariat", "Proposals for the agenda, please. So far:\n\n- equipment\n- referral form\n- yearly review"),
        ("moi", "Please add the trial of the risk indicators; we have figures from the first month."),
        ("fia", "And the maintenance contract, if the comments are in by then."),
    ]),
    Talk("BM", ("action", "crossing points for the equipment survey"), "", 3, [
        ("chair", "This is overdue by a few days. Is there anything that we can do from here?"),
        ("fia", "Two entries are missing. I report on it today."),
    ]),
    Talk("BM", ("agreement", "border management"), "", 120, [
        ("moi", "Article 4: does a plate number of a lorry count as personal data?"),
        ("chair", "With a private owner it does. Our advice is to leave it out of the form."),
    ]),
    Talk("BM", ("meeting", "meeting 7"), "", 12, [
        ("secretariat", "The room holds eighteen. Please name your delegations by Friday."),
        ("fia", "We come with four."),
        ("moi", "Three from our side, one of them joins online."),
    ]),
    Talk("BM", ("space", ""), "Who is reached at night", 34, [
        ("chair", "From the first of the month the duty officer is reached under the number of the working group alone."),
    ]),
    Talk("PK", ("space", ""), "Opening in Peshawar", 20, [
        ("secretariat", "Where do we stand with the lease?"),
        ("moi", "Not our file, but the site has been cleared by the district administration."),
        ("chair", "Thank you. Mobile counselling goes on meanwhile, twice a month."),
    ]),
    Talk("PK", ("agreement", "2020"), "", 300, [
        ("secretariat", "The yearly consultation of article 6 falls into the coming month. Which day suits?"),
        ("fia", "Any day but Friday."),
    ]),
    Talk("PK", ("commitment", "Name what each figure"), "", 60, [
        ("chair", "The tables of the provinces are still missing. Shall we go on with the federal ones alone?"),
        ("moi", "Please wait until the end of the week; one of them is on its way."),
    ]),
    Talk("KZ", ("space", ""), "Курс для преподавателей", 9, [
        ("kazakhstan", "Зал подтверждён. Нужны переводчик и двенадцать комплектов материалов."),
        ("chair", "The interpreter is booked; the material goes out on Monday."),
        ("kazakhstan", "Спасибо. Список участников направим до пятницы."),
    ]),
    Talk("KZ", ("agreement", "Меморандум"), "", 200, [
        ("kazakhstan", "К статье 2: обмен материалами начат, переданы два комплекта из пяти."),
    ]),
    Talk("EU", ("space", ""), "Interim report", 7, [
        ("eu", "The report is due at the end of the month. Will it follow the objectives this time?"),
        ("secretariat", "It will. Two of the four are written; the figures of annex II are being checked."),
        ("eu", "Good. Please keep the narrative under twenty pages."),
    ]),
    Talk("LIB", ("space", ""), "New material wanted", 50, [
        ("secretariat", "What is asked for at the centres and not in the library yet? We order what is missing."),
        ("chair", "A page on medical tests and what they may cost."),
    ]),
]  # fmt: skip

# What others do with single messages, which are named by the subject of their thread and their number.
SIGNS = [
    ("Survey of crossing points", 4, "fia", "thanks"),
    ("Survey of crossing points", 4, "moi", "agree"),
    ("Survey of crossing points", 5, "chair", "seen"),
    ("Interim report", 3, "secretariat", "agree"),
]
TRANSLATIONS = [
    ("Курс для преподавателей", 1, "chair", "en",
     "The hall is confirmed. We need an interpreter and twelve sets of the material."),
    ("Курс для преподавателей", 3, "chair", "en", "Thank you. We shall send the list of participants by Friday."),
]  # fmt: skip

# What those who chair and write records have done with whole threads, by their subjects.
SUMMARIES = [
    ("Survey of crossing points", "chair",
     "**Seven of nine** crossing points can be surveyed; access is cleared. For the other two the regional office "
     "promises an answer by Thursday."),
]  # fmt: skip
PINNED = [("Agenda of the next meeting", "chair")]
# Who asks that it is acknowledged, and who has done so.
ANNOUNCED = [("Who is reached at night", "chair", ["fia"])]
