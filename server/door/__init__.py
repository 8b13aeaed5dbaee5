"""What stands before the show: Host and Origin, sizes, rates, places, and one line for each refusal."""
