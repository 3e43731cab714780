"""Pictures side by side as one PNG in a data address, without a library for pictures among the dependencies.

Format: Portable Network Graphics (PNG) Specification, third edition, W3C 2025.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

GREY, COLOUR = 0, 2
"""The format's numbers for one and for three channels."""


def strip(pictures: np.ndarray[Any, Any]) -> str:
    """Pictures in one row, from their lowest value (black) to their highest (white).

    Args:
        pictures: shape (n, height, width, 1 or 3); values that are no numbers are drawn as 0.

    Returns:
        "data:image/png;base64,…".
    """
    finite = np.nan_to_num(pictures, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    side_by_side = np.concatenate(list((finite - low) / max(high - low, 1e-12) * 255), axis=1).astype(np.uint8)
    height, width, channels = side_by_side.shape
    rows = side_by_side.reshape(height, width * channels)
    unfiltered = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, GREY if channels == 1 else COLOUR, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(unfiltered)), _chunk(b"IEND", b""))
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode("ascii")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
