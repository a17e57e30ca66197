"""One self-contained HTML page: words, tables, and pictures as SVG within it."""

from __future__ import annotations

import io
from html import escape

from ._letters import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

#: Pixels a point: in smaller pictures letters could not be read, in larger ones they would shout.
_LEAST, _MOST = 1.1, 1.45

#: Rows of a table that are shown.
_ROWS = 30
#: No script, no font, no picture from elsewhere: the browser itself refuses them.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #57606a; --line: #d8dee4;
  --paper: #ffffff; --card: #f6f8fa; --accent: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #9aa4af; --line: #30363d;
  --paper: #0d1117; --card: #161b22; --accent: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.5rem 0 0.25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.25rem; }
p { margin: 0.4rem 0; max-width: 48rem; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); font-size: 0.9rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.4rem, 1fr));
  gap: 0.6rem; margin: 1.2rem 0; padding: 0; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 0.6rem 0.7rem; }
.figures dt { color: var(--quiet); font-size: 0.85rem; }
.figures dd { margin: 0; font-size: 1.4rem; font-weight: 600; }
.figures dd small { display: block; font-size: 0.8rem; font-weight: 400; color: var(--quiet); }
figure { margin: 0.8rem 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
.picture { background: #ffffff; color-scheme: light; padding: 0.4rem; }
.picture svg { display: block; width: 100%; height: auto; }
.picture text { white-space: pre; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.7rem; text-align: right; white-space: nowrap;
  border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child, .text { text-align: left; }
td.text, tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 7rem; }
tbody th { font-weight: 500; }
details { margin: 0.6rem 0; }
summary { cursor: pointer; color: var(--accent); margin-bottom: 0.4rem; }
dl.terms { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr;
  gap: 0.25rem 1rem; margin: 0.6rem 0; font-size: 0.9rem; }
dl.terms dt { color: var(--quiet); }
dl.terms dd { margin: 0; overflow-wrap: anywhere; }
@media print { .scroll { overflow: visible; } details > * { display: block; } }
""".strip()


class Page:
    """An HTML page that grows from top to bottom; every text given to it is escaped."""

    def __init__(self, title: str, about: str) -> None:
        self._title = title
        self._parts = [f"<header><h1>{escape(title)}</h1><p>{escape(about)}</p></header>"]
        self._pictures = 0

    def figures(self, figures: Iterable[tuple[str, str, str]]) -> None:
        """The main figures: name, figure, and what it is sure to be."""
        cards = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}"
            + (f"<small>{escape(note)}</small>" if note else "")
            + "</dd></div>"
            for name, figure, note in figures
        )
        self._parts.append(f'<dl class="figures">{cards}</dl>')

    def section(self, heading: str, about: str) -> None:
        """Begins a section."""
        self._parts.append(f"<h2>{escape(heading)}</h2><p>{escape(about)}</p>")

    def note(self, text: str) -> None:
        """A sentence in small letters."""
        self._parts.append(f'<p class="quiet">{escape(text)}</p>')

    def picture(self, figure: Any, title: str, description: str) -> None:
        """A figure of matplotlib, which is closed; ``description`` is for whoever cannot see it."""
        self._pictures += 1
        svg = _svg(figure, f"p{self._pictures}", title, description)
        self._parts.append(
            f'<figure><div class="scroll picture" tabindex="0" role="region" '
            f'aria-label="{escape(title)}">{svg}</div></figure>'
        )

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        caption: str,
        *,
        most: int = _ROWS,
        folded: bool = False,
    ) -> None:
        """A table whose first column names the rows; columns called ``=name`` are texts.

        Of more rows than ``most`` only the number is told.
        """
        texts = [head.startswith("=") for head in heads]
        head = "".join(
            f'<th scope="col"{_class(text)}>{escape(name.removeprefix("="))}</th>'
            for name, text in zip(heads, texts, strict=True)
        )
        body = "".join(_row(row, texts) for row in rows[:most])
        table = (
            f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        if len(rows) > most:
            table += f'<p class="quiet">The first {most:,} of {len(rows):,} rows.</p>'
        if folded:
            table = f"<details><summary>{escape(caption)}</summary>{table}</details>"
        self._parts.append(table)

    def terms(self, terms: Iterable[tuple[str, str]]) -> None:
        """Names and what they mean."""
        pairs = (f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" for name, meaning in terms)
        self._parts.append(f'<dl class="terms">{"".join(pairs)}</dl>')

    def html(self) -> str:
        """The whole page."""
        body = "\n".join(self._parts)
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self._title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n"
            f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
        )


def _class(text):
    return ' class="text"' if text else ""


def _row(cells, texts):
    first, *rest = cells
    others = "".join(
        f"<td{_class(text)}>{escape(cell)}</td>" for cell, text in zip(rest, texts[1:], strict=True)
    )
    return f'<tr><th scope="row">{escape(first)}</th>{others}</tr>'


def _svg(figure, prefix, title, description):
    """The figure as an SVG element with names of its own, title and description."""
    from matplotlib import pyplot

    file = io.StringIO()
    # Letters stay letters, and the same picture gets the same names of its parts.
    with settings({"svg.fonttype": "none", "svg.hashsalt": "cxm"}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    return _embedded(file.getvalue(), prefix, title, description)


def _embedded(text, prefix, title, description):
    # The text comes from matplotlib, so that nothing in it can be meant to harm the parser.
    from xml.dom import minidom

    document = minidom.parseString(text)
    root = document.documentElement
    for name in ("metadata", "style"):
        for element in list(root.getElementsByTagName(name)):
            element.parentNode.removeChild(element)
    for element in root.getElementsByTagName("*"):
        for name, value in list(element.attributes.items()):
            if name == "id":
                element.setAttribute("id", f"{prefix}-{value}")
            elif name == "xlink:href" and value.startswith("#"):
                element.removeAttribute(name)
                element.setAttribute("href", f"#{prefix}-{value[1:]}")
            elif "url(#" in value:
                element.setAttribute(name, value.replace("url(#", f"url(#{prefix}-"))
    width = float(root.getAttribute("viewBox").split()[2])
    for name in ("width", "height", "version", "xmlns:xlink"):
        root.removeAttribute(name)
    root.setAttribute("role", "img")
    root.setAttribute("aria-labelledby", f"{prefix}-title {prefix}-text")
    sizes = f"min-width: {_LEAST * width:.0f}px; max-width: {_MOST * width:.0f}px"
    root.setAttribute("style", f"{sizes}; stroke-linejoin: round")
    for name, words in (("desc", description), ("title", title)):
        element = document.createElement(name)
        element.setAttribute("id", f"{prefix}-{'text' if name == 'desc' else 'title'}")
        element.appendChild(document.createTextNode(words))
        root.insertBefore(element, root.firstChild)
    return root.toxml()
