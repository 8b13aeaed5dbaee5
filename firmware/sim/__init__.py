"""A simulated box: the real firmware in a simulated ATmega328P behind a pseudo-terminal."""
