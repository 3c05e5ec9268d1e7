"""`make bench`: how fast and how light the portal is, each figure against a reference of the same run."""
