"""An OpenID Connect provider that behaves as ProConnect does."""
