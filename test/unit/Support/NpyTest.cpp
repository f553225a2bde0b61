//===- NpyTest.cpp - NumPy's files ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/File.h"
#include "tilewright/Support/Tensor.h"

#include "TestSupport.h"

#include <cstring>

using namespace tilewright;

namespace {

/// A .npy file of version 1 with this header and these bytes.
std::string npy(std::string header, const std::string &bytes) {
  header += "\n";
  std::string text("\x93NUMPY\x01\x00", 8);
  text += char(header.size());
  text += '\0';
  return text + header + bytes;
}

// Every type but bf16 comes back as it was, with its shape.
TEST(Npy, RoundTrips) {
  test::TemporaryFolder folder;
  for (DType type : {DType::Bool, DType::I8, DType::I16, DType::I32, DType::I64,
                     DType::U8, DType::U16, DType::U32, DType::U64, DType::F16,
                     DType::F32, DType::F64}) {
    for (const std::vector<int64_t> &shape :
         {std::vector<int64_t>{}, {3}, {2, 3}, {2, 0, 4}}) {
      Tensor tensor(type, shape);
      for (int64_t i = 0; i < tensor.bytes(); ++i)
        tensor.as<uint8_t>()[i] = uint8_t(i & 1);
      ASSERT_OK(writeNpy(folder / "x.npy", tensor));
      ASSERT_VALUE(back, readNpy(folder / "x.npy"));
      EXPECT_EQ(back.typeString(), tensor.typeString());
      EXPECT_EQ(std::memcmp(back.data(), tensor.data(), size_t(tensor.bytes())),
                0);
    }
  }
}

// bf16 is written as its bits, u16.
TEST(Npy, WritesBF16AsBits) {
  test::TemporaryFolder folder;
  Tensor tensor = Tensor::of<uint16_t>(DType::BF16, {1}, {floatToBF16(1.5f)});
  ASSERT_OK(writeNpy(folder / "x.npy", tensor));
  ASSERT_VALUE(back, readNpy(folder / "x.npy"));
  EXPECT_EQ(back.type(), DType::U16);
  EXPECT_EQ(bf16ToFloat(back.as<uint16_t>()[0]), 1.5f);
}

// Columns first becomes rows first.
TEST(Npy, ReadsFortranOrder) {
  test::TemporaryFolder folder;
  ASSERT_OK(writeFile(
      folder / "x.npy",
      npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }",
          std::string("\1\4\2\5\3\6"))));
  ASSERT_VALUE(tensor, readNpy(folder / "x.npy"));
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(tensor.as<uint8_t>()[i], i + 1);
}

// Files that are no .npy, of another type, or too short say so.
TEST(Npy, Errors) {
  test::TemporaryFolder folder;
  auto read = [&](const std::string &bytes) {
    EXPECT_TRUE(bool(writeFile(folder / "x.npy", bytes)));
    return readNpy(folder / "x.npy");
  };
  std::string good =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_TRUE(bool(read(npy(good, "12345678"))));
  EXPECT_ERROR(read(npy(good, "1234567")), "f32[2] needs 8 bytes, but 7");
  EXPECT_ERROR(read("hello, world"), "is not a .npy file");
  EXPECT_ERROR(read(npy(good, "").substr(0, 20)), "truncated in its header");
  EXPECT_ERROR(
      read(npy("{'descr': '>f4', 'fortran_order': False, 'shape': ()}", "")),
      "type '>f4'");
  EXPECT_ERROR(read(npy("{'descr': '<f4', 'shape': (2,)}", "")),
               "cannot be read");
  EXPECT_ERROR(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
                        "(99999999999999999999,)}",
                        "")),
               "cannot be read");
  EXPECT_ERROR(read(npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
                        "(4611686018427387904, 4)}",
                        "")),
               "2^63 bytes");
  EXPECT_ERROR(readNpy(folder / "no.npy"), "No such file");
}

} // namespace
