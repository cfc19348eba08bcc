"""Which refusals reach the partner by an answer; those that do not are a person's."""

from collections.abc import Mapping

from acktrail.formats.edifact import aperak
from acktrail.model import GroupResult, MessageResult


class AnswersTelling:
    """What the answers under one profile's ``[acknowledge]`` say."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = options

    def tells(self, _message: MessageResult) -> bool:
        """Tell whether an answer says that a rejected message is refused: a CONTRL, if wanted."""
        return True

    def names(self, _group: GroupResult) -> bool:
        """Tell whether an answer can say what became of a group: UNG is copied whole."""
        return True

    def refuses(self, message: MessageResult) -> bool:
        """Tell whether an APERAK refuses a message whose content does not hold."""
        return aperak.tells_content(message, self._options)
