//===- SharedObject.h - code from memory ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_RUNTIME_DEVICE_CPU_SHAREDOBJECT_H
#define TILEWRIGHT_LIB_RUNTIME_DEVICE_CPU_SHAREDOBJECT_H

#include "tilewright/Support/Result.h"

#include <string_view>

namespace tilewright {

/// A shared object that is loaded from its bytes, without a file that stays.
class SharedObject {
public:
  /// Empty bytes give an object without symbols.
  static Result<SharedObject> open(std::string_view bytes);
  SharedObject(SharedObject &&other) noexcept;
  SharedObject &operator=(SharedObject &&) = delete;
  ~SharedObject();

  /// Null if there is no such symbol.
  void *find(const std::string &symbol) const;

private:
  SharedObject() = default;
  void *handle = nullptr;
  int descriptor = -1;
};

} // namespace tilewright

#endif // TILEWRIGHT_LIB_RUNTIME_DEVICE_CPU_SHAREDOBJECT_H
