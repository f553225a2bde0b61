"""Random models of one op (and a few around it) through the whole compiler.

    table.py     the ops and element types that the importer claims
    draw.py      random sizes, values, axes: one seeded `Draw` per case
    case.py      a case: a small model and its inputs
    chapters/    a generator per op, in the chapters of the importer's table
    fuse.py      puts elementwise ops and reductions around a case's op
    compare.py   how far two results may be apart
    run.py       runs cases and judges them; the programs that run the models are
                 backend_worker.py and oracle_worker.py beside this folder
    mismatch.py  runs cases with an axis of an input that is longer or shorter

A case has a name, `Conv:17@0`: the op, its number, the seed. The name is all that
is needed to make it again: pytest test/python/test_random_ops.py --random-case Conv:17@0
"""
