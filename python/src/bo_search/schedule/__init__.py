"""Reads schedules files and applies what they hold in PyTorch."""

from bo_search.schedule.schedules import FileSchedule, SchedulePurifier, Schedules, load_schedules
from bo_search.schedule.schedules_file import DefenceFacts, Schedule

__all__ = ["DefenceFacts", "FileSchedule", "Schedule", "SchedulePurifier", "Schedules", "load_schedules"]
