"""How a dispute comes to the station: registered, told again, given to somebody, put right."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases.models import Agreement, CaseStep, Category, DisputeCase, Party, PoliceClass, Report, RiskAssessment
from shengkang.cases.moves import Status
from shengkang.cases.services import limits
from shengkang.cases.services.gate import check_on_the_spot
from shengkang.cases.services.moving import (
    TAKES_CHARGE,
    _move,
    lapse_offer,
    lock,
    must_be_fit,
    must_be_fit_to_mediate,
    plan_follow_up,
)
from shengkang.cases.services.parties import PartyDetails, must_be_known_here, party_of
from shengkang.cases.services.refusals import (
    AlreadyReported,
    CaseProtected,
    NotAllowedHere,
    NothingChanged,
    PointIncomplete,
    WrongStation,
)
from shengkang.cases.services.telling import tell_of_protected, tell_of_task, tell_outcome_at_once
from shengkang.organization.access import Role
from shengkang.organization.models import Address, Station, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import UnitNotServed

# What a correction may touch; everything else is moved by a verb of its own.
CORRECTABLE = (
    "village",
    "category",
    "police_class",
    "scale",
    "channel",
    "address",
    "place",
    "latitude",
    "longitude",
    "story",
    "risk",
    "grade",
    "restricted",
)


def _draw_number(station: Station, at: datetime) -> str:
    """The next number of the station's town and year, e.g. 420625102-2026-0001.

    Numbers are drawn one after the other, so none is given twice and a registration that fails leaves no gap.
    """
    town = station.sits_in.path.rstrip(".").rpartition(".")[2][:9]
    prefix = f"{town}-{day_of(at).year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"case number {prefix}"])
    # Bounds instead of LIKE, so that the unique index answers from its end; ":" is the character after "9".
    of_year = DisputeCase.objects.filter(no__gt=prefix, no__lt=prefix + ":").order_by("-no").values_list("no", flat=True)
    last = of_year.first()
    if last and last >= f"{prefix}9999":
        # Beyond 9999 the numbers grow a digit and no longer sort as text.
        last = max(of_year, key=lambda no: (len(no), no))
    return f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:04}"


# From these steps on the whole case runs against its limit.
TAKEN_ON = ("accept", "reopen", "take_back")


@transaction.atomic
def open_case(
    *,
    station: Station,
    village: Unit,
    category: Category,
    channel: str,
    story: str,
    by: User,
    at: datetime,
    place: str = "",
    address: Address | None = None,
    parties: Sequence[PartyDetails] = (),
    restricted: bool = False,
    police_class: PoliceClass | None = None,
    scale: str = DisputeCase.Scale.UNDER_50,
    latitude: float | None = None,
    longitude: float | None = None,
) -> DisputeCase:
    """Register a dispute; `by` becomes its first reporter. Writes the step “open”.

    `restricted`: suspected domestic violence or harm to a minor; seen by the chief and those involved, never mediated.
    `latitude` and `longitude` are degrees (WGS 84), both or none. `scale`: how many people take part, of DisputeCase.Scale.
    Raises UnitNotServed and IdNumberInvalid (organization), WrongStation, PointIncomplete.
    """
    _must_be_of(station, village=village, address=address, by=by)
    must_be_known_here(station, parties)
    _must_be_a_point(latitude, longitude)
    case = DisputeCase.objects.create(
        station=station,
        village=village,
        no=_draw_number(station, at),
        status=Status.REPORTED,
        restricted=restricted,
        category=category,
        police_class=police_class,
        scale=scale,
        channel=channel,
        address=address,
        place=place.strip(),
        latitude=latitude,
        longitude=longitude,
        story=story.strip(),
        opened_at=at,
        state_due_at=limits.step_due_at("", Status.REPORTED, day_of(at)),
        steps_taken=1,
    )
    CaseStep.objects.create(case=case, no=1, move="open", from_status="", to_status=Status.REPORTED, at=at, by=by)
    Party.objects.bulk_create(party_of(case, each) for each in parties)
    Report.objects.create(case=case, by=by, person=by.person, text=case.story, at=at)
    if restricted:
        tell_of_protected(case, by, at)
    return case


@transaction.atomic
def join_case(*, case: DisputeCase, text: str, by: User, at: datetime, restricted: bool = False) -> Report:
    """Somebody else tells of the same dispute; he too hears how it ends, and at once if it has ended already.

    `restricted`: what he tells is a protected matter, which joins a protected case only.
    Raises AlreadyReported, CaseProtected, MoveRefused, WrongStation.
    """
    lock(case, "join", by)
    if restricted and not case.restricted:
        raise CaseProtected(
            _("What you suspect does not belong to an ordinary case. Register it on its own, as a protected one.")
        )
    if case.reports.filter(by=by).exists():
        raise AlreadyReported(_("You have told us of this dispute before. You will get a message when it ends."))
    _move(case, "join", by=by, at=at)
    report = Report.objects.create(case=case, by=by, person=by.person, text=text.strip(), at=at)
    tell_outcome_at_once(report, at)
    return report


@transaction.atomic
def settle_on_the_spot(
    *,
    station: Station,
    village: Unit,
    category: Category,
    channel: str,
    story: str,
    terms: str,
    by: User,
    at: datetime,
    place: str = "",
    address: Address | None = None,
    parties: Sequence[PartyDetails] = (),
    restricted: bool = False,
    answers: Mapping[str, bool] | None = None,
    police_class: PoliceClass | None = None,
    scale: str = DisputeCase.Scale.UNDER_50,
    latitude: float | None = None,
    longitude: float | None = None,
) -> DisputeCase:
    """就地化解: register a small dispute that `by` has just settled; `by` is its mediator and gets the credit. Writes two steps.

    `terms` is what both sides agreed to by word of mouth (人民调解法 art. 28). `answers` at the procedure gate: what is left out is
    vouched for as no. A visit is owed in seven days. Raises CaseProtected, GateRefused, UnfitPerson, and what open_case raises.
    """
    if restricted:
        raise CaseProtected(
            _("Such a matter is never settled on the spot. Report it as a protected case; the station takes over.")
        )
    case = open_case(
        station=station,
        village=village,
        category=category,
        channel=channel,
        story=story,
        by=by,
        at=at,
        place=place,
        address=address,
        parties=parties,
        police_class=police_class,
        scale=scale,
        latitude=latitude,
        longitude=longitude,
    )
    must_be_fit_to_mediate(by, case)
    check_on_the_spot(case, answers or {}, by, at)
    Agreement.objects.create(case=case, facts=case.story, terms=terms.strip(), oral=True, effective_on=day_of(at), by=by, at=at)
    _move(
        case,
        "settle_on_the_spot",
        by=by,
        at=at,
        credited=by.person,
        mediator=by,
        settled_at=at,
        procedure=DisputeCase.Procedure.INFORMAL,
    )
    plan_follow_up(case, at)
    return case


@transaction.atomic
def assign_case(*, case: DisputeCase, officer: User, by: User, at: datetime) -> DisputeCase:
    """Put an open case into an officer's charge; the step names him, an offer to a colleague lapses.

    Raises MoveRefused, UnfitPerson, WrongStation.
    """
    lock(case, "assign", by)
    must_be_fit(officer, case, TAKES_CHARGE)
    lapse_offer(case, at)
    step = _move(case, "assign", by=by, at=at, note=officer.name, officer=officer)
    tell_of_task(officer, case, step, at)
    return case


@transaction.atomic
def correct_case(*, case: DisputeCase, reason: str, by: User, at: datetime, **fields) -> DisputeCase:
    """Put right what was registered: any of CORRECTABLE (parties: see parties.py).

    A new grade counts its limits from the day the case was taken on, or came into its state; pauses are given back. A case in
    mediation is not made protected before the mediation ended; only the chief lifts a protection. The step names the fields and the
    reason, the history table the values.
    Raises NothingChanged, NotAllowedHere, PointIncomplete, WrongStation, UnitNotServed, MoveRefused.
    """
    if unknown := set(fields) - set(CORRECTABLE):
        raise TypeError(f"not corrected here: {sorted(unknown)}")
    lock(case, "correct", by)
    changes = {name: value for name, value in fields.items() if getattr(case, name) != value}
    if not changes:
        raise NothingChanged(_("Nothing was changed. Change a field, or leave the case as it is."))
    _must_be_of(case.station, village=changes.get("village"), address=changes.get("address"))
    _must_be_a_point(changes.get("latitude", case.latitude), changes.get("longitude", case.longitude))
    _must_be_lawful(case, changes, by)
    note = pgettext("list", ", ").join(
        str(DisputeCase._meta.get_field(name).verbose_name) for name in CORRECTABLE if name in changes
    )
    if "risk" in changes:
        RiskAssessment.objects.create(case=case, risk=changes["risk"], reason=reason.strip(), by=by, at=at)
    if "grade" in changes:
        taken_on = case.steps.filter(move__in=TAKEN_ON).latest("no")
        entered = case.steps.filter(to_status=case.status).exclude(from_status=case.status).latest("no")
        began, entered_on = day_of(taken_on.at), day_of(entered.at)
        changes["due_at"] = limits.due_at(changes["grade"], began, stood=limits.stood_since(case, began))
        changes["state_due_at"] = limits.step_due_at(
            changes["grade"], case.status, entered_on, stood=limits.stood_since(case, entered_on)
        )
    _move(case, "correct", by=by, at=at, note=f"{note} · {reason.strip()}", **changes)
    if changes.get("restricted"):
        tell_of_protected(case, by, at)
    return case


def _must_be_lawful(case, changes, by):
    if case.status == Status.REPORTED and changes.keys() & {"risk", "grade"}:
        raise NotAllowedHere(_("This case is not graded yet. Use “Grade and accept” instead."))
    if changes.get("restricted") and case.status in (Status.MEDIATING, Status.AGREED):
        raise CaseProtected(
            _("A protected matter is not mediated. End the mediation or refer the case, then mark it as protected.")
        )
    if changes.get("restricted") is False and Role.STATION_CHIEF not in by.roles:
        raise NotAllowedHere(_("Only the chief lifts the protection of a case. Ask your chief."))


def _must_be_a_point(latitude, longitude):
    if (latitude is None) != (longitude is None):
        raise PointIncomplete(_("A point on the map needs both latitude and longitude. Set it anew, or leave both empty."))


def _must_be_of(station, *, village=None, address=None, by=None):
    if village is not None and not station.covers.filter(pk=village.pk).exists():
        raise UnitNotServed(_("This village is not served by your station. Choose one of its villages."))
    if any(each is not None and each.station_id != station.pk for each in (address, by)):
        raise WrongStation(
            _("A person or an address belongs to another station. Choose one of this station, or write it as text.")
        )
