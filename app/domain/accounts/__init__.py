"""People who sign in, their sessions, and the links sent to them."""
