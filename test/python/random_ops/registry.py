"""Which function makes cases of which op."""

GENERATORS = {}


def generator(*ops, domain=""):
    """Decorates a function (draw, op, dtype) -> Case; dtype is the element type of the
    first input, one of those that the importer claims."""

    def register(function):
        for op in ops:
            GENERATORS[domain, op] = function
        return function

    return register
