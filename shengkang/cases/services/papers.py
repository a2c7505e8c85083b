"""The papers of a file: written from the case, filed by hand, and the station's own Word templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.attachments import services as attachments
from shengkang.attachments.models import Attachment
from shengkang.audit import services as audit
from shengkang.cases.models import DisputeCase, FiledPaper, PaperTemplate
from shengkang.cases.moves import Status
from shengkang.cases.papers import forms, pdf, word
from shengkang.cases.papers.content import Paper, content_of, paper_named, papers_in_file, sample
from shengkang.cases.services.refusals import NotAllowedHere, PaperNotReady, TemplateRefused, WrongStation
from shengkang.organization.models import Station, User

WORD, PDF = "word", "pdf"
SUFFIXES = {WORD: "docx", PDF: "pdf"}
MEDIA_TYPES = {WORD: word.MEDIA_TYPE, PDF: pdf.MEDIA_TYPE}


@dataclass(frozen=True)
class Written:
    """A paper that leaves the house; its file name says the number of the case and nobody's name."""

    content: bytes
    file_name: str
    media_type: str


@transaction.atomic
def write_paper(*, case: DisputeCase, name: str, form: str, by: User, at: datetime) -> Written:
    """One paper of a case as Word (`form` "word": on the station's own template, if it has one) or "pdf" (on the house's form).

    `name`: Paper.name. The look is logged. Raises PaperNotReady where the case has nothing yet that such a paper would say.
    """
    paper = paper_named(case, name)
    if paper is None:
        raise PaperNotReady(_("This paper cannot be written yet: what it would say is not recorded. Go back to the case."))
    content = content_of(paper, at)
    written = word.write(_template_of(case.station, paper), content) if form == WORD else _drawn([paper], content["title"], at)
    audit.note_look(what="paper", about=case, by=by, at=at, reason=f"{name}.{SUFFIXES[form]}")
    return Written(written, f"{case.no}-{name}.{SUFFIXES[form]}", MEDIA_TYPES[form])


@transaction.atomic
def write_file(*, case: DisputeCase, by: User, at: datetime) -> Written:
    """The whole file as one PDF: cover, each paper in order, then signatures, papers written by hand and photos. The look is logged."""
    written = _drawn(papers_in_file(case), case.no, at, pictures=_pictures(case))
    audit.note_look(what="paper", about=case, by=by, at=at, reason="file.pdf")
    return Written(written, f"{case.no}.pdf", pdf.MEDIA_TYPE)


@transaction.atomic
def file_paper(*, case: DisputeCase, kind: str, pictures: Iterable, by: User, at: datetime) -> FiledPaper:
    """Put a paper that was written by hand into the file: photos or a PDF of it; it counts like one written here.

    `kind` of PaperTemplate.Kind. Raises WrongStation, NotAllowedHere (archived or merged), PaperNotReady (no picture), FileRefused.
    """
    case.refresh_from_db(from_queryset=DisputeCase.objects.select_for_update(of=("self",)).select_related("station"))
    if case.station_id != by.station_id:
        raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
    if case.status in (Status.ARCHIVED, Status.MERGED):
        raise NotAllowedHere(_("The file of this case is closed. Nothing is added to it."))
    pictures = list(pictures)
    if not pictures:
        raise PaperNotReady(_("Nothing was chosen. Take a photo of the paper, or choose a PDF."))
    paper = FiledPaper.objects.create(case=case, kind=kind, by=by, at=at)
    for picture in pictures:
        attachments.attach(owner=paper, station=case.station, upload=picture, by=by, at=at, title=paper.get_kind_display())
    return paper


@transaction.atomic
def keep_template(*, station: Station, kind: str, upload, by: User, at: datetime) -> PaperTemplate:
    """From now on papers of `kind` are written on the station's own Word template; the one before is thrown away.

    Taken only if it is a plain .docx of at most 2 MB whose holes the papers can fill: nothing that runs, nothing fetched from
    elsewhere, no names the paper does not know. Raises TemplateRefused, WrongStation.
    """
    if station.pk != by.station_id:
        raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
    try:
        if upload.size > word.MAX_BYTES:  # not even read
            raise word.Unfit("large")
        upload.seek(0)
        content = upload.read()
        word.look_through(content, sample(kind))
    except word.Unfit as unfit:
        raise _refusal(unfit) from unfit
    template = PaperTemplate.objects.select_for_update().filter(station=station, kind=kind).first()
    old = template.file.name if template else ""
    template = template or PaperTemplate(station=station, kind=kind)
    template.by, template.at = by, at
    template.file.save(f"{station.pk}-{kind}.docx", ContentFile(content), save=False)
    template.save()
    audit.note_deed(verb="keep_template", about=template, by=by, at=at, detail={"kind": kind, "bytes": len(content)})
    _forget(template.file.storage, old)
    return template


@transaction.atomic
def drop_template(*, template: PaperTemplate, by: User, at: datetime) -> None:
    """Papers of this kind are written on the house's form again. Raises WrongStation."""
    if template.station_id != by.station_id:
        raise WrongStation(_("This belongs to another station. Ask that station to take the step."))
    audit.note_deed(verb="drop_template", about=template, by=by, at=at, detail={"kind": template.kind})
    _forget(template.file.storage, template.file.name)
    template.delete()


def _forget(storage, name: str) -> None:
    """After the commit: a row that comes back finds its file."""
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _refusal(unfit: word.Unfit) -> TemplateRefused:
    where = pgettext("list", ", ").join(unfit.where[:20])
    return TemplateRefused(
        {
            "large": _("This file is too large: a template has at most 2 MB. Take pictures out of it."),
            "docx": _("This is no Word file (.docx). Open it in Word and save it as “Word document”."),
            "active": _(
                "This file holds macros, links to other files or embedded programs. Save a plain Word document without them."
            ),
            "unknown": _("This paper does not know: %(where)s. Compare the names with the list on the page of templates.")
            % {"where": where},
            "jinja": _(
                "The holes of this template cannot be filled. Allowed are values, lists row by row and conditions. %(where)s"
            )
            % {"where": where},
        }[unfit.code].strip()
    )


def _template_of(station, paper: Paper) -> bytes:
    own = PaperTemplate.objects.filter(station=station, kind=paper.kind).first()
    if own is None:
        return word.house_template(paper.kind)
    with own.file.open("rb") as file:
        return file.read()


def _drawn(papers: list[Paper], title: str, at: datetime, pictures=()) -> bytes:
    book = pdf.Pdf(title, at)
    for paper in papers:
        book.paper(paper.kind, content_of(paper, at))
    for label, content in pictures:
        book.picture(label, content)
    return book.bytes()


def _pictures(case: DisputeCase):
    """Signatures, papers written by hand, then the photos of the case; one after the other, for they are large."""
    signed = [
        (signature, forms.word("signatures")) for agreement in case.agreements.all() for signature in agreement.signatures.all()
    ]
    by_hand = [(paper, forms.word("by_hand", title=forms.title(paper.kind, case.procedure))) for paper in case.filed_papers.all()]
    seen = set()
    for owner, label in [*signed, *by_hand, (case, forms.word("evidence"))]:
        for picture in Attachment.objects.of(owner).filter(kind=Attachment.Kind.PICTURE):
            if picture.sha256 not in seen:  # one sheet that everybody signed hangs on each signature
                seen.add(picture.sha256)
                with picture.file.open("rb") as file:
                    yield label, file.read()
