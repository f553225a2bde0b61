
#include "tilewright/Dialect/Graph/IR/GraphOps.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

#define GET_OP_CLASSES
#include "tilewright/Dialect/Graph/IR/GraphOps.cpp.inc"
