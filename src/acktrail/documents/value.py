"""What canonical values are made of: frozen, and cheap enough to be made for every segment.

A value is built from the leaves up and never changed, so it cannot stand in a reference cycle and
the garbage collector need not look at it (``gc=False``).
"""

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = ["Draft", "Leaf", "Value", "field", "replace"]


class Value(Struct, frozen=True, gc=False):
    """A value whose fields have names in JSON."""


class Leaf(Struct, frozen=True, gc=False, array_like=True):
    """A small value that is an array in JSON: ``["120.50","USD"]``."""


class Draft(Struct, gc=False):
    """What will be a value while it is filled; it must never point back to what holds it."""
