"""Who is spoken of, in seven languages: traits of their own kind, since pronouns are few and known."""

from __future__ import annotations

import regex

_WORDS = {
    "you": r"je|jij|jou|jouw|jullie|u|uw|you|your|yours|ur|y'all|du|dich|dir|dein\w*|ihr|euch|euer\w*|tu|te|toi|ton|ta|tes|vous|votre|vos|"
    r"ti|tuyo|vosotros|ustedes|usted|voce|voces|vcs?|seu|sua|teu|tua|voi|vi|tuo|vostr\w*",
    "i": r"ik|mij|mijn|m'n|me|i|i'm|i've|my|mine|ich|mich|mir|mein\w*|j|j'ai|moi|mon|ma|mes|yo|mi|mis|eu|meu|minha|io|mio|mia|ho",
    "we": r"wij|we|ons|onze|us|our|wir|uns|unser\w*|nous|notre|nos|nosotros|nuestr\w*|noi|nostr\w*|a gente|nosso|nossa",
    "he": r"hij|hem|haar|zij|ze|zijn|he|him|she|her|they|them|er|ihn|ihm|sie|il|elle|lui|el|ella|ele|ela|lei|gli",
    "not": r"niet|geen|nooit|niks|not|no|never|don't|doesn't|won't|can't|didn't|nicht|kein\w*|nie|nichts|pas|jamais|rien|nunca|nada|nao|"
    r"non|mai|niente",
}
PRONOUNS = {name: regex.compile(rf"\b(?:{words})\b") for name, words in _WORDS.items()}

_OTHERS = (
    r"(?:l'|(?:my|our|his|her|their|the|mijn|m'n|onze|ons|zijn|haar|hun|de|het|mein\w*|unser\w*|sein\w*|ihr\w*|der|die|das|mon|ma|mes|"
    r"notre|son|sa|le|la|les|mi|mis|nuestr\w+|su|el|los|las|os|(?:o |a )?(?:meu|minha|nosso|nossa)|(?:il |la )?(?:mio|mia|nostro|nostra)|"
    r"il|lo|gli)\s)"
)
_ARE = r"(?:is|are|was|will be|has|zit|zijn|gaat|blijft|heeft|ist|sind|hat|bleibt|geht|est|sont|sera|esta|estan|va|ha|fica|vai|sono|resta)"
# What is said of something or somebody else: "my sister is in Spain until Friday", "the gym is closed until Sunday".
OF_OTHERS = regex.compile(rf"\W{{0,9}}(?:\w{{1,40}}[,:]? )?{_OTHERS}\w{{1,40}}(?: \w{{1,40}})? {_ARE} ")
# A member's name with a verb in the third person tells what that member did: "Lynn did all of them".
TELLS_OF = regex.compile(
    r"\s*(?:also |already |ook |al |schon |aussi |deja |tambien |ya |tambem |ja |anche |gia )?"
    r"(?:did|has|hasn't|didn't|heeft|had|deed|hat|hatte|a (?=\w+[eis]\b)|ha|hizo|fez|tem)\s"
)
