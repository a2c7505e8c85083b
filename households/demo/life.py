"""How heads of the demo station came about, what they learnt, the homes they went through, and what they were answered."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from households.checklists import proposed_for
from households.demo import danger
from households.models import Campaign, CampaignItem, HomeCheck, Nomination, Training, TrainingRecord, Triage
from shengkang.attachments import services as attachments
from shengkang.organization.demo import Plan, copy_rows, draw_ids
from shengkang.organization.demo.papers import signed_paper

PHRASES = Path(__file__).parent.parent / "data" / "demo_life.toml"
APPOINTED, DECLINED, WITHDRAWN, WAITING = 8, 3, 2, 3
Decision, Outcome, Result, Kind = Nomination.Decision, Triage.Outcome, HomeCheck.Result, Campaign.Kind


def build(plan: Plan, homes: dict[int, int]) -> None:
    phrases = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    _propose(plan, phrases)
    _teach(plan, phrases)
    _go_through_homes(plan, homes, phrases)
    _answer(plan, phrases)


def _propose(plan: Plan, phrases: dict) -> None:
    """The youngest terms began with a proposal; others were declined or taken back, some wait for the chief."""
    chance = plan.chance("nominations")
    cadres = {village.pk: user for village, user in plan.cadres}
    columns = [
        "station_id",
        "village_id",
        "person_id",
        "reason",
        "by_id",
        "at",
        "spoken_by",
        "decision",
        "decided_by_id",
        "decided_at",
        "answer",
    ]
    rows = []
    youngest = sorted(range(len(plan.heads)), key=lambda no: plan.made["terms"][no][1], reverse=True)
    for no in youngest[: min(APPOINTED, len(plan.heads))]:
        head, (pk, term) = plan.heads[no], plan.made["terms"][no]
        told, decided = plan.moment(term - timedelta(days=9), 15.5), plan.moment(term, 10)
        proposed = _nomination(plan, chance, phrases, cadres[head.village.pk], head.village.pk, head.dweller.id, told)
        rows.append((*proposed, Decision.APPOINTED, plan.chief.pk, decided, phrases["appointed"], pk))
    known = {user.person_id for user in _accounts(plan)}
    free = [
        each
        for dwelling in plan.dwellings
        for each in dwelling.people
        if 40 <= plan.today.year - each.born <= 65 and not each.works_away and not each.need and each.id not in known
    ]
    states = [Decision.DECLINED] * DECLINED + [Decision.WITHDRAWN] * WITHDRAWN + [Decision.WAITING] * WAITING
    drawn = chance.sample(free, min(len(states), len(free)))
    # The cadre whose log-in is shown has proposed somebody too.
    shown = [each for each in free if each.village_id == plan.cadres[0][0].pk and each not in drawn][:2]
    if len(shown) == 2:
        drawn[0], drawn[-1] = shown
    for no, (state, dweller) in enumerate(zip(states, drawn, strict=False)):
        cadre = cadres[dweller.village_id]
        days = chance.randint(1, 6) if state == Decision.WAITING else chance.randint(30, 300)
        told = plan.moment(plan.today - timedelta(days=days), chance.uniform(9, 17))
        # One that was declined and one that waits came in on paper.
        paper = cadre.name if no in (1, DECLINED + WITHDRAWN) else ""
        by = plan.officer_of(dweller.village_id) if paper else cadre
        common = _nomination(plan, chance, phrases, by, dweller.village_id, dweller.id, told, paper)
        decided = told + timedelta(days=chance.randint(2, 8), hours=1)
        rows.append(
            common
            + {
                Decision.DECLINED: (state, plan.chief.pk, decided, chance.choice(phrases["declined"]), None),
                Decision.WITHDRAWN: (state, cadre.pk, decided, chance.choice(phrases["withdrawn"]), None),
                Decision.WAITING: (state, None, None, "", None),
            }[state]
        )
    rows.sort(key=lambda row: row[5])
    plan.counts["nominations"] = copy_rows(Nomination, [*columns, "head_id"], rows)
    for nomination in Nomination.objects.exclude(spoken_by="").select_related("by"):
        _attach_paper(plan, chance, nomination, nomination.by, nomination.at)


def _attach_paper(plan: Plan, chance, owner, by, at) -> None:
    attachments.attach(owner=owner, station=plan.station, upload=signed_paper(chance), by=by, at=at)


def _accounts(plan: Plan):
    yield from (head.user for head in plan.heads)
    for group in (plan.keepers, plan.liaisons, plan.alarm_keepers, plan.cadres):
        yield from (user for _unit, user in group)
    yield from (user for user, _dweller in plan.volunteers)


def _nomination(plan, chance, phrases, by, village, person, told, spoken_by="") -> tuple:
    return (plan.station.pk, village, person, chance.choice(phrases["reasons"]), by.pk, told, spoken_by)


def _teach(plan: Plan, phrases: dict) -> None:
    """A lesson about each month; most heads come, a few have come to none this year."""
    chance = plan.chance("trainings")
    ids = draw_ids(Training, plan.size.trainings)
    away = {no for no in range(1, len(plan.heads)) if chance.random() < 0.07}
    span = (plan.today - plan.begins).days
    days = sorted(plan.today - timedelta(days=6 + (span - 12) * no // plan.size.trainings) for no in range(plan.size.trainings))
    lessons, records = [], []
    for no, (pk, day) in enumerate(zip(ids, days, strict=True)):
        subject = phrases["subjects"][no % len(phrases["subjects"])]
        place, teacher = chance.choice(phrases["places"]), chance.choice(phrases["teachers"])
        lessons.append((pk, plan.station.pk, subject, day, chance.choice(("1.5", "2.0", "3.0")), place, teacher))
        evening = plan.moment(day, 17.6)
        for index, (head, term) in enumerate(plan.made["terms"]):
            missing = (index in away and day.year == plan.today.year) or chance.random() < 0.3
            if term <= day and not missing:
                records.append((pk, head, plan.officers[0].pk, evening))
    plan.counts["trainings"] = copy_rows(Training, ["id", "station_id", "title", "held_on", "hours", "place", "teacher"], lessons)
    plan.counts["training records"] = copy_rows(TrainingRecord, ["training_id", "head_id", "by_id", "at"], records)
    for training in Training.objects.order_by("pk"):
        _attach_paper(plan, chance, training, plan.officers[0], plan.moment(training.held_on, 17.6))


def _running_kind(today: date) -> str:
    """What is looked after at this time of the year."""
    if today.month in (11, 12, 1, 2, 3):
        return Kind.WINTER_FIRE
    return Kind.FLOOD if today.month <= 8 else Kind.FRAUD


def _go_through_homes(plan: Plan, homes: dict[int, int], phrases: dict) -> None:
    """One campaign over every home runs, at about 60 %; older ones, in some villages each, are closed."""
    chance = plan.chance("campaigns")
    running = _running_kind(plan.today)
    kinds = [running, *(kind for kind in (Kind.FLOOD, Kind.EPIDEMIC, Kind.FRAUD, Kind.WINTER_FIRE) if kind != running)]
    ids = draw_ids(Campaign, plan.size.campaigns)
    campaigns, places, items, checks = [], [], [], []
    for no, (pk, kind) in enumerate(zip(ids, kinds, strict=False)):
        starts = plan.today - timedelta(days=20 + 110 * no)
        ends = starts + timedelta(days=30)
        closed = None if no == 0 else plan.moment(ends + timedelta(days=2), 9)
        villages = plan.villages if no == 0 else plan.villages[no :: max(2, len(plan.villages) // 7)]
        campaigns.append((pk, plan.station.pk, kind, f"{starts.year}年{phrases['campaigns'][kind]}", starts, ends, closed))
        places += [(pk, village.pk) for village in villages]
        lines = proposed_for(kind)
        items += [(pk, no, line.text, line.group or None, line.level) for no, line in enumerate(lines, start=1)]
        last = min(ends, plan.today - timedelta(days=1))
        rows = _checks(plan, chance, pk, {village.pk for village in villages}, homes, starts, last, no > 0, len(lines), phrases)
        if no == 0:
            found = danger.take(chance, rows, lines)
        checks += rows
    plan.counts["campaigns"] = copy_rows(
        Campaign, ["id", "station_id", "kind", "name", "starts_on", "ends_on", "closed_at"], campaigns
    )
    copy_rows(Campaign.villages.through, ["campaign_id", "unit_id"], places)
    copy_rows(CampaignItem, ["campaign_id", "no", "text", "hazard_group_id", "level"], items)
    checks.sort(key=lambda row: row[-1])
    columns = ["campaign_id", "home_id", "result", "problems", "note", "by_id", "at"]
    plan.counts["checks of homes"] = copy_rows(HomeCheck, columns, checks) + len(found)
    danger.tell(plan, chance, found)


def _checks(plan, chance, campaign, villages, homes, starts, last, done, lines, phrases) -> list[tuple]:
    """Each head at her own pace, home after home."""
    pace = [0.985 if done else min(0.97, max(0.12, chance.gauss(0.6, 0.2))) for _head in plan.heads]
    days, rows = (last - starts).days + 1, []
    for dwelling in plan.dwellings:
        if dwelling.village.pk not in villages or chance.random() > pace[dwelling.head]:
            continue
        at = plan.moment(starts + timedelta(days=chance.randrange(days)), chance.uniform(8.5, 19.5))
        draw, head = chance.random(), plan.heads[dwelling.head].user.pk
        if draw < 0.045:
            problems, note = f"{{{chance.randint(1, lines)}}}", chance.choice(phrases["notes"])
            rows.append((campaign, homes[dwelling.id], Result.PROBLEM, problems, note, head, at))
        else:
            result = Result.NOBODY if draw < 0.075 and not done else Result.RIGHT
            rows.append((campaign, homes[dwelling.id], result, "{}", "", head, at))
    return rows


def _answer(plan: Plan, phrases: dict) -> None:
    """Most of what was told has been answered within a day or two; the newest waits."""
    chance = plan.chance("answers")
    rows = []
    for pk, row in plan.made["sightings"]:
        village, kind, case, at = row[1], row[4], row[6], row[7]
        if case is not None or kind == "quarrel":
            continue
        answered = at + timedelta(hours=min(chance.lognormvariate(1.6, 1.1), 70))
        if answered >= plan.now or (at > plan.now - timedelta(days=4) and chance.random() < 0.5):
            continue
        outcome = chance.choices((Outcome.NOTED, Outcome.LOOKED, Outcome.PASSED_ON), (45, 38, 17))[0]
        by = (plan.officer_of if chance.random() < 0.4 else plan.auxiliary_of)(village)
        rows.append((pk, outcome, chance.choice(phrases[str(outcome)]), by.pk, answered))
    rows.sort(key=lambda row: row[-1])
    plan.counts["answers to sightings"] = copy_rows(Triage, ["sighting_id", "outcome", "answer", "by_id", "at"], rows)
