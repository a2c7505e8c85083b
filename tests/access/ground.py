"""The ground of the walk: two stations, each with everything twice — what every role is involved in, and what a colleague is.

Texts that must not travel are canaries: strings that stand nowhere else, each with the cell of the matrix that lets a role read it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from households.models import Assignment, Home, HouseholdHead, Resident, Sighting, Visit
from points import services as points
from points.models import Deed, EvaluationPeriod, Item, Rule, ScoreLine, Seal, Shop, StockMove, Tariff, Transfer
from points.tariff import seed_tariff
from shengkang.attachments.models import Attachment
from shengkang.audit.models import AccessEntry, AuditEntry
from shengkang.cases import services as cases
from shengkang.cases.models import Category
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from shengkang.organization.models import Address, Approval, Consent, Holiday, Membership, Person, Unit, User
from shengkang.reports.models import Briefing, ClosedMonth, ReportLine
from tests.access import wings
from tests.world import make_home, make_person, make_unit, make_user, make_world, mediate

NOBODY = "nobody"


@dataclass(frozen=True)
class Canary:
    """A text, the cell that opens it, and the roles that are involved in it here. No cell: no role of this station may ever read it."""

    text: str
    cell: tuple[str, str] | None
    involved: frozenset[str] = field(default_factory=frozenset)


_entrusted = frozenset({"household_head", "aux_police"})
ELSEWHERE = Canary("彼站密甲", None)
PROTECTED_OWN = Canary("护案密乙", ("dispute_restricted", "read"), frozenset({"officer"}))
PROTECTED_SAME = Canary("护案密丙", ("dispute_restricted", "read"))
STORY_OWN = Canary(
    "案情密丁", ("dispute", "read"), frozenset({"officer", "aux_police", "household_head", "post_liaison", "volunteer"})
)
STORY_SAME = Canary("案情密戊", ("dispute", "read"))
HOME_OWN = Canary("住户密己", ("household", "read"), _entrusted)
HOME_SAME = Canary("住户密庚", ("household", "read"))
SIGHTING_SAME = Canary("情况密辛", ("sighting", "read"))
WALLET_SAME = Canary("积分密壬", ("points_account", "read"))
CANARIES = (ELSEWHERE, WALLET_SAME, PROTECTED_OWN, PROTECTED_SAME, STORY_OWN, STORY_SAME, HOME_OWN, HOME_SAME, SIGHTING_SAME)


def _phone(no: int, index: int) -> str:
    return f"177{no:04}{index:04}"


def _people(place, no: int, at) -> None:
    """A colleague of every role that can be involved in something, a user without a role, and an auxiliary posted to a village."""
    place.users = {str(role): getattr(place, str(role)) for role in Role.values}
    near, far = place.villages
    place.colleague = {}
    for index, role in enumerate(Role.values):
        person = make_person(place.station, far, f"同事{no}{index}")
        unit = far if getattr(place, role).memberships.get().unit_id == near.pk else place.town
        place.colleague[str(role)] = make_user(place.station, unit, role, f"同事{no}{index}", _phone(no, index), person=person)
    place.nobody = User.objects.create_user(_phone(no, 99), "x", name=f"无职{no}", station=place.station)
    place.users[NOBODY] = place.nobody
    Membership.objects.filter(user__in=[place.aux_police, place.colleague["aux_police"]]).update(unit=near)
    Membership.objects.filter(user=place.colleague["aux_police"]).update(unit=far)


def _homes(place, no: int, at) -> None:
    near, far = place.villages
    today = timezone.localdate(at)
    place.home = place.homes[0]
    Home.objects.filter(pk=place.home.pk).update(householder=HOME_OWN.text)
    Person.objects.filter(pk=place.residents[0].pk).update(name=HOME_OWN.text)
    place.far_home = make_home(place.station, far, f"{HOME_SAME.text}9号", HOME_SAME.text)
    place.stranger = make_person(place.station, far, WALLET_SAME.text)
    neighbour = make_person(place.station, far, HOME_SAME.text, phone=_phone(no, 88))
    place.far_resident = Resident.objects.create(home=place.far_home, person=neighbour, moved_in_on=today)
    head = place.colleague["household_head"]
    place.far_head = HouseholdHead.objects.create(station=place.station, village=far, user=head, active_from=today)
    place.far_assignment = Assignment.objects.create(head=place.far_head, home=place.far_home, active_from=today)
    place.sightings, place.visits = {}, {}
    for role, user in place.users.items():
        place.sightings[role] = Sighting.objects.create(
            station=place.station, village=near, by=user, kind="other", text="路灯不亮", at=at
        )
        place.visits[role] = Visit.objects.create(
            station=place.station, home=place.homes[1], by=user, kind="care", note="都好", at=at
        )
    place.far_sighting = Sighting.objects.create(
        station=place.station, village=far, by=head, home=place.far_home, kind="other", text=SIGHTING_SAME.text, at=at
    )
    place.far_visit = Visit.objects.create(
        station=place.station, home=place.far_home, by=head, kind="care", note=HOME_SAME.text, at=at
    )


def _cases(place, at) -> None:
    """Four disputes: ordinary and protected, each with the roles involved and with colleagues only."""
    near, far = place.villages
    category = Category.objects.get(code="02")

    def opened(canary, village, by, **fields):
        party = cases.PartyDetails(side="first", name=canary.text, phone="", home=None)
        return cases.open_case(
            station=place.station, village=village, category=category, channel="village", story=canary.text, place=canary.text,
            parties=[party], by=by, at=at, **fields,
        )  # fmt: skip

    place.case = opened(STORY_OWN, near, place.household_head)
    for role in ("aux_police", "post_liaison", "volunteer"):
        cases.join_case(case=place.case, text="也听说了", by=place.users[role], at=at)
    cases.accept_case(case=place.case, risk="green", grade="simple", officer=place.officer, by=place.officer, at=at)
    mediate(place.case, place.household_head, by=place.officer, at=at)
    officer = place.colleague["officer"]
    place.far_case = opened(STORY_SAME, far, officer)
    cases.accept_case(case=place.far_case, risk="green", grade="simple", officer=officer, by=officer, at=at)
    place.protected = opened(PROTECTED_OWN, near, place.station_chief, restricted=True)
    cases.accept_case(case=place.protected, risk="red", grade="complex", officer=place.officer, by=place.station_chief, at=at)
    place.far_protected = opened(PROTECTED_SAME, far, place.colleague["station_chief"], restricted=True)
    for name, case in (("file", place.case), ("far_file", place.far_case)):
        made = Attachment(
            station=place.station, owner_label="cases.disputecase", owner_id=case.pk, kind="file", media_type="text/plain", size=2,
            sha256="0" * 64, by=case.officer, at=at,
        )  # fmt: skip
        made.file.save("paper.txt", ContentFile("好".encode()), save=False)
        made.save()
        setattr(place, name, made)


def _papers(place, at) -> None:
    """Consents, approvals, notices, what the audit room wrote down."""
    everyone = [*place.users.values(), *place.colleague.values()]
    place.consents, place.approvals, place.notices = {}, {}, {}
    for user in everyone:
        if user.person_id:
            place.consents[user.pk] = Consent.objects.create(person=user.person, purpose="points", given_at=at, evidence="纸质")
        place.approvals[user.pk] = Approval.objects.create(
            asked_by=user, asked_at=at, obj="resident", action="read_id_number", reason="办案需要"
        )
        place.notices[user.pk] = Notice.objects.create(to=user, kind="test", text="有一条消息", key="ground", at=at)
    by = f"organization.User:{place.officer.pk}"
    place.audit_entry = AuditEntry.objects.create(at=at, by_ref=by, verb="ground", object_ref="organization.Person:1")
    place.access_entry = AccessEntry.objects.create(at=at, by_ref=by, what="case", object_ref="cases.DisputeCase:1")


def _evaluation(place, at) -> None:
    today = timezone.localdate(at)
    first = today.replace(day=1)
    place.tariff = seed_tariff(place.station, date(first.year - 1, 1, 1))
    place.rule = place.tariff.rules.filter(fact=Rule.Fact.BY_HAND, confidential=False, part="bonus").order_by("no").first()
    # Only a tariff whose day has not come may still be written.
    Tariff.objects.filter(pk=place.tariff.pk).update(active_to=today + timedelta(days=60))
    place.coming_tariff = seed_tariff(place.station, today + timedelta(days=60))
    place.period = EvaluationPeriod.objects.create(
        station=place.station, starts_on=first, ends_on=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    )
    place.published = EvaluationPeriod.objects.create(
        station=place.station, starts_on=first - timedelta(days=20), ends_on=first - timedelta(days=1), status="published",
        published_at=at,
    )  # fmt: skip

    def deed(person, by):
        return Deed.objects.create(
            station=place.station, person=person, rule=place.rule, text="帮邻居收稻子", done_on=today, by=by, at=at
        )

    place.deeds, place.score_lines = {}, {}
    for role, user in place.users.items():
        place.deeds[role] = deed(place.residents[1], user)
        if user.person_id:
            place.score_lines[role] = ScoreLine.objects.create(
                period=place.period, person=user.person, rule=place.rule, points=2, done_on=today, deed=place.deeds[role]
            )
    # Waits for a second person of the near village; nobody of the walk has recorded it.
    place.waiting_deed = deed(place.residents[1], place.colleague["officer"])
    place.far_deed = deed(place.stranger, place.colleague["officer"])
    place.far_score_line = ScoreLine.objects.create(
        period=place.period, person=place.stranger, rule=place.rule, points=2, done_on=today, deed=place.far_deed
    )


def _ledger(place, at) -> None:
    today = timezone.localdate(at)
    place.wallets, place.awards, place.slips = {}, {}, {}
    place.item = Item.objects.create(station=place.station, name="大米", measure="袋")
    points.set_price(item=place.item, points=3, from_day=today, by=place.officer, at=at)
    place.far_shop = Shop.objects.create(station=place.station, village=place.villages[1], name="远处超市")
    place.far_shop.keepers.add(place.colleague["shop_keeper"])
    for shop, keeper in ((place.shop, place.shop_keeper), (place.far_shop, place.colleague["shop_keeper"])):
        points.receive_goods(shop=shop, item=place.item, pieces=90, received_on=today, by=keeper, at=at)

    def earned(person, key):
        wallet = points.open_wallet(person=person, by=place.officer, at=at)
        return wallet, points.award(
            wallet=wallet, amount=9, rule=place.rule, key=f"{place.station.pk}:{key}",
            by=place.colleague["station_chief"], at=at,
        )  # fmt: skip

    def slip(shop, keeper, wallet, key):
        return points.hold_redemption(
            shop=shop, wallet=wallet, basket={place.item.pk: 1}, key=f"{place.station.pk}:{key}", by=keeper, at=at
        )

    for role, user in place.users.items():
        if user.person_id:
            place.wallets[role], place.awards[role] = earned(user.person, user.pk)
            if role != "shop_keeper":
                place.slips[role] = slip(place.shop, place.shop_keeper, place.wallets[role], user.pk)
    place.slips["shop_keeper"] = place.slips["resident"]
    place.far_wallet, place.far_award = earned(place.stranger, 0)
    place.far_slip = slip(place.far_shop, place.colleague["shop_keeper"], place.far_wallet, 0)
    place.lot, place.far_lot = place.shop.lots.get(), place.far_shop.lots.get()
    place.move, place.far_move = (StockMove.objects.filter(lot=lot).first() for lot in (place.lot, place.far_lot))
    points.seal_ledger(at=at)


def _reports(place, at) -> None:
    months = [(timezone.localdate(at).replace(day=1) - timedelta(days=days)).replace(day=1) for days in (1, 40)]
    place.closed_month = ClosedMonth.objects.create(station=place.station, month=months[0], parts=[], frozen_at=at)
    place.report_line = ReportLine.objects.create(
        station=place.station, village=place.villages[0], month=months[0], part="disputes.found", value=1, ids=[1], frozen_at=at
    )

    def briefing(month, **issued):
        made = Briefing(station=place.station, month=month, title="月报", written_at=at, **issued)
        made.file.save(f"ground-{place.station.pk}-{month}.docx", ContentFile(b"PK"), save=False)
        made.save()
        return made

    place.issued = briefing(months[1], issued_by=place.station_chief, issued_at=at)
    place.draft = briefing(months[0])


def _mark(place) -> None:
    """Everything of the other station that can be read carries its canary; what may never be edited was written with it."""
    text = ELSEWHERE.text
    for rows, name in ((Person, "name"), (Home, "householder"), (Shop, "name"), (User, "name")):
        for row in rows.objects.filter(station=place.station):
            rows.objects.filter(pk=row.pk).update(**{name: f"{text}{row.pk}"})
    for address in Address.objects.filter(station=place.station):
        Address.objects.filter(pk=address.pk).update(door=f"{text}{address.pk}号")
    Item.objects.filter(station=place.station).update(name=text)
    Tariff.objects.filter(station=place.station).update(name=text)
    Briefing.objects.filter(station=place.station).update(title=text)
    Approval.objects.filter(asked_by__station=place.station).update(reason=text)
    Deed.objects.filter(station=place.station).update(text=text)
    place.station.name = f"{text}派出所"
    place.station.save()


def make_ground() -> SimpleNamespace:
    """`here` is walked; `there` must never be seen."""
    world, at = make_world(), timezone.now()
    for no, place in enumerate((world.here, world.there), start=1):
        _people(place, no, at)
        _homes(place, no, at)
        _cases(place, at)
        _papers(place, at)
        _evaluation(place, at)
        _ledger(place, at)
        _reports(place, at)
        wings.lay(place, at)
    world.holiday = Holiday.objects.create(day=date(2031, 5, 1), name="节日", works=False)
    world.group = make_unit(world.here.villages[0], Unit.Level.GROUP, "01", "一组")
    world.seal = Seal.objects.first()
    world.transfer_label = Transfer._meta.label
    _mark(world.there)
    return world
