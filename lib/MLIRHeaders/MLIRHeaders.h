//===- MLIRHeaders.h - the precompiled header ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What most libraries above the MLIR line include, precompiled.

// MLIR knows a trait by its C++ name, which g++ writes in another way than
// clang++, by which libMLIR was built. With g++ the variable that holds a
// trait's identity must therefore be libMLIR's own: it may not be hidden.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC visibility push(default)
#endif

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC visibility pop
#endif

#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>
