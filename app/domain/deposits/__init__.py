"""What one deposit writes, whoever makes it, and series of deposits."""
