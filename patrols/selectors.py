"""Questions about volunteers, shifts and patrols."""

from datetime import timedelta

from django.db.models import Q

from households.models import Home, Resident
from households.models.heads import villages_of_cadre
from patrols.models import Patrol, SignUp, Volunteer
from patrols.moves import Status
from shengkang.organization import access
from shengkang.organization.models import Person

# A patrol that nobody ended in this time was forgotten: somebody then says when it truly ended.
FORGOTTEN_AFTER = timedelta(hours=12)


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


def present_by_default(patrol: Patrol):
    """The volunteers who signed up for the patrol's shift: the leader crosses out who did not come."""
    if patrol.shift_id is None:
        return Volunteer.objects.none()
    signed = SignUp.objects.in_force().filter(shift=patrol.shift_id).values("volunteer")
    return Volunteer.objects.filter(pk__in=signed, status=Status.ENROLLED)
