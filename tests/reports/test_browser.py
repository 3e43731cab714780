"""The HTML report in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from lossclinic.reports.html import write_html

from .sample import sample_report, single_report

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("report")
    write_html(single_report(place), place / "one.html")
    write_html(sample_report(place), place / "two.html")
    return place


def opened(browser, folder, name, width=1100, scheme="light"):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
    page.goto((folder / name).as_uri())
    return page, trouble


@pytest.mark.parametrize("name", ["one.html", "two.html"])
def test_it_opens_without_errors_or_requests(browser, folder, name):
    page, trouble = opened(browser, folder, name)
    assert trouble == []
    assert page.locator("h1").bounding_box()["y"] < 200
    page.close()


def test_the_answer_the_badge_and_the_gain_are_on_the_first_screen(browser, folder):
    page, _ = opened(browser, folder, "one.html")
    for wanted in ("h1", ".fit .badge >> nth=0", ".figures .big >> nth=0"):
        box = page.locator(wanted).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 900
    page.close()


def test_dark_mode_is_dark_and_legible(browser, folder):
    page, _ = opened(browser, folder, "one.html", scheme="dark")
    paper, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert sum(channels(paper)) < 120 < 500 < sum(channels(ink))
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(browser, folder, scheme):
    page, _ = opened(browser, folder, "one.html", scheme=scheme)
    pairs = page.evaluate("""() => {
        const painted = e => { for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c; } };
        return [...document.querySelectorAll('p, li, dt, dd, h1, h3, h4, .badge, summary, pre span, .told, a')]
            .filter(e => e.offsetParent).map(e => [getComputedStyle(e).color, painted(e), e.textContent.slice(0, 40)]);
    }""")
    faint = [text for ink, paper, text in pairs if contrast(channels(ink), channels(paper)) < 4.5]
    assert faint == []
    page.close()


@pytest.mark.parametrize("name", ["one.html", "two.html"])
def test_a_phone_needs_no_sideways_scrolling(browser, folder, name):
    page, _ = opened(browser, folder, name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".narrow .plot").first.is_visible()
    assert not page.locator(".wide .plot").first.is_visible()
    page.close()


def channels(colour: str) -> list[float]:
    return [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]


def contrast(a: list[float], b: list[float]) -> float:
    """Contrast ratio of WCAG 2.1."""

    def luminance(rgb):
        linear = [c / 255 / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
