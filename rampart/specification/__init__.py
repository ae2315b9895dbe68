"""The delivery specification: what a vendor must send, with examples proved by our own readers."""
