"""The report of the bundled chat in Chromium: it asks for nothing, breaks nothing, and says what the audit says."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from report_fixture import coded_demo

from podaudit.audit import Audit, audit
from podaudit.export import read
from podaudit.model import Options
from podaudit.report import LANGUAGES, render
from podaudit.tables import document

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (1280, 390)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "CI needs chromium"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def audited(demo: Path) -> Audit:
    return audit(read(demo, name=demo.name, options=Options()), Options())


@pytest.fixture(scope="module")
def pages(audited: Audit, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page's address in every language."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for lang in LANGUAGES:
        path = folder / f"{lang}.html"
        path.write_text(render(audited, lang=lang, me="Mirthe", version="1"), encoding="utf-8")
        made[lang] = path.as_uri()
    return made


class Watched:
    """A page that keeps what it complained of and asked for."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_opens_without_a_complaint_or_a_request(
    browser: Browser, pages: dict[str, str], lang: str, width: int, scheme: str
) -> None:
    with Watched(browser, pages[lang], viewport={"width": width, "height": 800}, color_scheme=scheme) as seen:
        seen.page.keyboard.press("End")
        assert seen.complaints == []
        assert seen.requests == [pages[lang]]
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_leads_somewhere_in_the_page(browser: Browser, pages: dict[str, str]) -> None:
    with Watched(browser, pages["nl"]) as seen:
        astray = seen.page.evaluate(
            """() => [...document.querySelectorAll("a")].map(a => a.getAttribute("href"))
                 .filter(h => !h.startsWith("#") || !document.getElementById(h.slice(1)))"""
        )
        assert astray == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_summary_says_what_the_document_says(
    browser: Browser, pages: dict[str, str], audited: Audit, lang: str
) -> None:
    told = document(audited, "1")
    statuses = Counter(row["status"] for row in told["ledger"])
    events = Counter(row["event"] for row in told["membership"])
    expected = {
        "calls": len(told["calls"]), "callers": len({row["caller"] for row in told["calls"]}),
        "members": len(told["members"]), "rules": len(told["rules"]), "obligations": len(told["ledger"]),
        "pressure": len(told["pressure"]), "episodes": len(told["episodes"]), "left": events["left"],
        "removed": events["removed"], "came": events["added"] + events["joined"], "lines": told["source"]["lines"],
        "messages": told["source"]["messages"], "notices": told["source"]["system_messages"], **statuses,
    }  # fmt: skip
    with Watched(browser, pages[lang]) as seen:
        shown = seen.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("[data-figure]")]
                 .map(e => [e.dataset.figure, Number(e.textContent.replace(/[.,]/g, ""))]))"""
        )
    assert {key: shown[key] for key in expected} == expected


def test_without_a_script_everything_is_there(browser: Browser, pages: dict[str, str], audited: Audit) -> None:
    with Watched(browser, pages["nl"], java_script_enabled=False) as seen:
        page = seen.page
        assert page.locator("main > section").count() == 12
        assert page.locator("svg.timeline .mark").count() > 0
        assert page.locator(".matrix svg .cell").count() > 0
        assert page.locator(".quotes article").count() == len(audited.pressure)
        assert all(quote.is_visible() for quote in page.locator(".quotes article").all())
        assert not page.locator("#scheme, #filter").first.is_visible()
        page.locator(".fold summary").first.click()
        assert page.locator(".records").first.is_visible()


def test_the_scheme_can_be_switched_and_printing_is_always_light(browser: Browser, pages: dict[str, str]) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    with Watched(browser, pages["en"], color_scheme="light") as seen:
        light = seen.page.evaluate(colour)
        seen.page.locator("#scheme").click()
        dark = seen.page.evaluate(colour)
        assert dark != light
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate(colour) == light
        seen.page.emulate_media(media="screen", color_scheme="dark")
        seen.page.locator("#scheme").click()
        assert seen.page.evaluate(colour) == light


def test_labelled_messages_can_be_filtered(browser: Browser, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "coded.html"  # as coded by hand: what is labelled does not hang on a detector
    path.write_text(render(coded_demo(root), lang="en", version="1"), encoding="utf-8")
    with Watched(browser, path.as_uri()) as seen:
        page, shown = seen.page, ".quotes article:not([hidden])"
        everything = page.locator(shown).count()
        page.select_option("#filter-group", "pressing")
        pressing = page.locator(shown).count()
        assert 0 < pressing < everything
        page.select_option("#filter-member", label="Mirthe")
        assert 0 < page.locator(shown).count() < pressing
        hidden = page.locator(".quotes article[hidden]").first.get_attribute("id")
        page.evaluate(f"location.hash = '#{hidden}'")
        page.wait_for_function(f"!document.getElementById('{hidden}').hidden")
        assert page.locator(shown).count() == everything
        assert seen.complaints == []


def test_printing_opens_the_folds(browser: Browser, pages: dict[str, str]) -> None:
    with Watched(browser, pages["en"]) as seen:
        shut = seen.page.locator("details:not([open])").count()
        assert shut > 0
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert seen.page.locator("details:not([open])").count() == 0
        seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert seen.page.locator("details:not([open])").count() == shut
