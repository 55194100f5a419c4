#!/usr/bin/env python3
"""Draws the digits of this folder: `python3 draw.py`. It needs nothing but Python, and draws the same files each time.

Every digit is one or more strokes of a pen, given below on a square from 0 to 1. Each picture bends, leans, turns, shifts and
stretches them a little, and is drawn with a pen of its own width. The files have the format of MNIST (IDX, packed by gzip).
"""

import gzip
import math
import random
import struct
from pathlib import Path

SIDE = 28
PER_CLASS = 120


def arc(x, y, rx, ry, start, end, n=14):
    """Returns places on an ellipse, from one angle to another, in degrees; 0 points right, 90 points down."""
    angles = [math.radians(start + (end - start) * i / (n - 1)) for i in range(n)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


# Each digit in the ways people write it; a way is a list of strokes.
WAYS = {
    0: [[arc(0.5, 0.5, 0.28, 0.42, -90, 270, 24)]],
    1: [[[(0.5, 0.06), (0.5, 0.94)]], [[(0.34, 0.26), (0.54, 0.06), (0.54, 0.94)]]],
    2: [[arc(0.5, 0.3, 0.27, 0.24, -170, 40) + [(0.24, 0.92), (0.78, 0.92)]]],
    3: [[arc(0.47, 0.28, 0.26, 0.22, -150, 90) + arc(0.47, 0.71, 0.29, 0.22, -90, 150)]],
    4: [
        [[(0.58, 0.06), (0.2, 0.62), (0.82, 0.62)], [(0.62, 0.36), (0.62, 0.94)]],
        [[(0.26, 0.08), (0.24, 0.5), (0.74, 0.5)], [(0.72, 0.08), (0.7, 0.94)]],
    ],
    5: [[[(0.76, 0.08), (0.32, 0.08), (0.28, 0.46)] + arc(0.46, 0.67, 0.29, 0.25, -110, 150)]],
    6: [[[(0.68, 0.06), (0.4, 0.32)] + arc(0.5, 0.68, 0.25, 0.25, -160, 200, 20)]],
    7: [[[(0.2, 0.1), (0.8, 0.1), (0.42, 0.94)]], [[(0.2, 0.1), (0.8, 0.1), (0.42, 0.94)], [(0.36, 0.5), (0.72, 0.5)]]],
    8: [[arc(0.5, 0.29, 0.22, 0.21, 90, 450, 18) + arc(0.5, 0.72, 0.27, 0.22, -90, 270, 18)]],
    9: [[arc(0.48, 0.3, 0.25, 0.23, 0, -360, 18) + [(0.73, 0.3), (0.68, 0.94)]]],
}


def picture(digit, rng):
    """Returns the bytes of one picture: 0 is paper, 255 is ink."""
    lean, turn = rng.uniform(-0.3, 0.3), math.radians(rng.uniform(-9, 9))
    wide, tall = rng.uniform(0.82, 1.12), rng.uniform(0.88, 1.08)
    right, down = rng.uniform(-1.2, 1.2), rng.uniform(-1.2, 1.2)
    bend = [rng.uniform(-0.035, 0.035) for _ in range(4)]
    pen = rng.uniform(0.85, 1.55)

    def place(x, y):
        x += bend[0] * math.sin(3 * y + 6 * bend[1] * 28)
        y += bend[2] * math.sin(3 * x + 6 * bend[3] * 28)
        x, y = (x - 0.5) * wide, (y - 0.5) * tall
        x -= lean * y
        x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        return 14 + right + 20 * x, 14 + down + 20 * y

    lines = []
    for stroke in rng.choice(WAYS[digit]):
        places = [place(x, y) for x, y in stroke]
        lines += zip(places, places[1:])
    pixels = bytearray()
    for row in range(SIDE):
        for column in range(SIDE):
            far = min(distance(column + 0.5, row + 0.5, *line) for line in lines)
            ink = min(1.0, max(0.0, pen + 0.5 - far))
            # Few greys make small files.
            pixels.append(round(15 * ink) * 17)
    return bytes(pixels)


def distance(x, y, start, end):
    """Returns how far a place is from a line."""
    (ax, ay), (bx, by) = start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
    return math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay))


def main():
    rng = random.Random(7)
    digits = [digit for digit in range(10) for _ in range(PER_CLASS)]
    rng.shuffle(digits)
    images = struct.pack(">IIII", 0x803, len(digits), SIDE, SIDE) + b"".join(picture(digit, rng) for digit in digits)
    labels = struct.pack(">II", 0x801, len(digits)) + bytes(digits)
    here = Path(__file__).parent
    for name, content in [("drawn-images-idx3-ubyte.gz", images), ("drawn-labels-idx1-ubyte.gz", labels)]:
        (here / name).write_bytes(gzip.compress(content, 9, mtime=0))


main()
