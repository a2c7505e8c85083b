"""Papers: those of the cases that lie there anyway, and a template of the station's own."""

from django.core.files.uploadedfile import SimpleUploadedFile

from shengkang.cases import services
from shengkang.cases.papers import word
from tests.access.trio import Trio, of_place


def lay(place, at) -> None:
    upload = SimpleUploadedFile("cover.docx", word.house_template("cover"))
    chief = place.station_chief
    place.paper_template = services.keep_template(station=place.station, kind="cover", upload=upload, by=chief, at=at)


def _paper(*suffix):
    def build(ground, role):
        def of(case):
            return (case, f"register-{case.pk}", *suffix)

        return Trio(of(ground.here.case), of(ground.here.far_case), of(ground.there.case))

    return build


BUILDERS = {
    "papertemplate": of_place("paper_template"),
    "case_pdf": _paper("pdf"),
    "case_docx": _paper("docx"),
    "paper_kind": lambda ground, role: Trio(own="cover"),
}
