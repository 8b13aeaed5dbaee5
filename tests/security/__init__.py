"""Strangers, liars and floods against the running server, and secrets that must stay where they are."""
