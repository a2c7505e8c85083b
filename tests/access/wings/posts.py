"""Posts: a near one that the liaison serves at and a far one of a colleague; an alarm that each role was told of, and one it was not."""

from django.utils import timezone

from posts import services
from posts.models import AlarmPoint, Camera, MemberUnit, Response, SecurityPost, Vehicle
from tests.access.ground import ELSEWHERE
from tests.access.trio import by_role, of_place


def _inventory(place, village, liaison, mark, name, at):
    """One of everything at a village."""
    day, by, station = timezone.localdate(at), place.station_chief, place.station
    post = SecurityPost.objects.create(
        station=station, village=village, name=f"{mark}{name}岗", kind="shop", place=mark, gear=mark, active_from=day
    )
    service = services.appoint_liaison(post=post, user=liaison, from_day=day, by=by, at=at)
    point = AlarmPoint.objects.create(station=station, kind="mobile", name=f"{mark}{name}点", post=post)
    vehicle = Vehicle.objects.create(station=station, kind="taxi", plate=f"{mark}{name}"[:12], line=mark)
    device, _secret = services.register_device(station=station, kind="vehicle", serial=f"{mark}{name}{station.pk}", by=by, at=at)
    installation = services.install(
        point=point, from_day=day, device=device, vehicle=vehicle, keeper=place.household_head, by=by, at=at
    )
    unit = MemberUnit.objects.create(
        station=station, village=village, post=post, name=f"{mark}{name}店", kind="shop", contact=mark
    )
    camera = Camera.objects.create(station=station, village=village, code=f"{mark}{name}", place=mark)
    return {
        "securitypost": post,
        "liaison": service,
        "alarmpoint": point,
        "vehicle": vehicle,
        "device": device,
        "installation": installation,
        "memberunit": unit,
        "camera": camera,
    }


def lay(place, at) -> None:
    mark = "街口" if place.station.name.endswith("1") else ELSEWHERE.text
    near, far = place.villages
    made = _inventory(place, near, place.post_liaison, mark, "近", at)
    made |= {
        f"far_{name}": thing for name, thing in _inventory(place, far, place.colleague["post_liaison"], mark, "远", at).items()
    }
    for name, thing in made.items():
        setattr(place, f"posts_{name}", thing)

    def call():
        return services.raise_alarm(kind="help", source="desk", place=mark, text=mark, by=place.colleague["officer"], at=at)

    place.alarms = {role: call() for role, user in place.users.items() if user.roles}
    Response.objects.bulk_create(
        Response(alarm=alarm, user=place.users[role], told_at=at) for role, alarm in place.alarms.items()
    )
    place.far_alarm = call()


THINGS = ["securitypost", "liaison", "alarmpoint", "vehicle", "device", "installation", "memberunit", "camera"]
BUILDERS = {name: of_place(f"posts_{name}", f"posts_far_{name}") for name in THINGS} | {"alarm": by_role("alarms", "far_alarm")}
