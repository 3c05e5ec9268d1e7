"""Connectors: one module a platform, with its mapping and its status table; the parts they share beside."""
