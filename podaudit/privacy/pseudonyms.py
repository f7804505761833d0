"""An audit without the people in it: every name, text, number, link and id replaced or dropped, the figures kept."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from podaudit.audit import Asked
from podaudit.audit import figures as counted
from podaudit.model import EPISODES, LINKS, TABLES, Event, Kind, Schema, Source
from podaudit.privacy import coarse as coarsening
from podaudit.privacy.coarse import Coarse
from podaudit.privacy.known import known
from podaudit.privacy.redact import Redactor
from podaudit.privacy.tokens import FILE, POST, Tokens
from podaudit.tables import SECTIONS

if TYPE_CHECKING:
    import pandas as pd

    from podaudit.audit import Audit

Texts = Literal["none", "redacted"]

# What each column of the tables is, so that a column nobody thought of is refused and not let through.
_PEOPLE = frozenset({"member", "by", "caller", "beneficiary", "actor", "name"})
_TEXT = frozenset({"text", "phrase", "reason"})
_WHYS = frozenset({"why", "doubts"})
_POSTS = frozenset({"post_id", "key"})
_GONE: Mapping[str, Any] = {
    "url": "",
    "posted_at": None,
    "vanity": None,
    "post": None,
    "also": [],
    "owner": False,
    "start": 0,
    "stop": 0,
}
_PENALTIES = frozenset({"removal", "no_support", "retract", "fee", "other"})
_KEPT = frozenset(
    "line line_end line_in_file of rule_line call_line lines time first last from until deadline due kind event platform "
    "post_kind asks labels status verdict type is_post messages periods first_line last_line lifted number term calls".split()
)

_CURLY = re.compile("“[^“”]*”")
_CURLY_ABOUT = re.compile(r"“[^“”]*” \(([^()]*)\)")
_REPR = re.compile(r"""(?:(?<=^)|(?<=: ))(['"]).*\1""", re.S)
_SUBJECT = re.compile(r"""(["“„«‘]\s?)(.{1,100}?)(\s?["”“»’])(?!\w)""")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_OWNER = re.compile(r"The phone's owner \('you'\) was taken")


def pseudonymise(
    audit: Audit, key: bytes, *, text: Texts = "none", coarse: Coarse | None = None, suppress: bool = False
) -> Audit:
    """The audit with pseudonyms under ``key`` for people, group, files and posts, and the same figures.

    Links, slugs, the posts' own times, other names and who made the export are left out. ``text`` says what becomes of
    what people wrote: nothing of it stays, or it stays redacted. ``coarse`` rounds every time down; ``suppress`` leaves
    counts from 1 to 4 out of the tables of figures. Raises ``TypeError`` for a table or column that it does not know:
    nothing is let through unseen.
    """
    work = _Work.of(audit, key, text)
    made = {schema.name: work.table(getattr(audit, schema.name), schema) for schema in (*TABLES, LINKS)}
    fields = {field.name for field in dataclasses.fields(audit)}
    if strange := sorted(fields - made.keys() - SECTIONS.keys() - {"source", "evidence"}):
        raise TypeError(f"no pseudonyms are known for the audit's {', '.join(strange)}")
    source = work.source(audit.source)
    before = {f.name: made[f.name] for f in dataclasses.fields(Asked) if f.name != "source"}
    asked = Asked(source=source, **before)
    # Worked out anew, not renamed: their order goes by name, and would give the order of the real names away.
    figures: dict[str, Any] = counted(asked, made["pressure"], audit.load.minutes_each)
    if coarse is not None:
        made = {name: coarsening.coarsened(table, coarse) for name, table in made.items()}
        source = coarsening.of_source(source, coarse)
        figures = {name: _each(held, SECTIONS[name], lambda t, _: coarsening.coarsened(t, coarse))
                   for name, held in figures.items()}  # fmt: skip
    if suppress:
        figures = {name: _without_few(_each(held, SECTIONS[name], coarsening.suppressed), name)
                   for name, held in figures.items()}  # fmt: skip
    how = {"text": text, "coarse": coarse, "suppress": suppress}
    changed: dict[str, Any] = made | figures | {"evidence": None}  # what is the owner's alone goes
    return dataclasses.replace(audit, source=dataclasses.replace(source, pseudonyms=how), **changed)


def _each(section: Any, held: Mapping[str, Schema], change: Callable[[pd.DataFrame, Schema], pd.DataFrame]) -> Any:
    """A section of figures with each of its tables changed."""
    changed = {name: change(getattr(section, name), schema) for name, schema in held.items()}
    return dataclasses.replace(section, **changed)


def _without_few(section: Any, name: str) -> Any:
    """A section of figures without counts from 1 to 4 among those that stand in no table."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(section):
        value = getattr(section, field.name)
        if field.name not in SECTIONS[name]:
            if isinstance(value, Mapping):
                changed[field.name] = {k: None if coarsening.few(v) else v for k, v in value.items()}
            elif coarsening.few(value):
                changed[field.name] = None
    return dataclasses.replace(section, **changed)


@dataclass(frozen=True, slots=True)
class _Work:
    """The pseudonyms of one chat, and what becomes of each column."""

    tokens: Tokens
    members: Mapping[str, str]  # every name a member is shown by -> pseudonym
    files: Mapping[str, str]
    keys: Mapping[tuple[str | None, str], str]  # a call's post id and link -> identity of the post
    redactor: Redactor | None  # None: no text stays

    @staticmethod
    def of(audit: Audit, key: bytes, text: Texts) -> _Work:
        tokens = Tokens(key)
        shown = dict(zip(audit.members["name"].tolist(), audit.members["also"].tolist(), strict=True))
        named = tokens.members(shown)
        every = {other: named[name] for name, also in shown.items() for other in also} | named
        files = {file.name: tokens.token(FILE, file.sha256) for file in audit.source.files}
        ids = [value if isinstance(value, str) else None for value in audit.calls["post_id"].tolist()]
        keys = dict(zip(zip(ids, audit.calls["url"].tolist(), strict=True), audit.calls["key"].tolist(), strict=True))
        return _Work(tokens, every, files, keys, Redactor(known(audit), tokens, named) if text == "redacted" else None)

    def person(self, name: Any) -> Any:
        """A member's pseudonym, or an outsider's; what is empty stays so."""
        if not isinstance(name, str) or not name:
            return name
        return self.members.get(name) or self.tokens.outsider(name)

    def words(self, text: Any) -> Any:
        """What becomes of something that was written."""
        if not isinstance(text, str):
            return text
        return self.redactor.text(text) if self.redactor else ""

    def why(self, text: str) -> str:
        """A reason: its own words stay, those of the chat go the way of all text."""
        for name, token in self.files.items():
            text = text.replace(name, token)
        if self.redactor:
            return self.redactor.text(text)
        bare = _REPR.sub("“…”", _CURLY.sub("“…”", _CURLY_ABOUT.sub(r"\1", text)))
        return "; ".join(dict.fromkeys(bare.split("; ")))

    def post(self, key: Any) -> Any:
        """A post's pseudonym, from the identity of what its link leads to."""
        return self.tokens.token(POST, key) if isinstance(key, str) and key else key

    def value(self, value: Any) -> Any:
        """A rule's value: numbers, clock times, kinds and signs stay; words go the way of all text."""
        if not isinstance(value, str) or _CLOCK.fullmatch(value) or value in _PENALTIES:
            return value
        if self.redactor:
            return self.redactor.text(value)
        return None if any(c.isalnum() for c in value) else value

    def source(self, source: Source) -> Source:
        """What was read, without the names of group and files; the hashes are keyed ones of the hashes."""

        def keyed(sha256: str) -> str:
            return self.tokens.digest("sha256", sha256).hex()

        files = tuple(
            dataclasses.replace(file, name=self.files[file.name], sha256=keyed(file.sha256)) for file in source.files
        )
        return dataclasses.replace(
            source, name=" + ".join(file.name for file in files), sha256=keyed(source.sha256), files=files,
            group=None if source.group is None else self.tokens.group(source.group),
            warnings=tuple(self.warning(w) for w in source.warnings if not _OWNER.search(w)),
        )  # fmt: skip

    def warning(self, text: str) -> str:
        for name, token in self.files.items():
            text = text.replace(name, token)
        return text

    def table(self, table: pd.DataFrame, schema: Schema) -> pd.DataFrame:
        """One of the audit's tables with its people, texts and posts replaced, rows of a line in the pseudonyms' order."""
        made: dict[str, Any] = {}
        for column in schema.columns:
            made[column.name] = self._column(table, column.name, schema)
        changed = schema.frame(made)
        if schema is EPISODES:
            return changed.sort_values(["first_line", "last_line", "kind", "member"], ignore_index=True)
        line = schema.names[0]
        if line in ("line", "call_line") and "member" in changed:
            order = [line, *(name for name in ("call_line", "key") if name in changed and name != line), "member"]
            changed = changed.sort_values(order, kind="stable", ignore_index=True)
        return changed

    def _column(self, table: pd.DataFrame, name: str, schema: Schema) -> Any:
        column = table[name]
        if name in _KEPT:
            return column
        if name in _GONE:
            gone = _GONE[name]
            return [list(gone) if isinstance(gone, list) else gone for _ in range(len(column))]
        if name in _PEOPLE:
            return _mapped(column, self.person)
        if name in _WHYS:
            if schema.name == "pressure":
                return [{label: self.why(why) for label, why in held.items()} for held in column]
            return _mapped(column, self.why)
        if name in _TEXT:
            return self._texts(table) if schema.name == "messages" else _mapped(column, self.words)
        if name in _POSTS:
            return _mapped(table["key"], self.post) if "key" in table else self._posts_of(table)
        if name == "sender":
            return [
                self.person(member) if sender else "" for sender, member in zip(column, table["member"], strict=True)
            ]
        if name == "to":
            return self._to(table)
        if name == "value":
            return [self.value(value) for value in column]
        if name in ("targets", "members"):
            return [sorted(self.person(member) for member in held) for held in column]
        if name == "phrases":
            return [{label: tuple(map(self.words, words)) for label, words in held.items()} for held in column]
        if name == "file":
            return [self.files[file] for file in column]
        raise TypeError(f"no pseudonyms are known for the column {name} of the table {schema.name}")

    def _texts(self, table: pd.DataFrame) -> list[str]:
        """The messages' texts; of what is no text (a file, a contact, a place) only what it is."""
        if self.redactor is None:
            return [""] * len(table)
        spoken = (Kind.TEXT, Kind.NOTICE, Kind.DELETED, Kind.POLL, Kind.CALL)
        return [
            self.redactor.text(self._without_subjects(text) if kind == Kind.NOTICE else text)
            if kind in spoken
            else self._captioned(kind, text)
            for kind, text in zip(table["kind"].tolist(), table["text"].tolist(), strict=True)
        ]

    def _without_subjects(self, notice: str) -> str:
        """A notice with the group's names, past ones too, replaced: that is what notices quote."""
        return _SUBJECT.sub(lambda m: m[1] + self.tokens.group(m[2]) + m[3], notice)

    def _captioned(self, kind: str, text: str) -> str:
        assert self.redactor is not None
        _, line, caption = text.partition("\n") if kind == Kind.MEDIA else (text, "", "")
        return f"[{kind}]{line}{self.redactor.text(caption)}"

    def _to(self, table: pd.DataFrame) -> list[Any]:
        """A new number is its member's; a new subject is a group's name."""
        return [
            to
            if not isinstance(to, str)
            else self.person(member)
            if event == Event.NUMBER_CHANGED
            else self.tokens.group(to)
            for event, member, to in zip(table["event"], table["member"], table["to"], strict=True)
        ]

    def _posts_of(self, table: pd.DataFrame) -> list[Any]:
        """The posts of a table that names them by id or, where there is none, by link."""
        return [
            self.post(self.keys.get((post_id if isinstance(post_id, str) else None, url)))
            for post_id, url in zip(table["post_id"].tolist(), table["url"].tolist(), strict=True)
        ]


def _mapped(column: pd.Series[Any], change: Callable[[Any], Any]) -> list[Any]:
    """A column changed value by value, equal ones once."""
    values = column.tolist()
    known = {value: change(value) for value in dict.fromkeys(values)}
    return [known[value] for value in values]
