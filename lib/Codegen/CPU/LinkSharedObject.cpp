//===- LinkSharedObject.cpp - lld, in this process ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitObject.h"

#include "tilewright/Support/File.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>
#include <tuple>

LLD_HAS_DRIVER(elf)

using namespace tilewright;

/// Runs the linker. lld keeps its state in globals: one at a time.
static Status link(const std::vector<std::string> &arguments) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  std::vector<const char *> raw;
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  std::string output, errors;
  llvm::raw_string_ostream outputStream(output), errorStream(errors);
  lld::Result result = lld::lldMain(raw, outputStream, errorStream,
                                    {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0 || !result.canRunAgain)
    return error("the linker failed: ",
                 llvm::StringRef(errorStream.str()).trim().str());
  return Status::success();
}

Result<std::vector<uint8_t>>
cpu::linkSharedObject(const std::vector<std::string> &objects,
                      const std::string &emptyObject) {
  llvm::SmallString<128> folder;
  if (std::error_code code =
          llvm::sys::fs::createUniqueDirectory("tilewright-link", folder))
    return error("cannot make a temporary directory: ", code.message());
  // What cannot be removed stays: there is nobody to tell.
  llvm::scope_exit cleanUp(
      [&] { std::ignore = llvm::sys::fs::remove_directories(folder); });
  auto pathTo = [&](const llvm::Twine &name) {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  };
  std::vector<std::string> common = {
      "ld.lld",           "-shared",     "--build-id=none",
      "--hash-style=gnu", "--threads=1", "-z",
      "noexecstack",      "-z",          "noseparate-code",
  };

  // Kernels call libm for rare functions. The object says so, although no libm
  // is read here: a stand-in has its name.
  std::string empty = pathTo("empty.o"), libm = pathTo("libm.so.6");
  if (Status status = writeFile(empty, emptyObject); !status)
    return status.error();
  std::vector<std::string> arguments = common;
  arguments.insert(arguments.end(),
                   {"-soname", "libm.so.6", empty, "-o", libm});
  if (Status status = link(arguments); !status)
    return status.error();

  arguments = common;
  for (size_t i = 0; i < objects.size(); ++i) {
    arguments.push_back(pathTo(llvm::Twine(i) + ".o"));
    if (Status status = writeFile(arguments.back(), objects[i]); !status)
      return status.error();
  }
  std::string out = pathTo("kernels.so");
  arguments.insert(arguments.end(), {"-soname", "kernels.so", "-Bsymbolic",
                                     "--no-as-needed", libm, "-o", out});
  if (Status status = link(arguments); !status)
    return status.error();
  auto buffer = llvm::MemoryBuffer::getFile(out);
  if (!buffer)
    return error("cannot read the linker's output: ",
                 buffer.getError().message());
  llvm::StringRef bytes = (*buffer)->getBuffer();
  return std::vector<uint8_t>(bytes.bytes_begin(), bytes.bytes_end());
}
