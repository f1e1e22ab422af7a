"""The further notebook on latent geometry: paths on a lattice, and their explorer."""

import numpy as np

from ...extras import from_extra
from ...figures import Explorer, plots

# With their mirror images, the directions to all lattice points up to three steps away that no
# nearer lattice point hides.
MOVES = [(0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)]


def cut(path, fine):
    """Return the path through codes (m, k) with each straight step cut into `fine` parts."""
    at = np.arange(fine * (len(path) - 1) + 1) / fine
    return np.stack([np.interp(at, np.arange(len(path)), z) for z in path.T], axis=1)


def length_by_metric(net, path, h=1e-5):
    """Return the length among images of a straight path (m, 2), from |J v| at its codes.

    v is the way from the first code to the last. J v is a central difference with step h, and
    the integral over the path is taken by the trapezoidal rule.
    """
    step = h * (path[-1] - path[0])
    moved = net.inverse_transform(path + step) - net.inverse_transform(path - step)
    speed = np.linalg.norm(moved, axis=1) / (2 * h)
    return (speed[1:] + speed[:-1]).mean() / 2


class Lattice:
    """Codes on a square lattice, joined to neighbours by how far their images are apart.

    net : a fitted autoencoder with two latent dimensions.   side (m,) : the places on each
    axis.   codes (m^2, 2) : the lattice.   area (m, m) : sqrt(det J^T J), the area among images
    of a unit of area of the map.
    """

    def __init__(self, net, side):
        self.net, self.side, m = net, side, len(side)
        self.codes = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        images = net.inverse_transform(self.codes)
        by_row, by_column = np.gradient(images.reshape(m, m, -1), side, side, axis=(0, 1))
        dot = (by_row * by_column).sum(axis=-1)
        squares = (by_row**2).sum(axis=-1) * (by_column**2).sum(axis=-1)
        self.area = np.sqrt(squares - dot**2)
        number = np.arange(m**2).reshape(m, m)
        graph = from_extra("scipy.sparse").lil_matrix((m**2, m**2))
        for down, right in MOVES + [(down, -right) for down, right in MOVES[2:]]:
            a = number[: m - down, max(0, -right) : m - max(0, right)].ravel()
            b = number[down:, max(0, right) : m + min(0, right)].ravel()
            graph[a, b] = np.linalg.norm(images[a] - images[b], axis=1)
        self.graph = graph.tocsr()

    def shortest_path(self, a, b):
        """Return the codes (m, 2) of the shortest path in the graph from code a to code b."""
        dijkstra = from_extra("scipy.sparse.csgraph").dijkstra
        _, before = dijkstra(self.graph, directed=False, indices=a, return_predecessors=True)
        path = [b]
        while path[-1] != a:
            path.append(before[path[-1]])
        return self.codes[path[::-1]]


def _images_along(net, path, length, n=7):
    """Return the images of n codes at equal distances among images along the path."""
    steps = [length(path[i : i + 2]) for i in range(len(path) - 1)]
    place, wanted = np.cumsum([0, *steps]), np.linspace(0, sum(steps), n)
    codes = np.stack([np.interp(wanted, place, z) for z in path.T], axis=1)
    return net.inverse_transform(codes)


def path_explorer(lattice, straight, found, ratios, length):
    """Return the explorer of pairs of codes: the straight line and the path found between them.

    straight, found : for each pair, a path through codes (m, 2).   ratios : length of the
    straight line / of the path found.   length(path) : length among images.
    """
    rows = [
        np.concatenate([_images_along(lattice.net, path, length) for path in paths])
        for paths in zip(straight, found, strict=True)
    ]

    def draw(axes, pair):
        line, way = straight[pair - 1], found[pair - 1]
        side = lattice.side
        plots.surface(side, side, lattice.area, ax=axes[0], label="area factor", log=True)
        axes[0].plot(*line.T, color="white", linestyle=":", linewidth=2)
        axes[0].plot(*way.T, color="white", linewidth=1.6)
        ends = {"color": "white", "markeredgecolor": plots.INK, "linestyle": "none"}
        axes[0].plot(*line[[0, -1]].T, "o", **ends)
        axes[0].set(xlabel="code $z_1$", ylabel="code $z_2$", aspect="equal")
        plots.image_grid(
            rows[pair - 1], ax=axes[1], rows=2, row_titles=["straight", "path found"]
        )
        return f"The straight line is {ratios[pair - 1]:.2f} times as long as the path found."

    return Explorer(
        draw,
        pair=list(range(1, len(ratios) + 1)),
        start={"pair": 1},
        labels={"pair": "pair of codes, largest ratio first"},
        title="The straight line and a shorter path",
        panels=(1, 2),
        figsize=(7.6, 3.2),
    )
