"""The chat as detectors see it: what members wrote, folded once, with links taken out and names known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import regex

from podaudit.detect.language import shares
from podaudit.detect.names import Names
from podaudit.export.words import unedited
from podaudit.lexicon import Hit
from podaudit.lexicon.fold import fold_all
from podaudit.model import Kind, times

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SPLIT = dt.timedelta(minutes=2)  # ask and link may stand in two messages in a row, codebook section 1
_SHORT, _SPOKEN = 4, 0.02  # letters of a word that needs its language, and the share of messages that makes it spoken
LAUGH = regex.compile(r"[😂🤣😅🙈😬🤦]|\b(?:(?:ha|he|hi|ja|je|lo){2,}l?|lol|lmao|mdr|ptdr|kkk+|rsrs+)\b")
READ = 8_000  # characters of a message that are searched; the longest lists of rules hold half as many
_RUN = 64  # letters and digits in a row, or signs and blanks in a row: longer than any word, and kept short for the patterns
_RUNS = regex.compile(rf"\w{{{_RUN + 1},}}|\W{{{_RUN + 1},}}")
_MAY_RUN = (
    rf"\S{{{_RUN + 1}}}|\W{{{_RUN + 1}}}"  # for RE2, whose \W are all but ASCII's letters and digits: quick to compile
)
_BEFORE = 4  # signs of a run that stand right before a word: a line's end, a bullet
LINK_SIGN = "⧉"  # stands in the folded text where a link stood


@dataclass(frozen=True, slots=True)
class Chat:
    """What members wrote, one position per message (the app's notices, deleted messages and gaps are not among them).

    All sequences run parallel; ``i`` below is a position in them.
    """

    lines: Sequence[int]  # line of the export
    times: Sequence[Any]  # datetime.datetime, local, naive
    moments: np.ndarray[Any, np.dtype[np.datetime64]]  # the same
    members: Sequence[str]  # canonical name of who wrote it
    writers: np.ndarray[Any, np.dtype[np.int64]]  # the same: a number for each member who wrote
    texts: Sequence[str]  # as exported, the first READ characters
    folded: Sequence[str]  # podaudit.lexicon.fold, each link replaced by LINK_SIGN
    media: Sequence[bool]  # a media placeholder, contact card, location or call: no words of its own
    unlike: Sequence[str]  # the folded texts, each once
    column: pa.Array  # the same, for Lexicon.gate
    which: np.ndarray[Any, np.dtype[np.int64]]  # of each message, the position of its folded text in ``unlike``
    names: Names  # who is meant by a name, a mention or a number
    admins: frozenset[str]  # founder and those made admin, as far as notices say
    membership: pd.DataFrame  # MEMBERSHIP
    languages: Mapping[str, float]  # language code -> share of the messages
    present: dict[str, tuple[tuple[Any, Any], ...]]  # member -> periods (from or None, until or None)

    def __len__(self) -> int:
        return len(self.lines)

    def in_a_row(self, i: int) -> list[int]:
        """The messages right before and right after one by the same member, at most SPLIT apart."""
        return [
            j for j in (i - 1, i + 1)
            if 0 <= j < len(self) and self.members[j] == self.members[i] and abs(self.times[j] - self.times[i]) <= SPLIT
        ]  # fmt: skip

    def at_home(self, hit: Hit) -> bool:
        """Does a hit count here? A short word needs its language to be spoken: Portuguese «no alvo» holds no English «no»."""
        return len(hit.phrase) > _SHORT or hit.language == "any" or self.languages.get(hit.language, 0) >= _SPOKEN

    def here(self, member: str, when: Any) -> bool:
        """Was the member in the group at that moment, by the notices?"""
        return any((a is None or a <= when) and (b is None or when < b) for a, b in self.present.get(member, ()))


def view(messages: pd.DataFrame, members: pd.DataFrame, membership: pd.DataFrame, links: pd.DataFrame) -> Chat:
    """Build the view from the export's tables (MESSAGES, MEMBERS, MEMBERSHIP) and the links found in it (LINKS)."""
    import pyarrow as pa

    shown = messages.loc[
        ~messages["kind"].isin([Kind.NOTICE, Kind.DELETED, Kind.GAP]), ["line", "time", "member", "kind", "text"]
    ]
    lines: list[int] = shown["line"].tolist()
    (texts, _), (senders, writers) = _shared(shown["text"]), _shared(shown["member"])
    texts = [text if len(text) <= READ else text[:READ] for text in texts]
    bare = [unedited(text) if text.endswith(">") else text for text in _without_links(lines, texts, links)]
    texts, bare = _short_runs(texts), _short_runs(bare)
    folded, which = _shared(fold_all(bare))
    unlike = list(dict.fromkeys(folded))
    present = {
        name: tuple((p["from"], p["until"]) for p in periods)
        for name, periods in zip(members["name"].tolist(), members["periods"].tolist(), strict=True)
    }
    events = membership[membership["event"].isin(["created", "admin"])]
    admins = frozenset(n for n in events["member"].tolist() if isinstance(n, str))
    return Chat(
        lines=lines,
        times=times(shown),
        moments=shown["time"].to_numpy("datetime64[us]"),
        members=senders,
        writers=writers,
        texts=texts,
        folded=folded,
        media=(shown["kind"] != Kind.TEXT).tolist(),
        unlike=unlike,
        column=pa.array(unlike, pa.large_string()),
        which=which,
        names=Names.learn(members, senders, bare, folded, links, lines),
        admins=admins,
        membership=membership,
        languages=shares(folded),
        present=present,
    )


def _shared(column: pd.Series[str] | list[str]) -> tuple[list[str], np.ndarray[Any, np.dtype[np.int64]]]:
    """The strings of a column, equal ones as one object, for a chat says the same thing often; and a number for each unlike one."""
    import pyarrow as pa

    coded = pa.chunked_array([pa.array(column, pa.large_string())]).combine_chunks().dictionary_encode()
    values, numbers = np.array(coded.dictionary.to_pylist(), object), coded.indices.to_numpy().astype(np.int64)
    return values[numbers].tolist(), numbers


def _short_runs(texts: list[str]) -> list[str]:
    """The texts with no run longer than ``_RUN``, so that no pattern can be made to look at one again from each of its places."""
    import pyarrow as pa
    import pyarrow.compute as pc

    unlike = [text for text in dict.fromkeys(texts) if len(text) > _RUN]
    if not unlike:
        return texts
    long = pc.indices_nonzero(pc.match_substring_regex(pa.array(unlike, pa.large_string()), _MAY_RUN)).to_pylist()
    shorter = {unlike[i]: _RUNS.sub(_shorter, unlike[i]) for i in long}
    return [shorter.get(text, text) for text in texts] if shorter else texts


def _shorter(run: regex.Match[str]) -> str:
    return run[0][: _RUN - _BEFORE] + run[0][-_BEFORE:]


def places(lines: Sequence[int], wanted: pd.Series[int]) -> list[int]:
    """Positions in the chat of lines of the export; -1 for those of no member's message."""
    ours, theirs = np.array(lines, np.int64), wanted.to_numpy()
    at = np.searchsorted(ours, theirs)
    return np.where(np.isin(theirs, ours), at, -1).tolist()  # type: ignore[no-any-return]


def indices(values: Any, known: Any) -> np.ndarray[Any, Any]:
    """Positions of values among those known, which differ; -1 for others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(pa.array(values), value_set=pa.array(known))
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _without_links(lines: list[int], texts: list[str], links: pd.DataFrame) -> list[str]:
    bare = list(texts)
    spans = zip(places(lines, links["line"]), links["start"].tolist(), links["stop"].tolist(), strict=True)
    for i, start, stop in reversed(list(spans)):
        if i >= 0 and start < READ:
            bare[i] = f"{bare[i][:start]} {LINK_SIGN} {bare[i][stop:]}"
    return bare
