"""Makes images: locked Debian packages and wheels become a root tree, the tree a disk image, the image an update."""
