"""Phones: the process that serves them, the fan-out, patches, several machines behind Redis."""
