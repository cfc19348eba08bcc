"""Which refusals reach the partner by an answer; those that do not are a person's."""

from collections.abc import Mapping

from acktrail.formats.edifact import aperak, contrl
from acktrail.formats.edifact.directories import Directories
from acktrail.model import GroupResult, InterchangeResult, MessageResult


class AnswersTelling:
    """What the answers under one profile's ``[acknowledge]`` say."""

    def __init__(self, options: Mapping[str, str], directories: Directories) -> None:
        self._options = options
        self._directories = directories

    def tells(self, _message: MessageResult) -> bool:
        """Tell whether an answer says that a rejected message is refused: a CONTRL, if wanted."""
        return True

    def names(self, _group: GroupResult) -> bool:
        """Tell whether an answer can say what became of a group: UNG is copied whole."""
        return True

    def reaches(self, interchange: InterchangeResult) -> bool:
        """Tell whether the CONTRL that is due, if one is, can be written: UNB is copied."""
        return contrl.can_answer(interchange, self._options, self._directories)

    def refuses(self, message: MessageResult) -> bool:
        """Tell whether an APERAK refuses a message whose content does not hold."""
        return aperak.tells_content(message, self._options)
