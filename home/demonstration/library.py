"""The illustrative library: resources, country profiles, glossary, news; and the hours of the service points."""

from typing import NamedTuple


class Paper(NamedTuple):
    """A resource; `file` is pdf, docx, xlsx or empty. `body` is what its file says."""

    title: str
    kind: str
    topic: str
    countries: tuple[str, ...]
    abstract: str
    marking: str = "CLEAR"
    file: str = ""
    language: str = "en"
    room: str = "LIB"


_STUDY, _GUIDE, _TRAIN, _AWARE, _LAW, _DATA = (
    "study",
    "guideline",
    "training",
    "awareness",
    "legal",
    "data",
)

PAPERS = [
    Paper("Who leaves, and who asks first? Prospective migrants at the resource centres", _STUDY, "awareness-raising", ("PK",),
          "Interviews with visitors of the centres in Islamabad and Lahore on what they knew before they came.", file="pdf"),
    Paper("Mobile counselling in Peshawar: the first autumn", _STUDY, "awareness-raising", ("PK",),
          "What was asked at the mobile counselling days, where people came from, and what they took home.", file="pdf"),
    Paper("Costs of recruitment: what workers pay and to whom", _STUDY, "labour-mobility", ("PK",),
          "A survey among returnees on fees, tests, tickets and loans.", "GREEN", "pdf"),
    Paper("Certificates that employers can read: care, construction, hospitality", _STUDY, "skills-training", ("PK", "UZ"),
          "How certificates of three sectors compare with what employers in new countries of destination ask for.", "GREEN"),
    Paper("Climate, harvest and departure in four districts", _STUDY, "root-causes", ("PK",),
          "How two dry years changed who left and for how long.", file="pdf"),
    Paper("Labour migration from Central Asia: routes since 2020", _STUDY, "labour-mobility", ("KZ", "KG", "UZ", "TJ"),
          "How routes and destinations shifted, seen from the regions of origin.", file="pdf"),
    Paper("Returnees and work: the first year", _STUDY, "return-reintegration", ("AF", "PK"),
          "What returnees did in the months after their return, and which support they used.", "GREEN"),
    Paper("Remittances and small trade in Khatlon", _STUDY, "root-causes", ("TJ",),
          "Where the money goes, and when a shop outlives the next season.", "GREEN"),
    Paper("Waiting time at borders: a method for measuring it", _GUIDE, "border-management", ("PK",),
          "Where to stand, what to count and for how long; with a sheet to fill in.", "AMBER", "docx", room="BM"),
    Paper("Second-line inspection: guide for the shift leader", _GUIDE, "border-management", ("PK",),
          "From the first doubt to the decision, step by step.", "AMBER", "docx", room="BM"),
    Paper("Survey of crossing points: list of questions", _DATA, "border-management", ("PK",),
          "Power, network, booths, readers, light, interview rooms.", "AMBER", "xlsx", room="BM"),
    Paper("Referral of presumed victims: one form, one page", _GUIDE, "counter-trafficking", ("PK",),
          "Whom to call, what to ask, and what not to ask.", "AMBER", "docx", room="BM"),
    Paper("First conversation with a presumed victim of trafficking", _TRAIN, "counter-trafficking", ("KZ", "KG", "UZ", "TJ"),
          "Course of two days with practice; trainer's notes and cases.", "GREEN", "docx"),
    Paper("Recognising forged documents: exercises", _TRAIN, "border-management", ("PK",),
          "Forty exercises with solutions for the trainer.", "AMBER", "pdf", room="BM"),
    Paper("Training of trainers: how adults learn", _TRAIN, "skills-training", (),
          "Half a day on method for officials who will teach.", "GREEN", "docx"),
    Paper("Pre-departure orientation: module on the contract", _TRAIN, "labour-mobility", ("UZ", "KG"),
          "One hour, one contract, twelve questions to put to it.", file="docx"),
    Paper("Counselling returnees: course for counsellors", _TRAIN, "return-reintegration", ("PK", "AF"),
          "Papers first, work second: how a conversation of forty minutes is built.", "GREEN", "docx"),
    Paper("Before you go: ten questions", _AWARE, "awareness-raising", ("PK",),
          "A leaflet for prospective migrants: contract, costs, passport, numbers to call.", file="pdf"),
    Paper("جانے سے پہلے: دس سوال", _AWARE, "awareness-raising", ("PK",),
          "بیرون ملک جانے والوں کے لیے کتابچہ: معاہدہ، اخراجات، پاسپورٹ، اور کس نمبر پر فون کریں۔", file="", language="ur"),
    Paper("پشاور میں موبائل مشاورت: خزاں کی رپورٹ", _STUDY, "awareness-raising", ("PK",),
          "موبائل مشاورت کے دنوں میں کیا پوچھا گیا، لوگ کہاں سے آئے اور کیا لے کر گئے۔", language="ur"),
    Paper("کام کی جگہ پر آپ کے حقوق", _AWARE, "labour-mobility", ("PK",),
          "تنخواہ، اوقات، رہائش اور شکایت: بیرون ملک کام کرنے والوں کے لیے۔", language="ur"),
    Paper("Your rights at work abroad", _AWARE, "labour-mobility", ("PK",),
          "Wages, hours, lodging, complaints: a leaflet for workers.", file="pdf"),
    Paper("Перед отъездом: десять вопросов", _AWARE, "awareness-raising", ("KZ", "KG", "UZ", "TJ"),
          "Памятка для выезжающих на работу: договор, расходы, документы, телефоны.", language="ru"),
    Paper("Ваши права на рабочем месте за рубежом", _AWARE, "labour-mobility", ("KG", "UZ", "TJ"),
          "Заработная плата, рабочее время, жильё, жалобы.", language="ru"),
    Paper("Куда обратиться по возвращении", _AWARE, "return-reintegration", ("TJ",),
          "Адреса и часы приёма служб, документы, работа, жильё.", language="ru"),
    Paper("Беседа перед выездом: пособие для консультанта", _TRAIN, "labour-mobility", ("UZ",),
          "Как за сорок минут говорить о договоре, расходах и рисках.", "GREEN", language="ru"),
    Paper("Трудовая миграция из Центральной Азии: пути после 2020 года", _STUDY, "labour-mobility", ("KZ", "KG", "UZ", "TJ"),
          "Как изменились пути и страны назначения.", language="ru"),
    Paper("Smuggling of migrants: what families should know", _AWARE, "counter-trafficking", ("PK",),
          "What smugglers promise, what happens on the way, whom to tell.", file="pdf"),
    Paper("Palermo protocols: a reading guide", _LAW, "counter-trafficking", (),
          "The protocols on trafficking and on smuggling, article by article, with national references."),
    Paper("Glossary of migration law in three languages", _LAW, "research-policy", (),
          "English, Russian and Urdu terms side by side.", file="xlsx"),
    Paper("Employment promoters: what the licence demands", _LAW, "labour-mobility", ("PK",),
          "Duties of licensed promoters in plain words."),
    Paper("Bilateral labour agreements: a comparison of clauses", _LAW, "labour-mobility", (),
          "Wages, insurance, disputes, return: clauses of fourteen agreements.", "GREEN", "xlsx"),
    Paper("Consular protection: model page per country", _GUIDE, "labour-mobility", ("PK",),
          "One page with the numbers that answer at night.", "AMBER", "docx", room="PK"),
    Paper("Opening a resource centre: checklist", _GUIDE, "awareness-raising", ("PK",),
          "Rooms, staff, files, confidentiality, opening day.", "GREEN", "docx"),
    Paper("Keeping a counselling file", _GUIDE, "return-reintegration", ("PK",),
          "What is written down, who may read it and for how long.", "GREEN"),
    Paper("Hand-over note of one page: template", _GUIDE, "research-policy", (),
          "What a successor needs on the first morning.", "GREEN", "docx"),
    Paper("Visitors of the resource centres, by month", _DATA, "awareness-raising", ("PK",),
          "Prospective migrants and returnees counselled, sessions held.", "GREEN", "xlsx"),
    Paper("Waiting time at four crossing points", _DATA, "border-management", ("PK",),
          "Minutes per traveller, by hour and booth.", "AMBER", "xlsx", room="BM"),
    Paper("Definitions of figures on irregular migration: draft", _DATA, "research-policy", ("PK",),
          "What each agency counts, and on which day.", "AMBER", "xlsx", room="PK"),
    Paper("Interim report: outline by objective", _GUIDE, "research-policy", (),
          "What each chapter shows, and with which figures.", "AMBER", "docx", room="EU"),
    Paper("Communication and visibility: plan for the year", _GUIDE, "awareness-raising", (),
          "Occasions, stories, consent.", "AMBER", "docx", room="EU"),
    Paper("Budget and spending, by quarter", _DATA, "research-policy", (), "Planned and spent, by heading.", "AMBER", "xlsx",
          room="EU"),
    Paper("Программа занятий перед выездом: проект", _TRAIN, "labour-mobility", ("KZ",),
          "Шесть занятий по два часа, с заданиями.", "AMBER", language="ru", room="KZ"),
    Paper("Отзывы участников первого курса", _DATA, "skills-training", ("UZ",), "Сводка ответов, предложения.", "AMBER",
          "xlsx", "ru", "UZ"),
    Paper("Перечень служб по областям: черновик", _DATA, "return-reintegration", ("TJ",), "Адреса, часы, телефоны.", "AMBER",
          "xlsx", "ru", "TJ"),
    Paper("Памятка для выезжающих: текст для обсуждения", _AWARE, "awareness-raising", ("KG",), "Восемь страниц, с рисунками.",
          "AMBER", "", "ru", "KG"),
    Paper("Prices and distances in five provinces", _DATA, "return-reintegration", ("AF",),
          "Transport, food, rent; with the day on which each was checked.", "AMBER", "xlsx", room="AF"),
    Paper("Second visits to households: questionnaire", _GUIDE, "return-reintegration", ("AF",),
          "Fourteen questions, twenty minutes.", "AMBER", "docx", room="AF"),
    Paper("Skills passports: experience of three projects", _STUDY, "skills-training", (),
          "What employers looked at and what they passed over.", file="pdf"),
    Paper("Women and labour migration: what counselling leaves out", _STUDY, "labour-mobility", ("PK", "KG"),
          "Conversations with women who left, and with those who decided not to."),
    Paper("Young people and the idea of leaving", _STUDY, "root-causes", ("PK",),
          "Group discussions in technical institutes on plans, models and money.", file="pdf"),
    Paper("Diaspora and skills: returning for a season", _STUDY, "skills-training", ("KZ", "UZ"),
          "How professionals abroad teach at home for some weeks a year."),
    Paper("Border crossings and trade: the hour before dawn", _STUDY, "border-management", ("AF", "PK"),
          "What traders lose by waiting.", "GREEN", "pdf"),
    Paper("Online recruitment: how offers are checked", _GUIDE, "awareness-raising", ("PK", "KG", "UZ"),
          "Six steps to find out whether an offer is real.", file="pdf"),
    Paper("Talking to the press about trafficking", _GUIDE, "counter-trafficking", (), "Words that protect and words that harm."),
    Paper("Session plan: forty minutes in a technical institute", _TRAIN, "awareness-raising", ("PK",),
          "How the centre's team opens, shows, asks and closes.", file="docx"),
    Paper("Case collection: labour exploitation", _TRAIN, "counter-trafficking", (), "Twelve cases for courses.", "GREEN", "docx"),
    Paper("Peer counselling: how returnees help returnees", _STUDY, "return-reintegration", ("AF", "TJ"),
          "Where it works and what it needs."),
    Paper("Evaluation of courses: short form", _GUIDE, "skills-training", (), "Eight questions, on one page.", "GREEN", "docx"),
    Paper("Policy brief: recognising skills across borders", _STUDY, "research-policy", ("PK", "KZ", "UZ"),
          "Four recommendations for ministries.", file="pdf"),
    Paper("Policy brief: information before return", _STUDY, "research-policy", ("AF",), "Why numbers persuade.", file="pdf"),
]  # fmt: skip

# (term in English, in Russian, in Urdu, what it means)
GLOSSARY = [
    ("Migrant Resource Centre", "Ресурсный центр для мигрантов", "مائیگرنٹ ریسورس سینٹر",
     "A place in which prospective migrants and returnees are counselled free of charge."),
    ("Pre-departure orientation", "Подготовка перед выездом", "روانگی سے قبل رہنمائی",
     "Sessions that prepare migrants for work and life in the country of destination."),
    ("Readmission", "Реадмиссия", "واپس قبولیت", "The act by which a state lets back in a person who is to return there."),
    ("Reintegration", "Реинтеграция", "بحالی", "Finding a place again in society and economy after a return."),
    ("Trafficking in persons", "Торговля людьми", "انسانوں کی تجارت",
     "Recruiting or moving persons by force, fraud or abuse for the purpose of exploitation."),
    ("Smuggling of migrants", "Незаконный ввоз мигрантов", "تارکین وطن کی سمگلنگ",
     "Helping somebody to enter a country illegally, for gain."),
    ("Second-line inspection", "Проверка второй линии", "دوسرے درجے کی جانچ",
     "A closer check away from the booth, when the first has left a doubt."),
    ("Irregular migration", "Нелегальная миграция", "بے قاعدہ ہجرت", "Movement outside the rules of the states concerned."),
    ("Remittances", "Денежные переводы", "ترسیلات زر", "Money that migrants send home."),
    ("Employment promoter", "Агентство по трудоустройству", "اوورسیز ایمپلائمنٹ پروموٹر",
     "A licensed firm that recruits workers for employers abroad."),
]  # fmt: skip

# (days ago, title, text)
NEWS = [
    (3, "Mobile counselling returns to Peshawar", "From this month counsellors are in Peshawar twice a month, until the "
     "Migrant Resource Centre there opens.",
     "Bring your contract or your offer, and somebody of your family if you like. No appointment is needed, and nothing "
     "is to be paid. Returnees are counselled on the same days."),
    (12, "New leaflet: ten questions before you go", "The leaflet is free of charge at the centres, in English, Russian "
     "and Urdu.",
     "It asks who employs you, for which wage, and who pays for the way. Take one for each of your neighbours; centres "
     "order more from the library."),
    (26, "First course on second-line inspection", "Forty officers take part in the course in Islamabad.",
     "They practise with travel documents of six countries, and hand on at their own border crossings what they learnt."),
    (41, "Twelve technical institutes will be visited", "Teams of the centres speak with those who are about to finish "
     "their training.",
     "They answer what trainees ask most: whether their certificate counts abroad, and how to tell a real offer of work "
     "from a false one."),
]  # fmt: skip

PROFILES = {
    "PK": ("Pakistan takes part in the programme with its ministries for foreign affairs, for the interior and for overseas "
           "Pakistanis, and with the Federal Investigation Agency. Two Migrant Resource Centres are open; a third is "
           "planned in Peshawar."),
    "KZ": "Kazakhstan is a country of destination and of transit in the region, and sends workers to its neighbours.",
    "KG": "Kyrgyzstan prepares its citizens for work abroad and supports those who come back.",
    "UZ": "Uzbekistan organises departures for work through its migration agency and trains officials and trainers.",
    "TJ": "Tajikistan works on information for returnees and on the services in its regions.",
    "AF": "For Afghanistan the programme supports information before return, and livelihoods after it.",
}  # fmt: skip

# Addresses are by city only: the report names no street. (city, languages, days open)
CENTRES = {
    "Migrant Resource Centre Islamabad": ("Islamabad", ("ur", "en"), (0, 1, 2, 3, 4)),
    "Migrant Resource Centre Lahore": ("Lahore", ("ur", "en"), (0, 1, 2, 3, 4, 5)),
    "Migrant Resource Centre Peshawar": ("Peshawar", ("ur", "en"), ()),
}
