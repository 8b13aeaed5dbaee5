"""The timing core: buttons, clocks and the decision who pressed first."""
