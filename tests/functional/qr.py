"""Reads a QR code that our pages draw (ISO/IEC 18004), sharing no code with what drew it.

The modules are known exactly, so errors are not corrected: the words of the code that correct them are passed over."""

import re

# The data words of the blocks, of versions 1 to 12 at the levels L and M.
BLOCKS = {
    (1, "L"): [19], (2, "L"): [34], (3, "L"): [55], (4, "L"): [80], (5, "L"): [108], (6, "L"): [68] * 2, (7, "L"): [78] * 2,
    (8, "L"): [97] * 2, (9, "L"): [116] * 2, (10, "L"): [68] * 2 + [69] * 2, (11, "L"): [81] * 4, (12, "L"): [92] * 2 + [93] * 2,
    (1, "M"): [16], (2, "M"): [28], (3, "M"): [44], (4, "M"): [32] * 2, (5, "M"): [43] * 2, (6, "M"): [27] * 4, (7, "M"): [31] * 4,
    (8, "M"): [38] * 2 + [39] * 2, (9, "M"): [36] * 3 + [37] * 2, (10, "M"): [43] * 4 + [44], (11, "M"): [50] + [51] * 4,
    (12, "M"): [36] * 6 + [37] * 2,
}
ALIGNMENT = {2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46],
             10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58]}
MASKS = [lambda y, x: (y + x) % 2, lambda y, x: y % 2, lambda y, x: x % 3, lambda y, x: (y + x) % 3, lambda y, x: (y // 2 + x // 3) % 2,
         lambda y, x: y * x % 2 + y * x % 3, lambda y, x: (y * x % 2 + y * x % 3) % 2, lambda y, x: ((y + x) % 2 + y * x % 3) % 2]


def modules(source):
    """The dark modules of the one code on a page, and its width."""
    svg = re.search(r'<svg class="qr" viewBox="0 0 (\d+) \1".*?</svg>', source, re.S)
    dark = {(int(y) - 4, int(x) - 4) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg[0])}
    return dark, int(svg[1]) - 8


def is_data(y, x, width, version):
    """Whether a module has data: no finder, timing or alignment pattern, and no facts about the code, has this place."""
    if x == 6 or y == 6 or (y < 9 and (x < 9 or x >= width - 8)) or (y >= width - 8 and x < 9):
        return False
    if version >= 7 and ((y < 6 and x >= width - 11) or (x < 6 and y >= width - 11)):
        return False
    places, last = ALIGNMENT.get(version, []), width - 7
    corners = {(6, 6), (6, last), (last, 6)}
    return not any(abs(y - row) <= 2 and abs(x - column) <= 2 for row in places for column in places if (row, column) not in corners)


def read(source):
    dark, width = modules(source)
    version = (width - 17) // 4
    facts = 0
    for y, x in [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)]:
        facts = facts * 2 + ((y, x) in dark)
    facts ^= 0b10101000  # the upper eight bits of the mask of these facts
    level, mask = "M" if facts >> 6 == 0 else "L", MASKS[facts >> 3 & 7]
    bits, upward, column = [], True, width - 1
    while column > 0:
        column -= column == 6  # the timing pattern has a column of its own
        for y in range(width - 1, -1, -1) if upward else range(width):
            bits += [((y, x) in dark) ^ (mask(y, x) == 0) for x in (column, column - 1) if is_data(y, x, width, version)]
        upward, column = not upward, column - 2
    words = [int("".join(str(int(bit)) for bit in bits[i:i + 8]), 2) for i in range(0, len(bits) - 7, 8)]
    # The blocks' words stand in turn: the first of each, the second of each.
    sizes = BLOCKS[version, level]
    blocks = [[] for _ in sizes]
    place = 0
    for turn in range(max(sizes)):
        for block, size in zip(blocks, sizes):
            if turn < size:
                block.append(words[place])
                place += 1
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    assert data[:4] == "0100", "its text stands as bytes"
    counts = 8 if version < 10 else 16
    count = int(data[4:4 + counts], 2)
    text = data[4 + counts:4 + counts + 8 * count]
    return bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8)).decode()
