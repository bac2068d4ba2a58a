"""hoshimori (星守, star guardian): watches over the satellites people depend on."""
