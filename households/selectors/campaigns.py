"""How far a campaign is: by village, by head, home by home. None of it is stored, and none of it asks home by home."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Length

from households.models import Assignment, Campaign, Home, HomeCheck
from shengkang.organization.models import User

Result = HomeCheck.Result


def progress_by_village(campaign: Campaign, villages=None) -> list[dict[str, Any]]:
    """For each village: homes, and how many were right, had a problem, had nobody in, and are left (nobody in included)."""
    asked = campaign.villages.order_by("code") if villages is None else campaign.villages.filter(pk__in=villages).order_by("code")
    homes = Home.objects.filter(station=campaign.station_id, address__village__in=campaign.villages.all())
    counted = dict(homes.order_by().values_list("address__village").annotate(number=Count("pk")))
    found: dict[int, dict[str, int]] = {}
    latest = campaign.checks.latest().order_by()
    for village, result, number in latest.values_list("home__address__village", "result").annotate(number=Count("pk")):
        found.setdefault(village, {})[result] = number
    rows = []
    for village in asked:
        results, number = found.get(village.pk, {}), counted.get(village.pk, 0)
        right, problem = results.get(Result.RIGHT, 0), results.get(Result.PROBLEM, 0)
        rows.append(
            {
                "village": village,
                "homes": number,
                "right": right,
                "problem": problem,
                "nobody": results.get(Result.NOBODY, 0),
                "done": right + problem,
                "left": max(number - right - problem, 0),
                "percent": percent(right + problem, number),
            }
        )
    return rows


def whole(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum of rows of `progress_by_village`."""
    summed = {name: sum(row[name] for row in rows) for name in ("homes", "right", "problem", "nobody", "done", "left")}
    return summed | {"percent": percent(summed["done"], summed["homes"])}


def percent(done: int, number: int) -> int:
    """Whole percent, rounded down: 100 means that nothing is left."""
    return done * 100 // number if number else 0


def _left_assignments(campaign: Campaign):
    done = campaign.checks.latest().done().values("home")
    return Assignment.objects.in_force().filter(home__address__village__in=campaign.villages.all()).exclude(home__in=done)


def left_by_head(campaign: Campaign) -> list[tuple[User, int]]:
    """The heads who have homes left in a campaign, and how many; the most first."""
    counted = _left_assignments(campaign).order_by().values_list("head__user").annotate(number=Count("pk"))
    numbers = dict(counted)
    users = User.objects.filter(is_active=True).in_bulk(numbers)
    return sorted(((user, numbers[pk]) for pk, user in users.items()), key=lambda pair: (-pair[1], pair[0].pk))


def lines_not_right(campaign: Campaign) -> list[dict[str, Any]]:
    """For each line of the checklist, how many homes are not right there now."""
    numbers: dict[int, int] = {}
    for problems in campaign.checks.latest().filter(result=Result.PROBLEM).values_list("problems", flat=True):
        for no in problems:
            numbers[no] = numbers.get(no, 0) + 1
    return [{"item": item, "homes": numbers.get(item.no, 0)} for item in campaign.items.select_related("hazard_group")]


def homes_to_check(user: User, campaign: Campaign):
    """The homes `user` looks after in the villages of a campaign: not looked at first, then nobody in, then done; door after door.

    Each home has `result` and `checked_at` of the latest look, None where there was none.
    """
    latest = HomeCheck.objects.filter(campaign=campaign, home=OuterRef("pk")).order_by("-id")
    return (
        Home.objects.visible_to(user)
        .filter(address__village__in=campaign.villages.all())
        .select_related("address__village", "address__group")
        .annotate(result=Subquery(latest.values("result")[:1]), checked_at=Subquery(latest.values("at")[:1]))
        .annotate(
            turn=Case(
                When(result__isnull=True, then=Value(0)),
                When(result=Result.NOBODY, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
        .order_by("turn", "address__village__code", "address__group__path", Length("address__door"), "address__door", "pk")
    )


def looked_at(user: User, campaign: Campaign) -> dict[str, int]:
    """How many of the homes `user` looks after are asked for, done and left."""
    mine = Home.objects.visible_to(user).filter(address__village__in=campaign.villages.all())
    done = campaign.checks.latest().done().values("home")
    counted = mine.aggregate(homes=Count("pk"), done=Count("pk", filter=Q(pk__in=done)))
    return counted | {"left": counted["homes"] - counted["done"], "percent": percent(counted["done"], counted["homes"])}


def left_for_head(user: User, day: date) -> int:
    """How many looks a head still owes in all running campaigns together."""
    return sum(
        _left_assignments(campaign).filter(head__user=user).count() for campaign in Campaign.objects.visible_to(user).running(day)
    )
