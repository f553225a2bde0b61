//===- TestSupport.h - what unit tests share ------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TEST_UNIT_TESTSUPPORT_H
#define TILEWRIGHT_TEST_UNIT_TESTSUPPORT_H

#include "tilewright/Support/Result.h"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace tilewright::test {

/// A folder that goes when the test ends.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "tilewright-XXXXXX").string();
    path_ = mkdtemp(name.data()) ? name : "";
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string &name) const {
    return path_ + "/" + name;
  }
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

/// The message of a Result or Status that should have failed.
template <typename R> std::string messageOf(const R &result) {
  return result ? "(no error)" : result.error().message;
}

} // namespace tilewright::test

/// The value of a Result; ends the test with its message if it is an error.
#define ASSERT_VALUE(name, ...)                                                \
  auto name##Result = (__VA_ARGS__);                                           \
  ASSERT_TRUE(bool(name##Result)) << name##Result.error().message;             \
  auto &name = *name##Result

#define ASSERT_OK(...)                                                         \
  do {                                                                         \
    auto status = (__VA_ARGS__);                                               \
    ASSERT_TRUE(bool(status)) << status.error().message;                       \
  } while (false)

#define EXPECT_ERROR(expression, part)                                         \
  EXPECT_NE(::tilewright::test::messageOf(expression).find(part),              \
            std::string::npos)                                                 \
      << ::tilewright::test::messageOf(expression)

#endif // TILEWRIGHT_TEST_UNIT_TESTSUPPORT_H
