//===- Casts.cpp - ONNX casts and constants ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registry.h"

#include "tilewright/Support/Elements.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

static void importCast(Node &n) {
  // These two only speak of 8-bit floats.
  n.ignore({"saturate", "round_mode"});
  if (!n.hasAttr("to"))
    n.fail("attribute 'to' is missing");
  n.result(0, n.cast(n.in(0), n.elementType("to", n.element(n.in(0)))));
}

static void importCastLike(Node &n) {
  n.ignore({"saturate", "round_mode"});
  n.result(0, n.castLike(n.in(0), n.in(1)));
}

static void importIdentity(Node &n) { n.result(0, n.in(0)); }

static void importConstant(Node &n) {
  if (n.hasAttr("value_string") || n.hasAttr("value_strings"))
    return n.fail("strings are not supported");
  Tensor tensor;
  if (const onnx::SparseTensorProto *proto = n.sparseTensor("sparse_value")) {
    Result<Tensor> read = n.state.file.readTensor(*proto);
    if (!read)
      return n.fail("attribute 'sparse_value': " + read.error().message);
    tensor = *read;
  } else if (n.hasAttr("value_float")) {
    tensor = Tensor(DType::F32, {});
    setNumber(tensor, 0, n.number("value_float", 0));
  } else if (n.hasAttr("value_int")) {
    tensor = Tensor(DType::I64, {});
    setInteger(tensor, 0, n.integer("value_int", 0));
  } else if (n.hasAttr("value_floats")) {
    SmallVector<double> values = n.numbers("value_floats");
    tensor = Tensor(DType::F32, {int64_t(values.size())});
    for (size_t i = 0; i < values.size(); ++i)
      setNumber(tensor, int64_t(i), values[i]);
  } else if (n.hasAttr("value_ints")) {
    SmallVector<int64_t> values = n.integers("value_ints");
    tensor = Tensor(DType::I64, {int64_t(values.size())});
    for (size_t i = 0; i < values.size(); ++i)
      setInteger(tensor, int64_t(i), values[i]);
  } else if (const onnx::TensorProto *proto = n.tensor("value")) {
    Result<Tensor> read = n.state.file.readTensor(*proto);
    if (!read)
      return n.fail("attribute 'value': " + read.error().message);
    tensor = *read;
  } else {
    return n.fail("attribute 'value' is missing");
  }
  n.result(0, n.state.constant(n.loc, tensor, n.name));
}

llvm::ArrayRef<OpRow> onnximport::castOps() {
  static const OpRow rows[] = {
      {"Cast", 7, Newest, 1, 1, Any, importCast, "strings, 8-bit floats"},
      {"CastLike", 15, Newest, 2, 2, Any, importCastLike,
       "strings, 8-bit floats"},
      {"Constant", 7, Newest, 0, 0, Any, importConstant, "strings"},
      {"Identity", 7, Newest, 1, 1, Any, importIdentity, "sequences"},
  };
  return rows;
}
