//===- CompileKernelsTest.cpp - objects, errors and descriptions ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

using namespace tilewright;
using namespace tilewright::cpu;

static Result<CompiledKernels> compileText(const std::string &text,
                                           unsigned jobs,
                                           const CpuTarget &target = {}) {
  mlir::DialectRegistry registry;
  registerCpuCodegenDialects(registry);
  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return error("does not parse");
  return compileForCpu(*module, target, {.jobs = jobs});
}

/// Kernels k0, k1, ... that differ.
static std::string someKernels(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string body =
        "%t = tile.load %a[%c0] valid [0 to 8] strides [1] : memref<8xf32> -> "
        "tensor<8xf32>\n%f = arith.constant dense<" +
        std::to_string(i) +
        ".0> : tensor<8xf32>\n%e = math.exp %t : tensor<8xf32>\n%r = "
        "arith.addf %e, %f : tensor<8xf32>\n"
        "tile.store %r, %b[%c0] valid [0 to 8] strides [1] : tensor<8xf32>, "
        "memref<8xf32>\n";
    std::string one = oneBlockKernel({"8xf32", "8xf32"}, body);
    one.replace(one.find("@kernel"), 7, "@k" + std::to_string(i));
    text += one;
  }
  return text;
}

// The bytes depend on the kernels and the target alone, not on how many are
// compiled at the same time.
TEST(CompileKernels, SameBytesWithAnyJobs) {
  auto one = compileText(someKernels(6), 1),
       four = compileText(someKernels(6), 4);
  ASSERT_TRUE(bool(one)) << one.error().message;
  ASSERT_TRUE(bool(four)) << four.error().message;
  EXPECT_EQ(one->object, four->object);
  ASSERT_EQ(four->kernels.size(), 6u);
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(four->kernels[i].name, "k" + std::to_string(i));
}

// No kernels are an object too.
TEST(CompileKernels, Nothing) {
  auto compiled = compileText("", 2);
  ASSERT_TRUE(bool(compiled)) << compiled.error().message;
  EXPECT_FALSE(compiled->object.empty());
  EXPECT_TRUE(compiled->kernels.empty());
}

// An error names the kernel that it is about.
TEST(CompileKernels, ErrorNamesTheKernel) {
  auto compiled = compileText(
      someKernels(2) + "func.func @bad(%x: memref<?xf32> {tile.dims = "
                       "[\"N\"]}) attributes {tile.kernel, tile.sizes = [], "
                       "tile.blocks = \"1\", tile.inputs = 0 : i64} {return}",
      2);
  ASSERT_FALSE(bool(compiled));
  EXPECT_EQ(compiled.error().message,
            "kernel bad: 'func.func' op the size 'N' needs 'N', which is not "
            "among tile.sizes");
}

// A target that LLVM does not have is an error.
TEST(CompileKernels, UnknownTarget) {
  CpuTarget target;
  target.triple = "nonsense-unknown-linux";
  auto compiled = compileText(someKernels(1), 1, target);
  ASSERT_FALSE(bool(compiled));
  EXPECT_NE(compiled.error().message.find("no code generator for nonsense"),
            std::string::npos)
      << compiled.error().message;
}

// LLVM would go on without a CPU or a feature that it does not know.
TEST(CompileKernels, UnknownNames) {
  auto problem = [](const CpuTarget &target) {
    Status status = checkTarget(target);
    return status ? std::string() : status.error().message;
  };
  CpuTarget target;
  target.features = "+avx512vnni,-prefer-256-bit";
  EXPECT_EQ(problem(target), "");
  target.features = "+avx2,+bar";
  EXPECT_EQ(problem(target),
            "LLVM knows no feature 'bar' for x86_64-unknown-linux-gnu");
  target.features = "avx2";
  EXPECT_EQ(problem(target), "the LLVM feature 'avx2' must begin with + or -");
  target.cpu = "foo";
  EXPECT_EQ(problem(target),
            "LLVM knows no CPU 'foo' for x86_64-unknown-linux-gnu");
  EXPECT_FALSE(bool(compileText(someKernels(1), 1, target)));
}
