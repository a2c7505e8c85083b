"""Drawn papers for the demo: lines of writing, a signature, a seal. Nobody ever signed them and no word of them can be read."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = WIDTH, HEIGHT = 420, 594
RED = (190, 40, 35)


def signed_paper(chance, *, lines: int = 9) -> SimpleUploadedFile:
    """A photo of a signed sheet as a phone would send it; no two are the same bytes."""
    picture = Image.new("RGB", SIZE, (205, 200, 190))
    draw = ImageDraw.Draw(picture)
    draw.rectangle([18, 14, WIDTH - 16, HEIGHT - 18], fill=(250, 249, 245))
    draw.rectangle([130, 50, 290, 62], fill=(70, 70, 75))
    for no in range(lines):
        y = 100 + no * 34
        draw.line([(52, y), (chance.randint(250, 370), y)], fill=(120, 120, 128), width=5)
    strokes = [(220 + step * 16, 470 + chance.randint(-12, 12)) for step in range(8)]
    draw.line(strokes, fill=(30, 35, 90), width=4, joint="curve")
    x, y = 262 + chance.randint(-14, 14), 486 + chance.randint(-8, 8)
    draw.ellipse([x, y, x + 76, y + 76], outline=RED, width=5)
    draw.regular_polygon((x + 38, y + 38, 15), 5, fill=RED)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=75)
    return SimpleUploadedFile("paper.jpg", written.getvalue(), "image/jpeg")
