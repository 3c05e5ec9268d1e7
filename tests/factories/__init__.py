"""Objects that tests start from, made by the services of the domain."""
