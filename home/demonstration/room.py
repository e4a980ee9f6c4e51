"""Who takes part in the demonstration beyond the reported facts, where, and as whom one signs in.

All of it is illustrative: organisations carry the mark, and posts are named, never people.
"""

from typing import NamedTuple

from coordination.models import Marking, OrganisationKind, Role, SpaceKind

PASSWORD = "accord demonstration"


class Body(NamedTuple):
    """An organisation that goes beyond the reported facts."""

    key: str
    name: str
    acronym: str
    kind: str
    country: str | None


BODIES = [
    Body("KZ", "Ministry of Internal Affairs of Kazakhstan", "MIA", OrganisationKind.MINISTRY, "KZ"),
    Body("KZ-L", "Ministry of Labour and Social Protection of Kazakhstan", "MoL", OrganisationKind.MINISTRY, "KZ"),
    Body("KG", "Ministry of Labour and Migration of Kyrgyzstan", "MoLM", OrganisationKind.MINISTRY, "KG"),
    Body("UZ", "Migration Agency of Uzbekistan", "MA", OrganisationKind.AGENCY, "UZ"),
    Body("TJ", "Migration Service of Tajikistan", "MS", OrganisationKind.AGENCY, "TJ"),
    Body("AF", "Returnee Support Network for Afghanistan", "RSN", OrganisationKind.OTHER, "AF"),
    Body("KZ-T", "Almaty Vocational Skills Centre", "AVSC", OrganisationKind.TRAINING_INSTITUTE, "KZ"),
]

# The posts that speak in illustrative records, by organisation; nobody's name stands with them.
POSTS = {
    "FIA": ["Director, Immigration", "Deputy Director, Integrated Border Management"],
    "MoI": ["Section Officer, Border Affairs", "Deputy Secretary, Immigration"],
    "MoFA": ["Director, Overseas Affairs"],
    "OP&HRD": ["Deputy Secretary, Emigration Policy"],
    "ICMPD": ["Programme Manager", "Border Management Adviser", "Country Coordinator"],
    "EUPakistan": ["Programme Officer, Migration"],
    "HIT": ["Head of Training"],
    "MRC Islamabad": ["Centre Coordinator"],
    "MRC Lahore": ["Centre Coordinator"],
    "MRC Peshawar": ["Centre Coordinator (designate)"],
    "KZ": ["Head of Division, Migration Policy"],
    "KZ-L": ["Chief Expert, Labour Migration"],
    "KG": ["Head of Department, External Migration"],
    "UZ": ["Head of Department, Pre-departure Training"],
    "TJ": ["Head of Section, Reintegration"],
    "AF": ["Network Coordinator"],
    "KZ-T": ["Director of Studies"],
}


class Account(NamedTuple):
    """Somebody to sign in as."""

    login: str
    name: str
    organisation: str
    language: str
    time_zone: str
    office: str
    about: str

    @property
    def email(self) -> str:
        return f"{self.login}@accord.example"


ACCOUNTS = [
    Account("secretariat", "Secretariat officer", "ICMPD", "en", "Europe/Vienna", "secretariat",
            "prepares meetings and visits, creates spaces"),
    Account("chair", "Border management adviser", "ICMPD", "en", "Asia/Karachi", "",
            "chairs the Border Management Working Group and the country spaces"),
    Account("fia", "FIA liaison", "FIA", "en", "Asia/Karachi", "", "follows up what the FIA undertook"),
    Account("moi", "MoI liaison", "MoI", "en", "Asia/Karachi", "", "follows up what the Ministry of Interior undertook"),
    Account("kazakhstan", "Kazakh liaison", "KZ", "ru", "Asia/Almaty", "", "sees the space of Kazakhstan only"),
    Account("eu", "EU delegation officer", "EUPakistan", "en", "Asia/Karachi", "",
            "reads the space of Pakistan, works in that of EU delegation and ICMPD"),
    Account("partner", "Training partner", "HIT", "ur", "Asia/Karachi", "", "reads the library of the programme"),
    Account("administrator", "Platform administrator", "ICMPD", "en", "Europe/Vienna", "administrator",
            "invites people; an office lets nobody read"),
    Account("auditor", "Auditor", "ICMPD", "en", "Europe/Vienna", "auditor", "follows the audit trail"),
]  # fmt: skip


class Room(NamedTuple):
    """A space: who takes part in it, and in which role. Members are organisations, or logins behind `@`."""

    key: str
    title: str
    kind: str
    description: str
    country: str | None
    topics: tuple[str, ...]
    members: dict[str, str]
    marking: str = Marking.AMBER


def _country(code: str, name: str, body: str, **others: str) -> Room:
    members = {"@chair": Role.CHAIR, "@secretariat": Role.RAPPORTEUR, body: Role.CONTRIBUTOR, **others}
    return Room(
        code,
        name,
        SpaceKind.COUNTRY,
        f"Where {name} and ICMPD keep their meetings, agreements and follow-up under the programme.",
        code,
        ("labour-mobility", "border-management", "return-reintegration"),
        members,
    )


_PAKISTAN = dict.fromkeys(("MoFA", "MoI", "OP&HRD", "FIA", "MRC Islamabad", "MRC Lahore"), Role.CONTRIBUTOR)

ROOMS = [
    Room(
        "PK",
        "Pakistan",
        SpaceKind.COUNTRY,
        "Where the ministries of Pakistan, the FIA and ICMPD keep their meetings, agreements and follow-up.",
        "PK",
        ("labour-mobility", "border-management", "awareness-raising", "return-reintegration"),
        {"@chair": Role.CHAIR, "@secretariat": Role.RAPPORTEUR, **_PAKISTAN, "EUPakistan": Role.READER},
    ),
    _country("KZ", "Kazakhstan", "KZ", **{"KZ-L": Role.CONTRIBUTOR, "KZ-T": Role.READER}),
    _country("KG", "Kyrgyzstan", "KG"),
    _country("UZ", "Uzbekistan", "UZ"),
    _country("TJ", "Tajikistan", "TJ"),
    _country("AF", "Afghanistan", "AF"),
    Room(
        "BM",
        "Border Management Working Group",
        SpaceKind.THEME,
        "FIA, the Ministry of Interior and ICMPD work on border management: equipment, training, procedures.",
        "PK",
        ("border-management", "counter-trafficking"),
        {"@chair": Role.CHAIR, "@secretariat": Role.RAPPORTEUR, "FIA": Role.CONTRIBUTOR, "MoI": Role.CONTRIBUTOR},
    ),
    Room(
        "EU",
        "EU delegation and ICMPD",
        SpaceKind.BILATERAL,
        "Reporting, visibility and steering between the Delegation of the European Union to Pakistan and ICMPD.",
        None,
        ("research-policy",),
        {"@chair": Role.CHAIR, "@secretariat": Role.RAPPORTEUR, "EUPakistan": Role.CONTRIBUTOR},
    ),
    Room(
        "LIB",
        "Programme library",
        SpaceKind.PROGRAMME,
        "Studies, guidelines, training and awareness material, service points and news for all partners.",
        None,
        (),
        {
            "@chair": Role.CHAIR,
            "@secretariat": Role.RAPPORTEUR,
            **dict.fromkeys((*_PAKISTAN, "EUPakistan", "HIT", "KZ", "KG", "UZ", "TJ", "AF"), Role.READER),
        },
        Marking.GREEN,
    ),
]

COUNTRIES = {
    "PK": ("Pakistan", "Пакистан", "پاکستان"),
    "KZ": ("Kazakhstan", "Казахстан", "قازقستان"),
    "KG": ("Kyrgyzstan", "Кыргызстан", "کرغزستان"),
    "UZ": ("Uzbekistan", "Узбекистан", "ازبکستان"),
    "TJ": ("Tajikistan", "Таджикистан", "تاجکستان"),
    "AF": ("Afghanistan", "Афганистан", "افغانستان"),
}

# slug: icon; name and what it is about, in English, Russian and Urdu
TOPICS = {
    "labour-mobility": ("briefcase",
        ("Labour mobility",
         "Safe and legal ways to work abroad, skills recognised on both sides, more destination countries."),
        ("Трудовая мобильность",
         "Безопасные и законные пути к работе за рубежом, взаимное признание квалификаций, больше стран назначения."),
        ("مزدوروں کی نقل و حرکت",
         "بیرون ملک کام کے محفوظ اور قانونی راستے، دونوں جانب تسلیم شدہ ہنر اور زیادہ منزل ممالک۔")),
    "border-management": ("signpost-split",
        ("Border management",
         "Borders that are quick for travellers and hard for smugglers: procedures, training, technology."),
        ("Управление границами",
         "Границы, которые быстро проходят путешественники и трудно пройти контрабандистам: процедуры, обучение, "
         "техника."),
        ("سرحدی انتظام",
         "سرحدیں جو مسافروں کے لیے آسان اور سمگلروں کے لیے مشکل ہوں: طریق کار، تربیت، ٹیکنالوجی۔")),
    "counter-trafficking": ("shield-check",
        ("Counter-trafficking and smuggling",
         "Protecting people from trafficking, smuggling and exploitation, and bringing those behind it to court."),
        ("Противодействие торговле людьми",
         "Защита людей от торговли, незаконного ввоза и эксплуатации, привлечение виновных к суду."),
        ("انسانی سمگلنگ کی روک تھام",
         "لوگوں کو انسانی تجارت، سمگلنگ اور استحصال سے بچانا، اور ذمہ داروں کو عدالت تک لانا۔")),
    "return-reintegration": ("house-heart",
        ("Return and reintegration",
         "Returning in dignity, and finding a place again: counselling, documents, work."),
        ("Возвращение и реинтеграция",
         "Достойное возвращение и новое начало дома: консультации, документы, работа."),
        ("واپسی اور بحالی",
         "باوقار واپسی اور نئے سرے سے جگہ بنانا: مشاورت، دستاویزات، روزگار۔")),
    "awareness-raising": ("megaphone",
        ("Awareness raising",
         "What prospective migrants need to know before they decide: rights, risks, costs, where to ask."),
        ("Информирование",
         "Что нужно знать до решения об отъезде: права, риски, расходы, где спросить."),
        ("آگاہی",
         "وہ باتیں جو ہجرت کا ارادہ رکھنے والوں کو فیصلے سے پہلے جاننی چاہییں: حقوق، خطرات، اخراجات، کہاں پوچھیں۔")),
    "skills-training": ("mortarboard",
        ("Skills and training",
         "Training for officials and for migrants; skills that are recognised internationally."),
        ("Навыки и обучение",
         "Обучение должностных лиц и мигрантов; навыки, признаваемые в других странах."),
        ("ہنر اور تربیت",
         "اہلکاروں اور مہاجرین کی تربیت؛ بین الاقوامی طور پر تسلیم شدہ ہنر۔")),
    "root-causes": ("tree",
        ("Root causes",
         "Unemployment, inequality and climate change, and what makes people leave."),
        ("Коренные причины",
         "Безработица, неравенство и изменение климата: что заставляет людей уезжать."),
        ("بنیادی وجوہات",
         "بے روزگاری، عدم مساوات، موسمیاتی تبدیلی، اور وہ اسباب جو لوگوں کو وطن چھوڑنے پر مجبور کرتے ہیں۔")),
    "research-policy": ("journal-text",
        ("Research and policy",
         "Evidence and its way into policy: studies, data, dialogue."),
        ("Исследования и политика",
         "Знания и их путь в политику: исследования, данные, диалог."),
        ("تحقیق اور پالیسی",
         "شواہد اور پالیسی تک ان کا راستہ: مطالعات، اعداد و شمار، مکالمہ۔")),
}  # fmt: skip
