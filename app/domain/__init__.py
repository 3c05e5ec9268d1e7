"""The concepts of the trade, in plain Python and SQLAlchemy."""
