//===- Logic.cpp - ONNX comparison and logic ---------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

template <CompareKind kind> static void importCompare(Node &n) {
  n.result(0, n.compare(kind, n.in(0), n.in(1)));
}

static void importNot(Node &n) { n.result(0, n.logicalNot(n.in(0))); }

static void importIsNaN(Node &n) {
  n.result(0, n.unary(UnaryKind::IsNaN, n.in(0)));
}

static void importIsInf(Node &n) {
  bool negative = n.flag("detect_negative", true);
  bool positive = n.flag("detect_positive", true);
  Value x = n.in(0);
  double infinity = std::numeric_limits<double>::infinity();
  Value isPositive = n.compare(CompareKind::Eq, x, n.like(x, infinity));
  Value isNegative = n.compare(CompareKind::Eq, x, n.like(x, -infinity));
  Value never = n.full(n.shape(x).dims, n.scalar(n.i1(), 0));
  n.result(0, positive && negative
                  ? n.binary(BinaryKind::Or, isPositive, isNegative)
              : positive ? isPositive
              : negative ? isNegative
                         : never);
}

static void importWhere(Node &n) {
  n.result(0, n.select(n.in(0), n.in(1), n.in(2)));
}

llvm::ArrayRef<OpRow> onnximport::logicOps() {
  static const OpRow rows[] = {
      {"Equal", 7, Newest, 2, 2, Any, importCompare<CompareKind::Eq>,
       "strings"},
      {"Greater", 7, Newest, 2, 2, Number, importCompare<CompareKind::Gt>},
      {"Less", 7, Newest, 2, 2, Number, importCompare<CompareKind::Lt>},
      {"GreaterOrEqual", 12, Newest, 2, 2, Number,
       importCompare<CompareKind::Ge>},
      {"LessOrEqual", 12, Newest, 2, 2, Number, importCompare<CompareKind::Le>},
      {"And", 7, Newest, 2, 2, Bool, importBinary<BinaryKind::And>},
      {"Or", 7, Newest, 2, 2, Bool, importBinary<BinaryKind::Or>},
      {"Xor", 7, Newest, 2, 2, Bool, importBinary<BinaryKind::Xor>},
      {"Not", 7, Newest, 1, 1, Bool, importNot},
      {"BitwiseAnd", 18, Newest, 2, 2, Integer, importBinary<BinaryKind::And>},
      {"BitwiseOr", 18, Newest, 2, 2, Integer, importBinary<BinaryKind::Or>},
      {"BitwiseXor", 18, Newest, 2, 2, Integer, importBinary<BinaryKind::Xor>},
      {"BitwiseNot", 18, Newest, 1, 1, Integer, importNot},
      {"IsNaN", 9, Newest, 1, 1, Float, importIsNaN},
      {"IsInf", 10, Newest, 1, 1, Float, importIsInf},
      {"Where", 9, Newest, 3, 3, Bool, importWhere, "strings"},
  };
  return rows;
}
