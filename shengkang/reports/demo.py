"""The demo's figures: counted once everything else is there, its last months closed, all reports but the newest issued."""

from shengkang.organization.demo import Plan
from shengkang.reports import services


def finish(plan: Plan) -> None:
    services.recount_everything_open(station=plan.station, at=plan.now)
    closed = plan.months[:-1][-plan.size.frozen_months :]
    briefings = [services.freeze_month(station=plan.station, month=month, at=plan.now) for month in closed]
    for briefing in briefings[:-1]:
        services.issue_briefing(briefing=briefing, by=plan.chief, at=plan.now)
    plan.counts["closed months"] = len(briefings)
