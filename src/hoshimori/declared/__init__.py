"""WHAT SOMEBODY SAYS IS SO: sites, regions, launches and operators' reports, each with its source and its grade."""
