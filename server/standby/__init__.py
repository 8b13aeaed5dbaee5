"""A second laptop that follows the show, takes it over on command, and the fence that lets only one rule."""
