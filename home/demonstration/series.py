"""The illustrative meetings: series of them, each with items that were spoken about, decided and given to somebody.

Days are counted from today, so that the demonstration never grows old. `{n}` in a title is the meeting's number.
"""

from typing import NamedTuple


class Task(NamedTuple):
    """An action given in a record: due so many days after the meeting unless `due` counts from today."""

    title: str
    owner: str
    days: int = 30
    state: str = "open"
    due: int | None = None


class Item(NamedTuple):
    """An agenda item and what the record says of it. `statement` is (post's organisation, on behalf of, text)."""

    title: str
    summary: str
    statement: tuple[str, str, str]
    decision: str
    task: Task
    topic: str = "border-management"


class Series(NamedTuple):
    """Meetings of one room. `days`: their days from today; `items` are taken in turn, two a meeting."""

    room: str
    title: str
    kind: str
    organiser: str
    parties: tuple[str, ...]
    zone: str
    place: str
    hour: int
    days: tuple[int, ...]
    items: list[Item]
    language: str = "en"
    chatham_house: bool = False


BORDER = Series(
    "BM", "Border Management Working Group, meeting {n}", "working_group", "ICMPD", ("FIA", "MoI", "ICMPD"),
    "Asia/Karachi", "FIA headquarters, Islamabad", 10, (-260, -215, -170, -128, -86, -40, 9, 51),
    [
        Item("Equipment of border crossing points",
             "The group went through the equipment of the crossing points. Document readers at four of nine points are "
             "older than eight years; spare parts are no longer made.",
             ("FIA", "FIA", "A survey of all crossing points must come before any purchase: each point has its own "
              "traffic and its own power supply."),
             "Equipment is bought only after a survey of all nine crossing points.",
             Task("Send ICMPD the list of crossing points for the equipment survey", "FIA", 21, "in_progress", -9)),
        Item("Training of officers at second-line inspection",
             "Two courses of five days were proposed, for forty officers each, with practice on genuine and forged "
             "documents.",
             ("ICMPD", "ICMPD", "Trainers from the FIA academy should teach from the second course on, with our "
              "advisers beside them."),
             "The first course is held in Islamabad; trainers of the FIA academy take part as observers.",
             Task("Name forty officers for the course on second-line inspection", "FIA", 25, "open", 6), "skills-training"),
        Item("Sharing of risk indicators",
             "The Ministry presented the form on which indicators are to be shared between crossing points.",
             ("MoI", "MoI", "Indicators are shared without personal data; whatever names a person stays with the agency "
              "that collected it."),
             "The form is tried for three months at two crossing points.",
             Task("Draft the procedure for sharing risk indicators", "MoI", 30, "waiting", -3)),
        Item("Joint visit to the Torkham crossing point",
             "A joint visit was asked for, so that queues, lighting and the interview rooms are seen together.",
             ("FIA", "FIA", "The early morning shows the crossing point as it is; a visit at noon does not."),
             "The visit takes one day, begins at six in the morning, and ends with a common note.",
             Task("Propose two dates for the joint visit to Torkham", "MoI", 14, "done")),
        Item("Queue times for travellers",
             "Average waiting time fell from 54 to 41 minutes where two booths were added.",
             ("ICMPD", "ICMPD", "Measured by the same method at each point, the figures could be published every "
              "quarter."),
             "Waiting time is measured by one method at all crossing points.",
             Task("Write the method for measuring waiting time", "ICMPD", 20, "done"), "border-management"),
        Item("Referral of presumed victims of trafficking",
             "The group compared the referral steps of both agencies. They differ on who accompanies a minor.",
             ("MoI", "MoI", "A referral that takes longer than a shift is a referral that does not happen."),
             "One referral form for both agencies, one page long.",
             Task("Align the referral form of both agencies", "FIA", 35, "in_progress", 12), "counter-trafficking"),
        Item("Maintenance of document readers",
             "A contract for maintenance was discussed; the response time matters more than its price.",
             ("FIA", "FIA", "A reader that stands still for a week costs more than its repair."),
             "The contract asks for a response within two working days.",
             Task("Comment on the terms of reference for maintenance", "MoI", 18, "open", 3)),
    ],
)  # fmt: skip

PAKISTAN = Series(
    "PK", "Programme coordination Pakistan, meeting {n}", "consultation", "ICMPD",
    ("MoFA", "MoI", "OP&HRD", "FIA", "ICMPD"), "Asia/Karachi", "Ministry of Overseas Pakistanis, Islamabad", 11,
    (-240, -180, -120, -66, -24, 18, 80),
    [
        Item("Opening of the Migrant Resource Centre in Peshawar",
             "Rooms have been found; the lease and the connection to the network are outstanding. Until then mobile "
             "counselling goes out from Islamabad twice a month.",
             ("OP&HRD", "OP&HRD", "Khyber Pakhtunkhwa sends many of our workers abroad, and has the fewest who can ask "
              "anyone before they leave."),
             "Mobile counselling in Peshawar goes on until the centre opens.",
             Task("Confirm the lease for the centre in Peshawar", "OP&HRD", 30, "in_progress", -14), "awareness-raising"),
        Item("New countries of destination",
             "Three sectors were named in which employers outside the Gulf look for workers: care, construction, "
             "hospitality.",
             ("OP&HRD", "OP&HRD", "Diversifying destinations begins with certificates that employers there can read."),
             "A mapping of certificates is made for the three sectors.",
             Task("Send the list of certificates in care and construction", "OP&HRD", 28, "open", 10), "labour-mobility"),
        Item("Counselling of returnees",
             "The centres in Islamabad and Lahore counselled more returnees than planned; waiting times grew.",
             ("MRC Lahore", "MRC Lahore", "Returnees come with papers first and with questions about work second."),
             "Each centre keeps two mornings a week for returnees.",
             Task("Report the number of returnees counselled, by month", "MRC Lahore", 20, "done"), "return-reintegration"),
        Item("Data on irregular migration",
             "Figures of the agencies differ because they count cases and persons. A common table was proposed.",
             ("MoI", "MoI", "We can live with two figures as long as each says what it counts."),
             "Each figure names what it counts and on which day.",
             Task("Circulate the table of definitions for comment", "MoI", 15, "open", -5), "research-policy"),
        Item("Support for nationals abroad",
             "Community welfare attachés asked for one page per country with the numbers to call.",
             ("MoFA", "MoFA", "What is needed at night in a police station is a telephone number that answers."),
             "One page per country, reviewed twice a year.",
             Task("Collect emergency numbers from the missions", "MoFA", 40, "in_progress", 20), "labour-mobility"),
        Item("Awareness sessions in technical institutes",
             "Sessions reach those who are about to finish their training; questions show that costs are the least known.",
             ("ICMPD", "ICMPD", "The session at an institute should be followed by one conversation in private."),
             "Twelve institutes are visited in the coming half year.",
             Task("Plan the visits to twelve technical institutes", "MRC Islamabad", 25, "open", 16), "awareness-raising"),
    ],
)  # fmt: skip


def _central_asia(room: str, name: str, body: str, zone: str, place: str, days: tuple[int, ...]) -> Series:
    """A country's series; its records are kept in Russian."""
    return Series(
        room, f"Координационная встреча: {name}, № {{n}}", "consultation", "ICMPD", (body, "ICMPD"), zone, place, 10, days,
        [
            Item("Подготовка перед выездом",
                 "Обсуждена программа занятий для граждан, выезжающих на работу. Предложено добавить занятие о договоре.",
                 (body, body, "Важно, чтобы человек прочитал договор до отъезда, а не после."),
                 "Занятие о трудовом договоре включается в программу.",
                 Task("Направить программу занятий перед выездом", body, 30, "in_progress", 8), "labour-mobility"),
            Item("Возвращение и реинтеграция",
                 "Рассмотрены обращения вернувшихся граждан: чаще всего спрашивают о документах и о работе.",
                 (body, body, "Первый месяц после возвращения решает, останется ли человек."),
                 "Составляется перечень служб, в которые можно обратиться по возвращении.",
                 Task("Составить перечень служб для вернувшихся граждан", body, 35, "open", -6), "return-reintegration"),
            Item("Обучение сотрудников",
                 "Предложены два курса по проверке документов и по первой беседе с возможной жертвой торговли людьми.",
                 ("ICMPD", "ICMPD", "Второй курс ведут местные преподаватели, мы остаёмся рядом."),
                 "Первый курс проводится весной, второй осенью.",
                 Task("Назвать участников первого курса", body, 20, "open", 22), "skills-training"),
        ],
        language="ru",
    )  # fmt: skip


SERIES = [
    BORDER,
    PAKISTAN,
    _central_asia("KZ", "Казахстан", "KZ", "Asia/Almaty", "Астана", (-150, -95, -33, 27)),
    _central_asia("KG", "Кыргызстан", "KG", "Asia/Bishkek", "Бишкек", (-140, -77, 14)),
    _central_asia("UZ", "Узбекистан", "UZ", "Asia/Tashkent", "Ташкент", (-132, -58, 34)),
    _central_asia("TJ", "Таджикистан", "TJ", "Asia/Dushanbe", "Душанбе", (-118, -47, 40)),
    Series(
        "AF", "Support for returnees to Afghanistan, meeting {n}", "consultation", "ICMPD", ("AF", "ICMPD"), "Asia/Kabul",
        "Online", 9, (-105, -36, 30),
        [
            Item("Information before return",
                 "Leaflets in Dari and Pashto were reviewed by returnees. They ask for prices and distances.",
                 ("AF", "AF", "A family decides with a calculator; give it the numbers."),
                 "Leaflets name prices, distances and the day on which they were checked.",
                 Task("Check prices and distances in the leaflets", "AF", 30, "open", 11), "return-reintegration"),
            Item("Livelihoods in the provinces",
                 "Small grants work where a market is near; elsewhere training in repair work is asked for.",
                 ("AF", "AF", "The second visit to a household tells whether the first one helped."),
                 "Each household is visited again after three months.",
                 Task("Send the plan of second visits", "AF", 25, "waiting", -8), "root-causes"),
        ],
    ),
    Series(
        "EU", "Review of the action, EU delegation and ICMPD, no. {n}", "bilateral", "EUPakistan", ("EUPakistan", "ICMPD"),
        "Asia/Karachi", "Delegation of the European Union, Islamabad", 15, (-190, -100, -20, 44),
        [
            Item("Progress and spending",
                 "Spending is at 46 per cent of the budget, activities at 52 per cent of the plan.",
                 ("EUPakistan", "EUPakistan", "We would like to see results per objective, not per activity."),
                 "The next report follows the objectives of the action.",
                 Task("Rearrange the interim report by objective", "ICMPD", 30, "in_progress", 5), "research-policy"),
            Item("Visibility",
                 "The opening in Peshawar and the training institutes were named as occasions.",
                 ("EUPakistan", "EUPakistan", "One good story of a person who came back tells more than a banner."),
                 "Two stories a quarter, with the consent of those they are about.",
                 Task("Propose two stories for the coming quarter", "ICMPD", 21, "open", -2), "awareness-raising"),
            Item("Risks",
                 "Staff turnover at counterparts is the risk that has come true most often.",
                 ("ICMPD", "ICMPD", "A hand-over note of one page saves a month."),
                 "Focal points write a hand-over note of one page.",
                 Task("Send the template of the hand-over note", "ICMPD", 10, "done"), "research-policy"),
        ],
        chatham_house=True,
    ),
]  # fmt: skip
