"""Which receiver has which notice already, and which waited for the end of its quiet hours.

A mark is an object beside the notice. With it a restart or another receiver's failure sends nothing twice to
one that has it; only a crash between sending and marking can.
"""

from rampart.delivery.store import ObjectStore
from rampart.ledger.notices import mark_key
from rampart.notify.receivers import Receiver


class Marks:
    """The marks of a store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def has(self, notice_id: str, receiver: Receiver) -> bool:
        """Has it been sent there?"""
        return self._store.exists(mark_key(notice_id, receiver.name, "sent"))

    def waited(self, notice_id: str, receiver: Receiver) -> bool:
        """Did it wait for the end of quiet hours?"""
        return self._store.exists(mark_key(notice_id, receiver.name, "waited"))

    def note_sent(self, notice_id: str, receiver: Receiver) -> None:
        """It was sent there."""
        self._store.put_once(mark_key(notice_id, receiver.name, "sent"), b"{}")

    def note_waiting(self, notice_id: str, receiver: Receiver) -> None:
        """It waits there."""
        self._store.put_once(mark_key(notice_id, receiver.name, "waited"), b"{}")
