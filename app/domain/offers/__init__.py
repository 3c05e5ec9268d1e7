"""Offers: one need for one job."""
