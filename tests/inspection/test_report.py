import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.inspection import report
from scuff.inspection.pipeline import Inspector
from scuff.inspection.report import render_report, report_entry

WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;.png"


class Page(HTMLParser):
    """The elements of a page, and its texts by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.elements[-1][0] if self.elements else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def zooms(self) -> list[dict[str, object] | None]:
        content: list[dict[str, object] | None] = json.loads(next(text for tag, text in self.texts if tag == "script"))
        return content


@pytest.fixture
def page_of(inspector: Inspector) -> Callable[..., str]:
    """A function that inspects pictures, under given names, and renders the page."""

    def render(**paths: Path) -> str:
        inspected = [inspector.inspect(path, file=name, frame=name) for name, path in paths.items()]
        return render_report([report_entry(each, each.result) for each in inspected], inspector.bundle.manifest)

    return render


def test_page_needs_nothing_else(page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels) -> None:
    html = page_of(plate=write_picture_file("plate.png", plate))
    page = Page(html)
    loaded = [
        attributes[name] for _, attributes in page.elements for name in ("src", "href", "srcset") if name in attributes
    ]
    assert loaded
    assert all(address.startswith("data:image/jpeg;base64,") for address in loaded)
    assert not re.search(r"https?://|url\(|@import", html)
    assert page.all("link") == []
    policy = next(meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    assert "default-src 'none'" in policy


def test_names_are_inert(inspector: Inspector, write_picture_file: WritePicture, plate: Pixels) -> None:
    good = inspector.inspect(write_picture_file("a.png", plate), file=NASTY, frame=NASTY)
    bad = inspector.inspect(Path("gone.png"), file=NASTY, frame=NASTY)
    bad_result = bad.result.model_copy(update={"error": NASTY, "part": NASTY})
    manifest = inspector.bundle.manifest.model_copy(update={"product": NASTY, "threshold_source": NASTY})
    html = render_report([report_entry(good, good.result), report_entry(bad, bad_result)], manifest)
    page = Page(html)
    assert len(page.all("script")) == 2
    assert all("onerror" not in attributes for _, attributes in page.elements)
    assert [body["data-file"] for body in page.all("tbody") if "data-file" in body] == [NASTY, NASTY]
    assert NASTY not in html


def test_viewer_gets_picture_outlines_and_boxes(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels
) -> None:
    (zoom,) = Page(page_of(plate=write_picture_file("plate.png", plate))).zooms
    assert zoom is not None
    assert (zoom["width"], zoom["height"]) == (60, 40)
    assert zoom["boxes"] == [
        {"number": 1, "xyxy": [5, 10, 25, 11], "top_x": 5},
        {"number": 2, "xyxy": [50, 30, 53, 33], "top_x": 50},
    ]
    outlines = zoom["outlines"]
    assert isinstance(outlines, list)
    assert [outline["colour"] for outline in outlines] == ["#ff0000", "#004aff"]
    assert all(re.fullmatch(r"M[\d., ]+Z", outline["path"]) for outline in outlines)


def test_large_pictures_are_shrunk(page_of: Callable[..., str], write_picture_file: WritePicture) -> None:
    path = write_picture_file("wide.png", np.full((20, 3200, 3), 128, np.uint8))
    (zoom,) = Page(page_of(wide=path)).zooms
    assert zoom is not None
    assert (zoom["width"], zoom["height"]) == (1600, 10)


def test_what_was_not_inspected_comes_first_with_its_reason(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels
) -> None:
    html = page_of(
        a=write_picture_file("sound.png", plate[:5]),
        b=write_picture_file("plate.png", plate),
        c=Path("gone.png"),
    )
    page = Page(html)
    bodies = [body for body in page.all("tbody") if "data-file" in body]
    assert [body["data-outcome"] for body in bodies] == ["not-inspected", "fail", "pass"]
    assert ("span", "there is no such file") in page.texts
    assert page.zooms[0] is None
    assert [zoom is not None for zoom in page.zooms[1:]] == [True, True]


def test_page_can_be_used_without_a_mouse(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels
) -> None:
    page = Page(page_of(plate=write_picture_file("plate.png", plate)))
    heads = [head for head in page.all("th") if "data-key" in head]
    assert [head["aria-sort"] for head in heads] == ["none", "ascending", "none", "none", "none", "none"]
    assert all("alt" in image for image in page.all("img"))
    assert all(button.get("type") == "button" for button in page.all("button"))


def test_long_lists_are_cut_and_say_so(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_DEFECTS", 1)
    html = page_of(plate=write_picture_file("plate.png", plate))
    assert "The 1 largest of 2 defects; all are in plate.json." in html
    assert [row["data-number"] for row in Page(html).all("tr") if "data-number" in row] == ["1"]
