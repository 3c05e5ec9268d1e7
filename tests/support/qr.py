"""Reading a QR code back from the SVG that draws it, without the library that made it (ISO/IEC 18004).

Enough for ours: versions 2 to 6 (one alignment pattern), levels M to H, byte mode, no error to correct.
"""

import re
from collections.abc import Iterator

from lxml import etree

Matrix = list[list[int]]

_M, _Q, _H = 0, 3, 2
# (version, level) → data codewords of each block.
_BLOCKS = {
    (2, _M): (28,), (2, _Q): (22,), (2, _H): (16,),
    (3, _M): (44,), (3, _Q): (17, 17), (3, _H): (13, 13),
    (4, _M): (32, 32), (4, _Q): (24, 24), (4, _H): (9, 9, 9, 9),
    (5, _M): (43, 43), (5, _Q): (15, 15, 16, 16), (5, _H): (11, 11, 12, 12),
    (6, _M): (27, 27, 27, 27), (6, _Q): (19, 19, 19, 19), (6, _H): (15, 15, 15, 15),
}  # fmt: skip
_MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)


def decode_svg(svg: bytes, *, border: int = 4) -> str:
    """The text of the code. AssertionError when its form isn't one of ours."""
    return decode(_matrix(svg, border))


def decode(matrix: Matrix) -> str:
    """The text of a matrix of modules, 1 is dark."""
    size = len(matrix)
    version = (size - 17) // 4
    level, mask = _format(matrix)
    assert (version, level) in _BLOCKS, (version, level)
    bits = [
        matrix[y][x] ^ (0 if _MASKS[mask](y, x) else 1)
        for y, x in _zigzag(size)
        if not _is_function(y, x, size)
    ]
    words = [int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits) - 7, 8)]
    return _text(_deinterleaved(words, _BLOCKS[version, level]))


def _matrix(svg: bytes, border: int) -> Matrix:
    """Modules from the horizontal strokes of the dark path: « M4 4.5h7m1 0h2… »."""
    root = etree.fromstring(svg)
    whole = int(float(root.get("viewBox").split()[2]))
    size = whole - 2 * border
    matrix = [[0] * size for _ in range(size)]
    paths = [path for path in root.iter("{*}path") if path.get("stroke") in ("#000", "black", "#000000")]
    x = y = 0.0
    for kind, numbers in re.findall(r"([Mmh])([^Mmh]*)", paths[0].get("d")):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if kind == "h":
            for column in range(int(x), int(x + values[0])):
                matrix[int(y) - border][column - border] = 1
            x += values[0]
        else:
            x, y = (values[0], values[1]) if kind == "M" else (x + values[0], y + values[1])
    return matrix


def _format(matrix: Matrix) -> tuple[int, int]:
    cells = [*((8, x) for x in (0, 1, 2, 3, 4, 5, 7)), (8, 8)]
    bits = [matrix[y][x] for y, x in cells][:5]
    value = int("".join(map(str, bits)), 2) ^ 0b10101
    return value >> 3, value & 7


def _zigzag(size: int) -> Iterator[tuple[int, int]]:
    upwards = True
    x = size - 1
    while x > 0:
        if x == 6:
            x -= 1
        for step in range(size):
            y = size - 1 - step if upwards else step
            yield from ((y, x), (y, x - 1))
        upwards = not upwards
        x -= 2


def _is_function(y: int, x: int, size: int) -> bool:
    finder = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
    centre = size - 7
    alignment = abs(y - centre) <= 2 and abs(x - centre) <= 2
    return finder or alignment or y == 6 or x == 6


def _deinterleaved(words: list[int], blocks: tuple[int, ...]) -> list[int]:
    per_block: list[list[int]] = [[] for _ in blocks]
    at = 0
    for rank in range(max(blocks)):
        for number, length in enumerate(blocks):
            if rank < length:
                per_block[number].append(words[at])
                at += 1
    return [word for block in per_block for word in block]


def _text(words: list[int]) -> str:
    bits = "".join(f"{word:08b}" for word in words)
    assert bits[:4] == "0100", f"mode {bits[:4]}"
    length = int(bits[4:12], 2)
    return bytes(int(bits[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()
