"""The room as a destination: a notice is its delivery row, so sending it writes nothing and cannot fail."""

from __future__ import annotations

from tocsin.delivery.ports import Outgoing, Probe, Receipt


class RoomConnector:
    """Delivers to a person ("person:3") or a channel of the room, whose notices `tocsin.delivery.queue` gives."""

    name = "room"

    def send(self, outgoing: Outgoing) -> Receipt:
        return Receipt(external_id=outgoing.identity, url=outgoing.url)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        return self.send(outgoing)

    def probe(self) -> Probe:
        return Probe(is_well=True, summary="The room is part of Tocsin.")
