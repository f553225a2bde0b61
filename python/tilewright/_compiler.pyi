from typing import Any, List, Mapping, Sequence, Tuple

import numpy as np

from tilewright._runtime import Module

_Verdict = Tuple[str, List[str], str, float, float, str, bool]

class Reference:
    def __init__(self, module: Module) -> None: ...
    def run(self, inputs: Sequence[Any]) -> List[np.ndarray]: ...

def compile(
    path: str,
    bytes: bytes,
    output: str,
    targets: Sequence[str],
    shapes: Sequence[str],
    jobs: int,
    save_stages: str,
    keep_reference: bool,
) -> List[str]: ...
def check(path: str, shapes: Sequence[str]) -> List[Tuple[str, str, str]]: ...
def verify(
    module: Module,
    target: str,
    inputs: Mapping[str, Any],
    seed: int,
    sizes: Mapping[str, int],
    threads: int,
) -> Tuple[str, List[_Verdict], List[_Verdict]]: ...
