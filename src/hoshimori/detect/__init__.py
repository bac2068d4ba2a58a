"""ONE FILE, ONE PHENOMENON: a detector is handed a view and a watchlist and gives events."""
