//===- FileTest.cpp - files that are mapped and replaced ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/File.h"

#include "TestSupport.h"

#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tilewright;

namespace {

size_t filesIn(const std::string &folder) {
  size_t count = 0;
  for (auto &entry : std::filesystem::directory_iterator(folder))
    count += !entry.path().empty();
  return count;
}

// A mapped file has the file's bytes; an empty one has none.
TEST(File, Maps) {
  test::TemporaryFolder folder;
  ASSERT_OK(writeFile(folder / "x", "hello"));
  ASSERT_VALUE(file, MappedFile::open(folder / "x"));
  EXPECT_EQ(std::string(reinterpret_cast<const char *>(file->data()), 5),
            "hello");
  ASSERT_OK(writeFile(folder / "x", ""));
  ASSERT_VALUE(empty, MappedFile::open(folder / "x"));
  EXPECT_EQ(empty->size(), 0u);
  EXPECT_EQ(*readFile(folder / "x"), "");
}

// What cannot be opened says which path and why.
TEST(File, OpenErrors) {
  test::TemporaryFolder folder;
  EXPECT_ERROR(MappedFile::open(folder / "no"), "/no': No such file");
  EXPECT_ERROR(MappedFile::open(folder.path()), "Is a directory");
  EXPECT_ERROR(MappedFile::open("/dev/null"), "not a regular file");
  EXPECT_ERROR(readFile(folder / "no"), "/no': No such file");
}

// Without a commit the old file stays and nothing else is left.
TEST(File, NothingHalfWritten) {
  test::TemporaryFolder folder;
  ASSERT_OK(writeFile(folder / "x", "old"));
  {
    ASSERT_VALUE(file, AtomicFile::create(folder / "x"));
    ASSERT_OK(file.write("new"));
  }
  EXPECT_EQ(*readFile(folder / "x"), "old");
  EXPECT_EQ(filesIn(folder.path()), 1u);
}

// A process that dies while it writes leaves nothing behind.
TEST(File, NothingLeftByAKilledProcess) {
  test::TemporaryFolder folder;
  pid_t child = fork();
  if (child == 0) {
    Result<AtomicFile> file = AtomicFile::create(folder / "x");
    if (file && file->write("half"))
      kill(getpid(), SIGKILL);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(filesIn(folder.path()), 0u);
}

// Alignment pads with zeros; writeAt changes what was written.
TEST(File, AlignAndWriteAt) {
  test::TemporaryFolder folder;
  ASSERT_VALUE(file, AtomicFile::create(folder / "x"));
  ASSERT_OK(file.write("abc"));
  ASSERT_OK(file.align(8));
  EXPECT_EQ(file.position(), 8u);
  ASSERT_OK(file.writeAt(1, "X", 1));
  ASSERT_OK(file.commit());
  EXPECT_EQ(*readFile(folder / "x"), std::string("aXc\0\0\0\0\0", 8));
}

// The rename replaces the file that a link points to, not the link.
TEST(File, FollowsLinks) {
  test::TemporaryFolder folder;
  ASSERT_OK(writeFile(folder / "target", "old"));
  ASSERT_EQ(symlink("target", (folder / "link").c_str()), 0);
  ASSERT_OK(writeFile(folder / "link", "new"));
  EXPECT_EQ(*readFile(folder / "target"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

// Pipes and devices are written to, not replaced.
TEST(File, WritesToDevices) {
  ASSERT_OK(writeFile("/dev/null", "x"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

// A missing folder, a directory and a full disk are errors with the path.
TEST(File, WriteErrors) {
  test::TemporaryFolder folder;
  EXPECT_ERROR(writeFile(folder / "no/x", "x"), "/no/x': No such file");
  EXPECT_ERROR(writeFile(folder.path(), "x"), "Is a directory");
  EXPECT_ERROR(writeFile("/dev/full", "x"), "/dev/full': No space left");
  EXPECT_ERROR(writeFile("/proc/x", "x"), "cannot write '/proc/x'");
}

} // namespace
