"""The firmware of the buzzer boxes, and helpers to run it in a simulator."""
