"""Finding a case by what one remembers of it: half a sentence, a name, the last digits of a telephone."""

from datetime import timedelta

import pytest
from django.db import connection

from shengkang.cases import search, services
from shengkang.cases.models import CaseWords, DisputeCase
from shengkang.cases.services import PartyDetails
from tests.world import NOW


@pytest.fixture
def find(here):
    """The numbers of the cases the officer finds, the newest first."""

    def found(typed, user=None, years=()):
        seen = DisputeCase.objects.visible_to(user or here.officer)
        return [case.no for case in search.found(seen, typed, years=list(years))]

    return found


@pytest.fixture
def told(life):
    """Three disputes that resemble each other a little."""
    return {
        "eaves": life.reported(story="屋檐滴水到邻居院里，两家争吵", place="水塘边３号楼",
            parties=[PartyDetails("first", "张三", "13800001234"), PartyDetails("second", "李四光", "+86 139-1111-5678")]),
        "dog": life.reported(story="狗咬伤鸡，Wang家索赔500元", place="滴水岩", parties=[PartyDetails("first", "王五")]),
        "loan": life.reported(story="欠钱不还", place="", parties=[]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("滴水", ["dog", "eaves"]),  # in a story and in the name of a place
        ("檐滴水到邻", ["eaves"]),  # the middle of a sentence
        ("滴邻", []),  # both signs are there, but not side by side
        ("水滴", []),
        ("院里两家", []),  # a comma stands between
        ("水", ["dog", "eaves"]),  # one sign
        ("吵", ["eaves"]),  # the last sign of all
        ("楼", ["eaves"]),
        ("李四光", ["eaves"]),
        ("李四", ["eaves"]),
        ("四光", ["eaves"]),
        ("张三 滴水", ["eaves"]),  # both
        ("张三 狗", []),
        ("3号楼", ["eaves"]),  # typed half width, written full width
        ("３号", ["eaves"]),
        ("wang", ["dog"]),
        ("WANG家", ["dog"]),
        ("500", ["dog"]),
        ("1234", ["eaves"]),
        ("5678", ["eaves"]),
        ("1111-5678", ["eaves"]),
        ("13800001234", ["eaves"]),
        ("1380", []),  # the beginning of a telephone finds nobody
        ("欠钱不还", ["loan"]),
        ("  欠钱\t", ["loan"]),
        ("", ["loan", "dog", "eaves"]),
        ("，。！", []),
        ("' | ! & :* <-> \\", []),
        ("欠\x00钱", ["loan"]),
    ],
)
def test_a_case_is_found_by_what_one_remembers_of_it(find, told, typed, found):
    assert find(typed) == [told[name].no for name in found]


def test_a_case_is_found_by_its_number_and_by_the_end_of_it(find, told):
    no = told["dog"].no
    assert find(no) == find(no[-9:]) == [no]
    assert no in find(no[-4:])


def test_what_one_may_not_see_is_not_found(find, life, here, world):
    case = life.protected()
    for typed in ("施暴", "李四", "1234", case.no):
        assert find(typed, here.colleague) == find(typed, world.there.station_chief) == [], typed
        assert find(typed, here.station_chief) == [case.no], typed


def test_words_follow_a_correction_and_the_parties(find, told, here):
    case = told["loan"]
    services.correct_case(case=case, reason="听错", story="欠粮不还", by=here.officer, at=NOW)
    assert (find("欠钱"), find("欠粮")) == ([], [case.no])
    party = case.parties.create(side="first", name="赵六", phone="13711112222", guardian_name="赵老大")
    assert find("赵六 2222") == find("赵老大") == [case.no]
    party.name = "钱七"
    party.save()
    assert (find("赵六"), find("钱七")) == ([], [case.no])
    party.delete()
    assert (find("钱七"), find("欠粮")) == ([], [case.no])


def test_words_go_with_their_case(life, world):
    case = DisputeCase.objects.create(station=world.here.station, village=world.here.villages[0], category=world.category, no="X-1",
        status="reported", channel="visit", story="空", opened_at=NOW)  # fmt: skip
    case.parties.create(side="first", name="赵六")
    assert CaseWords.objects.filter(case=case).exists()
    case.delete()
    assert not CaseWords.objects.exists()


def test_a_move_of_the_state_writes_no_words(told, here):
    before = _written()
    services.accept_case(case=told["dog"], risk="green", grade="simple", by=here.officer, at=NOW)
    assert _written() == before


def _written():
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_id, xmin::text, ctid::text FROM cases_casewords ORDER BY case_id")
        return cursor.fetchall()


def test_many_rows_at_once_get_their_words_at_once(find, here, world, django_assert_num_queries):
    fields = {"station": here.station, "village": here.villages[0], "category": world.category, "channel": "visit"}
    with django_assert_num_queries(1):
        DisputeCase.objects.bulk_create(
            DisputeCase(no=f"Y-{n}", status="reported", story=f"第{n}件争执", opened_at=NOW, **fields) for n in range(20)
        )
    assert find("7件争") == ["Y-17", "Y-7"]


def test_a_search_looks_into_the_last_years_unless_it_is_asked_for_all(find, life, here):
    years = search.recent_years(NOW)
    assert years == [2024, 2025, 2026]
    new = life.reported(story="借道争执")
    old = life.reported(story="借道争执", at=NOW.replace(year=2023))
    # The year is the one of the wall calendar: 00:30 on new year's day in Hubei is still last year in London.
    eve = life.reported(story="借道争执", at=NOW.replace(year=2024, month=1, day=1, hour=0, minute=30))
    assert find("借道", years=years) == [new.no, eve.no]
    assert find("借道") == [new.no, eve.no, old.no]


def test_the_words_of_a_case_are_seen_by_those_who_see_the_case(life, here, world):
    case = life.protected()
    assert [each.case for each in CaseWords.objects.visible_to(here.station_chief)] == [case]
    assert not CaseWords.objects.visible_to(here.colleague).exists()
    assert not CaseWords.objects.visible_to(world.there.station_chief).exists()
    assert str(CaseWords.objects.get()) == case.no


def test_a_search_asks_the_index(find, told):
    """Whatever the planner would choose for three rows: the question is one the index can answer."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        asked = search.found(DisputeCase.objects.all(), "滴水", years=[2026])
        plan = asked.explain()
    assert "case_found_by" in plan


def test_the_future_holds_nothing(find, told):
    assert find("滴水", years=search.recent_years(NOW + timedelta(days=5 * 366))) == []
