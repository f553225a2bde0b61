//===- Interpreter.h - runs a kernel in the tiled form --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The slow twin of every back end: it runs a kernel (`tile.kernel` or
// `tile.loops`) as its ops say, one element after the other, and is strict
// where a back end would be silent. It is an error
//
//   - to touch an element outside a buffer (a bounded op: an element inside its
//     bounds), or to give bounds outside 0 to the tile's size;
//   - to write an input, to write an element of an output that another block
//     writes, or to read one that another block writes;
//   - to divide integers by 0, or INT_MIN by -1.
//
// What may be anything is made different from all that is right, by the seed:
// elements outside bounds without a fill, the contents of outputs and scratch
// buffers before they are written, and results that are poison in LLVM. A
// kernel that lets them into a result gives NaN or a wild number, and another
// one for another seed. The order in which the blocks run depends on the seed
// too.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TILE_INTERPRETER_INTERPRETER_H
#define TILEWRIGHT_DIALECT_TILE_INTERPRETER_INTERPRETER_H

#include "tilewright/Support/DimExpr.h"
#include "tilewright/Support/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tilewright::tile {

struct InterpretOptions {
  uint64_t seed = 1;
};

/// Runs the kernel. `outputs` have the right shapes and are overwritten;
/// `sizes` are the values of the index arguments. A tensor goes with a buffer
/// of the same width and kind: bool and u8 with i8.
Status interpretKernel(mlir::func::FuncOp kernel, llvm::ArrayRef<Tensor> inputs,
                       llvm::MutableArrayRef<Tensor> outputs,
                       llvm::ArrayRef<int64_t> sizes,
                       const InterpretOptions &options = {});

/// As above, but evaluates `tile.sizes`, allocates the outputs by `tile.dims`
/// (with signed integers and no bools, as buffers have them), and checks the
/// inputs' numbers of elements and `tile.blocks`.
Result<std::vector<Tensor>>
interpretKernel(mlir::func::FuncOp kernel, llvm::ArrayRef<Tensor> inputs,
                const SymbolBindings &bindings,
                const InterpretOptions &options = {});

} // namespace tilewright::tile

#endif // TILEWRIGHT_DIALECT_TILE_INTERPRETER_INTERPRETER_H
