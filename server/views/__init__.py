"""What each role may see of a state."""
