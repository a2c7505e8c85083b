"""Who is told what around the homes. No text names a person, a place or a story: it may reach a lock screen."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Model
from django.urls import reverse

from shengkang.notices import services as notices
from shengkang.notices.models import Notice
from shengkang.organization.access import Role
from shengkang.organization.models import Membership, Station, Unit, User


def page_for(user: User, thing: Model) -> str:
    """Where a user reads about a thing: on the desk, or on the phone."""
    if user.is_staff:
        return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])
    return thing.get_absolute_url()


def tell(users: Iterable[User], *, kind: str, text: str, key: str, about: Model, at: datetime) -> None:
    """One message to each of them, written as one set; once per key, however often it is asked for."""
    notices.notify_many(
        notices=[
            Notice(to=user, kind=kind, text=text, key=key, link=page_for(user, about), at=at, next_try_at=at) for user in users
        ]
    )


def chiefs_of(station: Station):
    return _holding(Role.STATION_CHIEF, station)


def officers_of(station: Station, village: Unit):
    """The officers and auxiliaries posted to a village; where nobody is, the officers of the whole station."""
    posted = Membership.objects.filter(unit=village, role__in=(Role.OFFICER, Role.AUX_POLICE), user__is_active=True)
    found = User.objects.filter(pk__in=posted.values("user"), station=station)
    return found if found.exists() else _holding(Role.OFFICER, station)


def _holding(role: str, station: Station):
    return User.objects.filter(pk__in=Membership.objects.filter(role=role, user__station=station).values("user"), is_active=True)
