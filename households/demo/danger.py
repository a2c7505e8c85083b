"""What heads of the demo station found dangerous in homes: told by the real verb, so that each check is a hazard with its own life."""

from datetime import timedelta

from django.db.models import F

from households.models import Campaign, Home, HomeCheck
from households.services import check_home
from shengkang.hazards import services as hazards
from shengkang.hazards.demo.pictures import photo
from shengkang.hazards.models import Hazard
from shengkang.notices.models import Notice
from shengkang.organization.demo import Plan
from shengkang.organization.models import User

AT_MOST, AT_LEAST = 10, 2


def take(chance, rows: list[tuple], lines) -> list[tuple]:
    """Take some checks of a campaign out of `rows`: (campaign, home, number of a dangerous line, head, moment), oldest first."""
    dangerous = [no for no, line in enumerate(lines, start=1) if line.group and line.level != Hazard.Level.ORDINARY]
    if not dangerous or len(rows) < AT_LEAST:
        return []
    taken = set(chance.sample(range(len(rows)), max(AT_LEAST, min(AT_MOST, len(rows) // 12))))
    found = [(*row[:2], chance.choice(dangerous), *row[-2:]) for no, row in enumerate(rows) if no in taken]
    rows[:] = [row for no, row in enumerate(rows) if no not in taken]
    return sorted(found, key=lambda row: row[-1])


def tell(plan: Plan, chance, found: list[tuple]) -> None:
    """The newest stay as they were told; the others were put right and looked at again, as far as there was time."""
    homes = Home.objects.select_related("address__village", "address__group", "station").in_bulk([row[1] for row in found])
    users = User.objects.in_bulk([row[3] for row in found])
    for no, (campaign, home, line, head, at) in enumerate(found, start=1):
        check_home(
            campaign=Campaign(pk=campaign),
            home=homes[home],
            result=HomeCheck.Result.PROBLEM,
            problems=[line],
            by=users[head],
            at=at,
        )
        hazard = Hazard.objects.get(channel=Hazard.Channel.CAMPAIGN, address=homes[home].address_id)
        if no <= len(found) - AT_LEAST:
            _live(plan, chance, hazard)
    told = Notice.objects.filter(kind__startswith="hazard.", delivered_at=None)
    told.filter(at__lt=plan.now - timedelta(days=3)).update(read_at=F("at") + timedelta(hours=2))
    told.update(delivered_at=F("at"))
    plan.counts["hazards in homes"] = len(found)


def _live(plan: Plan, chance, hazard: Hazard) -> None:
    officer, helper = plan.officer_of(hazard.village_id), plan.auxiliary_of(hazard.village_id)
    given = hazard.found_at + timedelta(minutes=chance.randint(5, 60))
    done = given + timedelta(minutes=chance.randint(30, 55))
    looked = done + timedelta(hours=chance.randint(3, 30))
    if given < plan.now:
        hazards.assign_hazard(hazard=hazard, to=helper, by=officer, at=given)
    if done < plan.now:
        picture = photo("wire", chance, done=True)
        hazards.put_right(hazard=hazard, note="已当场整改", photos=[picture], by=helper, at=done)
    if looked < plan.now:
        hazards.look_again(hazard=hazard, fine=True, note="复查合格", by=officer, at=looked)
