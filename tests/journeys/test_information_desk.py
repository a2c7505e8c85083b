"""A head tells what she saw; the station answers, and what came out of it leads on. Of a protected matter nothing shows."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from households.models import Sighting
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard
from shengkang.notices.models import Notice
from tests.journeys.town import photo
from tests.journeys.visitor import Visitor

STRANGER, FENCE, CRYING = "外地面包车停在塘边半天", "塘坎护栏断了一截", "夜里听见孩子一直哭"


def desk(verb, *args):
    return reverse(f"admin:households_sighting_{verb}", args=args)


def test_what_a_head_tells_is_answered_and_leads_on(town):
    here = town.here
    head = Visitor(here.household_head)
    tell(head, here, "stranger", STRANGER)
    tell(head, here, "other", FENCE)
    tell(head, here, "other", CRYING)
    officers_hear_of_it(here)
    the_oldest_is_answered_first(here)
    one_becomes_a_hazard(here)
    the_chief_protects_a_child(here)
    the_head_reads_her_answers(here)
    nothing_waits_any_more(here)


def tell(head, here, kind, text):
    taken = photo()
    upload = SimpleUploadedFile(taken.name, taken.bytes, "image/jpeg")
    head.do(reverse("households:report-sighting"), kind=kind, text=text, village=here.villages[0].pk, photos=[upload])


def officers_hear_of_it(here):
    told = Notice.objects.filter(to=here.officer, kind__startswith="sighting.")
    assert sorted(told.values_list("kind", flat=True)) == ["sighting.new", "sighting.new", "sighting.stranger"]
    assert not any(word in notice.text for notice in told for word in (STRANGER, FENCE, CRYING))
    assert "3" in Visitor(here.officer).read(reverse("admin:index"))


def the_oldest_is_answered_first(here):
    officer = Visitor(here.officer)
    waiting = officer.get(desk("changelist"), desk="waiting").context["cl"].result_list
    assert [each.text for each in waiting] == [STRANGER, FENCE, CRYING]
    officer.do(desk("answer", waiting[0].pk), outcome="looked", answer="是收粮的，手续齐全")


def one_becomes_a_hazard(here):
    officer, sighting = Visitor(here.officer), Sighting.objects.get(text=FENCE)
    missing = officer.send(desk("answer", sighting.pk), outcome="hazard", answer="马上安排")
    assert "group" in missing.context["form"].errors
    officer.do(desk("answer", sighting.pk), outcome="hazard", answer="马上安排", group="03", level="same_day", place="塘坎")
    officer.do(desk("answer", sighting.pk), outcome="looked", answer="已拉警戒线")
    assert Hazard.objects.get().found_by == here.household_head


def the_chief_protects_a_child(here):
    chief, sighting = Visitor(here.station_chief), Sighting.objects.get(text=CRYING)
    chief.do(desk("answer", sighting.pk), outcome="dispute", answer="谢谢，已安排人去看", category="01", protected="on")
    assert DisputeCase.objects.get().restricted


def the_head_reads_her_answers(here):
    head = Visitor(here.household_head)
    assert Notice.objects.filter(to=here.household_head, kind="sighting.answered").count() == 4
    hazard, case = Hazard.objects.get(), DisputeCase.objects.get()
    fence = head.read(reverse("households:sighting", args=[Sighting.objects.get(text=FENCE).pk]))
    assert "马上安排" in fence
    assert "已拉警戒线" in fence
    assert hazard.get_absolute_url() in fence
    crying = head.read(reverse("households:sighting", args=[Sighting.objects.get(text=CRYING).pk]))
    assert "谢谢，已安排人去看" in crying
    assert case.no not in crying
    assert head.get(case.get_absolute_url()).status_code == 404


def nothing_waits_any_more(here):
    officer = Visitor(here.officer)
    assert officer.get(desk("changelist"), desk="waiting").context["cl"].result_count == 0
    # Who is not in charge of the protected case does not read what was told of it either.
    assert officer.get(desk("change", Sighting.objects.get(text=CRYING).pk)).status_code == 404
