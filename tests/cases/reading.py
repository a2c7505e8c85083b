"""Reads papers as a person would: what a Word file says, what is printed on a PDF."""

import io
import re
import zlib

from docx import Document

WORD_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
SHOWN = re.compile(rb"\(((?:[^\\()]|\\.)*)\) Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
LETTERS = {b"r": b"\r", b"n": b"\n", b"t": b"\t"}
PAGE_NUMBER = re.compile(r"― \d+ ―")


def written(docx: bytes) -> str:
    """All text of a Word file, its tables included."""
    return "\n".join(each.text or "" for each in Document(io.BytesIO(docx)).element.body.iter(WORD_TEXT))


def printed(pdf: bytes) -> str:
    """All text of a PDF of ours in the order it was drawn, without page numbers and ends of lines."""
    streams = [_unpacked(found[1]) for found in STREAM.finditer(pdf)]
    letters = {code: text for stream in streams if b"begincmap" in stream for code, text in _letters(stream)}
    codes = b"".join(_plain(shown[1]) for stream in streams for shown in SHOWN.finditer(stream))
    text = "".join(letters[codes[no : no + 2]] for no in range(0, len(codes), 2))
    return PAGE_NUMBER.sub("", text)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:  # the table of letters, a picture
        return stream


def _plain(shown: bytes) -> bytes:
    return ESCAPED.sub(lambda found: LETTERS.get(found[1], found[1]), shown)


def _letters(cmap: bytes):
    """The glyph codes of a font and the letters they stand for."""
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, letter in re.findall(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>", block):
            yield bytes.fromhex(code.decode()), bytes.fromhex(letter.decode()).decode("utf-16-be")
