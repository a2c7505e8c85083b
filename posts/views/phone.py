"""A liaison's phone: one red button, what becomes of it, alarms near me, on duty or off, my posts. Everything works without JavaScript."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from posts import selectors, services, showing
from posts.forms import AlarmForm, PositionForm
from posts.models import Alarm, AlarmPoint, MemberUnit, SecurityPost
from posts.moves import OPEN
from shengkang.organization import access
from shengkang.organization import services as organization
from shengkang.organization.models import Presence
from shengkang.portal.pages import PhoneFormPage, PhonePage

ENDED_SHOWN = 10


def spots_of(user):
    """Where `user` usually stands: his posts first, then the alarm points he keeps himself, as (name of the argument, thing)."""
    posts = selectors.posts_served_by(user).order_by("name")
    points = AlarmPoint.objects.active().filter(
        installations__keeper=user, installations__active_to__isnull=True, station=user.station_id
    )
    return [("post", post) for post in posts] + [("point", point) for point in points.order_by("name")]


class RaiseAlarm(PhoneFormPage):
    """The one big red button."""

    access_line = ("alarm_event", "create")
    template_name = "posts/raise.html"
    form_class = AlarmForm
    verb = "raise_alarm"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"spots": spots_of(self.request.user)}

    def get_context_data(self, **kwargs):
        kinds = [
            {"value": value, "label": label, "icon": icon}
            for (value, label), icon in zip(Alarm.Kind.choices, ("bell", "people", "lock", "warning", "visit"), strict=True)
        ]
        return super().get_context_data(title=_("Raise an alarm"), first=kinds[0], kinds=kinds[1:], **kwargs)

    def act(self, cleaned, at):
        form_spots = {f"{name}-{thing.pk}": {name: thing} for name, thing in spots_of(self.request.user)}
        alarm = services.raise_alarm(
            kind=cleaned["kind"] or Alarm.Kind.HELP,
            source=Alarm.Source.PHONE,
            latitude=cleaned["latitude"],
            longitude=cleaned["longitude"],
            by=self.request.user,
            at=at,
            **form_spots.get(cleaned["spot"], {}),
        )
        return {"alarm": alarm.pk}

    def get_success_url(self):
        return reverse("posts:alarm", args=[self.result["alarm"]])


class AlarmPage(PhonePage, TemplateView):
    """One alarm on the phone, for the one who raised it and for those who go there. Refreshes itself while it is open."""

    access_line = ("alarm_event", "read")
    template_name = "posts/alarm.html"

    @cached_property
    def alarm(self):
        return get_object_or_404(selectors.with_responders(Alarm.objects.visible_to(self.request.user)), pk=self.kwargs["pk"])

    def get(self, request, *args, **kwargs):
        if request.GET.get("part") != "live":
            return super().get(request, *args, **kwargs)
        shown = self.shown()
        tag = quote_etag(shown["card"]["version"])
        unchanged = get_conditional_response(request, etag=tag)
        if unchanged is not None:
            return unchanged
        answer = HttpResponse(render_to_string("posts/alarm_live.html", shown, request=request))
        answer["ETag"] = tag
        answer["Cache-Control"] = "no-cache, private"
        return answer

    def shown(self):
        mine = self.alarm.raised_by_id == self.request.user.pk
        return {
            "card": showing.card(self.alarm, self.request.user, to_the_desk=False),
            "mine": mine,
            "number": self.alarm.pk,
            "received": showing.clock_time(self.alarm.received_at),
        }

    def get_context_data(self, **kwargs):
        shown = self.shown()
        return super().get_context_data(
            title=_("My alarm") if shown["mine"] else pgettext("phone", "Alarm"),
            live=self.alarm.status in OPEN,
            station=self.request.user.station,
            to_the_list=access.may(self.request.user, "alarm_event", "list"),
            **shown,
            **kwargs,
        )


class AlarmsNearMe(PhonePage, TemplateView):
    """What I was told of or raised myself: the open ones with one big button each, below them the last that ended."""

    access_line = ("alarm_event", "list")
    template_name = "posts/alarms.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        mine = selectors.with_responders(Alarm.objects.visible_to(user))
        ended = mine.exclude(status__in=OPEN).order_by("-received_at", "-pk")[:ENDED_SHOWN]
        return super().get_context_data(
            title=_("Alarms near me"),
            cards=[showing.card(alarm, user, to_the_desk=False) for alarm in mine.open().order_by("-received_at", "-pk")],
            ended=[
                {
                    "title": f"{alarm.get_kind_display()} · {showing.where(alarm)}",
                    "badge": alarm.get_code_display(),
                    "meta": timezone.localtime(alarm.received_at).strftime("%Y-%m-%d %H:%M"),
                    "url": reverse("posts:alarm", args=[alarm.pk]),
                }
                for alarm in ended
            ],
            on_duty=Presence.objects.filter(user=user).on_duty(timezone.now()).exists(),
            **kwargs,
        )


class Duty(PhoneFormPage):
    """On duty or off. One row says it; it is overwritten, and deleted at sign-off."""

    access_line = ("presence", "sign_on")
    template_name = "posts/duty.html"
    form_class = PositionForm
    verb = "presence"

    def act(self, cleaned, at):
        if cleaned["turn"] == "off":
            organization.sign_off(by=self.request.user, at=at)
        else:
            place = {name: cleaned[name] for name in ("latitude", "longitude")}
            if None in place.values():
                place = {}
            organization.sign_on(by=self.request.user, at=at, **place)
        return {}

    def get_success_url(self):
        return reverse("posts:duty")

    def get_context_data(self, **kwargs):
        at, mine = timezone.now(), Presence.objects.filter(user=self.request.user)
        presence = mine.on_duty(at).first()
        ran_out = mine.run_out(at).first()
        return super().get_context_data(
            title=_("On duty or off"),
            presence=presence,
            since=showing.clock_time(presence.on_duty_since)[:5] if presence else "",
            seen=showing.clock_time(presence.seen_at)[:5] if presence else "",
            until=showing.clock_time(presence.holds_until)[:5] if presence else "",
            ran_out=timezone.localtime(ran_out.holds_until).strftime("%Y-%m-%d %H:%M") if ran_out else "",
            placed=presence is not None and presence.latitude is not None,
            **kwargs,
        )


class MyPosts(PhonePage, TemplateView):
    """The posts I serve at, their gear, and whom to ring."""

    access_line = ("security_post", "list")
    template_name = "posts/mine.html"
    extra_context = {"title": gettext_lazy("My posts")}

    def get_context_data(self, **kwargs):
        user = self.request.user
        posts = SecurityPost.objects.visible_to(user).active().select_related("village").order_by("village__code", "name")
        units = MemberUnit.objects.visible_to(user).filter(left_on__isnull=True, post__in=posts).order_by("name")
        by_post: dict[int, list] = {}
        for unit in units:
            by_post.setdefault(unit.post_id, []).append(unit)
        return super().get_context_data(
            posts=[
                {
                    "post": post,
                    "facts": [
                        {"label": label, "value": value}
                        for label, value in (
                            (_("Kind"), post.get_kind_display()),
                            (_("Where"), post.place),
                            (_("Radius"), showing.metres(post.radius)),
                            (_("Gear"), post.gear),
                        )
                        if value
                    ],
                    "units": by_post.get(post.pk, []),
                }
                for post in posts
            ],
            **kwargs,
        )
