"""Questions about deeds and evaluations: whom and what one may choose, sums of a period, and what is told to the public."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from points import scoring
from points.models import Deed, EvaluationPeriod, Rule, ScoreLine
from points.models.tariff import people_within
from shengkang.organization.models import Consent, Person


@dataclass
class Item:
    """One rule of one person in a publication: how often, and how many points."""

    rule: str
    times: int
    points: int


@dataclass
class PublishedPerson:
    """One line of the publication; `name` is whole only with the person's consent."""

    person_id: int
    name: str
    village: str
    base: int = 0
    bonus: int = 0
    items: list[Item] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.base + self.bonus


def publication_of(period: EvaluationPeriod, *, village=None) -> list[PublishedPerson]:
    """People with their sums, by village and name; in two queries whatever the number of people.

    Names only of those who consented to publication, others as 张*. Confidential rules, first reports (a reporter must not fear his
    neighbours) and deeds in protected cases are only 保密事项 with their points.
    """
    lines = ScoreLine.objects.filter(period=period)
    if village is not None:
        lines = lines.filter(person__village=village)
    consents = Consent.objects.in_force().filter(person=OuterRef("person"), purpose=Consent.Purpose.PUBLICATION)
    veil = (
        Q(rule__confidential=True) | Q(rule__fact=Rule.Fact.REPORTED) | Q(deed__case__restricted=True) | Q(case__restricted=True)
    )
    sums = (
        lines.annotate(
            veiled=Case(When(veil, then=Value(True)), default=Value(False), output_field=BooleanField()), named=Exists(consents)
        )
        .values("person", "person__name", "person__name_key", "person__village__name", "named", "veiled", "rule__part")
        .annotate(rule_no=Case(When(veiled=False, then=F("rule__no"))), rule_name=Case(When(veiled=False, then=F("rule__name"))))
        .annotate(times=Count("id"), sum=Sum("points"))
        .order_by("person__village__path", "person__name_key", "person", "rule_no")
    )
    people: dict[int, PublishedPerson] = {}
    for row in sums:
        name = row["person__name"] if row["named"] else f"{row['person__name'][:1]}*"
        one = people.setdefault(row["person"], PublishedPerson(row["person"], name, row["person__village__name"]))
        if row["rule__part"] == Rule.Part.BASE:
            one.base += row["sum"]
        else:
            one.bonus += row["sum"]
            one.items.append(Item(row["rule_name"] or _("Confidential matter"), row["times"], row["sum"]))
    return list(people.values())


@dataclass(frozen=True)
class VillageSum:
    village: str
    people: int
    points: int


def village_sums(period: EvaluationPeriod) -> list[VillageSum]:
    """What leaders see of a publication: villages, how many people were rewarded there, and bonus points."""
    rows = (
        ScoreLine.objects.filter(period=period, rule__part=Rule.Part.BONUS)
        .values("person__village__name", "person__village__path")
        .annotate(people=Count("person", distinct=True), sum=Sum("points"))
        .order_by("person__village__path")
    )
    return [VillageSum(row["person__village__name"], row["people"], row["sum"]) for row in rows]


def sums_by_rule(period: EvaluationPeriod) -> QuerySet:
    """Rows of `rule__no, rule__name, rule__part, people, times, sum`, as the tariff numbers them."""
    return (
        ScoreLine.objects.filter(period=period)
        .values("rule__no", "rule__name", "rule__part")
        .annotate(people=Count("person", distinct=True), times=Count("id"), sum=Sum("points"))
        .order_by("rule__no", "rule__name")
    )


def deeds_waiting_in(period: EvaluationPeriod) -> int:
    """How many deeds of the period nobody has confirmed yet; published without them they are lost."""
    return Deed.objects.waiting().filter(station=period.station_id, done_on__range=(period.starts_on, period.ends_on)).count()


def people_one_may_thank(user) -> QuerySet[Person]:
    """People who take part and for whom `user` may record a deed, never himself."""
    consents = Consent.objects.in_force().filter(person=OuterRef("pk"), purpose=Consent.Purpose.POINTS)
    return people_within(user, "deed", "create").filter(Exists(consents)).exclude(pk=user.person_id)


def rules_for(user, day: date) -> QuerySet[Rule]:
    """By-hand rules in force on a day; confidential ones are recorded at the station only."""
    rules = Rule.objects.by_hand().in_force_on(day, user.station_id).order_by("no")
    return rules if user.is_staff else rules.filter(confidential=False)


def statement_of(person: Person, periods) -> dict[int, list[ScoreLine]]:
    """The person's lines with their facts, by period id and in order of day; one query."""
    lines = defaultdict(list)
    for line in scoring.with_facts(ScoreLine.objects.filter(person=person, period__in=periods)).order_by("done_on", "id"):
        lines[line.period_id].append(line)
    return lines
