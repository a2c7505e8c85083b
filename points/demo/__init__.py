"""A year of the hundred-point reward at the demo station: deeds, evaluations, shops; all points move by the ledger's own functions."""

from datetime import date, datetime, timedelta

from points.demo.deeds import write_deeds
from points.demo.shops import Counter, open_shops
from points.models import EvaluationPeriod, Transfer
from points.services import (
    close_period,
    open_period,
    open_wallets,
    publish_period,
    reverse,
    score_period,
    seal_ledger,
    send_to_review,
)
from points.tariff import seed_tariff
from shengkang.audit import services as audit
from shengkang.organization.demo import Plan, joins_by_hash
from shengkang.organization.services import ask_approval, decide_approval

# A month is reviewed on the first, published on the second and closed on the ninth of the next one.
REVIEWED, PUBLISHED, CLOSED = (0, 15), (1, 10), (8, 16)
REVERSED = "核实为重复登记"


def build(plan: Plan) -> None:
    at = plan.moment(plan.begins, 9)
    tariff = seed_tariff(plan.station, plan.begins, by=plan.chief, at=at)
    plan.counts["wallets"] = open_wallets(people=[each.id for each in plan.participants], by=plan.chief, at=at)
    plan.counts["deeds"] = write_deeds(plan, tariff)
    counter = Counter(plan, open_shops(plan))
    for first, nxt in zip(plan.months, [*plan.months[1:], None], strict=True):
        counter.restock(first)
        with joins_by_hash():
            _evaluate(plan, first, nxt)
        counter.serve_until(_moment(plan, _next_month(nxt), CLOSED) if nxt else plan.now)
        seal_ledger(at=min(plan.now, _moment(plan, nxt, CLOSED) + timedelta(hours=1)) if nxt else plan.now)
    plan.counts["periods"] = EvaluationPeriod.objects.count()
    plan.counts["transfers"] = Transfer.objects.count()


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


def _moment(plan: Plan, first: date, when: tuple[int, int]):
    return plan.moment(first + timedelta(days=when[0]), when[1])


def _evaluate(plan: Plan, first: date, nxt: date | None) -> None:
    """One month through its states, as far as the demo's morning allows."""
    last = (nxt or _next_month(first)) - timedelta(days=1)
    period = open_period(station=plan.station, starts_on=first, ends_on=last, by=None, at=plan.moment(first, 1))
    moves = [(send_to_review, REVIEWED), (publish_period, PUBLISHED), (close_period, CLOSED)] if nxt else []
    for move, when in moves:
        at = _moment(plan, nxt, when)
        if at > plan.now:
            break
        period = move(period=period, by=plan.chief, at=at)
    if period.status != EvaluationPeriod.Status.CLOSED:
        score_period(period=period, at=plan.now)
    elif first.month % 5 == 0:
        _take_one_back(plan, period, _moment(plan, nxt, CLOSED) + timedelta(days=2))


def _take_one_back(plan: Plan, period: EvaluationPeriod, at: datetime) -> None:
    """An award that should not have been: one chief asks, the other allows it, the ledger answers with another row."""
    award = Transfer.objects.filter(period=period, deed__isnull=False).order_by("id").first()
    if award is None or at > plan.now:
        return
    asked = {"obj": "points_entry", "action": "reverse", "target_ref": audit.ref(award), "reason": REVERSED}
    approval = ask_approval(**asked, by=plan.deputy, at=at - timedelta(hours=3))
    decide_approval(approval=approval, grant=True, by=plan.chief, at=at - timedelta(hours=1))
    reverse(transfer=award, reason=REVERSED, by=plan.deputy, at=at)
