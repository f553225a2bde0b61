from typing import Any, List, Mapping, Sequence, Tuple

import numpy as np

from tilewright._runtime import Module

_Verdict = Tuple[str, List[str], str, float, float, str, bool]

class Reference:
    def __init__(self, module: Module) -> None: ...
    def run(self, inputs: Sequence[Any]) -> List[np.ndarray]: ...

def compile(
    path: bytes,
    bytes: bytes,
    output: bytes,
    targets: Sequence[bytes],
    shapes: Sequence[bytes],
    jobs: int,
    save_stages: bytes,
    keep_reference: bool,
) -> List[str]: ...
def check(path: bytes, bytes: bytes, shapes: Sequence[bytes]) -> List[Tuple[str, str, str]]: ...
def verify(
    module: Module,
    target: str,
    inputs: Mapping[str, Any],
    seed: int,
    sizes: Mapping[bytes, int],
    threads: int,
) -> Tuple[str, List[_Verdict], List[_Verdict], str]: ...
