"""What is worth counting about the heads' work at the homes they look after."""

from datetime import timedelta

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models import (
    Assignment,
    Campaign,
    Home,
    HomeCheck,
    HouseholdHead,
    Sighting,
    TrainingRecord,
    Triage,
    Visit,
)
from shengkang.organization.selectors import day_of
from shengkang.reports import nails
from shengkang.reports.nails import Gather, Indicator, Part, Span

GROUP = _("Homes")


def _visits(station):
    return Visit.objects.filter(station=station)


def _homes(station):
    return Home.objects.filter(station=station)


def _homes_visited(station, start, end):
    return _homes(station).filter(pk__in=_visits(station).filter(at__gte=start, at__lt=end).values("home"))


def _heads(station, start, end):
    """Who served in the last moments of the span."""
    last = day_of(end - timedelta(seconds=1))
    serving = HouseholdHead.objects.filter(station=station, active_from__lte=last)
    return serving.filter(Q(active_to__isnull=True) | Q(active_to__gt=last))


def _heads_trained(station, start, end):
    """Of them, those who were at a training in the calendar year up to then."""
    last = day_of(end - timedelta(seconds=1))
    taught = TrainingRecord.objects.filter(training__held_on__range=(last.replace(month=1, day=1), last))
    return _heads(station, start, end).filter(pk__in=taught.values("head"))


def _all_heads(station):
    return HouseholdHead.objects.filter(station=station)


def _without_head(station, start, end):
    last = day_of(end - timedelta(seconds=1))
    kept = Assignment.objects.filter(active_from__lte=last).filter(Q(active_to__isnull=True) | Q(active_to__gt=last))
    return _homes(station).exclude(pk__in=kept.values("home"))


def _asked(station, start, end):
    """The homes of the villages of campaigns that ran in the span, each once."""
    return _homes(station).filter(address__village__in=_campaigns(station, start, end).values("villages"))


def _campaigns(station, start, end):
    first, last = day_of(start), day_of(end - timedelta(seconds=1))
    return Campaign.objects.filter(station=station, starts_on__lte=last).filter(
        Q(closed_at__gte=start) | Q(closed_at__isnull=True, ends_on__gte=first)
    )


def _looked_at(station, start, end):
    checks = HomeCheck.objects.filter(campaign__in=_campaigns(station, start, end), at__lt=end).done()
    return _asked(station, start, end).filter(pk__in=checks.values("home"))


def _told(station):
    return Sighting.objects.filter(station=station).exclude(kind=Sighting.Kind.QUARREL)


def _answered(station):
    return _told(station).filter(Exists(Triage.objects.filter(sighting=OuterRef("pk"))))


def _first_answers(station, start, end):
    """The first answer to each sighting, with the tenths of hours it took."""
    earlier = Triage.objects.filter(sighting=OuterRef("sighting"), pk__lt=OuterRef("pk"))
    took = ExpressionWrapper(F("at") - F("sighting__at"), output_field=DurationField())
    answers = _answers(station).filter(at__gte=start, at__lt=end).exclude(Exists(earlier))
    return answers.annotate(tenths_of_hours=Extract(took, "epoch") / 360)


def _answers(station):
    return Triage.objects.filter(sighting__station=station)


def _head(head):
    return {"title": _("head no. %d") % head.pk, "day": head.active_from, "state": "", "sort": "", "page": head}


def _sighting(sighting):
    return {
        "title": _("sighting no. %d") % sighting.pk,
        "day": day_of(sighting.at),
        "state": sighting.get_kind_display(),
        "sort": "",
        "page": sighting,
    }


def _answer(triage):
    return _sighting(triage.sighting) | {"day": day_of(triage.at)}


def _visit(visit):
    return {
        "title": _("visit no. %d") % visit.pk,
        "day": day_of(visit.at),
        "state": visit.get_kind_display(),
        "sort": "",
        "page": visit,
    }


def _home(home):
    return {"title": _("home no. %d") % home.pk, "day": None, "state": "", "sort": "", "page": home}


visits = Part(
    "visits.made", _("visits"), _visits, _visit, day="at", village="home__address__village",
    kind="kind", kinds=lambda: dict(Visit.Kind.choices),
)  # fmt: skip
homes_visited = Part(
    "visits.homes", _("homes visited"), _homes_visited, _home, village="address__village", span=Span.MONTH, shown=_homes
)

heads_trained = Part(
    "heads.trained", _("heads with training this year"), _heads_trained, _head, span=Span.MONTH, shown=_all_heads
)
heads_serving = Part("heads.serving", _("heads who serve"), _heads, _head, span=Span.MONTH, shown=_all_heads)
homes_without_head = Part(
    "homes.without_head", _("homes without a head"), _without_head, _home, village="address__village", span=Span.MONTH,
    shown=_homes,
)  # fmt: skip
homes_looked_at = Part(
    "campaigns.done", _("homes looked at"), _looked_at, _home, village="address__village", span=Span.MONTH, shown=_homes
)
homes_asked = Part(
    "campaigns.asked", _("homes asked for"), _asked, _home, village="address__village", span=Span.MONTH, shown=_homes
)
sightings_told = Part("sightings.told", _("things told"), _told, _sighting, day="at")
sightings_answered = Part("sightings.answered", _("things answered"), _answered, _sighting, day="at", shown=_told)
hours_to_answer = Part(
    "sightings.hours", _("answers"), _first_answers, _answer, village="sighting__village", span=Span.MONTH,
    gather=Gather.MEDIAN, amount="tenths_of_hours", scale=10, shown=_answers,
)  # fmt: skip

nails.hang(
    Indicator("visits.made", _("Visits to homes"), _("Visits that heads logged in the period."), visits,
              unit=pgettext_lazy("unit", "visits"), group=GROUP, order=30)
)  # fmt: skip
nails.hang(
    Indicator("visits.homes", _("Homes visited"), _("Homes with at least one visit in the period."), homes_visited,
              unit=pgettext_lazy("unit", "homes"), group=GROUP, order=31)
)  # fmt: skip
nails.hang(
    Indicator("campaigns.done", _("Campaign progress"),
              _("Homes looked at (right or not right) ÷ homes of the villages of campaigns that ran in the period."),
              homes_looked_at, (homes_asked,), group=GROUP, order=32)
)  # fmt: skip
nails.hang(
    Indicator("homes.without_head", _("Homes without a head"), _("Homes that nobody looked after at the end of the period."),
              homes_without_head, unit=pgettext_lazy("unit", "homes"), group=GROUP, order=33, better="down",
              advice=lambda value: _("Assign a hundred-household head to each of the %d homes without one.") % value if value else "")
)  # fmt: skip
nails.hang(
    Indicator("heads.trained", _("Heads trained this year"),
              _("Heads with a training since 1 January ÷ heads who serve at the end of the period."),
              heads_trained, (heads_serving,), group=GROUP, order=34)
)  # fmt: skip
nails.hang(
    Indicator("sightings.answered", _("Sightings answered"),
              _("Strangers and other things told in the period that got an answer ÷ those told. Quarrels are answered by their case."),
              sightings_answered, (sightings_told,), group=GROUP, order=35)
)  # fmt: skip
nails.hang(
    Indicator("sightings.hours", _("Time to answer (median)"),
              _("Hours from a sighting to its first answer, for answers given in the period."),
              hours_to_answer, unit=pgettext_lazy("unit", "hours"), group=GROUP, order=36, better="down")
)  # fmt: skip
