//===- File.cpp - mapped files and atomic writes --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/File.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace tilewright {

namespace {
Error fileError(const char *what, const std::string &path, int code) {
  return error("cannot ", what, " '", path, "': ", std::strerror(code));
}

std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Where `path` leads if it is a symbolic link: the rename must replace the
/// file, not the link.
std::string followLinks(std::string path) {
  std::vector<char> buffer(4096);
  for (int depth = 0; depth < 40; ++depth) {
    ssize_t length = readlink(path.c_str(), buffer.data(), buffer.size());
    if (length <= 0)
      break;
    std::string target(buffer.data(), size_t(length));
    path =
        target[0] == '/' ? target : folderOf(path).append("/").append(target);
  }
  return path;
}
} // namespace

Result<std::shared_ptr<const MappedFile>>
MappedFile::open(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fileError("open", path, errno);
  struct stat info;
  if (fstat(descriptor, &info) != 0) {
    int code = errno;
    ::close(descriptor);
    return fileError("open", path, code);
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(descriptor);
    if (S_ISDIR(info.st_mode))
      return fileError("open", path, EISDIR);
    return error("cannot open '", path, "': not a regular file");
  }
  std::shared_ptr<MappedFile> file(new MappedFile());
  file->path_ = path;
  file->size_ = size_t(info.st_size);
  if (file->size_ != 0) {
    void *data =
        mmap(nullptr, file->size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) {
      int code = errno;
      file->size_ = 0;
      ::close(descriptor);
      return fileError("map", path, code);
    }
    file->data_ = static_cast<const std::byte *>(data);
  }
  ::close(descriptor);
  return std::shared_ptr<const MappedFile>(std::move(file));
}

MappedFile::~MappedFile() {
  if (data_)
    munmap(const_cast<std::byte *>(data_), size_);
}

Result<std::string> readFile(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fileError("open", path, errno);
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    ssize_t count = ::read(descriptor, buffer, sizeof(buffer));
    if (count == 0)
      break;
    if (count < 0) {
      if (errno == EINTR)
        continue;
      int code = errno;
      ::close(descriptor);
      return fileError("read", path, code);
    }
    text.append(buffer, size_t(count));
  }
  ::close(descriptor);
  return text;
}

Error AtomicFile::failure(const char *what, int code) const {
  return fileError(what, path_, code);
}

Result<AtomicFile> AtomicFile::create(const std::string &path) {
  AtomicFile file;
  file.path_ = path;
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISDIR(info.st_mode))
      return fileError("write", path, EISDIR);
    file.direct_ = true;
    file.descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file.descriptor_ < 0)
      return fileError("write", path, errno);
    return Result<AtomicFile>(std::move(file));
  }
  file.path_ = followLinks(path);
  // A file without a name vanishes with the process, whatever ends it.
  file.descriptor_ = ::open(folderOf(file.path_).c_str(),
                            O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (file.descriptor_ >= 0)
    return Result<AtomicFile>(std::move(file));
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
    return fileError("write", path, errno);
  for (int attempt = 0; file.descriptor_ < 0; ++attempt) {
    file.temporary_ = file.path_ + ".tmp-" + std::to_string(getpid()) + "-" +
                      std::to_string(attempt);
    file.descriptor_ = ::open(file.temporary_.c_str(),
                              O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file.descriptor_ < 0 && errno != EEXIST) {
      int code = errno;
      file.temporary_.clear();
      return fileError("write", path, code);
    }
  }
  return Result<AtomicFile>(std::move(file));
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept
    : path_(std::move(other.path_)), temporary_(std::move(other.temporary_)),
      descriptor_(other.descriptor_), direct_(other.direct_),
      position_(other.position_) {
  other.descriptor_ = -1;
  other.temporary_.clear();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
  if (!temporary_.empty())
    ::unlink(temporary_.c_str());
}

Status AtomicFile::writeAll(
    const void *data, size_t size,
    const std::function<ssize_t(const char *, size_t)> &write) {
  const char *bytes = static_cast<const char *>(data);
  while (size > 0) {
    ssize_t count = write(bytes, size);
    if (count < 0) {
      if (errno == EINTR)
        continue;
      return failure("write", errno);
    }
    bytes += count;
    size -= size_t(count);
  }
  return Status::success();
}

Status AtomicFile::write(const void *data, size_t size) {
  return writeAll(data, size, [&](const char *bytes, size_t rest) {
    ssize_t count = ::write(descriptor_, bytes, rest);
    if (count > 0)
      position_ += uint64_t(count);
    return count;
  });
}

Status AtomicFile::align(size_t alignment) {
  static constexpr char zeros[4096] = {};
  size_t missing = size_t((alignment - position_ % alignment) % alignment);
  while (missing > 0) {
    size_t count = missing < sizeof(zeros) ? missing : sizeof(zeros);
    if (Status status = write(zeros, count); !status)
      return status;
    missing -= count;
  }
  return Status::success();
}

Status AtomicFile::writeAt(uint64_t offset, const void *data, size_t size) {
  return writeAll(data, size, [&](const char *bytes, size_t rest) {
    ssize_t count = ::pwrite(descriptor_, bytes, rest, off_t(offset));
    if (count > 0)
      offset += uint64_t(count);
    return count;
  });
}

Status AtomicFile::commit() {
  if (!direct_ && temporary_.empty()) {
    std::string self = "/proc/self/fd/" + std::to_string(descriptor_);
    for (int attempt = 0;; ++attempt) {
      std::string name = path_ + ".tmp-" + std::to_string(getpid()) + "-" +
                         std::to_string(attempt);
      if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(),
                 AT_SYMLINK_FOLLOW) == 0) {
        temporary_ = name;
        break;
      }
      if (errno != EEXIST)
        return failure("write", errno);
    }
  }
  int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0)
    return failure("write", errno);
  if (direct_)
    return Status::success();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return failure("write", errno);
  temporary_.clear();
  return Status::success();
}

void removeTemporaries(const std::string &path) {
  std::string prefix =
      followLinks(path) + ".tmp-" + std::to_string(getpid()) + "-";
  for (int attempt = 0; attempt < 16; ++attempt)
    ::unlink((prefix + std::to_string(attempt)).c_str());
}

Status writeFile(const std::string &path, std::string_view bytes) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Status status = file->write(bytes); !status)
    return status;
  return file->commit();
}

} // namespace tilewright
