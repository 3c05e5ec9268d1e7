"""Pages of the portal, one package for each audience; they never import one another."""
