"""The rules of a final as values and functions: no clock, no randomness, no input or output."""
