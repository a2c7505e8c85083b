"""Questions about volunteers, shifts and patrols."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Sum

from households.models import Home, HouseholdHead, Resident
from households.models.heads import villages_of_cadre
from patrols.models import Attendance, Patrol, Shift, SignUp, Volunteer
from patrols.moves import Status
from shengkang.organization import access
from shengkang.organization.models import Person, Unit, User
from shengkang.organization.selectors import day_of, start_of, villages_of

# A patrol that nobody ended in this time was forgotten: somebody then says when it truly ended.
FORGOTTEN_AFTER = timedelta(hours=12)
STATE_TONES = {
    Status.APPLIED: "warn",
    Status.RECOMMENDED: "warn",
    Status.REVIEWED: "warn",
    Status.ENROLLED: "ok",
    Status.DECLINED: "",
    Status.LEFT: "",
}


# Volunteers


def people_to_apply_for(user):
    """Whom one may put forward: oneself; a head the residents of her homes; a cadre those of his village; the station everybody."""
    scopes = access.scopes(user, "volunteer_application", "create")
    seen = Q(pk=user.person_id) if user.person_id and scopes else Q(pk__in=[])
    if "S" in scopes:
        seen |= Q(station_id=user.station_id)
    if "A" in scopes:
        homes = Home.objects.looked_after_by(user)
        seen |= Q(pk__in=Resident.objects.living_there().filter(home__in=homes).values("person"))
        seen |= Q(village__in=villages_of_cadre(user))
    return Person.objects.filter(seen, station_id=user.station_id)


def people_among(people, text: str):
    """Those of `people` whose name, pinyin or telephone is `text`."""
    text = text.strip()
    if text.isdigit():
        return people.filter(phone__endswith=text)
    return people.filter(name_key=text.lower()) if text.isascii() else people.filter(name=text)


def villages_to_apply_in(user):
    """Where one may put somebody forward: heads and cadres in their villages, residents in the person's own, the station in all."""
    villages = villages_of(user.station)
    if "S" in access.scopes(user, "volunteer_application", "create"):
        return villages
    own = Q(pk__in=HouseholdHead.objects.active().filter(user=user).values("village")) | Q(pk__in=villages_of_cadre(user))
    if user.person_id:
        own |= Q(pk=user.person.village_id)
    return villages.filter(own)


def volunteer_of(user) -> Volunteer | None:
    """The volunteer an account is, in whatever state."""
    if not user.person_id:
        return None
    return Volunteer.objects.filter(person=user.person_id).select_related("person", "village", "station").first()


def recommends_in(user):
    """The villages whose head an account is."""
    return HouseholdHead.objects.active().filter(user=user).values("village")


def waiting_for(user):
    """The applications that wait for this account's word: a head's to recommend, a cadre's to review; never one's own."""
    mine = Q(status=Status.APPLIED, village__in=recommends_in(user))
    mine |= Q(status=Status.RECOMMENDED, village__in=villages_of_cadre(user))
    waiting = Volunteer.objects.of_station_of(user).filter(mine)
    return waiting.exclude(person=user.person_id) if user.person_id else waiting


# Shifts


def with_places(shifts):
    """Shifts with the number of places taken."""
    return shifts.annotate(taken=Count("sign_ups", filter=Q(sign_ups__withdrawn_at__isnull=True)))


def shifts_to_come(user, at: datetime):
    """The coming shifts an account may see, the next one first, with places taken and whether one has a place there oneself."""
    mine = SignUp.objects.in_force().filter(shift=OuterRef("pk"), volunteer__person=user.person_id or 0)
    coming = with_places(Shift.objects.visible_to(user).coming(at)).annotate(mine=Exists(mine))
    return coming.select_related("village", "leader").order_by("starts_at", "id")


def sign_up_of(user, shift: Shift) -> SignUp | None:
    if not user.person_id:
        return None
    return SignUp.objects.in_force().filter(shift=shift, volunteer__person=user.person_id).first()


def manages(shift: Shift, user) -> bool:
    """Chief and officers manage every shift, an auxiliary the ones he leads (the matrix, shift.manage)."""
    return "S" in access.scopes(user, "shift", "manage") or shift.leader_id == user.pk


def leaders_of(station):
    """Who may lead a patrol of a station."""
    return User.objects.filter(
        is_active=True, station=station, memberships__role__in=(access.Role.OFFICER, access.Role.AUX_POLICE)
    ).distinct()


# Patrols


def under_way_of(user) -> Patrol | None:
    """The patrol an account leads now."""
    return Patrol.objects.under_way().filter(leader=user).select_related("village", "shift", "station").first()


def shifts_to_start(user, at: datetime):
    """The shifts an account leads that are not started yet, the next one first."""
    return (
        with_places(Shift.objects.of_station_of(user).coming(at).filter(leader=user, patrol__isnull=True))
        .select_related("village")
        .order_by("starts_at", "id")
    )


def is_on(patrol: Patrol, user) -> bool:
    """Whether an account goes along: it leads, or its person has a place in the patrol's shift or was written down."""
    if patrol.leader_id == user.pk:
        return True
    if not user.person_id:
        return False
    signed = SignUp.objects.in_force().filter(shift=patrol.shift_id, volunteer__person=user.person_id)
    there = Attendance.objects.filter(patrol=patrol, volunteer__person=user.person_id)
    return (patrol.shift_id is not None and signed.exists()) or there.exists()


def on_now(user):
    """The patrols under way on which an account is: as leader or with a place in the shift."""
    mine = Q(leader=user)
    if user.person_id:
        signed = SignUp.objects.in_force().filter(volunteer__person=user.person_id)
        mine |= Q(shift__in=signed.values("shift"))
    return Patrol.objects.of_station_of(user).under_way().filter(mine).select_related("village", "leader")


def present_by_default(patrol: Patrol):
    """The volunteers who signed up for the patrol's shift: the leader crosses out who did not come."""
    if patrol.shift_id is None:
        return Volunteer.objects.none()
    signed = SignUp.objects.in_force().filter(shift=patrol.shift_id).values("volunteer")
    return Volunteer.objects.filter(pk__in=signed, status=Status.ENROLLED)


def may_have_been_there(patrol: Patrol):
    """Whom the leader can tick: those signed up, then the enrolled volunteers of the village; never the leader himself."""
    there = Q(village=patrol.village_id) | Q(pk__in=present_by_default(patrol).values("pk"))
    found = Volunteer.objects.enrolled().filter(there, station=patrol.station_id).select_related("person")
    if patrol.leader.person_id:
        found = found.exclude(person=patrol.leader.person_id)
    return found.order_by("person__name_key", "pk")


def forgotten(user, at: datetime):
    """The patrols of a station that nobody ended for twelve hours, the oldest first."""
    late = Patrol.objects.of_station_of(user).under_way().filter(started_at__lt=at - FORGOTTEN_AFTER)
    return late.select_related("village", "leader").order_by("started_at")


# One's own record


@dataclass(frozen=True)
class Quarter:
    """What a volunteer did in the quarter of a day: for himself, compared with nobody."""

    begins: date
    times: int
    minutes: int

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)


def quarter_of(volunteer: Volunteer, at: datetime) -> Quarter:
    today = day_of(at)
    begins = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    found = volunteer.attendances.filter(patrol__started_at__gte=start_of(begins)).aggregate(
        times=Count("pk"), minutes=Sum("minutes")
    )
    return Quarter(begins, found["times"], found["minutes"] or 0)


def villages_led_by(user):
    """Where an officer or auxiliary starts a patrol without a shift: the villages he is posted to first, else all."""
    villages = villages_of(user.station)
    posted = villages.filter(pk__in=user.memberships.filter(unit__level=Unit.Level.VILLAGE).values("unit"))
    return posted if posted.exists() else villages
