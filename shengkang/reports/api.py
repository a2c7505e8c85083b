"""The programs' face of the hall: figures of a month, aggregates alone."""

from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from shengkang.organization.api import ByMatrix
from shengkang.organization.selectors import day_of
from shengkang.reports import selectors
from shengkang.reports.forms import ChoiceOfFigures


class TermSerializer(serializers.Serializer):
    part = serializers.CharField()
    value = serializers.FloatField(allow_null=True)


class ComparisonSerializer(serializers.Serializer):
    month = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(
        allow_null=True, help_text="Percent; points for rates; null on a base too small to say anything."
    )
    base_too_small = serializers.BooleanField()


class FigureSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    formula = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="A rate in percent, a count, a sum or a median.")
    is_rate = serializers.BooleanField()
    terms = TermSerializer(many=True)
    last_month = ComparisonSerializer()
    last_year = ComparisonSerializer()


class MonthOfFiguresSerializer(serializers.Serializer):
    month = serializers.CharField()
    closed = serializers.BooleanField()
    figures = FigureSerializer(many=True)


def _comparison(comparison):
    return {
        "month": f"{comparison.month:%Y-%m}",
        "value": comparison.base,
        "change": comparison.change,
        "base_too_small": comparison.small,
    }


class FigureViewSet(viewsets.GenericViewSet):
    """Aggregates of one month of the caller's station; rows and names are never in here."""

    permission_classes = [IsAuthenticated, ByMatrix]
    access_object = "figures"
    access_actions = {"list": "read"}
    serializer_class = MonthOfFiguresSerializer
    pagination_class = None
    filter_backends = []

    @extend_schema(
        parameters=[
            OpenApiParameter("month", OpenApiTypes.STR, description="2026-03; this month when left out."),
            OpenApiParameter("village", OpenApiTypes.INT, description="A village of the station; all of them when left out."),
        ],
        # One month, although the view is called a list.
        responses=forced_singular_serializer(MonthOfFiguresSerializer),
    )
    def list(self, request):
        station, today = request.user.station, day_of(timezone.now())
        if station is None:
            raise Http404
        asked = {"month": f"{today:%Y-%m}", **request.query_params.dict()}
        form = ChoiceOfFigures(asked, station=station, today=today)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        month, village = form.cleaned_data["month"], form.cleaned_data["village"]
        lines = selectors.lines(station, month, today=today, village=village)
        body = {
            "month": f"{month:%Y-%m}",
            "closed": month in selectors.closed_months(station),
            "figures": [
                {
                    "key": line.indicator.key,
                    "name": line.indicator.name,
                    "formula": line.indicator.formula,
                    "value": line.value,
                    "is_rate": bool(line.indicator.bottom),
                    "terms": [{"part": part.key, "value": value} for part, value in line.terms],
                    "last_month": _comparison(line.last_month),
                    "last_year": _comparison(line.last_year),
                }
                for line in lines
            ],
        }
        return Response(self.get_serializer(body).data)


urlpatterns = [path("figures/", FigureViewSet.as_view({"get": "list"}), name="figures")]
