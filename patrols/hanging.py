"""What patrols hang in other rooms: who may see papers and photos, tiles on the phone, panels on the desk's front page."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols import selectors
from patrols.models import Finding, VettingStep, Volunteer
from patrols.moves import Status
from patrols.services import LEADERS
from shengkang.attachments import nails as attachment_nails
from shengkang.organization import access, panels
from shengkang.organization.selectors import day_of
from shengkang.portal.nails import Shelf, Tile, hang

FIRST_ROWS = 5


def _patrols_on_the_phone(user) -> bool:
    return not user.is_staff


def _is_volunteer(user) -> bool:
    return access.Role.VOLUNTEER in user.roles


def _walks_along(user) -> bool:
    return _patrols_on_the_phone(user) and not _is_volunteer(user)


def _gives_opinions(user) -> bool:
    return bool(access.scopes(user, "volunteer_application", "list") & {"A"}) and not user.is_staff


def _is_no_volunteer_yet(user) -> bool:
    volunteer = selectors.volunteer_of(user)
    return bool(user.person_id) and not _gives_opinions(user) and (volunteer is None or volunteer.status != Status.ENROLLED)


def _leads(user) -> bool:
    return bool(user.roles & set(LEADERS))


def needs_a_hand(user, at) -> list[dict]:
    """For the desk's front page: whom the chief has to decide about, and patrols that nobody ended."""
    shown = []
    if access.may(user, "volunteer_application", "decide"):
        waiting = Volunteer.objects.visible_to(user).filter(status=Status.REVIEWED).order_by("applied_at", "pk")
        shown.append(
            {
                "title": _("Volunteers to approve"),
                "count": waiting.count(),
                "url": f"{reverse('admin:patrols_volunteer_changelist')}?hand=approve",
                "rows": [
                    {
                        "label": f"{each.person} · {each.village}",
                        "url": reverse("admin:patrols_volunteer_change", args=[each.pk]),
                        "meta": _("applied on %(day)s") % {"day": day_of(each.applied_at).isoformat()},
                    }
                    for each in waiting.select_related("person", "village")[:FIRST_ROWS]
                ],
                "empty_text": _("Nobody is waiting for a decision."),
                "tone": "warn",
                "icon": "people",
            }
        )
    if "S" in access.scopes(user, "shift", "manage"):
        late = selectors.forgotten(user, at)
        shown.append(
            {
                "title": _("Patrols nobody ended"),
                "count": late.count(),
                "url": f"{reverse('admin:patrols_patrol_changelist')}?hand=forgotten",
                "rows": [
                    {
                        "label": f"{each.get_kind_display()} · {each.village}",
                        "url": reverse("admin:patrols_patrol_change", args=[each.pk]),
                        "meta": f"{each.leader} · {timezone.localtime(each.started_at):%Y-%m-%d %H:%M}",
                    }
                    for each in late[:FIRST_ROWS]
                ],
                "empty_text": _("Every patrol was ended."),
                "tone": "warn",
                "icon": "patrol",
            }
        )
    return shown


def hang_everything() -> None:
    attachment_nails.hang("patrols.vettingstep", lambda user: VettingStep.objects.visible_to(user))
    attachment_nails.hang("patrols.finding", lambda user: Finding.objects.visible_to(user))
    panels.hang("patrols", needs_a_hand, order=40)
    hang(
        Tile(
            key="patrols.lead",
            title=gettext_lazy("Lead a patrol"),
            hint=gettext_lazy("Start, report, and end it"),
            icon="patrol",
            url_name="patrols:lead",
            access_line=("patrol", "start_end"),
            offered=_leads,
            order=15,
        )
    )
    # A button for volunteers; a head who walks along finds it on top while a patrol of hers is on, and further down otherwise.
    for key, offered, shelf in (("patrols.shifts", _is_volunteer, Shelf.DO), ("patrols.shifts-too", _walks_along, Shelf.WAIT)):
        hang(
            Tile(
                key=key,
                title=gettext_lazy("Patrol shifts"),
                hint=gettext_lazy("Coming ones, and where I am signed up"),
                icon="calendar",
                url_name="patrols:shifts",
                access_line=("shift", "list"),
                offered=offered,
                count=lambda user: selectors.on_now(user).count(),
                order=16,
                shelf=shelf,
            )
        )
    hang(
        Tile(
            key="patrols.record",
            title=gettext_lazy("My patrols"),
            hint=gettext_lazy("Times and hours, and what I found"),
            icon="patrol",
            url_name="patrols:record",
            access_line=("patrol", "list"),
            offered=_patrols_on_the_phone,
            order=62,
            shelf=Shelf.LOOK,
        )
    )
    hang(
        Tile(
            key="patrols.waiting",
            title=gettext_lazy("Volunteers"),
            hint=gettext_lazy("Who waits for my opinion"),
            icon="people",
            url_name="patrols:waiting",
            access_line=("volunteer_application", "list"),
            offered=_gives_opinions,
            count=lambda user: selectors.waiting_for(user).count(),
            order=45,
            shelf=Shelf.WAIT,
        )
    )
    hang(
        Tile(
            key="patrols.volunteer",
            title=gettext_lazy("Become a volunteer"),
            hint=gettext_lazy("Two or three evenings a month in your village"),
            icon="people",
            url_name="patrols:mine",
            access_line=("volunteer_application", "create"),
            offered=_is_no_volunteer_yet,
            order=70,
            shelf=Shelf.LOOK,
        )
    )
