"""Calls: rooms for people to talk in, by several providers."""
