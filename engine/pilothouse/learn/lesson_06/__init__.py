"""Lesson 06, "Write a controller": the control loop from inside, and why it must not count on events."""

from pilothouse.learn.lesson import Lesson
from pilothouse.learn.lesson_06.checks import CHECKS
from pilothouse.learn.lesson_06.helmsman import Helmsman
from pilothouse.learn.lesson_06.listener import Listener
from pilothouse.learn.lesson_06.questions import QUESTIONS
from pilothouse.learn.lesson_06.scenario import SCENARIO

lesson = Lesson("06-write-a-controller", SCENARIO, QUESTIONS, CHECKS)

__all__ = ["Helmsman", "Listener", "lesson"]
