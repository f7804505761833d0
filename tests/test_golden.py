"""The pages of three small chats, as they were when somebody last looked: changed only by ``--update-golden``."""

from __future__ import annotations

from pathlib import Path

import pytest

from podaudit.audit import Audit, audit
from podaudit.model import Options
from podaudit.report import render
from tests.making import export_of, post

# A pod in a nutshell: rules that change, a naming, words of dissent, a removal and what came after it.
POD = f"""
08:00 Berichten en oproepen worden end-to-end versleuteld. Niemand buiten deze chat kan ze lezen.
08:01 Noor heeft de groep 'Samen Groeien' gemaakt
08:02 Noor heeft Sem toegevoegd
08:02 Noor heeft Lies toegevoegd
08:03 Noor heeft Ravi toegevoegd
08:10 Noor: De regels: 1) like elke post 2) reageer met minstens 5 woorden 3) binnen 2 uur 4) zet ✅ als het gedaan is
09:00 Noor: Nieuwe post, graag liken en reageren {post(1)}
09:20 Sem: ✅
10:00 Lies: gedaan ✅
14:00 Ravi: ✅ sorry, te laat
+1
20:15 Sem: Wie helpt me? Like en reactie graag {post(2)}
20:40 Noor: ✅
21:00 Ravi: doe ik morgen
+1
09:00 Noor: Vanaf nu binnen één uur reageren.
09:05 Noor: @Lies weer niks gedaan bij Sem. Dit is je laatste waarschuwing, anders lig je eruit.
09:30 Lies: Ik vind dat we zo niet met elkaar om moeten gaan. Ik doe hier niet meer aan mee.
09:45 Noor heeft Lies verwijderd
10:00 Noor: Haal allemaal je likes weg bij Lies.
+3
11:00 Ravi: Voor de liefhebbers {post(3)}
11:04 Sem: ✅
11:06 Noor: Gedaan ✅
"""
# Two who give and one who does not, on Instagram, without a rule or a notice.
REELS = """
18:30 Kim: new reel is up, likes and saves please https://www.instagram.com/reel/CxAbCdEfGhI/
18:31 Jo: done!
18:45 Max: liked and saved ✅
+2
22:10 Jo: mine too, please like and share https://www.instagram.com/reel/CyAbCdEfGhJ/
22:40 Kim: done
+4
07:15 Max: support please 🙏 https://www.instagram.com/p/CzAbCdEfGhK/
07:16 Kim: done ✅
08:00 Kim: 9k views thanks to you all!
"""
# Neighbours: nothing is asked, and the page has to say just that.
STREET = """
08:00 Anja: De container staat nog op straat, wie haalt hem even binnen?
08:20 Bert: doe ik zo
08:40 Bert: gedaan ✅
19:00 Anja: Dank je wel!
"""


@pytest.fixture(scope="module")
def audits() -> dict[str, Audit]:
    options = Options()
    return {
        "pod": audit(export_of(POD), options),
        "street": audit(export_of(STREET), options),
        "reels": audit(export_of(REELS), options),
    }


@pytest.mark.parametrize(("name", "lang", "me"), [("pod", "nl", "Lies"), ("street", "en", None), ("reels", "en", None)])
def test_the_page_is_as_it_was(
    audits: dict[str, Audit], root: Path, request: pytest.FixtureRequest, name: str, lang: str, me: str | None
) -> None:
    path = root / "fixtures" / "golden" / f"{name}.{lang}.html"
    page = render(audits[name], lang=lang, me=me, version="1")
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8", newline="\n")
    held = path.read_text(encoding="utf-8").split("\n")
    changed = [
        (n, was, now) for n, (was, now) in enumerate(zip(held, page.split("\n"), strict=False), start=1) if was != now
    ]
    assert changed[:3] == [], "look at the page; if it is right, run pytest tests/test_golden.py --update-golden"
    assert len(held) == len(page.split("\n"))
