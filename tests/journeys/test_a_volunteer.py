"""百户义防 from the first word to the record: applied, recommended, reviewed on paper, approved, a shift, a patrol, a hazard found."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from patrols.models import Attendance, Patrol, Shift, Volunteer
from patrols.moves import Status
from patrols.tasks import remind_of_shifts
from shengkang.attachments.models import Attachment
from shengkang.hazards.models import Hazard, HazardGroup
from shengkang.notices.models import Notice
from shengkang.organization.models import Membership, Presence
from tests.journeys.town import photo
from tests.journeys.visitor import Visitor


def paper():
    taken = photo()
    return SimpleUploadedFile(taken.name, taken.bytes, "image/jpeg")


def desk(thing, verb="change"):
    return reverse(f"admin:patrols_{thing._meta.model_name}_{verb}", args=[thing.pk])


def page(name, *args):
    return reverse(f"patrols:{name}", args=args)


def test_a_volunteer_is_chosen_patrols_and_finds_a_hazard(town):
    here = town.here
    HazardGroup.objects.get_or_create(code="02", defaults={"name": "道路交通"})
    resident, head = Visitor(here.resident), Visitor(here.household_head)
    officer, chief, leader = Visitor(here.officer), Visitor(here.station_chief), Visitor(here.aux_police)

    # 自荐: one tick on the phone.
    mine = resident.do(page("apply"), village=here.villages[0].pk, motive="晚上没事，愿意出力", fit="on")
    volunteer = Volunteer.objects.get()
    assert volunteer.status == Status.APPLIED
    assert mine == volunteer.get_absolute_url()

    # 百户长推荐: she finds him in her list; he may not speak for himself.
    assert here.resident.person.name in head.read(page("waiting"))
    assert resident.get(page("recommend", volunteer.pk)).status_code == 403
    head.do(page("recommend", volunteer.pk), answer="yes", opinion="为人本分，推荐")

    # 村干部评议 on paper: an officer enters it with the photo; without one it is asked again.
    url = desk(volunteer, "review")
    assert officer.send(url, spoken_by="赵干事", opinion="集体评议，同意").status_code == 200
    officer.do(url, spoken_by="赵干事", opinion="集体评议，同意", photos=paper())
    signed = volunteer.steps.get(move="review")
    kept = reverse("attachments:file", args=[Attachment.objects.of(signed).get().pk])
    assert kept in chief.read(desk(volunteer))
    assert Visitor(town.there.officer).get(kept).status_code == 404

    # 派出所审核: the chief alone.
    assert officer.get(desk(volunteer, "approve")).status_code == 403
    chief.do(desk(volunteer, "approve"), note="同意入队")
    assert Membership.objects.filter(user=here.resident, role="volunteer").exists()
    assert Notice.objects.filter(to=here.resident, kind="patrols.vetting").count() == 3

    # A shift for tomorrow evening is planned, taken with one press, and remembered the evening before.
    tomorrow = timezone.localdate() + timedelta(days=1)
    officer.do(
        reverse("admin:patrols_shift_add"), village=here.villages[0].pk, kind="night", day=tomorrow.isoformat(), begins="19:30",
        ends="21:30", meeting_place="村委会门口", leader=here.aux_police.pk, places=2, weeks=1, note="",
    )  # fmt: skip
    shift = Shift.objects.get()
    assert shift.get_absolute_url() in resident.read(page("shifts"))
    resident.do(shift.get_absolute_url(), to=page("sign-up", shift.pk))
    for _run in range(2):
        remind_of_shifts()
    assert Notice.objects.filter(to=here.resident, kind="patrols.reminder").count() == 1

    # The evening comes: what was planned for tomorrow is set to now, and the leader starts.
    now = timezone.now()
    Shift.objects.update(starts_at=now + timedelta(minutes=20), ends_at=now + timedelta(hours=2))
    assert resident.send(page("start-shift", shift.pk)).status_code == 200
    assert not Patrol.objects.exists()
    on_patrol = leader.do(page("start-shift", shift.pk))
    patrol = Patrol.objects.get()
    assert Presence.objects.filter(user=here.aux_police).exists()

    # The volunteer finds a hazard: it stands at the station at once, with the photo from before.
    resident.do(
        page("find-hazard", patrol.pk), group="02", level="same_day", text="路面塌了一块", place="三组路口", photos=paper()
    )
    hazard = Hazard.objects.get()
    assert (hazard.channel, hazard.found_by) == (Hazard.Channel.PATROL, here.resident)
    assert "路面塌了一块" in leader.read(on_patrol)

    # The leader ends it: who signed up is ticked already.
    Patrol.objects.update(started_at=now - timedelta(minutes=100))
    assert f'value="{volunteer.pk}"' in leader.read(page("end", patrol.pk))
    leader.do(page("end", patrol.pk), signed=[volunteer.pk], kilometres="4.2", note="一切正常")
    assert not Presence.objects.filter(user=here.aux_police).exists()
    attendance = Attendance.objects.get()
    assert attendance.minutes >= 100

    # His record tells him, and nobody else reads it.
    record = resident.read(page("record"))
    assert patrol.get_absolute_url() in record
    assert "路面塌了一块" in record
    assert Visitor(here.volunteer).get(patrol.get_absolute_url()).status_code == 404
    assert Visitor(town.there.officer).get(desk(patrol)).status_code == 404
