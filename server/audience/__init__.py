"""Phones: a process of their own, fed with what is public already, on one machine or on many."""
