"""Scheduled jobs: declared in code, run once a business slot, by one leader."""

from app.scheduling.registry import JOBS, Job, job
from app.scheduling.run import Counts, Run
from app.scheduling.slots import Daily, Every

__all__ = ["JOBS", "Counts", "Daily", "Every", "Job", "Run", "job"]
