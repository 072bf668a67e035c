"""Tone: what ours and its peers tell, on the same folds, held-out figures only."""
