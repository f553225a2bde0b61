"""The exceptions. The extension modules raise them by these names."""


class Error(Exception):
    """Whatever goes wrong in Tilewright."""


class ModelError(Error, ValueError):
    """A model or module that cannot be read, compiled, or run on this machine."""


class InputError(Error, ValueError):
    """Inputs that are not what the model takes: number, element type, shape."""


class RunError(Error, RuntimeError):
    """A failure on the way: sizes that contradict each other, no memory, a full disk."""
