"""A hot standby: machines in network namespaces of their own, on wires that can be cut and slowed."""
