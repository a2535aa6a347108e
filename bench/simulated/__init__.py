"""A simulated year of one township and its clinics, through the real services and envelopes, beside a plain count of its own.

`year.SimulatedYear` plays it; `plain.py` counts the same goods without the program, and orders by the plain rule.
"""
