"""Maps of points, drawn here: no server is asked. Outlines of countries come with a package at set-up (world-atlas,
made of Natural Earth); without it the points stand on a plain ground, as far from each other as they are."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
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
SMALLEST_STEP = 1.2

Degrees = tuple[float, float]


@dataclass(frozen=True)
class Outline:
    name: str
    # Closed lines of longitude and latitude.
    rings: list[list[Degrees]]


@dataclass
class Mark:
    x: float
    y: float
    points: list[Any] = field(default_factory=list)

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


class Frame:
    """The part of the world that is shown, and where in the drawing each of its places stands."""

    def __init__(self, places: Sequence[Degrees]) -> None:
        longitudes, latitudes = [one[0] for one in places], [one[1] for one in places]
        middle = (min(latitudes) + max(latitudes)) / 2
        self._narrowing = max(0.1, cos(radians(middle)))
        wide = (max(longitudes) - min(longitudes) + 2 * MARGIN_DEGREES) * self._narrowing
        high = max(latitudes) - min(latitudes) + 2 * MARGIN_DEGREES
        self._scale = min(WIDTH / wide, HEIGHT / high)
        self._centre = (min(longitudes) + max(longitudes)) / 2, middle

    def at(self, place: Degrees) -> Degrees:
        x = WIDTH / 2 + (place[0] - self._centre[0]) * self._narrowing * self._scale
        y = HEIGHT / 2 - (place[1] - self._centre[1]) * self._scale
        return round(x, 1), round(y, 1)


def draw(points: Iterable[Any], ours: dict[str, str]) -> Drawing | None:
    """A map of `points` (each with `longitude` and `latitude`), or None where there is none to be shown.

    `ours` are the countries that stand out, by their names in English, with what they are called on the map.
    """
    placed = [point for point in points if point.has_place]
    if not placed:
        return None
    frame = Frame([(point.longitude, point.latitude) for point in placed])
    lands, labels = [], []
    for outline in outlines():
        lines = [line for ring in outline.rings if (line := _line(ring, frame))]
        if lines:
            lands.append(Land(" ".join(map(_path, lines)), outline.name in ours))
            if outline.name in ours and (label := _label(lines)):
                labels.append((*label, ours[outline.name]))
    return Drawing(_marks(placed, frame), lands, labels)


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
        x, y = frame.at(place)
        if not kept or hypot(x - kept[-1][0], y - kept[-1][1]) >= SMALLEST_STEP:
            kept.append((x, y))
    across, down = [x for x, _y in kept], [y for _x, y in kept]
    is_seen = max(across) > 0 and min(across) < WIDTH and max(down) > 0 and min(down) < HEIGHT
    return kept if is_seen and len(kept) > 2 else []


def _path(line: list[Degrees]) -> str:
    return f"M{' '.join(f'{x:g},{y:g}' for x, y in line)}Z"


def _label(lines: list[list[Degrees]]) -> Degrees | None:
    """The middle of what is in sight of a country; none where that is too little for its name."""
    line = max(lines, key=len)
    across = [min(max(x, 0), WIDTH) for x, _y in line]
    down = [min(max(y, 0), HEIGHT) for _x, y in line]
    if max(across) - min(across) < WIDTH / 8 or max(down) - min(down) < HEIGHT / 8:
        return None
    return round((min(across) + max(across)) / 2, 1), round((min(down) + max(down)) / 2, 1)


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


def _rings(geometry: dict[str, Any], arcs: list[list[Degrees]]) -> Iterator[list[Degrees]]:
    """The outer lines of a country; a negative number is an arc that is walked backwards."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        ring: list[Degrees] = []
        for number in polygon[0]:
            line = arcs[number] if number >= 0 else arcs[~number][::-1]
            ring += line[1:] if ring else line
        yield ring
