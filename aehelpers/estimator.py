"""What every estimator has: the habits of scikit-learn, and checks of arguments and samples."""

import inspect
from numbers import Integral, Real

import numpy as np


class NotFittedError(ValueError, AttributeError):
    """An estimator was asked for something that only fit can give it, as in scikit-learn."""


class Estimator:
    """An object whose __init__ only stores its arguments, by name, as scikit-learn expects.

    registry : every subclass by its name, with which `load` finds it again.
    """

    registry = {}

    def __init_subclass__(cls):
        """Enter the class into the registry."""
        Estimator.registry[cls.__name__] = cls

    def get_params(self, deep=True):
        """The arguments of __init__, by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params):
        """Change arguments of __init__. The change takes effect at the next fit.

        Until then what was learnt keeps the old arguments, and so does partial_fit. Only what
        needs no fit, such as loss_and_grad, takes the arguments as they stand.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                kind = type(self).__name__
                raise ValueError(f"{kind} has no parameter {name!r}; it has {', '.join(known)}")
            setattr(self, name, value)
        return self

    def __repr__(self):
        defaults = inspect.signature(type(self)).parameters
        shown = [
            # A legacy generator's repr ends in its address, which says nothing to a reader.
            f"{name}={repr(value).partition(' at 0x')[0]}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __sklearn_tags__(self):
        from sklearn.utils import Tags, TargetTags, TransformerTags

        target, transformer = TargetTags(required=False), TransformerTags()
        return Tags(estimator_type=None, target_tags=target, transformer_tags=transformer)


def check_choice(name, value, choices):
    """ValueError unless the argument `name` is one of `choices`, strings or None."""
    if not isinstance(value, str | None) or value not in choices:
        choices = ", ".join(map(repr, choices))
        raise ValueError(f"{name} must be one of {choices}, got {value!r}")


def check_whole(name, value, least):
    """ValueError unless the argument `name` is a whole number, not below `least`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"{name} must be a whole number, at least {least}, got {value!r}")


def check_number(name, value, least=-np.inf, above=-np.inf, below=np.inf):
    """ValueError unless the argument `name` is a finite number within these bounds."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not (above < value < below and value >= least):
        lower = f"at least {least}" if np.isfinite(least) else f"above {above}"
        upper = f" and below {below}" if np.isfinite(below) else ""
        raise ValueError(f"{name} must be a finite number, {lower}{upper}, got {value!r}")


def check_widths(name, value, example):
    """TypeError unless the argument `name` is a tuple or list, ValueError unless of widths."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of widths, such as {example}, got {value!r}")
    for width in value:
        check_whole(f"a width in {name}", width, least=1)


def generator(random_state):
    """The random generator that `random_state` stands for; TypeError if it stands for none.

    An int or None seeds a new one (PCG64). A Generator, or a legacy RandomState, is used as it
    is.
    """
    if isinstance(random_state, np.random.Generator | np.random.RandomState):
        return random_state
    if isinstance(random_state, int | np.integer | None) and not isinstance(random_state, bool):
        return np.random.default_rng(random_state)
    raise TypeError(
        f"random_state must be None, an int, a Generator or a RandomState, got {random_state!r}"
    )


def as_samples(X, n_features=None, dtype="float64", name="X"):
    """X as a finite array (n, d) of `dtype`, samples in rows.

    What cannot be that raises ValueError or TypeError, which says what came and what to do.
    """
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold real numbers, got dtype {X.dtype}: "
            "turn text and categories into numbers first"
        )
    if X.ndim != 2:
        hint = "flatten images with X.reshape(len(X), -1)"
        if X.ndim == 1:
            hint = "a single sample is X[None, :], a single feature X[:, None]"
        raise ValueError(
            f"{name} must have two axes, (samples, features), got shape {X.shape}: {hint}"
        )
    if X.size == 0:
        raise ValueError(
            f"{name} is empty, its shape is {X.shape}: "
            "at least one sample and one feature are needed"
        )
    if n_features not in (None, X.shape[1]):
        raise ValueError(
            f"{name} has {X.shape[1]} features, but {n_features} are expected, as in fit"
        )
    X = X.astype(dtype, copy=False)
    if not np.isfinite([X.min(), X.max()]).all():  # a NaN is both of them; no memory for a mask
        bad = np.argwhere(~np.isfinite(X))
        raise ValueError(
            f"{name} holds {len(bad)} values that are NaN or infinite, the first at row "
            f"{bad[0, 0]}, column {bad[0, 1]}: drop or fill them first"
        )
    return X
