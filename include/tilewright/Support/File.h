//===- File.h - mapped files and atomic writes ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reading: `MappedFile` maps a whole file read-only, so that pages that nobody
// touches cost nothing; whoever uses its bytes holds the shared pointer.
//
// Writing: `AtomicFile` writes beside the destination and renames on `commit`,
// so that a reader sees the old file or the new one, never a half. Without a
// commit (an error, a signal) nothing of it stays.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_FILE_H
#define TILEWRIGHT_SUPPORT_FILE_H

#include "tilewright/Support/Result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace tilewright {

class MappedFile {
public:
  /// Errors name the path: no such file, a directory, no permission.
  static Result<std::shared_ptr<const MappedFile>>
  open(const std::string &path);
  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  /// Page aligned; null for an empty file.
  const std::byte *data() const { return data_; }
  size_t size() const { return size_; }
  const std::string &path() const { return path_; }

private:
  MappedFile() = default;
  std::string path_;
  const std::byte *data_ = nullptr;
  size_t size_ = 0;
};

/// The whole file as a string.
Result<std::string> readFile(const std::string &path);

class AtomicFile {
public:
  /// Nothing appears at `path` before `commit`. A path that exists and is no
  /// regular file (a pipe, /dev/null) is written to directly.
  static Result<AtomicFile> create(const std::string &path);
  AtomicFile(AtomicFile &&other) noexcept;
  AtomicFile &operator=(AtomicFile &&other) = delete;
  ~AtomicFile();

  Status write(const void *data, size_t size);
  Status write(std::string_view text) {
    return write(text.data(), text.size());
  }
  /// Writes zeros up to the next multiple of `alignment`.
  Status align(size_t alignment);
  /// Overwrites bytes that were written before.
  Status writeAt(uint64_t offset, const void *data, size_t size);
  /// Bytes written so far.
  uint64_t position() const { return position_; }
  /// Puts the file in its place. Nothing can be written after it.
  Status commit();

private:
  AtomicFile() = default;
  Error failure(const char *what, int code) const;
  /// Calls `write` until all is written; it returns as write(2) does.
  Status writeAll(const void *data, size_t size,
                  const std::function<ssize_t(const char *, size_t)> &write);
  std::string path_;
  std::string temporary_; // Empty: the file has no name yet, or is direct.
  int descriptor_ = -1;
  bool direct_ = false;
  uint64_t position_ = 0;
};

/// Removes what AtomicFiles of this process that write to `path` have put
/// beside it so far: for a program that a signal ends.
void removeTemporaries(const std::string &path);

/// Writes the whole file atomically.
Status writeFile(const std::string &path, std::string_view bytes);

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_FILE_H
