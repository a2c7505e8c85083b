"""What a patrol comes upon goes at once where it belongs."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from patrols import services
from patrols.models import Finding, PatrolKind
from shengkang.attachments.models import Attachment
from shengkang.cases.models import DisputeCase
from shengkang.hazards.models import Hazard, HazardGroup, HazardStep
from tests.patrols.conftest import make_account, make_shift, make_volunteer, paper
from tests.world import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def group(db):
    return HazardGroup.objects.get_or_create(code="02", defaults={"name": "道路"})[0]


@pytest.fixture
def patrol(here, volunteer):
    shift = make_shift(here, starts_at=LATER)
    services.take_place(shift=shift, by=here.volunteer, at=NOW)
    return services.start_patrol(shift=shift, by=here.aux_police, at=LATER)


def find(patrol, by, kind=Finding.Kind.OTHER, **fields):
    return services.report_finding(**{"patrol": patrol, "kind": kind, "text": "路灯不亮", "by": by, "at": LATER} | fields)


def test_who_does_not_go_along_finds_nothing(here, patrol):
    stranger = make_account(here, make_volunteer(here, name="志愿乙"), "19900015555")
    for by in (stranger, here.officer, here.household_head):
        with pytest.raises(services.FindingRefused):
            find(patrol, by)


def test_after_the_end_nothing_more_is_found(here, patrol):
    services.end_patrol(patrol=patrol, present=[], by=here.aux_police, at=LATER + timedelta(hours=1))
    with pytest.raises(services.FindingRefused):
        find(patrol, here.aux_police)


@pytest.mark.parametrize("fields", [{"text": " "}, {"kind": "hazard"}, {"kind": "dispute"}])
def test_a_finding_says_what_it_is(here, patrol, fields):
    with pytest.raises(services.FindingRefused):
        find(patrol, here.aux_police, **fields)
    assert Finding.objects.count() == 0


def test_a_hazard_is_opened_with_its_photos_by_a_volunteer(here, patrol, group):
    finding = find(patrol, here.volunteer, "hazard", group=group, place="村口", photos=[paper()])
    hazard = Hazard.objects.get()
    assert (finding.hazard, hazard.channel, hazard.found_by, hazard.village) == (
        hazard, Hazard.Channel.PATROL, here.volunteer, patrol.village
    )  # fmt: skip
    assert Attachment.objects.of(HazardStep.objects.get()).count() == 1


def test_a_dispute_becomes_a_case(here, world, patrol):
    finding = find(patrol, here.aux_police, "dispute", category=world.category, photos=[paper()])
    case = DisputeCase.objects.get()
    assert (finding.case, case.channel, case.restricted) == (case, DisputeCase.Channel.PATROL, False)
    assert Attachment.objects.of(case).count() == 1


def test_a_protected_dispute_leaves_no_word_in_the_finding(here, world, patrol):
    finding = find(patrol, here.aux_police, "dispute", category=world.category, protected=True, text="家暴线索", place="三组五号")
    assert DisputeCase.objects.get().restricted
    assert "家暴" not in finding.text
    assert finding.place == ""


def test_the_finding_of_a_protected_case_is_hidden_with_it(here, world, patrol):
    find(patrol, here.aux_police, "dispute", category=world.category, protected=True)
    seen = {
        name: Finding.objects.visible_to(getattr(here, name)).exists()
        for name in ("aux_police", "station_chief", "officer", "volunteer")
    }
    assert seen == {"aux_police": True, "station_chief": True, "officer": False, "volunteer": False}


def test_something_else_keeps_its_photos_itself(here, patrol):
    finding = find(patrol, here.volunteer, photos=[paper()])
    assert Attachment.objects.of(finding).count() == 1


def test_another_station_sees_no_finding(world, here, patrol):
    find(patrol, here.volunteer)
    assert not Finding.objects.visible_to(world.there.station_chief).exists()


@pytest.mark.parametrize("kind", ["hazard", "dispute"])
def test_the_database_refuses_a_finding_that_leads_nowhere(here, patrol, kind):
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.create(patrol=patrol, kind=kind, text="无", by=here.aux_police, at=LATER)


def test_a_patrol_without_a_shift_is_its_leaders_alone(here):
    patrol = services.start_patrol(by=here.officer, at=NOW, village=here.villages[0], kind=PatrolKind.EMERGENCY)
    assert find(patrol, here.officer, at=NOW).by == here.officer
