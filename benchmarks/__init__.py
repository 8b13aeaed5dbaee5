"""Measures what the product promises, each figure by a command: see `run.py bench --help`."""
