"""The papers of the file as one takes them from the case's page, and what the archive still misses."""

from django.urls import reverse
from django.utils.translation import gettext as _

from shengkang.attachments.selectors import files_of
from shengkang.cases.admin.sheet.tables import table
from shengkang.cases.models import DisputeCase
from shengkang.cases.moves import Status
from shengkang.cases.papers.content import papers_of
from shengkang.cases.services.archiving import missing_for_archive


def paper_sections(case: DisputeCase, at) -> list[dict]:
    missing = missing_for_archive(case, at) if case.status == Status.SETTLED else []
    papers = table(
        _("Papers of the file"),
        [_("paper"), _("day"), _("to edit"), _("to print")],
        [
            (paper.title, paper.day.isoformat(), _link(paper, "docx", "Word"), _link(paper, "pdf", "PDF"))
            for paper in papers_of(case)
        ],
    )
    return [
        table(_("Still missing for the archive"), [_("what is missing")], [(each,) for each in missing]),
        papers
        | {
            "more_url": reverse("admin:cases_disputecase_whole_file", args=[case.pk]),
            "more_label": _("The whole file as one PDF"),
        },
        table(
            _("Papers written by hand"),
            [_("paper"), _("picture or file"), _("by and at")],
            [
                (paper.get_kind_display(), {"text": file["title"], "url": file["url"]}, file["meta"])
                for paper in case.filed_papers.all()
                for file in files_of(paper)
            ],
        ),
    ]


def _link(paper, suffix, word):
    return {"text": word, "url": reverse("admin:cases_disputecase_paper", args=[paper.case.pk, paper.name, suffix])}
