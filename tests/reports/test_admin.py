"""The desk: closed figures are looked at, never edited; the chief issues."""

from datetime import date

import pytest
from django.urls import reverse

from shengkang.reports import services
from shengkang.reports.models import Briefing, ClosedMonth, ReportLine

FEBRUARY = date(2026, 2, 1)
MODELS = [ReportLine, ClosedMonth, Briefing]


@pytest.fixture
def frozen(february):
    for there in (february.here, february.there):
        services.freeze_month(station=there.station, month=FEBRUARY, at=february.now)
    return february


def url(model, name, *args):
    return reverse(f"admin:reports_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_without_a_role_edits_nothing(client, frozen, model):
    user = frozen.here.station_chief
    user.is_superuser = True
    user.save()
    client.force_login(user)
    thing = model.objects.filter(station=frozen.here.station).first()
    assert client.post(url(model, "change", thing.pk), {"value": 1, "title": "x"}).status_code == 403
    assert client.post(url(model, "delete", thing.pk), {"post": "yes"}).status_code == 403
    assert client.get(url(model, "add")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_another_stations_rows_are_not_listed(client, frozen, model):
    client.force_login(frozen.here.officer)
    shown = client.get(url(model, "changelist")).context["cl"].queryset
    assert {row.station_id for row in shown} == {frozen.here.station.pk}


@pytest.mark.parametrize("model", MODELS)
def test_the_pages_open(client, frozen, model):
    client.force_login(frozen.here.officer)
    thing = model.objects.filter(station=frozen.here.station).first()
    assert client.get(url(model, "change", thing.pk)).status_code == 200


def test_an_officer_may_not_issue_and_the_chief_does(client, frozen):
    briefing = Briefing.objects.get(station=frozen.here.station)
    client.force_login(frozen.here.officer)
    assert client.post(url(Briefing, "issue", briefing.pk)).status_code == 403
    client.force_login(frozen.here.station_chief)
    assert client.post(url(Briefing, "issue", briefing.pk)).status_code == 302
    briefing.refresh_from_db()
    assert briefing.issued_by == frozen.here.station_chief


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_whatever_it_holds(client, frozen, model, django_assert_max_num_queries):
    client.force_login(frozen.here.station_chief)
    client.get(url(model, "changelist"))
    with django_assert_max_num_queries(30) as few:
        client.get(url(model, "changelist"))
    for month in (date(2025, 12, 1), date(2026, 1, 1)):
        services.freeze_month(station=frozen.here.station, month=month, at=frozen.now)
    with django_assert_max_num_queries(30) as many:
        client.get(url(model, "changelist"))
    assert len(many) == len(few)


def test_a_closed_month_is_told_in_words_and_a_median_in_its_unit(client, frozen):
    client.force_login(frozen.here.officer)
    closed = ClosedMonth.objects.get(station=frozen.here.station)
    page = client.get(url(ClosedMonth, "change", closed.pk)).content.decode()
    assert not any(key in page for key in closed.parts)
    line = ReportLine.objects.filter(station=frozen.here.station, part="disputes.days_to_settle").first()
    assert line is not None
    shown = client.get(url(ReportLine, "change", line.pk)).content.decode()
    assert f">{line.value / 10:g}</div>" in shown


def test_lines_are_filtered_by_closed_months_and_by_no_other(client, frozen):
    client.force_login(frozen.here.officer)
    every = client.get(url(ReportLine, "changelist")).context["cl"].result_count
    assert client.get(url(ReportLine, "changelist"), {"month": "2026-02"}).context["cl"].result_count == every
    for unknown in ("2026-01", "nonsense"):
        assert client.get(url(ReportLine, "changelist"), {"month": unknown}).context["cl"].result_count == every


def test_the_desk_hands_out_the_word_report(client, frozen):
    briefing = Briefing.objects.get(station=frozen.here.station)
    client.force_login(frozen.here.officer)
    assert reverse("reports:briefing", args=[briefing.pk]) in client.get(url(Briefing, "changelist")).content.decode()
