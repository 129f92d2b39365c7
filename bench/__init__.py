"""Dateline's times beside those of its peers, measured in one run; `python -m bench` or `make bench`."""
