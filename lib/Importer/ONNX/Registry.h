//===- Registry.h - the table of ONNX ops ---------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row per op: from which opset on, how many inputs, of which element types,
// and the handler. Each chapter (a file in Ops/) has a table of its rows. What
// the importer refuses, what `docs/onnx-ops.md` says, and what is tested all
// come from here.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_IMPORTER_ONNX_REGISTRY_H
#define TILEWRIGHT_LIB_IMPORTER_ONNX_REGISTRY_H

#include "Node.h"

namespace tilewright::onnximport {

/// A set of element types, one bit per DType.
using DTypeSet = uint32_t;
constexpr DTypeSet bit(DType type) { return DTypeSet(1) << unsigned(type); }
constexpr DTypeSet Bool = bit(DType::Bool);
constexpr DTypeSet Signed =
    bit(DType::I8) | bit(DType::I16) | bit(DType::I32) | bit(DType::I64);
constexpr DTypeSet Unsigned =
    bit(DType::U8) | bit(DType::U16) | bit(DType::U32) | bit(DType::U64);
constexpr DTypeSet Integer = Signed | Unsigned;
constexpr DTypeSet Float =
    bit(DType::F16) | bit(DType::BF16) | bit(DType::F32) | bit(DType::F64);
constexpr DTypeSet Number = Integer | Float;
constexpr DTypeSet Any = Number | Bool;
constexpr DTypeSet Byte = bit(DType::I8) | bit(DType::U8);
constexpr DTypeSet Index = bit(DType::I32) | bit(DType::I64);

/// No upper bound on the number of inputs.
constexpr int Many = 1 << 20;
constexpr int Newest = 1 << 20;

struct OpRow {
  const char *name;
  /// The first and the last opset in which the op is as the handler has it (all
  /// changes between the two are the handler's business).
  int since, until;
  /// The first `minInputs` inputs must be there.
  int minInputs, maxInputs;
  /// Of input 0.
  DTypeSet types;
  void (*handler)(Node &);
  /// What is left out, for the documentation.
  const char *note = "";
};

struct Chapter {
  const char *title;
  const char *domain;
  llvm::ArrayRef<OpRow> rows;
};

/// All chapters in the order of the documentation.
llvm::ArrayRef<Chapter> chapters();
/// The row of an op, or null.
const OpRow *findOp(llvm::StringRef domain, llvm::StringRef name);
/// Why an op that exists is not supported ("random numbers", "strings", ...);
/// empty if there is nothing to say.
llvm::StringRef refusal(llvm::StringRef domain, llvm::StringRef name);

// The chapters; each in Ops/NAME.cpp.
llvm::ArrayRef<OpRow> mathOps();
llvm::ArrayRef<OpRow> logicOps();
llvm::ArrayRef<OpRow> activationOps();
llvm::ArrayRef<OpRow> castOps();
llvm::ArrayRef<OpRow> shapeOps();
llvm::ArrayRef<OpRow> sliceOps();
llvm::ArrayRef<OpRow> indexOps();
llvm::ArrayRef<OpRow> generatorOps();
llvm::ArrayRef<OpRow> rearrangeOps();
llvm::ArrayRef<OpRow> reduceOps();
llvm::ArrayRef<OpRow> scanOps();
llvm::ArrayRef<OpRow> matmulOps();
llvm::ArrayRef<OpRow> einsumOps();
llvm::ArrayRef<OpRow> convOps();
llvm::ArrayRef<OpRow> deformOps();
llvm::ArrayRef<OpRow> poolOps();
llvm::ArrayRef<OpRow> normOps();
llvm::ArrayRef<OpRow> lossOps();
llvm::ArrayRef<OpRow> imageOps();
llvm::ArrayRef<OpRow> recurrentOps();
llvm::ArrayRef<OpRow> quantizeOps();
llvm::ArrayRef<OpRow> controlFlowOps();
llvm::ArrayRef<OpRow> attentionOps();
llvm::ArrayRef<OpRow> linearAttentionOps();
llvm::ArrayRef<OpRow> sortOps();
llvm::ArrayRef<OpRow> signalOps();
llvm::ArrayRef<OpRow> microsoftOps();

} // namespace tilewright::onnximport

#endif // TILEWRIGHT_LIB_IMPORTER_ONNX_REGISTRY_H
