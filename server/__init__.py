"""The stage process: rules, log, pages and sockets."""

__version__ = "0.1.0"
