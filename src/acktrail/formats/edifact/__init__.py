"""UN/EDIFACT: syntax 1-4 in, findings by directory, CONTRL and APERAK out.

Not here: what a message means (``translate``), interactive EDIFACT, security segments.
"""

from acktrail.formats.edifact.format import Edifact

__all__ = ["Edifact"]
