"""Which chat this is, what was assumed in reading it, and the facts of the run."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterator

from podaudit.model import Kind, Options
from podaudit.report.language import Language, Piece, Text, plain, visible
from podaudit.report.sayings import DATES, LINES, OTHER_PHONE, OWNER, Saying, is_one_of, part, retell
from podaudit.report.tally import Tally
from podaudit.report.view import Fact, Head


def head(t: Tally) -> Head:
    lang, source = t.lang, t.audit.source
    group = visible(source.group or source.name)
    title = "".join(c for c in group if unicodedata.category(c) not in ("Cf", "Cc")).strip()
    facts = [
        *_files(t, 16),
        Fact(
            lang.gettext("Lines in the file") if len(source.files) == 1 else lang.gettext("Lines, merged"),
            (t.figure("lines", source.lines),),
        ),
        Fact(
            lang.gettext("Messages"),
            lang.say(
                "%(messages)s, of which %(notices)s notices by the app itself",
                messages=t.figure("messages", source.messages), notices=t.figure("notices", source.system_messages),
            ),
        ),
        Fact(lang.gettext("Members"), (t.figure("members", len(t.names)),)),
        Fact(
            lang.gettext("Not read"),
            lang.say_n("%(n)s stretch of lines", "%(n)s stretches of lines", source.gaps,
                       n=t.figure("gaps", source.gaps))
            if source.gaps else lang.say("nothing"),
        ),
    ]  # fmt: skip
    warnings, assumed = _assumed(t)
    return Head(
        title or "podaudit", group, _period(lang, source.first, source.last), tuple(facts),
        warnings, assumed,
    )  # fmt: skip


def _files(t: Tally, digits: int) -> Iterator[Fact]:
    """Each export as given, with as many digits of its SHA-256; nothing in a version to share."""
    if t.audit.source.pseudonyms is not None:
        return
    for file in t.audit.source.files:
        yield Fact(t.lang.gettext("File"), (Piece(visible(file.name), name=True),))
        yield Fact(
            t.lang.gettext("SHA-256 of the file as given"),
            (Piece(file.sha256[:digits] + ("…" if digits < len(file.sha256) else "")),),
        )


def _assumed(t: Tally) -> tuple[tuple[Saying, ...], tuple[Text, ...]]:
    """The reader's warnings, and apart from them what it always settles: the order of dates, the zone, the owner."""
    lang, source, warnings = t.lang, t.audit.source, []
    orders = {"dmy": lang.gettext("day, month, year"), "mdy": lang.gettext("month, day, year"),
              "ymd": lang.gettext("year, month, day")}  # fmt: skip
    dates = lang.say("The dates were read as %(order)s.", order=orders.get(source.date_order, source.date_order))
    several = [f"{file.name}: " for file in source.files] if len(source.files) > 1 else []
    grounds, settled = "", []
    for warning in source.warnings:
        prefix = next((p for p in several if warning.startswith(p)), "")
        said = warning.removeprefix(prefix)
        if is_one_of(said, DATES) and not several:
            dates = (Piece(retell(lang, said).text),)
        elif is_one_of(said, (*DATES, LINES)) or (prefix and is_one_of(said, (OWNER,))):
            settled.append((Piece(retell(lang, warning).text),))
        elif found := is_one_of(said, (OWNER,)):
            grounds = part(lang, found["grounds"])
        else:
            warnings.append(retell(lang, warning))
    zone = lang.say("Times are those of the phone that made the export; the file names no time zone.")
    if several:
        zone = lang.say("Times are those of the phone that made the first export; the files name no time zone.")
    assumed = [*([] if several else [dates]), zone, *settled]
    of_another = any(OTHER_PHONE in warning for warning in source.warnings)  # then the owner is not "you"
    for name, is_owner in zip(t.audit.members["name"], t.audit.members["owner"], strict=True):
        if of_another or not is_owner:
            continue
        if grounds:
            assumed.append(
                lang.say("“You” in the app's notices is taken to be %(member)s, who %(grounds)s.",
                         member=t.member(name), grounds=grounds)
            )  # fmt: skip
        else:
            assumed.append(lang.say("“You” in the app's notices is taken to be %(member)s.", member=t.member(name)))
    return tuple(warnings), tuple(assumed)


def _period(lang: Language, first: dt.datetime | None, last: dt.datetime | None) -> str:
    if first is None or last is None:
        return ""
    if first.date() == last.date():
        return lang.date(first)
    return plain(lang.say("%(first)s to %(last)s", first=lang.date(first), last=lang.date(last)))


def run(t: Tally, options: Options | None) -> tuple[Fact, ...]:
    lang, source = t.lang, t.audit.source
    kinds = Counter(t.audit.messages["kind"].tolist())
    gap = t.audit.messages[t.audit.messages["kind"] == Kind.GAP.value]
    names = {
        Kind.TEXT: lang.gettext("text"), Kind.MEDIA: lang.gettext("media left out"),
        Kind.DELETED: lang.gettext("deleted"),
        Kind.NOTICE: lang.gettext("notices"), Kind.CALL: lang.gettext("telephone calls"),
        Kind.POLL: lang.gettext("polls"),
        Kind.LOCATION: lang.gettext("locations"), Kind.CONTACT: lang.gettext("contacts"),
    }  # fmt: skip
    by_kind = lang.listing([f"{lang.number(kinds[k.value])} {name}" for k, name in names.items() if kinds[k.value]])
    gap_lines = int((gap["line_end"] - gap["line"] + 1).sum())
    languages = ", ".join(f"{lang.language(code)} {lang.percent(share, 1)}" for code, share in source.languages.items())
    return (
        *_files(t, 64),
        Fact(lang.gettext("Encoding"), (Piece(source.encoding),)),
        *(
            Fact(lang.gettext("Layout"), (Piece(f"{visible(file.name)}: {file.platform}, {file.date_order}, {file.clock}"),))
            for file in source.files
        ),
        Fact(lang.gettext("Languages found"), (Piece(languages or "–"),)),
        Fact(
            lang.gettext("Every line accounted for"),
            lang.say(
                "%(lines)s lines: %(read)s in messages, %(gaps)s not read",
                lines=lang.number(source.lines), read=lang.number(source.lines - gap_lines),
                gaps=lang.number(gap_lines),
            ),
        ),
        Fact(lang.gettext("Messages by kind"), by_kind or (Piece("–"),)),
        Fact(lang.gettext("Options"), _options(t, options)),
    )  # fmt: skip


def _options(t: Tally, options: Options | None) -> Text:
    """What the user decided, apart from where the page goes."""
    lang = t.lang
    told = [lang.say("%(n)s minutes for each request", n=lang.decimal(t.audit.load.minutes_each, 1))]
    if options is not None and options.date_order:
        told.append(lang.say("order of day and month as asked for: %(order)s", order=options.date_order))
    if options is not None and options.me:
        told.append(lang.say("your own name given"))
    if options is not None and options.strict:
        told.append(lang.say("no line may go unread"))
    return lang.listing(told)
