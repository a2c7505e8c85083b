"""A paper written by hand is put into the file."""

from django.utils.translation import gettext_lazy as _

from shengkang.cases import selectors, services
from shengkang.cases.admin.forms.papers import FilePaperForm
from shengkang.cases.moves import Status
from shengkang.organization.desk import Verb

VERBS = (
    Verb(
        name="file_paper",
        label=_("Add a paper written by hand"),
        action="create",
        access_object="paper",
        call=lambda case, **given: services.file_paper(case=case, **given),
        form=FilePaperForm,
        offered=lambda case, user: (
            case.status not in (Status.REPORTED, Status.ARCHIVED, Status.MERGED)
            and selectors.may_take_step(user, case, "create", "paper")
        ),
        hint=_("It counts for the archive like a paper that was written here."),
        done=_("The paper is in the file."),
    ),
)
