"""Measuring: data sets in, figures with their uncertainty out. See docs/evaluation.md."""
