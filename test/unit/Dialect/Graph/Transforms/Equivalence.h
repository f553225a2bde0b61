//===- Equivalence.h - a module computes the same before and after passes -===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The slow twin of every pass on tw: the reference interpreter runs each
// function of a module before and after the passes, on the same random inputs
// and weights, and the results must agree.
//
//     Comparison result = comparePasses(text, "tw-sink-transposes", seed);
//     EXPECT_EQ(result.failures, "");
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_DIALECT_GRAPH_TRANSFORMS_EQUIVALENCE_H
#define TILEWRIGHT_TEST_UNIT_DIALECT_GRAPH_TRANSFORMS_EQUIVALENCE_H

#include <cstdint>
#include <string>

namespace tilewright::test {

struct Comparison {
  /// How many functions were run and compared.
  int functions = 0;
  /// What went wrong, a line for each; empty if all is well.
  std::string failures;
};

/// `pipeline` as the command line has it: "canonicalize,tw-sink-transposes".
/// Floats must agree to `tolerance` of the largest value (16-bit floats to
/// 2^-6), everything else exactly.
Comparison comparePasses(const std::string &text, const std::string &pipeline,
                         uint64_t seed, double tolerance = 1e-5);

} // namespace tilewright::test

#endif // TILEWRIGHT_TEST_UNIT_DIALECT_GRAPH_TRANSFORMS_EQUIVALENCE_H
