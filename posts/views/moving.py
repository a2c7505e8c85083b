"""One press, one move of an alarm: from the board by script, from the phone by a plain form."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from posts import services
from posts.models import Alarm
from shengkang.audit import services as audit
from shengkang.errors import RuleViolation
from shengkang.organization import access
from shengkang.portal.pages import PhonePage


class MoveAlarm(PhonePage, View):
    """Makes one call. The board's script gets JSON, a plain form goes back to the page it came from."""

    http_method_names = ["post"]
    access_line = ("alarm_event", "read")
    action: str
    verb: str
    done: str

    def post(self, request, pk):
        alarm = get_object_or_404(Alarm.objects.visible_to(request.user), pk=pk)
        access.require(request.user, "alarm_event", self.action, sees=True)
        at = timezone.now()
        told = self.told(request)
        try:
            audit.once(
                by=request.user,
                verb=f"alarm {self.verb}",
                key=request.POST.get("key", "") or f"{pk}-{at.isoformat()}",
                body={"alarm": pk, **told},
                at=at,
                do=lambda: self.act(alarm, request.user, at, told),
            )
        except RuleViolation as refusal:
            return self.answer(alarm, str(refusal))
        return self.answer(alarm, "")

    def told(self, request) -> dict:
        """What was said with the press."""
        return {}

    def act(self, alarm, by, at, told) -> dict:
        raise NotImplementedError

    def answer(self, alarm, refused):
        if "application/json" in self.request.headers.get("Accept", ""):
            return JsonResponse({"refused": refused}, status=409) if refused else JsonResponse({"done": str(self.done)})
        if refused:
            messages.error(self.request, refused)
        else:
            messages.success(self.request, self.done)
        to_the_board = self.request.POST.get("back") == "board" and access.may(self.request.user, "alarm_board", "read")
        return redirect("posts:board") if to_the_board else redirect("posts:alarm", alarm.pk)


class Acknowledge(MoveAlarm):
    action, verb = "acknowledge", "acknowledge"
    done = gettext_lazy("Acknowledged. Everyone who was told can see it.")

    def act(self, alarm, by, at, told):
        services.acknowledge_alarm(alarm=alarm, by=by, at=at)
        return {}


class Depart(MoveAlarm):
    action, verb = "respond", "depart"
    done = gettext_lazy("Written down: you are on your way.")

    def act(self, alarm, by, at, told):
        services.depart(alarm=alarm, by=by, at=at)
        return {}


class Arrive(MoveAlarm):
    action, verb = "respond", "arrive"
    done = gettext_lazy("Written down: you are on the spot.")

    def act(self, alarm, by, at, told):
        services.arrive(alarm=alarm, by=by, at=at)
        return {}


class Close(MoveAlarm):
    """Closes with a code. A dispute case is opened at the desk, so that code is not taken here."""

    action, verb = "close", "close"
    done = gettext_lazy("Closed.")

    def told(self, request):
        return {"code": request.POST.get("code", ""), "note": request.POST.get("note", "").strip()[:500]}

    def act(self, alarm, by, at, told):
        if told["code"] not in Alarm.Code.values:
            raise HowItEnded(_("Choose how it ended."))
        services.close_alarm(alarm=alarm, by=by, at=at, **told)
        return {}


class HowItEnded(RuleViolation):
    """An alarm is closed without saying how it ended."""
