"""What the page over groups says of its figures: names, definitions, and what the literature reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from podaudit.report.language import N_

Unit = Literal["count", "number", "share", "minutes"]


@dataclass(frozen=True, slots=True)
class Words:
    """How a column of the table ``groups`` is called and defined."""

    name: str
    about: str
    unit: Unit


FIGURES: Mapping[str, Words] = {
    "members": Words(N_("members"), N_("who wrote, or whom the app's notices name"), "count"),
    "messages": Words(N_("messages"), N_("those of the export, the app's notices counted"), "count"),
    "days": Words(N_("days"), N_("from the first message to the last, both days counted"), "count"),
    "calls": Words(N_("calls"), N_("posts put before the group"), "count"),
    "calls_per_week": Words(N_("calls a week"), N_("7 × calls / days"), "number"),
    "top_three": Words(N_("calls by the three most active"), N_("share of the calls by the three members with the most"), "share"),
    "gini": Words(
        N_("concentration of calls"),
        N_("Gini coefficient of the calls per member, over all who were members at any time: 0 is even, towards 1 is all by one"),
        "number",
    ),
    "median_per_week": Words(
        N_("calls asked of a member in a week"),
        N_("median number of obligations, over all pairs of a member and a week in which he or she was in the group"), "number",
    ),
    "rules": Words(N_("rules laid down"), N_("statements of what members must, should or may not do, later versions counted"), "count"),
    "compliance": Words(
        N_("said to be done"),
        N_("obligations with “done” on record, in time or late, / obligations: what members said, not what they did"), "share",
    ),
    "latency_median": Words(
        N_("time to “done”"),
        N_("median minutes from a call to the message that says it is done; measured from 5 of those on"), "minutes",
    ),
    "latency_within_15": Words(
        N_("“done” within 15 minutes"), N_("share of those with “done” on record, at most 15 minutes after the call"), "share"
    ),
    "latency_within_60": Words(
        N_("“done” within 60 minutes"), N_("share of those with “done” on record, at most 60 minutes after the call"), "share"
    ),
    "reciprocity": Words(
        N_("reciprocity"),
        N_("of the pairs in which one answered the other at least once, the share that has it the other way as well"), "share",
    ),
    "weighted_reciprocity": Words(
        N_("weighted reciprocity"),
        N_("sum of 2 × min(answered one way, answered the other way) over pairs / all answered (Squartini et al. 2013)"), "share",
    ),
    "density": Words(
        N_("density"), N_("of the pairs in which one was asked by the other, the share with at least one call answered"), "share"
    ),
    "pressing_per_100": Words(
        N_("messages that press"),
        N_("messages labelled reminder, demand, appeal to guilt, shaming, threat, sanction, call to retaliate or insult, per 100 "
           "messages that members wrote"), "number",
    ),
}  # fmt: skip

POOLED: Mapping[str, Words] = {
    "compliance": Words(N_("said to be done, all groups"), N_("obligations with “done” on record / obligations"), "share"),
    "removed": Words(
        N_("removed after dissent"),
        N_("members who objected and were removed within 14 days / members who objected"), "share",
    ),
    "left": Words(
        N_("left after dissent"),
        N_("members who objected and left within 14 days, and were not removed / members who objected"), "share",
    ),
}  # fmt: skip

# (section, its title, what stands beneath it, its figures)
SECTIONS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("sizes", N_("How large, how busy"), (
        N_("In the pictures a bar counts groups. Beneath the axis stand the median, an upright stroke, and its interval, a line."),
    ), ("members", "messages", "days", "calls", "calls_per_week", "median_per_week",
                                             "top_three", "gini")),
    ("rules", N_("What the rules ask"), (
        N_("A type of rule is counted once per group, however often it was laid down."),
    ), ("rules",)),
    ("compliance", N_("What is said to be done"), (
        N_("“Nothing on record” is not “did not do it”: many do it and say nothing, and emoji reactions are missing from exports."),
    ), ("compliance",)),
    ("latency", N_("How soon"), (
        N_("Times run from the call to the message that says it is done, which may come later than the deed."),
    ), ("latency_median", "latency_within_15", "latency_within_60")),
    ("reciprocity", N_("Give and take"), (
        N_("Little reciprocity is “not shown”, never “no pod”: what is not on record may have been given."),
    ), ("reciprocity", "weighted_reciprocity", "density")),
    ("pressure", N_("Pressure"), (
        N_("A label counts in a group once one of its messages carries it. Rates are per 100 messages that members wrote, with the "
           "median over the groups."),
    ), ("pressing_per_100",)),
    ("episodes", N_("Episodes"), (
        N_("An episode is an order in time, no proof that the one caused the other."),
    ), ()),
    ("dissent", N_("What came after dissent"), (
        N_("Who objected to the rules or to how members are treated, and what the app's notices show within 14 days. An order in "
           "time, no cause; who leaves without a notice in the export is not seen."),
    ), ()),
)  # fmt: skip

METHODS = (
    N_("All intervals are of 95 percent."),
    N_("Groups with at least one call are compared; a group without any asked nothing of anybody, and is only counted."),
    N_("Shares of groups have the score interval (Wilson 1927), groups taken as independent cases."),
    N_("Medians have the exact interval of order statistics, which supposes nothing of the distribution; below 6 groups there "
       "is none. Quartiles are interpolated linearly."),
    N_("Rates over all groups together have the percentile interval of the bootstrap: groups are redrawn, not members, "
       "%(draws)s times from a fixed seed; below 6 groups there is none."),
    N_("The groups are those that somebody donated, no random sample of all pods: an interval says how much chance plays among "
       "groups like these, not how far these are like others."),
    N_("A figure that a group cannot show (nobody was asked, too few answers, a small count held back) leaves that group out of it; "
       "the column “groups” says how many remain."),
)  # fmt: skip

FAILED: Mapping[str, str] = {
    "unreadable": N_("could not be read, or held no chat"),
    "undecided": N_("left open something that only the user can decide"),
    "leak": N_("would have shown a name or the like, and was held back"),
    "died": N_("ended the process that worked on it, twice"),
    "bug": N_("met an error of podaudit itself"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure that the literature reports; ``here`` says what of ours stands beside it, its slots named after figures."""

    work: str
    source: str
    says: str
    here: str


_PODS = "Weerasinghe, Flanigan, Stein, McCoy, Greenstadt: The Pod People, WWW 2020"
_PODS_AT = "doi:10.1145/3366423.3380256"
_SPOT = "SPOTAPOD"
_SPOT_AT = "github.com/PolymathWizard/SPOTAPOD, docs/baseline-profile.md"
_GUIDE = "linkedin-mcp-engagement-pod"
_GUIDE_AT = N_("README of that software, 2026")
_COMMENTS = N_("not measurable here: a chat holds no comments")
LITERATURE = (
    Finding(
        _PODS, _PODS_AT, N_("more than 400 pods with 111,455 accounts"),
        N_("%(groups)s groups with %(members)s members, who count once per group"),
    ),
    Finding(
        _PODS, _PODS_AT, N_("4 percent of the pods demanded a minimum number of followers"),
        N_("not measurable here: the codebook has no such rule"),
    ),
    Finding(
        _PODS, _PODS_AT, N_("posts of pods told from others by the style of comments and by timing, AUC 0.91 and 0.94"), _COMMENTS
    ),
    Finding(
        "Dutta, Chetan, Joshi, Chakraborty: Retweet Us, We Will Retweet You, ASONAM 2018", "arXiv:1806.08979",
        N_("customers of retweet exchanges show no synchronicity"), N_("“done” within 15 minutes: %(latency_within_15)s"),
    ),
    Finding(
        "Farooqi, Zaffar, Leontiadis, Shafiq: Measuring and Mitigating OAuth Access Token Abuse by Collusion Networks, IMC 2017",
        "doi:10.1145/3131365.3131404", N_("more than a million colluding accounts"),
        N_("not measurable here: a chat shows members, not accounts"),
    ),
    Finding(
        "CooRTweet", "CRAN", N_("symmetry of a pair, min / max of what either did; a measure without a reported value"),
        N_("weighted reciprocity: %(weighted_reciprocity)s"),
    ),
    Finding(
        _SPOT, _SPOT_AT, N_("of 213,491 records, the ten most active of 7,033 authors have 4.7 percent"),
        N_("another measure: the three most active of a group put up %(top_three)s of its calls"),
    ),
    Finding(_SPOT, _SPOT_AT, N_("25,436 of 213,491 records share their text with another"), _COMMENTS),
    Finding(_GUIDE, _GUIDE_AT, N_("pods of 3 to 5 members"), N_("members: %(members_median)s")),
    Finding(_GUIDE, _GUIDE_AT, N_("the one who gains returns about 30 percent"), N_("reciprocity: %(reciprocity)s")),
    Finding(
        _GUIDE, _GUIDE_AT, N_("comments 10 to 15 minutes after the post"), N_("time to “done” from the call: %(latency_median)s")
    ),
    Finding(
        N_("The public archive of one LinkedIn member, 904 reactions"), N_("an illustration, one person"),
        N_("reactions come 18.6 hours after the post (median); 6.0 percent within an hour"),
        N_("time to “done” from the call: %(latency_median)s; within 60 minutes: %(latency_within_60)s"),
    ),
)  # fmt: skip
