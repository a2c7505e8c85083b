"""Sessions, agreements, signatures, performance, confirmation and visits for programs."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response

from shengkang.audit import services as audit
from shengkang.cases import agreements, services
from shengkang.cases.api import shapes, shapes_agree
from shengkang.cases.api.steps import Steps, named, step
from shengkang.cases.models import Agreement
from shengkang.organization.api import IDEMPOTENCY_KEY, ReasonSerializer

# What is no step of the table, and the line of the matrix it asks.
AGREEMENT_ACTIONS = {"agreements": "read", "visits": "read", "give_visit": "assign", "confirmed": "mediate"}


class AgreementSteps(Steps):
    @step("inquire", shapes_agree.Inquire, creates=True)
    def inquire(self, request, pk=None):
        """What somebody said, or what was seen on the spot."""
        return self._creates("inquire", services.inquire, shapes_agree.Inquire)

    @step("session", shapes_agree.Session, creates=True)
    def session(self, request, pk=None):
        """A session that was held; one without agreement ends the mediation, and the parties are told of their other ways."""
        return self._creates("session", services.hold_session, shapes_agree.Session)

    @step("break_off", ReasonSerializer)
    def break_off(self, request, pk=None):
        """The mediation failed, or a party refuses: back to the officer in charge."""
        return self._moves("break_off", services.break_off_mediation, ReasonSerializer)

    @step("agree", shapes_agree.Agree, creates=True)
    def agree(self, request, pk=None):
        """What was agreed, with single obligations and one sum in instalments."""
        return self._creates("agree", services.record_agreement, shapes_agree.Agree)

    @extend_schema(
        request={"multipart/form-data": shapes_agree.Sign},
        responses={201: shapes.CaseCreated},
        parameters=[IDEMPOTENCY_KEY],
        operation_id="cases_sign",
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser, FormParser])
    def sign(self, request, pk=None):
        """Both sides and the mediator sign; the picture of the signature comes along as a file."""
        case, given = self._case("sign"), self._checked(shapes_agree.Sign)
        agreement = self._agreement(case)

        def do(at):
            signatures = services.sign_agreement(agreement=agreement, by=request.user, at=at, **given)
            return named(agreement.case) | {"made": signatures[0].pk}

        picture = given["picture"]
        sent = {name: str(value) for name, value in given.items() if name != "picture"}
        return self._once(f"api.sign.{case.pk}", do, body=sent | {"picture": [picture.name, picture.size]})

    @step("settle", shapes_agree.Settle)
    def settle(self, request, pk=None):
        """Settled: every reporter is told, visits are owed after 7, 30 and 90 days. A written agreement is signed first."""
        return self._moves("settle", services.settle_case, shapes_agree.Settle)

    @step("perform", shapes_agree.Perform)
    def perform(self, request, pk=None):
        """An obligation of the agreement was performed."""
        case, given = self._case("perform"), self._checked(shapes_agree.Perform)
        services.mark_performed(by=request.user, at=timezone.now(), **given)
        return self._answer(case)

    @extend_schema(
        request=shapes_agree.AskConfirmation,
        responses={201: shapes.CaseCreated},
        parameters=[IDEMPOTENCY_KEY],
        operation_id="cases_confirm",
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request, pk=None):
        """Both parties asked the court to confirm the agreement, within thirty days."""
        case, given = self._case("confirm"), self._checked(shapes_agree.AskConfirmation)
        agreement = self._agreement(case)

        def do(at):
            made = services.ask_confirmation(agreement=agreement, by=request.user, at=at, **given)
            return named(agreement.case) | {"made": made.pk}

        return self._once(f"api.confirm.{case.pk}", do)

    @extend_schema(request=shapes_agree.DecideConfirmation, responses=shapes.Case, operation_id="cases_confirmed")
    @action(detail=True, methods=["post"])
    def confirmed(self, request, pk=None):
        """What the court decided."""
        case, given = self._case("confirm"), self._checked(shapes_agree.DecideConfirmation)
        agreement = self._agreement(case)
        if not hasattr(agreement, "confirmation"):
            raise Http404
        services.decide_confirmation(confirmation=agreement.confirmation, by=request.user, at=timezone.now(), **given)
        return self._answer(case)

    @step("follow_up", shapes_agree.Visit)
    def follow_up(self, request, pk=None):
        """Record a visit; without an id the one owed next. A quarrel that broke out again reopens the case."""
        case, given = self._case("follow_up"), self._checked(shapes_agree.Visit)
        visit = given.pop("follow_up", None) or case.follow_ups.filter(done_at=None).first() or case.follow_ups.last()
        if visit is None:
            raise Http404
        services.record_follow_up(follow_up=visit, by=request.user, at=timezone.now(), **given)
        return self._answer(case)

    @extend_schema(request=shapes_agree.GiveVisit, responses=shapes.Case, operation_id="cases_give_visit")
    @action(detail=True, methods=["post"], url_path="give-visit")
    def give_visit(self, request, pk=None):
        """Put a visit on somebody's list."""
        case, given = self._case("assign"), self._checked(shapes_agree.GiveVisit)
        services.give_visit(by=request.user, at=timezone.now(), **given)
        return self._answer(case)

    @extend_schema(responses=shapes_agree.AgreementRow(many=True), operation_id="cases_agreements", filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def agreements(self, request, pk=None):
        """The agreements of the case, the latest last."""
        rows, case = [], self.get_object()
        audit.note_look(what="case", about=case, by=request.user, at=timezone.now())
        for agreement in case.agreements.order_by("pk").prefetch_related("obligations"):
            agreement.not_signed_by = agreements.missing_signatures(agreement)
            offered = not agreements.why_not_confirmed(agreement)
            agreement.confirmation_until = agreements.last_day_for_confirmation(agreement) if offered else None
            rows.append(agreement)
        return Response(shapes_agree.AgreementRow(rows, many=True).data)

    @extend_schema(responses=shapes_agree.VisitRow(many=True), operation_id="cases_visits", filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def visits(self, request, pk=None):
        """The follow-up visits of the case, owed and made."""
        return Response(shapes_agree.VisitRow(self.get_object().follow_ups.all(), many=True).data)

    def _agreement(self, case) -> Agreement:
        """The latest one; without any, one that only says whose it would be, so that the service refuses it by the state."""
        return case.agreements.order_by("pk").last() or Agreement(case=case)
