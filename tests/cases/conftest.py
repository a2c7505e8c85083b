"""Cases in each state, reached by the station's own verbs."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from shengkang.cases import services
from shengkang.cases.services import PartyDetails
from tests.world import NOW, file_papers, make_user, no_at_the_gate, sign


@pytest.fixture
def here(world):
    """The station of these tests, with a second officer who is involved in nothing."""
    world.here.colleague = make_user(world.here.station, world.here.town, "officer", "同事", "19900019999")
    return world.here


def told(here, category, **kwargs) -> dict:
    """What open_case wants, told by the head of the first village."""
    given = {
        "station": here.station,
        "village": here.villages[0],
        "category": category,
        "channel": "head",
        "story": "屋檐滴水起争执",
        "place": "水塘边",
        "by": here.household_head,
        "at": NOW,
        "parties": [PartyDetails("first", "张三", "13800001234"), PartyDetails("second", "李四")],
    }
    return given | kwargs


@pytest.fixture
def life(here, world):
    """Cases led to a state: `life.settled()`, each call a new one."""

    def reported(**kwargs):
        return services.open_case(**told(here, world.category, **kwargs))

    def accepted(**kwargs):
        case = reported(**kwargs)
        services.accept_case(case=case, risk="yellow", grade="ordinary", officer=here.officer, by=here.officer, at=NOW)
        services.check_gate(case=case, answers=no_at_the_gate(), by=here.officer, at=NOW)
        return case

    def mediating():
        return services.begin_mediation(case=accepted(), mediator=here.household_head, by=here.officer, at=NOW)

    def agreed(obligations=()):
        case = mediating()
        services.record_agreement(
            case=case,
            facts="滴水",
            terms="装檐沟",
            obligations=obligations,
            effective_on=NOW.date(),
            by=here.officer,
            at=NOW,
        )
        return case

    def signed(**kwargs):
        case = agreed(**kwargs)
        sign(case, here.officer)
        return case

    def settled(**kwargs):
        return services.settle_case(case=signed(**kwargs), by=here.officer, at=NOW)

    def archived():
        case = settled()
        file_papers(case, here.officer)
        week_later = NOW + timedelta(days=7)
        services.record_follow_up(follow_up=case.follow_ups.first(), outcome="holds", by=here.officer, at=week_later)
        return services.archive_case(case=case, by=here.officer, at=week_later)

    def referred():
        return services.refer_case(case=reported(), to_whom="法庭", reason="涉及产权", by=here.officer, at=NOW)

    def terminated():
        return services.terminate_case(case=mediating(), reason="一方拒绝", by=here.officer, at=NOW)

    def merged():
        return services.merge_case(case=reported(), into=accepted(), by=here.officer, at=NOW)

    def protected(**kwargs):
        return reported(restricted=True, story="家中施暴", **kwargs)

    return SimpleNamespace(
        reported=reported,
        accepted=accepted,
        mediating=mediating,
        agreed=agreed,
        signed=signed,
        settled=settled,
        archived=archived,
        referred=referred,
        terminated=terminated,
        merged=merged,
        protected=protected,
    )


@pytest.fixture
def api(here):
    """A client for a user: api(here.officer)."""

    def of(user):
        client = APIClient()
        client.force_authenticate(user)
        return client

    return of


@pytest.fixture
def photo(settings, tmp_path):
    """As a telephone sends it."""
    settings.MEDIA_ROOT = tmp_path
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(written, "JPEG")
    return SimpleUploadedFile("IMG_0001.jpg", written.getvalue(), "image/jpeg")
