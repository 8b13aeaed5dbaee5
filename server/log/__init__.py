"""The log on the disk: its two copies, how they are checked, mended and watched."""
