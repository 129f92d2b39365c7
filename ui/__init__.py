"""What people touch: settings, the command line and the Gradio page."""

import os

# Read when numpy comes. A helper of its products (OpenBLAS) else looks for more of them for 0.1 s after each, on a
# processor that is then wanted for reading: eight passages took 160 instead of 130 ms (two cores, November 2026).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
