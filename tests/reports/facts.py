"""Facts for the hall's tests, written as rows: what the wings' verbs leave behind, without their verbs."""

import itertools
from datetime import datetime, timedelta

from households.models import Visit
from points import services
from points.models import Item, Rule, Tariff
from shengkang.cases.models import CaseStep, DisputeCase, FollowUp, Report
from shengkang.notices.models import Notice
from tests.world import SHANGHAI

_numbers = itertools.count(1)


def on(year, month, day, hour=10, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def step(case, move, to, at, by):
    last = case.steps.order_by("-no").first()
    return CaseStep.objects.create(
        case=case,
        no=(last.no if last else 0) + 1,
        move=move,
        from_status=last.to_status if last else "",
        to_status=to,
        at=at,
        by=by,
    )


def a_case(there, opened_at, *, village=0, category=None, settled_at=None, due_at=None, risk="", **fields):
    """A case of a station of the small world: registered, and settled on the spot when `settled_at` is given."""
    officer = there.officer
    graded = {"risk": risk or "green", "grade": "simple", "due_at": due_at} if due_at else {}
    case = DisputeCase.objects.create(
        station=there.station,
        village=there.villages[village],
        no=f"试{next(_numbers):06}",
        status="accepted" if graded else "reported",
        category_id=category or "02",
        channel="head",
        story="两家争吵的经过",
        place="村口老槐树下",
        opened_at=opened_at,
        officer=officer,
        **graded,
        **fields,
    )
    step(case, "open", "reported", opened_at, officer)
    if graded:
        step(case, "accept", "accepted", opened_at, officer)
    Report.objects.create(case=case, by=there.household_head, person=there.household_head.person, at=opened_at, text="吵起来了")
    if settled_at:
        settle(case, there, settled_at)
    return case


def settle(case, there, at):
    step(case, "settle_on_the_spot" if case.status == "reported" else "settle", "settled", at, there.officer)
    DisputeCase.objects.filter(pk=case.pk).update(status="settled", settled_at=at, mediator=there.officer, procedure="informal")
    case.refresh_from_db()
    FollowUp.objects.create(case=case, due_on=at.astimezone(SHANGHAI).date() + timedelta(days=7))
    if case.steps.last().move == "settle":
        Notice.objects.create(
            to=there.household_head, kind="case.outcome", text="已有结果", key=f"case:{case.pk}:{case.steps.count()}", at=at
        )


def reopen(case, there, at):
    step(case, "reopen", "accepted", at, there.officer)
    DisputeCase.objects.filter(pk=case.pk).update(
        status="accepted", settled_at=None, risk="green", grade="simple", due_at=at + timedelta(days=7)
    )
    case.refresh_from_db()


def a_visit(there, at, home=0):
    return Visit.objects.create(station=there.station, home=there.homes[home], by=there.household_head, kind="care", at=at)


def a_wallet(there, person, at):
    return services.open_wallet(person=there.residents[person], by=None, at=at)


def an_award(there, at, amount=10, person=0, confidential=False):
    tariff, _new = Tariff.objects.get_or_create(station=there.station, name="试行", active_from=on(2024, 1, 1).date())
    name = "举报有功" if confidential else "调解成功"
    rule, _new = Rule.objects.get_or_create(
        tariff=tariff, no=2 if confidential else 1, defaults={"name": name, "points": 5, "confidential": confidential}
    )
    wallet = a_wallet(there, person, at)
    return services.award(wallet=wallet, amount=amount, rule=rule, key=f"a{next(_numbers)}", by=there.officer, at=at)


def a_redemption(there, at, points=4, person=0):
    """A slip of one piece that costs `points`, collected at once."""
    keeper, item = there.shop_keeper, Item.objects.create(station=there.station, name=f"货{next(_numbers)}", measure="袋")
    services.set_price(item=item, points=points, from_day=at.date(), by=keeper, at=at)
    services.receive_goods(shop=there.shop, item=item, pieces=1, received_on=at.date(), by=keeper, at=at)
    slip = services.hold_redemption(
        shop=there.shop, wallet=a_wallet(there, person, at), basket={item.pk: 1}, key=f"r{next(_numbers)}", by=keeper, at=at
    )
    return services.collect_redemption(redemption=slip, by=keeper, at=at)


def a_busy_month(there, year=2026, month=2):
    """Something of everything that is counted, in both villages; two cases come from the month before."""
    before = on(year, month, 1) - timedelta(days=10)
    a_case(there, before, due_at=on(year, month, 5), settled_at=on(year, month, 4))
    a_case(there, before, village=1, due_at=on(year, month, 9), risk="red")
    for day in range(2, 8):
        a_case(there, on(year, month, day), settled_at=on(year, month, day, 12))
    again = a_case(there, on(year, month, 3), village=1, category="01", settled_at=on(year, month, 5))
    reopen(again, there, on(year, month, 8))
    late = a_case(there, on(year, month, 2), village=1, due_at=on(year, month, 6))
    settle(late, there, on(year, month, 9, 18))
    a_case(there, on(year, month, 10), due_at=on(year, month, 20))
    FollowUp.objects.filter(case__station=there.station, due_on__lte=on(year, month, 11).date()).update(
        done_at=on(year, month, 11), outcome="holds", by=there.officer
    )
    for home in (0, 0, 1):
        a_visit(there, on(year, month, 6), home)
    an_award(there, on(year, month, 7), 30)
    an_award(there, on(year, month, 7), 12, person=1)
    a_redemption(there, on(year, month, 9), 8)
