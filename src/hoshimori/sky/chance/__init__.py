"""How probable a collision is: one function for each published method, named by author and year, and what chooses among them."""
