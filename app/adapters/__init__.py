"""The outside world: each module implements a port of the domain, over HTTP."""
