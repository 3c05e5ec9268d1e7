"""Diffusion: the places where an offer is published besides this site, and what each of them says of it."""
