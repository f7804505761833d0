"""The languages of a chat, as shares of its messages, by the small words that each language cannot do without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import regex

_SMALL = {
    "nl": "de het een en van ik je niet dat is op voor met zijn er maar ook nog wel bij aan heb hebben jullie mijn wat als dan "
    "dit deze even naar hij ze weer geen al kan wie nu om uit moet",
    "en": "the a and of i you not that is on for with are it but also my what if then this have has was to in we your just they "
    "from be can who now out will do so at all me",
    "de": "der die das ein eine und von ich du nicht dass ist auf fur mit sind es aber auch noch mal bei an habe haben ihr mein "
    "was wenn dann den dem zu im wir heute schon nur wer jetzt aus muss kein",
    "fr": "le la les un une et de je tu vous pas que est sur pour avec sont il mais aussi mon ce si du des en nous au qui ne j'ai "
    "c'est d'un plus tout ma mes par se",
    "es": "el la los un una y de yo no que es en por para con son pero tambien mi lo si del las se me al esta hoy ya muy como quien "
    "te mas todo ustedes hay",
    "pt": "o a os um uma e de eu nao que em por para com sao mas tambem meu minha se do da dos voce voces ja hoje muito como quem "
    "na no ao as tem foi isso pra gente",
    "it": "il la lo gli un una e di io non che in per con sono ma anche mio mia si del della ho hai oggi gia molto come chi vi ci al "
    "alla le i piu tutti questo qui",
}
_OF = {
    word: [x for x, words in _SMALL.items() if word in words.split()]
    for words in _SMALL.values()
    for word in words.split()
}
_WORD = regex.compile(r"[\p{L}']+")
_SAMPLE = 5000  # messages, evenly spread; more changes no share that is shown


def shares(folded: Sequence[str]) -> dict[str, float]:
    """Language code -> share of the messages in which it can be told (two decimals, largest first, 0.02 and more)."""
    step = max(1, len(folded) // _SAMPLE)
    counts: Counter[str] = Counter()
    for text in folded[::step]:
        score: Counter[str] = Counter()
        for word in _WORD.findall(text[:500]):
            for code in _OF.get(word, ()):
                score[code] += 1
        ranked = score.most_common(2)
        if ranked and ranked[0][1] >= 2 and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
            counts[ranked[0][0]] += 1
    total = sum(counts.values())
    found = {code: round(n / total, 2) for code, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))}
    return {code: share for code, share in found.items() if share >= 0.02}
