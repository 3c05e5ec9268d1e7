"""API Apprentissage: the national catalogue of courses, and who answers for a place."""
