"""Widgets that several screens share; each knows nothing of services or data."""
