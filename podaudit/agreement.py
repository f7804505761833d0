"""How far coders agree with each other and with the audit: Cohen's kappa, Krippendorff's alpha and the confusion, per code.

Each code is a question of its own, answered yes or no for every message; what a coder left open, or marked with ``?``, is
missing. Kappa takes the messages that both of two readers answered; alpha all that at least two coders answered, however many
coders there are. With the design of the sample, what it says of all messages that members wrote is estimated as well
(``podaudit.estimating``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from podaudit import __version__, estimating
from podaudit.codes import CODES, chat_id, found
from podaudit.estimating import Coded, Measured
from podaudit.evaluate import Units, kappa
from podaudit.model import DecisionNeeded
from podaudit.sampling import strata
from podaudit.sheet import Codes, Key, Sheet

if TYPE_CHECKING:
    from podaudit.audit import Audit
    from podaudit.sampling import Drawn

SCHEMA_VERSION = 1
AUDIT = "podaudit"  # the audit's name among the readers


@dataclass(frozen=True, slots=True)
class Alpha:
    """The agreement of all coders on one code."""

    code: str
    coders: int  # who answered it for some message
    units: int  # messages that two coders or more answered
    value: float | None  # None where there is nothing to measure: no such message, or all say the same of all


@dataclass(frozen=True, slots=True)
class Pair:
    """The agreement of two readers on one code."""

    code: str
    a: str
    b: str
    units: Units  # (what a says, what b says) -> messages

    @property
    def agreed(self) -> float | None:
        n = self.units.total()
        return (self.units[True, True] + self.units[False, False]) / n if n else None

    @property
    def kappa(self) -> float | None:
        return kappa(self.units)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a coder's part of a sample says of the messages it was drawn from, for one code.

    Strata in which the coder answered the code for no message are left out: all figures speak of the others. None where there
    is nothing to divide by, no audit to compare, or no stratum left.
    """

    code: str
    coder: str
    left_out: tuple[str, ...]  # strata, in the design's order
    messages: int  # in the others
    total: Measured | None  # of these, that carry the code
    found: int | None  # of these, to which the audit gives it; None also where it may be told of the whole chat only
    precision: Measured | None  # of the audit: share of what it gives the code that the coder gives it too
    recall: Measured | None  # of the audit: share of what the coder gives the code that it gives it too


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures, in the order of ``CODES``; of pairs, coders first."""

    coders: tuple[str, ...]
    alphas: tuple[Alpha, ...]
    pairs: tuple[Pair, ...]
    estimates: tuple[Estimate, ...]


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal values: of each unit, the values it was given; who gave none is left out.

    None without units that two coders or more gave a value, and where all of those values are the same.
    """
    given, agreed, n = Counter[Hashable](), Fraction(0), 0
    for values in units:
        if len(values) > 1:
            counts = Counter(values)
            given.update(counts)
            n += len(values)
            agreed += Fraction(sum(c * (c - 1) for c in counts.values()), len(values) - 1)
    by_chance = sum(c * (c - 1) for c in given.values())
    if n * (n - 1) == by_chance:  # also where n is 0
        return None
    return float(1 - (n - 1) * (n - agreed) / (n * (n - 1) - by_chance))


def compare(
    sheets: Sequence[Sheet], audit: Audit | None = None, design: Mapping[Key, Drawn] | None = None
) -> Agreement:
    """The agreement of the coders of ``sheets``, and of each with ``audit``. Raises ``DecisionNeeded`` where they don't fit."""
    sheets = _named_apart(sheets)
    readers: dict[str, Mapping[Key, Codes]] = {sheet.name: sheet.coded for sheet in sheets}
    coders = tuple(readers)
    if audit is not None:
        readers[AUDIT] = _as_reader(sheets, audit)
    for a, b in combinations(sheets, 2):
        if not a.coded.keys() & b.coded.keys():
            raise DecisionNeeded(f"{a.name} and {b.name} have no message in common; give sheets of one sample.")
    asked = [code for code in CODES if any(code in sheet.columns for sheet in sheets)]
    pairs = list(combinations(coders, 2)) + ([(name, AUDIT) for name in coders] if audit is not None else [])
    return Agreement(
        coders,
        tuple(_alpha(code, [readers[name] for name in coders]) for code in asked) if len(coders) > 1 else (),
        tuple(Pair(code, a, b, _units(code, readers[a], readers[b])) for a, b in pairs for code in asked),
        tuple(_estimates(sheets, asked, readers.get(AUDIT), audit, design)) if design is not None else (),
    )


def _named_apart(sheets: Sequence[Sheet]) -> list[Sheet]:
    made: list[Sheet] = []
    for sheet in sheets:
        name, n = sheet.name, 2
        while name in (AUDIT, *(other.name for other in made)):
            name, n = f"{sheet.name} ({n})", n + 1
        made.append(replace(sheet, name=name))
    return made


def _as_reader(sheets: Sequence[Sheet], audit: Audit) -> dict[Key, Codes]:
    """What the audit says of the messages that were coded."""
    chat, lines, codes = chat_id(audit.source), set(audit.messages["line"].tolist()), found(audit)
    made: dict[Key, Codes] = {}
    for sheet in sheets:
        for key in sheet.coded:
            if key[0] not in ("", chat) or key[1] not in lines:
                raise DecisionNeeded(
                    f"{sheet.name} was drawn from another export than {audit.source.name}; give the export it was drawn from."
                )
            made[key] = {code: code in codes.get(key[1], ()) for code in CODES}
    return made


def _units(code: str, one: Mapping[Key, Codes], other: Mapping[Key, Codes]) -> Units:
    answers = ((one[key].get(code), other[key].get(code)) for key in one if key in other)
    return Units((a, b) for a, b in answers if a is not None and b is not None)


def _alpha(code: str, readers: Sequence[Mapping[Key, Codes]]) -> Alpha:
    units: dict[Key, list[bool]] = defaultdict(list)
    coders = 0
    for coded in readers:
        answered = [(key, said) for key, codes in coded.items() if (said := codes.get(code)) is not None]
        coders += bool(answered)
        for key, said in answered:
            units[key].append(said)
    return Alpha(code, coders, sum(len(values) > 1 for values in units.values()), alpha(units.values()))


# ----------------------------------------------------------------------------------------------------------- estimates


def _estimates(
    sheets: Sequence[Sheet], asked: Sequence[str], said: Mapping[Key, Codes] | None, audit: Audit | None,
    design: Mapping[Key, Drawn],
) -> Iterable[Estimate]:  # fmt: skip
    sizes = {drawn.stratum: drawn.of for drawn in design.values()}
    found_in = _found_in(audit, sizes) if audit is not None else None
    for sheet in sheets:
        if unknown := [key for key in sheet.coded if key not in design]:
            raise DecisionNeeded(
                f"{sheet.name}: line {unknown[0][1]} is not in the design; give the design of this sample."
            )
        for code in asked:
            answers: dict[str, Units] = defaultdict(Units)  # by stratum: (what the coder says, what the audit says)
            for key, codes in sheet.coded.items():
                if (yes := codes.get(code)) is not None:
                    answers[design[key].stratum][yes, bool(said and said[key][code])] += 1
            left_out = tuple(name for name in sizes if name not in answers)
            found = None if found_in is None else found_in(code, left_out)
            yield _estimate(code, sheet.name, answers, sizes, left_out, found, said is not None)


def _found_in(audit: Audit, sizes: Mapping[str, int]) -> Callable[[str, Collection[str]], int | None]:
    """Counts to how many messages the audit gives a code, but for some strata.

    None where those are not the audit's own, as where the sample was drawn with another version or other corrections.
    """
    codes, lines = found(audit), strata(audit)
    of = {name: Counter(code for line in held for code in codes.get(line, ())) for name, held in lines.items()}
    same = {name: len(held) for name, held in lines.items()} == dict(sizes)

    def count(code: str, left_out: Collection[str]) -> int | None:
        return sum(n[code] for name, n in of.items() if name not in left_out) if same or not left_out else None

    return count


def _estimate(
    code: str, coder: str, answers: Mapping[str, Units], sizes: Mapping[str, int], left_out: tuple[str, ...], found: int | None,
    compared: bool,
) -> Estimate:  # fmt: skip
    def part(*given: bool) -> list[Coded]:
        """Of each stratum, the messages of which the audit says one of these."""
        made = []
        for name, units in sorted(answers.items()):
            cases = sum(units[yes, it] for yes in (True, False) for it in given)
            if cases:
                made.append(Coded(sum(units[True, it] for it in given), cases, units.total() / sizes[name]))
        return made

    precision = recall = None
    given = part(True) if compared else []
    stood_for = sum(one.size for one in given)
    if found and stood_for < found:  # others lie in strata of which chance drew none of them
        given = [replace(one, drawn=one.drawn * stood_for / found) for one in given]
    if given:
        precision = estimating.share(given)
    if given or (compared and found == 0):  # of what it gives the code to, none may have been coded
        recall = estimating.part_of_both(estimating.total(given), estimating.total(part(False)))
    return Estimate(
        code, coder, left_out, sum(sizes.values()) - sum(map(sizes.__getitem__, left_out)),
        estimating.total(part(True, False)) if answers else None, found if answers else None, precision, recall,
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- output


def document(made: Agreement) -> dict[str, Any]:
    """The figures as data: a row for each code, for each code and pair of readers, and for each code and coder."""
    return {
        "schema": SCHEMA_VERSION,
        "generator": f"podaudit {__version__}",
        "coders": list(made.coders),
        "alpha": [
            {"code": a.code, "coders": a.coders, "units": a.units, "alpha": _rounded(a.value)} for a in made.alphas
        ],
        "pairs": [
            {
                "a": p.a, "b": p.b, "code": p.code, "units": p.units.total(), "both": p.units[True, True],
                "only_a": p.units[True, False], "only_b": p.units[False, True], "neither": p.units[False, False],
                "agreed": _rounded(p.agreed), "kappa": _rounded(p.kappa),
            }
            for p in made.pairs
        ],
        "estimates": [
            {
                "coder": e.coder, "code": e.code, "left_out": list(e.left_out), "messages": e.messages,
                "total": _measured(e.total), "found": e.found, "precision": _measured(e.precision),
                "recall": _measured(e.recall),
            }
            for e in made.estimates
        ],
    }  # fmt: skip


def _measured(made: Measured | None) -> dict[str, float | None] | None:
    if made is None:
        return None
    return {"value": _rounded(made.value), "low": _rounded(made.low), "high": _rounded(made.high)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
