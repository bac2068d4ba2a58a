"""The watch floor: one service with an API, a console and a schedule, on one port."""
