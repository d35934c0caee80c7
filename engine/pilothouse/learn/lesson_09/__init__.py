"""Lesson 09, "Place pods: rank the nodes": scores, spreading, GPUs, priorities and preemption."""

from pilothouse.learn.lesson import Lesson
from pilothouse.learn.lesson_09.checks import CHECKS
from pilothouse.learn.lesson_09.questions import QUESTIONS
from pilothouse.learn.lesson_09.scenario import SCENARIO

lesson = Lesson("09-rank-nodes", SCENARIO, QUESTIONS, CHECKS)

__all__ = ["lesson"]
