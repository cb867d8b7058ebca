"""One list of texts that try to be more than text; each place they can come to has a test.

`SHOWN` may come in and are shown as they are. `HIDDEN` hold a character that nobody sees: they are
refused at every way in, and shown by number where they are in a vault already.
"""

import unicodedata

SHOWN = {
    "markup": "<b>张三</b><img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "local-picture": '<img src="file:///etc/passwd"><h1>大</h1>',
    "link": '<a href="http://127.0.0.1:9/x">点</a>',
    "style": "</style><style>*{display:none}</style>",
    "attribute": '" onmouseover="alert(1)" \'',
    "entity": "&lt;b&gt; &#x202e; &nbsp;",
    "template-js": "${alert(1)} `${1+1}`",
    "template-jinja": "{{ 7*7 }} {% for x in y %} {# c #}",
    "template-python": "{0} {name} %s %(x)s %n",
    "typst": '#eval("1+1") $x$ = 标题 #import "x": * \\u{202e} @ref <label> *粗* _斜_ `c`',
    "formula": '=HYPERLINK("http://127.0.0.1:9","x")',
    "formula-plus": "+1+cmd|'/c calc'!A0",
    "formula-minus": "-2+3+cmd|'/c calc'!A0",
    "formula-at": "@SUM(1+1)*cmd|'/c calc'!A0",
    "formula-wide": "＝1＋1",
    "ics": "拜访\\nATTENDEE:mailto:x@y;BEGIN:VALARM",
    "sql": "'; DROP TABLE case_index; --",
    "like": "100%_\\%",
    "fts": '"张" OR NEAR(a b) * ^ NOT',
    "path": "../../etc/passwd ..\\..\\x",
    "device": "CON",
    "mnemonic": "&Save && &Q",
    "emoji": "👨‍👩‍👧 🏳️‍🌈 😀",
    "composed": unicodedata.normalize("NFC", "José"),
    "decomposed": unicodedata.normalize("NFD", "José"),
    "mongolian": "ᠮᠤᠩᠭᠤᠯ᠎ᠠ",
    "marks": "e" + "\u0301" * 20,
    "quote": "'\"`´‘’“”",
}
HIDDEN = {
    "nul": "张\x00三",
    "escape": "张\x1b[2J\x1b]0;x\x07三",
    "csi": "张\x9b31m三",
    "return": "张三\rok",
    "backspace": "张三\x08\x08李四",
    "turned": "张\u202efdp.三",
    "isolate": "张\u2066三\u2069",
    "mark": "张\u200f三",
    "no-width": "张\u200b三",
    "no-joiner": "张\u200c三",
    "joiner": "张\u200d三",
    "word-joiner": "张\u2060三",
    "order-mark": "\ufeff张三",
    "soft-hyphen": "张\xad三",
    "line": "张\u2028三",
    "paragraph": "张\u2029三",
    "tag": "张\U000e0041三",
    "delete": "张\x7f三",
}
VERY_LONG = "长" * 100_000
