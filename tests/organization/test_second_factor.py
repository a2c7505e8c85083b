"""The second factor: who needs one, that nothing is reached without it, and what happens when a phone is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from shengkang.audit.models import AuditEntry
from shengkang.organization.log_in import second_factor
from shengkang.organization.models import OpenSession, SecondFactor
from tests.journeys.visitor import hidden_fields
from tests.organization.doors import SECRET, code_at, log_in, set_up
from tests.world import NOW, PASSWORD

CODE, SET_UP, TOKEN = "/login/code/", "/second-factor/", "/api/v1/token/"
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def demanded(settings):
    settings.STAFF_TOTP = True


@pytest.fixture
def clock(demanded):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def send_code(client, code, page=CODE, **more):
    return client.post(page, {"code": code, **more})


def ask_token(user, **more):
    sent = {"username": user.phone, "password": PASSWORD, **more}
    return Client().post(TOKEN, sent, content_type="application/json")


@pytest.mark.parametrize("role", ["station_chief", "officer", "aux_police", "administrator", "township_leader"])
def test_staff_reaches_nothing_before_a_second_factor_is_set_up(world, clock, role):
    client, _answer = log_in(getattr(world.here, role))
    for page in ("/", "/admin/", "/dashboard/", "/m/", "/sessions/", "/password/", "/m/notices/"):
        assert client.get(page).url == f"{SET_UP}?next={page}", page
    refused = client.get("/api/v1/cases/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "second_factor")
    assert client.post("/admin/logout/").status_code == 302


@pytest.mark.parametrize("role", ["household_head", "shop_keeper", "volunteer", "resident", "post_liaison", "village_cadre"])
def test_nobody_on_the_phone_is_asked_for_one(world, clock, role):
    client, _answer = log_in(getattr(world.here, role))
    assert client.get("/m/").status_code == 200
    assert client.get(SET_UP).status_code == 404


def test_who_is_given_a_desk_role_while_logged_in_is_asked_at_once(world, clock):
    from shengkang.organization import services

    client, _answer = log_in(world.here.volunteer)
    chief = world.here.station_chief
    services.give_role(user=world.here.volunteer, role="officer", unit=world.here.town, by=chief, at=NOW)
    assert client.get("/m/").url == f"{SET_UP}?next=/m/"


def test_a_chiefs_first_log_in_sets_it_up_and_goes_on_where_he_wanted(world, clock):
    """The journey: password, QR code, first code, backup codes, desk; the next time, password and code."""
    chief = world.here.station_chief
    client = Client(enforce_csrf_checks=True)
    door = client.get("/admin/", follow=True)
    sent = hidden_fields(door.text) | {"username": chief.phone, "password": PASSWORD, "next": "/admin/"}
    page = client.post("/login/", sent, follow=True)
    assert page.redirect_chain[-1] == (f"{SET_UP}?next=/admin/", 302)
    assert 'src="data:image/svg+xml' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    secret = second_factor.base64.b32decode(page.context["in_text"].replace(" ", ""))
    assert client.get(SET_UP).context["in_text"] == page.context["in_text"], "a reloaded page fits the app"

    wrong = client.post(SET_UP, hidden_fields(page.text) | {"code": "000000"})
    assert wrong.context["form"].errors["code"]
    assert client.get("/admin/").status_code == 302
    done = client.post(SET_UP, hidden_fields(page.text) | {"code": code_at(NOW, secret)})
    assert len(done.context["codes"]) == 10
    assert done.context["go_on"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert not any(code in client.get(SET_UP).text for code in done.context["codes"])

    clock.shift(timedelta(days=1))
    again, _answer = log_in(chief)
    assert again.get("/admin/").url == f"{CODE}?next=/admin/"
    assert send_code(again, code_at(timezone.now(), secret), next="/admin/").url == "/admin/"
    assert again.get("/admin/").status_code == 200


def test_the_secret_is_sealed_and_the_backup_codes_are_hashes(world, clock):
    codes = set_up(world.here.officer, NOW)
    factor = SecondFactor.objects.get()
    assert SECRET.hex().encode() not in bytes(factor.secret_sealed)
    assert SECRET not in bytes(factor.secret_sealed)
    assert {len(kept) for kept in factor.backup_codes} == {64}
    assert not set(codes) & set(factor.backup_codes)


def test_a_code_works_once_and_a_clock_may_be_wrong_by_half_a_minute(world, clock):
    officer = world.here.officer
    set_up(officer, NOW)
    client, _answer = log_in(officer)
    assert send_code(client, code_at(NOW)).context["form"].errors, "the code of the set-up was used"
    assert send_code(client, code_at(NOW + 2 * HALF_MINUTE)).context["form"].errors, "a whole minute is too much"
    assert send_code(client, code_at(NOW + HALF_MINUTE)).status_code == 302
    other, _answer = log_in(officer)
    assert send_code(other, code_at(NOW + HALF_MINUTE)).context["form"].errors


def test_a_backup_code_lets_in_once(world, clock):
    officer = world.here.officer
    code = set_up(officer, NOW)[3]
    client, _answer = log_in(officer)
    assert send_code(client, f" {code.upper()} ").status_code == 302
    assert client.get(SET_UP).context["codes_left"] == 9
    other, _answer = log_in(officer)
    assert send_code(other, code).context["form"].errors


def test_new_backup_codes_need_a_code_and_make_the_old_ones_worthless(world, clock):
    officer = world.here.officer
    old = set_up(officer, NOW)
    client, _answer = log_in(officer)
    send_code(client, old[0])
    assert send_code(client, "000000", SET_UP).context["form"].errors
    new = send_code(client, code_at(NOW + HALF_MINUTE), SET_UP).context["codes"]
    assert len(set(new) - set(old)) == 10
    other, _answer = log_in(officer)
    assert send_code(other, old[1]).context["form"].errors
    assert send_code(other, new[0]).status_code == 302


def test_five_wrong_codes_ask_for_patience_even_with_the_right_one(world, clock):
    officer = world.here.officer
    set_up(officer, NOW)
    client, _answer = log_in(officer)
    clock.shift(timedelta(minutes=2))
    for _ in range(5):
        send_code(client, "000000")
    right = send_code(client, code_at(timezone.now()))
    assert "10:17" in right.context["form"].errors["code"][0]
    clock.shift(timedelta(minutes=15))
    assert send_code(client, code_at(timezone.now())).status_code == 302
    assert SecondFactor.objects.get().tries == 0


def test_the_chief_unlocks_who_tried_too_often(world, clock):
    officer = world.here.officer
    set_up(officer, NOW)
    client, _answer = log_in(officer)
    for _ in range(5):
        send_code(client, "000000")
    second_factor_of_chief(world)
    world.chief.post(reverse("admin:organization_user_unlock", args=[officer.pk]))
    assert send_code(client, code_at(NOW + HALF_MINUTE)).status_code == 302


def second_factor_of_chief(world):
    """The chief at his desk, fully known."""
    code = set_up(world.here.station_chief, NOW, b"another secret here.")[0]
    world.chief, _answer = log_in(world.here.station_chief)
    assert send_code(world.chief, code).status_code == 302


def test_a_half_known_session_cannot_set_up_another_factor_nor_change_the_password(world, clock):
    officer = world.here.officer
    set_up(officer, NOW)
    client, _answer = log_in(officer)
    assert client.get(SET_UP).url == CODE
    assert client.post(SET_UP, {"code": "123456"}).url == CODE
    assert client.get(reverse("password-change")).url.startswith(CODE)


def test_who_has_one_is_asked_for_it_even_where_nobody_demands_it(world):
    officer = world.here.officer
    set_up(officer, timezone.now())
    client, _answer = log_in(officer)
    assert client.get("/admin/").url == f"{CODE}?next=/admin/"


def test_no_stranger_is_sent_to_another_house_after_the_code(world, clock):
    officer = world.here.officer
    codes = set_up(officer, NOW)
    client, _answer = log_in(officer)
    assert send_code(client, codes[0], next="https://elsewhere.example/").url == "/"


def test_the_key_of_the_session_changes_with_the_code(world, clock):
    officer = world.here.officer
    codes = set_up(officer, NOW)
    client, _answer = log_in(officer)
    before = client.session.session_key
    send_code(client, codes[0])
    assert client.session.session_key != before
    assert not OpenSession.objects.filter(pk=before).exists()


def test_a_chief_resets_the_factor_of_a_colleague_and_it_is_written_down(world, clock):
    officer = world.here.officer
    codes = set_up(officer, NOW)
    client, _answer = log_in(officer)
    send_code(client, codes[0])
    second_factor_of_chief(world)
    world.chief.post(reverse("admin:organization_user_reset_second_factor", args=[officer.pk]))
    assert not SecondFactor.objects.filter(user=officer).exists()
    assert client.get("/admin/").url == "/admin/login/?next=/admin/", "his log-ins ended"
    assert AuditEntry.objects.filter(verb="reset_second_factor", object_ref=f"organization.User:{officer.pk}").count() == 1


def test_nobody_resets_his_own(world, clock):
    second_factor_of_chief(world)
    chief = world.here.station_chief
    answer = world.chief.post(reverse("admin:organization_user_reset_second_factor", args=[chief.pk]))
    assert answer.status_code == 409
    assert SecondFactor.objects.filter(user=chief).exists()


def test_an_officer_resets_nobodys(world, clock):
    set_up(world.here.aux_police, NOW)
    codes = set_up(world.here.officer, NOW, b"another secret here.")
    client, _answer = log_in(world.here.officer)
    send_code(client, codes[0])
    assert client.post(reverse("admin:organization_user_reset_second_factor", args=[world.here.aux_police.pk])).status_code == 404


def test_the_server_resets_the_factor_of_the_only_chief(world):
    set_up(world.here.station_chief, timezone.now())
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "13000000000")
    call_command("reset_second_factor", world.here.station_chief.phone)
    assert not SecondFactor.objects.exists()


def test_a_token_for_staff_needs_the_code_as_well(world, clock):
    officer = world.here.officer
    missing = ask_token(officer)
    assert (missing.status_code, missing.json()["error"]["code"]) == (409, "second_factor_missing")
    set_up(officer, NOW)
    assert ask_token(officer).json()["error"]["fields"]["code"]
    assert ask_token(officer, code="000000").status_code == 400
    assert ask_token(officer, code=code_at(NOW + HALF_MINUTE)).json() == {"token": Token.objects.get(user=officer).key}


def test_wrong_codes_for_a_token_count_too(world, clock):
    officer = world.here.officer
    set_up(officer, NOW)
    answers = [ask_token(officer, code="000000").status_code for _ in range(6)]
    assert answers == [400] * 5 + [429]


def test_a_token_given_without_the_factor_is_worth_nothing_where_it_is_demanded(world, clock):
    officer = world.here.officer
    token = Token.objects.create(user=officer)
    header = {"Authorization": f"Token {token.key}"}
    assert Client().get("/api/v1/cases/", headers=header).status_code == 401
    set_up(officer, NOW)
    assert not Token.objects.filter(user=officer).exists(), "setting it up ends what was given before"


def test_a_token_of_somebody_on_the_phone_needs_no_code(world, clock):
    token = Token.objects.create(user=world.here.household_head)
    assert Client().get("/api/v1/homes/", headers={"Authorization": f"Token {token.key}"}).status_code == 200


def test_everyone_sees_his_own_factor_only(world, clock):
    set_up(world.here.officer, NOW)
    assert SecondFactor.objects.visible_to(world.here.station_chief).count() == 0
    assert SecondFactor.objects.visible_to(world.here.officer).count() == 1
