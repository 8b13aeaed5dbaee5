"""Stage 1 and 2: from sheets of marks to the finalists."""
