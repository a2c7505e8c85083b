"""The alarm board of the station's desk: a list and a map that show a new alarm within two seconds.

The page asks each second; as long as nothing has changed the answer is 304 and costs a handful of small queries.
"""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from posts import mapping, selectors, showing
from posts.models import Alarm
from shengkang.organization import access
from shengkang.organization.models import Presence


class AtTheBoard(LoginRequiredMixin):
    """For those who keep the board; it does not exist for anybody else."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            access.require(request.user, "alarm_board", "read")
            self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)


def on_duty(user, at):
    """Who of the station is on duty now, as far as `user` may see it, the last heard first."""
    if not access.may(user, "gps_live", "read"):
        return Presence.objects.none()
    return Presence.objects.visible_to(user).on_duty(at).select_related("user").order_by("-seen_at", "pk")


def people_on_duty(user, at) -> list[dict]:
    return [
        {
            "pk": each.user_id,
            "name": each.user.name,
            "role": ", ".join(sorted(str(access.Role(role).label) for role in each.user.roles)),
            "phone": each.user.phone,
            "since": showing.clock_time(each.on_duty_since)[:5],
            "seen": showing.clock_time(each.seen_at)[:5],
            "place": [each.latitude, each.longitude]
            if each.latitude is not None and each.seen_at >= at - selectors.FRESH
            else None,
        }
        for each in on_duty(user, at).prefetch_related("user__memberships")
    ]


def version_of(user, at) -> str:
    """Changes whenever the board would: four small queries."""
    alarms = selectors.newest_change(user, at)
    people = list(on_duty(user, at).values_list("user", "seen_at", "latitude", "longitude"))
    stale = sum(seen < at - selectors.FRESH for _user, seen, _latitude, _longitude in people)
    return showing.fingerprint(alarms, people, stale, sorted(user.roles), user.pk)


def contents(user, at) -> dict:
    """Everything that changes on the board."""
    alarms = selectors.board_of(user, at)
    cards = [showing.card(alarm, user, to_the_desk=True) for alarm in alarms]
    now_open = sorted((each for each in cards if each["open"]), key=lambda each: (not each["waiting"], -each["pk"]))
    duty = people_on_duty(user, at)
    return {
        "open_cards": now_open,
        "waiting": sum(each["waiting"] for each in now_open),
        "closed_cards": [each for each in cards if not each["open"]],
        "duty": duty,
        "duty_version": showing.fingerprint([(each["name"], each["role"], each["seen"]) for each in duty]),
        "codes": [choice for choice in Alarm.Code.choices if choice[0] != Alarm.Code.DISPUTE],
        "hours": int(selectors.STAYS_ON_THE_BOARD.total_seconds() // 3600),
    }


class Board(AtTheBoard, TemplateView):
    template_name = "posts/board.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        # The version first: what happens in between is then asked for once more.
        version, shown = version_of(user, self.at), contents(user, self.at)
        return super().get_context_data(
            title=_("Alarm board"),
            version=version,
            moving=mapping.moving_layers(shown["open_cards"], shown["duty"]),
            standing=mapping.standing_layers(user),
            may_take_a_call=access.may(user, "alarm_event", "create"),
            ago=showing.ago_words(),
            now=self.at,
            login_url=f"{reverse('login')}?next={self.request.path}",
            **shown,
            **kwargs,
        )


class BoardData(AtTheBoard, View):
    """The changing part as HTML, the moving part of the map, and two numbers; 304 while nothing changes."""

    def get(self, request):
        tag = quote_etag(version_of(request.user, self.at))
        # The helper compares and answers; it gives back the response it is given where the tags differ.
        unchanged = get_conditional_response(request, etag=tag, response=None)
        if unchanged is not None:
            return unchanged
        shown = contents(request.user, self.at)
        answer = JsonResponse(
            {
                "html": render_to_string("posts/board_list.html", shown, request=request),
                "moving": mapping.moving_layers(shown["open_cards"], shown["duty"]),
                "open": len(shown["open_cards"]),
                "waiting": shown["waiting"],
                "now": self.at.isoformat(),
            }
        )
        answer["ETag"] = tag
        answer["Cache-Control"] = "no-cache, private"
        return answer
