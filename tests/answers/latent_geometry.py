"""Answers to the exercises on latent geometry: right ones in other forms, and wrong ones."""

METRIC = """
def metric(net, z):
    g, k, h = net.inverse_transform, len(z), 1e-4
    {}
"""
EVENLY = """
def evenly(net, path, n):
    {}
"""
FINE = (
    "fine = latent_geometry.cut(path, 100); g = net.inverse_transform(fine)\n"
    "    at = np.cumsum([0, *np.linalg.norm(np.diff(g, axis=0), axis=1)])\n"
    "    "
)

ANSWERS = {
    1: {
        "right": [
            METRIC.format(
                "J = np.zeros((net.n_features_in_, k))\n"
                "    for j in range(k):\n"
                "        step = np.zeros(k); step[j] = 1e-5\n"
                "        J[:, j] = (g((z + step)[None]) - g((z - step)[None]))[0] / 2e-5\n"
                "    return J.T @ J"
            ),
            METRIC.format(
                "both = g(np.concatenate([z + h * np.eye(k), z - h * np.eye(k)]))\n"
                "    return np.einsum('id,jd->ij', both[:k] - both[k:], both[:k] - both[k:]) / (2 * h) ** 2"
            ),
            METRIC.format(
                "J = (g(z + 1e-6 * np.eye(k)) - g(z[None])) / 1e-6\n    return (J @ J.T).tolist()"
            ),
        ],
        "wrong": [
            (
                METRIC.format(
                    "J = (g(z + h * np.eye(k)) - g(z - h * np.eye(k))) / h; return J @ J.T"
                ),
                "for a linear decoder",
            ),
            (
                METRIC.format(
                    "J = (g(z + h * np.eye(k)) - g(z - h * np.eye(k))) / (2 * h); return J.T @ J"
                ),
                "has the shape (5, 5)",
            ),
            (
                METRIC.format(
                    "J = (g(z + h * np.eye(k)) - g(z - h * np.eye(k))) / (2 * h); return J"
                ),
                "has the shape",
            ),
            (
                METRIC.format(
                    "J = (g(z + h * np.eye(k)) - g(z - h * np.eye(k))) / (2 * h)\n"
                    "    return np.diag((J ** 2).sum(axis=1))"
                ),
                "for a linear decoder",
            ),
            (METRIC.format("W = net.weights_['W_d']; return W @ W.T"), "KeyError"),
            (
                METRIC.format(
                    "J = (g(h * np.eye(k)) - g(-h * np.eye(k))) / (2 * h); return J @ J.T"
                ),
                "among images",
            ),
            (
                METRIC.format("J = (g(z + np.eye(k)) - g(z - np.eye(k))) / 2; return J @ J.T"),
                "among images",
            ),
        ],
    },
    2: {
        "right": [
            EVENLY.format(
                FINE + "want = at[-1] * np.arange(n) / (n - 1)\n"
                "    return np.c_[np.interp(want, at, fine[:, 0]), np.interp(want, at, fine[:, 1])]"
            ),
            EVENLY.format(
                "fine = latent_geometry.cut(path, 3000); g = net.inverse_transform(fine)\n"
                "    at = np.cumsum([0, *np.linalg.norm(np.diff(g, axis=0), axis=1)])\n"
                "    want = np.linspace(0, at[-1], n)\n"
                "    return fine[[int(np.abs(at - w).argmin()) for w in want]].tolist()"
            ),
            EVENLY.format(
                FINE + "from scipy.interpolate import interp1d\n"
                "    return interp1d(at, fine, axis=0)(np.linspace(0, at[-1] * (1 - 1e-12), n))"
            ),
        ],
        "wrong": [
            (
                EVENLY.format(
                    "place = np.linspace(0, len(path) - 1, n)\n"
                    "    return np.stack([np.interp(place, np.arange(len(path)), c) for c in path.T], 1)"
                ),
                "times as long as asked for",
            ),
            (
                EVENLY.format("return np.linspace(path[0], path[-1], n)"),
                "times as long as asked for",
            ),
            (
                EVENLY.format(
                    FINE + "want = np.linspace(0, at[-1], n + 1)[:-1]\n"
                    "    return np.stack([np.interp(want, at, c) for c in fine.T], 1)"
                ),
                "are not the ends",
            ),
            (
                EVENLY.format(
                    FINE + "want = np.linspace(0, at[-1], n)\n"
                    "    return np.stack([np.interp(want, at, c) for c in fine.T])"
                ),
                "has the shape",
            ),
            (
                EVENLY.format(
                    "g = net.inverse_transform(path)\n"
                    "    at = np.cumsum([0, *np.linalg.norm(np.diff(g, axis=0), axis=1)])\n"
                    "    want = np.linspace(0, at[-1], n)\n"
                    "    return np.stack([np.interp(want, at, c) for c in path.T], 1)"
                ),
                "times as long as asked for",
            ),
            (
                EVENLY.format(
                    "fine = latent_geometry.cut(path, 100); g = map_net.inverse_transform(fine)\n"
                    "    at = np.cumsum([0, *np.linalg.norm(np.diff(g, axis=0), axis=1)])\n"
                    "    want = np.linspace(0, at[-1], n)\n"
                    "    return np.stack([np.interp(want, at, c) for c in fine.T], 1)"
                ),
                "hidden",
            ),
        ],
    },
}
