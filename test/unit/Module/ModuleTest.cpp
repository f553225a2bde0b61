//===- ModuleTest.cpp - modules written and loaded ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Module/Module.h"

#include "PlanBuilder.h"

#include <cstring>

using namespace tilewright;
using test::PlanBuilder;

namespace {

/// A module with something of everything.
struct Sample : PlanBuilder {
  Sample() {
    BufferId x = input("x", DType::F32, {"N", "4"});
    BufferId y = output("y", DType::F32, {"N", "4"});
    BufferId w = weight("w", Tensor::of<float>(DType::F32, {4}, {1, 2, 3, 4}));
    BufferId t = temporary("t", DType::F32, {"N", "4"});
    BufferId flag = constant<uint8_t>(DType::Bool, {}, {1});
    BufferId current = temporary("current", DType::F32, {"N", "4"});
    BufferId next = temporary("next", DType::F32, {"N", "4"});
    BufferId sizes = temporary("sizes", DType::I64, {"1"});
    Command &first = kernel("scale", {x, w}, {t}, {"N"}, "ceildiv(N, 4)");
    std::get<KernelCommand>(first.body).scratchBytes = test::dim("64*N");
    std::get<KernelCommand>(first.body).work = test::dim("100*N");
    fillDims(sizes, {"2*N"});
    bindDims(sizes, {"M"});
    setDims({"K"}, {"M + 1"});
    checkDims({"M"}, {"2*N"}, "must agree");
    branch(flag, [&] { copy(t, y); }, [&] { copy(x, y); });
    LoopCommand body;
    body.condition = flag;
    body.carried = {{x, current, next}};
    body.carriedSymbols = {{"S", test::dim("N"), test::dim("S + 1")}};
    body.trips = "T";
    loop(body, [&] { copy(current, next); });
    info.signature.symbols = {{"N", {1, 32, 1}}};
    info.metadata = {{"author", "somebody"}};
    info.producer = "test 1.0";
    code = "not really code";
    features = {"avx2"};
  }

  Status writeAll(const std::string &path) {
    Result<ModuleWriter> created = ModuleWriter::create(path);
    if (!created)
      return created.error();
    ModuleWriter &writer = *created;
    for (size_t i = 0; i < weights.size(); ++i)
      if (auto index =
              writer.addWeight(int64_t(i), weights[i].name, weights[i].tensor);
          !index)
        return index.error();
    writer.addReferenceWeight(7, "w.original", Tensor(DType::F64, {3}));
    writer.addTarget({target, features, plan, code});
    writer.addIR("imported", "bytecode");
    writer.addIR("kernels", "more bytecode");
    return writer.finish(info);
  }
};

/// Every field of the plan as text, by the encoder of another file.
std::string fileOf(const std::shared_ptr<const Module> &module) {
  test::TemporaryFolder folder;
  auto writer = ModuleWriter::create(folder / "m.twm");
  for (size_t i = 0; i < module->weights().size(); ++i)
    EXPECT_TRUE(
        bool(writer->addWeight(module->weights()[i].key,
                               module->weights()[i].name, module->weight(i))));
  for (size_t i = 0; i < module->targets().size(); ++i) {
    TargetProgram target = module->targets()[i];
    target.code = module->code(i);
    writer->addTarget(target);
  }
  EXPECT_TRUE(bool(writer->finish(
      {module->signature(), module->metadata(), module->producer()})));
  return *readFile(folder / "m.twm");
}

// What was written is what is loaded.
TEST(Module, RoundTrips) {
  test::TemporaryFolder folder;
  Sample sample;
  ASSERT_OK(sample.writeAll(folder / "m.twm"));
  ASSERT_VALUE(module, Module::load(folder / "m.twm"));
  EXPECT_EQ(module->signature().inputs[0].name, "x");
  EXPECT_EQ(typeString(DType::F32, module->signature().inputs[0].dims),
            "f32[N, 4]");
  EXPECT_EQ(module->signature().symbols.at("N").hi, 32);
  EXPECT_EQ(module->metadata().at("author"), "somebody");
  EXPECT_EQ(module->producer(), "test 1.0");
  EXPECT_EQ(module->targets()[0].features, std::vector<std::string>{"avx2"});
  EXPECT_EQ(module->code(0), "not really code");
  EXPECT_EQ(module->ir("imported"), "bytecode");
  EXPECT_EQ(module->ir("kernels"), "more bytecode");
  EXPECT_EQ(module->weight(0).as<float>()[2], 3.0f);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(module->weight(0).data()) % 64, 0u);
  EXPECT_EQ(module->weightStore()->keys(), (std::vector<int64_t>{0, 7}));
  const Plan &plan = module->targets()[0].plan;
  EXPECT_EQ(plan.buffers.size(), sample.plan.buffers.size());
  const auto *kernel = plan.commands[0].as<KernelCommand>();
  EXPECT_EQ(kernel->scratchBytes.str(), "64*N");
  EXPECT_EQ(kernel->work.str(), "100*N");
  EXPECT_EQ(plan.commands[0].nodes, std::vector<std::string>{"scale (Test)"});
  const auto *loop = plan.commands[6].as<LoopCommand>();
  EXPECT_EQ(loop->carriedSymbols[0].next.str(), "S + 1");
  EXPECT_EQ(loop->maxTrips, noBuffer);
  ASSERT_OK(module->verifyWeights());
}

// The loaded module, written again, is the same file: nothing gets lost.
TEST(Module, WritesTheSameBytesAgain) {
  Sample first;
  ASSERT_VALUE(module, first.module());
  std::string bytes = fileOf(module);
  Sample second;
  ASSERT_VALUE(again, second.module());
  EXPECT_EQ(bytes, fileOf(again));
  test::TemporaryFolder folder;
  ASSERT_OK(first.write(folder / "m.twm"));
  EXPECT_EQ(bytes, *readFile(folder / "m.twm"));
}

// The writer verifies the plans, and leaves no file when it fails.
TEST(Module, WriterVerifies) {
  test::TemporaryFolder folder;
  Sample sample;
  sample.copy(99, 0);
  EXPECT_ERROR(sample.write(folder / "m.twm"),
               "target test: plan: command 12: buffer 99 does not exist");
  EXPECT_FALSE(std::filesystem::exists(folder / "m.twm"));
}

// A size that is too long is told with the node that has it.
TEST(Module, LongSizes) {
  test::TemporaryFolder folder;
  Sample sample;
  std::string symbol(20000, 'L');
  sample.setDims({symbol}, {"N"});
  sample.kernel("grow", {0}, {3}, {symbol});
  EXPECT_ERROR(sample.write(folder / "m.twm"),
               "node grow (Test): a size expression of 20000 characters; a "
               "module can hold 16384");
}

// Keys are known once.
TEST(Module, EqualKeysAreOneWeight) {
  test::TemporaryFolder folder;
  ASSERT_VALUE(writer, ModuleWriter::create(folder / "m.twm"));
  Tensor tensor(DType::F32, {4});
  EXPECT_EQ(*writer.addWeight(5, "a", tensor), 0u);
  EXPECT_EQ(*writer.addWeight(6, "b", tensor), 1u);
  EXPECT_EQ(*writer.addWeight(5, "a", tensor), 0u);
  writer.addReferenceWeight(6, "b", tensor);
  ASSERT_OK(writer.finish({}));
  ASSERT_VALUE(module, Module::load(folder / "m.twm"));
  EXPECT_EQ(module->weights().size(), 2u);
}

// Stripping removes the IR and its weights; the rest runs as before.
TEST(Module, Strips) {
  test::TemporaryFolder folder;
  Sample sample;
  ASSERT_OK(sample.writeAll(folder / "m.twm"));
  ASSERT_OK(stripModule(folder / "m.twm", folder / "s.twm"));
  ASSERT_VALUE(module, Module::load(folder / "s.twm"));
  EXPECT_EQ(module->ir("imported"), "");
  EXPECT_EQ(module->weightStore()->keys(), (std::vector<int64_t>{0}));
  EXPECT_EQ(module->weight(0).as<float>()[3], 4.0f);
  EXPECT_EQ(module->weight(1).data(), nullptr);
  EXPECT_EQ(module->code(0), "not really code");
}

// Bytes in memory load too, also at an odd address.
TEST(Module, LoadsFromMemory) {
  test::TemporaryFolder folder;
  Sample sample;
  ASSERT_OK(sample.writeAll(folder / "m.twm"));
  std::string bytes = " " + *readFile(folder / "m.twm");
  ASSERT_VALUE(module,
               Module::load(std::string_view(bytes).substr(1), nullptr, "it"));
  EXPECT_EQ(module->weight(0).as<float>()[0], 1.0f);
}

class BadFiles : public testing::Test {
protected:
  void SetUp() override {
    Sample sample;
    ASSERT_OK(sample.writeAll(folder / "m.twm"));
    bytes = *readFile(folder / "m.twm");
  }
  std::string load(const std::string &content) {
    return test::messageOf(Module::load(content, nullptr, "m.twm"));
  }
  test::TemporaryFolder folder;
  std::string bytes;
};

// Cut anywhere, it is an error.
TEST_F(BadFiles, Truncated) {
  for (size_t size = 0; size < bytes.size(); size += size < 128 ? 1 : 61)
    ASSERT_NE(load(bytes.substr(0, size)), "(no error)") << size;
  EXPECT_EQ(load("").find("'m.twm': not a Tilewright module (.twm)"), 0u);
  EXPECT_NE(load(bytes.substr(0, 5000)).find("truncated: it has 5000 of"),
            std::string::npos);
  EXPECT_NE(load(bytes + "x").find("1 bytes too many"), std::string::npos);
}

// A changed byte anywhere but in padding is found: at once, or in the weights
// by verifyWeights.
TEST_F(BadFiles, Corrupt) {
  size_t found = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    if (bytes[at] == 0 && at > 64 && at % 16 != 0)
      continue; // Mostly padding.
    std::string changed = bytes;
    changed[at] = char(changed[at] ^ 0x40);
    auto module = Module::load(changed, nullptr, "m.twm");
    found += !module || !(*module)->verifyWeights();
    if (bytes[at] != 0) {
      ASSERT_TRUE(!module || !(*module)->verifyWeights()) << at;
    }
  }
  EXPECT_GT(found, 500u);
}

// Other files and newer versions say what they are.
TEST_F(BadFiles, OtherKinds) {
  EXPECT_ERROR(Module::load(folder / "no"), "No such file");
  EXPECT_ERROR(Module::load(folder.path()), "Is a directory");
  EXPECT_EQ(load("hello, this is text"),
            "'m.twm': not a Tilewright module (.twm); compile a model first, "
            "with tilewright compile or Python's tilewright.compile");
  std::string newer = bytes;
  newer[8] = 9;
  EXPECT_NE(
      load(newer).find("version 9 of the format, but this Tilewright knows "
                       "only up to 1"),
      std::string::npos);
}

// A read-only folder and a full disk are errors.
TEST_F(BadFiles, CannotWrite) {
  EXPECT_ERROR(ModuleWriter::create(folder / "no/m.twm"), "No such file");
  Sample sample;
  EXPECT_ERROR(sample.write("/dev/full"), "No space left");
}

} // namespace
