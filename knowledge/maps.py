"""Maps of points, drawn here: no server is asked. Outlines of countries come with a package at set-up (world-atlas,
made of Natural Earth); without it the points stand on a plain ground, as far from each other as they are."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import cos, hypot, radians
from typing import Any

from django.conf import settings

OUTLINES = "world-atlas/countries-50m.json"
WIDTH, HEIGHT = 800, 460
# Around the points stays that much of a degree free, so that one sees where it is.
MARGIN_DEGREES = 2.5
# Points that would stand on each other are one mark, which says how many they are.
ONE_MARK = 26
# Steps of an outline smaller than this are not seen.
SMALLEST_STEP = 2.5
OUT_OF_SIGHT = 60
# A country of which less is in sight, in twice the square units, bears no name.
SMALLEST_NAMED_AREA = 30_000
# Where the name of a mark stands, and about how much room it takes.
ABOVE, BELOW, LINE, UNITS_OF_A_LETTER, LONGEST_NAME = -20, 38, 26, 12, 24
# Drawn outlines of so many parts of the world are kept: they are the same for everybody.
FRAMES_KEPT = 32

Degrees = tuple[float, float]


@dataclass(frozen=True)
class Ring:
    """A closed line of longitude and latitude, and between which of both it lies."""

    places: list[Degrees]
    west: float
    east: float
    south: float
    north: float


@dataclass(frozen=True)
class Outline:
    name: str
    rings: list[Ring]


@dataclass
class Mark:
    x: float
    y: float
    points: list[Any] = field(default_factory=list)
    name_y: float = 0

    @property
    def name(self) -> str:
        first = self.points[0]
        return (getattr(first, "city", "") or first.title)[:LONGEST_NAME]

    @property
    def number(self) -> int:
        return len(self.points)


@dataclass(frozen=True)
class Land:
    path: str
    is_ours: bool


@dataclass(frozen=True)
class Drawing:
    """What the template draws, in units of `width` by `height`."""

    marks: list[Mark]
    lands: list[Land]
    labels: list[tuple[float, float, str]]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Frame:
    """The part of the world that is shown, and where in the drawing each of its places stands."""

    west: float
    east: float
    south: float
    north: float

    @classmethod
    def around(cls, places: Sequence[Degrees]) -> "Frame":
        longitudes, latitudes = [one[0] for one in places], [one[1] for one in places]
        return cls(min(longitudes), max(longitudes), min(latitudes), max(latitudes))

    @property
    def centre(self) -> Degrees:
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @cached_property
    def scales(self) -> Degrees:
        """Units to a degree, across and down; the further from the equator, the closer the meridians."""
        narrowing = max(0.1, cos(radians(self.centre[1])))
        wide = (self.east - self.west + 2 * MARGIN_DEGREES) * narrowing
        high = self.north - self.south + 2 * MARGIN_DEGREES
        scale = min(WIDTH / wide, HEIGHT / high)
        return scale * narrowing, scale

    def at(self, place: Degrees) -> Degrees:
        x = WIDTH / 2 + (place[0] - self.centre[0]) * self.scales[0]
        y = HEIGHT / 2 - (place[1] - self.centre[1]) * self.scales[1]
        return round(x, 1), round(y, 1)

    def holds_some_of(self, ring: Ring) -> bool:
        across, down = WIDTH / 2 / self.scales[0], HEIGHT / 2 / self.scales[1]
        longitude, latitude = self.centre
        return (
            ring.east > longitude - across
            and ring.west < longitude + across
            and ring.north > latitude - down
            and ring.south < latitude + down
        )


def draw(points: Iterable[Any], ours: dict[str, str]) -> Drawing | None:
    """A map of `points` (each with `longitude` and `latitude`), or None where there is none to be shown.

    `ours` are the countries that stand out, by their names in English, with what they are called on the map.
    """
    placed = [point for point in points if point.has_place]
    if not placed:
        return None
    frame = Frame.around([(point.longitude, point.latitude) for point in placed])
    marks = _marks(placed, frame)
    _name_marks(marks)
    lands, labels = [], []
    for name, lines, path in _in_sight(frame):
        lands.append(Land(path, name in ours))
        if name in ours and (label := _label(lines, marks)):
            labels.append((*label, ours[name]))
    return Drawing(marks, lands, labels)


@lru_cache(maxsize=FRAMES_KEPT)
def _in_sight(frame: "Frame") -> list[tuple[str, list[list[Degrees]], str]]:
    """The countries in a part of the world, each with its lines and with these as the path that is drawn."""
    found = []
    for outline in outlines():
        lines = [line for ring in outline.rings if frame.holds_some_of(ring) and (line := _line(ring.places, frame))]
        if lines:
            found.append((outline.name, lines, " ".join(map(_path, lines))))
    return found


def _marks(points: Iterable[Any], frame: Frame) -> list[Mark]:
    marks: list[Mark] = []
    for point in points:
        x, y = frame.at((point.longitude, point.latitude))
        near = next((one for one in marks if hypot(one.x - x, one.y - y) < ONE_MARK), None)
        if near is None:
            marks.append(near := Mark(x, y))
        near.points.append(point)
    return marks


def _line(ring: list[Degrees], frame: Frame) -> list[Degrees]:
    """A ring in the drawing, without steps that nobody sees; nothing where none of it is in sight."""
    kept: list[Degrees] = []
    for place in ring:
        x, y = _near_by(frame.at(place))
        if not kept or hypot(x - kept[-1][0], y - kept[-1][1]) >= SMALLEST_STEP:
            kept.append((x, y))
    across, down = [x for x, _y in kept], [y for _x, y in kept]
    is_seen = max(across) > 0 and min(across) < WIDTH and max(down) > 0 and min(down) < HEIGHT
    return kept if is_seen and len(kept) > 2 else []


def _near_by(place: Degrees) -> Degrees:
    """What lies far out of sight is drawn just out of sight: a large neighbour is a few lines, in whole units."""
    x, y = place
    return float(round(min(max(x, -OUT_OF_SIGHT), WIDTH + OUT_OF_SIGHT))), float(
        round(min(max(y, -OUT_OF_SIGHT), HEIGHT + OUT_OF_SIGHT))
    )


def _path(line: list[Degrees]) -> str:
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in line)}Z"


def _label(lines: list[list[Degrees]], marks: list[Mark]) -> Degrees | None:
    """The middle of what is in sight of a country; none where that is too little for its name, or a mark is there."""
    line = [(min(max(x, 0), WIDTH), min(max(y, 0), HEIGHT)) for x, y in max(lines, key=len)]
    twice_the_area = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(line, [*line[1:], line[0]], strict=True):
        part = x0 * y1 - x1 * y0
        twice_the_area, x, y = twice_the_area + part, x + (x0 + x1) * part, y + (y0 + y1) * part
    if abs(twice_the_area) < SMALLEST_NAMED_AREA:
        return None
    x, y = round(x / (3 * twice_the_area), 1), round(y / (3 * twice_the_area), 1)
    is_taken = any(abs(one.x - x) < 90 and -45 < y - one.y < 60 for one in marks)
    return None if is_taken else (x, y)


def _name_marks(marks: list[Mark]) -> None:
    """Above each mark its name, or below it where a name is above already."""
    taken: list[tuple[float, float, float]] = []
    for mark in sorted(marks, key=lambda one: one.y):
        width = len(mark.name) * UNITS_OF_A_LETTER
        for place in (ABOVE, BELOW):
            y = mark.y + place
            if not any(abs(one[0] - mark.x) < (one[2] + width) / 2 and abs(one[1] - y) < LINE for one in taken):
                break
        mark.name_y = round(y, 1)
        taken.append((mark.x, y, width))


# --- outlines (TopoJSON) -------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def outlines() -> tuple[Outline, ...]:
    """The countries of the world. None where the package is not there."""
    try:
        topology = json.loads((settings.NODE_MODULES / OUTLINES).read_text())
    except OSError:
        return ()
    arcs = [list(_unfolded(arc, topology["transform"])) for arc in topology["arcs"]]
    return tuple(
        Outline(one["properties"]["name"], list(_rings(one, arcs)))
        for one in topology["objects"]["countries"]["geometries"]
        if one.get("arcs")
    )


def _unfolded(arc: Collection[list[int]], transform: dict[str, list[float]]) -> Iterator[Degrees]:
    """Each place of an arc is kept as its distance from the one before, in whole steps."""
    x = y = 0
    for step in arc:
        x, y = x + step[0], y + step[1]
        yield (
            x * transform["scale"][0] + transform["translate"][0],
            y * transform["scale"][1] + transform["translate"][1],
        )


def _rings(geometry: dict[str, Any], arcs: list[list[Degrees]]) -> Iterator[Ring]:
    """The outer lines of a country; a negative number is an arc that is walked backwards."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        ring: list[Degrees] = []
        for number in polygon[0]:
            line = arcs[number] if number >= 0 else arcs[~number][::-1]
            ring += line[1:] if ring else line
        across, down = [place[0] for place in ring], [place[1] for place in ring]
        yield Ring(ring, min(across), max(across), min(down), max(down))
