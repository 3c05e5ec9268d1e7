"""A job board without a name, as strict and as moody as the real ones."""
