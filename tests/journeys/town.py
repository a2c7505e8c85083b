"""The town in which the journeys happen: two stations, a tariff, people who agreed to take part, a shop with rice on the shelf."""

import base64
import io
from datetime import date
from types import SimpleNamespace

from PIL import Image

from points.models import Tariff
from points.tariff import seed_tariff
from shengkang.organization.models import Consent, Person
from shengkang.organization.services import name_key
from tests.points.makers import make_goods
from tests.world import make_world

# What nobody outside the case may ever read.
HOUSEHOLDER, NEIGHBOUR, STORY = "祁满仓", "燕归田", "屋檐水滴进祁家的地窖"
RICE = "香稻米"


def make_town() -> SimpleNamespace:
    """`make_world`, and at the first station what a reward needs. The first home belongs to HOUSEHOLDER."""
    world = make_world()
    here = world.here
    seed_tariff(here.station, date(2026, 1, 1))
    for user in (here.household_head, here.volunteer, here.shop_keeper):
        Consent.objects.create(
            person=user.person, purpose="points", given_at=world.now.replace(month=1, day=5), evidence="纸质同意书"
        )
    home = here.homes[0]
    home.householder = HOUSEHOLDER
    home.save()
    Person.objects.filter(pk=here.residents[0].pk).update(name=HOUSEHOLDER, name_key=name_key(HOUSEHOLDER))
    world.rice = make_goods(here, name=RICE, price=4, pieces=3)
    world.tariff = Tariff.objects.get(station=here.station)
    return world


def photo(name="IMG_0311.jpg") -> SimpleNamespace:
    """A small JPEG as a telephone makes it, with the place where it was taken in its EXIF."""
    exif = Image.Exif()
    exif[0x010F] = "SECRETPHONE"  # maker
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 34.0, 1.0), 3: "E", 4: (111.0, 23.0, 2.0)})  # GPS
    written = io.BytesIO()
    picture = Image.new("RGB", (320, 240), "#7a5c3e")
    picture.paste("#c8d0d8", (0, 0, 320, 90))
    picture.save(written, "JPEG", exif=exif)
    return SimpleNamespace(name=name, bytes=written.getvalue())


def drawn() -> str:
    """A signature as the canvas of a telephone sends it: ink on nothing."""
    picture = Image.new("RGBA", (600, 300))
    picture.paste("#111111", (40, 140, 520, 150))
    written = io.BytesIO()
    picture.save(written, "PNG")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()
