"""The illustrative rest of the library: questions of migrants with answers, events, places in the other countries, a
collection, and how readers used and judged what is there."""

from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from coordination.models import Marking
from home.demonstration import times
from knowledge import services
from knowledge.models import Event, OpeningException, Question, Resource, ServiceKind


class Asked(NamedTuple):
    """A question by language: what is asked, the answer in short, the answer in full."""

    topic: str
    countries: tuple[str, ...]
    words: dict[str, tuple[str, str, str]]


QUESTIONS = [
    Asked("labour-mobility", ("PK",), {
        "en": ("What must stand in my contract before I leave?",
               "Who employs you, for what work, where, for how long, for which wage, and who pays for travel and lodging.",
               "<p>Read it in a language that you understand, and keep a copy with your family.</p><ul><li>name and address of "
               "the employer</li><li>work, place and hours</li><li>wage, and the day on which it is paid</li><li>lodging, "
               "insurance, leave</li><li>how it ends, and who pays for the way home</li></ul><p>A Migrant Resource Centre "
               "looks at it with you, free of charge.</p>"),
        "ru": ("Что должно быть в договоре до отъезда?",
               "Кто работодатель, какая работа, где, на какой срок, за какую плату и кто платит за дорогу и жильё.",
               "<p>Читайте договор на понятном вам языке и оставьте копию семье.</p>"),
        "ur": ("روانگی سے پہلے میرے معاہدے میں کیا لکھا ہونا چاہیے؟",
               "آجر کون ہے، کام کیا ہے، کہاں، کتنی مدت کے لیے، کس تنخواہ پر، اور سفر اور رہائش کا خرچ کون دے گا۔",
               "<p>معاہدہ اس زبان میں پڑھیں جو آپ سمجھتے ہیں، اور ایک نقل گھر والوں کے پاس رکھیں۔</p>"),
    }),
    Asked("awareness-raising", ("PK",), {
        "en": ("How do I find out whether an offer of work is real?",
               "Ask who offers it, under which licence, and what it costs; then have it checked before you pay anything.",
               "<p>Be careful where you are to pay at once, in cash, and without a receipt; where the passport is to be handed "
               "over; and where nobody can say who the employer is.</p>"),
        "ru": ("Как узнать, настоящее ли предложение работы?",
               "Спросите, кто предлагает, есть ли у него разрешение и сколько это стоит; проверьте до оплаты.", ""),
        "ur": ("مجھے کیسے پتا چلے کہ کام کی پیشکش اصلی ہے؟",
               "پوچھیں کہ پیشکش کون کر رہا ہے، کس لائسنس پر، اور خرچ کتنا ہے؛ کچھ بھی ادا کرنے سے پہلے جانچ کرائیں۔", ""),
    }),
    Asked("awareness-raising", (), {
        "en": ("Does the advice of a Migrant Resource Centre cost anything?",
               "No. Counselling is free of charge, and nobody there takes money for a visa or for work.", ""),
        "ru": ("Сколько стоит консультация в ресурсном центре?",
               "Нисколько. Консультации бесплатны; за визу или работу там денег не берут.", ""),
        "ur": ("کیا مائیگرنٹ ریسورس سینٹر کے مشورے کی فیس ہے؟",
               "نہیں۔ مشورہ مفت ہے، اور وہاں کوئی ویزے یا کام کے لیے پیسے نہیں لیتا۔", ""),
    }),
    Asked("counter-trafficking", (), {
        "en": ("Somebody has taken my passport. What can I do?",
               "Your passport is yours: nobody may keep it against your will. Tell your embassy, and somebody you trust.",
               "<p>Write down who has it and since when. Where you are in danger, call the emergency number of the country in "
               "which you are.</p>"),
        "ru": ("У меня забрали паспорт. Что делать?",
               "Паспорт ваш: никто не вправе удерживать его против вашей воли. Сообщите в посольство и близким.", ""),
        "ur": ("کسی نے میرا پاسپورٹ رکھ لیا ہے۔ میں کیا کروں؟",
               "پاسپورٹ آپ کا ہے: کوئی اسے آپ کی مرضی کے خلاف نہیں رکھ سکتا۔ اپنے سفارت خانے اور کسی بھروسے کے آدمی کو بتائیں۔", ""),
    }),
    Asked("return-reintegration", ("PK", "AF", "TJ"), {
        "en": ("I come back. Where do I begin?",
               "With your papers: they open the way to work, school and a bank. A centre goes through them with you.", ""),
        "ru": ("Я возвращаюсь. С чего начать?",
               "С документов: без них нет ни работы, ни школы, ни банка. В центре их посмотрят вместе с вами.", ""),
        "ur": ("میں واپس آ گیا ہوں۔ کہاں سے شروع کروں؟",
               "اپنے کاغذات سے: ان ہی سے کام، سکول اور بینک کا راستہ کھلتا ہے۔ سینٹر میں انہیں آپ کے ساتھ دیکھا جاتا ہے۔", ""),
    }),
    Asked("skills-training", ("PK", "UZ"), {
        "en": ("Is my certificate worth anything abroad?",
               "That depends on the trade and on the country: ask before you pay for a course.", ""),
    }),
]  # fmt: skip

# (city, country, latitude, longitude, time zone, languages, its name in Russian)
PLACES = [
    ("Душанбе", "TJ", 38.56, 68.78, "Asia/Dushanbe", ["tg", "ru"], "Консультационный пункт в Душанбе"),
    ("Ташкент", "UZ", 41.31, 69.28, "Asia/Tashkent", ["uz", "ru"], "Консультационный пункт в Ташкенте"),
    ("Бишкек", "KG", 42.87, 74.59, "Asia/Bishkek", ["ky", "ru"], "Консультационный пункт в Бишкеке"),
]

# The cities of the centres, to within some kilometres: the report names no street.
CENTRES_AT = {"Islamabad": (33.68, 73.05), "Lahore": (31.55, 74.34), "Peshawar": (34.01, 71.52)}
KINDS_OF_SERVICES = {
    "counselling of prospective migrants": ServiceKind.COUNSELLING,
    "counselling of returnees": ServiceKind.RETURN,
    "awareness sessions": ServiceKind.AWARENESS,
}

# (days from today, hour, title, place, summary)
EVENTS = [
    (6, 10, "Open day at the Migrant Resource Centre Islamabad", "Migrant Resource Centre Islamabad",
     "Counsellors answer questions on contracts, costs and papers. No appointment is needed."),
    (15, 14, "Session for those about to finish their training", "Lahore",
     "Forty minutes on work abroad, and an hour for questions."),
    (29, 9, "Mobile counselling day", "Peshawar", "Bring your contract or your offer: it is looked at with you."),
    (-20, 10, "Open day on papers for returnees", "Migrant Resource Centre Lahore", "Which papers come first, and where."),
]  # fmt: skip

HELPED = "The list of what must stand in a contract is what I needed."
MISSED = "Please add how long it takes."


def fill(cast: Any, add: Any) -> None:
    """`add` puts a page into the library and marks it."""
    asked = [_question(cast, add, one) for one in QUESTIONS]
    _places(cast, add)
    _events(cast, add)
    _collection(cast, asked)
    _readers(cast, asked)


def _question(cast: Any, add: Any, asked: Asked) -> Question:
    first = None
    for language, (title, short, full) in asked.words.items():
        page = Question(
            title=title, short_answer=short, body=full, language=language, illustrative=True, translation_of=first
        )
        page.topics = [cast.topics[asked.topic]]
        page.countries = [cast.countries[code] for code in asked.countries]
        page.review_on = times.day(120)
        # A translation is open by itself, and read by whoever reads the first.
        add(cast, "LIB", page, Marking.CLEAR if first is None else Marking.AMBER)
        first = first or page
    assert first is not None
    return first


def _places(cast: Any, add: Any) -> None:
    from knowledge.models import OpeningHours, Service, ServicePoint

    for city, country, latitude, longitude, zone, languages, title in PLACES:
        point = ServicePoint(
            title=title, city=city, country_id=country, latitude=latitude, longitude=longitude, time_zone=zone,
            languages=languages, language="ru", illustrative=True, accessibility="Вход без ступеней.",
            summary="Консультации бесплатны.",
        )  # fmt: skip
        point.services = [
            Service(kind=ServiceKind.COUNSELLING, text="Беседа перед выездом"),
            Service(kind=ServiceKind.DOCUMENTS, text="Помощь с документами"),
        ]
        point.opening_hours = [OpeningHours(weekday=day, opens=time(9), closes=time(17)) for day in range(5)]
        add(cast, "LIB", point, Marking.CLEAR)


def complete_centre(point: Any, city: str) -> None:
    """What the report does not say of a centre: where it lies, a day on which it is closed, how one gets in."""
    point.latitude, point.longitude = CENTRES_AT[city]
    for service in point.services.all():
        service.kind = KINDS_OF_SERVICES.get(service.text[0].lower() + service.text[1:], ServiceKind.OTHER)
    if point.opening_hours.count():
        holiday = times.day(12)
        point.exceptions = [OpeningException(first_day=holiday, last_day=holiday, reason="Public holiday")]
        point.accessibility = "Ground floor, no steps. A room for families with children."


def _events(cast: Any, add: Any) -> None:
    for days, hour, title, place, summary in EVENTS:
        starts_at = datetime.combine(times.day(days), time(hour), ZoneInfo("Asia/Karachi"))
        event = Event(
            title=title, place=place, summary=summary, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3),
            time_zone="Asia/Karachi", illustrative=True,
        )  # fmt: skip
        event.topics = [cast.topics["awareness-raising"]]
        event.countries = [cast.countries["PK"]]
        add(cast, "LIB", event, Marking.CLEAR)


def _collection(cast: Any, asked: list[Question]) -> None:
    """What counsellors of the centres look up, put together in the library's space."""
    chair = cast.users["chair"]
    shared = services.make_list(
        chair,
        title="For counsellors: the first conversation",
        description="What to have at hand before somebody sits down at the table.",
        space=cast.spaces["LIB"],
    )
    services.keep(chair, shared, asked[0], note="Go through the list together, line by line.")
    services.keep(chair, shared, asked[1])
    for title in ("Before you go: ten questions", "Online recruitment: how offers are checked"):
        services.keep(chair, shared, Resource.objects.get(title=title))


def _readers(cast: Any, asked: list[Question]) -> None:
    """That pages have been read and judged; and one that its owner should look through."""
    for number, page in enumerate([*asked, *Resource.objects.filter(space=cast.spaces["LIB"])[:6]]):
        for _reader in range(9 - number % 7):
            services.count_use(page)
    services.judge(cast.users["partner"], asked[0], is_helpful=True, text=HELPED)
    services.judge(cast.users["eu"], asked[0], is_helpful=True)
    services.judge(cast.users["partner"], asked[5], is_helpful=False, text=MISSED)
    Question.objects.filter(pk=asked[5].pk).update(review_on=times.day(-10))
