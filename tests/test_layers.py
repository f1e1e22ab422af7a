"""Each backward pass is the gradient of the forward pass, for one model and for many."""

from math import prod

import numpy as np
import pytest
from scipy.signal import correlate2d

from aehelpers import layers
from aehelpers.checks import check_gradient
from aehelpers.images import Conv, Deconv, Patches, Upsample
from aehelpers.layers import (
    Chain,
    Dense,
    GaussianCode,
    GaussianNoise,
    Identity,
    LogVariance,
    MaskingNoise,
    ReLU,
    SaltAndPepper,
    Sigmoid,
    Tanh,
    Tied,
    WithInput,
    ones,
    product,
    side_by_side,
    sum_over_samples,
)
from aehelpers.losses import squared_error

AXES = [(), (3,), (2, 3)]
WIDTH = 4

# image_shape, channels, kernel_size, stride, padding
GEOMETRIES = [
    ((4, 5, 2), 3, 3, 1, None),
    ((4, 4), 2, 4, 2, None),
    ((7, 6, 1), 2, 4, 2, None),  # the last row of the padded image is in no patch
    ((5, 7, 2), 1, 3, 2, None),
    ((6, 5, 3), 2, 2, 2, 0),
    ((4, 3, 2), 2, 1, 1, None),
    ((2, 3, 1), 2, 5, 1, 2),
    ((3, 4, 1), 3, 2, 1, 2),  # places that see nothing but padding
    ((8, 7, 1), 1, 2, 3, 0),  # gaps that no patch covers
]

# Each layer with the widths of what goes in and of what comes out.
LAYERS = {
    "dense": (Dense(WIDTH, WIDTH), WIDTH, WIDTH),
    "identity": (Identity(), WIDTH, WIDTH),
    "sigmoid": (Sigmoid(), WIDTH, WIDTH),
    "tanh": (Tanh(), WIDTH, WIDTH),
    "relu": (ReLU(), WIDTH, WIDTH),
    "noise": (GaussianNoise(np.float64(0.3)), WIDTH, WIDTH),
    "mask": (MaskingNoise(0.4), WIDTH, WIDTH),
    "salt_pepper": (SaltAndPepper(0.4), WIDTH, WIDTH),
    "gaussian code": (GaussianCode(), 2 * WIDTH, WIDTH),
    "known variance": (LogVariance(0.2), WIDTH, WIDTH + 1),
    "learned variance": (LogVariance(), WIDTH, WIDTH + 1),
    "chain": (Chain(Dense(WIDTH, 2), Chain(Tanh(), Dense(2, 3)), Sigmoid()), WIDTH, 3),
    "with input": (WithInput(Chain(Dense(WIDTH, 3), Tanh())), WIDTH, 3 + WIDTH),
    "tied": (Tied(Dense(WIDTH, WIDTH), np.arange(20) % 7), WIDTH, WIDTH),
    "upsample": (Upsample((2, 3, 2), 3), 12, 12 * 9),
}
for geometry in GEOMETRIES:
    conv, deconv = Conv(*geometry), Deconv(*geometry)
    n_in, n_out = prod(geometry[0]), prod(conv.out_shape)
    LAYERS[f"conv {geometry}"] = conv, n_in, n_out
    LAYERS[f"deconv {geometry}"] = deconv, n_out, n_in


def run(network, theta, x, target):
    """Loss, slope at theta, slope at x; the noise is the same in every call."""
    y, backward = network.forward(theta, x, np.random.default_rng(7))
    value, delta = squared_error(y, target)
    grad = np.full_like(theta, np.nan)  # what backward forgets to write stays NaN
    return value, grad, backward(delta, grad)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_gradient(layer, axes, rng):
    layer, n_in, n_out = LAYERS[layer]
    network = Chain(Dense(3, n_in), layer, Dense(n_out, 2))
    theta = 0.4 * rng.standard_normal((*axes, network.size))
    x, target = rng.standard_normal((5, 3)), rng.random((5, 2))
    check_gradient(lambda theta: run(network, theta, x, target)[:2], theta, rng=rng)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_slope_at_the_input(layer, axes, rng):
    layer, n_in, n_out = LAYERS[layer]
    theta = 0.4 * rng.standard_normal((*axes, layer.size))
    x, target = 0.4 * rng.standard_normal((*axes, 5, n_in)), rng.random((5, n_out))

    def f(flat):
        value, _, slope = run(layer, theta, flat.reshape(x.shape), target)
        return value, slope.reshape(flat.shape)

    check_gradient(f, x.reshape(*axes, 5 * n_in), step=1e-5)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_slope_at_an_input_that_the_models_share(layer, axes, rng):
    layer, n_in, n_out = LAYERS[layer]
    network = Chain(layer, Dense(n_out, 2))
    theta, x = rng.standard_normal((*axes, network.size)), rng.standard_normal((5, n_in))
    _, grad, slope = run(network, theta, x, np.zeros((5, 2)))
    assert slope.shape == (*axes, 5, n_in)
    for model in np.ndindex(*axes):
        _, *alone = run(network, theta[model], x, np.zeros((5, 2)))
        np.testing.assert_allclose(grad[model], alone[0], rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(slope[model], alone[1], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_views_cut_once_and_no_slope_at_x_leave_the_gradient_as_it_is(layer, axes, rng):
    layer, n_in, n_out = LAYERS[layer]
    for network in (layer, Chain(GaussianNoise(0.1), Chain(layer), Dense(n_out, 2))):
        theta, x = rng.standard_normal((*axes, network.size)), rng.standard_normal((5, n_in))
        y, backward = network.forward(theta, x, np.random.default_rng(7))
        grad, delta = np.full_like(theta, np.nan), rng.standard_normal(y.shape)
        slope = backward(delta, grad)
        again = np.full_like(theta, np.nan)
        views, slopes = network.unpack(theta), network.unpack(again)
        assert network.unpack(views) is views
        y_again, backward = network.forward(views, x, np.random.default_rng(7))
        np.testing.assert_array_equal(y_again, y)
        np.testing.assert_array_equal(backward(delta, slopes), slope)
        np.testing.assert_array_equal(again, grad)
        if network.size:
            again[:] = np.nan
            backward(delta, slopes, return_delta=False)
            np.testing.assert_array_equal(again, grad)


def test_a_first_layer_does_no_work_for_a_slope_that_nobody_wants(rng):
    for layer, n_in, _ in LAYERS.values():
        if isinstance(layer, Dense | Conv | Deconv):
            x = rng.standard_normal((5, n_in))
            network = Chain(Tanh(), Chain(layer, Tanh()))
            y, backward = network.forward(rng.standard_normal(layer.size), x)
            assert backward(y, np.empty(layer.size), return_delta=False) is None


@pytest.mark.parametrize("layer", LAYERS)
def test_float32_stays(layer, rng):
    layer, n_in, _ = LAYERS[layer]
    theta, x = rng.standard_normal(layer.size), rng.random((5, n_in))
    theta, x = theta.astype("float32"), x.astype("float32")
    for noise in (None, rng):
        y, backward = layer.forward(theta, x, noise)
        assert y.dtype == backward(y, theta.copy()).dtype == "float32"


@pytest.mark.parametrize("n_in", [1, 3])
@pytest.mark.parametrize("axes", AXES, ids=str)
def test_product_is_the_matrix_product_and_keeps_the_layout(axes, n_in, rng):
    """Also for a single inner number, where it does not call matmul."""
    W = rng.standard_normal((*axes, n_in, 2))
    in_rows = rng.random((*axes, 5, n_in))
    for x in (in_rows, side_by_side(in_rows)):
        y = product(x, W)
        np.testing.assert_allclose(y, in_rows @ W, rtol=1e-15, atol=1e-15)
        if n_in > 1:
            assert y.mT.flags.c_contiguous == x.mT.flags.c_contiguous != y.flags.c_contiguous


def test_a_sum_over_samples_is_numpys(rng):
    for dtype in ("float64", "float32"):  # one after the other: what is remembered has a dtype
        delta = rng.random((3, 5, 2)).astype(dtype)
        out = np.empty((3, 1, 2), dtype)
        sum_over_samples(delta, out)
        np.testing.assert_allclose(out, delta.sum(axis=-2, keepdims=True), rtol=1e-6)
        assert not ones(5, delta.dtype).flags.writeable
        assert ones(5, delta.dtype).dtype == dtype


@pytest.mark.parametrize("kind", [Conv, Deconv])
def test_layers_of_images_give_the_samples_side_by_side(kind, rng):
    """However they come: the speed of the next layer hangs on it."""
    layer = kind((4, 5, 2), 3)
    n_in = 40 if kind is Conv else prod(Conv((4, 5, 2), 3).out_shape)
    in_rows = rng.random((7, n_in))
    for x in (in_rows, side_by_side(in_rows)):
        y, backward = layer.forward(layer.init(rng), x)
        assert y.mT.flags.c_contiguous
        assert backward(y, layer.init(rng)).mT.flags.c_contiguous


def test_dense_is_the_formula(rng):
    dense, x = Dense(3, 2), rng.standard_normal((5, 3))
    theta = rng.standard_normal(dense.size)
    W, b = dense.unpack(theta)
    assert W.shape == (3, 2) and b.shape == (1, 2) and dense.size == 8
    np.testing.assert_array_equal(dense.forward(theta, x)[0], x @ W + b)
    W[:], b[:] = 1, 2
    np.testing.assert_array_equal(theta, [1] * 6 + [2] * 2)  # they are views


@pytest.mark.parametrize(
    "layer", [Dense(300, 500), Conv((9, 9, 20), 60, 4, 2), Deconv((9, 9, 20), 60, 4, 2)]
)
def test_weights_start_as_glorot_says(layer):
    W, b = layer.unpack(layer.init(np.random.default_rng(0)))
    assert not b.any()
    assert abs(W.mean()) < 4 * W.std() / np.sqrt(W.size)
    # The relative standard error of a deviation is 1 / sqrt(2 n).
    expected = np.sqrt(2 / (layer.fan_in + layer.fan_out))
    assert W.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * W.size))


@pytest.mark.parametrize("kind", [Conv, Deconv])
@pytest.mark.parametrize("kernel_size, stride", [(3, 1), (4, 2), (4, 1), (6, 3)])
def test_fans_count_what_meets_away_from_the_border(kind, kernel_size, stride):
    layer, shape = kind((36, 36, 3), 5, kernel_size, stride), (36, 36, 3)
    theta = np.ones(layer.size)
    layer.unpack(theta)[1][:] = 0
    shapes = [shape, (*layer.patches.positions, 5)]
    n_in, n_out = shapes if kind is Conv else reversed(shapes)
    y, backward = layer.forward(theta, np.ones((1, prod(n_in))))
    slope = backward(np.ones_like(y), np.empty_like(theta))
    for image, its_shape, fan in ((y, n_out, layer.fan_in), (slope, n_in, layer.fan_out)):
        image = image.reshape(its_shape)
        middle = image[len(image) // 3 : -len(image) // 3, len(image) // 3 : -len(image) // 3]
        assert (middle == fan).all()


@pytest.mark.parametrize(
    "name, y, slope",
    [
        ("identity", [-2, 0, 1, 800], [1, 1, 1, 1]),
        (
            "sigmoid",
            [0.11920292202211755, 0.5, 0.7310585786300049, 1],
            [0.104994, 0.25, 0.196612, 0],
        ),
        ("tanh", [-0.9640275800758169, 0, 0.7615941559557649, 1], [0.070651, 1, 0.419974, 0]),
        ("relu", [0, 0, 1, 800], [0, 0, 1, 1]),
    ],
)
def test_activation_values(name, y, slope):
    got, backward = layers.ACTIVATIONS[name]().forward(None, np.array([[-2.0, 0, 1, 800]]))
    np.testing.assert_allclose(got, [y], rtol=1e-15)
    np.testing.assert_allclose(backward(np.ones((1, 4)), None), [slope], atol=1e-6)


def test_noise_is_on_with_an_rng_only():
    x = np.zeros((500, 400))
    noise = GaussianNoise(0.3)
    assert noise.forward(None, x)[0] is x
    y = noise.forward(None, x, np.random.default_rng(0))[0]
    assert abs(y.mean()) < 4 * 0.3 / np.sqrt(y.size)
    assert y.std() == pytest.approx(0.3, rel=4 / np.sqrt(2 * y.size))
    assert abs((y[:, 1:] * y[:, :-1]).mean()) < 4 * 0.3**2 / np.sqrt(y.size)
    assert (
        noise.forward(None, x.astype("float32"), np.random.default_rng(0))[0].dtype == "float32"
    )


def share(hits):
    """A share and 4 times its standard error."""
    return hits.mean(), 4 * np.sqrt(hits.mean() * (1 - hits.mean()) / hits.size)


@pytest.mark.parametrize("lost", [0.0, 0.1, 0.5, 1.0])
def test_a_mask_loses_its_share(lost):
    x = np.full((500, 200), 0.7)
    assert MaskingNoise(lost).forward(None, x)[0] is x
    y = MaskingNoise(lost).forward(None, x, np.random.default_rng(0))[0]
    assert set(np.unique(y)) <= {0.0, 0.7}
    zeros, error = share(y == 0)
    assert abs(zeros - lost) <= error


@pytest.mark.parametrize("lost", [0.0, 0.1, 0.5, 1.0])
def test_as_much_salt_as_pepper(lost):
    x = np.full((500, 200), 0.7)
    assert SaltAndPepper(lost).forward(None, x)[0] is x
    y = SaltAndPepper(lost).forward(None, x, np.random.default_rng(0))[0]
    assert set(np.unique(y)) <= {0.0, 0.7, 1.0}
    for grain in (0, 1):
        grains, error = share(y == grain)
        assert abs(grains - lost / 2) <= error


def test_a_gaussian_code_is_drawn_from_its_mean_and_variance():
    mu, s, n = np.array([-1.0, 0.0, 2.0]), np.array([-3.0, 0.0, 1.5]), 100_000
    x = np.tile(np.concatenate([mu, s]), (n, 1))
    np.testing.assert_array_equal(GaussianCode().forward(None, x)[0], x[:, :3])
    z = GaussianCode().forward(None, x, np.random.default_rng(0))[0]
    assert (abs(z.mean(axis=0) - mu) < 4 * np.sqrt(np.exp(s) / n)).all()
    np.testing.assert_allclose(z.var(axis=0), np.exp(s), rtol=4 * np.sqrt(2 / n))
    off_diagonal = np.corrcoef(z.T)[np.triu_indices(3, 1)]
    assert (abs(off_diagonal) < 4 / np.sqrt(n)).all()


def test_a_variance_is_the_same_for_every_sample():
    x = np.ones((2, 5, 3))
    known = LogVariance(0.25).forward(np.zeros((2, 0)), x)[0]
    learned = LogVariance().forward(np.array([[1.0], [2.0]]), x)[0]
    np.testing.assert_array_equal(known[..., :3], x)
    np.testing.assert_array_equal(known[..., 3], np.full((2, 5), np.log(0.25)))
    np.testing.assert_array_equal(learned[..., 3], [[1] * 5, [2] * 5])


def test_shared_parameters_move_together(rng):
    dense, index = Dense(2, 2), np.array([0, 1, 2, 0, 3, 3])
    tied = Tied(dense, index)
    start = tied.init(np.random.default_rng(0))
    np.testing.assert_array_equal(start, dense.init(np.random.default_rng(0))[[0, 1, 2, 4]])
    x = rng.standard_normal((5, 2))
    y, backward = tied.forward(start, x)
    np.testing.assert_array_equal(y, dense.forward(start[index], x)[0])
    each = np.empty(6)
    dense.forward(start[index], x)[1](y, each)
    grad = np.full(4, np.nan)
    backward(y, grad)
    expected = [each[0] + each[3], each[1], each[2], each[4] + each[5]]
    np.testing.assert_allclose(grad, expected, rtol=1e-14)


def test_a_chain_is_its_layers(rng):
    parts = Dense(3, 4), Tanh(), Dense(4, 2)
    chain, x = Chain(*parts), rng.standard_normal((5, 3))
    theta = chain.init(np.random.default_rng(0))
    rng_again = np.random.default_rng(0)
    one_by_one = [part.init(rng_again) for part in parts]
    np.testing.assert_array_equal(theta, np.concatenate(one_by_one))
    (W, b), nothing, (V, c) = views = chain.unpack(theta)
    assert [view.shape for view in (W, b, V, c)] == [(3, 4), (1, 4), (4, 2), (1, 2)]
    assert nothing.size == 0 and all(view.base is theta for view in (W, b, V, c))
    assert chain.unpack(views) is views
    y = parts[2].forward(one_by_one[2], np.tanh(parts[0].forward(one_by_one[0], x)[0]))[0]
    np.testing.assert_array_equal(chain.forward(theta, x)[0], y)


# ---- pictures ------------------------------------------------------------------------------


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_fold_is_the_transpose_of_unfold(geometry, axes, rng):
    shape, _, *where = geometry
    patches = Patches(shape, *where)
    x = rng.standard_normal((*axes, 5, prod(shape)))
    unfolded = patches.unfold(x)
    k, channels = patches.kernel_size, patches.image_shape[2]
    assert unfolded.shape == (*axes, 5 * prod(patches.positions), k * k * channels)
    p = rng.standard_normal(unfolded.shape)
    assert (unfolded * p).sum() == pytest.approx((x * patches.fold(p)).sum(), rel=1e-12)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_unfold_cuts_patch_after_patch(geometry, rng):
    """Against the plain way: pad, then slice at every place."""
    shape, _, k, stride, padding = geometry
    patches = Patches(shape, k, stride, padding)
    x = rng.standard_normal((3, prod(shape)))
    around = (k - 1) // 2 if padding is None else padding
    border = [(0, 0), (around, around), (around, around), (0, 0)]
    padded = np.pad(x.reshape(3, *patches.image_shape), border)
    corners = [(stride * i, stride * j) for i, j in np.ndindex(patches.positions)]
    plain = [padded[:, i : i + k, j : j + k].reshape(3, -1) for i, j in corners]
    np.testing.assert_array_equal(patches.unfold(x), np.concatenate(plain))


@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_deconv_is_the_transpose_of_conv(geometry, axes, rng):
    conv, deconv = Conv(*geometry), Deconv(*geometry)
    there, back = np.zeros((*axes, conv.size)), np.zeros((*axes, deconv.size))
    W = conv.unpack(there)[0]
    W[:] = rng.standard_normal(W.shape)
    deconv.unpack(back)[0][:] = W.mT
    x = rng.standard_normal((*axes, 5, prod(geometry[0])))
    y = rng.standard_normal((*axes, 5, prod(conv.out_shape)))
    forth = (conv.forward(there, x)[0] * y).sum()
    assert forth == pytest.approx((x * deconv.forward(back, y)[0]).sum(), rel=1e-12)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_conv_is_scipys(geometry, rng):
    shape, channels, kernel_size, stride, padding = geometry
    conv, padding = Conv(*geometry), (kernel_size - 1) // 2 if padding is None else padding
    height, width, n_in = (*shape, 1)[:3]
    theta, x = rng.standard_normal(conv.size), rng.standard_normal((2, height * width * n_in))
    W, b = conv.unpack(theta)
    kernels = W.reshape(kernel_size, kernel_size, n_in, channels)
    y = conv.forward(theta, x)[0].reshape(2, *conv.out_shape)
    for image, got in zip(x.reshape(2, height, width, n_in), y, strict=True):
        image = np.pad(image, [(padding, padding), (padding, padding), (0, 0)])
        for o in range(channels):
            dense = sum(
                correlate2d(image[..., c], kernels[..., c, o], "valid") for c in range(n_in)
            )
            expected = dense[::stride, ::stride] + b[0, o]
            np.testing.assert_allclose(got[..., o], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [Conv, Deconv])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_pytorch_gets_the_same_pictures_and_slopes(geometry, kind, rng, torch):
    shape, channels, kernel_size, stride, padding = geometry
    layer, padding = kind(*geometry), Patches(shape, *geometry[2:]).padding
    large, small = (*shape, 1)[:3], (*layer.patches.positions, channels)
    n_in, n_out = (large, small) if kind is Conv else (small, large)
    theta, x = rng.standard_normal(layer.size), rng.standard_normal((3, prod(n_in)))
    target, grad = rng.standard_normal((3, prod(n_out))), np.empty_like(theta)
    y, backward = layer.forward(theta, x)
    slope = backward(target, grad)

    twins = [torch.tensor(array, requires_grad=True) for array in (theta, x)]
    W, b = twins[0][: -layer.n_biases], twins[0][-layer.n_biases :]
    images = twins[1].reshape(3, *n_in).permute(0, 3, 1, 2)
    kernel = kernel_size, kernel_size
    if kind is Conv:
        W = W.reshape(*kernel, large[2], channels).permute(3, 2, 0, 1).contiguous()
        twin = torch.nn.functional.conv2d(images, W, b, stride, padding)
    else:
        W = W.reshape(channels, *kernel, large[2]).permute(0, 3, 1, 2)
        covered = [stride * (side - 1) + kernel_size - 2 * padding for side in small[:2]]
        rest = [side - reached for side, reached in zip(large[:2], covered, strict=True)]
        twin = torch.nn.functional.conv_transpose2d(images, W, b, stride, padding, rest)
    twin = twin.permute(0, 2, 3, 1).reshape(3, -1)
    (twin * torch.tensor(target)).sum().backward()
    for ours, theirs in ((y, twin), (grad, twins[0].grad), (slope, twins[1].grad)):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-10)


def test_upsample_repeats_pixels(rng):
    x = rng.random((4, 2 * 3 * 2))
    up = Upsample((2, 3, 2), factor=3)
    expected = x.reshape(4, 2, 3, 2).repeat(3, axis=1).repeat(3, axis=2)
    assert up.out_shape == expected.shape[1:]
    np.testing.assert_array_equal(up.forward(None, x)[0], expected.reshape(4, -1))
    grey = Upsample((2, 3)).forward(None, x[:, :6])[0]
    np.testing.assert_array_equal(grey[0, :4], x[0, [0, 0, 1, 1]])


@pytest.mark.parametrize("kind", [Conv, Deconv])
def test_a_kernel_that_does_not_fit(kind):
    with pytest.raises(ValueError, match="9 x 9 does not fit into an image of 4 x 12 with"):
        kind((4, 12), 2, kernel_size=9, padding=2)


@pytest.mark.parametrize("padding", [None, 0, 1])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4])
def test_patches_know_whether_they_leave_out_pixels(kernel_size, stride, padding):
    for shape in np.ndindex(9, 9):
        if min(shape) + 2 * (padding or 0) < max(kernel_size, 1) or not min(shape):
            continue
        patches = Patches(shape, kernel_size, stride, padding)
        counts = patches.fold(patches.unfold(np.ones((1, prod(shape)))))
        assert patches.leaves_out_pixels == (counts == 0).any()
