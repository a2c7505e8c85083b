"""Homes, residents and heads as Excel: what the files of village committees look like, and what must not come of them."""

from datetime import date, timedelta
from time import monotonic

import pytest
from django.db import connection

from households.models import Assignment, Home, HouseholdHead, Resident
from shengkang.audit.models import AuditEntry
from shengkang.organization import sealed
from shengkang.organization import services as organization
from shengkang.organization.models import Address, Person, Unit, User
from shengkang.organization.sheets import services
from shengkang.organization.sheets.nails import find
from tests.organization.sheet_files import sheet_file, table
from tests.world import NOW, make_home, make_person, make_unit

HOME = ("village", "group", "door", "householder", "head", "latitude", "longitude")
PEOPLE = ("village", "group", "door", "name", "phone", "birth_year", "id_number", "moved_in_on", "need", "works_away")
HEAD = ("village", "name", "phone", "from_day")
TODAY = NOW.date()
ID = "11010519491231002X"


@pytest.fixture
def here(world):
    world.here.group = make_unit(world.here.villages[0], Unit.Level.GROUP, "01", "一组")
    return world.here


def send(place, key, keys, rows):
    return services.plan_import(
        station=place.station,
        sheet=find(key),
        file_name="表.xlsx",
        content=sheet_file(key, keys, rows),
        by=place.station_chief,
        at=NOW,
    )


def commit(place, run):
    assert run.status == "planned", services.picture_of(run)["faults"]
    run = services.commit_import(run=run, seen=run.fingerprint, by=place.station_chief, at=NOW)
    assert run.status == "committed"
    return run


def take_in(place, key, keys, rows):
    return commit(place, send(place, key, keys, rows))


def letters(run):
    return [letter for _row, letter, _header, _message in services.picture_of(run)["faults"]]


def counts(run):
    return run.new, run.changed, run.same, run.errors


# Homes


@pytest.mark.parametrize(
    ("row", "letter"),
    [
        (["试2村1", "", "9号", "张三", None, None, None], "A"),  # a village of the other station
        (["没有村", "", "9号", "张三", None, None, None], "A"),
        (["试1村1", "九组", "9号", "张三", None, None, None], "B"),
        (["试1村2", "一组", "9号", "张三", None, None, None], "B"),  # a group of another village
        (["试1村1", "", "", "张三", None, None, None], "C"),
        (["试1村1", "", "9号", None, None, None, None], "D"),
        (["试1村1", "", "9号", "张三", "13900000000", None, None], "E"),  # nobody's number
        (["试1村1", "", "9号", "张三", None, 131, 111], "F"),
        (["试1村1", "", "9号", "张三", None, 31.5, None], "F"),
    ],
)
def test_a_home_that_cannot_be_is_refused_by_its_column(here, row, letter):
    run = send(here, "homes", HOME, [["试1村1", "", "8号", "李四", None, None, None], row])
    assert (letters(run), run.status, run.new) == ([letter], "refused", 1)


def test_one_door_twice_in_a_file_is_refused(here):
    run = send(here, "homes", HOME[:4], [["试1村1", "一组", "9号", "张三"], ["试1村1", 1, 9, "李四"]])
    assert letters(run) == ["C"]


def test_homes_come_in_with_their_head_and_their_place_on_the_map(here):
    phone = here.household_head.phone
    run = take_in(
        here,
        "homes",
        HOME,
        [["试1村1委会", "第1组", 9.0, "张 三", float(phone), 31.5, "111.25"], ["试1村2", None, "东头", "李四"]],
    )
    assert counts(run) == (2, 0, 0, 0)
    home = Home.objects.get(householder="张三")
    assert (home.address.door, home.address.group, home.address.latitude) == ("9号", here.group, 31.5)
    assert home.assignments.get().head == here.head
    assert home.assignments.get().active_from == TODAY
    assert Home.objects.get(householder="李四").address.village == here.villages[1]
    assert AuditEntry.objects.filter(verb="register_homes").count() == 1
    # An assignment is written into history like any other.
    event = Assignment.pgh_event_models["insert"]
    assert event.objects.filter(pgh_obj__home=home, pgh_label="insert").count() == 1


def test_only_what_differs_changes_and_empty_cells_leave_it(here):
    first, second = here.homes[:2]
    rows = [
        ["试1村1", None, first.address.door, "新户主", None, None, None],
        ["试1村1", None, second.address.door, second.householder],
    ]
    run = send(here, "homes", HOME, rows)
    assert counts(run) == (0, 1, 1, 0)
    header = str(find("homes").column("householder").header)
    assert services.picture_of(run)["lines"][0][3] == [[header, first.householder, "新户主"]]
    commit(here, run)
    first.refresh_from_db()
    assert (first.householder, first.assignments.in_force().get().head) == ("新户主", here.head)
    assert AuditEntry.objects.get(verb="mend_homes").detail == {"fields": {str(first.pk): ["householder"]}}


def test_another_head_takes_a_home_over_from_today(here):
    person = make_person(here.station, here.villages[0], "新百户长")
    take_in(here, "heads", HEAD, [["试1村1", person.name, "13100000001", "2026-1-1"]])
    home = here.homes[0]
    take_in(here, "homes", HOME, [["试1村1", None, home.address.door, home.householder, "13100000001"]])
    old, new = home.assignments.order_by("pk")
    assert (old.active_to, old.head, new.active_from, new.active_to) == (TODAY, here.head, TODAY, None)
    assert new.head.user.phone == "13100000001"
    event = Assignment.pgh_event_models["update"]
    assert event.objects.get(pgh_obj=old, pgh_label="update").active_to == TODAY


def test_an_address_known_already_is_used_again(here):
    address = Address.objects.create(station=here.station, village=here.villages[1], door="5号")
    take_in(here, "homes", HOME, [["试1村2", None, "5号", "张三", None, 31.5, 111.2]])
    address.refresh_from_db()
    assert (Home.objects.get(address=address).householder, address.latitude) == ("张三", 31.5)


# Residents


def row(*cells):
    return ["试1村1", None, "1号", *cells]


@pytest.mark.parametrize(
    ("cells", "letter"),
    [
        (["试1村1", None, "99号", "张三"], "C"),  # no such home
        (["试2村1", None, "1号", "张三"], "A"),
        (row(""), "D"),
        (row("张三", "无"), "E"),
        (row("张三", None, 1850), "F"),
        (row("张三", None, None, "110105194912310021"), "G"),
        (row("张三", None, None, 110105194912310000), "G"),
        (row("张三", None, None, None, "2026-3-12"), "H"),  # tomorrow
        (row("张三", None, None, None, None, "孤寡"), "I"),
        (row("居民12"), "C"),
    ],
)
def test_a_resident_who_cannot_be_is_refused_by_his_column(here, cells, letter):
    cells = cells if cells[3] != "居民12" else row("居民12", here.residents[1].phone)
    run = send(here, "residents", PEOPLE, [cells])
    assert (letters(run), run.status) == ([letter], "refused")


def test_residents_come_in_with_sealed_numbers(here):
    alone = str(Resident.Need.ALONE.label)
    run = take_in(
        here,
        "residents",
        PEOPLE,
        [
            row("单田芳", 13800000001.0, "1949", ID.lower(), "2024年5月1日", alone, "√"),
            row("李四"),
        ],
    )
    assert counts(run) == (2, 0, 0, 0)
    person = Person.objects.get(name="单田芳")
    assert (person.name_key, person.phone, person.birth_year, person.village) == (
        "shan tian fang",
        "13800000001",
        1949,
        here.villages[0],
    )
    assert sealed.open_sealed(person.id_number_sealed) == ID
    assert person.id_number_index == sealed.blind_index(ID)
    lives = person.residences.get()
    assert (lives.home, lives.moved_in_on, lives.need, lives.works_away) == (here.homes[0], date(2024, 5, 1), "alone", True)
    assert Resident.objects.get(person__name="李四").moved_in_on == TODAY
    assert Person.pgh_event_models["insert"].objects.filter(pgh_obj=person, pgh_label="insert").count() == 1


def test_no_picture_and_no_audit_row_shows_an_id_number(here):
    run = send(here, "residents", PEOPLE, [row("单田芳", None, None, ID)])
    assert ID not in str(services.picture_of(run))
    commit(here, run)
    assert ID not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_the_same_file_twice_adds_nobody(here):
    rows = [row("单田芳", "13800000001", 1949, ID, "2024-5-1", None, "1"), row("李四"), row("王五", "13800000002")]
    take_in(here, "residents", PEOPLE, rows)
    again = send(here, "residents", PEOPLE, rows)
    assert (again.status, counts(again)) == ("idle", (0, 0, 3, 0))


def test_a_person_is_known_again_by_the_id_number_though_name_and_telephone_changed(here):
    take_in(here, "residents", PEOPLE, [row("单田芳", "13800000001", None, ID)])
    run = take_in(here, "residents", PEOPLE, [row("单天方", "13800000009", None, ID)])
    assert counts(run) == (0, 1, 0, 0)
    person = Person.objects.get(id_number_index=sealed.blind_index(ID))
    assert (person.name, person.name_key, person.phone) == ("单天方", "shan tian fang", "13800000009")
    assert sealed.open_sealed(person.id_number_sealed) == ID
    assert Person.pgh_event_models["update"].objects.filter(pgh_obj=person, pgh_label="update").count() == 1


def test_an_id_number_and_a_telephone_are_filled_in_for_whom_lacks_them(here):
    take_in(here, "residents", PEOPLE, [row("单田芳"), row("李四", "13800000001")])
    run = take_in(here, "residents", PEOPLE, [row("单田芳", "13800000002", None, ID), row("李四")])
    assert counts(run) == (0, 1, 1, 0)
    assert Person.objects.filter(name="单田芳", phone="13800000002", id_number_index=sealed.blind_index(ID)).count() == 1


def test_a_namesake_behind_the_same_door_with_another_telephone_is_for_a_person_to_decide(here):
    take_in(here, "residents", PEOPLE, [row("李四", "13800000001")])
    assert letters(send(here, "residents", PEOPLE, [row("李四", "13800000002")])) == ["D"]
    take_in(here, "residents", PEOPLE, [row("李四", "13800000002", None, ID)])
    assert Resident.objects.filter(person__name="李四").count() == 2
    assert letters(send(here, "residents", PEOPLE, [row("李四")])) == ["D"]


def test_somebody_known_who_lives_nowhere_yet_is_not_registered_again(here):
    chief = here.station_chief
    person = organization.register_person(
        station=here.station, village=here.villages[1], name="单田芳", phone="13800000001", id_number=ID, by=chief, at=NOW
    )
    other = make_person(here.station, here.villages[0], "李四", phone="13800000002")
    take_in(here, "residents", PEOPLE, [row("单田芳", "13800000003", None, ID), row("李四", "13800000002", 1960)])
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.residences.get().home, person.phone) == (here.homes[0], "13800000003")
    assert (other.residences.get().home, other.birth_year) == (here.homes[0], 1960)


def test_one_person_twice_in_a_file_is_refused(here):
    assert letters(send(here, "residents", PEOPLE, [row("李四", "13800000001"), row("李四", 13800000001)])) == ["D"]


def test_minors_leave_the_house_under_an_approval_of_their_own_only(here):
    take_in(here, "residents", PEOPLE, [row("小明", None, 2015), row("老明", None, 1950, ID)])

    def names():
        file = services.export_sheet(sheet=find("residents"), station=here.station, by=here.station_chief, at=NOW)
        return {cells[3] for cells in table(file.read())[1:]}

    def open_cell(obj, action):
        approval = organization.ask_approval(
            obj=obj, action=action, target_ref="sheet:residents", reason="学校核对", by=here.station_chief, at=NOW
        )
        type(approval).objects.filter(pk=approval.pk).update(
            decision="granted", decided_by=here.officer, decided_at=NOW, expires_at=NOW + timedelta(hours=1)
        )

    open_cell("export_personal", "create")
    assert names() == {"老明", "居民11", "居民12"}
    open_cell("minor_record", "export")
    assert "小明" in names()


def test_what_goes_out_comes_back_the_same(here):
    take_in(here, "homes", HOME, [["试1村1", "一组", "9号", "'=张三", None, 31.5, 111.25]])
    take_in(here, "residents", PEOPLE, [["试1村1", "一组", "9号", "'+李四", "13800000001", 1949, ID, "2024-5-1", "alone", "1"]])
    for key in ("homes", "residents", "heads"):
        approval = services.ask_to_export(sheet=find(key), reason="核对", by=here.officer, at=NOW)
        organization.decide_approval(approval=approval, grant=True, by=here.station_chief, at=NOW)
        content = services.export_sheet(sheet=find(key), station=here.station, by=here.officer, at=NOW).read()
        assert ID not in str(table(content))
        run = services.plan_import(
            station=here.station, sheet=find(key), file_name="x.xlsx", content=content, by=here.station_chief, at=NOW
        )
        assert (run.status, run.new, run.changed, run.errors) == ("idle", 0, 0, 0), services.picture_of(run)
        assert run.same == len(table(content)) - 1


# Heads


@pytest.mark.parametrize(
    ("cells", "letter"),
    [
        (["试2村1", "张三", "13100000001", "2026-1-1"], "A"),
        (["试1村1", "张三", None, "2026-1-1"], "C"),
        (["试1村1", "张三", "13100000001", "2026-4-1"], "D"),
        (["试1村1", "张三", "13100000001", None], "D"),
        (["试1村1", "张三", "other", "2026-1-1"], "C"),  # an account of the other station
        (["试1村1", "张三", "taken", "2026-1-1"], "B"),  # somebody else's number
        (["试1村2", "head", "head", "2026-1-1"], "A"),  # serves in another village
    ],
)
def test_a_head_who_cannot_be_is_refused_by_his_column(world, here, cells, letter):
    phones = {"other": world.there.officer.phone, "taken": here.volunteer.phone, "head": here.household_head.phone}
    cells[1] = here.household_head.name if cells[1] == "head" else cells[1]
    cells[2] = phones.get(cells[2], cells[2])
    assert letters(send(here, "heads", HEAD, [cells])) == [letter]


def test_a_head_gets_an_account_that_nobody_can_enter_yet(here):
    run = take_in(here, "heads", HEAD, [["试1村1", "张三", "13100000001", date(2026, 1, 5)]])
    assert counts(run) == (1, 0, 0, 0)
    head = HouseholdHead.objects.get(user__phone="13100000001")
    assert (head.village, head.active_from, head.user.name) == (here.villages[0], date(2026, 1, 5), "张三")
    assert not head.user.has_usable_password()
    assert head.user.roles == {"household_head"}
    assert (head.user.person.name, head.user.person.phone) == ("张三", "13100000001")
    again = send(here, "heads", HEAD, [["试1村1", "张三", "13100000001", "2026/1/5"]])
    assert (again.status, counts(again)) == ("idle", (0, 0, 1, 0))
    assert User.objects.filter(phone="13100000001").count() == 1


def test_a_head_who_is_known_already_keeps_his_person(here):
    person = make_person(here.station, here.villages[1], "张三", phone="13100000001")
    take_in(here, "heads", HEAD, [["试1村1", "张三", "13100000001", "2026-1-5"]])
    assert User.objects.get(phone="13100000001").person == person


# As sets


def test_thousands_of_homes_and_residents_come_in_within_seconds(here):
    """Row by row the triggers are quadratic in one transaction; as sets, 18,800 homes are a matter of seconds."""
    begun = monotonic()
    doors = [["试1村1", "一组", f"{no}号", f"户主{no}"] for no in range(1, 2_501)]
    take_in(here, "homes", HOME[:4], doors)
    take_in(here, "residents", PEOPLE[:5], [[*cells, f"139{no:08}"] for no, cells in enumerate(doors)])
    assert monotonic() - begun < 40
    assert Home.objects.filter(address__group=here.group).count() == 2_500
    assert Resident.objects.filter(home__address__group=here.group).count() == 2_500
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore', true)")
        assert cursor.fetchone()[0] in (None, "", "{}")


def test_the_other_stations_homes_are_neither_seen_nor_touched(world, here):
    make_home(world.there.station, world.there.villages[0], "9号", "别人")
    run = take_in(here, "homes", HOME[:4], [["试1村1", None, "9号", "张三"]])
    assert counts(run) == (1, 0, 0, 0)
    assert Home.objects.get(station=world.there.station, address__door="9号").householder == "别人"
