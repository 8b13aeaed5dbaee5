"""What the host may press at this moment."""
