//===- SessionTest.cpp - plans that are run -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SessionHarness.h"

#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace tilewright;
using test::floats;
using test::Harness;
using test::values;
using Floats = std::vector<float>;

namespace {

/// y = x + 3 through two temporaries.
struct AddThree : Harness {
  AddThree() {
    BufferId x = input("x", DType::F32, {"N"});
    BufferId y = output("y", DType::F32, {"N"});
    BufferId a = temporary("a", DType::F32, {"N"});
    BufferId b = temporary("b", DType::F32, {"N"});
    kernel("one", {x}, {a}, {"N"}, "N");
    kernel("two", {a}, {b}, {"N"}, "N", "one");
    kernel("three", {b}, {y}, {"N"}, "N", "one");
    for (const char *name : {"one", "two", "three"})
      addOne(name);
  }
};

// One session runs inputs of every size.
TEST(Session, RunsEverySize) {
  AddThree b;
  ASSERT_VALUE(session, b.session());
  for (int n : {3, 0, 1, 100, 3}) {
    Floats x(size_t(n), 1.5f);
    ASSERT_VALUE(outputs, session->run({floats(x)}));
    EXPECT_EQ(values(outputs[0]), Floats(size_t(n), 4.5f));
  }
  EXPECT_EQ(*session->arenaBytes({{16}}), 128);
}

// Results go to memory of the caller, whatever its alignment, also on top of
// the input.
TEST(Session, WritesToGivenOutputs) {
  AddThree b;
  ASSERT_VALUE(session, b.session());
  Floats memory(16, 1.0f);
  for (int shift : {0, 1, 2, 3}) {
    std::vector<Tensor> outputs{Tensor(DType::F32, {5}, memory.data() + shift)};
    ASSERT_OK(session->run({floats({1, 2, 3, 4, 5})}, outputs));
    EXPECT_EQ(values(outputs[0]), (Floats{4, 5, 6, 7, 8}));
    EXPECT_EQ(memory[size_t(shift)], 4.0f);
  }
  Tensor both = floats({1, 2, 3});
  std::vector<Tensor> outputs{both};
  ASSERT_OK(session->run({both}, outputs));
  EXPECT_EQ(values(both), (Floats{4, 5, 6}));
}

// Inputs may lie anywhere.
TEST(Session, TakesUnalignedInputs) {
  AddThree b;
  ASSERT_VALUE(session, b.session());
  Floats memory{0, 1, 2, 3};
  Tensor x(DType::F32, {3}, memory.data() + 1);
  ASSERT_VALUE(outputs, session->run({x}));
  EXPECT_EQ(values(outputs[0]), (Floats{4, 5, 6}));
}

// What is wrong with inputs and outputs is said with both sides.
TEST(Session, RefusesWrongArguments) {
  AddThree b;
  b.info.signature.symbols["N"] = {0, 8, 1};
  ASSERT_VALUE(session, b.session());
  EXPECT_ERROR(session->run(std::vector<Tensor>{}),
               "got 0 inputs, but the model takes 1");
  EXPECT_ERROR(session->run({Tensor(DType::F64, {2})}),
               "input 'x' is f64[2], but the model takes f32[N]");
  EXPECT_ERROR(
      session->run({Tensor(DType::F32, {2, 2})}),
      "has rank 2 (shape [2, 2]), but the model takes rank 1 (f32[N])");
  EXPECT_ERROR(session->run({Tensor(DType::F32, {9})}),
               "N = 9 is outside 0..8");
  EXPECT_ERROR(session->run({Tensor(DType::F32, {2}, nullptr)}), "has no data");
  std::vector<Tensor> outputs{Tensor(DType::F32, {4})};
  EXPECT_ERROR(session->run({floats({1, 2, 3})}, outputs),
               "output 'y' is f32[3], but the given tensor is f32[4]");
  outputs.resize(2);
  EXPECT_ERROR(session->run({floats({1, 2, 3})}, outputs),
               "got memory for 2 outputs, but the model gives 1");
  // A run that failed leaves the session usable.
  EXPECT_TRUE(bool(session->run({floats({1, 2, 3})})));
}

// Outputs may not share memory.
TEST(Session, RefusesOverlappingOutputs) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  b.copy(x, b.output("y", DType::F32, {"N"}));
  b.copy(x, b.output("z", DType::F32, {"N"}));
  ASSERT_VALUE(session, b.session());
  Tensor memory(DType::F32, {2});
  std::vector<Tensor> outputs{memory, memory};
  EXPECT_ERROR(session->run({floats({1, 2})}, outputs),
               "the memory given for output 'z' overlaps that for 'y'");
}

// Several threads share a session.
TEST(Session, RunsInSeveralThreads) {
  AddThree b;
  ASSERT_VALUE(session, b.session());
  std::vector<std::thread> threads;
  std::atomic<int> bad{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        size_t n = size_t(1 + (t + i) % 70);
        auto outputs = session->run({floats(Floats(n, float(t)))});
        bad += !outputs || values((*outputs)[0]) != Floats(n, float(t) + 3);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(bad, 0);
}

// A child of fork runs the session, whatever its parent's threads were doing.
TEST(Session, SurvivesFork) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer ends a child that starts threads";
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "ThreadSanitizer ends a child that starts threads";
#endif
#endif
  AddThree b;
  ASSERT_VALUE(session, b.session());
  std::atomic<bool> done{false};
  std::thread busy([&] {
    for (size_t n = 1; !done; n = n % 50 + 1)
      (void)session->run({floats(Floats(n, 1))});
  });
  int bad = 0;
  for (int i = 0; i < 300; ++i) {
    pid_t child = fork();
    if (child == 0) {
      alarm(20);
      auto outputs = session->run({floats({1, 2})});
      _exit(outputs && values((*outputs)[0]) == Floats{4, 5} ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    bad += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  done = true;
  busy.join();
  EXPECT_EQ(bad, 0);
}

// Memory plans are kept for so many shapes, and forgotten ones come back.
TEST(Session, BoundedCache) {
  AddThree b;
  SessionOptions options;
  options.cachedShapes = 2;
  ASSERT_VALUE(session, b.session(options));
  for (int i = 0; i < 30; ++i) {
    size_t n = size_t(1 + i % 5);
    ASSERT_VALUE(outputs, session->run({floats(Floats(n, 0))}));
    EXPECT_EQ(values(outputs[0]), Floats(n, 3));
  }
}

// Weights, constants, and views for slices: y = concat(w, x)[1:].
TEST(Session, WeightsConstantsAndViews) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId w = b.weight("w", floats({7, 8}));
  BufferId c = b.constant<float>(DType::F32, {"1"}, {9});
  BufferId all = b.temporary("all", DType::F32, {"N + 3"});
  BufferId y = b.output("y", DType::F32, {"N + 2"});
  b.copy(w, b.view(all, DType::F32, {"2"}));
  b.copy(c, b.view(all, DType::F32, {"1"}, "8"));
  b.copy(x, b.view(all, DType::F32, {"N"}, "12"));
  b.copy(b.view(all, DType::F32, {"N + 2"}, "4"), y);
  ASSERT_VALUE(session, b.session());
  ASSERT_VALUE(outputs, session->run({floats({1, 2})}));
  EXPECT_EQ(values(outputs[0]), (Floats{8, 9, 1, 2}));
}

// A view outside of its buffer is an error when it is used.
TEST(Session, ViewsStayInside) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId y = b.output("y", DType::F32, {"2"});
  Command &copy =
      b.command(CopyCommand{b.view(x, DType::F32, {"2"}, "4*N - 8"), y});
  copy.nodes = {"slice_1 (Slice)"};
  ASSERT_VALUE(session, b.session());
  EXPECT_TRUE(bool(session->run({floats({1, 2, 3})})));
  EXPECT_ERROR(
      session->run({floats({1})}),
      "node 'slice_1' (Slice): buffer 'x.view' of type f32[2] takes bytes -4");
}

// Kernels get aligned arguments that do not overlap.
TEST(Session, KernelArguments) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId t = b.temporary("t", DType::F32, {"N"});
  BufferId y = b.output("y", DType::F32, {"N"});
  b.copy(x, t);
  b.kernel("k", {b.view(t, DType::F32, {"16"})},
           {b.view(t, DType::F32, {"16"}, "4*M")});
  b.copy(t, y);
  b.input("m", DType::F32, {"M"});
  ASSERT_VALUE(session, b.session());
  auto run = [&](int64_t m) {
    return session->run({Tensor(DType::F32, {64}), Tensor(DType::F32, {m})});
  };
  EXPECT_TRUE(bool(run(16)));
  EXPECT_TRUE(bool(run(48)));
  EXPECT_ERROR(
      run(8), "node 'k' (Test): buffer 't.view' of type f32[16] starts at byte "
              "32, which is no multiple of 64");
  EXPECT_ERROR(run(0),
               "node 'k' (Test): buffer 't.view' of type f32[16] overlaps");
  EXPECT_ERROR(run(64), "takes bytes 256 to 256 + 64 of buffer 't'");
}

// Sizes that are negative or too large are errors that name the buffer.
TEST(Session, UnsoundSizes) {
  Harness b;
  BufferId x = b.input("x", DType::F32, {"N"});
  BufferId y = b.output("y", DType::F32, {"N - 2"});
  b.copy(b.view(x, DType::F32, {"N - 2"}), y);
  ASSERT_VALUE(session, b.session());
  EXPECT_ERROR(
      session->run({floats({1})}),
      "buffer 'y' of type f32[N - 2] has the negative size -1 (N - 2)");
  Harness c;
  c.input("x", DType::F32, {"N", "0"});
  BufferId t = c.temporary("t", DType::F32, {"N", "N"});
  c.kernel("k", {}, {t});
  ASSERT_VALUE(large, c.session());
  EXPECT_ERROR(
      large->run({Tensor(DType::F32, {int64_t(1) << 40, 0})}),
      "node 'k' (Test): buffer 't' of type f32[N, N] has more than 2^60 bytes");
}

// An input that nobody uses still binds its symbols and is checked.
TEST(Session, UnusedInputs) {
  Harness b;
  b.info.signature.inputs.push_back({"unused", DType::F32, test::dims({"N"})});
  BufferId x = b.input("x", DType::F32, {"N"});
  b.copy(x, b.output("y", DType::F32, {"N"}));
  ASSERT_VALUE(session, b.session());
  EXPECT_TRUE(bool(session->run({floats({1}), floats({2})})));
  EXPECT_ERROR(session->run({floats({1}), floats({2, 3})}),
               "input 'x', axis 0 has size 2, but N is 1, and N is 1 by input "
               "'unused', axis 0 (N = 1)");
}

// One kernel alone, by name: for `verify`.
TEST(Session, RunsOneKernel) {
  AddThree b;
  ASSERT_VALUE(session, b.session());
  ASSERT_VALUE(outputs, session->runKernel("two", {floats({1, 2})}));
  EXPECT_EQ(values(outputs[0]), (Floats{2, 3}));
  EXPECT_ERROR(session->runKernel("four", {}), "the plan has no kernel 'four'");
  EXPECT_ERROR(session->runKernel("two", {}),
               "kernel 'two': got 0 inputs, but it "
               "takes 1");
  EXPECT_ERROR(session->runKernel("two", {Tensor(DType::I32, {2})}),
               "kernel 'two': input 0 is i32[2], but it takes f32[N]");
  EXPECT_ERROR(session->runKernel("two", {floats({1})}, {{"N", 2}}),
               "input 0 is f32[1], but it takes f32[N] = [2]");
}

// The profile counts the calls of every command.
TEST(Session, Profiles) {
  AddThree b;
  SessionOptions options;
  options.profile = true;
  ASSERT_VALUE(session, b.session(options));
  for (int i = 0; i < 3; ++i)
    ASSERT_OK(session->run({floats({1})}));
  std::vector<ProfileEntry> profile = session->profile();
  ASSERT_EQ(profile.size(), 3u);
  EXPECT_EQ(profile[1].name, "two");
  EXPECT_EQ(profile[1].nodes, std::vector<std::string>{"two (Test)"});
  EXPECT_EQ(profile[1].calls, 3u);
  session->resetProfile();
  EXPECT_EQ(session->profile()[1].calls, 0u);
}

// A target that is not in the module, or none at all, says what is there.
TEST(Session, ChoosesTarget) {
  AddThree b;
  SessionOptions options;
  options.target = "x86-64-v9";
  EXPECT_ERROR(b.session(options),
               "the module has no target 'x86-64-v9'; it has test");
}

} // namespace
