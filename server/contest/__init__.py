"""contest.toml: read, checked, with every mistake at its line."""
