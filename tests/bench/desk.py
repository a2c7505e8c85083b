"""Pages people wait for: the leaders' dashboard, and the list of cases at its far end."""

from urllib.parse import parse_qsl, urlsplit

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from rest_framework.pagination import PageNumberPagination
from rest_framework.test import APIRequestFactory, force_authenticate

from shengkang.organization.models import Station
from shengkang.organization.selectors import day_of
from shengkang.reports import nails, selectors, services
from tests.bench import of_time, p95, times

CASES = "/api/v1/cases/"


def rows() -> list[dict]:
    return [_dashboard(), _case_list()]


def _someone(role):
    return get_user_model().objects.filter(memberships__role=role, is_active=True).order_by("pk").first()


def _dashboard() -> dict:
    """The page, against counting the same three months of the same figures from all their rows (what the page would do without the hall)."""
    station, at = Station.objects.order_by("pk").first(), timezone.now()
    services.recount_everything_open(station=station, at=at)
    leader, client = _someone("township_leader"), Client(headers={"host": "localhost"})
    client.force_login(leader)
    page = reverse("reports:dashboard")
    assert client.get(page).status_code == 200
    month = day_of(at).replace(day=1)
    months = (month, selectors.previous_month(month), selectors.same_month_last_year(month))

    def from_rows():
        for part in nails.parts().values():
            for each in months:
                part.between(station, *selectors.span_of(part, each), at).aggregate(value=selectors.gathering(part))

    return of_time("desk.dashboard.p95", p95(times(lambda: client.get(page))), p95(times(from_rows, rounds=20)))


def _case_list() -> dict:
    """The last page by key, against the last page by the paginator that counts and skips."""
    officer, factory = _someone("officer"), APIRequestFactory()
    view = resolve(CASES).func.cls

    class Counting(PageNumberPagination):
        page_size = 50

    class Skipping(view):
        pagination_class = Counting

    def ask(cls, query):
        request = factory.get(CASES, query, HTTP_HOST="localhost")
        force_authenticate(request, officer)
        answer = cls.as_view({"get": "list"})(request)
        assert answer.status_code == 200
        return answer.render()

    cursor = _last_cursor(lambda query: ask(view, query))
    by_key = times(lambda: ask(view, cursor))
    by_count = times(lambda: ask(Skipping, {"page": "last"}))
    return of_time("desk.case_list.p95", p95(by_key), p95(by_count))


def _last_cursor(ask) -> dict:
    """The query of the last page, walked to once."""
    query: dict = {}
    while following := ask(query).data["next"]:
        query = dict(parse_qsl(urlsplit(following).query))
    return query
