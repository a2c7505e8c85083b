"""A head's first log-in with a printed card: what the card opens, and all it does not."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shengkang.audit.models import AuditEntry
from shengkang.organization import services
from shengkang.organization.log_in import cards
from shengkang.organization.log_in.views import picture_of
from shengkang.organization.logs import RequestMiddleware
from shengkang.organization.models import LoginCard
from tests.journeys.visitor import hidden_fields
from tests.organization.doors import log_in
from tests.world import NOW, make_user

SHEET = "/admin/organization/logincard/add/"
CHOSEN = "plenty of apples"


@pytest.fixture
def head(world):
    return world.here.household_head


@pytest.fixture
def printed(world, head):
    [(card, token)] = cards.print_cards(users=[head], by=world.here.officer, at=timezone.now())
    return card, token


def opened(token) -> Client:
    client = Client()
    assert client.get(f"/card/{token}/").url == "/card/"
    return client


def digits_of(user) -> dict:
    return {"digits": user.phone[-4:]}


def password(text=CHOSEN) -> dict:
    return {"new_password1": text, "new_password2": text}


def is_dead(client) -> bool:
    return "dead" in client.get("/card/").context


def test_a_head_comes_in_for_the_first_time_with_her_card(world, head, monkeypatch):
    """The journey: the officer prints, the head scans, types four digits, chooses a password, and is in; the card is used up."""
    drawn, draw = [], cards.secrets.token_urlsafe
    monkeypatch.setattr(cards.secrets, "token_urlsafe", lambda size: drawn.append(draw(size)) or drawn[-1])
    head.set_unusable_password()
    head.save()
    desk = Client(enforce_csrf_checks=True)
    desk.force_login(world.here.officer)
    chooser = desk.get(SHEET)
    assert str(head.pk) in re.findall(r'name="users" value="(\d+)"', chooser.text)
    sheet = desk.post(SHEET, hidden_fields(chooser.text) | {"users": [head.pk]})
    [card] = sheet.context["cards"]
    assert (card["name"], world.here.station.name in sheet.text) == (head.name, True)
    [token] = drawn
    assert card["picture"] == picture_of(f"http://testserver/card/{token}/"), "what the camera reads is the way in"

    phone = Client(enforce_csrf_checks=True)
    page = phone.get(f"/card/{token}/", follow=True)
    assert page.redirect_chain == [("/card/", 302)]
    assert token not in page.text
    page = phone.post("/card/", hidden_fields(page.text) | digits_of(head), follow=True)
    assert head.phone in page.text
    too_plain = phone.post("/card/", hidden_fields(page.text) | password("12345678"))
    assert too_plain.context["form"].errors
    page = phone.post("/card/", hidden_fields(page.text) | password(), follow=True)
    assert page.request["PATH_INFO"] == "/m/"
    assert log_in(head, CHOSEN)[1].status_code == 302
    assert is_dead(opened(token)), "it works once"
    assert AuditEntry.objects.filter(verb="print_login_card", by_ref=f"organization.User:{world.here.officer.pk}").count() == 1


def test_a_found_card_alone_opens_nothing(printed, head):
    client = opened(printed[1])
    assert client.post("/card/", password()).context["step"] == 1, "the second step is not reached without the digits"
    assert client.get("/m/").status_code == 302
    head.refresh_from_db()
    assert not head.check_password(CHOSEN)


def test_five_wrong_digits_kill_the_card_even_from_many_browsers(printed, head):
    answers = [opened(printed[1]).post("/card/", {"digits": "0000"}) for _ in range(5)]
    assert ["dead" in answer.context for answer in answers] == [False] * 4 + [True]
    assert is_dead(opened(printed[1]))
    assert AuditEntry.objects.filter(verb="login_card_tried_too_often").count() == 1


def test_a_card_is_not_used_up_by_being_opened(printed, head):
    for _ in range(3):
        opened(printed[1])
    client = opened(printed[1])
    client.post("/card/", digits_of(head))
    assert client.post("/card/", password()).url == "/"


def test_a_new_card_makes_the_older_one_worthless(world, printed, head):
    client = opened(printed[1])
    [(_card, newer)] = cards.print_cards(users=[head], by=world.here.station_chief, at=timezone.now())
    assert is_dead(client)
    assert is_dead(opened(printed[1]))
    assert not is_dead(opened(newer))


def test_a_card_runs_out_after_thirty_days(world, head):
    [(_card, token)] = cards.print_cards(users=[head], by=world.here.officer, at=NOW)
    with time_machine.travel(NOW + timedelta(days=29, hours=23)):
        assert not is_dead(opened(token))
    with time_machine.travel(NOW + timedelta(days=30)):
        assert is_dead(opened(token))


def test_a_revoked_card_and_the_card_of_a_closed_account_are_dead(world, printed, head):
    services.close_account(user=head, by=world.here.station_chief, at=timezone.now())
    assert is_dead(opened(printed[1]))
    services.reopen_account(user=head, by=world.here.station_chief, at=timezone.now())
    desk = Client()
    desk.force_login(world.here.officer)
    desk.post(reverse("admin:organization_logincard_revoke", args=[printed[0].pk]))
    assert is_dead(opened(printed[1]))


def test_the_card_of_somebody_who_came_to_the_desk_since_is_dead(world, printed, head):
    client = opened(printed[1])
    client.post("/card/", digits_of(head))
    services.give_role(user=head, role="officer", unit=world.here.town, by=world.here.station_chief, at=timezone.now())
    assert "dead" in client.post("/card/", password()).context
    assert is_dead(opened(printed[1]))


def test_a_card_that_dies_between_the_steps_sets_no_password(world, printed, head):
    client = opened(printed[1])
    client.post("/card/", digits_of(head))
    cards.revoke_card(card=printed[0], by=world.here.officer, at=timezone.now())
    assert "dead" in client.post("/card/", password()).context
    head.refresh_from_db()
    assert not head.check_password(CHOSEN)


def test_an_unknown_token_says_the_same_as_a_dead_one(db):
    assert is_dead(opened("no-such-token"))
    assert is_dead(Client())


def test_the_old_password_and_log_ins_end_with_the_new_one(printed, head):
    thief, _answer = log_in(head)
    client = opened(printed[1])
    client.post("/card/", digits_of(head))
    client.post("/card/", password())
    assert thief.get("/m/").url.startswith("/login/")
    assert client.get("/m/").status_code == 200


def test_only_a_hash_of_the_token_is_kept_and_no_log_shows_it(printed):
    card, token = printed
    row = LoginCard.objects.filter(pk=card.pk).values().get()
    assert token not in str(row)
    shown = RequestMiddleware.format_request(RequestFactory().get(f"/card/{token}/"))
    assert shown == "GET /card/…/"


def test_no_answer_about_a_card_is_kept_by_a_browser_or_leads_on_a_referrer(printed):
    answer = Client().get(f"/card/{printed[1]}/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert Client().post(f"/card/{printed[1]}/").status_code == 405


@pytest.mark.parametrize("role", ["officer", "station_chief", "aux_police", "administrator", "township_leader", "device"])
def test_who_has_a_desk_or_a_second_factor_gets_no_card(world, role):
    with pytest.raises(cards.CardRefused):
        cards.print_cards(users=[getattr(world.here, role)], by=world.here.station_chief, at=NOW)


def test_no_card_is_printed_across_stations_or_for_a_closed_account(world, head):
    with pytest.raises(cards.CardRefused):
        cards.print_cards(users=[head, world.there.household_head], by=world.here.officer, at=NOW)
    services.close_account(user=head, by=world.here.station_chief, at=NOW)
    with pytest.raises(cards.CardRefused):
        cards.print_cards(users=[head], by=world.here.officer, at=NOW)
    assert LoginCard.objects.count() == 0


@pytest.mark.parametrize("role", ["aux_police", "household_head", "village_cadre", "township_leader"])
def test_who_may_not_print_finds_no_page_and_prints_none(world, head, role):
    client = Client()
    client.force_login(getattr(world.here, role))
    assert client.post(SHEET, {"users": [head.pk]}).status_code == 404
    with pytest.raises(cards.CardRefused):
        cards.print_cards(users=[head], by=getattr(world.here, role), at=NOW)


def test_the_desk_offers_the_accounts_of_one_village_and_ticks_who_never_came(world, client, head):
    other = make_user(world.here.station, world.here.villages[1], "household_head", "远处百户长", "13900000001")
    log_in(head)
    client.force_login(world.here.officer)

    def shown(**asked):
        page = client.get(SHEET, asked)
        return {int(pk) for pk in re.findall(r'name="users" value="(\d+)"', page.text)}, page.context["form"].initial["users"]

    assert shown() == ({head.pk, other.pk}, [other.pk])
    assert shown(role="household_head", village=world.here.villages[1].pk) == ({other.pk}, [other.pk])
    assert shown(user=head.pk) == ({head.pk}, [head.pk])
    assert shown(user=world.there.household_head.pk) == (set(), [])


def test_the_account_page_leads_to_a_single_card_for_phone_users_only(world, client, head):
    client.force_login(world.here.station_chief)

    def leads(user):
        page = client.get(reverse("admin:organization_user_change", args=[user.pk]))
        return any(verb["name"] == "print_card" for verb in page.context["verbs"])

    assert (leads(head), leads(world.here.officer)) == (True, False)


def test_two_valid_cards_of_one_account_are_refused_by_the_database(world, printed, head):
    row = {"user": head, "printed_by": world.here.officer, "printed_at": NOW, "expires_at": NOW + timedelta(days=1)}
    with pytest.raises(IntegrityError, match="login_card_one_is_valid"), transaction.atomic():
        LoginCard.objects.create(token_hash="1" * 64, **row)
    with pytest.raises(IntegrityError, match="keeps_to_one_station"), transaction.atomic():
        LoginCard.objects.create(token_hash="2" * 64, **row | {"user": world.there.household_head})


def test_cards_are_seen_by_those_who_print_them_in_their_station(world, printed):
    assert [card.pk for card in LoginCard.objects.visible_to(world.here.officer)] == [printed[0].pk]
    for user in (world.there.officer, world.here.aux_police, world.here.household_head):
        assert not LoginCard.objects.visible_to(user).exists()


@pytest.mark.parametrize("page", [SHEET, "/admin/organization/logincard/"])
def test_the_pages_cost_the_same_with_one_card_and_three(world, client, page, printed, django_assert_num_queries):
    client.force_login(world.here.officer)
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for no in range(2):
        user = make_user(world.here.station, world.here.villages[0], "household_head", f"新{no}", f"1390000001{no}")
        cards.print_cards(users=[user], by=world.here.officer, at=timezone.now())
    with django_assert_num_queries(len(one)):
        client.get(page)
