"""What people around alarms press on the phone's front page, and what waits at the desk."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from posts import showing
from posts.models import Alarm, Liaison, Response
from posts.moves import OPEN
from posts.services.dispatch import ANSWERS
from shengkang.organization import access, panels
from shengkang.organization.models import Presence
from shengkang.portal.nails import Shelf, Tile, hang

SHOWN_AT_THE_DESK = 5


def is_liaison(user) -> bool:
    return Liaison.objects.in_force().filter(user=user).exists()


def answers(user) -> bool:
    """Whether `user` is among those who are told first."""
    return not user.roles.isdisjoint(ANSWERS)


def duty_ran_out(user) -> bool:
    return answers(user) and Presence.objects.filter(user=user).run_out(timezone.now()).exists()


def may_be_told(user) -> bool:
    return answers(user) or Response.objects.filter(user=user).exists()


def open_near(user) -> int:
    """How many open alarms `user` was told of."""
    return Response.objects.filter(user=user, alarm__status__in=OPEN).count()


hang(
    Tile(
        key="posts.alarm",
        title=gettext_lazy("Raise an alarm"),
        hint=gettext_lazy("One press calls everyone near you"),
        icon="bell",
        url_name="posts:raise",
        access_line=("alarm_event", "create"),
        order=0,
        tone="danger",
    )
)
hang(
    Tile(
        key="posts.dispute",
        title=gettext_lazy("Settle a small dispute"),
        hint=gettext_lazy("Half a minute, done"),
        icon="report",
        url_name="posts:dispute",
        access_line=("security_post", "list"),
        offered=is_liaison,
        order=12,
    )
)
hang(
    Tile(
        key="posts.alarms",
        title=gettext_lazy("Alarms near me"),
        hint=gettext_lazy("What I was told of"),
        icon="warning",
        url_name="posts:alarms",
        access_line=("alarm_event", "list"),
        count=open_near,
        shelf=Shelf.WAIT,
        offered=may_be_told,
        order=46,
    )
)
hang(
    Tile(
        key="posts.duty",
        title=gettext_lazy("On duty or off"),
        hint=gettext_lazy("Then alarms near you reach you first"),
        icon="clock",
        url_name="posts:duty",
        access_line=("presence", "sign_on"),
        offered=answers,
        order=47,
    )
)
# Who forgot to sign off, or on again, is told so where he looks first.
hang(
    Tile(
        key="posts.duty-ran-out",
        title=gettext_lazy("You are no longer on duty"),
        hint=gettext_lazy("Sign on again, or off"),
        icon="clock",
        url_name="posts:duty",
        access_line=("presence", "sign_on"),
        offered=duty_ran_out,
        count=lambda user: 1,
        shelf=Shelf.WAIT,
        order=1,
    )
)
hang(
    Tile(
        key="posts.mine",
        title=gettext_lazy("My posts"),
        hint=gettext_lazy("Gear, units, telephones"),
        icon="station",
        url_name="posts:mine",
        access_line=("security_post", "list"),
        offered=is_liaison,
        order=48,
        shelf=Shelf.LOOK,
    )
)
hang(
    Tile(
        key="posts.board",
        title=gettext_lazy("Alarm board"),
        hint=gettext_lazy("List and map, always up to date"),
        icon="list",
        url_name="posts:board",
        access_line=("alarm_board", "read"),
        order=49,
        shelf=Shelf.LOOK,
    )
)


def needs_a_hand(user, at) -> list[dict]:
    """The open alarms on the desk's front page; the whole list is the board."""
    if not access.may(user, "alarm_board", "read"):
        return []
    alarms = Alarm.objects.visible_to(user).open().select_related("village", "point", "post")
    shown = list(alarms.order_by("-received_at", "-pk")[:SHOWN_AT_THE_DESK])
    return [
        {
            "title": _("Open alarms"),
            "count": alarms.count() if shown else 0,
            "url": reverse("posts:board"),
            "tone": "bad",
            "icon": "bell",
            "empty_text": _("All is quiet."),
            "rows": [
                {
                    "label": f"{alarm.get_kind_display()} · {showing.where(alarm)}",
                    "url": reverse("admin:posts_alarm_change", args=[alarm.pk]),
                    "meta": timezone.localtime(alarm.received_at).strftime("%H:%M"),
                    "badge": alarm.get_status_display(),
                    "tone": showing.STATE_TONES[alarm.status],
                }
                for alarm in shown
            ],
        }
    ]


panels.hang("posts", needs_a_hand, order=5)
