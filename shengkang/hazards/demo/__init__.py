"""A year of hazards at the demo station: invented dangers that live through the real table of moves."""

import tomllib
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from django.db.models import F

from shengkang.attachments import services as attachments
from shengkang.hazards import telling
from shengkang.hazards.demo import pictures
from shengkang.hazards.demo.lives import HazardLife
from shengkang.hazards.imports import load_hazard_groups
from shengkang.hazards.models import Hazard, HazardStep
from shengkang.notices.models import Notice
from shengkang.organization.demo import Plan, copy_rows, draw_ids

STORIES = Path(__file__).resolve().parent.parent / "data" / "demo_hazards.toml"
# Messages older than this were read and thrown away.
MESSAGES_KEPT = timedelta(days=30)
WITH_PHOTOS = 8


def build(plan: Plan) -> None:
    load_hazard_groups()
    lives = _year_of_lives(plan)
    _write(plan, lives)
    _hang_photos(plan, lives)
    _tell(plan)
    plan.made["hazards"] = lives
    plan.counts["hazards"] = len(lives)


def _year_of_lives(plan: Plan) -> list[HazardLife]:
    """Spread over the year by the season of each story; the newest ones stand in every state there is."""
    chance, stories = plan.chance("hazards"), tomllib.loads(STORIES.read_text(encoding="utf-8"))
    notes = stories.pop("notes")
    homes = defaultdict(list)
    for dwelling in plan.dwellings:
        homes[dwelling.village.pk].append(dwelling)
    groups, weights = list(stories), [group["weight"] for group in stories.values()]
    days = (plan.today - plan.begins).days
    ends = HazardLife.ENDS[-plan.size.hazards :]
    lives = []
    while len(lives) < plan.size.hazards - len(ends):
        day = plan.begins + timedelta(days=chance.randrange(days))
        group = chance.choices(groups, weights)[0]
        fitting = [item for item in stories[group]["items"] if day.month in item.get("months", range(1, 13))]
        if fitting:
            lives.append(HazardLife(plan, chance, notes, homes, group, chance.choice(fitting), day))
    shown = [(group, item) for group in groups for item in stories[group]["items"] if "scene" in item]
    for no, (age, stop) in enumerate(ends):
        group, item = shown[no % len(shown)]
        lives.append(HazardLife(plan, chance, notes, homes, group, item, plan.today - timedelta(days=age), stop=stop))
    return sorted(lives, key=lambda life: life.found_at)


def _write(plan: Plan, lives: list[HazardLife]) -> None:
    for life, pk in zip(lives, draw_ids(Hazard, len(lives)), strict=True):
        life.pk = pk
    copy_rows(
        Hazard,
        ["id", "station_id", "village_id", "status", "group_id", "level", "channel", "place", "text", "answers_for_it",
         "found_by_id", "found_at", "assigned_to_id", "due_at", "put_right_at", "put_right_by_id", "closed_at", "closed_by_id",
         "steps_taken"],
        (
            (
                life.pk, plan.station.pk, life.village_id, str(life.status), life.group, life.level, life.channel, life.place,
                life.text, life.who, life.by.pk, life.found_at, life.assigned_to and life.assigned_to.pk, life.due_at,
                life.put_right_at, life.put_right_by and life.put_right_by.pk, life.closed_at,
                life.closed_by and life.closed_by.pk, len(life.steps),
            )
            for life in lives
        ),
    )  # fmt: skip
    steps = sorted(((life, step) for life in lives for step in life.steps), key=lambda each: (each[1].at, each[0].pk, each[1].no))
    for (_life, step), pk in zip(steps, draw_ids(HazardStep, len(steps)), strict=True):
        step.pk = pk
    copy_rows(
        HazardStep,
        ["id", "hazard_id", "no", "move", "from_status", "to_status", "at", "by_id", "note", "credited_id"],
        (
            (
                step.pk,
                life.pk,
                step.no,
                step.move,
                str(step.before),
                str(step.after),
                step.at,
                step.by.pk,
                step.note,
                step.credited,
            )
            for life, step in steps
        ),
    )


def _hang_photos(plan: Plan, lives: list[HazardLife]) -> None:
    """The newest hazards of a drawn scene get photos, through the room's own door: before, and where it is put right, after."""
    chance = plan.chance("photos of hazards")
    shown = [life for life in lives if life.scene][-WITH_PHOTOS:]
    steps = HazardStep.objects.in_bulk([step.pk for life in shown for step in life.steps])
    for life in shown:
        for step in life.steps:
            if step.move in ("find", "put_right"):
                upload = pictures.photo(life.scene, chance, done=step.move == "put_right")
                attachments.attach(owner=steps[step.pk], station=plan.station, upload=upload, by=step.by, at=step.at)


def _tell(plan: Plan) -> None:
    """What was told lately, as the verbs tell it; what is older than three days has been read."""
    tellers = {
        "find": telling.tell_officers,
        "assign": telling.tell_of_task,
        "put_right": telling.tell_to_look_again,
        "look_again": telling.tell_the_finder,
        "dismiss": telling.tell_the_finder,
    }
    since = plan.now - MESSAGES_KEPT
    steps = HazardStep.objects.filter(at__gte=since, move__in=tellers, hazard__assigned_to__isnull=False)
    for step in steps.select_related("hazard__station", "hazard__assigned_to", "hazard__found_by").order_by("at", "id"):
        tellers[step.move](step.hazard, step, step.at)
    told = Notice.objects.filter(kind__startswith="hazard.")
    told.update(delivered_at=F("at"))
    told.filter(at__lt=plan.now - timedelta(days=3)).update(read_at=F("at") + timedelta(hours=2))
