"""What turns an engine into a course: scenarios, predictions, comparisons, checks, hints, solutions and progress.

Each lesson has a folder here with its situations, questions and checks; its text is the notebook of the same number.
"""

from pilothouse.learn.lesson import Lesson

__all__ = ["Lesson"]
