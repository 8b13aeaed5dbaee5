"""The question bank: questions as values, where they are kept, how they come in, and how a paper is drawn."""

from question_bank.question import InvalidQuestion, KeyPoint, Problem, Question

__all__ = ["InvalidQuestion", "KeyPoint", "Problem", "Question"]
