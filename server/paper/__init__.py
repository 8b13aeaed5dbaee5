"""The paper of a contest: drawn, sealed, opened for the running show alone."""
