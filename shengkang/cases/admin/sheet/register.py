"""What the page of a case says of its registration: possible duplicates, what was merged, what happened before, what settled others."""

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shengkang.cases import duplicates, relapse, selectors
from shengkang.cases.admin.sheet.tables import table
from shengkang.cases.moves import MOVES
from shengkang.organization import access


def sections(case, user, at) -> list[dict]:
    prefetch_related_objects([case], "parties")
    tables = [
        _duplicates(case, user) if case.status in MOVES["merge"].origins else None,
        _merged(case, user),
        _before(case, user, at),
        _settled(case, user, at),
    ]
    return [each for each in tables if each and each["rows"]]


def register_facts(case) -> list[dict]:
    """The facts a registration says beside category, place and story."""
    point = f"{case.latitude:.5f}, {case.longitude:.5f}" if case.latitude is not None else ""
    return [
        {"label": _("police class"), "value": case.police_class.name if case.police_class else ""},
        {"label": _("people involved"), "value": case.get_scale_display()},
        {"label": _("point on the map"), "value": point},
        {"label": _("number in the old ledger"), "value": case.ledger_no},
    ]


def parties(case) -> dict:
    """Each side, with the way to put it right while the case is open."""
    correctable = case.status in MOVES["correct"].origins
    columns = [pgettext("person", "name"), _("side"), _("telephone"), _("home address"), _("beside it")]
    rows = []
    for party in case.parties.select_related("home__village", "home__group"):
        more = [_("under 18") if party.is_minor else "", _("ID number on file") if party.id_number_index else ""]
        guardian = " ".join(filter(None, [party.guardian_name, party.guardian_phone]))
        more.append(_("guardian: %(who)s") % {"who": guardian} if guardian else "")
        row = [
            party.name,
            party.get_side_display(),
            {"text": party.phone, "url": f"tel:{party.phone}"},
            party.home or "",
            words(filter(None, more)),
        ]
        rows.append(row + ([{"text": _("correct"), "url": _correct(case, party)}] if correctable else []))
    return table(_("Parties"), [*columns, ""] if correctable else columns, rows)


def _correct(case, party) -> str:
    return f"{reverse('admin:cases_disputecase_correct_party', args=[case.pk])}?party={party.pk}"


def _link(case) -> dict:
    return {"text": case.no, "url": reverse("admin:cases_disputecase_change", args=[case.pk])}


def _day(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d")


def _state(case) -> dict:
    return {"text": case.get_status_display(), "tone": selectors.STATE_TONES.get(case.status, "")}


def words(several) -> str:
    return pgettext("list", ", ").join(str(each) for each in several)


def _duplicates(case, user):
    return table(
        _("Possible duplicates"),
        [_("case number"), _("category"), _("registered at"), _("state"), _("what speaks for it")],
        [
            (_link(each.case), each.case.category.name, _day(each.case.opened_at), _state(each.case), words(each.reasons))
            for each in duplicates.of_case(user, case)
        ],
    )


def _merged(case, user):
    merged = case.merged.visible_to(user).order_by("pk")
    into = [case.merged_into] if case.merged_into and _sees(user, case.merged_into) else []
    return table(
        _("Merged with"),
        [_("case number"), _("registered at"), _("state")],
        [(_link(each), _day(each.opened_at), _state(each)) for each in [*into, *merged]],
    )


def _sees(user, case) -> bool:
    return type(case).objects.visible_to(user).filter(pk=case.pk).exists()


def _before(case, user, at):
    """The last few; the page of the whole history is one click away."""
    found = relapse.history_of(user, case, at)
    shown = table(
        _("The same people or place in 12 months: %(count)s more") % {"count": len(found)},
        [_("case number"), _("registered at"), _("category"), _("state"), _("what ties them"), _("what was agreed")],
        [
            (
                _link(each.case),
                _day(each.case.opened_at),
                each.case.category.name,
                _state(each.case),
                words(each.ties),
                each.terms,
            )
            for each in found[-3:]
        ],
    )
    return shown | {
        "more_url": reverse("admin:cases_disputecase_relapses", args=[case.pk]),
        "more_label": _("Read it as one history"),
    }


def _settled(case, user, at):
    """For those who may mediate; what helped elsewhere is no matter of a list."""
    if case.status not in ("reported", "accepted", "mediating") or not access.may(user, "dispute", "mediate"):
        return None
    return table(
        _("What settled others like it"),
        [_("case number"), _("settled at"), _("text alike"), _("what was agreed")],
        [
            (
                _link(each.case),
                _day(each.case.settled_at),
                f"{round(100 * each.alike)} %",
                relapse.without_names(each.terms, each.case),
            )
            for each in relapse.settled_like(user, case, at)
        ],
    )
