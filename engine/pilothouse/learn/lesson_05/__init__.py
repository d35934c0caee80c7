"""Lesson 05, "Declare what you want": the control loop, seen from outside and then from inside."""

from pilothouse.learn.lesson import Lesson
from pilothouse.learn.lesson_05.checks import CHECKS
from pilothouse.learn.lesson_05.questions import QUESTIONS
from pilothouse.learn.lesson_05.scenario import SCENARIO

lesson = Lesson("05-declare-what-you-want", SCENARIO, QUESTIONS, CHECKS)

__all__ = ["lesson"]
