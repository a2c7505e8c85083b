"""Two small stations with one user of each role, for tests: what one station has, the other must never see."""

import io
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from households.models import Assignment, Home, HouseholdHead, Resident
from points.models import Shop
from shengkang.cases import services as cases
from shengkang.cases.agreements import who_has_not_signed
from shengkang.cases.imports import load_case_rules
from shengkang.cases.models import Category, GateQuestion, PaperTemplate, Party
from shengkang.hazards.imports import load_hazard_groups
from shengkang.organization.access import Role
from shengkang.organization.models import Address, Coverage, Membership, Person, Station, Unit, User
from shengkang.organization.services import name_key

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday without holidays around it.
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=SHANGHAI)
PASSWORD = "correct horse battery"


IN_A_VILLAGE = (
    Role.HOUSEHOLD_HEAD,
    Role.SHOP_KEEPER,
    Role.VOLUNTEER,
    Role.RESIDENT,
    Role.POST_LIAISON,
    Role.VILLAGE_CADRE,
)


def make_unit(parent, level, code, name):
    path = f"{parent.path if parent else ''}{code}."
    return Unit.objects.create(parent=parent, level=level, code=code if len(code) == 12 else "", name=name, path=path)


def make_person(station, village, name, **fields):
    return Person.objects.create(station=station, village=village, name=name, name_key=name_key(name), **fields)


def make_user(station, unit, role, name, phone, **fields):
    staff = role in (Role.STATION_CHIEF, Role.OFFICER, Role.AUX_POLICE, Role.ADMINISTRATOR)
    user = User.objects.create_user(phone, PASSWORD, name=name, station=station, is_staff=staff, **fields)
    Membership.objects.create(user=user, role=role, unit=unit)
    return user


def make_home(station, village, door, householder):
    address = Address.objects.create(station=station, village=village, door=door)
    return Home.objects.create(station=station, address=address, householder=householder)


def make_station(no: int, town: Unit) -> SimpleNamespace:
    """A station with two villages, a user of each role (attribute named like the role), homes, and a shop."""
    station = Station.objects.create(name=f"测试派出所{no}", sits_in=town)
    villages = [make_unit(town, Unit.Level.VILLAGE, f"4299{no:02}{index:06}", f"试{no}村{index}") for index in (1, 2)]
    for village in villages:
        Coverage.objects.create(station=station, unit=village)
    users = {}
    for index, role in enumerate(Role.values):
        unit = villages[0] if role in IN_A_VILLAGE else town
        person = None
        if role not in (Role.DEVICE, Role.ADMINISTRATOR, Role.TOWNSHIP_LEADER):
            person = make_person(station, villages[0], f"角色{no}{index}")
        users[role] = make_user(station, unit, role, f"角色{no}{index}", f"199{no:04}{index:04}", person=person)
    homes = [make_home(station, villages[0], f"{door}号", f"户主{no}{door}") for door in (1, 2, 3)]
    head = HouseholdHead.objects.create(
        station=station, village=villages[0], user=users["household_head"], active_from=NOW.date().replace(month=1, day=1)
    )
    for home in homes[:2]:
        Assignment.objects.create(head=head, home=home, active_from=head.active_from)
    residents = [make_person(station, villages[0], f"居民{no}{index}", phone=f"188{no:04}{index:04}") for index in (1, 2)]
    for home, person in zip(homes, residents, strict=False):
        Resident.objects.create(home=home, person=person, moved_in_on=head.active_from)
    shop = Shop.objects.create(station=station, village=villages[0], name=f"超市{no}")
    shop.keepers.add(users["shop_keeper"])
    return SimpleNamespace(
        station=station,
        town=town,
        villages=villages,
        homes=homes,
        head=head,
        residents=residents,
        shop=shop,
        **{str(k): v for k, v in users.items()},
    )


def make_world() -> SimpleNamespace:
    """`here` and `there`: two stations of one county that must never see each other."""
    province = make_unit(None, Unit.Level.PROVINCE, "42", "试省")
    county = make_unit(make_unit(province, Unit.Level.CITY, "4299", "试市"), Unit.Level.COUNTY, "429901", "试县")
    load_case_rules()
    load_hazard_groups()
    towns = [make_unit(county, Unit.Level.TOWN, f"42990110{no}", f"试镇{no}") for no in (1, 2)]
    return SimpleNamespace(
        here=make_station(1, towns[0]), there=make_station(2, towns[1]), category=Category.objects.get(code="02"), now=NOW
    )


def no_at_the_gate(**yes: bool) -> dict[str, bool]:
    """Answers to every question of the procedure gate: no, but for those named."""
    return {code: yes.get(code, False) for code in GateQuestion.objects.values_list("code", flat=True)}


def mediate(case, mediator, *, by, at=NOW, **given):
    """The gate answered with no throughout, and the mediation begun."""
    cases.check_gate(case=case, answers=no_at_the_gate(), by=by, at=at)
    return cases.begin_mediation(case=case, mediator=mediator, by=by, at=at, **given)


def a_picture(name="signature.png", colour="black"):
    """A small picture as a phone sends it."""
    written = io.BytesIO()
    Image.new("RGB", (60, 30), colour).save(written, "PNG")
    return SimpleUploadedFile(name, written.getvalue(), "image/png")


def sign(case, by, at=NOW):
    """Both sides and the mediator sign the paper of the latest agreement, which is photographed."""
    agreement = case.agreements.order_by("pk").last()
    missing = who_has_not_signed(agreement)
    return cases.sign_agreement(
        agreement=agreement,
        parties=[each for each in missing if isinstance(each, Party)],
        mediator=case.mediator,
        how="paper",
        picture=a_picture(),
        by=by,
        at=at,
    )


def file_papers(case, by, at=NOW):
    """What a file needs beside agreement and visits, written by hand and photographed."""
    for kind in (PaperTemplate.Kind.INQUIRY, PaperTemplate.Kind.SESSION):
        cases.file_paper(case=case, kind=kind, pictures=[a_picture()], by=by, at=at)
