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
