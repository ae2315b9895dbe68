"""What the ledger refuses, one class for each thing a caller may want to catch."""


class LedgerError(Exception):
    """The books cannot take this entry; the message says why and what to do."""


class ContractChangedError(LedgerError):
    """A contract file changed without a new `version`."""


class UnknownContractError(LedgerError):
    """No contract version with this digest, or no such week in it, is on the books."""


class UnknownBatchError(LedgerError):
    """No such batch is on the books."""


class UnknownRecordError(LedgerError):
    """No judged week on the books holds such a record."""


class RevisionMovedError(LedgerError):
    """The judgement was to follow a revision that another one has followed meanwhile."""


class DeliveryConflictError(LedgerError):
    """Another delivery is on the books for this contract week, and the new one does not replace it."""


class TransitionError(LedgerError):
    """The batch is not in a state from which it may go where it was sent."""


class ClaimLostError(LedgerError):
    """Another worker took the batch over, or the claim was released; what this worker did must be dropped."""


class SettlementError(LedgerError):
    """A settlement's counts or money do not add up."""


class ChampionMovedError(LedgerError):
    """The promotion was decided against a reward model that is no longer the champion."""


class ChampionshipError(LedgerError):
    """The model cannot become champion: there is none of this number, or it is already, or never was."""


class ExportRefusedError(LedgerError):
    """A dataset may not leave, is not whole, or is not there."""


class DataDeletedError(LedgerError):
    """Data a training rests on were deleted, or are being deleted, since it read them."""


class UnknownDisputeError(LedgerError):
    """No dispute with this id is on the books, or the id names several."""


class DisputeStateError(LedgerError):
    """The dispute cannot be opened or ruled on as asked."""


class UnknownInvoiceError(LedgerError):
    """No invoice with this id is on the books, or the id names several."""


class InvoiceConflictError(LedgerError):
    """The invoice cannot be booked as asked."""


class UnknownReviewError(LedgerError):
    """No review with this id is on the books, or the id names several."""


class ReviewStateError(LedgerError):
    """The review cannot be drawn or read back as asked."""
