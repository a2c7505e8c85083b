"""Drawn photos for the demo: a road, a pond, a wire, before and after. Nothing in them was ever seen by a camera."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = WIDTH, HEIGHT = 640, 480
HORIZON = 190


def _land(chance) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Sky, hills and grass; no two pictures are the same bytes."""
    sky = (chance.randint(150, 190), chance.randint(195, 215), chance.randint(220, 240))
    picture = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(picture)
    for left in range(-80, WIDTH, 150):
        top = HORIZON - chance.randint(50, 110)
        green = (70 + chance.randint(0, 30), 115 + chance.randint(0, 25), 90)
        draw.polygon([(left, HORIZON), (left + 160, top), (left + 330, HORIZON)], fill=green)
    draw.rectangle([0, HORIZON, WIDTH, HEIGHT], fill=(120, 150, 80))
    for _blade in range(260):
        x, y = chance.randint(0, WIDTH), chance.randint(HORIZON + 5, HEIGHT)
        draw.line([(x, y), (x + 2, y - 7)], fill=(95, 130 + chance.randint(-15, 15), 65), width=1)
    return picture, draw


def _road(draw, chance, done: bool) -> None:
    draw.polygon([(250, HORIZON), (390, HORIZON), (640, HEIGHT), (0, HEIGHT)], fill=(175, 172, 165))
    hole = [230, 330, 400, 400]
    if done:
        draw.ellipse([210, 322, 420, 408], fill=(200, 198, 192), outline=(150, 148, 142), width=3)
        return
    draw.ellipse(hole, fill=(70, 60, 50), outline=(120, 112, 100), width=6)
    for _stone in range(30):
        x, y = chance.randint(200, 440), chance.randint(320, 425)
        draw.ellipse([x, y, x + 9, y + 6], fill=(140, 132, 120))


def _pond(draw, chance, done: bool) -> None:
    draw.polygon([(0, 300), (640, 255), (640, HEIGHT), (0, HEIGHT)], fill=(70, 120, 140))
    for _wave in range(40):
        x, y = chance.randint(0, 600), chance.randint(320, 470)
        draw.line([(x, y), (x + 34, y)], fill=(100, 150, 168), width=2)
    for no in range(9):
        x, y = 20 + no * 76, 300 - no * 5
        gone = not done and no in (4, 5)
        if not gone:
            draw.rectangle([x, y - 75, x + 9, y + 5], fill=(225, 225, 225), outline=(160, 160, 160))
        if no and not (not done and no in (4, 5, 6)):
            for up in (25, 58):
                draw.line([(x - 68, y + 5 - up), (x + 4, y - up)], fill=(225, 225, 225), width=7)
    if not done:
        draw.line([(290, 268), (352, 312)], fill=(205, 205, 205), width=7)


def _wire(draw, chance, done: bool) -> None:
    draw.polygon([(180, HORIZON), (300, HORIZON), (560, HEIGHT), (60, HEIGHT)], fill=(170, 165, 155))
    for x in (60, 570):
        draw.rectangle([x, 40, x + 14, 400], fill=(150, 145, 140))
        draw.rectangle([x - 24, 60, x + 38, 68], fill=(120, 115, 110))
    sag = chance.randint(12, 18) if done else chance.randint(225, 250)
    points = [(67 + step * 51, 64 + sag * (1 - ((step - 5) / 5) ** 2)) for step in range(11)]
    draw.line(points, fill=(30, 30, 30), width=4, joint="curve")
    if not done:
        draw.line([(318, 400), (322, 64 + sag)], fill=(170, 130, 70), width=6)


SCENES = {"road": _road, "pond": _pond, "wire": _wire}


def photo(scene: str, chance, *, done: bool) -> SimpleUploadedFile:
    """A small JPEG of a scene as a phone would send it; `done` shows it put right."""
    picture, draw = _land(chance)
    SCENES[scene](draw, chance, done)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=80)
    return SimpleUploadedFile("photo.jpg", written.getvalue(), "image/jpeg")
