"""Many nets trained at once, on all cores, for lessons that compare them."""

import os
from concurrent.futures import ThreadPoolExecutor

from ..extras import from_extra
from ..sweeps import fit_all


def fit_side_by_side(models, X, ensemble_size=5):
    """Fit a list of models as `sweeps.fit_all` does, on all cores, and return it.

    X : one array (n, d) for all, or a list with an array for each model.
    Matrices as small as those of the lessons take longer on two threads than on one. So each
    ensemble has one thread, and as many ensembles train at once as there are cores.
    """
    one_thread = from_extra("threadpoolctl").threadpool_limits(1)
    with one_thread, ThreadPoolExecutor(os.cpu_count()) as executor:
        return fit_all(models, X, executor, ensemble_size)
