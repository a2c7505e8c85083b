"""The search of the desk for programs: `?q=` on the list of disputes."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.filters import BaseFilterBackend

from shengkang.cases import search

PARAMETERS = [
    OpenApiParameter(
        "q", str, description="Every word must be there: number, place, story, a name, the last digits of a telephone."
    ),
    OpenApiParameter("years", str, enum=["all"], description="Search all years; by itself the last three."),
]


class Found(BaseFilterBackend):
    """Narrows what `visible_to` left; nothing typed, nothing narrowed."""

    def filter_queryset(self, request, queryset, view):
        everything = request.query_params.get("years") == "all"
        years = [] if everything else search.recent_years(timezone.now())
        return search.found(queryset, request.query_params.get("q", ""), years=years)

    def get_schema_operation_parameters(self, view):
        return [
            {
                "name": each.name,
                "in": "query",
                "required": False,
                "description": each.description,
                "schema": {"type": "string"} | ({"enum": each.enum} if each.enum else {}),
            }
            for each in PARAMETERS
        ]
