"""The report of the bundled chat in Chromium: it asks for nothing, breaks nothing, and says what the audit says."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pypdf
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from report_fixture import coded_demo

from podaudit.audit import Audit, audit
from podaudit.export import read
from podaudit.model import Options
from podaudit.report import LANGUAGES, render
from podaudit.report.share import shareable
from podaudit.tables import document, guard
from tests.making import export_of, post

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
        path.write_text(render(audited, lang=lang, me="Mirthe", version="1", full_log=True), encoding="utf-8")
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


SECTIONS = (
    "summary own asked rules cost reading record pressure dissent give circle left archive policy limits messages log run"
).split()  # fmt: skip
PICTURES = ".course .strip .weekbars .heat .delays .matrix .gives .ring .ownbars".split()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_script_everything_is_there(
    browser: Browser, pages: dict[str, str], audited: Audit, lang: str
) -> None:
    with Watched(browser, pages[lang], java_script_enabled=False) as seen:
        page = seen.page
        assert [s.get_attribute("aria-labelledby") for s in page.locator("main > section").all()] == SECTIONS
        for picture in PICTURES:
            assert page.locator(f"{picture} path").count() > 0, picture
            assert page.locator(picture).first.is_visible(), picture
        assert page.locator("table.stack").count() >= 20
        assert page.locator("#labelled ~ .quotes article").count() == len(audited.pressure)
        assert all(quote.is_visible() for quote in page.locator("#labelled ~ .quotes article").all())
        assert not page.locator("#scheme, #tools, #log-form").first.is_visible()
        assert page.locator("noscript p").is_visible()
        page.locator(".t-calls .fold summary").first.click()
        assert page.locator(".t-calls .records").first.is_visible()


def test_every_picture_says_what_it_is_and_has_a_table(browser: Browser, pages: dict[str, str]) -> None:
    with Watched(browser, pages["en"]) as seen:
        told = seen.page.evaluate(
            """() => [...document.querySelectorAll("main svg")].filter(s => !s.parentElement.closest("svg"))
                 .filter(s => !s.hasAttribute("aria-hidden")).map(s => {
                   const links = s.querySelector("a") !== null, role = s.getAttribute("role");
                   const ids = (s.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
                   const named = ids.length ? ids.every(i => document.getElementById(i).textContent.trim()) : s.ariaLabel;
                   const table = s.closest("section").querySelector("table");
                   return [s.getAttribute("class"), role === (links ? "group" : "img") && Boolean(named) && Boolean(table)];
                 })"""
        )
        assert len(told) >= len(PICTURES)
        assert [name for name, right in told if not right] == []


AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def _faults(browser: Browser, address: str) -> list[tuple[int, str, str, str]]:
    """What axe finds on a page with its folds open: wide in light, narrow in dark."""
    found = []
    with Watched(browser, address, bypass_csp=True) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        seen.page.add_script_tag(content=AXE)
        for width, scheme in zip(WIDTHS, ("light", "dark"), strict=True):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.emulate_media(color_scheme=scheme)
            told = seen.page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
            found += [(width, scheme, v["id"], v["nodes"][0]["html"][:200]) for v in told["violations"]]
    return found


@pytest.mark.parametrize("name", ["reels.en", "street.en"])
def test_axe_finds_no_violation_on_a_golden_page(browser: Browser, root: Path, name: str) -> None:
    assert _faults(browser, (root / "fixtures" / "golden" / f"{name}.html").as_uri()) == []


POD = f"""
08:01 Noor heeft de groep 'Samen Groeien' gemaakt
08:02 Noor heeft Sem toegevoegd
08:10 Noor: De regels: 1) like elke post 2) reageer binnen 2 uur 3) zet ✅ als het gedaan is
09:00 Noor: Nieuwe post, graag liken {post(1)}
09:20 Sem: ✅
+1
09:00 Sem: Wie helpt me? {post(2)}
+1
09:05 Noor: @Sem weer niks gedaan. Dit is je laatste waarschuwing, anders lig je eruit.
09:30 Sem: Ik vind dat we zo niet met elkaar om moeten gaan. Ik doe hier niet meer aan mee.
09:45 Noor heeft Sem verwijderd
10:00 Noor: Haal allemaal je likes weg bij Sem.
"""


@pytest.fixture(scope="module")
def pod() -> Audit:
    """A chat as small as can be whose page has every section: axe takes long over a long page."""
    return audit(export_of(POD), Options())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("version", ["private", "share"])
def test_axe_finds_no_violation(browser: Browser, pod: Audit, tmp_path: Path, lang: str, version: str) -> None:
    path = tmp_path / "page.html"
    if version == "private":
        path.write_text(render(pod, lang=lang, me="Sem", version="1", full_log=True), encoding="utf-8")
    else:
        made = shareable(pod, bytes(range(32)), name=path.name, lang=lang, quotes=lang == "nl", version="1")
        path.write_bytes(made.html)
    assert _faults(browser, path.as_uri()) == []


def test_nothing_scrolls_sideways_on_a_narrow_screen(browser: Browser, pages: dict[str, str]) -> None:
    with Watched(browser, pages["nl"], viewport={"width": 390, "height": 800}) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        wide = seen.page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter(e => !e.closest("svg") || e.matches("svg.pic"))
                 .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && e.getBoundingClientRect().width > 1
                   && !e.matches(".skip"))
                 .map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 60))"""
        )
        assert wide == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        label = "getComputedStyle(document.querySelector('.t-members tbody td'), '::before').content"
        assert seen.page.evaluate(label) == '"In de groep: "'


def test_the_keyboard_alone_reaches_everything(browser: Browser, root: Path) -> None:
    """Every link, button, field and fold is met by going on with Tab, and none holds the focus."""
    with Watched(browser, (root / "fixtures" / "golden" / "pod.nl.html").as_uri()) as seen:
        page = seen.page
        wanted = page.evaluate(
            """() => { const all = [...document.querySelectorAll("a[href], button, select, input, summary")]
                   .filter(e => e.getClientRects().length && e.checkVisibility({contentVisibilityAuto: true}));
                 all.forEach((e, i) => { e.dataset.place = i; }); window.met = new Set();
                 document.addEventListener("focusin", e => met.add(e.target.dataset.place)); return all.length; }"""
        )
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
        missed = page.evaluate(
            "[...document.querySelectorAll('[data-place]')].filter(e => !met.has(e.dataset.place)).length"
        )
        assert wanted > 150
        assert missed == 0


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


@pytest.fixture(scope="module")
def coded_page(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the chat as coded by hand: what is labelled does not hang on a detector."""
    path = tmp_path_factory.mktemp("coded") / "coded.html"
    path.write_text(render(coded_demo(root), lang="en", version="1"), encoding="utf-8")
    return path.as_uri()


SHOWN = "#labelled ~ .quotes article:not([hidden])"


def test_labelled_messages_can_be_filtered(browser: Browser, coded_page: str) -> None:
    with Watched(browser, coded_page) as seen:
        page = seen.page
        everything = page.locator(SHOWN).count()
        page.select_option("#only", "pressing")
        pressing = page.locator(SHOWN).count()
        assert 0 < pressing < everything
        page.select_option("#who", label="Mirthe")
        assert 0 < page.locator(SHOWN).count() < pressing
        stand = (
            page.locator("#messages ~ .log article:not([hidden])").count(),
            page.locator("#messages ~ .log article").count(),
        )
        assert page.locator("#count").inner_text() == f"{stand[0]} / {stand[1]}"  # each message once
        assert "only=pressing" in page.url and "who=" in page.url
        hidden = page.locator("#labelled ~ .quotes article[hidden]").first.get_attribute("id")
        page.evaluate(f"location.hash = '#{hidden}'")
        page.wait_for_function(f"!document.getElementById('{hidden}').hidden")
        assert page.locator(SHOWN).count() == everything
        assert seen.complaints == []


def test_what_is_shown_stands_in_the_address(browser: Browser, coded_page: str) -> None:
    with Watched(browser, coded_page) as seen:
        page = seen.page
        page.select_option("#only", "answering")
        page.locator(".t-members thead button").nth(3).click()
        page.locator(".t-members thead button").nth(3).click()
        shown, order = page.locator(SHOWN).count(), page.locator(".t-members tbody th").all_inner_texts()
        address = page.url
    with Watched(browser, address) as again:
        assert again.page.locator(SHOWN).count() == shown
        assert again.page.locator(".t-members tbody th").all_inner_texts() == order
        asked = [int(n) for n in again.page.locator(".t-members tbody tr:not(.fold) td:nth-child(4)").all_inner_texts()]
        assert asked == sorted(asked, reverse=True)
        again.page.locator("a[href='#rules']").first.click()
        again.page.wait_for_function("location.hash === '#rules&only=answering&sort=members.3.down'")


def test_keys_lead_from_message_to_message(browser: Browser, coded_page: str) -> None:
    with Watched(browser, coded_page) as seen:
        page = seen.page
        first, second = (page.locator("#labelled ~ .quotes article").nth(i).get_attribute("id") for i in (0, 1))
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.id") == first
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.id") == second
        assert page.url.endswith(f"#{second}")
        page.keyboard.press("p")
        assert page.evaluate("document.activeElement.id") == first
        page.keyboard.press("s")
        assert page.evaluate("document.activeElement.id") == "contents"
        page.go_back()
        assert "#" not in page.url  # where the first step was taken
        page.uncheck("#keys")
        page.keyboard.press("n")
        assert not page.url.endswith(f"#{second}")


def test_tables_and_the_report_can_be_saved(browser: Browser, coded_page: str, root: Path) -> None:
    coded = coded_demo(root)
    with Watched(browser, coded_page) as seen:
        page = seen.page
        with page.expect_download() as held:
            page.locator("#t-give caption button").click()
        lines = list(csv.reader(Path(held.value.path()).read_text(encoding="utf-8-sig").splitlines()))
        assert held.value.suggested_filename == "t-give.csv"
        assert [row[0] for row in lines[1:]] == [
            guard(name) for name in page.locator(".t-give tbody th").all_inner_texts()
        ]  # fmt: skip
        with page.expect_download() as held:
            page.locator("#save").click()
        told = json.loads(Path(held.value.path()).read_text(encoding="utf-8"))
        assert told["figures"]["obligations"] == str(len(coded.ledger))
        assert {"members", "calls", "pairs", "give"} <= {table["name"] for table in told["tables"]}
        assert {m["line"] for m in told["messages"]} >= set(coded.pressure["line"])
        assert seen.complaints == []


def test_the_whole_log_is_unpacked_by_the_page(browser: Browser, pages: dict[str, str], audited: Audit) -> None:
    with Watched(browser, pages["nl"]) as seen:
        page = seen.page
        page.locator("#log-open").click()
        page.wait_for_selector("#log-rows article")
        assert page.locator("#log-rows article").count() == min(500, len(audited.messages))
        text = audited.messages["text"].iloc[10]
        assert page.locator("#log-rows article").nth(10).locator("blockquote").inner_text() == text
        page.fill("#log-words", text[:20].lower())
        page.wait_for_function("document.querySelectorAll('#log-rows article').length < 20")
        assert text in page.locator("#log-rows blockquote").all_inner_texts()
        cited = {int(i[1:]) for i in page.eval_on_selector_all("article[id^=m]", "a => a.map(e => e.id)")}
        line = next(n for n in audited.messages["line"].tolist() if n not in cited)
        page.evaluate(f"location.hash = '#m{line}'")  # not on the page, but in the log
        page.wait_for_selector(f"#l{line}")
        assert seen.complaints == []
        assert seen.requests == [pages["nl"]]


@pytest.mark.parametrize("script", [True, False])
def test_the_printed_page_holds_what_is_folded(browser: Browser, pod: Audit, tmp_path: Path, script: bool) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(pod, lang="en", version="1"), encoding="utf-8")
    with Watched(browser, path.as_uri(), java_script_enabled=script) as seen:
        reader = pypdf.PdfReader(io.BytesIO(seen.page.pdf(prefer_css_page_size=True)))
        sheets = [" ".join(sheet.extract_text().split()) for sheet in reader.pages]
    text = " ".join(sheets)
    for folded in ("A call is open for a member from when it is made", "Why this is a call", "Counts over time"):
        assert folded in text
    assert [n for n, sheet in enumerate(sheets) if "A private document: it names people." not in sheet] == []
    assert text.count("linkedin.com/feed") >= len(pod.calls)
    assert len(sheets) > 3


def test_the_summary_can_be_printed_alone(browser: Browser, pages: dict[str, str]) -> None:
    with Watched(browser, pages["en"]) as seen:
        seen.page.evaluate("window.print = () => { window.printed = document.documentElement.dataset.print; }")
        seen.page.locator("#print-brief").click()
        assert seen.page.evaluate("window.printed") == "brief"
        seen.page.emulate_media(media="print")
        seen.page.evaluate("document.documentElement.dataset.print = 'brief'")
        shown = [s for s in seen.page.locator("main > section").all() if s.is_visible()]
        assert [s.get_attribute("aria-labelledby") for s in shown] == ["summary"]
