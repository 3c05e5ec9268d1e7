"""Small servers that behave as the partners do, for development and tests, and know nothing of ours."""
