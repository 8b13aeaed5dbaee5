"""The GPIO driver on a real kernel: a QEMU guest with gpio-sim, made from Debian packages."""
