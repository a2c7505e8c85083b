"""What the clock reminds of: terms that end soon, campaigns that end while homes are left. Each reminder is written once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from households.models import Campaign, HouseholdHead
from households.selectors.campaigns import left_by_head
from households.services import notes
from shengkang.organization.selectors import day_of

# A campaign is remembered when this many days are left.
DAYS_BEFORE_THE_END = 3


@transaction.atomic
def remind_of_terms(*, at: datetime) -> int:
    """Tell the chiefs of every term that ends within 60 days (HeadQuerySet.ending_soon); gives how many end."""
    ending = list(HouseholdHead.objects.ending_soon(day_of(at)).select_related("station"))
    for head in ending:
        notes.tell(
            notes.chiefs_of(head.station),
            kind="head.term_ends",
            text=_("The term of a hundred-household head ends on %(day)s. Renew it, or hand the homes over in time.")
            % {"day": head.term_ends_on.isoformat()},
            key=f"term:{head.pk}:{head.term_ends_on}",
            about=head,
            at=at,
        )
    return len(ending)


@transaction.atomic
def remind_of_campaigns(*, at: datetime) -> int:
    """Tell each head how many homes are left in a campaign that ends within three days or has ended; gives how many were told."""
    today, told = day_of(at), 0
    for campaign in Campaign.objects.running(today).filter(ends_on__lte=today + timedelta(days=DAYS_BEFORE_THE_END)):
        for user, left in left_by_head(campaign):
            text = ngettext(
                "One of your homes has not been looked at yet; the check ends on %(day)s.",
                "%(count)s of your homes have not been looked at yet; the check ends on %(day)s.",
                left,
            ) % {"count": left, "day": campaign.ends_on.isoformat()}
            notes.tell([user], kind="campaign.ends", text=text, key=f"campaign:{campaign.pk}:ends", about=campaign, at=at)
            told += 1
    return told
