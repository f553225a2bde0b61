//===- Verify.h - a module against its reference --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Finds the kernel that is wrong. The reference interpreter runs the module's
// kernels one after the other; each compiled kernel is fed the reference's
// inputs and its outputs are compared with the reference's, so that an error of
// one kernel does not show in those behind it:
//
//     reference   x -> [conv1] -> a -> [softmax2] -> b
//     compiled    x -> [conv1] -> a'   a -> [softmax2] -> b'     a' ~ a, b' ~ b
//
// Then the whole network, compiled, is compared with the imported model.
//
// A value at a tie of a rounding (quantised models are full of them) may go up
// in one and down in the other, both right. What is off is therefore compared
// once more, with a range: the reference runs twice again, every value that is
// about to be rounded or compared moved down and up by the bound.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DRIVER_VERIFY_H
#define TILEWRIGHT_DRIVER_VERIFY_H

#include "tilewright/Driver/RandomInputs.h"
#include "tilewright/Driver/ReferenceModel.h"
#include "tilewright/Runtime/Session.h"

#include <functional>

namespace tilewright {

/// The largest relativeError that is taken as right. Integers and bools must be
/// equal. Float outputs have the bound of the narrowest float that is computed
/// on the way.
struct ErrorBounds {
  double f16 = 1e-3;
  double bf16 = 1e-2;
  double f32 = 1e-5;
  double f64 = 1e-10;

  double of(DType type) const;
};

/// A comparison of one or more tensors.
struct Verdict {
  /// The kernel's name, or the output's.
  std::string name;
  /// The nodes of the model that it came from.
  std::vector<std::string> nodes;
  /// What was compared last, or worst: "f32[2, 64]".
  std::string type;
  /// Largest error, and what it may be.
  double error = 0, bound = 0;
  /// How many times it ran.
  int64_t runs = 0;
  /// Whether it was off by more than the bound, and was compared with a range.
  bool jumped = false;
  /// Why nothing could be compared; empty if it could.
  std::string problem;

  bool ok() const { return problem.empty() && error <= bound; }
};

struct VerifyReport {
  std::string target;
  /// In the order in which they ran first.
  std::vector<Verdict> kernels;
  /// One for each output of the model.
  std::vector<Verdict> outputs;
  /// Why inputs behind the first were left out; empty if they were not.
  std::string leftOut;

  bool ok() const;
};

struct VerifyOptions {
  ErrorBounds kernelBounds;
  /// Where the network rounds: or the error of the reference with values moved
  /// by these before they are rounded, if that is larger.
  ErrorBounds networkBounds = {1e-2, 1e-1, 1e-4, 1e-9};
  /// Told how many kernels have been compared; returning false ends it with an
  /// error.
  std::function<bool(int64_t kernels)> progress;
};

/// The sets of inputs that a model is verified with.
struct VerifyInputs {
  /// In the order of the signature.
  std::vector<std::vector<Tensor>> runs = {};
  /// Of each run.
  std::vector<InputShapes> shapes = {};
  /// Why there is no run with other sizes; empty if there is one, or no size to
  /// choose.
  std::string leftOut = {};
};

/// Random inputs to verify a model with. Where the options leave sizes open
/// there are two sets, because the default sizes fill whole tiles: in the
/// second the first axis is larger by 1 and others are by 5 (3 for 2 and 69 for
/// 64). It is left out if it cannot be made.
Result<VerifyInputs> inputsToVerify(const Signature &signature,
                                    const RandomInputsOptions &options);

/// What a module's code is compared with.
struct References {
  std::unique_ptr<ReferenceModel> kernels, imported;

  /// An error if the module was stripped, or if its weights are damaged.
  static Result<References> load(std::shared_ptr<const Module> module);
};

/// Verifies what `session` runs, on each of these sets of inputs; a verdict is
/// that of the worst. An error means that the reference could not run with the
/// first. Others that it refuses (not every model takes every size) are left
/// out.
Result<VerifyReport> verifySession(const References &references,
                                   Session &session, const VerifyInputs &inputs,
                                   const VerifyOptions &options = {});

} // namespace tilewright

#endif // TILEWRIGHT_DRIVER_VERIFY_H
