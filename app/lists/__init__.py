"""What long lists share: views that people keep, and acts on many of their rows at once."""
