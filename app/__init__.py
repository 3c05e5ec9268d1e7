"""Dépôt Alternance."""
