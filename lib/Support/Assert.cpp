//===- Assert.cpp - checks of our own invariants --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/Assert.h"

#include <cstdio>
#include <cstdlib>

#ifdef TILEWRIGHT_ASSERTS
void tilewright::assertionFailed(const char *condition, const char *message,
                                 const char *file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s (%s)\n", file, line,
               message, condition);
  std::abort();
}
#endif
