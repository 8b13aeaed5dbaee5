"""The question bank: questions as values, where they are kept, how they come in, and how a paper is drawn."""
