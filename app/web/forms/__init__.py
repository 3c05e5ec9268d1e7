"""Forms: bases, fields, and what makes a second posting harmless."""
