"""lossclinic finds out why a loss is not getting better, repairs it, and proves the repair."""

from __future__ import annotations

__version__ = "0.1.0"
