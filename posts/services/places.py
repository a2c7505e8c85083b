"""Posts, those who serve at them, and the small disputes they settle on the spot."""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from posts.models import Liaison, SecurityPost
from posts.services.refusals import DayRefused, LiaisonRefused, NameTaken, NotYourPost, OutOfService, PlaceRefused, WrongStation
from shengkang.attachments import services as attachments
from shengkang.audit import services as audit
from shengkang.cases import services as cases
from shengkang.cases.models import Category, DisputeCase, Party
from shengkang.organization import access
from shengkang.organization.access import Role
from shengkang.organization.models import Membership, Station, Unit, User
from shengkang.organization.selectors import day_of
from shengkang.organization.services import must_be_served


def must_not_lie_ahead(day: date, at: datetime) -> None:
    """Who serves and what stands where today is read from the open end of a term, so nothing is entered ahead. Raises DayRefused."""
    if day > day_of(at):
        raise DayRefused(_("This day lies ahead. Enter it on the day itself."))


def must_be_on_earth(latitude: float | None, longitude: float | None) -> None:
    """Degrees of WGS 84, both or none. Raises PlaceRefused."""
    if (latitude is None) != (longitude is None):
        raise PlaceRefused(_("Give both latitude and longitude, or neither."))
    if latitude is not None and not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise PlaceRefused(_("This position is not on earth. Latitude comes first, for example 32.13 and 111.56."))


@contextmanager
def named_once(constraint: str):
    """The database refuses a second row of the same name, also when two people enter it at the same moment. Raises NameTaken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint not in str(error):
            raise
        raise NameTaken(_("This is in the inventory already. Search for it, or choose another name or number.")) from error


@transaction.atomic
def open_post(
    *,
    station: Station,
    village: Unit,
    name: str,
    kind: str,
    place: str,
    active_from: date,
    by: User,
    at: datetime,
    latitude: float | None = None,
    longitude: float | None = None,
    radius: int = 100,
    gear: str = "",
    phone: str = "",
) -> SecurityPost:
    """Open a post that answers for the ground within `radius` metres (20 to 2000). Raises UnitNotServed, DayRefused, PlaceRefused, NameTaken."""
    must_be_served(station, village)
    must_not_lie_ahead(active_from, at)
    must_be_on_earth(latitude, longitude)
    if not 20 <= radius <= 2000:
        raise PlaceRefused(_("The radius lies between 20 and 2000 metres: the ground one can walk."))
    with named_once("post_named_once"):
        post = SecurityPost.objects.create(
            station=station,
            village=village,
            name=name.strip(),
            kind=kind,
            place=place.strip(),
            latitude=latitude,
            longitude=longitude,
            radius=radius,
            gear=gear.strip(),
            phone=phone.strip(),
            active_from=active_from,
        )
    audit.note_deed(verb="open_post", about=post, by=by, at=at)
    return post


@transaction.atomic
def close_post(*, post: SecurityPost, on: date, by: User, at: datetime) -> SecurityPost:
    """Take a post out of service from a day on; its liaisons' terms end with it. Closing twice is the first closing. Raises DayRefused."""
    post = SecurityPost.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if post.active_to is None:
        must_not_lie_ahead(on, at)
        if on < post.active_from:
            raise DayRefused(_("A post does not close before it was opened. Check the day."))
        for liaison in post.liaisons.in_force():
            end_liaison(liaison=liaison, on=max(on, liaison.active_from), by=by, at=at)
        post.active_to = on
        post.save(update_fields=["active_to"])
        audit.note_deed(verb="close_post", about=post, by=by, at=at)
    return post


@transaction.atomic
def appoint_liaison(*, post: SecurityPost, user: User, from_day: date, by: User, at: datetime) -> Liaison:
    """Let an account serve at a post from a day on; the role comes with it. Raises WrongStation, OutOfService, LiaisonRefused, DayRefused."""
    post = SecurityPost.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if user.station_id != post.station_id:
        raise WrongStation(_("%(name)s works for another station. Choose somebody of this station.") % {"name": user.name})
    if post.active_to is not None:
        raise OutOfService(_("This post is out of service. Choose another one."))
    if not user.is_active:
        raise LiaisonRefused(_("This account may not log in. Mend the account first."))
    must_not_lie_ahead(from_day, at)
    if from_day < post.active_from:
        raise DayRefused(_("Nobody serves before the post was opened. Choose a later day."))
    if post.liaisons.in_force().filter(user=user).exists():
        raise LiaisonRefused(_("This person serves at the post already."))
    liaison = Liaison.objects.create(post=post, user=user, active_from=from_day)
    Membership.objects.get_or_create(user=user, role=Role.POST_LIAISON, unit=post.village)
    audit.note_deed(verb="appoint_liaison", about=liaison, by=by, at=at)
    return liaison


@transaction.atomic
def end_liaison(*, liaison: Liaison, on: date, by: User, at: datetime) -> Liaison:
    """End a service on a day; the role goes with the last post in that village. Ending twice is the first ending. Raises DayRefused."""
    liaison = Liaison.objects.select_for_update(of=("self",)).select_related("post").get(pk=liaison.pk)
    if liaison.active_to is not None:
        return liaison
    must_not_lie_ahead(on, at)
    if on < liaison.active_from:
        raise DayRefused(_("The service cannot end before it began. Choose a later day."))
    liaison.active_to = on
    liaison.save(update_fields=["active_to"])
    village = liaison.post.village_id
    if not Liaison.objects.in_force().filter(user=liaison.user_id, post__village=village).exists():
        Membership.objects.filter(user=liaison.user_id, role=Role.POST_LIAISON, unit=village).delete()
    audit.note_deed(verb="end_liaison", about=liaison, by=by, at=at)
    return liaison


@transaction.atomic
def settle_small_dispute(
    *,
    post: SecurityPost,
    category: Category,
    story: str,
    terms: str,
    by: User,
    at: datetime,
    first: str = "",
    second: str = "",
    photos: Sequence = (),
    answers: Mapping[str, bool] | None = None,
) -> DisputeCase:
    """A small dispute at a post, settled there in one verb: the case is opened and settled, `by` has mediated it.

    `first` and `second` name the two sides, as far as they gave a name; `answers` are those of the procedure gate.
    Raises NotYourPost, OutOfService, attachments.services.FileRefused, and what cases.services.settle_on_the_spot raises.
    """
    if post.active_to is not None:
        raise OutOfService(_("This post is out of service. Choose another one."))
    serves = post.liaisons.in_force().filter(user=by).exists()
    works_at_the_desk = by.station_id == post.station_id and "S" in access.scopes(by, "security_post", "read")
    if not serves and not works_at_the_desk:
        raise NotYourPost(_("You do not serve at this post. Choose yours, or ask your officer to appoint you."))
    sides = ((Party.Side.FIRST, first), (Party.Side.SECOND, second))
    case = cases.settle_on_the_spot(
        station=post.station,
        village=post.village,
        category=category,
        channel=DisputeCase.Channel.POST,
        story=story,
        terms=terms,
        place=post.name,
        parties=[cases.PartyDetails(side=side, name=name.strip()) for side, name in sides if name.strip()],
        by=by,
        at=at,
        answers=answers,
    )
    for photo in photos:
        attachments.attach(owner=case, station=case.station, upload=photo, by=by, at=at)
    return case
