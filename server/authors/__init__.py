"""The authors' and reviewers' pages of the question bank."""
