"""Lesson 08, "Filter nodes": the first half of the scheduler, as a table of machines and reasons."""

from pilothouse.learn.lesson import Lesson
from pilothouse.learn.lesson_08.checks import CHECKS
from pilothouse.learn.lesson_08.questions import QUESTIONS
from pilothouse.learn.lesson_08.scenario import SCENARIO

lesson = Lesson("08-filter-nodes", SCENARIO, QUESTIONS, CHECKS)

__all__ = ["lesson"]
