"""How views reach pages: as patches, framed once for all who share them."""
