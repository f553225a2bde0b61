//===- Scans.cpp - ONNX running sums and products ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

template <ReduceKind kind> static void importCumulative(Node &n) {
  bool exclusive = n.flag("exclusive", false);
  bool reverse = n.flag("reverse", false);
  SmallVector<int64_t> axis = n.constantInts(n.in(1), "input 'axis'");
  if (n.failed())
    return;
  if (axis.size() != 1)
    return n.fail("input 'axis': expected one number, but got " +
                  Twine(axis.size()));
  n.result(0, n.inferred<graph::ScanOp>(kind, n.in(0),
                                        n.axis(axis[0], n.rank(n.in(0))),
                                        exclusive, reverse));
}

llvm::ArrayRef<OpRow> onnximport::scanOps() {
  static const OpRow rows[] = {
      {"CumSum", 11, Newest, 2, 2, Number, importCumulative<ReduceKind::Sum>,
       "an axis that is computed"},
      {"CumProd", 26, Newest, 2, 2, Number, importCumulative<ReduceKind::Prod>,
       "an axis that is computed"},
  };
  return rows;
}
