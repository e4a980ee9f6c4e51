"""Illustrative agreements, commitments, and the actions that come from no record."""

from typing import NamedTuple


class Text(NamedTuple):
    """An agreement; `articles` are (number, title, text)."""

    key: str
    room: str
    title: str
    kind: str
    state: str
    parties: tuple[str, ...]
    signed: int | None
    until: int | None
    summary: str
    articles: list[tuple[str, str, str]]
    language: str = "en"


AGREEMENTS = [
    Text("BM", "BM", "Working arrangement on border management", "arrangement", "in_force", ("FIA", "MoI", "ICMPD"),
         -420, 310, "How the FIA, the Ministry of Interior and ICMPD work together at the crossing points.", [
             ("1", "Purpose", "The sides work together so that borders are quick for travellers and hard for smugglers."),
             ("2", "Equipment", "Equipment is provided after a survey of the crossing points and is maintained by the "
              "agency that uses it."),
             ("3", "Training", "Each side trains trainers of the other, so that courses go on after the programme."),
             ("4", "Personal data", "Indicators are shared without personal data. What names a person stays with the "
              "agency that collected it."),
             ("5", "Review", "The sides meet every six weeks and review this arrangement once a year."),
         ]),
    Text("KZ", "KZ", "Меморандум о взаимопонимании по вопросам миграции", "memorandum", "signed", ("KZ", "ICMPD"),
         -200, 900, "Рамки сотрудничества по подготовке перед выездом и по возвращению.", [
             ("1", "Предмет", "Стороны сотрудничают в подготовке граждан, выезжающих на работу, и в реинтеграции "
              "вернувшихся."),
             ("2", "Обмен опытом", "Стороны обмениваются программами занятий и учебными материалами."),
             ("3", "Срок действия", "Меморандум действует три года и продлевается с согласия сторон."),
         ], "ru"),
    Text("KG", "KG", "Протокол о намерениях: подготовка перед выездом", "protocol", "negotiation", ("KG", "ICMPD"),
         None, None, "Проект протокола, обсуждается.", [
             ("1", "Цель", "Граждане, выезжающие на работу, получают сведения о правах, расходах и рисках."),
             ("2", "Порядок", "Занятия проводятся бесплатно в каждом областном центре."),
         ], "ru"),
    Text("UZ", "UZ", "Протокол о сотрудничестве в обучении", "protocol", "in_force", ("UZ", "ICMPD"), -310, 420,
         "Совместные курсы для сотрудников и преподавателей.", [
             ("1", "Курсы", "Стороны проводят два курса в год."),
             ("2", "Преподаватели", "Со второго года курсы ведут преподаватели агентства."),
         ], "ru"),
    Text("TJ", "TJ", "Совместное заявление о возвращении и реинтеграции", "joint_declaration", "signed", ("TJ", "ICMPD"), -150, None,
         "Заявление о намерениях сторон.", [
             ("1", "Принципы", "Возвращение достойно и безопасно, решение принимает сам человек."),
             ("2", "Поддержка", "Вернувшийся получает сведения о документах, работе и жилье."),
         ], "ru"),
]  # fmt: skip

# Articles that the demonstration shows under the reported agreement of 2020: (number, title, text).
ARTICLES_OF_2020 = [
    ("1", "Purpose", "The Parties work together on the management of migration and on the protection of migrants."),
    ("2", "Areas of cooperation", "Dialogue, research, the building of capacities and the development of policy; labour "
     "mobility; border management; counselling of prospective migrants and of returnees."),
    ("3", "Migrant Resource Centres", "The Parties support centres in which prospective migrants and returnees are "
     "counselled free of charge."),
    ("4", "Exchange of information", "The Parties exchange information on the areas of article 2, each under its own law, "
     "and without personal data unless both agree in writing."),
    ("5", "Programmes", "Activities are carried out under programmes that the Parties agree on, with their funding named."),
    ("6", "Consultation", "The Parties consult each other at least once a year."),
]  # fmt: skip


class Undertaking(NamedTuple):
    """A commitment: under an article (`agreement`, number), due so many days from today."""

    room: str
    party: str
    owed_to: str
    title: str
    indicator: str
    target: str
    due: int
    state: str
    agreement: str = ""
    article: str = ""
    report: str = ""


COMMITMENTS = [
    Undertaking("PK", "OP&HRD", "ICMPD", "Open the Migrant Resource Centre in Peshawar", "Centre open to the public",
        "1 centre", 75, "at_risk", "2020", "3", "Rooms are found. The lease waits for a signature."),
    Undertaking("PK", "ICMPD", "OP&HRD", "Train the counsellors of the three centres", "Counsellors certified", "18", 40,
        "on_track", "2020", "3", "Eleven counsellors have passed."),
    Undertaking("PK", "MoI", "ICMPD", "Name what each figure on irregular migration counts", "Tables with definitions",
        "6 tables", -12, "off_track", "2020", "4", "Two tables are done; the others wait for the provinces."),
    Undertaking("PK", "MoFA", "ICMPD", "One page with emergency numbers for each mission", "Missions covered", "24", 95,
        "on_track", "2020", "4", "Thirteen missions have answered."),
    Undertaking("PK", "ICMPD", "MoFA", "Hold the yearly consultation", "Consultation held", "1 a year", 28, "on_track",
        "2020", "6"),
    Undertaking("PK", "OP&HRD", "ICMPD", "Map the certificates of three sectors", "Sectors mapped", "3", 130,
        "not_started", "2020", "2"),
    Undertaking("PK", "FIA", "ICMPD", "Appoint a focal point for each area of cooperation", "Focal points named", "4", -60,
        "achieved", "2020", "2", "All four are named."),
    Undertaking("PK", "MRC Islamabad", "ICMPD", "Visit twelve technical institutes", "Institutes visited", "12", 110,
        "on_track", "2020", "5", "Three visits were made."),
    Undertaking("PK", "MRC Lahore", "ICMPD", "Two mornings a week for returnees", "Returnees counselled a month", "60", 20,
        "on_track", "2020", "3", "Sixty-four were counselled last month."),
    Undertaking("PK", "ICMPD", "MoI", "Study on the causes of irregular departure", "Study published", "1", 160,
        "not_started", "2020", "2"),
    Undertaking("BM", "FIA", "ICMPD", "Survey nine crossing points", "Points surveyed", "9", -4, "at_risk", "BM", "2",
        "Five points are surveyed. Two cannot be reached before the thaw."),
    Undertaking("BM", "ICMPD", "FIA", "Deliver document readers", "Readers in use", "24", 120, "not_started", "BM", "2"),
    Undertaking("BM", "FIA", "ICMPD", "Train eighty officers at second-line inspection", "Officers trained", "80", 64,
        "on_track", "BM", "3", "The first forty are named."),
    Undertaking("BM", "MoI", "FIA", "Procedure for sharing risk indicators", "Procedure in force", "1", 15, "at_risk",
        "BM", "4", "The draft is with the legal section."),
    Undertaking("BM", "MoI", "ICMPD", "Waiting time measured by one method", "Points that measure", "9", 90, "on_track",
        "BM", "1", "Four points measure."),
    Undertaking("BM", "ICMPD", "MoI", "Yearly review of the arrangement", "Review held", "1", 33, "on_track", "BM", "5"),
    Undertaking("BM", "FIA", "MoI", "One referral form for both agencies", "Form in use", "1", 26, "on_track", "BM", "1",
        "The form is one page long and goes to trial."),
    Undertaking("KZ", "KZ", "ICMPD", "Включить занятие о договоре в программу", "Программа утверждена", "1", 35,
        "on_track", "KZ", "1", "Проект программы готов."),
    Undertaking("KZ", "KZ-L", "ICMPD", "Передать учебные материалы", "Материалы переданы", "5", -15, "off_track", "KZ",
        "2", "Переданы два из пяти."),
    Undertaking("KZ", "ICMPD", "KZ", "Провести курс для преподавателей", "Курс проведён", "1", 70, "not_started", "KZ", "2"),
    Undertaking("KG", "KG", "ICMPD", "Согласовать проект протокола", "Проект согласован", "1", 21, "at_risk", "KG", "1",
        "Замечания двух ведомств ещё не получены."),
    Undertaking("KG", "ICMPD", "KG", "Подготовить памятку для выезжающих", "Памятка издана", "1", 55, "on_track", "KG", "2"),
    Undertaking("UZ", "UZ", "ICMPD", "Два курса в год", "Курсы проведены", "2", 100, "on_track", "UZ", "1",
        "Первый курс проведён."),
    Undertaking("UZ", "ICMPD", "UZ", "Подготовить преподавателей агентства", "Преподаватели", "8", 140, "not_started",
        "UZ", "2"),
    Undertaking("TJ", "TJ", "ICMPD", "Перечень служб для вернувшихся", "Перечень опубликован", "1", -6, "at_risk", "TJ",
        "2", "Собраны сведения по двум областям."),
    Undertaking("TJ", "ICMPD", "TJ", "Обучить сотрудников приёма", "Сотрудники обучены", "30", 80, "on_track", "TJ", "2"),
    Undertaking("AF", "AF", "ICMPD", "Second visit to every household", "Households visited twice", "120", 60, "on_track",
        report="Fifty-one households have been visited twice."),
    Undertaking("AF", "ICMPD", "AF", "Leaflets in Dari and Pashto", "Leaflets printed", "2 languages", 24, "on_track"),
    Undertaking("EU", "ICMPD", "EUPakistan", "Interim report by objective", "Report accepted", "1", 19, "at_risk",
        report="The first two objectives are written."),
    Undertaking("EU", "EUPakistan", "ICMPD", "Comment on the report within ten working days", "Days taken", "10", 45,
        "not_started"),
]  # fmt: skip

# Actions that come from no record, by room: (title, owner, due, state, language).
LOOSE_ACTIONS: dict[str, list[tuple[str, str, int, str, str]]] = {
    "BM": [
        ("Translate the manual of the document reader into Urdu", "ICMPD", 17, "in_progress", "en"),
        ("Clear access to the crossing points for the survey team", "MoI", -1, "open", "en"),
        ("Send photographs of the interview rooms", "FIA", 4, "open", "en"),
        ("Check the power supply at three crossing points", "FIA", 30, "open", "en"),
        ("سروے ٹیم کے لیے رابطہ افسر نامزد کریں", "FIA", 8, "open", "ur"),
        ("Book the training room of the academy", "FIA", -20, "done", "en"),
        ("Write the evaluation form of the course", "ICMPD", -11, "done", "en"),
        ("Ask the manufacturer for prices of spare parts", "ICMPD", 13, "waiting", "en"),
        ("List the radio channels used at the crossing points", "MoI", 26, "open", "en"),
        ("Return the loaned training documents", "FIA", -30, "cancelled", "en"),
        ("Draft the agenda of the next meeting", "ICMPD", 2, "in_progress", "en"),
        ("Agree the date of the yearly review", "MoI", 20, "open", "en"),
    ],
    "PK": [
        ("پشاور میں موبائل مشاورت کا شیڈول بھیجیں", "MRC Islamabad", 5, "in_progress", "ur"),
        ("Send the attendance of awareness sessions", "MRC Lahore", -7, "open", "en"),
        ("Name a speaker for the session on costs", "OP&HRD", 9, "open", "en"),
        ("Update the list of licensed employment promoters", "OP&HRD", 31, "open", "en"),
        ("Review the Urdu text of the leaflet on contracts", "OP&HRD", -3, "in_progress", "en"),
        ("Share the schedule of consular days", "MoFA", 14, "open", "en"),
        ("Invite the provinces to the consultation", "MoI", 23, "open", "en"),
        ("Draft terms of reference for the study on departure", "ICMPD", 7, "in_progress", "en"),
        ("Order signs for the centre in Peshawar", "MRC Islamabad", 37, "waiting", "en"),
        ("Test the helpline outside office hours", "OP&HRD", -15, "done", "en"),
        ("Print the leaflet on rights at work", "ICMPD", -25, "done", "en"),
        ("Collect questions asked at the centres", "MRC Islamabad", 12, "open", "en"),
        ("Brief the new focal point of the FIA", "ICMPD", -10, "done", "en"),
        ("واپس آنے والوں کے لیے فارم پر رائے دیں", "MRC Lahore", 15, "open", "ur"),
        ("Compare the fees charged for medical tests", "OP&HRD", 48, "open", "en"),
    ],
    "KZ": [
        ("Перевести памятку на казахский язык", "KZ-L", 18, "in_progress", "ru"),
        ("Назначить контактное лицо по реинтеграции", "KZ", -4, "open", "ru"),
        ("Направить список преподавателей", "KZ-L", 12, "open", "ru"),
        ("Подготовить зал для курса", "KZ", 25, "open", "ru"),
        ("Согласовать даты визита экспертов", "ICMPD", -18, "done", "ru"),
        ("Send the evaluation of the first course", "ICMPD", 6, "waiting", "en"),
    ],
    "KG": [
        ("Собрать замечания ведомств к протоколу", "KG", -2, "in_progress", "ru"),
        ("Назвать областные центры для занятий", "KG", 16, "open", "ru"),
        ("Подготовить текст памятки", "ICMPD", 10, "in_progress", "ru"),
        ("Проверить номера горячей линии", "KG", 29, "open", "ru"),
        ("Направить смету занятий", "ICMPD", -12, "done", "ru"),
    ],
    "UZ": [
        ("Составить расписание второго курса", "UZ", 20, "open", "ru"),
        ("Направить отзывы участников первого курса", "UZ", -9, "open", "ru"),
        ("Перевести сценарии учебных бесед", "ICMPD", 13, "in_progress", "ru"),
        ("Согласовать список преподавателей", "UZ", 33, "open", "ru"),
        ("Оплатить печать пособия", "ICMPD", -21, "done", "ru"),
    ],
    "TJ": [
        ("Собрать адреса служб в Хатлонской области", "TJ", 4, "in_progress", "ru"),
        ("Проверить перечень документов", "TJ", 19, "open", "ru"),
        ("Подготовить учебные случаи", "ICMPD", 11, "open", "ru"),
        ("Назвать участников обучения", "TJ", -5, "open", "ru"),
        ("Направить форму отчёта", "ICMPD", -16, "done", "ru"),
    ],
    "AF": [
        ("Record the leaflet as an audio file in Pashto", "AF", 22, "open", "en"),
        ("Send the list of markets near the villages", "AF", 7, "in_progress", "en"),
        ("Review the questionnaire of the second visit", "ICMPD", -3, "open", "en"),
    ],
    "EU": [
        ("Send photographs cleared for publication", "ICMPD", 8, "open", "en"),
        ("Confirm the date of the verification visit", "EUPakistan", 15, "waiting", "en"),
        ("Check the figures of annex II", "ICMPD", -1, "in_progress", "en"),
        ("Comment on the communication plan", "EUPakistan", 24, "open", "en"),
        ("Send the list of equipment over 5,000 euro", "ICMPD", 40, "open", "en"),
        ("Answer the questions on the second objective", "ICMPD", -13, "done", "en"),
        ("Propose a date for the steering committee", "EUPakistan", 3, "open", "en"),
    ],
}
