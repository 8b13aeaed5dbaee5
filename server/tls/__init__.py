"""HTTPS on the venue's network: a local authority, certificates, and how tablets come to trust them."""
