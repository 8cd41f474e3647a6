import io
import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scuff.core.recipe import Recipe
from scuff.core.verdict import Outcome, Verdict
from scuff.inspection import entry
from scuff.inspection.entry import Entry, report_entry
from scuff.inspection.pipeline import Inspected, Inspector
from scuff.inspection.report import Facts, write_report
from scuff.inspection.result import Result

WritePicture = Callable[..., Path]
Pixels = NDArray[np.uint8]
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;.png"


class Page(HTMLParser):
    """The elements of a page, and its texts by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.zooms: list[dict[str, object] | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.elements[-1] if self.elements else ("", {})
        self.texts.append((tag, data))
        if attributes.get("class") == "zoom" and data.strip():
            self.zooms.append(json.loads(data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def entry_of(inspected: Inspected) -> Entry:
    return report_entry(inspected.result, verdict_on(inspected.result), inspected.view)


def verdict_on(result: Result) -> Verdict:
    """A verdict, without rules: what was not inspected, what has defects, and what has none."""
    outcome = Outcome.NOT_INSPECTED if result.error else Outcome.FAIL if result.defects else Outcome.PASS
    return Verdict(outcome=outcome, rule="as told")


def page(inspector: Inspector, entries: list[Entry], **changes: object) -> str:
    """Render the page of some entries, which are all of the run."""
    result = entries[0].result
    counts = Counter(each.verdict.outcome for each in entries)
    manifest = inspector.bundle.manifest.model_copy(update=changes)
    file = io.StringIO()
    write_report(file, entries, Facts(manifest, result.bundle, result.settings, Recipe(), counts, counts))
    return file.getvalue()


@pytest.fixture
def page_of(inspector: Inspector) -> Callable[..., str]:
    """A function that inspects pictures, under given names, and renders the page."""

    def render(**paths: Path) -> str:
        return page(inspector, [entry_of(inspector.inspect(path, name, name)) for name, path in paths.items()])

    return render


def test_page_needs_nothing_else(page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels) -> None:
    html = page_of(plate=write_picture_file("plate.png", plate))
    read = Page(html)
    loaded = [
        attributes[name] for _, attributes in read.elements for name in ("src", "href", "srcset") if name in attributes
    ]
    assert loaded
    assert all(address.startswith("data:image/jpeg;base64,") for address in loaded)
    assert not re.search(r"https?://|url\(|@import", html)
    assert read.all("link") == []
    policy = next(meta["content"] for meta in read.all("meta") if "http-equiv" in meta)
    assert "default-src 'none'" in policy


def test_names_are_inert(inspector: Inspector, write_picture_file: WritePicture, plate: Pixels) -> None:
    good = inspector.inspect(write_picture_file("a.png", plate), file=NASTY, frame=NASTY)
    bad = inspector.inspect(Path("gone.png"), file=NASTY, frame=NASTY)
    bad_result = bad.result.model_copy(update={"error": NASTY, "part": NASTY})
    entries = [entry_of(good), report_entry(bad_result, verdict_on(bad_result), None, NASTY)]
    html = page(inspector, entries, product=NASTY, threshold_source=NASTY)
    read = Page(html)
    assert len(read.all("script")) == len(entries) + 1
    assert all("onerror" not in attributes for _, attributes in read.elements)
    assert [body["data-file"] for body in read.all("tbody") if "data-file" in body] == [NASTY, NASTY]
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


def test_close_ups_show_what_shrinking_hides(page_of: Callable[..., str], write_picture_file: WritePicture) -> None:
    pixels = np.full((1600, 3200, 3), 128, np.uint8)
    pixels[800, 1000:1100] = 255
    pixels[10:13, 10:13] = 0
    html = page_of(wide=write_picture_file("wide.png", pixels))
    read = Page(html)
    crops = [button for button in read.all("button") if button.get("class") == "crop"]
    assert [(crop["data-number"], crop["data-place"]) for crop in crops] == [
        ("2", "480.0 360.0 570.0 440.0"),  # half of 960, 720, 1140, 880: 40 px around, 160 px high
        ("1", "0.0 0.0 80.0 80.0"),
    ]
    sizes = [(image["width"], image["height"]) for image in read.all("img") if "width" in image]
    assert sizes == [("180", "160"), ("160", "160")]
    assert all(crop["aria-label"].startswith("Look at defect ") for crop in crops)
    assert read.zooms[0] is not None
    assert (read.zooms[0]["width"], read.zooms[0]["scale"]) == (1600, 0.5)


def test_picture_shown_at_full_size_needs_no_close_ups(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels
) -> None:
    assert 'class="crop"' not in page_of(plate=write_picture_file("plate.png", plate))


def test_what_was_not_inspected_says_why(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels
) -> None:
    read = Page(page_of(c=Path("gone.png"), b=write_picture_file("plate.png", plate)))
    bodies = [body for body in read.all("tbody") if "data-file" in body]
    assert [body["data-outcome"] for body in bodies] == ["not-inspected", "fail"]
    assert ("span", "there is no such file") in read.texts
    assert [zoom is not None for zoom in read.zooms] == [False, True]


def test_page_says_how_much_of_the_run_it_shows(
    inspector: Inspector, write_picture_file: WritePicture, plate: Pixels
) -> None:
    shown = entry_of(inspector.inspect(write_picture_file("plate.png", plate)))
    result, file = shown.result, io.StringIO()
    counts = Counter({Outcome.FAIL: 3, Outcome.PASS: 4000})
    facts = Facts(
        inspector.bundle.manifest, result.bundle, result.settings, Recipe(), counts, Counter({Outcome.FAIL: 1})
    )
    write_report(file, [shown], facts)
    html = file.getvalue()
    assert "4003 pictures" in html
    assert "This page shows the worst 1 of 4003 pictures. All of them are in results.csv" in html
    assert "<b>1</b> of 3 fail" in html
    assert "<b>0</b> of 4000 pass" in html


def test_page_of_a_whole_run_does_not_say_so(page_of: Callable[..., str], write_picture_file: WritePicture) -> None:
    html = page_of(sound=write_picture_file("sound.png", np.full((9, 9, 3), 128, np.uint8)))
    assert "This page shows the worst" not in html
    assert "<b>1</b> pass" in html


def test_very_many_regions_do_not_make_the_page_large(
    inspector: Inspector, write_picture_file: WritePicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.full((90, 90, 3), 128, np.uint8)
    pixels[::9, ::9] = 255
    inspected = inspector.inspect(write_picture_file("dots.png", pixels))
    monkeypatch.setattr(entry, "MAX_LINES", 7)
    (zoom,) = Page(page(inspector, [entry_of(inspected)])).zooms
    assert zoom is not None
    assert str(zoom["outlines"]).count("M") == 7


def test_page_can_be_used_without_a_mouse(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels
) -> None:
    read = Page(page_of(plate=write_picture_file("plate.png", plate)))
    heads = [head for head in read.all("th") if "data-key" in head]
    assert [head["aria-sort"] for head in heads] == ["none", "ascending", "none", "none", "none", "none"]
    assert all("alt" in image for image in read.all("img"))
    assert all(button.get("type") == "button" for button in read.all("button"))


def test_long_lists_are_cut_and_say_so(
    page_of: Callable[..., str], write_picture_file: WritePicture, plate: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "MAX_DEFECTS", 1)
    html = page_of(plate=write_picture_file("plate.png", plate))
    assert "The 1 largest of 2 defects; all are in plate.json." in html
    assert [row["data-number"] for row in Page(html).all("tr") if "data-number" in row] == ["1"]
