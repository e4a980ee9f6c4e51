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

# slug: name, in Russian, in Urdu, icon, what it is about
TOPICS = {
    "labour-mobility": ("Labour mobility", "Трудовая мобильность", "مزدوروں کی نقل و حرکت", "briefcase",
        "Safe and legal ways to work abroad, skills recognised on both sides, more destination countries."),
    "border-management": ("Border management", "Управление границами", "سرحدی انتظام", "signpost-split",
        "Borders that are quick for travellers and hard for smugglers: procedures, training, technology."),
    "counter-trafficking": ("Counter-trafficking and smuggling", "Противодействие торговле людьми",
        "انسانی سمگلنگ کی روک تھام", "shield-check",
        "Protecting people from trafficking, smuggling and exploitation, and bringing those behind it to court."),
    "return-reintegration": ("Return and reintegration", "Возвращение и реинтеграция", "واپسی اور بحالی", "house-heart",
        "Returning in dignity, and finding a place again: counselling, documents, work."),
    "awareness-raising": ("Awareness raising", "Информирование", "آگاہی", "megaphone",
        "What prospective migrants need to know before they decide: rights, risks, costs, where to ask."),
    "skills-training": ("Skills and training", "Навыки и обучение", "ہنر اور تربیت", "mortarboard",
        "Training for officials and for migrants; skills that are recognised internationally."),
    "root-causes": ("Root causes", "Коренные причины", "بنیادی وجوہات", "tree",
        "Unemployment, inequality and climate change, and what makes people leave."),
    "research-policy": ("Research and policy", "Исследования и политика", "تحقیق اور پالیسی", "journal-text",
        "Evidence and its way into policy: studies, data, dialogue."),
}  # fmt: skip
