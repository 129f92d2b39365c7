"""Articles in, hits out: reading, cleaning, the catalogue, the vectors and hybrid search.

Knows nothing of language models, answers or pages.
"""
