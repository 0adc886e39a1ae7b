"""Decide what a command does to an incident, evolve its state, say what is due. Pure: time is always an argument."""
