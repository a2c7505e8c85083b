"""What each paper of a case says: one flat dict of plain texts and lists of them, the same for Word and PDF."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import pgettext

from shengkang.cases.agreements import agreement_in_force, last_day_for_confirmation, why_not_confirmed
from shengkang.cases.models import Agreement, DisputeCase, PaperTemplate, Party
from shengkang.cases.moves import Status
from shengkang.cases.papers import forms

Kind = PaperTemplate.Kind
# In this order they lie in the file, behind the cover.
ORDER = (
    Kind.COVER,
    Kind.REGISTER,
    Kind.APPLICATION,
    Kind.INQUIRY,
    Kind.SESSION,
    Kind.AGREEMENT,
    Kind.CONFIRMATION,
    Kind.FOLLOW_UP,
)
EMPTY_ROWS = 2  # in a list of which nothing is known, for the pen


@dataclass(frozen=True)
class Paper:
    """One sheet of the file: its kind, and the row of the case that it is about."""

    kind: str
    case: DisputeCase
    thing: Model
    day: date | None

    @property
    def name(self) -> str:
        """What it is called in addresses and file names: its kind and the key of its row, nobody's name."""
        return f"{self.kind}-{self.thing.pk}"

    @property
    def title(self) -> str:
        return forms.title(self.kind, self.case.procedure)


def papers_of(case: DisputeCase) -> list[Paper]:
    """Every paper that can be written now, in the order of the file. A paper whose facts are not there yet is left out."""
    kinds = ORDER[:2] if case.status == Status.REPORTED else ORDER
    return [Paper(kind, case, thing, day) for kind in kinds for thing, day in _things(case, kind)]


def paper_named(case: DisputeCase, name: str) -> Paper | None:
    return next((paper for paper in papers_of(case) if paper.name == name), None)


def _things(case, kind):
    match kind:
        case Kind.COVER | Kind.REGISTER:
            return [(case, _day(case.opened_at))]
        case Kind.APPLICATION:
            return [(each, _day(each.at)) for each in case.applications.select_related("party")]
        case Kind.INQUIRY:
            return [(each, _day(each.held_at)) for each in case.inquiries.select_related("by")]
        case Kind.SESSION:
            return [(each, _day(each.held_at)) for each in case.sessions.all()]
        case Kind.AGREEMENT:
            return [(each, each.effective_on) for each in case.agreements.all()]
        case Kind.CONFIRMATION:
            agreement = agreement_in_force(case)
            return [] if agreement is None or why_not_confirmed(agreement) else [(agreement, agreement.effective_on)]
        case Kind.FOLLOW_UP:
            done = case.follow_ups.filter(done_at__isnull=False).select_related("by").order_by("done_at")
            return [(each, _day(each.done_at)) for each in done]


def content_of(paper: Paper, at: datetime) -> dict[str, Any]:
    """The values of a paper, written on `at`. Every value is text, every list one of dicts of texts."""
    case = paper.case
    told = _common(case, at) | {"title": paper.title} | SAYS[paper.kind](case, paper.thing)
    sentences = [forms.filled(text, told) for text in forms.texts(paper.kind, case.procedure)]
    told |= {f"text_{no}": text for no, text in enumerate(sentences, start=1)}
    return {name: _clean(value) for name, value in told.items()}


def names_of(kind: str) -> dict[str, set[str] | None]:
    """What a template of `kind` may name: each value, and for a list the names inside one row (None for a plain text)."""
    return {name: set(value[0]) if isinstance(value, list) else None for name, value in sample(kind).items()}


def sample(kind: str) -> dict[str, Any]:
    """A content of `kind` in which every value is there, to try a template on."""
    lists = {part.list: part for part in forms.parts(kind) if isinstance(part, forms.Table)}
    told = dict.fromkeys((*COMMON, "title", *OWN[kind]), "示例")
    told |= {f"text_{no}": "示例" for no, _text in enumerate(forms.texts(kind, ""), start=1)}
    for name, keys in LISTS.items():
        if name == "parties" or name in lists:
            told[name] = [dict.fromkeys(keys, "示例") for _row in range(2)]
    return told


COMMON = (
    "no", "year", "status", "station", "village", "body", "category", "police_class", "channel", "scale", "procedure", "place",
    "story", "risk", "grade", "officer", "mediator", "case_name", "first", "second", "opened_at", "opened_on", "settled_on",
    "archived_on", "today", "began",
)  # fmt: skip
OWN = {
    Kind.COVER: (),
    Kind.REGISTER: (),
    Kind.APPLICATION: ("wishes",),
    Kind.INQUIRY: ("held_at", "where", "whom", "by", "record"),
    Kind.SESSION: ("held_at", "where", "mediators", "present_parties", "present", "record", "outcome"),
    Kind.AGREEMENT: ("facts", "terms", "form", "effective_on", "copies", "confirmation_hint"),
    Kind.CONFIRMATION: ("facts", "terms", "form", "effective_on", "copies", "confirmation_hint", "court"),
    Kind.FOLLOW_UP: ("due_on", "done_at", "by", "outcome", "note"),
}
PARTY = ("side", "name", "phone", "home", "id_number", "guardian", "guardian_phone")
LISTS = {
    "parties": PARTY,
    "applicants": PARTY,
    "respondents": PARTY,
    "contents": ("no", "title", "day", "pages"),
    "obligations": ("what", "who", "amount", "due_on", "performed"),
    "signatures": ("name", "role", "signed"),
}


def _common(case: DisputeCase, at: datetime) -> dict:
    parties = list(case.parties.select_related("home__village", "home__group"))
    first, second = (_names(parties, side) for side in (Party.Side.FIRST, Party.Side.SECOND))
    application = case.applications.order_by("pk").last()
    began = "" if application is None else forms.word("asked" if application.party_id else "offered")
    return {
        "no": case.no,
        "year": str(timezone.localtime(case.opened_at).year),
        "status": case.get_status_display(),
        "station": case.station.name,
        "village": case.village.name,
        "body": forms.body(case.procedure, village=case.village.name, station=case.station.name),
        "category": case.category.name,
        "police_class": case.police_class.name if case.police_class else "",
        "channel": case.get_channel_display(),
        "scale": case.get_scale_display(),
        "procedure": case.get_procedure_display(),
        "place": case.place or (str(case.address) if case.address else ""),
        "story": case.story,
        "risk": case.get_risk_display(),
        "grade": case.get_grade_display(),
        "officer": case.officer.name if case.officer else "",
        "mediator": case.mediator.name if case.mediator else "",
        "first": first,
        "second": second,
        "case_name": forms.word("case_name", first=first, second=second, category=case.category.name),
        "opened_at": moment(case.opened_at),
        "opened_on": day(_day(case.opened_at)),
        "settled_on": day(_day(case.settled_at)),
        "archived_on": day(_day(case.archived_at)),
        "today": day(_day(at)),
        "began": began,
        "parties": [_party(each) for each in parties] or _rows(PARTY),
    }


def _party(party: Party) -> dict:
    minor = forms.word("minor", guardian=party.guardian_name) if party.is_minor else ""
    return {
        "side": party.get_side_display(),
        "name": f"{party.name}{minor}",
        "phone": party.phone,
        "home": str(party.home) if party.home else "",
        # Opening a sealed number takes an approval of its own; the party writes it down, card in hand.
        "id_number": "",
        "guardian": party.guardian_name,
        "guardian_phone": party.guardian_phone,
    }


def _cover(case, _case):
    listed = [paper for paper in papers_of(case) if paper.kind != Kind.COVER]
    rows = [{"title": paper.title, "day": day(paper.day), "pages": ""} for paper in listed]
    rows += [
        {"title": forms.word("by_hand", title=forms.title(each.kind, case.procedure)), "day": day(_day(each.at)), "pages": ""}
        for each in case.filed_papers.order_by("at")
    ]
    rows.append({"title": forms.word("evidence"), "day": "", "pages": ""})
    return {"contents": [{"no": str(no), **row} for no, row in enumerate(rows, start=1)]}


def _application(case, application):
    parties = list(case.parties.select_related("home__village", "home__group"))
    asks = [each for each in parties if each.pk == application.party_id]
    others = [each for each in parties if each.side != Party.Side.OTHER and asks and each.side != asks[0].side]
    return {
        "applicants": [_party(each) for each in asks] or _rows(PARTY),
        "respondents": [_party(each) for each in others] or _rows(PARTY),
        "wishes": application.wishes,
        "began": forms.word("asked" if application.party_id else "offered"),
    }


def _inquiry(_case, inquiry):
    return {
        "held_at": moment(inquiry.held_at),
        "where": inquiry.place,
        "whom": inquiry.whom,
        "by": inquiry.by.name,
        "record": inquiry.record,
    }


def _session(_case, session):
    return {
        "held_at": moment(session.held_at),
        "where": session.place,
        "mediators": listed(each.name for each in session.mediators.all()),
        "present_parties": listed(each.name for each in session.parties.all()),
        "present": session.present,
        "record": session.record,
        "outcome": session.get_outcome_display(),
    }


def _agreement(case, agreement: Agreement):
    refused = why_not_confirmed(agreement)
    obligations = [
        {
            "what": owed.what,
            "who": owed.party.name if owed.party else "",
            "amount": "" if owed.amount is None else f"{owed.amount:,.2f}",
            "due_on": day(owed.due_on),
            "performed": forms.word("performed", day=owed.performed_on.isoformat()) if owed.performed_on else forms.word("owed"),
        }
        for owed in agreement.obligations.select_related("party")
    ]
    sides = case.parties.exclude(side=Party.Side.OTHER).count()
    return {
        "facts": agreement.facts,
        "terms": agreement.terms,
        "form": forms.word("oral") if agreement.oral else forms.title(Kind.AGREEMENT, case.procedure),
        "effective_on": day(agreement.effective_on),
        "copies": str(sides + 1),
        "confirmation_hint": "" if refused else forms.hint_of_confirmation(day(last_day_for_confirmation(agreement))),
        "obligations": obligations or _rows(LISTS["obligations"]),
        "signatures": _signatures(case, agreement),
    }


def _signatures(case, agreement) -> list[dict]:
    """Everybody who signs, with his signature or a place for it."""
    found = {(each.party_id, each.mediator_id): each for each in agreement.signatures.all()}
    rows = [
        (party.name, party.get_side_display(), found.pop((party.pk, None), None))
        for party in case.parties.exclude(side=Party.Side.OTHER)
    ]
    role = str(DisputeCase._meta.get_field("mediator").verbose_name)
    if case.mediator is not None:
        rows.append((case.mediator.name, role, found.pop((None, case.mediator_id), None)))
    # Others concerned, and a mediator who was there before.
    rows += [(str(each), each.party.get_side_display() if each.party else role, each) for each in found.values()]
    return [{"name": name, "role": role, "signed": _signed(signature)} for name, role, signature in rows]


def _signed(signature) -> str:
    return "" if signature is None else forms.word(f"signed_{signature.how}", day=day(_day(signature.at)))


def _confirmation(case, agreement):
    asked = getattr(agreement, "confirmation", None)
    return _agreement(case, agreement) | {"court": asked.court if asked else ""}


def _follow_up(_case, visit):
    return {
        "due_on": day(visit.due_on),
        "done_at": moment(visit.done_at),
        "by": visit.by.name,
        "outcome": visit.get_outcome_display(),
        "note": visit.note,
    }


SAYS = {
    Kind.COVER: _cover,
    Kind.REGISTER: lambda case, thing: {},
    Kind.APPLICATION: _application,
    Kind.INQUIRY: _inquiry,
    Kind.SESSION: _session,
    Kind.AGREEMENT: _agreement,
    Kind.CONFIRMATION: _confirmation,
    Kind.FOLLOW_UP: _follow_up,
}


def day(date) -> str:
    """2026年3月11日; empty where there is none."""
    return f"{date.year}年{date.month}月{date.day}日" if date else ""


def moment(at) -> str:
    local = timezone.localtime(at)
    return f"{day(local.date())}{local:%H:%M}"


def listed(names) -> str:
    return pgettext("list", ", ").join(names)


def _day(at):
    return timezone.localtime(at).date() if at else None


def _names(parties, side) -> str:
    return listed(each.name for each in parties if each.side == side) or forms.word("nobody")


def _rows(keys) -> list[dict]:
    return [dict.fromkeys(keys, "") for _row in range(EMPTY_ROWS)]


def _clean(value):
    """Without the control characters that neither Word nor PDF can hold; ends of lines stay."""
    if isinstance(value, list):
        return [{name: _clean(each) for name, each in row.items()} for row in value]
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each == "\n" or not unicodedata.category(each).startswith("C"))
