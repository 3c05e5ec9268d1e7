"""France Travail's token endpoint and ROME 4.0 services."""
