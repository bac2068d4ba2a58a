"""The corridor: one sweep from sources to findings."""
