"""What a head has learnt, on the head's phone."""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from households.models import TrainingRecord
from shengkang.organization.selectors import day_of
from shengkang.portal.pages import PhonePage

ROWS = 50


class MyTrainings(PhonePage, TemplateView):
    access_line = ("training", "list")
    template_name = "households/trainings.html"
    extra_context = {"title": gettext_lazy("My trainings")}

    def get_context_data(self, **kwargs):
        year = day_of(timezone.now()).year
        mine = TrainingRecord.objects.filter(head__user=self.request.user).select_related("training")
        trainings = [each.training for each in mine.order_by("-training__held_on", "-pk")[:ROWS]]
        rows = [
            {
                "title": training.title,
                "text": training.place,
                "badge": _("%(hours)s hours") % {"hours": f"{training.hours.normalize():f}"},
                "mark": "none",
                "meta": training.held_on.isoformat(),
            }
            for training in trainings
        ]
        hours = sum((training.hours for training in trainings if training.held_on.year == year), Decimal(0))
        return super().get_context_data(rows=rows, hours=f"{hours.normalize():f}", year=year, **kwargs)
