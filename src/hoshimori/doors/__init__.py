"""THE ONLY ROOM THAT SPEAKS TO PEOPLE: the command line, the Python calls behind it, the report."""
