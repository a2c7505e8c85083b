"""English left over on Chinese pages: words of three letters and more that a reader sees, and plurals such as “户长s”."""

import re
from html import unescape

# What is the same in both languages, or not a word at all.
# True, False, None and Search are spoken by icons of Django's admin, which it does not translate.
# "Key" names a hidden field that only a form sent without it shows.
KNOWN = {
    "Key", "True", "False", "None", "Search",
    "API", "Excel", "PDF", "Word", "QR", "GET", "POST", "OpenAPI", "https", "http", "www", "html", "xlsx", "WPS", "WGS",
}  # fmt: skip
# What stands in <code> is for a machine to read.
_unseen = re.compile(r"<(script|style|template|svg|code)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_spoken = re.compile(r"""\b(?:placeholder|title|alt|aria-label)=(?:"([^"]*)"|'([^']*)')""")
_tag = re.compile(r"<[^>]*>")
# Roots of seals, ids and the like are data.
_hex = re.compile(r"\b[0-9a-f-]{16,}\b")
_word = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
_plural = re.compile(r"[\u4e00-\u9fff]s\b")


def words_in(page: str) -> set[str]:
    """The English words a reader of this page sees or has read to him."""
    page = _unseen.sub(" ", page)
    aloud = " ".join(text or other for text, other in _spoken.findall(page))
    seen = unescape(_tag.sub(" ", page) + " " + aloud)
    seen = _hex.sub(" ", seen)
    return {word for word in _word.findall(seen) if word not in KNOWN} | set(_plural.findall(seen))


def words_of(pages) -> list[str]:
    return sorted(set().union(*(words_in(page) for page in pages)))
