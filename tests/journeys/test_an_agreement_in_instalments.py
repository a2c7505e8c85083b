"""A debt between neighbours, paid in three instalments, one of them late: agreed at the desk, signed on a phone, reminded of, paid."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import time_machine
from django.urls import reverse

from shengkang.cases import services
from shengkang.cases.models import DisputeCase, Obligation
from shengkang.cases.services import PartyDetails
from shengkang.notices.models import Notice
from tests.journeys.tables import run
from tests.journeys.town import HOUSEHOLDER, NEIGHBOUR, drawn
from tests.journeys.visitor import Visitor
from tests.world import a_picture, mediate

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(month, day, hour=10):
    return time_machine.travel(datetime(2026, month, day, hour, tzinfo=SHANGHAI), tick=False)


def desk(case, verb="change"):
    return reverse(f"admin:cases_disputecase_{verb}", args=[case.pk])


def reminded(user) -> int:
    run("cases.remind_of_obligations")
    run("cases.remind_of_obligations")
    return Notice.objects.filter(to=user, kind="case.obligation").count()


def test_three_instalments_one_of_them_late(town):
    here, head = town.here, town.here.household_head
    at = datetime(2026, 3, 11, 9, tzinfo=SHANGHAI)
    case = services.open_case(
        station=here.station, village=here.villages[0], category=town.category, channel="head", story="借钱不还", by=head, at=at,
        parties=[PartyDetails("first", HOUSEHOLDER), PartyDetails("second", NEIGHBOUR)],
    )  # fmt: skip
    services.accept_case(case=case, risk="green", grade="complex", officer=here.officer, by=here.officer, at=at)
    mediate(case, head, by=here.officer, at=at)
    owing = case.parties.get(name=NEIGHBOUR)

    with on(3, 12):
        it_is_agreed_at_the_desk_and_signed_on_her_phone(case, owing, here)
    first, second, third = Obligation.objects.all()
    assert [(str(owed.amount), owed.due_on.isoformat(), owed.party) for owed in (first, second, third)] == [
        ("333.34", "2026-03-31", owing),
        ("333.33", "2026-04-30", owing),
        ("333.33", "2026-05-31", owing),
    ]
    with on(3, 27, 7):
        assert reminded(head) == 0
    with on(3, 28, 7):
        assert reminded(head) == 1
    with on(3, 30):
        she_marks_it_done(head, first, "2026-03-30")
    with on(4, 28, 7):
        assert reminded(head) == 2  # of the first and of the second, before they were due
    the_second_is_late(head, here, case, second)
    with on(5, 31):
        she_marks_it_done(head, third, "2026-05-31")
    assert sum(owed.amount for owed in Obligation.objects.exclude(performed_on=None)) == Decimal("1000.00")
    the_file_is_closed(head, here, case)


def it_is_agreed_at_the_desk_and_signed_on_her_phone(case, owing, here):
    officer, head = Visitor(here.officer), Visitor(here.household_head)
    officer.do(
        desk(case, "agree"),
        facts="借款一千元",
        terms="分三期归还",
        effective_on="2026-03-12",
        instalments_what="归还借款",
        instalments_party=owing.pk,
        instalments_total="1000.00",
        instalments_count="3",
        instalments_first_due_on="2026-03-31",
        instalments_every="month",
    )
    assert "settle" not in [verb["name"] for verb in officer.get(desk(case)).context["verbs"]]
    page = head.get(reverse("cases:agreement", args=[case.pk]))
    assert [signer["name"] for signer in page.context["signers"]] == [HOUSEHOLDER, NEIGHBOUR, here.household_head.name]
    for signer in page.context["signers"]:
        head.do(signer["url"], drawn=drawn())
    assert head.get(reverse("cases:agreement", args=[case.pk])).context["signers"] == []
    officer.do(desk(case, "settle"))
    case.refresh_from_db()
    assert case.status == "settled"


def she_marks_it_done(head, obligation, day):
    Visitor(head).do(reverse("cases:perform", args=[obligation.pk]), performed_on=day)
    obligation.refresh_from_db()
    assert obligation.performed_on.isoformat() == day


def the_second_is_late(head, here, case, second):
    with on(5, 2):
        officer = Visitor(here.officer)
        panel = next(each for each in officer.get("/admin/").context["desk_panels"] if each["url"].endswith("owing"))
        assert [row["url"] for row in panel["rows"]] == [desk(case)]
        assert reminded(head) == 2
    with on(5, 3):
        assert reminded(head) == 3  # three days late
        assert "逾期" in Visitor(head).read(reverse("cases:agreement", args=[case.pk]))
    with on(5, 6):
        she_marks_it_done(head, second, "2026-05-06")
        assert reminded(head) == 3
        panel = next(
            each for each in Visitor(here.officer).get("/admin/").context["desk_panels"] if each["url"].endswith("owing")
        )
        assert panel["count"] == 0


def the_file_is_closed(head, here, case):
    """The visits she owes stand on her phone; the one after ninety days is made out of the archive."""
    with on(6, 1):
        phone = Visitor(head)
        for _visit in range(2):
            row = phone.get(reverse("cases:visits")).context["rows"][0]
            phone.do(row["url"], outcome="holds", note="按期还钱")
        officer = Visitor(here.officer)
        for kind in ("inquiry", "session"):  # both were written on paper, that evening
            officer.do(desk(case, "file_paper"), kind=kind, pictures=[a_picture()])
        officer.do(desk(case, "archive"))
    case.refresh_from_db()
    assert case.status == "archived"
    with on(6, 10):
        phone = Visitor(head)
        (row,) = phone.get(reverse("cases:visits")).context["rows"]
        phone.do(row["url"], outcome="holds")
        assert phone.get(reverse("cases:visits")).context["rows"] == []
    assert DisputeCase.objects.get().status == "archived"
