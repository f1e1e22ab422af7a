"""How many random examples the tests try, by the environment variable AEHELPERS_CHECK.

Unset: a few, the same in every run. "whole", as in the full CI: more of the same. "fuzz", as in
`make fuzz`: many, other ones in every run.
"""

import os

FUZZ = os.environ.get("AEHELPERS_CHECK") == "fuzz"
FACTOR = {"whole": 10, "fuzz": 40}.get(os.environ.get("AEHELPERS_CHECK"), 1)
