"""The show: rules, log, pages and sockets. docs/architecture.md says which folder answers what."""

__version__ = "0.1.0"
