//===- SharedObject.cpp - code from memory --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedObject.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tilewright {

static bool writeAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes.remove_prefix(size_t(count));
  }
  return true;
}

Result<SharedObject> SharedObject::open(std::string_view bytes) {
  SharedObject object;
  if (bytes.empty())
    return Result<SharedObject>(std::move(object));
  std::string path, temporary;
  object.descriptor = memfd_create("tilewright-kernels", MFD_CLOEXEC);
  if (object.descriptor >= 0) {
    // The descriptor stays open as long as the object: the loader knows objects
    // by name and must not take the next one for this.
    path = "/proc/self/fd/" + std::to_string(object.descriptor);
  } else {
    const char *folder = std::getenv("TMPDIR");
    temporary =
        std::string(folder && *folder ? folder : "/tmp") + "/tilewright-XXXXXX";
    object.descriptor = mkostemp(temporary.data(), O_CLOEXEC);
    if (object.descriptor < 0)
      return error("cannot write kernels to '", temporary,
                   "': ", std::strerror(errno));
    path = temporary;
  }
  std::optional<Error> failure;
  if (!writeAll(object.descriptor, bytes))
    failure =
        error("cannot write kernels to '", path, "': ", std::strerror(errno));
  if (!failure) {
    object.handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!object.handle)
      failure = error("cannot load kernels: ", dlerror());
  }
  if (!temporary.empty())
    ::unlink(temporary.c_str());
  if (failure)
    return *failure;
  return Result<SharedObject>(std::move(object));
}

SharedObject::SharedObject(SharedObject &&other) noexcept
    : handle(other.handle), descriptor(other.descriptor) {
  other.handle = nullptr;
  other.descriptor = -1;
}

SharedObject::~SharedObject() {
  if (handle)
    dlclose(handle);
  if (descriptor >= 0)
    ::close(descriptor);
}

void *SharedObject::find(const std::string &symbol) const {
  return handle ? dlsym(handle, symbol.c_str()) : nullptr;
}

} // namespace tilewright
