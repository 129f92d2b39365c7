"""Dateline's times beside those of its peers, measured in one run; `python -m bench` or `make bench`."""

import ui as ui  # before numpy: its products have no helper then, as in the program
