"""Word papers from templates that people edit: filled in a sandbox, and looked through before a station's own one is kept."""

import io
import zipfile

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from shengkang.cases.papers.house import TEMPLATES

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_BYTES, MAX_UNPACKED, MAX_PARTS = 2 * 1024 * 1024, 20 * 1024 * 1024, 200
FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
# What a form needs: a value, a value of a row, a list row by row, something shown only if there is something to show.
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip
OF_A_LOOP = {"index", "first", "last", "length"}
BROKEN = (
    zipfile.BadZipFile, PackageNotFoundError, TemplateError, etree.LxmlError, KeyError, ValueError, OSError, AttributeError, TypeError,
    NotImplementedError, EOFError, IndexError,
)  # fmt: skip


class Unfit(ValueError):
    """Why a template is not taken: a code for the service to put into words, and the places that are wrong."""

    def __init__(self, code: str, where: list[str] | None = None):
        super().__init__(code)
        self.code, self.where = code, where or []


def environment() -> ImmutableSandboxedEnvironment:
    """No files, no functions, every value escaped; a name that is not there is an error, never a silent gap."""
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    return made


def house_template(kind: str) -> bytes:
    return (TEMPLATES / f"{kind}.docx").read_bytes()


def write(template: bytes, content: dict) -> bytes:
    """The filled paper as .docx. Raises jinja2.TemplateError for a template that `look_through` would not have taken."""
    paper = DocxTemplate(io.BytesIO(template))
    paper.render(content, jinja_env=environment())
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def look_through(template: bytes, sample: dict) -> None:
    """Raise Unfit unless this is a plain Word file whose holes are those of `sample` and which can be filled.

    Looked at before anything is unfolded: size, what the package holds (no macros, nothing fetched from elsewhere, no entities). Then
    each hole: only values, lists row by row and conditions. Then it is filled once with `sample`.
    """
    if len(template) > MAX_BYTES:
        raise Unfit("large")
    try:
        _look_at_package(template)
        holes = _parsed(template)
    except BROKEN as broken:
        if isinstance(broken, Unfit):
            raise
        raise Unfit("jinja" if isinstance(broken, TemplateError) else "docx") from broken
    if odd := sorted(
        {type(node).__name__ for tree in holes for node in tree.find_all(nodes.Node) if not isinstance(node, ALLOWED)}
    ):
        raise Unfit("jinja", odd)
    if unknown := sorted({name for tree in holes for name in _unknown(tree, sample, {})}):
        raise Unfit("unknown", unknown)
    try:
        Document(io.BytesIO(write(template, sample)))
    except BROKEN as broken:
        raise Unfit("jinja") from broken


def _look_at_package(template: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(template)) as package:
        parts = package.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Unfit("large")
        names = {part.filename for part in parts}
        if not {"[Content_Types].xml", "word/document.xml"} <= names:
            raise Unfit("docx")
        if any(name.lower().endswith((".bin", ".vbs", ".exe", ".ole")) for name in names):
            raise Unfit("active")
        for name in names:
            if name.endswith((".xml", ".rels")):
                text = package.read(name)
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                    raise Unfit("active")
                if name.endswith(".rels") and b'TargetMode="External"' in text:
                    raise Unfit("active")
                if name == "[Content_Types].xml" and b"macroEnabled" in text:
                    raise Unfit("active")


def _parsed(template: bytes) -> list[nodes.Template]:
    """Every text that docxtpl would fill, as jinja reads it."""
    paper = DocxTemplate(io.BytesIO(template))
    paper.init_docx()
    texts = [paper.patch_xml(paper.get_xml())]
    for uri in (paper.HEADER_URI, paper.FOOTER_URI):
        texts += [paper.patch_xml(paper.get_part_xml(part)) for _key, part in paper.get_headers_footers(uri)]
    for part in paper.docx.part.package.parts:
        if part.content_type == FOOTNOTES:
            texts.append(paper.patch_xml(part.blob.decode("utf-8")))
    properties = paper.docx.core_properties
    texts += [getattr(properties, name) or "" for name in ("author", "comments", "identifier", "language", "subject", "title")]
    parse = environment()
    return [parse.parse(text) for text in texts]


def _unknown(node, sample, rows) -> list[str]:
    """The names that stand for nothing; `rows`: the loop variables around this place and the names inside their rows."""
    if isinstance(node, nodes.For):
        if not isinstance(node.iter, nodes.Name) or not isinstance(sample.get(node.iter.name), list):
            return [_said(node.iter)]
        if not isinstance(node.target, nodes.Name):
            return [_said(node.target)]
        inside = rows | {node.target.name: set(sample[node.iter.name][0]), "loop": OF_A_LOOP}
        return [name for each in [*node.body, *node.else_] for name in _unknown(each, sample, inside)]
    if isinstance(node, nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.attr in rows.get(node.node.name, ()):
            return []
        return [_said(node)]
    if isinstance(node, nodes.Name):
        # A list as a whole may only be asked whether it is empty; shown it would be code.
        return [] if node.name in sample and not isinstance(sample[node.name], list) else [node.name]
    if isinstance(node, nodes.If):
        test = [] if isinstance(node.test, nodes.Name) and node.test.name in sample else _unknown(node.test, sample, rows)
        return test + [name for each in [*node.body, *node.elif_, *node.else_] for name in _unknown(each, sample, rows)]
    return [name for each in node.iter_child_nodes() for name in _unknown(each, sample, rows)]


def _said(node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_said(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else type(node).__name__
