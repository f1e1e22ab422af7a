"""What every estimator has: the habits of scikit-learn, and checks of arguments."""

import inspect
import sys
from difflib import get_close_matches
from numbers import Integral, Real

import numpy as np

from .extras import from_extra
from .samples import as_array, as_samples, check_names, feature_names


class NotFittedError(ValueError, AttributeError):
    """An estimator was asked for something that only fit can give it, as in scikit-learn."""


class Estimator:
    """An object whose __init__ only stores its arguments, by name, as scikit-learn expects.

    After fit: n_features_in_, and feature_names_in_ if X was a frame whose columns have names.
    registry : every subclass by its name, with which `load` finds it again.
    """

    registry = {}

    def __init_subclass__(cls):
        """Enter the class into the registry."""
        Estimator.registry[cls.__name__] = cls

    def __new__(cls, *args, **params):
        """TypeError for an argument that is not known, with the nearest one that is."""
        known = inspect.signature(cls).parameters
        for name in params:
            if name not in known:
                raise TypeError(_unknown(cls, name, known))
        return super().__new__(cls)

    def get_params(self, deep=True):
        """The arguments of __init__, by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params):
        """Change arguments of __init__. The change takes effect at the next fit.

        Until then what was learnt keeps the old arguments, and so does partial_fit. Only what
        needs no fit, such as loss_and_grad, takes the arguments as they stand.
        """
        known = self.get_params()
        for name in params:
            if name not in known:
                raise ValueError(_unknown(type(self), name, known))
        for name, value in params.items():
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

    def get_feature_names_out(self, input_features=None):
        """Names of the columns of a code, (k,): "autoencoder0", "autoencoder1", ...

        input_features : None, or the names of the columns of X, which must be those of fit.
        """
        self._check_fitted()
        if input_features is not None:
            names = as_array(input_features, "input_features").tolist()
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise TypeError(
                    "input_features must be None, or a list of the names of the columns of X, "
                    f"got {input_features!r}"
                )
            if names != list(getattr(self, "feature_names_in_", names)):
                raise ValueError("input_features is not equal to feature_names_in_")
            if len(names) != self.n_features_in_:
                raise ValueError(
                    "input_features should have length equal to number of features "
                    f"({self.n_features_in_}), got {len(names)}"
                )
        kind = type(self).__name__.lower()
        return np.array([f"{kind}{j}" for j in range(self._n_features_out)], dtype=object)

    def set_output(self, *, transform=None):
        """Have transform and fit_transform return a frame of "pandas", or "default": an array.

        None changes nothing. Without a call of this, scikit-learn's own setting decides.
        """
        if transform is not None:
            check_choice("transform", transform, ["default", "pandas"])
            self._sklearn_output_config = {"transform": transform}  # the name that clone copies
        return self

    def _as_output(self, Z, X):
        """Codes Z of X as `set_output` asks for them."""
        sklearn = sys.modules.get("sklearn")  # imported by the reader, or not at all
        default = sklearn.get_config()["transform_output"] if sklearn else "default"
        output = getattr(self, "_sklearn_output_config", {}).get("transform", default)
        if output == "default":
            return Z
        check_choice("transform_output", output, ["default", "pandas"])
        index = X.index if hasattr(X, "iloc") else None
        return from_extra("pandas").DataFrame(
            Z, columns=self.get_feature_names_out(), index=index
        )

    def _samples(self, X, dtype="float64", name="X"):
        """X as `as_samples` gives it, if it has the features of fit."""
        self._check_fitted()
        kind = type(self).__name__
        check_names(X, getattr(self, "feature_names_in_", None), kind)
        X = as_samples(X, dtype, name)
        check_width(X, self.n_features_in_, kind, name)
        return X

    def _checked_codes(self, Z, dtype="float64"):
        """Z as `as_samples` gives it, if it has the columns of a code."""
        self._check_fitted()
        kind, names = type(self).__name__, feature_names(Z)
        expected = self.get_feature_names_out()
        if names is not None and set(names) & set(expected):  # other names may be the reader's
            check_names(Z, expected, kind)
        Z = as_samples(Z, dtype, "Z")
        check_width(Z, len(expected), kind, "Z")
        return Z

    def _remember_features(self, n_features, names):
        """Set n_features_in_ and feature_names_in_; names None: there are none."""
        self.n_features_in_ = n_features
        vars(self).pop("feature_names_in_", None)
        if names is not None:
            self.feature_names_in_ = names

    def _check_fitted(self):
        """NotFittedError before the first fit."""
        if not hasattr(self, "n_features_in_"):
            raise NotFittedError(f"this {type(self).__name__} has learnt nothing yet: call fit")

    def __sklearn_tags__(self):
        from sklearn.utils import Tags, TargetTags, TransformerTags

        target = TargetTags(required=False)
        transformer = TransformerTags(preserves_dtype=[getattr(self, "dtype", "float64")])
        return Tags(estimator_type=None, target_tags=target, transformer_tags=transformer)


def _unknown(kind, name, known):
    """What to say of a parameter `name` that the class `kind` does not have."""
    nearest = get_close_matches(name, known, n=1)
    hint = f", did you mean {nearest[0]!r}?" if nearest else "."
    return f"{kind.__name__} has no parameter {name!r}{hint} It has {', '.join(known)}"


def check_width(X, n_features, kind, name="X"):
    """ValueError unless X (..., n, n_features) has the width that the class `kind` expects."""
    if X.shape[-1] != n_features:
        raise ValueError(
            f"{name} has {X.shape[-1]} features, but {kind} is expecting {n_features} features "
            "as input"
        )


def check_choice(name, value, choices):
    """ValueError unless the argument `name` is one of `choices`, strings or None."""
    if not isinstance(value, str | None) or value not in choices:
        choices = ", ".join(map(repr, choices))
        raise ValueError(f"{name} must be one of {choices}, got {value!r}")


def check_flag(name, value):
    """TypeError unless the argument `name` is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def check_whole(name, value, least, most=np.inf):
    """ValueError unless the argument `name` is a whole number, from `least` to `most`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        upper = f" and at most {most:g}" if whole and value > most else ""
        raise ValueError(
            f"{name} must be a whole number, at least {least}{upper}, got {value!r}"
        )


MOST = 1e12  # samples or parameters, more than any memory holds


def check_n_samples(n_samples):
    """ValueError unless so many samples, or draws, can be asked for."""
    check_whole("n_samples", n_samples, least=1, most=MOST)


def check_number(name, value, least=-np.inf, above=-np.inf, below=np.inf):
    """ValueError unless the argument `name` is a finite number within these bounds."""
    number = _as_float(value)
    if not (above < number < below and number >= least):
        lower = f"at least {least}" if np.isfinite(least) else f"above {above}"
        upper = f" and below {below}" if np.isfinite(below) else ""
        raise ValueError(f"{name} must be a finite number, {lower}{upper}, got {value!r}")


def _as_float(value):
    """A real number as a float; NaN for what is none, or is too large for one."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return np.nan
    try:
        with np.errstate(all="ignore"):
            return float(value)
    except OverflowError:
        return np.nan


def check_widths(name, value, example):
    """TypeError unless the argument `name` is a tuple or list, ValueError unless of widths."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{name} must be a tuple of widths, such as {example}, got {value!r}")
    for width in value:
        check_whole(f"a width in {name}", width, least=1)


def generator(random_state):
    """The random generator that `random_state` stands for; TypeError if it stands for none.

    An int or None seeds a new one (PCG64). A Generator, or a legacy RandomState, is used as it
    is. ValueError for an int below 0.
    """
    if isinstance(random_state, np.random.Generator | np.random.RandomState):
        return random_state
    if isinstance(random_state, int | np.integer | None) and not isinstance(random_state, bool):
        if random_state is not None and random_state < 0:
            raise ValueError(f"random_state must be at least 0, got {random_state!r}")
        return np.random.default_rng(random_state)
    raise TypeError(
        f"random_state must be None, an int, a Generator or a RandomState, got {random_state!r}"
    )


def checked_generator(n_samples, noise, random_state):
    """`generator`, if the other two arguments can be used as well."""
    check_n_samples(n_samples)
    check_number("noise", noise, least=0, below=1e150)  # so that nothing overflows
    return generator(random_state)
