# Configuration of lit: `lit build/<preset>/test` runs every test,
# `lit build/<preset>/test/Dialect/Graph/ops.mlir` one of them.
import os

import lit.formats

config.name = "Tilewright"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".onnxtxt"]
config.excludes = ["unit", "python", "Inputs"]
config.test_source_root = os.path.dirname(__file__)

path = [config.tilewright_bin, config.llvm_bin, config.environment["PATH"]]
config.environment["PATH"] = os.pathsep.join(path)
config.environment["LLVM_DISABLE_CRASH_REPORT"] = "1"
for variable in ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]

config.substitutions.append(("%python", config.python))
# Imports models in ONNX's text format.
importer = os.path.join(config.test_source_root, "Importer", "ONNX", "Inputs", "import_text.py")
config.substitutions.append(("%import", f"{config.python} {importer}"))

# Everything that tw-opt reads must survive printing and parsing again, in the
# custom and in the generic form and as bytecode.
config.substitutions.append((r"(?<![-./\w])tw-opt(?![-.\w])", "tw-opt --verify-roundtrip"))

if config.sanitizers:
    config.available_features.add("sanitizers")
