"""How somebody becomes a volunteer: who may speak, in which order, and what becomes of it."""

from datetime import timedelta
from itertools import product

import pytest

from patrols import services
from patrols.models import Volunteer
from patrols.moves import MOVES, Status
from shengkang.attachments.models import Attachment
from shengkang.notices.models import Notice
from shengkang.organization.life import MoveRefused, WrongStation
from shengkang.organization.models import Membership
from shengkang.organization.services import UnitNotServed
from tests.patrols.conftest import make_account, make_shift, make_volunteer, paper
from tests.world import NOW, make_person

pytestmark = pytest.mark.django_db


def apply_for(person, by, **fields):
    given = {"village": person.village, "motive": "想出一份力", "by": by, "at": NOW} | fields
    return services.apply(person=person, **given)


def roles_of(user):
    return set(Membership.objects.filter(user=user).values_list("role", flat=True))


# Applying


@pytest.mark.parametrize("born", [NOW.year - 17, NOW.year - 66])
def test_who_is_too_young_or_too_old_does_not_patrol(here, born):
    here.resident.person.birth_year = born
    here.resident.person.save()
    with pytest.raises(services.ApplicationRefused):
        apply_for(here.resident.person, here.resident)


@pytest.mark.parametrize("born", [NOW.year - 18, NOW.year - 65, None])
def test_from_eighteen_to_sixty_five_and_where_the_year_is_not_known_everybody_may_apply(here, born):
    here.resident.person.birth_year = born
    here.resident.person.save()
    assert apply_for(here.resident.person, here.resident).status == Status.APPLIED


@pytest.mark.parametrize("role", ["resident", "post_liaison", "shop_keeper"])
def test_who_looks_after_nobody_applies_for_nobody_else(here, role):
    with pytest.raises(services.ApplicationRefused):
        apply_for(here.residents[0], getattr(here, role))


@pytest.mark.parametrize("role", ["post_liaison", "shop_keeper"])
def test_a_liaison_and_a_shop_keeper_apply_for_themselves_and_see_no_other_application(here, role):
    make_volunteer(here, status=Status.APPLIED)
    user = getattr(here, role)
    volunteer = apply_for(user.person, user)
    assert list(Volunteer.objects.visible_to(user)) == [volunteer]


def test_a_head_applies_for_the_people_of_her_homes_and_no_others(here):
    assert apply_for(here.residents[0], here.household_head).status == Status.APPLIED
    stranger = make_person(here.station, here.villages[0], "别户人")
    with pytest.raises(services.ApplicationRefused):
        apply_for(stranger, here.household_head)


def test_a_cadre_applies_for_the_people_of_his_village_and_no_others(here):
    assert apply_for(here.residents[0], here.village_cadre).status == Status.APPLIED
    with pytest.raises(services.ApplicationRefused):
        apply_for(make_person(here.station, here.villages[1], "邻村人"), here.village_cadre)


def test_nobody_of_another_station_is_put_forward(world):
    with pytest.raises(services.ApplicationRefused):
        apply_for(world.there.residents[0], world.here.officer, village=world.here.villages[0])


def test_nobody_applies_for_a_village_of_another_station(world):
    with pytest.raises(UnitNotServed):
        apply_for(world.here.resident.person, world.here.resident, village=world.there.villages[0])


def test_nobody_applies_twice(here):
    apply_for(here.resident.person, here.resident)
    with pytest.raises(services.ApplicationRefused):
        apply_for(here.resident.person, here.officer)


def test_a_paper_needs_a_photo_and_an_officer(here):
    with pytest.raises(services.PaperMissing):
        apply_for(here.residents[0], here.officer, spoken_by="居民一")
    with pytest.raises(services.NotYourVoice):
        apply_for(here.residents[0], here.household_head, spoken_by="居民一", photos=[paper()])
    volunteer = apply_for(here.residents[0], here.officer, spoken_by="居民一", photos=[paper()])
    step = volunteer.steps.get()
    assert (step.spoken_by, Attachment.objects.of(step).count()) == ("居民一", 1)


# Recommending


def test_only_a_head_of_the_village_recommends(here):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    for by in (here.village_cadre, here.officer, here.station_chief, here.resident):
        with pytest.raises(services.NotYourVoice):
            services.recommend(volunteer=volunteer, opinion="好", by=by, at=NOW)
    away = make_volunteer(here, village=here.villages[1], name="邻村人", status=Status.APPLIED)
    with pytest.raises(services.NotYourVoice):
        services.recommend(volunteer=away, opinion="好", by=here.household_head, at=NOW)


def test_a_head_whose_term_has_ended_recommends_nobody(here):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    here.head.active_to = NOW.date()
    here.head.save()
    with pytest.raises(services.NotYourVoice):
        services.recommend(volunteer=volunteer, opinion="好", by=here.household_head, at=NOW)


def test_a_head_does_not_recommend_herself_not_even_on_paper(here):
    volunteer = make_volunteer(here, person=here.household_head.person, status=Status.APPLIED)
    with pytest.raises(services.NotYourVoice):
        services.recommend(volunteer=volunteer, opinion="我行", by=here.household_head, at=NOW)
    signed = {"spoken_by": here.household_head.person.name, "photos": [paper()]}
    with pytest.raises(services.NotYourVoice):
        services.recommend(volunteer=volunteer, opinion="我行", by=here.officer, at=NOW, **signed)


def test_a_paper_is_signed_by_a_head_who_serves_in_the_village(here):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    with pytest.raises(services.NotYourVoice):
        services.recommend(volunteer=volunteer, opinion="好", by=here.officer, at=NOW, spoken_by="谁也不是", photos=[paper()])
    step = services.recommend(
        volunteer=volunteer, opinion="好", by=here.officer, at=NOW, spoken_by=here.household_head.name, photos=[paper()]
    )
    assert (step.to_status, step.by, step.spoken_by) == (Status.RECOMMENDED, here.officer, here.household_head.name)


def test_another_station_moves_nobody_here(world):
    volunteer = make_volunteer(world.here, status=Status.APPLIED)
    with pytest.raises(WrongStation):
        services.recommend(volunteer=volunteer, opinion="好", by=world.there.household_head, at=NOW)


# Reviewing


def test_only_a_cadre_of_the_village_reviews(here):
    volunteer = make_volunteer(here, status=Status.RECOMMENDED)
    for by in (here.household_head, here.officer, here.station_chief, here.resident):
        with pytest.raises(services.NotYourVoice):
            services.review(volunteer=volunteer, opinion="同意", by=by, at=NOW)
    away = make_volunteer(here, village=here.villages[1], name="邻村人", status=Status.RECOMMENDED)
    with pytest.raises(services.NotYourVoice):
        services.review(volunteer=away, opinion="同意", by=here.village_cadre, at=NOW)


def test_a_cadre_does_not_review_himself(here):
    volunteer = make_volunteer(here, person=here.village_cadre.person, status=Status.RECOMMENDED)
    with pytest.raises(services.NotYourVoice):
        services.review(volunteer=volunteer, opinion="同意", by=here.village_cadre, at=NOW)


def test_who_recommended_does_not_review_as_well(here, second_head):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    services.recommend(volunteer=volunteer, opinion="好", by=second_head.user, at=NOW)
    with pytest.raises(services.NotYourVoice):
        services.review(volunteer=volunteer, opinion="同意", by=second_head.user, at=NOW)
    with pytest.raises(services.NotYourVoice):
        services.review(volunteer=volunteer, opinion="同意", by=here.officer, at=NOW, spoken_by="双职", photos=[paper()])
    assert services.review(volunteer=volunteer, opinion="同意", by=here.village_cadre, at=NOW).to_status == Status.REVIEWED


# Deciding


def test_only_the_chief_approves(here):
    volunteer = make_volunteer(here, status=Status.REVIEWED)
    for by in (here.officer, here.aux_police, here.household_head, here.village_cadre):
        with pytest.raises(services.NotYourVoice):
            services.approve(volunteer=volunteer, by=by, at=NOW)


def test_the_chief_does_not_approve_himself(here):
    volunteer = make_volunteer(here, person=here.station_chief.person, status=Status.REVIEWED)
    with pytest.raises(services.NotYourVoice):
        services.approve(volunteer=volunteer, by=here.station_chief, at=NOW)


def test_who_is_approved_is_enrolled_gets_the_role_and_is_told(here):
    volunteer = make_volunteer(here, person=here.resident.person, status=Status.REVIEWED)
    services.approve(volunteer=volunteer, by=here.station_chief, at=NOW, note="同意")
    volunteer.refresh_from_db()
    assert (volunteer.status, volunteer.enrolled_on) == (Status.ENROLLED, NOW.date())
    assert roles_of(here.resident) == {"resident", "volunteer"}
    assert Notice.objects.filter(to=here.resident, kind="patrols.vetting").count() == 1


def test_who_has_no_account_is_enrolled_as_well(here):
    volunteer = make_volunteer(here, status=Status.REVIEWED)
    services.approve(volunteer=volunteer, by=here.station_chief, at=NOW)
    assert volunteer.status == Status.ENROLLED
    assert Notice.objects.count() == 0


def test_a_refusal_has_a_reason(here):
    volunteer = make_volunteer(here, status=Status.APPLIED)
    with pytest.raises(services.ApplicationRefused):
        services.decline(volunteer=volunteer, reason="  ", by=here.household_head, at=NOW)


@pytest.mark.parametrize(
    ("status", "voice", "others"),
    [
        (Status.APPLIED, "household_head", ["village_cadre", "officer", "resident"]),
        (Status.RECOMMENDED, "village_cadre", ["household_head", "officer", "resident"]),
        (Status.REVIEWED, "station_chief", ["household_head", "village_cadre", "officer", "resident"]),
    ],
)
def test_whoever_has_the_word_may_say_no(here, status, voice, others):
    volunteer = make_volunteer(here, status=status)
    for other in others:
        with pytest.raises(services.NotYourVoice):
            services.decline(volunteer=volunteer, reason="身体不便", by=getattr(here, other), at=NOW)
    step = services.decline(volunteer=volunteer, reason="身体不便", by=getattr(here, voice), at=NOW)
    assert (step.to_status, step.note) == (Status.DECLINED, "身体不便")


@pytest.mark.parametrize("status", [Status.APPLIED, Status.RECOMMENDED])
def test_the_chief_may_say_no_at_any_time(here, status):
    volunteer = make_volunteer(here, status=status)
    assert services.decline(volunteer=volunteer, reason="不合适", by=here.station_chief, at=NOW).to_status == Status.DECLINED


# Leaving and coming back


def test_nobody_takes_another_ones_leave(here, volunteer):
    for by in (here.household_head, here.village_cadre, here.resident):
        with pytest.raises(services.NotYourVoice):
            services.leave(volunteer=volunteer, reason="", by=by, at=NOW)


def test_who_leaves_gives_back_what_is_to_come_and_the_role(here, volunteer):
    shift = make_shift(here)
    services.sign_up(shift=shift, volunteer=volunteer, by=here.volunteer, at=NOW)
    services.leave(volunteer=volunteer, reason="外出务工", by=here.volunteer, at=NOW + timedelta(hours=1))
    volunteer.refresh_from_db()
    assert (volunteer.status, volunteer.left_on) == (Status.LEFT, NOW.date())
    assert shift.sign_ups.in_force().count() == 0
    assert roles_of(here.volunteer) == {"resident"}


def test_who_has_another_office_keeps_it_when_leaving(here):
    volunteer = make_volunteer(here, person=here.household_head.person)
    services.leave(volunteer=volunteer, reason="", by=here.household_head, at=NOW)
    assert roles_of(here.household_head) == {"household_head"}


def test_who_left_may_apply_again_and_begins_at_the_beginning(here):
    volunteer = make_volunteer(here, status=Status.LEFT)
    account = make_account(here, volunteer, "19900016666")
    services.apply_again(volunteer=volunteer, motive="回来了", by=account, at=NOW)
    volunteer.refresh_from_db()
    assert (volunteer.status, volunteer.left_on, volunteer.enrolled_on) == (Status.APPLIED, None, None)
    assert [step.move for step in volunteer.steps.order_by("no")] == ["apply", "leave", "return"]


def test_who_was_declined_and_applies_again_may_be_too_old_by_now(here):
    volunteer = make_volunteer(here, status=Status.DECLINED)
    volunteer.person.birth_year = NOW.year - 70
    volunteer.person.save()
    with pytest.raises(services.ApplicationRefused):
        services.apply_again(volunteer=volunteer, motive="", by=here.officer, at=NOW)


# The table

VERBS = {
    "recommend": lambda v, here: services.recommend(volunteer=v, opinion="好", by=here.household_head, at=NOW),
    "review": lambda v, here: services.review(volunteer=v, opinion="好", by=here.village_cadre, at=NOW),
    "approve": lambda v, here: services.approve(volunteer=v, by=here.station_chief, at=NOW),
    "decline": lambda v, here: services.decline(volunteer=v, reason="否", by=here.station_chief, at=NOW),
    "leave": lambda v, here: services.leave(volunteer=v, reason="", by=here.officer, at=NOW),
    "return": lambda v, here: services.apply_again(volunteer=v, motive="", by=here.officer, at=NOW),
}


def test_every_move_of_the_table_is_a_verb():
    assert set(VERBS) | {"apply"} == set(MOVES)


@pytest.mark.parametrize(("status", "move"), list(product(Status, VERBS)))
def test_a_move_is_made_from_its_origins_and_refused_from_everywhere_else(here, status, move):
    volunteer = make_volunteer(here, status=status)
    steps = volunteer.steps_taken
    if status in MOVES[move].origins:
        step = VERBS[move](volunteer, here)
        assert (step.no, step.from_status, step.to_status) == (steps + 1, status, MOVES[move].target)
        assert Volunteer.objects.get(pk=volunteer.pk).status == MOVES[move].target
    else:
        with pytest.raises(MoveRefused):
            VERBS[move](volunteer, here)
        assert Volunteer.objects.get(pk=volunteer.pk).steps_taken == steps
