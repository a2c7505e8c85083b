"""The papers of a case for programs: which there are, each as a file, the whole file, and those written by hand."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from shengkang.cases import selectors, services
from shengkang.cases.api import shapes, shapes_papers
from shengkang.cases.api.steps import Steps, named
from shengkang.cases.models import DisputeCase
from shengkang.cases.moves import Status
from shengkang.cases.papers import pdf, word
from shengkang.cases.papers.content import papers_of
from shengkang.cases.papers.leaving import download
from shengkang.cases.services.archiving import missing_for_archive
from shengkang.cases.services.papers import PDF, SUFFIXES, WORD, Written
from shengkang.organization.api import IDEMPOTENCY_KEY, comparable

# What is no step of the table; whoever reads the case is asked for the line "paper create" besides.
PAPER_ACTIONS = {"papers": "read", "paper": "read", "whole_file": "read", "file_paper": "read"}
FORMS = {SUFFIXES[form]: form for form in (WORD, PDF)}
NAME = OpenApiParameter("name", str, OpenApiParameter.PATH, description="as listed under papers")
SUFFIX = OpenApiParameter("suffix", str, OpenApiParameter.PATH, enum=sorted(FORMS))


class PaperSteps(Steps):
    @extend_schema(responses=shapes_papers.Papers, operation_id="cases_papers", filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def papers(self, request, pk=None):
        """Every paper that can be written now, in the order of the file, and what the archive still misses."""
        case, at = self._case_for_papers(), timezone.now()
        rows = [{"name": each.name, "kind": each.kind, "title": each.title, "day": each.day} for each in papers_of(case)]
        missing = missing_for_archive(case, at) if case.status == Status.SETTLED else []
        return Response(shapes_papers.Papers({"papers": rows, "missing": missing}).data)

    @extend_schema(
        parameters=[NAME, SUFFIX],
        responses={(200, pdf.MEDIA_TYPE): OpenApiTypes.BINARY, (200, word.MEDIA_TYPE): OpenApiTypes.BINARY},
        operation_id="cases_paper",
        filters=False,
    )
    @action(
        detail=True,
        methods=["get"],
        url_path=r"papers/(?P<name>[\w-]+)\.(?P<suffix>docx|pdf)",
        pagination_class=None,
        renderer_classes=[JSONRenderer, shapes_papers.PdfRenderer, shapes_papers.WordRenderer],
    )
    def paper(self, request, pk=None, name=None, suffix=None):
        """One paper, as Word on the station's own template if it has one, or as PDF. The look is logged."""
        case = self._case_for_papers()
        try:
            written = services.write_paper(case=case, name=name, form=FORMS[suffix], by=request.user, at=timezone.now())
        except services.PaperNotReady as refusal:
            raise Http404 from refusal
        return _answer(written)

    @extend_schema(responses={(200, pdf.MEDIA_TYPE): OpenApiTypes.BINARY}, operation_id="cases_whole_file", filters=False)
    @action(
        detail=True,
        methods=["get"],
        url_path="whole-file",
        pagination_class=None,
        renderer_classes=[JSONRenderer, shapes_papers.PdfRenderer],
    )
    def whole_file(self, request, pk=None):
        """Cover, papers, signatures and photos as one PDF. The look is logged."""
        return _answer(services.write_file(case=self._case_for_papers(), by=request.user, at=timezone.now()))

    @extend_schema(
        request={"multipart/form-data": shapes_papers.FilePaper},
        responses={201: shapes.CaseCreated},
        parameters=[IDEMPOTENCY_KEY],
        operation_id="cases_file_paper",
    )
    @action(detail=True, methods=["post"], url_path="file-paper", parser_classes=[MultiPartParser, FormParser])
    def file_paper(self, request, pk=None):
        """Put a paper that was written by hand into the file; it counts for the archive."""
        case, given = self._case_for_papers(), self._checked(shapes_papers.FilePaper)

        def do(at):
            return named(case) | {"made": services.file_paper(case=case, by=request.user, at=at, **given).pk}

        return self._once(f"api.file_paper.{case.pk}", do, body=comparable(request.data))

    def _case_for_papers(self) -> DisputeCase:
        case = self.get_object()
        if not selectors.may_take_step(self.request.user, case, "create", "paper"):
            raise PermissionDenied
        return case


def _answer(written: Written):
    return download(written.content, written.file_name, written.media_type)
