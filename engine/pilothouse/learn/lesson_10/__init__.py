"""Lesson 10, "Explain a pending pod": from the scheduler's message to the cause, and to the smallest change."""

from pilothouse.learn.lesson import Lesson
from pilothouse.learn.lesson_10.checks import CHECKS
from pilothouse.learn.lesson_10.questions import QUESTIONS
from pilothouse.learn.lesson_10.scenario import SCENARIO

lesson = Lesson("10-explain-a-pending-pod", SCENARIO, QUESTIONS, CHECKS)

__all__ = ["lesson"]
