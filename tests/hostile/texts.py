"""Hostile words: markup, links, formulas, terminal codes and look-alikes in names, messages, subjects and file names."""

from __future__ import annotations

from tests.hostile.making import CANARY, POD, POD_CALLS, Case, Read, android, archive, file, ios, pod

MARKUP = {
    "script": f"<script>{CANARY}</script>",
    "image-with-handler": f'"><img src=x onerror="{CANARY}">',
    "handler-in-single-quotes": f"' onmouseover='{CANARY}' autofocus onfocus='{CANARY}",
    "handler-in-double-quotes": f'" onmouseover="{CANARY}" autofocus tabindex=1 onfocus="{CANARY}',
    "end-of-style": f"</style><script>{CANARY}</script>",
    "end-of-title": f"</title><svg onload={CANARY}>",
    "end-of-script": f"</script><script>{CANARY}</script>",
    "end-of-many": f"</textarea></select></table></blockquote></article></main><input autofocus onfocus={CANARY}>",
    "svg-style": f"<svg><style><img src=x onerror={CANARY}></style></svg>",
    "mutation": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={CANARY}&gt;">',
    "noscript": f'<noscript><p title="</noscript><img src=x onerror={CANARY}>">',
    "template": f"<template><script>{CANARY}</script></template>",
    "entities": f"&lt;script&gt;{CANARY}&lt;/script&gt; &amp;lt; &#x3c;img src=x onerror={CANARY}&#62; &quot;",
    "comment": f"<!-- --!> <!--> ]]> <![CDATA[ <?php <script>{CANARY}</script> -->",
    "jinja-value": "{{7919*7927}} {{ ''.__class__.__mro__ }} {{ config }} {{ view }}",
    "jinja-block": "{% include '/etc/passwd' %} {% raw %} {# {% for x in view %}",
    "format-slots": "%(n)s %(time)s %s %d %% {0} {name!r} {0.__class__} $name ${x}",
    "frame": f"<iframe srcdoc='<script>parent.{CANARY}</script>'></iframe>",
    "base": "<base href=https://evil.example/>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "policy": "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline'\">",
    "form": f"<form action=https://evil.example><button formaction=javascript:{CANARY} autofocus>x</button></form>",
    "details": f"<details open ontoggle={CANARY}><summary>x</summary></details>",
    "object": f"<object data='data:text/html,<script>{CANARY}</script>'></object><embed src=https://evil.example/x>",
    "stylesheet": "<link rel=stylesheet href=https://evil.example/x.css><style>*{background:url(https://evil.example)}</style>",
    "style-attribute": '<b style="position:fixed;top:0;background:url(https://evil.example/x)">x</b>',
    "xlink": f'<svg><a xlink:href="javascript:{CANARY}"><text y=9>x</text></a><use href="data:image/svg+xml,x"/></svg>',
    "backtick": f"`<b title='`' onclick={CANARY} `>",
    "nul-in-tag": f"<scr\x00ipt>{CANARY}</scr\x00ipt><img\x0csrc=x\x0bonerror={CANARY}>",
    "full-width": f"\uff1cscript\uff1e{CANARY}\uff1c/script\uff1e \ufe64b\ufe65",
    "anchors-and-classes": 'x" id="summary" class="skip" href="#m1',
    "custom-element": "<pdx-canary pdx=1 is=x></pdx-canary><slot></slot><portal src=https://evil.example>",
    "line-separators": f"\u2028<script>\u2029{CANARY}\u0085</script>",
}
_BAD = MARKUP["image-with-handler"]
_SAFE_NAME = f"<img src=x onerror={CANARY}>"


def _markup() -> list[Case]:
    made = [
        # A NUL in the header makes a gap of the line.
        Case(
            f"markup-{name}",
            "markup",
            Read(8, gaps=3) if "\x00" in bad else Read(POD),
            file(pod(bad, bad, bad).encode("utf-8", "replace"), "chat.txt", "--lang", "en"),
        )
        for name, bad in MARKUP.items()
    ]
    places = {
        "you": file(pod(_SAFE_NAME, _BAD).encode(), "chat.txt", "--me", _SAFE_NAME, "--lang", "en"),
        "file-name": file(pod().encode(), f"{_SAFE_NAME}.txt"),
        "file-name-quotes": file(pod().encode(), f"\"' onmouseover='{CANARY}.txt"),
        "zip-name": file(archive(("_chat.txt", pod().encode())), f"{_SAFE_NAME}.zip"),
        "zip-member": file(archive((f"{_SAFE_NAME}.txt", pod().encode())), "chat.zip"),
    }
    made += [Case(f"markup-in-{name}", "markup", Read(POD), make) for name, make in places.items()]
    attached = ios(
        f"Anna: \u200e<attached: 00000001-PHOTO{_SAFE_NAME}.jpg>", "Bob: \u200e<attached: ../../../../etc/passwd>",
        "Anna: \u200e<attached: /etc/passwd>", "Bob: \u200e<attached: file:///etc/passwd>", "Anna: x.vcf (file attached)",
    )  # fmt: skip
    made.append(Case("markup-in-attachments", "markup", Read(5), file(attached.encode())))
    poll = f"Anna: \u200ePOLL:\n{_BAD}\n\u200eOPTION: {_SAFE_NAME} (1 vote)\n\u200eOPTION: </li> (0 votes)"
    made.append(Case("markup-in-a-poll", "markup", Read(2), file(ios(poll, "Bob: x").encode())))
    return made


_ODD_LINKS = {
    "javascript": f"javascript:{CANARY}//linkedin.com/posts/x-activity-7107096621000000099-a",
    "javascript-in-capitals": f"JaVaScRiPt:{CANARY}",
    "scheme-split-by-a-tab": f"java\tscript:{CANARY} jav\u00adascript:x java\u200bscript:x",
    "data": f"data:text/html,<script>{CANARY}</script>",
    "vbscript": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "scheme-relative": "//evil.example/posts/x-activity-7107096621000000099-a",
    "backslash-host": "https://linkedin.com\\@evil.example/posts/x-activity-7107096621000000099-a",
    "user-before-host": "https://www.linkedin.com@evil.example/posts/x-activity-7107096621000000099-a",
    "user-and-password": "https://www.linkedin.com:443@evil.example/feed/update/urn:li:activity:7107096621000000099",
    "longer-host": "https://www.linkedin.com.evil.example/posts/x-activity-7107096621000000099-a",
    "hyphenated-host": "https://www-linkedin.com/posts/x-activity-7107096621000000099-a",
    "host-of-look-alikes": "https://www.l\u0456nkedin.com/posts/x-activity-7107096621000000099-a",
    "punycode": "https://www.xn--lnkedin-r2a.com/posts/x-activity-7107096621000000099-a",
    "half-a-bracket": "http://[foo http://[::1 https://[linkedin.com]/",
    "port-out-of-range": "https://evil.example:99999/ https://evil.example:-1/ https://evil.example:x/",
    "percent": "https://evil.example/%00%0a%0d%1b%3Cscript%3E%c0%80 https://evil.example/%zz%",
}


def _links() -> list[Case]:
    made = [
        Case(f"link-{name}", "links", Read(POD, calls=POD_CALLS), file(pod(text=link).encode()))
        for name, link in _ODD_LINKS.items()
    ]
    more = {
        "host-as-a-path": "https://evil.example/https://www.linkedin.com/posts",
        "quotes-in-a-post": f'https://www.linkedin.com/posts/x"onclick="{CANARY}-activity-7107096621000000099-a',
        "tags-in-a-post": f"https://www.linkedin.com/posts/<script>{CANARY}</script>-activity-7107096621000000099-a",
        "tags-in-a-short-link": f"https://lnkd.in/<img src=x onerror={CANARY}>",
        "tags-in-a-picture": f'https://www.instagram.com/p/"><script>{CANARY}</script>',
        "bidi-in-a-post": "https://www.linkedin.com/feed/update/urn:li:activity:71070966210000\u202e00099",
        "id-of-5000-digits": f"https://www.linkedin.com/feed/update/urn:li:activity:{'7' * 5000}",
        "id-of-zeros": "https://www.linkedin.com/feed/update/urn:li:activity:0000000000000000000",
        "id-of-arabic-digits": "https://www.linkedin.com/feed/update/urn:li:activity:\u0667\u0661\u0667\u0660\u0660\u0660\u0660",
        "id-of-the-far-future": f"https://www.linkedin.com/feed/update/urn:li:activity:{(1 << 63) - 1}",
    }  # fmt: skip
    made += [Case(f"link-{name}", "links", Read(POD), file(pod(text=link).encode())) for name, link in more.items()]
    return made


FORMULAS = {
    "equals": '=HYPERLINK("https://evil.example","x")', "plus": "+1+cmd|' /C calc'!A0", "minus": "-2+3",
    "at": "@SUM(1+1)", "tab": "\t=1+1", "full-width-equals": "\uff1d1+1", "full-width-at": "\uff20SUM(1)",
    "full-width-plus": "\uff0b1", "full-width-minus": "\uff0d1", "apostrophe": "'=1+1", "quoted": '"=1+1"',
    "pipe": "=cmd|'/C calc'!A1", "separators": ";=1+1,=2", "old-macro": "=4+5+cmd!A1",
}  # fmt: skip


def _formulas() -> list[Case]:
    """The formula is a sender, a whole message, the second line of one, and the group's name."""

    def text(bad: str) -> str:
        return pod(bad.strip(), "", bad) + android(
            f"Anna: {bad}\n{bad}", f"{bad.strip()}: {bad}", form="{day:02}-10-2023 {hour:02}:00 - "
        )

    return [
        Case(f"formula-{name}", "sheets", Read(POD + 2), file(text(bad).encode())) for name, bad in FORMULAS.items()
    ]


CODES = {
    "clear-screen": "\x1b[2J\x1b[1;1H", "title": "\x1b]0;owned\x07", "clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\", "colour": "\x1b[31;5m",
    "control-sequence-of-8-bits": "\x9b31m\x9d0;x\x9c",
    "device-control": "\x1bP1000p\x1b\\\x90x\x9c", "backspaces": "safe\x08\x08\x08\x08evil\x7f", "bell-and-shifts": "\x07\x0e\x0f\x05",
    "markup-of-rich": "[/b][red]x[/][link=https://evil.example]x[/link][bold", "carriage-return": "good\rEVIL",
    "bidi": "\u202egpj.exe\u2066x\u061c",
    "tags": "\U000e0041\U000e0042\U000e007f", "separators": "a\u2028b\u2029c\u0085d\x0be\x0cf",
}  # fmt: skip


def _codes() -> list[Case]:
    made = [
        Case(f"terminal-{name}", "terminal", Read(POD), file(pod(f"Bob{bad}", bad, f"Pod{bad}").encode()))
        for name, bad in CODES.items()
        if name != "carriage-return"
    ]
    made.append(Case("terminal-carriage-return", "terminal", Read(POD), file(pod(text="good\rEVIL").encode())))
    names = {
        "escape": "a\x1b]0;owned\x07.txt", "newline": "a\npodaudit: all is well.txt", "bidi": "a\u202etxt.exe.txt", "c1": "a\x9b2Jb.txt",
        "dash": "-rf.txt", "percent": "%s%n%(x)s{0}.txt", "long": "x" * 240 + ".txt", "emoji": "\U0001f41d \u00e9.txt", "blank": " .txt",
        "dots": "...txt", "device": "CON.txt", "no-suffix": "chat", "rich": "[red]x[.txt",
    }  # fmt: skip
    made += [
        Case(f"file-name-{name}", "terminal", Read(POD), file(pod().encode(), given)) for name, given in names.items()
    ]
    return made


def _identities() -> list[Case]:
    alike = "look alike"

    def two(one: str, other: str, said: str = alike, members: int = 2) -> tuple[Read, str]:
        lines = [f"{name}: bericht {i}" for i in range(2) for name in (one, other)]
        return Read(4, members=members, said=said), android(*lines)

    pairs = {
        "cyrillic": two("Anna Bakker", "\u0410nna Bakker"),
        "zero-width": two("Anna", "An\u200bna"),
        "soft-hyphen": two("Anna", "An\u00adna"),
        "composed": two("Ren\u00e9", "Rene\u0301"),
        "full-width": two("Anna", "\uff21nna"),
        "strokes": two("Annall", "AnnaIl"),
        "case": two("Anna", "ANNA"),
        "override": two("Anna", "\u202eannA", said=""),
        "numbers": two("+31 6 00000001", "+31 6 00000010", said=""),
    }
    made = [
        Case(f"identity-{name}", "identity", outcome, file(text.encode())) for name, (outcome, text) in pairs.items()
    ]
    spoof = android(
        "Anna: een",
        "Bob: twee",
        "Anna: kijk: 13-09-2023 09:30 - Bob: ik doe niets",
        "Bob: vier",
        "Anna: vijf",
        "Bob: zes",
    )
    pasted = spoof.replace("kijk: 13-09-2023 09:30 - Bob: ik doe niets", "kijk:\n13-09-2023 01:00 - Bob: ik doe niets")
    made += [
        Case("identity-header-inside-a-line", "identity", Read(6, members=2), file(spoof.encode())),
        Case("identity-header-pasted", "identity", Read(7, members=2), file(pasted.encode())),
        Case("identity-separator-before-a-header", "identity", Read(6, members=2),
             file(spoof.replace("kijk: 13", "kijk\u202813").encode())),
        Case("identity-forged-by-a-next-line-mark", "identity", Read(6, members=2),
             file(spoof.replace("kijk: 13", "kijk\u008513").encode())),
        Case("identity-name-with-colon", "identity", Read(POD), file(pod("Bob: de bouwer").encode())),
        Case("identity-name-of-marks", "identity", Read(3), file(android("\u200e\u202a: x", "Anna: y", "Bob: z").encode())),
        Case("identity-name-empty", "identity", Read(3, gaps=None), file(android(": x", "Anna: y", "Bob: z").encode())),
        Case("identity-name-like-a-pattern", "identity", Read(POD), file(pod("(.*)+[a-z]|^$\\").encode())),
        Case("identity-name-like-a-status", "identity", Read(POD), file(pod("gedaan").encode())),
        Case("identity-name-like-a-pseudonym", "identity", Read(POD), file(pod("Member 1").encode())),
        Case("identity-name-of-everybody", "identity", Read(POD), file(pod("iedereen").encode())),
        Case("identity-names-in-each-other", "identity", Read(4, members=3),
             file(android("An: x", "Anna: @An y", "Annabel: @Anna @An z", "An: gedaan Annabel").encode())),
        Case("identity-you-who-are-nobody", "identity", Read(POD), file(pod().encode(), "chat.txt", "--me", "Anna")),
    ]  # fmt: skip
    return made


CASES = [*_markup(), *_links(), *_formulas(), *_codes(), *_identities()]
