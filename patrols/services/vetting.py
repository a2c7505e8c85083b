"""自荐 → 百户长推荐 → 村干部评议 → 派出所审核: each voice is heard once, in this order, and nobody speaks for himself.

A voice is given by log-in, or by an officer from a signed paper: then `spoken_by` says who signed, and a photo of the paper hangs on
the step. What the station decides is decided by log-in only.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from households.models import HouseholdHead
from patrols.models import SignUp, VettingStep, Volunteer
from patrols.moves import MOVES, Status
from patrols.selectors import people_to_apply_for
from shengkang.attachments import services as attachments
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.notices import services as notices
from shengkang.organization import access
from shengkang.organization.access import Role
from shengkang.organization.life import Life
from shengkang.organization.models import Membership, Person, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import give_role, must_be_served

LIFE = Life(MOVES, Status, VettingStep, "volunteer")
# Who patrols at night answers for himself and is fit for it; completed years are not known, so the year decides in his favour.
YOUNGEST, OLDEST = 18, 65


class ApplicationRefused(RuleViolation):
    """The person cannot apply, or not now."""


class NotYourVoice(RuleViolation):
    """This opinion or decision is for somebody else to give."""


class PaperMissing(RuleViolation):
    """Entered from paper, but nobody signed, or there is no photo of the paper."""


# The voices


def _signed_paper(by: User, spoken_by: str, photos: Sequence) -> bool:
    """Whether this comes from a signed paper; then an officer enters it, with a name and a photo."""
    if not spoken_by.strip():
        return False
    if not access.may(by, "volunteer_application", "enter_from_paper"):
        raise NotYourVoice(_("Signed papers are entered by an officer. Bring the paper to the station."))
    if not photos:
        raise PaperMissing(_("Add a photo of the signed paper."))
    return True


def _must_not_be_his_own(volunteer: Volunteer, by: User, spoken_by: str) -> None:
    himself = by.person_id == volunteer.person_id and by.person_id is not None
    if himself or spoken_by.strip() == volunteer.person.name:
        raise NotYourVoice(_("Nobody gives an opinion about himself. Ask somebody else to do it."))


def _must_be_head(volunteer: Volunteer, by: User, spoken_by: str, on_paper: bool) -> None:
    heads = HouseholdHead.objects.active().filter(village=volunteer.village_id)
    if on_paper and heads.filter(user__name=spoken_by.strip()).exclude(user__person=volunteer.person_id).exists():
        return
    if not on_paper and heads.filter(user=by).exists():
        return
    raise NotYourVoice(_("A hundred-household head of the applicant's village recommends. Check the village and the name."))


def _must_be_cadre(volunteer: Volunteer, by: User, on_paper: bool) -> None:
    # A cadre may have no account, so the name on a paper is taken as it is signed.
    if not on_paper and not Membership.objects.filter(user=by, role=Role.VILLAGE_CADRE, unit=volunteer.village_id).exists():
        raise NotYourVoice(_("A cadre of the applicant's village reviews. Ask the village committee."))


def _must_be_another_voice(volunteer: Volunteer, by: User, spoken_by: str) -> None:
    """Who recommended does not review as well, though he may be both head and cadre."""
    last = volunteer.steps.filter(move="recommend").order_by("-no").first()
    if last and (last.spoken_by or last.by.name) == (spoken_by.strip() or by.name):
        raise NotYourVoice(_("Whoever recommended does not review as well. Another cadre of the village does it."))


def _must_be_chief(by: User) -> None:
    if not access.may(by, "volunteer_application", "decide"):
        raise NotYourVoice(_("The chief of the station decides. Wait for the decision."))


def _must_decide_now(volunteer: Volunteer, by: User, spoken_by: str, photos: Sequence) -> None:
    """Whose turn it is may decline; the chief may at any time."""
    _must_not_be_his_own(volunteer, by, spoken_by)
    on_paper = _signed_paper(by, spoken_by, photos)
    if not on_paper and access.may(by, "volunteer_application", "decide"):
        return
    if volunteer.status == Status.APPLIED:
        _must_be_head(volunteer, by, spoken_by, on_paper)
    elif volunteer.status == Status.RECOMMENDED:
        _must_be_cadre(volunteer, by, on_paper)
        _must_be_another_voice(volunteer, by, spoken_by)
    else:
        _must_be_chief(by)


def _must_be_fit(person: Person, village: Unit, by: User, at: datetime) -> None:
    if not people_to_apply_for(by).filter(pk=person.pk).exists():
        raise ApplicationRefused(_("You can apply for yourself, or for somebody you look after. Ask the station about others."))
    must_be_served(person.station, village)
    age = day_of(at).year - person.birth_year if person.birth_year else YOUNGEST
    if not YOUNGEST <= age <= OLDEST:
        raise ApplicationRefused(
            _(
                "Volunteers on patrol are between %(youngest)s and %(oldest)s years old. There are other ways to help: ask your head."
            )
            % {"youngest": YOUNGEST, "oldest": OLDEST}
        )


def _hang(step: VettingStep, volunteer: Volunteer, photos: Sequence, by: User, at: datetime) -> None:
    for photo in photos:
        attachments.attach(owner=step, station=volunteer.station, upload=photo, by=by, at=at)


def _tell(volunteer: Volunteer, step: VettingStep, at: datetime) -> None:
    """Tell the applicant what was decided; nobody is told what he did himself, and no reason reaches a lock screen."""
    to = User.objects.filter(person=volunteer.person_id, is_active=True).first()
    texts = {
        "apply": _("You were put forward as a volunteer. A head of your village gives an opinion next."),
        "recommend": _("You were recommended as a volunteer. The village committee gives its opinion next."),
        "review": _("The village supports your application as a volunteer. The station decides next."),
        "approve": _("You are a volunteer now. Thank you! Open the message to see coming shifts."),
        "decline": _("Your application as a volunteer was declined. Open the message to read why."),
        "leave": _("You are no longer listed as a volunteer. Thank you for your help."),
        "return": _("You were put forward as a volunteer. A head of your village gives an opinion next."),
    }
    if to and to.pk != step.by_id:
        notices.notify(
            to=to,
            kind="patrols.vetting",
            text=texts[step.move],
            key=f"volunteer:{volunteer.pk}:{step.no}",
            link=volunteer.get_absolute_url(),
            at=at,
        )


def _move(volunteer: Volunteer, move: str, *, by, at, note, spoken_by="", photos=(), changes=None) -> VettingStep:
    step = LIFE.move(volunteer, move, by=by, at=at, note=note, changes=changes, spoken_by=spoken_by.strip())
    _hang(step, volunteer, photos, by, at)
    _tell(volunteer, step, at)
    return step


# The verbs


@transaction.atomic
def apply(
    *, person: Person, village: Unit, motive: str, by: User, at: datetime, spoken_by: str = "", photos: Sequence = ()
) -> Volunteer:
    """自荐: a person wants to patrol in a village. A head or cadre may apply for somebody of hers, an officer for whom he knows.

    Age 18 to 65 by the year of birth, where the station knows it. Raises ApplicationRefused, UnitNotServed, NotYourVoice, PaperMissing.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    _must_be_fit(person, village, by, at)
    _signed_paper(by, spoken_by, photos)
    known = Volunteer.objects.filter(person=person).first()
    if known is not None:
        raise ApplicationRefused(
            _("This person has applied already; the state is “%(state)s”. Open the application to see what comes next.")
            % {"state": known.get_status_display()}
        )
    volunteer = Volunteer(station=person.station, village=village, person=person, motive=motive.strip(), applied_at=at)
    step = LIFE.begin(volunteer, "apply", by=by, at=at, note=motive, spoken_by=spoken_by.strip())
    _hang(step, volunteer, photos, by, at)
    _tell(volunteer, step, at)
    return volunteer


@transaction.atomic
def recommend(
    *, volunteer: Volunteer, opinion: str, by: User, at: datetime, spoken_by: str = "", photos: Sequence = ()
) -> VettingStep:
    """百户长推荐: a serving head of the applicant's village speaks for him. Raises NotYourVoice, PaperMissing, MoveRefused."""
    LIFE.lock(volunteer, "recommend", by)
    _must_not_be_his_own(volunteer, by, spoken_by)
    _must_be_head(volunteer, by, spoken_by, _signed_paper(by, spoken_by, photos))
    return _move(volunteer, "recommend", by=by, at=at, note=opinion, spoken_by=spoken_by, photos=photos)


@transaction.atomic
def review(
    *, volunteer: Volunteer, opinion: str, by: User, at: datetime, spoken_by: str = "", photos: Sequence = ()
) -> VettingStep:
    """村干部评议: a cadre of the village, another person than the one who recommended. Raises NotYourVoice, PaperMissing, MoveRefused."""
    LIFE.lock(volunteer, "review", by)
    _must_not_be_his_own(volunteer, by, spoken_by)
    _must_be_cadre(volunteer, by, _signed_paper(by, spoken_by, photos))
    _must_be_another_voice(volunteer, by, spoken_by)
    return _move(volunteer, "review", by=by, at=at, note=opinion, spoken_by=spoken_by, photos=photos)


@transaction.atomic
def approve(*, volunteer: Volunteer, by: User, at: datetime, note: str = "") -> VettingStep:
    """派出所审核: the chief enrols; an account that there is gets the role of a volunteer. Raises NotYourVoice, MoveRefused."""
    LIFE.lock(volunteer, "approve", by)
    _must_not_be_his_own(volunteer, by, "")
    _must_be_chief(by)
    step = _move(volunteer, "approve", by=by, at=at, note=note, changes={"enrolled_on": day_of(at)})
    account = User.objects.filter(person=volunteer.person_id).first()
    if account is not None:
        give_role(user=account, role=Role.VOLUNTEER, unit=volunteer.village, by=by, at=at)
    return step


@transaction.atomic
def decline(
    *, volunteer: Volunteer, reason: str, by: User, at: datetime, spoken_by: str = "", photos: Sequence = ()
) -> VettingStep:
    """Whoever's turn it is says no, with a reason that the applicant can read. Raises ApplicationRefused, NotYourVoice, PaperMissing,
    MoveRefused.
    """
    if not reason.strip():
        raise ApplicationRefused(_("Say why; the applicant reads it."))
    LIFE.lock(volunteer, "decline", by)
    _must_decide_now(volunteer, by, spoken_by, photos)
    return _move(volunteer, "decline", by=by, at=at, note=reason, spoken_by=spoken_by, photos=photos)


@transaction.atomic
def leave(
    *, volunteer: Volunteer, reason: str, by: User, at: datetime, spoken_by: str = "", photos: Sequence = ()
) -> VettingStep:
    """He leaves, or takes his application back: himself, or an officer for him. Shifts to come are given back; what was done stays.

    Raises NotYourVoice, PaperMissing, MoveRefused.
    """
    himself = by.person_id is not None and by.person_id == volunteer.person_id
    on_paper = _signed_paper(by, spoken_by, photos)
    if not (himself or on_paper or access.may(by, "volunteer_application", "enter_from_paper")):
        raise NotYourVoice(_("Volunteers leave by their own word. An officer can write it down for them."))
    step = _move(
        volunteer, "leave", by=by, at=at, note=reason, spoken_by=spoken_by, photos=photos, changes={"left_on": day_of(at)}
    )
    coming = SignUp.objects.in_force().filter(volunteer=volunteer, shift__starts_at__gt=at)
    given_back = coming.update(withdrawn_at=at)
    if given_back:
        audit.note_deed(verb="give_back_shifts", about=volunteer, by=by, at=at, detail={"shifts": given_back})
    account = User.objects.filter(person=volunteer.person_id).first()
    if account is not None:
        Membership.objects.filter(user=account, role=Role.VOLUNTEER).delete()
        if not account.memberships.exists():
            # Who has no other office is a resident of his village: he still reads his record and may apply again.
            give_role(user=account, role=Role.RESIDENT, unit=volunteer.village, by=by, at=at)
    return step


@transaction.atomic
def apply_again(
    *,
    volunteer: Volunteer,
    motive: str,
    by: User,
    at: datetime,
    village: Unit | None = None,
    spoken_by: str = "",
    photos: Sequence = (),
) -> VettingStep:
    """After a refusal or after leaving: the same way from its beginning, perhaps in another village.

    Raises ApplicationRefused, UnitNotServed, NotYourVoice, PaperMissing, MoveRefused.
    """
    LIFE.lock(volunteer, "return", by)
    village = village or volunteer.village
    _must_be_fit(volunteer.person, village, by, at)
    _signed_paper(by, spoken_by, photos)
    changes = {"village": village, "motive": motive.strip(), "applied_at": at, "enrolled_on": None, "left_on": None}
    return _move(volunteer, "return", by=by, at=at, note=motive, spoken_by=spoken_by, photos=photos, changes=changes)
