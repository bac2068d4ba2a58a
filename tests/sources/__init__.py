"""Tests of the sources, against files on disk and a real HTTP server on loopback."""
