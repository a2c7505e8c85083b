"""Questions about homes: what a head sees at a glance, and what became of what was told."""

from django.db.models import OuterRef, Prefetch, Subquery

from households.models import Home, HouseholdHead, Resident, Visit

# What a head meets most, in the order of frequency of one county's report (dispute_categories.csv); the last is "other".
COMMON_CATEGORIES = ("02", "01", "07", "06", "03", "99")


def homes_at_a_glance(user):
    """Homes `user` may see, door after door, with the residents who live there and the day of the last visit."""
    last = Visit.objects.filter(home=OuterRef("pk")).order_by("-at").values("at")[:1]
    return (
        Home.objects.visible_to(user)
        .select_related("address__village", "address__group")
        .prefetch_related(Prefetch("residents", Resident.objects.living_there().select_related("person"), to_attr="living_there"))
        .annotate(last_visit_at=Subquery(last))
        .door_after_door()
    )


def needs_at(home) -> list[str]:
    """The service needs of those who live in a home of `homes_at_a_glance`, each once."""
    return list(dict.fromkeys(resident.get_need_display() for resident in home.living_there if resident.need))


def serving_head(user) -> HouseholdHead | None:
    """The running term of a head, if the account has one."""
    return HouseholdHead.objects.active().filter(user=user).select_related("village", "station").first()
