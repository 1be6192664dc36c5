"""results.svg: how long each system takes, as a multiple of dnnrun's time."""
import math
from xml.sax.saxutils import escape

import acceptance

OURS = acceptance.OURS
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 760, 210, 60, 15, 20, 40
COLOURS = {OURS: "#1b6ca8"}
OTHER = "#b8b8b8"
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
LEAST = 0.4


def groups(results):
    """(title, [(system, ratio)]) of every part that has a time of ours."""
    for part in results.parts():
        ours = results.best(part, OURS)
        if ours is None or part in ("memory", "first-step", "burner"):
            continue
        rows = [(name, results.best(part, name) / ours)
                for name in results.systems(part)]
        if len(rows) > 1:
            yield results.raw["titles"][part][0], rows


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(words)}</text>'


def bar(name, value, y, place):
    end = place(value)
    colour = COLOURS.get(name, OTHER)
    return [text(LEFT - 8, y + BAR - 4, name, ' text-anchor="end"'),
            f'<rect x="{LEFT}" y="{y + 1}" width="{max(end - LEFT, 1):.1f}" '
            f'height="{BAR - 2}" fill="{colour}"/>',
            text(end + 4, y + BAR - 4, f"{value:.2f}")]


def draw(results):
    found = list(groups(results))
    most = max((value for _, rows in found for _, value in rows), default=2)
    scale = (WIDTH - LEFT - RIGHT) / math.log(most / LEAST)

    def place(value):
        return LEFT + scale * math.log(max(value, LEAST) / LEAST)

    lines, y = [], TOP
    for title, rows in found:
        lines.append(text(LEFT, y + 12, title, ' font-weight="bold"'))
        y += 18
        for name, value in rows:
            lines += bar(name, value, y, place)
            y += BAR
        y += GAP
    grid = []
    for tick in TICKS:
        if LEAST < tick <= most:
            grid += [f'<line x1="{place(tick):.1f}" y1="{TOP - 12}" '
                     f'x2="{place(tick):.1f}" y2="{y - GAP}" '
                     'stroke="#dddddd"/>',
                     text(place(tick), TOP - 18, f"{tick:g}",
                          ' text-anchor="middle"')]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{y}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        text(8, TOP - 18, "time as a multiple of dnnrun's"),
        *grid, *lines, "</svg>"]) + "\n"
