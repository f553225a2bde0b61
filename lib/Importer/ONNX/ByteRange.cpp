//===- ByteRange.cpp - bytes of a file ------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ByteRange.h"

#include "tilewright/Support/File.h"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

using namespace tilewright;
using namespace tilewright::onnximport;

Result<ByteRange> onnximport::mapFile(const std::string &path) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.error();
  std::string_view bytes(reinterpret_cast<const char *>((*file)->data()),
                         (*file)->size());
  return ByteRange{bytes, *file, /*mapped=*/true};
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
  if (begin >= end)
    return;
  char *bytes = const_cast<char *>(range.bytes.data());
  uintptr_t skipped = begin - reinterpret_cast<uintptr_t>(bytes);
  madvise(bytes + skipped, end - begin, MADV_DONTNEED);
}
