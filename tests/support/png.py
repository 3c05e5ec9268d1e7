"""Reading a screenshot (PNG, 8 bits, RGB or RGBA, not interlaced) without a library of images."""

import struct
import zlib
from collections.abc import Iterator


def grey_rows(png: bytes) -> list[list[int]]:
    """Lightness of each pixel, 0 to 255, by rows."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = 0, 0, 0, 0
    data = b""
    for kind, content in _chunks(png):
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", content[:10])
        elif kind == b"IDAT":
            data += content
    assert depth == 8 and colour in (2, 6), (depth, colour)
    size = 3 if colour == 2 else 4
    rows = _unfiltered(zlib.decompress(data), width * size, height, size)
    return [[sum(row[at : at + 3]) // 3 for at in range(0, len(row), size)] for row in rows]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _unfiltered(data: bytes, length: int, height: int, size: int) -> Iterator[bytearray]:
    above = bytearray(length)
    for number in range(height):
        start = number * (length + 1)
        row = bytearray(data[start + 1 : start + 1 + length])
        for at in range(length):
            left = row[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            row[at] = (row[at] + _guess(data[start], left, above[at], corner)) & 255
        yield row
        above = row


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        near = left + up - corner
        return min((abs(near - left), 0, left), (abs(near - up), 1, up), (abs(near - corner), 2, corner))[2]
    return (0, left, up, (left + up) // 2)[kind]


def modules(rows: list[list[int]]) -> list[list[int]]:
    """The matrix of a QR code that fills a picture but for its margin; 1 is dark."""
    dark = [[1 if light < 128 else 0 for light in row] for row in rows]
    tall = [y for y, row in enumerate(dark) if any(row)]
    wide = [x for x in range(len(dark[0])) if any(row[x] for row in dark)]
    top, left, right = tall[0], wide[0], wide[-1]
    # The side of the finder pattern in the corner is seven modules.
    side = next(x for x in range(left, right) if not dark[top][x]) - left
    size = round((right + 1 - left) / (side / 7))
    step = (right + 1 - left) / size
    middle = [int((rank + 0.5) * step) for rank in range(size)]
    return [[dark[top + y][left + x] for x in middle] for y in middle]
