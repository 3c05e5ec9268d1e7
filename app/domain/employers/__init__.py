"""Firms, their establishments, and the people who get their mails."""
