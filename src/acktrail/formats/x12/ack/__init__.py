"""Answers: TA1 about an interchange, 999 and 997 about its groups. Not here: 277CA."""
