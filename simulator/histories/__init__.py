"""Random histories of one contract: in any order of deliveries, crashes and decisions, the promises hold."""
