"""Draws the picture that the OCR example reads: a few street signs.

    python signs.py signs.png
"""

import sys

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"  # Debian: fonts-dejavu-core

# What the signs say, line by line.
TEXTS = ["STOP", "MARKET SQUARE", "Airport", "Exit 24", "Speed limit", "50", "Hauptstrasse", "ONE WAY"]


def sign(size, color, border, lines, text_color, font_size):
    """A rounded plate with centred lines of text, on a transparent ground."""
    plate = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((2, 2, size[0] - 3, size[1] - 3), 14, fill=color, outline=border, width=6)
    font = ImageFont.truetype(FONT, font_size)
    step = size[1] / len(lines)
    for index, line in enumerate(lines):
        middle = (size[0] / 2, step * (index + 0.5))
        draw.text(middle, line, fill=text_color, font=font, anchor="mm")
    return plate


def octagon(size, color, text, font_size):
    plate = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(plate)
    draw.regular_polygon((size / 2, size / 2, size / 2 - 2), 8, rotation=22.5, fill=color, outline="white", width=6)
    draw.text((size / 2, size / 2), text, fill="white", font=ImageFont.truetype(FONT, font_size), anchor="mm")
    return plate


def draw_signs(size=(1200, 800)):
    """The picture, as an RGB image: always the same."""
    width, height = size
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    for y in range(height):  # A sky that fades into the ground.
        share = y / height
        draw.line((0, y, width, y), fill=(int(150 + 60 * share), int(190 + 20 * share), int(235 - 90 * share)))
    draw.polygon([(0, height), (width, height), (width * 0.6, height * 0.72), (width * 0.4, height * 0.72)], fill=(95, 95, 100))

    def place(plate, left, top, angle=0, pole=True):
        plate = plate.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True)
        if pole:
            middle = left + plate.width // 2
            draw.rectangle((middle - 6, top + plate.height // 2, middle + 6, height - 60), fill=(120, 120, 125))
        picture.paste(plate, (left, top), plate)

    place(octagon(230, (190, 20, 30), "STOP", 62), 60, 70)
    place(sign((460, 90), (20, 60, 150), "white", ["MARKET SQUARE"], "white", 44), 310, 60, angle=4)
    place(sign((330, 190), (0, 100, 60), "white", ["Airport", "Exit 24"], "white", 52), 830, 110)
    place(sign((280, 190), "white", "black", ["Speed limit", "50"], "black", 38), 35, 420)
    place(sign((400, 86), "white", (20, 60, 150), ["Hauptstrasse"], (20, 60, 150), 42), 341, 330, angle=-3)
    place(sign((300, 84), "black", "white", ["ONE WAY"], "white", 46), 845, 470)
    return picture


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    draw_signs().save(sys.argv[1])
