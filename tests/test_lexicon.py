"""The phrase books: what they must not hold, that they keep their own word, and the syntax they are written in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from podaudit import lexicon
from podaudit.lexicon import LANGUAGES, Entry, LexiconError, load
from podaudit.lexicon.fold import fold, fold_all, locate

SPOKEN = LANGUAGES[1:]
BOOKS = load()
TOPICS = sorted(BOOKS.about)
# Talk between neighbours, colleagues, friends, in which nobody says anything of a call.
SMALL_TALK = [
    "de vergadering begint om negen in lokaal 3",
    "the plumber is coming at nine with a ladder",
    "der Klempner bringt eine Leiter mit",
    "le plombier apporte une échelle",
    "el plomero trae una escalera",
    "o canalizador traz uma escada",
    "l'idraulico porta una scala",
]


def _hits(topic: str, text: str) -> set[str]:
    return {h.concept for h in BOOKS.scan(topic, fold(text))}


def _book(folder: Path, words: str, also: str = "", concepts: str = 'done = "x"\nlater = "y"') -> Path:
    """A folder of phrase books with one English entry, plus whatever else is given."""
    (folder / "en").mkdir(parents=True)
    (folder / "t.toml").write_text(concepts, encoding="utf-8")
    entry = f'[[entry]]\nid = "e.one"\nis = "done"\nwords = {words}\nyes = ["x"]\nno = ["y"]\n'
    (folder / "en" / "t.toml").write_text(entry + also, encoding="utf-8")
    return folder


# ------------------------------------------------------------------------------------------------------------ the books


@pytest.mark.parametrize("text", SMALL_TALK)
def test_small_talk_reports_nothing(text: str) -> None:
    sure = {"done", "promise", "refuse", "excuse", "absent", "all", "both", "except", "received"}
    assert not _hits("replies", text) & sure


@pytest.mark.parametrize("text", SMALL_TALK)
def test_small_talk_asks_nothing(text: str) -> None:
    assert not _hits("calls", text) & {"react", "comment", "share", "follow", "save", "vote", "thanks", "again"}


@pytest.mark.parametrize(
    "text",
    [
        "goed gedaan Kim",
        "well done Kim",
        "gut gemacht Kim",
        "bien fait Kim",
        "bien hecho Kim",
        "muito bem feito Kim",
        "ben fatto Kim",
    ],
)
def test_praise_is_marked_as_a_turn_of_speech(text: str) -> None:
    hits = BOOKS.scan("replies", fold(text))
    done = [h for h in hits if h.concept == "done"]
    assert done
    assert all(any(i.concept == "idiom" and i.start <= d.start and d.stop <= i.stop for i in hits) for d in done)


def test_the_books_match_their_yes_lines_and_no_others() -> None:
    assert BOOKS.check() == []


@pytest.mark.parametrize("topic", ["calls", "replies"])
@pytest.mark.parametrize("language", SPOKEN)
def test_every_concept_has_words_in_every_language(topic: str, language: str) -> None:
    have = {e.concept for e in BOOKS.entries if e.topic == topic and e.language == language}
    signs = {e.concept for e in BOOKS.entries if e.topic == topic and e.language == "any"}
    assert set(BOOKS.about[topic]) - have <= signs & {"tick"}


def _parsed(tokens: list[str]) -> list[Any]:
    """A phrase up to a bracket that closes: words, and for each pair of brackets its alternatives; takes them off ``tokens``."""
    sequence: list[Any] = []
    while tokens and tokens[0] not in ("|", ")", "]"):
        token = tokens.pop(0)
        if token in ("(", "["):
            choices = [_parsed(tokens)]
            while tokens.pop(0) == "|":
                choices.append(_parsed(tokens))
            sequence.append((token == "[", choices))
        else:
            sequence.append(token)
    return sequence


def _spelt(token: str, entry: Entry) -> str:
    """A text that a word of a phrase stands for."""
    if token in ("...", "..", "^", "$"):
        return ""
    if token.startswith("<"):
        topic, _, concept = token[1:-1].rpartition(".")
        of = (topic or entry.topic, concept)
        held = [e for e in BOOKS.entries if (e.topic, e.concept) == of and e.language in (entry.language, "any")]
        source = max(held, key=lambda e: e.language == entry.language)
        return _texts(_parsed(lexicon.elements(source.words[0])), source)[-1]
    return token.strip("*").replace("#", "7").replace("\\", "")


def _texts(sequence: list[Any], entry: Entry) -> list[str]:
    """Texts that a phrase stands for: each alternative once, the others at their first; last the one of all first ones."""
    plain = [_spelt(x, entry) if isinstance(x, str) else "" if x[0] else _texts(x[1][0], entry)[-1] for x in sequence]
    texts = [
        [*plain[:n], text, *plain[n + 1 :]]
        for n, x in enumerate(sequence) if not isinstance(x, str)
        for choice in x[1]
        for text in _texts(choice, entry)
    ]  # fmt: skip
    return [" ".join(filter(None, text)) for text in (*texts, plain)]


@pytest.mark.parametrize("topic", sorted({e.topic for e in BOOKS.entries}))
def test_every_alternative_of_every_phrase_can_be_matched(topic: str) -> None:
    dead = []
    for entry in (e for e in BOOKS.entries if e.topic == topic):
        for words in entry.words:
            pattern = BOOKS.pattern(words, entry)
            for text in dict.fromkeys(_texts(_parsed(lexicon.elements(words)), entry)):
                if not (pattern.search(text) and any(h.entry == entry.id for h in BOOKS.scan(topic, text))):
                    dead.append(f"{entry.id}: {text!r} by {words[:60]!r}")
    assert dead == []


@pytest.mark.parametrize(
    ("topic", "concept", "text"),
    [
        ("rules", "quota", "max 2x per week"), ("rules", "strikes", "3x niet en je ligt eruit"), ("rules", "seconds", "within 30s"),
        ("pressure", "payment", "15€ por persona"), ("pressure", "payment", "cobran $10 al mes"), ("pressure", "payment", "10 $ par mois"),
        ("pressure", "payment", "20r$ por mês"), ("pressure", "shaming", "dit is de 6e keer dat"), ("replies", "absent", "until the 14th"),
    ],
)  # fmt: skip
def test_numbers_that_signs_are_written_to_are_read(topic: str, concept: str, text: str) -> None:
    assert concept in {h.concept for h in BOOKS.scan(topic, fold(text))}
    assert BOOKS.gate(topic, pa.array([fold(text)])).all()


def test_no_phrase_is_spelt_so_that_it_never_matches() -> None:
    """Open words are looked up by at most their first 14 letters; a star stands at either end of a word, never alone."""
    faults = []
    for entry in (e for e in BOOKS.entries if e.topic in ("calls", "replies")):
        for words in entry.words:
            for token in regex.split(r"[\s()\[\]|]+", fold(words)):
                stem = token.strip("*")
                if "*" in stem or (token and not stem) or (token == f"{stem}*" and stem.isalnum() and len(stem) > 14):
                    faults.append(f"{entry.id}: {token}")
    assert faults == []


@pytest.mark.parametrize(
    ("topic", "concept", "lines"),
    [
        (
            "calls",
            "react",
            [
                "duimpje graag",
                "hit that like",
                "Däumchen bitte",
                "un pouce svp",
                "denle like",
                "curte aí",
                "mettete un cuore",
            ],
        ),
        (
            "calls",
            "comment",
            [
                "zet er iets onder",
                "leave a word",
                "Senf dazu",
                "un petit mot",
                "¿qué opinan?",
                "o que acham?",
                "dite la vostra",
            ],
        ),
        (
            "calls",
            "mine",
            [
                "mijn nieuwe post",
                "here's mine",
                "mein Beitrag ist live",
                "le mien",
                "va el mío",
                "o meu",
                "ecco il mio",
            ],
        ),
        (
            "replies",
            "done",
            [
                "staat eronder",
                "left you a comment",
                "drunter geschrieben",
                "c’est fait",
                "¡Listo!",
                "já fiz",
                "ho commentato",
            ],
        ),
        (
            "replies",
            "promise",
            [
                "doe ik straks",
                "on it",
                "mach ich gleich",
                "je m’en occupe",
                "luego lo hago",
                "pode deixar",
                "ci penso io",
            ],
        ),
        (
            "replies",
            "refuse",
            ["sla ik over", "I’ll pass", "ohne mich", "je passe mon tour", "paso de este", "passo essa", "lo salto"],
        ),
        (
            "replies",
            "excuse",
            ["lukt niet", "no signal", "schaff ich nicht", "impossible", "no puedo", "não consigo", "non ce la faccio"],
        ),
        (
            "replies",
            "absent",
            ["op vakantie", "out until Monday", "im Urlaub", "en congé", "de vacaciones", "de férias", "in ferie"],
        ),
    ],
)
def test_a_concept_is_found_in_every_language(topic: str, concept: str, lines: list[str]) -> None:
    assert [line for line in lines if concept not in _hits(topic, line)] == []


# ----------------------------------------------------------------------------------------------------------- the syntax


@pytest.mark.parametrize(
    ("words", "silent", "fires"),
    [
        ("staat er", ["het staat erop", "staat. er"], ["STAAT er", "staat, er"]),
        ("reage*", ["ik areageer"], ["reageert u"]),
        ("*geren", ["gerenoveerd"], ["reageren"]),
        ("heb .. gedaan", ["heb ik het echt al gedaan", "heb ik. Gedaan"], ["heb gedaan", "heb ik al gedaan"]),
        ("heb ... gedaan", ["heb a b c d e f gedaan"], ["heb a b c d e gedaan"]),
        ("a (b|c d) e", ["a c e"], ["a b e", "a c d e"]),
        ("a [b] c", ["a d c"], ["a b c", "a c"]),
        ("[a|b] c", ["xc"], ["a c", "b c", "c"]),
        ("# posts", ["drie posts", "a1 posts"], ["10 posts"]),
        ("^ later $", ["tot later", "later dan"], ["later", "… later!!"]),
        ("✅", ["✔"], ["klaar✅"]),
        ("c est fait", ["c fait"], ["c’est fait", "C'EST FAIT"]),
    ],
)
def test_syntax(tmp_path: Path, words: str, silent: list[str], fires: list[str]) -> None:
    books = load(_book(tmp_path / "books", f'["{words}"]'))
    assert [line for line in silent if books.scan("t", fold(line))] == []
    assert [line for line in fires if not books.scan("t", fold(line))] == []


def test_a_reference_stands_for_all_words_of_the_concept(tmp_path: Path) -> None:
    later = '[[entry]]\nid = "e.two"\nis = "later"\nwords = ["tonight", "at #"]\nyes = ["tonight"]\nno = ["y"]\n'
    books = load(_book(tmp_path / "books", '["do it <later>"]', later))
    assert [h.concept for h in books.scan("t", "i do it at 9")] == ["done", "later"]
    assert [h.concept for h in books.scan("t", "i do it now")] == []


def test_a_hit_says_where_and_by_which_entry(tmp_path: Path) -> None:
    books = load(_book(tmp_path / "books", '["all (done|in)"]'))
    (hit,) = books.scan("t", "well, all done now")
    assert (hit.concept, hit.entry, hit.phrase, hit.start, hit.stop) == ("done", "e.one", "all done", 6, 14)


def test_check_names_lines_that_do_not_hold(tmp_path: Path) -> None:
    books = load(_book(tmp_path / "books", '["y"]'))
    assert books.check() == [
        "e.one: does not match its yes line 'x'",
        "e.one: matches its no line 'y'",
    ]


@pytest.mark.parametrize(
    ("words", "also", "said"),
    [
        ('["a (b"]', "", ["e.one", "bracket"]),
        ('["a b)"]', "", ["e.one", "bracket"]),
        ('["a [b) c"]', "", ["e.one", "bracket"]),
        ('["a ^ b"]', "", ["e.one", "never match"]),
        ('["a $ b"]', "", ["e.one", "never match"]),
        ('["(a|b)* c"]', "", ["e.one", "star"]),
        ('["a <nothing>"]', "", ["e.one", "<nothing>"]),
        ('["a <done>"]', "", ["e.one", "itself"]),
    ],
)
def test_check_finds_malformed_words(tmp_path: Path, words: str, also: str, said: list[str]) -> None:
    with pytest.raises(LexiconError) as raised:  # at loading, or at the latest when the books are checked
        faults = load(_book(tmp_path / "books", words, also)).check()
        raise LexiconError(faults[0])
    assert [s for s in said if s not in str(raised.value)] == []


@pytest.mark.parametrize(
    ("words", "also", "said"),
    [
        ("[]", "", ["en/t.toml", "e.one", "no words"]),
        ('["[a]"]', "", ["e.one", "'[a]'"]),
        ('["..."]', "", ["e.one", "'...'"]),
        ('["a"', "", ["en/t.toml"]),
        ('["a"]', '[[entry]]\nid = "e.one"\nis = "done"\nwords = ["b"]\n', ["en/t.toml", "e.one", "twice"]),
        ('["a"]', '[[entry]]\nid = "e.two"\nis = "dun"\nwords = ["b"]\n', ["en/t.toml", "e.two", "'dun'"]),
        ('["a"]', '[[entry]]\nid = "e.two"\nis = "done"\nword = ["b"]\n', ["en/t.toml", "e.two", "word"]),
    ],
)
def test_a_book_that_cannot_be_used_names_file_and_entry(
    tmp_path: Path, words: str, also: str, said: list[str]
) -> None:
    with pytest.raises(LexiconError) as raised:
        load(_book(tmp_path / "books", words, also))
    assert [s for s in said if s not in str(raised.value)] == []


# ------------------------------------------------------------------------------------------------------ gate and folding

_PARTS = st.sampled_from([line for e in BOOKS.entries if e.topic in ("calls", "replies") for line in (*e.yes, *e.no)])
_FILL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.tuples(_FILL, _PARTS, _FILL), min_size=1, max_size=6))
def test_whatever_a_phrase_matches_passes_the_gate(topic: str, parts: list[tuple[str, str, str]]) -> None:
    lines = fold_all("".join(p) for p in parts)
    gate = BOOKS.gate(topic, pa.array(lines, pa.large_string())).tolist()
    assert [line for line, passes in zip(lines, gate, strict=True) if not passes and BOOKS.scan(topic, line)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_yes_line_passes_the_gate_of_its_concept(topic: str) -> None:
    for concept in BOOKS.about[topic]:
        lines = fold_all(line for e in BOOKS.entries if (e.topic, e.concept) == (topic, concept) for line in e.yes)
        gate = BOOKS.gate(topic, pa.array(lines, pa.large_string()), (concept,)).tolist()
        assert [line for line, passes in zip(lines, gate, strict=True) if not passes] == []


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40), st.text(alphabet="ABÉß ŒÄ’–👍🏽z", min_size=1, max_size=8), st.text(max_size=40))
def test_what_is_located_folds_to_the_phrase(before: str, phrase: str, after: str) -> None:
    wanted, text = fold(phrase).strip(), before + phrase + after
    spans = locate(text, phrase)
    assert bool(spans) == bool(wanted)
    assert [(a, b) for a, b in spans if wanted not in fold(text[a:b])] == []
    assert spans == sorted(spans)


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("Één", "een"),
        ("Straße", "strasse"),
        ("c’est “fait”", 'c\'est "fait"'),
        ("👍🏽", "👍"),
        ("✔️", "✔"),
        ("a\u200bb", "ab"),
        ("e\u0301e", "ee"),
        ("tab\there", "tab here"),
        ("a\u00a0b…", "a b..."),
        ("Ａｂ", "ab"),
    ],
)
def test_fold(raw: str, folded: str) -> None:
    assert fold(raw) == folded


def test_locate_leads_back_to_the_raw_characters() -> None:
    text = "Große Ehre: GROSSE und große"
    assert [text[a:b] for a, b in locate(text, "grosse")] == ["Große", "GROSSE", "große"]
    assert locate(text, "") == []
    assert locate(text, "klein") == []


def test_an_unknown_topic_or_concept_matches_nothing() -> None:
    assert BOOKS.scan("nothing", "done") == ()
    assert BOOKS.gate("nothing", pa.array(["done"], pa.large_string())).tolist() == [False]
    assert BOOKS.gate("replies", pa.array(["done"], pa.large_string()), ("nothing",)).tolist() == [False]
