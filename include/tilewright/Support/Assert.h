//===- Assert.h - checks of our own invariants ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TW_ASSERT(condition, "what must hold") checks what only a bug of ours can
// break; bad input is an Error instead. NDEBUG is always defined (the layout of
// some MLIR classes depends on it), so the macro has a switch of its own: with
// the CMake option TILEWRIGHT_ASSERTS (presets dev, asan and tsan) it prints
// the place and aborts, otherwise it does not even evaluate the condition.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_ASSERT_H
#define TILEWRIGHT_SUPPORT_ASSERT_H

#ifdef TILEWRIGHT_ASSERTS

namespace tilewright {
[[noreturn]] void assertionFailed(const char *condition, const char *message,
                                  const char *file, int line);
} // namespace tilewright

#define TW_ASSERT(condition, message)                                          \
  ((condition) ? (void)0                                                       \
               : ::tilewright::assertionFailed(#condition, message, __FILE__,  \
                                               __LINE__))

#else

#define TW_ASSERT(condition, message) ((void)sizeof(!(condition)))

#endif

#endif // TILEWRIGHT_SUPPORT_ASSERT_H
