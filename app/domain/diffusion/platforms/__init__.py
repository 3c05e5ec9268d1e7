"""The declarations of the platforms, one module a platform or a family."""
