"""Questions about places, people and days."""

from datetime import date, datetime, time, timedelta
from functools import cache

import chinese_calendar
from django.utils import timezone

from shengkang.organization.models import Holiday, Person, Unit


def day_of(at: datetime) -> date:
    """The local calendar day of a moment."""
    return timezone.localtime(at).date()


def end_of(day: date) -> datetime:
    """The last moment of a local day, as an aware datetime."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def start_of(day: date) -> datetime:
    """The first moment of a local day, as an aware datetime."""
    return timezone.make_aware(datetime.combine(day, time.min))


@cache
def _known_by_library(day: date) -> bool | None:
    """Whether the kept library calls `day` a working day; None for a year it does not know (it raises for those)."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None


def is_year_known(year: int) -> bool:
    """Whether the kept library has the State Council's calendar of this year."""
    return _known_by_library(date(year, 1, 1)) is not None


class Workdays:
    """The working days of China, for one piece of reckoning: the station's own table is read once, however many days are asked for.

    State Council calendar with swapped days: the station's own table first, then the library, then Monday to Friday.
    """

    def __init__(self):
        self._own = dict(Holiday.objects.values_list("day", "works"))

    def works(self, day: date) -> bool:
        """Whether `day` is worked."""
        if day in self._own:
            return self._own[day]
        known = _known_by_library(day)
        return day.weekday() < 5 if known is None else known

    def after(self, day: date, count: int) -> date:
        """The day on which the `count`-th working day after `day` falls; `day` itself for none."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def back(self, day: date, count: int) -> date:
        """The `count`-th working day counted back from `day`, which is the first if it is worked; `count` ≥ 1."""
        while True:
            count -= self.works(day)
            if count <= 0:
                return day
            day -= timedelta(days=1)

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first` and up to `last`; below zero where `last` comes before `first`."""
        if last < first:
            return -self.between(last, first)
        return sum(self.works(first + timedelta(days=day)) for day in range(1, (last - first).days + 1))


def is_working_day(day: date) -> bool:
    """Whether `day` is worked (see Workdays)."""
    return Workdays().works(day)


def add_working_days(day: date, count: int) -> date:
    """The day on which the `count`-th working day after `day` falls; `count` ≥ 1."""
    return Workdays().after(day, count)


def villages_of(station):
    """The villages and communities a station serves, in the order of their official codes."""
    return Unit.objects.filter(coverage__station=station, level=Unit.Level.VILLAGE).order_by("code")


def people_matching(user, text: str):
    """People `user` may see whose name, pinyin or last digits of the telephone fit `text`."""
    found = Person.objects.visible_to(user)
    text = text.strip()
    if text.isdigit():
        return found.filter(phone__endswith=text)
    if text.isascii():
        return found.filter(name_key__startswith=text.lower())
    return found.filter(name__startswith=text)
