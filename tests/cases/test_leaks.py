"""The leak hunt: a quarrel that turns out to be violence at home, with every paper a case can have, and not a word of it in any face."""

import html
import re
from collections import deque
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from django.urls import NoReverseMatch, reverse

from shengkang.attachments import services as attachments
from shengkang.attachments.models import Attachment
from shengkang.cases import services
from shengkang.cases.models import (
    Agreement,
    Call,
    CaseStep,
    Confirmation,
    DisputeCase,
    Escalation,
    HandOver,
    Inquiry,
    MediationSession,
    Obligation,
    Pause,
    PoliceClass,
    Referral,
    Report,
    Signature,
)
from shengkang.cases.models.case import CaseQuerySet
from shengkang.cases.services import PartyDetails
from shengkang.notices.models import Notice
from tests.access.lines import known_to_the_resolver
from tests.cases.conftest import told
from tests.journeys.town import photo
from tests.world import NOW, make_user, no_at_the_gate

# Words that stand nowhere else.
STORY, SUSPECT, PHONE, PLACE, FACTS = "夜半哭喊声", "谷不言", "13655512345", "老槐树下西屋", "面部红肿两处"
WORDS = (STORY, SUSPECT, PHONE, PLACE, FACTS)
PAGES = 160
HREF = re.compile(r'href="(/[^"#]*)')
# Leaves the room, or belongs to nobody's data.
PASSED_BY = re.compile(r"^/(static|media|admin/jsi18n|api/schema|api/docs)|logout")


@pytest.fixture
def case(here, world, settings, tmp_path):
    """Told as a quarrel and mediated up to a signed agreement; then it came out. No other way leaves so many papers behind."""
    settings.MEDIA_ROOT = tmp_path
    here.neighbour_head = make_user(here.station, here.villages[0], "household_head", "邻组百户长", "19900019902")
    by, at, today, taken = here.officer, NOW, NOW.date(), photo()
    parties = [PartyDetails("first", SUSPECT, PHONE), PartyDetails("second", "李四")]
    case = services.open_case(**told(here, world.category, story=STORY, place=PLACE, parties=parties))
    services.join_case(case=case, text=STORY, by=here.station_chief, at=at)
    services.accept_case(case=case, risk="red", grade="complex", officer=by, by=here.station_chief, at=at)
    services.check_gate(case=case, answers=no_at_the_gate(), by=by, at=at)
    suspect = case.parties.get(name=SUSPECT)
    services.begin_mediation(case=case, mediator=here.neighbour_head, applicant=suspect, wishes=STORY, by=by, at=at)
    session = MediationSession.objects.create(case=case, held_at=at, place=PLACE, record=STORY, by=by)
    session.mediators.add(here.neighbour_head, here.aux_police)
    Inquiry.objects.create(case=case, held_at=at, place=PLACE, whom=SUSPECT, record=STORY, by=by, at=at)
    agreement = Agreement.objects.create(case=case, facts=STORY, terms=STORY, effective_on=today, by=by, at=at)
    Obligation.objects.create(agreement=agreement, party=suspect, what=FACTS, due_on=today)
    Signature.objects.create(agreement=agreement, party=suspect, how="finger", by=by, at=at)
    Confirmation.objects.create(agreement=agreement, court=PLACE, asked_on=today, by=by)
    HandOver.objects.create(case=case, to=here.colleague, reason=STORY, by=by, at=at, taken=False, decided_at=at, answer=STORY)
    Referral.objects.create(case=case, office="justice", reason=STORY, by=by, at=at)
    Escalation.objects.create(case=case, cause="late", desk="chief", since=at, at=at)
    Pause.objects.create(case=case, kind="party", reason=STORY, look_again_on=today, began_at=at, by=by, ended_at=at, ended_by=by)
    Call.objects.create(
        station=here.station, no="J2026-1", received_at=at, police_class=PoliceClass.objects.first(), place=PLACE, text=STORY,
        phone=PHONE, case=case,
    )  # fmt: skip
    for owner in (case, session):
        upload = SimpleUploadedFile(taken.name, taken.bytes, "image/jpeg")
        attachments.attach(owner=owner, station=case.station, upload=upload, title=STORY, by=by, at=at)
    services.check_gate(case=case, answers=no_at_the_gate(family_violence=True), by=by, at=at)
    services.admonish_case(case=case, party=suspect, served_at=at, facts=FACTS, by=by, at=at)
    services.remind_of_follow_ups(at=at + timedelta(days=100))
    return case


def papers_of(case) -> dict:
    """For every noun of the room that leads to a case: its rows of this one."""
    return {model: model._default_manager.filter(**{way: case.pk}) for model, way in _ways()}


def _ways():
    """(model, the way from it to its case)."""
    ways = {DisputeCase: "pk"}
    models = [each for each in apps.get_app_config("cases").get_models() if not each.__name__.endswith("Event")]
    for _round in range(3):
        for model in models:
            for field in model._meta.fields:
                if model not in ways and isinstance(field, ForeignKey) and field.related_model in ways:
                    further = ways[field.related_model]
                    ways[model] = field.name if further == "pk" else f"{field.name}__{further}"
    return ways.items()


def crawl(user, case, pages=PAGES) -> dict[str, list[str]]:
    """Every page without a number in its address, every search and filter, and wherever their links lead: what was met, and where."""
    client = Client(raise_request_exception=True)
    client.force_login(user)
    queue, seen, met = deque(_doors(case)), set(), {}
    while queue and len(seen) < pages:
        url = queue.popleft()
        if url in seen or PASSED_BY.search(url):
            continue
        seen.add(url)
        answer = client.get(url)
        if answer.status_code != 200 or answer.streaming:
            continue
        text = answer.content.decode(errors="ignore")
        if found := [word for word in (*WORDS, case.no) if word in text.replace(html.escape(url), "")]:
            met[url] = found
        for link in map(html.unescape, HREF.findall(text)):
            # What speaks of cases comes first, for the hunt is not endless.
            (queue.appendleft if "case" in link else queue.append)(link)
    return met


def _doors(case) -> list[str]:
    doors = []
    for name in sorted(known_to_the_resolver()):
        try:
            doors.append(reverse(name) if not name.startswith("/") else name)
        except NoReverseMatch:
            continue
    desk, api = reverse("admin:cases_disputecase_changelist"), "/api/v1/cases/"
    filters = [
        "status=accepted",
        "risk=red",
        f"village={case.village_id}",
        "hand=overdue",
        "hand=unassigned",
        "hand=today",
        "whose=mine",
    ]
    return [*doors, *(f"{desk}?{each}" for each in filters), *(f"{api}?{each}" for each in filters[:3])]


# At the desk, on a phone, on the dashboard: one of each face; the others are walked in tests/access with the same words.
READERS = ["colleague", "neighbour_head", "township_leader"]


@pytest.mark.parametrize("who", [*READERS, "aux_police", "post_liaison", "volunteer", "administrator", "village_cadre", "resident", "shop_keeper"])  # fmt: skip
def test_no_row_of_it_is_seen(case, here, who):
    """Whoever mediated it before it came out sees it no more either."""
    shown = {model.__name__: rows.visible_to(getattr(here, who)).count() for model, rows in papers_of(case).items()}
    assert {name: count for name, count in shown.items() if count} == {}


def test_every_noun_of_the_room_took_part_in_the_hunt(case, here):
    """A new noun that leads to a case must come along; the chief sees each of them."""
    rows = {model.__name__: rows.visible_to(here.station_chief).count() for model, rows in papers_of(case).items()}
    assert sorted(name for name, count in rows.items() if not count) == []
    assert len(rows) > 18


def test_the_station_next_door_sees_nothing(case, world):
    for model, rows in papers_of(case).items():
        assert not rows.visible_to(world.there.station_chief).exists(), model


def test_who_told_of_it_keeps_her_report_and_nothing_else(case, here):
    shown = {model for model, rows in papers_of(case).items() if rows.visible_to(here.household_head).exists()}
    assert shown == {Report}


@pytest.mark.parametrize("who", READERS)
def test_no_page_no_search_no_list_and_no_count_tells_of_it(case, here, who):
    assert crawl(getattr(here, who), case) == {}


def test_the_hunt_finds_it_where_it_may_be_read(case, here):
    """The control of the hunt: it does reach such pages."""
    met = crawl(here.station_chief, case)
    assert {word for found in met.values() for word in found} >= {STORY, SUSPECT, PHONE, PLACE, FACTS, case.no}


def test_a_leak_that_is_planted_is_found(case, here, monkeypatch):
    monkeypatch.setattr(CaseQuerySet, "visible_to", lambda self, user: self.filter(station_id=user.station_id))
    assert crawl(here.colleague, case, pages=150) != {}
    assert papers_of(case)[CaseStep].visible_to(here.colleague).exists()


def test_who_told_of_it_reads_of_no_letter_no_visit_and_no_protection(case, here):
    client = Client()
    client.force_login(here.household_head)
    page = client.get(reverse("cases:detail", args=[case.pk]))
    moves = dict(CaseStep._meta.get_field("move").choices)
    assert [step["what"] for step in page.context["steps"]] == [moves[each] for each in ("open", "join", "accept", "mediate")]
    assert [word for word in (SUSPECT, PHONE, PLACE, FACTS) if word in page.content.decode()] == []


def test_a_dispute_of_the_same_people_shows_it_neither_as_a_duplicate_nor_as_history(case, here, world):
    """Same village, words, place, telephone and name: the colleague and the head who register it anew learn of nothing."""
    parties = [PartyDetails("first", SUSPECT, PHONE), PartyDetails("second", "李四")]
    twin = services.open_case(**told(here, world.category, story=STORY, place=PLACE, parties=parties, by=here.neighbour_head))
    services.accept_case(case=twin, risk="red", grade="simple", officer=here.colleague, by=here.colleague, at=NOW)
    services.check_gate(case=twin, answers=no_at_the_gate(), by=here.colleague, at=NOW)
    services.begin_mediation(case=twin, mediator=here.neighbour_head, by=here.colleague, at=NOW)
    at_the_desk, on_a_phone = Client(), Client()
    at_the_desk.force_login(here.colleague)
    on_a_phone.force_login(here.neighbour_head)
    desk = [reverse(f"admin:cases_disputecase_{each}", args=[twin.pk]) for each in ("change", "relapses", "merge", "mediate")]
    api = [f"/api/v1/cases/{twin.pk}/{each}/" for each in ("look-alikes", "relapses", "similar")]
    for client, urls in ((at_the_desk, [*desk, *api]), (on_a_phone, [reverse("cases:detail", args=[twin.pk]), *api])):
        for url in urls:
            answer = client.get(url)
            assert answer.status_code in (200, 403, 409), url
            assert case.no not in answer.content.decode(), url
    form = {
        "key": "k1", "village": here.villages[0].pk, "category": world.category.pk, "channel": "visit", "story": STORY,
        "place": PLACE, "first_name": SUSPECT, "first_phone": PHONE,
    }  # fmt: skip
    answer = at_the_desk.post(reverse("admin:cases_disputecase_add"), form)
    assert (answer.status_code, case.no in answer.content.decode()) == (200, False)
    assert [each["case"] for each in answer.context["candidates"]] == [twin]
    told_again = {
        "village": here.villages[0].pk,
        "category": world.category.pk,
        "story": STORY,
        "place": PLACE,
        "channel": "visit",
    }
    found = at_the_desk.post("/api/v1/cases/candidates/", told_again, content_type="application/json")
    assert (found.status_code, case.no in found.content.decode()) == (200, False)


def test_no_message_says_a_word_and_none_goes_to_a_stranger(case, here):
    """Messages reach lock screens. The head who mediated was asked to, long before; nothing later went to him."""
    told_of = Notice.objects.filter(text__regex="|".join((*WORDS, case.no, case.village.name)))
    assert list(told_of.values_list("text", flat=True)) == []
    since = Notice.objects.filter(kind__in=["case.protected", "case.follow_up"])
    assert {notice.to for notice in since} == {here.station_chief, here.officer}


def test_its_files_are_nobodys_but_theirs(case, here):
    files = list(Attachment.objects.filter(station=case.station))
    assert len(files) == 2
    for who, code in [(here.officer, 200), (here.station_chief, 200), (here.colleague, 404), (here.neighbour_head, 404)]:
        client = Client()
        client.force_login(who)
        assert {client.get(reverse("attachments:file", args=[each.pk])).status_code for each in files} == {code}, who


def test_the_history_tables_keep_no_story(case):
    """Steps and ids stay for the audit; what was told is not copied into rows that nobody can erase."""
    with connection.cursor() as cursor:
        for model in apps.get_app_config("cases").get_models():
            if model.__name__.endswith("Event"):
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table} t WHERE t::text ~ %s", ["|".join(WORDS)])
                assert cursor.fetchone() == (0,), model


def test_addresses_name_nobody(case, here):
    """What stands in a URL stands in logs: numbers only."""
    client = Client()
    client.force_login(here.station_chief)
    page = client.get(reverse("admin:cases_disputecase_change", args=[case.pk])).content.decode()
    assert [url for url in HREF.findall(page) if any(word in url for word in (STORY, SUSPECT, PLACE, FACTS))] == []
