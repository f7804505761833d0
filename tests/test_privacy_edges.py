"""Pseudonyms at their edges: names that are odd, keys that are not one's own, outputs packed many times over."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from podaudit import privacy
from podaudit.audit import Audit, audit
from podaudit.corrections import Corrections
from podaudit.model import Options, Unreadable
from podaudit.privacy import coarse, decode, forms, keys
from podaudit.privacy.known import Known, Who, known
from tests.conftest import Call
from tests.hostile.making import pod
from tests.making import audit_of, export_of, post

KEY = bytes.fromhex("8f3a61c27be90d54a1f7203c9e68b5d4470e12fb6c8d39a5e0b1742f5dc98a63")


def redacted(made: Audit) -> tuple[list[str], list[str]]:
    """Members' pseudonyms in the order of the table of members, and the texts."""
    hidden = privacy.pseudonymise(made, KEY, text="redacted")
    tokens = dict(zip(made.messages["member"], hidden.messages["member"], strict=True))
    return [tokens[name] for name in made.members["name"]], hidden.messages["text"].tolist()


@pytest.mark.parametrize(
    ("name", "text", "becomes"),
    [
        ("Dr. Aafke Zonderland", "dank Aafke, dank mevrouw Zonderland", "dank {0}, dank mevrouw {0}"),
        ("Mr.dr. Aafke van Zonderland", "de mr. dr. zegt dank aan Aafke", "de mr. dr. zegt dank aan {0}"),
        ("Drs.", "dank drs. Iemand", "dank {0}. Iemand"),
        ("Jo-Ann Zonderland", "dank JoAnn, jo-ann en Joann", "dank {0}, {0} en {0}"),
        ("Noaaa", "dank Noa en noaa", "dank {0} en {0}"),
        ("Wil Zonderland", "ik wil dat #wil en @wil en @Wil dat ook willen", "ik wil dat #{0} en {0} en {0} dat ook willen"),
        ("Aafke Zonderland", "zie aafkezonderlandcoaching op het net", "zie {0} op het net"),
        ("Aafke Zonderland", "zie aafke%20zonderland en aafke%2Dzonderland", "zie {0} en {0}"),
        ("Aafke Zonderland", "dank Aafke zonderland.example, zie x.example/aafke Zonderland", "dank {0}[link], zie [link]{0}"),
        ("Jo Vos", "dank jovos, dit is jovoss post", "dank {0}, dit is {0} post"),
        ("Aafke Zonderland", "100%aafke en 50% zonderland", "100%{0} en 50% {0}"),
        ("\U0001f41d\U0001f41d", "dank @\U0001f41d\U0001f41d en \U0001f41d, ook \U0001f41d\U0001f41d",
         "dank [name] en \U0001f41d, ook [name]"),
        ("\u2767\u2767\u2767", "dank \u2767\u2767\u2767 en \u2767", "dank {0} en \u2767"),
        ("Aafke Zonderland", "dank Aafke - Zonderland en Aafke -- Zonderland", "dank {0} en {0} -- {0}"),
        ("Aafke Zonderland", "dank Aafke 2 Zonderland\nen Aafke\nZonderland", "dank {0} 2 {0}\nen {0}\n{0}"),
        ("Aafke Zonderland", "dank Aafke Z. en Aafke O.", "dank {0}. en {0} O."),
        ("Aafke van Zonderland", "dank Aafke v. Z. en Aafke a. O.", "dank {0}. en {0} a. O."),
        ("Aafke Zonderland", "A a f k e, a.a.f.k.e en A-A-F-K-E Z-o-n-d-e-r-l-a-n-d! A a f", "{0}, {0} en {0}! A a f"),
        ("Eva", "e.v.a. is Eva, e  v  a niet en e v niet", "{0}. is {0}, e  v  a niet en e v niet"),
        ("Aafke", "dank Aafke a, plan a Aafke", "dank {0} a, plan a {0}"),
        ("Bart Kwakkelstein", "gedaan, kwakkelsteintje en Kwakkelsteintjes, zei kwakkelstein's maat in kwakkelsteins post",
         "gedaan, {0} en {0}, zei {0}'s maat in {0} post"),
        ("Bart Kwake", "een kwaketje van Kwakes", "een kwaketje van {0}"),
        ("Bart Groeier", "een groeier is een groeier, geen groeiertje", "een groeier is een groeier, geen groeiertje"),
        ("Annemiek", "A n n e m i e k en A.n.n.e.m.i.e.k, a-n-n-e-m-i-e-k a n n", "{0} en {0}, {0} a n n"),
        ("Danique", "Dan zie ik Dani en Danny", "Dan zie ik {0} en Danny"),
        ("Al Zonde", "zie alzondeland en alzondes", "zie alzondeland en {0}"),
        ("Al Zonder", "zie alzonderland", "zie {0}"),
        ("+31 6 00000123", "bel 06 00000123 250, niet 06 00000123 2500", "bel {0} 250, niet [number]"),
        ("+31 6 00000123", "06 00000123 zei: dank @31600000123, ook @", "{0} zei: dank {0}, ook @"),
        ("Aafke", "dank @\u2068Petra Vos\u2069, ook van @\u2068Aafke\u2069", "dank [handle], ook van {0}"),
        ("Aafke", 'zij zei "tot morgen dan" en ging', 'zij zei "tot morgen dan" en ging'),
        ("+31 6 00000123", "Vince hier, nieuw nummer. Groet, Vince", "{0} hier, nieuw nummer. Groet, {0}"),
    ],
)  # fmt: skip
def test_odd_names_are_found_as_people_write_them(name: str, text: str, becomes: str) -> None:
    made = audit_of(f"08:00 Bouwe: hallo\n08:01 {name}: {text}\n08:02 {name}: ja")
    tokens, texts = redacted(made)
    own = tokens[made.members["name"].tolist().index(next(n for n in made.members["name"] if n != "Bouwe"))]
    assert texts[1] == becomes.replace("{0}", own)


@pytest.mark.parametrize(
    ("slug", "kept"),
    [
        ("zonderland", False), ("aafke-van-zonderland-8a7b", False), ("8a7b-1234", True), ("met-en-van", True),
    ],
)  # fmt: skip
def test_who_stands_in_a_link_is_known_outside_it_too(slug: str, kept: bool) -> None:
    """What is no name, for it is digits or words without which no sentence does, stays in texts."""
    said = " ".join(part for part in slug.split("-"))
    made = audit_of(f"08:00 Bouwe: graag liken {post(1, slug)}\n08:01 Carlijn: dank {said.capitalize()}!")
    text = redacted(made)[1][-1]
    assert ("onderland" not in text) and (text == f"dank {said.capitalize()}!") == kept


@pytest.mark.parametrize("name", ["Petra Zonderland", "Zonderland"])
def test_somebody_from_outside_for_whom_a_call_is_bears_a_pseudonym_as_well(name: str) -> None:
    export = export_of(f"08:00 Bouwe: graag liken {post(1)}\n08:01 Carlijn: mooi van {name}\n08:02 Bouwe: ja")
    toml = f'[[call]]\nline = 1\nbeneficiary = "{name}"\n'
    made = audit(export, Options(), Corrections.parse(toml, "c.toml"))
    hidden = privacy.pseudonymise(made, KEY, text="redacted")
    (outsider,) = set(hidden.calls["beneficiary"])
    assert outsider.startswith("Outsider-")
    assert hidden.messages["text"].tolist()[1] == f"mooi van {outsider}"


def test_a_notice_names_the_group_by_its_pseudonym() -> None:
    made = audit_of('08:00 Bouwe heeft de groep "Kring van het Dorp" gemaakt\n08:01 Bouwe: hallo\n08:02 Carlijn: dag')
    hidden = privacy.pseudonymise(made, KEY, text="redacted")
    bouwe = hidden.messages["member"].tolist()[1]
    assert hidden.messages["text"].tolist()[0] == f'{bouwe} heeft de groep "{hidden.source.group}" gemaakt'


def test_of_a_file_only_what_is_written_below_it_stays() -> None:
    made = audit_of("08:00 Aafke: hallo\n08:01 Bouwe: IMG-1.jpg (bestand bijgevoegd)\nmooi van Aafke\n08:02 Bouwe: ja")
    tokens, texts = redacted(made)
    assert made.messages["kind"].tolist()[1] == "media"
    assert texts[1] == f"[media]\nmooi van {tokens[0]}"


def test_a_group_named_by_one_word_is_found() -> None:
    made = audit_of(
        '08:00 Bouwe heeft de groep "Dorpskring" gemaakt\n08:01 Bouwe: welkom in dorpskring\n08:02 Carlijn: dag'
    )
    hidden = privacy.pseudonymise(made, KEY, text="redacted")
    assert hidden.messages["text"].tolist()[1] == f"welkom in {hidden.source.group}"
    assert [leak.kind for leak in privacy.leaks(made, {"a": b"dorpskring"})] == ["group"]


def test_numbers_too_short_for_a_telephone_or_too_long_are_not_looked_for() -> None:
    made = audit_of("08:00 Bouwe: bestelling 555 0101, pakket 5550 1010 2020 3030 4\n08:01 Carlijn: bel 020 0000123")
    assert privacy.leaks(made, {"a": b"5550101", "b": b"55501010202030304"}) == []
    assert [leak.kind for leak in privacy.leaks(made, {"a": b"0200000123"})] == ["number"]


@pytest.mark.parametrize("number", ["+555 0101", "+1 555 0101", "+12 555 0101"])
def test_a_member_s_own_number_is_looked_for_however_short(number: str) -> None:
    made = audit_of(f"08:00 Bouwe: hallo\n08:01 {number}: dag\n08:02 Bouwe: bel {number[1:]}")
    tokens, texts = redacted(made)
    assert texts[2] == f"bel {tokens[1]}"
    assert [leak.kind for leak in privacy.leaks(made, {"a": number[1:].encode()})] == ["number"]
    assert privacy.leaks(made, {"a": number[2:].encode()}) == []


def test_of_names_glued_into_a_word_the_longest_is_meant() -> None:
    made = audit_of("08:00 Aafke Zonder: hallo\n08:01 Aafke Zonderland: hoi\n08:02 Bouwe: zie aafkezonderlandcoaching")
    tokens, texts = redacted(made)
    assert texts[2] == f"zie {tokens[1]}"


@pytest.mark.parametrize(
    ("link", "leading"),
    [
        ("https://voorbeeld.example/over-ons", []), ("lnkd.in/", []), ("https://lnkd.in/eabcdef", ["eabcdef"]),
        ("lnkd.in/eabcdef?x=y", ["eabcdef"]), ("https://voorbeeld.example/p/eabcd7/", ["eabcd7"]),
    ],
)  # fmt: skip
def test_what_of_a_link_leads_to_the_post(link: str, leading: list[str]) -> None:
    assert forms.codes(link) == leading


def test_links_in_small_letters_make_no_ordinary_word_of_a_name() -> None:
    links = "\n".join(f"08:{n:02} Aafke Zonderland: graag liken {post(n, 'zonderland-coaching')}" for n in range(1, 5))
    made = audit_of(f"{links}\n08:10 Bouwe: dag zonderland")
    assert "zonderland" not in redacted(made)[1][-1]
    assert [leak.kind for leak in privacy.leaks(made, {"a": b"dag zonderland"})]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("een beetje groei dus, zegt Groei", "een beetje {0} dus, zegt {0}"),
        ("groei na groei na groei, zegt Groei", "groei na groei na groei, zegt {0}"),
    ],
)
def test_a_word_beside_a_first_name_is_an_ordinary_one_where_it_is_mostly_written_small(
    text: str, becomes: str
) -> None:
    tokens, texts = redacted(audit_of(f"08:00 Aafke Groei: hallo\n08:01 Bouwe: {text}"))
    assert texts[1] == becomes.replace("{0}", tokens[0])


MANY = "Aafke " + " ".join(f"Zonder{a}{b}" for a in "bcdfghjkmnprst" for b in "aeiouy")  # 85 words


@pytest.mark.parametrize(
    "name",
    ["Zonder" * 5_000, "a" * 30_000 + "b", MANY, "Aafke \ufdfa", "\ufdfa" * 300],
    ids=["one word", "drawn out", "many words", "a phrase", "phrases"],
)  # fmt: skip
def test_a_name_is_found_whole_however_long_and_has_few_forms(name: str) -> None:
    made = audit_of(
        f"08:00 Bouwe: hallo\n08:01 {name}: dag\n08:02 Bouwe: dank {name}, {name.upper()} en {name.lower()}!"
    )
    learnt = known(made)
    assert len(learnt.short) < 50 and max(map(len, learnt.short), default=0) <= 24
    assert max((len(parts) for held in learnt.sequences.values() for parts in held), default=0) <= 12
    assert sum(map(len, learnt.single)) + sum(map(len, learnt.glued)) < 10 * len(name) + 100
    own = redacted(made)[0][made.members["name"].tolist().index(name)]
    text = redacted(made)[1][2]
    assert text.startswith(f"dank {own}") and not any(word in text.lower() for word in ("aafke", "zonder", "aaa"))


def test_many_of_one_first_name_are_learnt_in_time() -> None:
    """Twenty thousand names that begin alike, of which each form is kept once, and of who share one no more than two."""
    held = Known()
    for i in range(20_000):
        for form in (("anna", f"vos{i}"), ("anna", "v")):
            held.sequence(form, Who("full name", (f"Anna Vos{i}",)))
    assert len(held.sequences["anna"]) == 20_001
    assert held.sequences["anna"]["anna", "v"].members == ("Anna Vos0", "Anna Vos1")


def test_of_a_message_longer_than_any_only_the_beginning_stays() -> None:
    long, name = "ja " * 30_000, "Aafke Zonderland"
    cut = "ja " * 21_844  # 65,532 characters, so that the name stands across the end
    made = audit_of(
        f"08:00 {name}: {long}\n08:01 Bouwe: {cut}zonderland {long}\n08:02 Bouwe: {'x' * 70_000}\n08:03 {name}: ja"
    )
    texts = redacted(made)[1]
    assert texts[0] == long[:65_535] + "[rest]"
    assert texts[1:3] == [f"{cut}[rest]", "[rest]"]


def test_a_sign_for_a_phrase_parts_words() -> None:
    tokens, texts = redacted(audit_of("08:00 Aafke: hallo\n08:01 Bouwe: Aafke\ufdfa dank"))
    assert texts[1] == f"{tokens[0]}\ufdfa dank"


# ------------------------------------------------------------------------------------------------------------------ keys


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_a_key_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    privacy.new_key(tmp_path / "a.key")
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    with pytest.raises(privacy.BadKey, match="belongs to another user"):
        privacy.read_key(tmp_path / "a.key")


def test_a_key_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.key").symlink_to("a.key")
    with pytest.raises(Unreadable, match=r"Cannot read the key .*; check its rights"):
        privacy.read_key(tmp_path / "a.key")


def test_a_file_larger_than_a_key_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text(f"podaudit key 1\nabout\n{KEY.hex()}\n".ljust(4096), encoding="ascii")
    path.chmod(0o600)
    assert privacy.read_key(path) == KEY
    path.write_text(path.read_text(encoding="ascii") + " ", encoding="ascii")
    with pytest.raises(privacy.BadKey, match="larger than a key can be"):
        privacy.read_key(path)


# --------------------------------------------------------------------------------------------------------------- outputs


def _packed(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = gzip.compress(data, mtime=0)
    return data


def test_packages_within_packages_are_opened_as_deep_as_anything_is_packed() -> None:
    assert list(decode.texts(_packed(b"Bouwe", 4))) == ["Bouwe"]
    assert list(decode.texts(_packed(b"Bouwe", 5))) == []


@pytest.mark.parametrize(
    "data", [_packed(b"Bouwe" * 99, 1)[:20], zlib.compress(b"Bouwe" * 99)[:9], b"\x1f\x8bBouwe", b"x\x9cBouwe"]
)
def test_what_only_looks_packed_is_read_as_it_stands(data: bytes) -> None:
    assert next(decode.texts(data)) == data.decode("utf-8", "replace")


def test_escapes_within_escapes_are_taken_off_a_few_times() -> None:
    assert "Bouwe" in list(decode.texts(b"%252542ouwe"))
    assert "Bouwe" in list(decode.texts(b"&amp;amp;#66;ouwe"))
    assert "Bouwe" not in list(decode.texts(b"%25252525252542ouwe"))


@pytest.mark.parametrize(
    ("code", "character"),
    [("d7ff", "\ud7ff"), ("d800", " "), ("dfff", " "), ("e000", "\ue000"), ("10ffff", "\U0010ffff"), ("110000", " ")],
)
def test_an_escape_for_no_character_is_a_blank(code: str, character: str) -> None:
    assert f"x{character}x" in list(decode.texts(rf"x\u{{{code}}}x".encode()))


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["x", "Bouwe"]).dictionary_encode(), pa.array([[("Bouwe", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([[("x", "Bouwe")]], pa.map_(pa.string(), pa.string())), pa.array([b"Bouwe", None]), pa.array([["x"], ["Bouwe"]]),
        pa.array([{"a": "Bouwe"}]), pa.array([{"Bouwe": 1.5}]), pa.array([_packed(b"Bouwe", 2)], pa.large_binary()),
        pa.array(["Bouwe"], pa.large_string()), pa.array([["Bouwe"]], pa.large_list(pa.string())),
    ],
    ids=str,
)  # fmt: skip
def test_every_type_of_a_parquet_column_is_looked_into(column: pa.Array) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": column, "b": pa.array([1.5] * len(column))}), file)
    assert any("Bouwe" in text for text in decode.texts(file.getvalue()))


def test_two_in_one_handle_and_a_name_in_pieces_of_one() -> None:
    made = audit_of(
        "08:00 Bouwe: hallo\n08:01 Aafke Zonderland: volg @aafke_bouwe en @a.afkezonderland\n08:02 Bouwe: ja"
    )
    tokens, texts = redacted(made)
    aafke, bouwe = (tokens[made.members["name"].tolist().index(name)] for name in ("Aafke Zonderland", "Bouwe"))
    assert texts[1] in (f"volg {aafke} en {aafke}", f"volg {bouwe} en {aafke}")


def test_short_names_are_found_whole_and_never_by_a_letter() -> None:
    made = audit_of("08:00 Al B: hallo\n08:01 Aafke V: a b c, al met al, dank Aafke V. en Al B\n08:02 Al B: ja")
    tokens, texts = redacted(made)
    al, aafke = (tokens[made.members["name"].tolist().index(name)] for name in ("Al B", "Aafke V"))
    assert texts[1] == f"a b c, al met al, dank {aafke}. en {al}"


def test_what_two_may_be_called_for_short_is_nobodys() -> None:
    made = audit_of("08:00 Danique: hallo\n08:01 Danilo: hoi\n08:02 Bouwe: zie ik Dani en Danil")
    tokens, texts = redacted(made)
    assert texts[2] == f"zie ik Dani en {tokens[1]}"


@pytest.mark.parametrize("name", ["Bouwe Jr", "\U0001f41d", "Bouw"])
def test_an_outsider_whose_name_is_a_members_or_none_takes_nobodys_pseudonym(name: str) -> None:
    export = export_of(f"08:00 Bouw Zonderland: graag liken {post(1, 'bouw-van-de-zee')}\n08:01 Carlijn: dag Bouw")
    toml = f'[[call]]\nline = 1\nbeneficiary = "{name}"\n'
    made = audit(export, Options(), Corrections.parse(toml, "c.toml"))
    hidden = privacy.pseudonymise(made, KEY, text="redacted")
    assert hidden.messages["text"].tolist()[1] == f"dag {hidden.messages['member'].tolist()[0]}"


@pytest.mark.parametrize(("by", "becomes"), [("hour", "2024-03-06"), ("day", "2024-03-06"), ("week", "2024-03-04")])
def test_the_busiest_day_becomes_a_monday_only_by_the_week(by: coarse.Coarse, becomes: str) -> None:
    table = pd.DataFrame({"busiest_day": pd.Series(["2024-03-06", ""], dtype="str")})
    assert coarse.coarsened(table, by)["busiest_day"].tolist() == [becomes, ""]


def test_counts_by_kind_stay_from_five_on() -> None:
    assert coarse._large({"none": 0, "few": 4, "five": 5, "many": 60}) == {"five": 5, "many": 60}


# -------------------------------------------------------------------------------------------------------------- writing


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.txt"
    path.write_text(pod("Aafke Zonderland"), encoding="utf-8")
    return path


def test_tables_that_cannot_be_moved_into_their_folder_leave_it_as_it_was(
    call: Call, chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, real = chat.with_name("tables"), os.replace

    def full(one: Any, other: Any) -> None:
        if Path(other).parent == folder:
            raise OSError(28, "No space left on device")
        real(one, other)

    for there in (False, True):
        if there:
            folder.mkdir()
        with monkeypatch.context() as broken:
            broken.setattr(os, "replace", full)
            status, _, said = call("tables", chat, "-o", folder, "--pseudonyms", chat.with_name("a.key"), "-q")
        assert (status, said.count("\n")) == (1, 1) and "no space left on device" in said
        assert folder.exists() == there and (not there or not list(folder.iterdir()))


def test_a_folder_that_is_written_half_anew_is_not_complete(
    call: Call, chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, real = chat.with_name("tables"), os.replace
    assert call("tables", chat, "-o", folder, "--pseudonyms", chat.with_name("a.key"), "-q")[0] == 0
    before = {path.name for path in folder.iterdir()}

    def full(one: Any, other: Any) -> None:
        if Path(other) == folder / "members.csv":
            raise OSError(28, "No space left on device")
        real(one, other)

    monkeypatch.setattr(os, "replace", full)
    assert call("tables", chat, "-o", folder, "--pseudonyms", chat.with_name("a.key"), "-q")[0] == 1
    assert before - {path.name for path in folder.iterdir()} == {"manifest.json"}


def test_a_chat_in_no_folder_is_told_before_its_key_is_looked_for(call: Call) -> None:
    status, _, said = call("report", "none/chat.txt", "--share")
    assert (status, said.count("\n")) == (1, 1) and "chat.txt does not exist" in said


def test_quotes_are_listed_without_a_word_where_that_is_wanted(call: Call, chat: Path) -> None:
    status, out, said = call("report", chat, "--share", "--quotes", "-q", "--no-open")
    assert (status, said) == (0, "")
    listed = Path(os.fsdecode(out.strip())).with_suffix(".review.txt")
    assert "Aafke Zonderland" in listed.read_text(encoding="utf-8") and listed.stat().st_mode & 0o077 == 0


def test_where_there_are_no_rights_of_posix_none_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.key"
    privacy.new_key(path)
    path.chmod(0o644)
    found = path.stat()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(os, "name", "nt")
        keys._check_private(path, found)
    with pytest.raises(privacy.BadKey, match="can be read by others"):
        keys._check_private(path, found)
