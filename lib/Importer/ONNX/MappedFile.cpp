//===- MappedFile.cpp - a file's bytes, read-only -------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MappedFile.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace tilewright;
using namespace tilewright::onnximport;

Result<ByteRange> onnximport::mapFile(const std::string &path) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return error("cannot open '", path, "': ", std::strerror(errno));
  struct stat info;
  if (fstat(file, &info) != 0) {
    int code = errno;
    close(file);
    return error("cannot read '", path, "': ", std::strerror(code));
  }
  if (!S_ISREG(info.st_mode)) {
    close(file);
    return error("'", path, "' is ",
                 S_ISDIR(info.st_mode) ? "a directory" : "not a regular file");
  }
  if (info.st_size == 0) {
    close(file);
    return ByteRange{};
  }
  size_t size = size_t(info.st_size);
  void *data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  int code = errno;
  close(file);
  if (data == MAP_FAILED)
    return error("cannot map '", path, "': ", std::strerror(code));
  std::shared_ptr<const void> owner(data, [size](const void *data) {
    munmap(const_cast<void *>(data), size);
  });
  return ByteRange{{static_cast<const char *>(data), size}, owner, true};
}

void onnximport::releasePages(const ByteRange &range) {
  if (!range.mapped || range.bytes.empty())
    return;
  uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE));
  uintptr_t begin = reinterpret_cast<uintptr_t>(range.bytes.data());
  uintptr_t end = begin + range.bytes.size();
  // Only whole pages: the neighbours on the first and last may be in use.
  begin = (begin + page - 1) / page * page;
  end = end / page * page;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}
