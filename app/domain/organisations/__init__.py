"""Structures with a dashboard: who belongs to them, in which role, and whether they are verified."""
