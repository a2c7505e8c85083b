"""A village chooses a head: proposed on a telephone, appointed at the desk, given homes on a day, taught, and parted with in peace."""

from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine
from django.core.management import call_command
from django.urls import reverse

from households.models import Assignment, HouseholdHead, Nomination
from shengkang.notices.models import Notice
from shengkang.organization.models import User
from tests.journeys.tables import clock_tasks, counts, run
from tests.journeys.visitor import Visitor
from tests.world import PASSWORD, make_person

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAME, PHONE = "尚德厚", "17755550001"


def on(month, day, hour=10, year=2026):
    return time_machine.travel(datetime(year, month, day, hour, 0, tzinfo=SHANGHAI), tick=False)


def desk(model, verb, *args):
    return reverse(f"admin:households_{model}_{verb}", args=args)


def test_a_head_is_proposed_appointed_given_homes_taught_and_parted_with(town):
    here = town.here
    make_person(here.station, here.villages[0], NAME, birth_year=1970, phone=PHONE)
    with on(3, 11):
        the_cadre_proposes_somebody(here)
    with on(3, 12):
        the_chief_appoints(here)
        the_cadre_reads_the_answer(here)
    with on(3, 16):
        all_homes_are_handed_over_at_once(here)
    with on(3, 20):
        the_new_head_is_taught(here)
    with on(1, 20, year=2029):
        the_clock_reminds_the_chief_of_the_end_of_the_term(here)
    with on(3, 11, year=2029):
        nobody_parts_before_the_homes_are_handed_over(here)


def the_cadre_proposes_somebody(here):
    cadre = Visitor(here.village_cadre)
    assert reverse("households:nominations") in cadre.read(cadre.front)
    rows = cadre.get(reverse("households:propose-whom"), q="尚德").context["rows"]
    assert [row["title"] for row in rows] == [NAME]
    led = cadre.do(rows[0]["url"], reason="为人公道，常年在家")
    assert Nomination.objects.get().get_absolute_url() == led
    # The same proposal a second time is refused in words.
    assert cadre.send(rows[0]["url"], reason="再推荐一次").context["form"].non_field_errors()
    # The cadre decides nothing.
    assert cadre.get(desk("nomination", "appoint", Nomination.objects.get().pk)).status_code in (302, 404)


def the_chief_appoints(here):
    nomination = Nomination.objects.get()
    chief, officer = Visitor(here.station_chief), Visitor(here.officer)
    told = Notice.objects.get(to=here.station_chief, kind="nomination.new")
    assert told.link == desk("nomination", "change", nomination.pk)
    assert officer.get(desk("nomination", "appoint", nomination.pk)).status_code == 403
    assert chief.send(desk("nomination", "appoint", nomination.pk), from_day="2026-03-12", term_years="3", phone=PHONE,
                      password="123").status_code == 200  # fmt: skip
    chief.do(
        desk("nomination", "appoint", nomination.pk),
        from_day="2026-03-12",
        term_years="3",
        phone=PHONE,
        password=PASSWORD,
        answer="同意任用",
    )
    head = HouseholdHead.objects.get(user__phone=PHONE)
    assert (head.village, head.term_ends_on.isoformat()) == (here.villages[0], "2029-03-11")


def the_cadre_reads_the_answer(here):
    cadre, nomination = Visitor(here.village_cadre), Nomination.objects.get()
    assert "同意任用" in cadre.read(reverse("households:nomination", args=[nomination.pk]))
    assert Notice.objects.get(to=here.village_cadre, kind="nomination.decided").link == nomination.get_absolute_url()
    assert cadre.get(reverse("households:withdraw", args=[nomination.pk])).status_code == 302


def all_homes_are_handed_over_at_once(here):
    officer, new = Visitor(here.officer), HouseholdHead.objects.get(user__phone=PHONE)
    url = desk("householdhead", "hand_over", here.head.pk)
    form = officer.get(url).context["form"]
    assert set(form["homes"].initial) == {home.pk for home in here.homes[:2]}, "all of them, unless somebody takes some out"
    officer.do(url, to_head=new.pk, on="2026-03-16", homes=[str(pk) for pk in form["homes"].initial])
    days = Assignment.objects.filter(home__in=here.homes[:2]).order_by("home", "active_from")
    assert [(each.head_id, str(each.active_to)) for each in days] == [(here.head.pk, "2026-03-16"), (new.pk, "None")] * 2
    # The new head finds them on the telephone; the earlier one finds none.
    rows = Visitor(User.objects.get(phone=PHONE)).get(reverse("households:homes")).context["rows"]
    assert len(rows) == 2
    assert Visitor(here.household_head).get(reverse("households:homes")).context["rows"] == []


def the_new_head_is_taught(here):
    officer, new = Visitor(here.officer), HouseholdHead.objects.get(user__phone=PHONE)
    untaught = officer.get(desk("householdhead", "changelist"), hand="untrained").context["cl"].result_list
    assert new in untaught
    officer.do(desk("training", "add"), title="纠纷怎么劝", held_on="2026-03-20", hours="2", heads=[str(new.pk)])
    assert new not in officer.get(desk("householdhead", "changelist"), hand="untrained").context["cl"].result_list
    assert "纠纷怎么劝" in Visitor(new.user).read(reverse("households:trainings"))


def the_clock_reminds_the_chief_of_the_end_of_the_term(here):
    assert "households.remind" in clock_tasks()
    run("households.remind")
    before = counts()
    run("households.remind")
    assert counts() == before
    head = HouseholdHead.objects.get(user__phone=PHONE)
    assert Notice.objects.get(to=here.station_chief, kind="head.term_ends").link == desk("householdhead", "change", head.pk)


def nobody_parts_before_the_homes_are_handed_over(here):
    officer, head = Visitor(here.officer), HouseholdHead.objects.get(user__phone=PHONE)
    url = desk("householdhead", "end_term", head.pk)
    refused = officer.send(url, on="2029-03-11", parting="term")
    assert refused.status_code == 409
    assert "2" in str(refused.context["form"].non_field_errors())
    officer.do(
        desk("householdhead", "hand_over", head.pk),
        to_head=here.head.pk,
        on="2029-03-11",
        homes=[str(home.pk) for home in here.homes[:2]],
    )
    officer.do(url, on="2029-03-11", parting="term")
    head.refresh_from_db()
    assert (str(head.active_to), head.parting) == ("2029-03-11", "term")
    assert User.objects.get(phone=PHONE).roles == frozenset()
    call_command("verify_ledger")
