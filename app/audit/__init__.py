"""The journal: who did what, when, by which way."""
