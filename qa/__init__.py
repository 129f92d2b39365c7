"""Hits in, checked answers out: evidence, the local model, attribution, abstention, evaluation.

Knows nothing of pages or of how articles are stored.
"""
