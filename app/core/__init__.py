"""Foundations that know nothing of the trade: time, identifiers, database, tokens, life cycles."""
