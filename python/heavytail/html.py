"""A table or comparison in, the HTML that a notebook shows out: verdict, alpha histogram, a coloured table."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heavytail.comparison import Comparison
    from heavytail.details import Details

__all__ = ["comparison_html", "details_html"]

# Text and background that keep a contrast of 4.5:1 on light and dark pages alike.
_COLOURS = {
    "well-trained": "background:#d9f2d9;color:#123d12",
    "under-trained": "background:#fbd5d5;color:#6b1010",
    "over-trained": "background:#fdeec2;color:#5c4400",
    "no fit": "background:#e4e4e4;color:#3a3a3a",
}
_SERIES = ("#c8302c", "#2c8a3d", "#2f62c4", "#8a4fb0", "#b07a00")
_SHOWN = ("layer_id", "longname", "layer_type", "N", "M", "alpha", "xmin", "D", "num_pl_spikes", "log_spectral_norm")

# Of a table without fits, what says nothing that the others don't.
_LEFT_OUT = ("name", "Q", "has_esd", "num_evals", "rf")

# A page with more rows than this is slow to scroll.
_MOST_ROWS = 200

_WIDTH, _HEIGHT, _FOOT = 480, 140, 20
_LOW, _HIGH, _BINS = 1.0, 12.0, 44


def details_html(details: Details) -> str:
    """Verdict, histogram of the alphas, and the table with each layer's state; without fits the table alone."""
    title = f"<b>{escape(details.label)}</b>"
    if details.has_fits:
        alphas = _histogram([(details.label, _alphas(details))])
        parts = [f"<p>{title}: {escape(details.verdict.sentence)}</p>", alphas, _fits(details)]
    else:
        shown = [name for name in details.columns if name not in _LEFT_OUT]
        rows = [[f"<td>{escape(_cell(row[name]))}</td>" for name in shown] for row in list(details)[:_MOST_ROWS]]
        parts = [f"<p>{title}</p>", _table(shown, rows, len(details))]
    if details.coverage:
        parts.append(f"<p>{len(details.coverage)} tensors or layers have no row: see <code>.coverage</code>.</p>")
    return f'<div class="heavytail">{"".join(parts)}</div>'


def comparison_html(comparison: Comparison) -> str:
    """What each pair shows, and the alphas of all models over each other."""
    sentences = "".join(f"<p>{escape(pair.sentence)}</p>" for pair in comparison.pairs)
    series = [(label, _alphas(table)) for label, table in zip(comparison.labels, comparison.details, strict=True)]
    return f'<div class="heavytail">{sentences}{_histogram(series)}</div>'


def _alphas(details: Details) -> list[float]:
    pairs = zip(details.column("status"), details.column("alpha"), strict=True)
    return [alpha for status, alpha in pairs if status == "success" and alpha is not None]


def _histogram(series: list[tuple[str, list[float]]]) -> str:
    """The alphas as an SVG: the band from 2 to 6 shaded, what lies beyond an end counted in the last bar."""
    step = (_HIGH - _LOW) / _BINS
    counts = [[0] * _BINS for _ in series]
    for (_, alphas), bars in zip(series, counts, strict=True):
        for alpha in alphas:
            bars[min(_BINS - 1, max(0, int((alpha - _LOW) / step)))] += 1
    tallest = max((max(bars) for bars in counts), default=0) or 1
    bar = _WIDTH / _BINS
    shapes = [f'<rect x="{_x(2):.1f}" y="0" width="{_x(6) - _x(2):.1f}" height="{_HEIGHT}" fill="#8884" />']
    for number, bars in enumerate(counts):
        colour = _SERIES[number % len(_SERIES)]
        for position, count in enumerate(bars):
            height = _HEIGHT * count / tallest
            if count:
                shapes.append(
                    f'<rect x="{position * bar:.1f}" y="{_HEIGHT - height:.1f}" width="{bar - 1:.1f}" '
                    f'height="{height:.1f}" fill="{colour}" fill-opacity="0.6"><title>{count}</title></rect>'
                )
    for mark in (2, 4, 6, 8, 10):
        shapes.append(
            f'<text x="{_x(mark):.1f}" y="{_HEIGHT + 14}" text-anchor="middle" font-size="11" '
            f'fill="currentColor">{mark}</text>'
        )
    legend = " ".join(
        f'<span style="color:{_SERIES[number % len(_SERIES)]}">■</span> {escape(label)}'
        for number, (label, _) in enumerate(series)
    )
    return (
        f'<svg role="img" aria-label="histogram of alpha" width="{_WIDTH}" height="{_HEIGHT + _FOOT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}">{"".join(shapes)}</svg><p>alpha by layer: {legend}</p>'
    )


def _x(alpha: float) -> float:
    return _WIDTH * (alpha - _LOW) / (_HIGH - _LOW)


def _fits(details: Details) -> str:
    shown = [name for name in _SHOWN if name in details.columns]
    rows = []
    for row in list(details)[:_MOST_ROWS]:
        state = row["verdict"] or "no fit"
        title = escape(row["reason"] or "", quote=True)
        last = f'<td style="{_COLOURS.get(state, "")}" title="{title}">{escape(state)}</td>'
        rows.append([*(f"<td>{escape(_cell(row[name]))}</td>" for name in shown), last])
    return _table([*shown, "state"], rows, len(details))


def _table(names: list[str], rows: list[list[str]], count: int) -> str:
    """Rows of cells under these names, the first of so many."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    more = count - len(rows)
    note = f"<p>and {more} more rows</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
