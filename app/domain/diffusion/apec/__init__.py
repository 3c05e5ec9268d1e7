"""APEC for people: identifiers of members, what a structure says once for all, which offers go there."""
