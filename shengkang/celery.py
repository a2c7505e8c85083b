"""The clock page: what the station does by itself, and when. Tasks only nudge; the rows decide, so each may run twice."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shengkang.settings")
app = Celery("shengkang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # name                        task                                     when (Asia/Shanghai)
    "tell of alarms":            {"task": "posts.dispatch",                "schedule": 10.0},
    "deliver notices":           {"task": "notices.deliver",               "schedule": 20.0},
    "seal the ledger":           {"task": "points.seal",                   "schedule": 60.0},
    "let holds run out":         {"task": "points.time_out_holds",         "schedule": 60.0},
    "recount changed days":      {"task": "reports.recount_days",          "schedule": crontab(minute="*/5")},
    "forget sent files":         {"task": "organization.forget_imports",   "schedule": crontab(minute=10)},
    "remind of shifts":          {"task": "patrols.remind_of_shifts",      "schedule": crontab(hour=18, minute=0)},
    "remind of follow-ups":      {"task": "cases.remind_of_follow_ups",    "schedule": crontab(hour=7, minute=30)},
    "climb the ladder":          {"task": "cases.escalate",                "schedule": crontab(minute="*/10", hour="7-21")},
    "remind of obligations":     {"task": "cases.remind_of_obligations",   "schedule": crontab(hour=7, minute=40)},
    "remind of terms and checks": {"task": "households.remind",             "schedule": crontab(hour=7, minute=35)},
    "sweep files of nobody":     {"task": "attachments.sweep",              "schedule": crontab(hour=4, minute=0)},
    "score the open period":     {"task": "points.score_open_periods",     "schedule": crontab(hour=1, minute=0)},
    "check the balances":        {"task": "points.check_balances",         "schedule": crontab(hour=2, minute=0)},
    "freeze last month":         {"task": "reports.freeze_last_month",     "schedule": crontab(hour=3, minute=0)},
    "forget what ran out":       {"task": "organization.forget_what_ran_out", "schedule": crontab(hour=4, minute=0)},
}  # fmt: skip
