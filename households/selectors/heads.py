"""Questions about heads: who may be proposed, and who could take homes over."""

from datetime import date

from django.db.models import Case, Count, Q, Value, When

from households.models import HouseholdHead
from households.models.heads import villages_of_cadre
from shengkang.organization.models import Person, Unit

# Few enough to fit a phone, and a whole surname is not enough to read a village.
AT_MOST, SHORTEST_NAME = 10, 2
OF_AGE = 18


def villages_spoken_for(user):
    """The villages whose cadre `user` is, in the order of their codes."""
    return Unit.objects.filter(pk__in=villages_of_cadre(user)).order_by("code")


def people_to_propose(user, text: str, day: date) -> list[Person]:
    """Grown people of the cadre's villages whose name begins with `text` (two characters at least), for choosing a head; at most ten.

    A face shows of them the name, the year of birth and the door, nothing more.
    """
    text = text.strip()
    if len(text) < SHORTEST_NAME:
        return []
    found = Person.objects.filter(station=user.station_id, village__in=villages_of_cadre(user))
    found = found.filter(name_key__startswith=text.lower()) if text.isascii() else found.filter(name__startswith=text)
    found = found.exclude(birth_year__gt=day.year - OF_AGE)
    serving = HouseholdHead.objects.active().filter(user__person__isnull=False)
    return list(found.exclude(pk__in=serving.values("user__person")).select_related("village").order_by("name", "pk")[:AT_MOST])


def who_could_take_over(head: HouseholdHead):
    """Serving heads of the station with the number of their homes: those of the same village first, the one with fewest homes first."""
    return (
        HouseholdHead.objects.active()
        .filter(station=head.station_id)
        .exclude(pk=head.pk)
        .select_related("user", "village")
        .annotate(
            homes=Count("assignments", filter=Q(assignments__active_to__isnull=True)),
            far=Case(When(village=head.village_id, then=Value(0)), default=Value(1)),
        )
        .order_by("far", "homes", "pk")
    )
