"""Why a command on an incident is refused. Each class's docstring says what to do next; many are raised with more."""

from __future__ import annotations

from tocsin.errors import RefusedError


class CommandRefusedError(RefusedError):
    """The incident cannot do this now. Read the reason, mend what it names and try again."""


class NotDeclaredError(CommandRefusedError):
    """There is no incident here yet. Declare it first."""


class AlreadyDeclaredError(CommandRefusedError):
    """This incident was declared already. Open it, or declare another one."""


class WrongStatusError(CommandRefusedError):
    """The incident's state does not allow this. Look at its state and change that first."""


class NothingToChangeError(CommandRefusedError):
    """It is so already. Nothing was changed; look at the room for what is."""


class UnknownStepError(CommandRefusedError):
    """This incident has no such step. Take the step's id from the room."""


class StepDoneError(CommandRefusedError):
    """Somebody has done or skipped this step already. Untick it first to do it again."""


class StepNotDoneError(CommandRefusedError):
    """This step is neither done nor skipped, so there is nothing to take back."""


class UnknownPhaseError(CommandRefusedError):
    """The playbook has no such phase. Take the phase's title from the room."""


class UnknownSeverityError(CommandRefusedError):
    """The playbook has no such severity. Choose one of its levels."""


class UnknownQuestionError(CommandRefusedError):
    """The playbook asks no such question. Take the question's id from the room."""


class NotSuggestedError(CommandRefusedError):
    """This severity is not being suggested, so it cannot be rejected. Assign the severity you mean."""


class UnknownPromiseError(CommandRefusedError):
    """This incident has no such promise. Take the promise's id from the room."""


class PromiseOverError(CommandRefusedError):
    """This promise is kept or withdrawn already. Choose one that is open."""


class UnknownPersonError(CommandRefusedError):
    """Say which person is meant."""


class RoleFreeError(CommandRefusedError):
    """Nobody holds this role, so it cannot be left."""


class UnknownReportError(CommandRefusedError):
    """There is no such version of the report. Draft the report first, or take the latest version."""


class UnknownFollowUpError(CommandRefusedError):
    """This incident has no such follow-up. Take the follow-up's id from the room."""


class UnknownMessageError(CommandRefusedError):
    """This incident has no such message. Take the message's id from the list of messages."""


class UnknownPageError(CommandRefusedError):
    """This incident has no such page. Open the incident and answer the page there."""


class MissingTextError(CommandRefusedError):
    """Words are missing. Write them and send again."""


class WrongTimeError(CommandRefusedError):
    """This time is not possible here. Give another one."""
