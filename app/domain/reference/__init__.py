"""Reference data that the service reads and never changes by itself: jobs, places, dated legal values."""
