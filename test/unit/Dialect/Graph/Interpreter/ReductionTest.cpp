//===- ReductionTest.cpp - reductions, normalisations, scans, sorting ----===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTestSupport.h"
#include "TestSupport.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

Result<Tensors> reduceAll(const std::string &kind, const Tensor &x,
                          const std::string &element) {
  return runOp("tw.reduce " + kind + " %a axes [0] : tensor<" +
                   std::to_string(x.size()) + "x" + element + "> -> tensor<" +
                   element + ">",
               {x});
}

/// First, last, middle and all axes of a cube.
TEST(Reduce, Axes) {
  Tensor x = iota(DType::F32, {2, 2, 3});
  auto sum = [&](const std::string &axes, const std::string &type) {
    return runOp("tw.reduce sum %a axes " + axes + " : tensor<2x2x3xf32> -> " +
                     type,
                 {x});
  };
  expectTensor(sum("[0]", "tensor<2x3xf32>"),
               f32({2, 3}, {6, 8, 10, 12, 14, 16}));
  expectTensor(sum("[1]", "tensor<2x3xf32>"),
               f32({2, 3}, {3, 5, 7, 15, 17, 19}));
  expectTensor(sum("[2]", "tensor<2x2xf32>"), f32({2, 2}, {3, 12, 21, 30}));
  expectTensor(sum("[0, 2]", "tensor<2xf32>"), f32({2}, {24, 42}));
  expectTensor(sum("[0, 1, 2]", "tensor<f32>"), f32({}, {66}));
  expectTensor(sum("[]", "tensor<2x2x3xf32>"), x);
}

/// No elements give the neutral value.
TEST(Reduce, Empty) {
  Tensor none = f32({0}, {});
  expectTensor(reduceAll("sum", none, "f32"), f32({}, {0}));
  expectTensor(reduceAll("prod", none, "f32"), f32({}, {1}));
  expectTensor(reduceAll("mean", none, "f32"), f32({}, {NaN}));
  expectTensor(reduceAll("max", none, "f32"), f32({}, {-inf}));
  expectTensor(reduceAll("min", none, "f32"), f32({}, {inf}));
  Tensor noInts = tensor(DType::I8, {0}, {});
  expectTensor(reduceAll("mean", noInts, "i8"), tensor(DType::I8, {}, {0}));
  expectTensor(reduceAll("max", noInts, "i8"), tensor(DType::I8, {}, {-128}));
  expectTensor(reduceAll("min", tensor(DType::Bool, {0}, {}), "i1"),
               tensor(DType::Bool, {}, {1}));
}

/// NaN wins in every kind.
TEST(Reduce, NaN) {
  for (const char *kind : {"sum", "prod", "mean", "max", "min"})
    expectTensor(reduceAll(kind, f32({3}, {1, NaN, 2}), "f32"), f32({}, {NaN}));
}

/// Integers wrap; their mean divides the 64-bit sum with truncation.
TEST(Reduce, Integers) {
  Tensor x = tensor(DType::I8, {3}, {100, 100, -3});
  expectTensor(reduceAll("sum", x, "i8"), tensor(DType::I8, {}, {-59}));
  expectTensor(reduceAll("mean", x, "i8"), tensor(DType::I8, {}, {65}));
  expectTensor(reduceAll("prod", x, "i8"), tensor(DType::I8, {}, {-48}));
  expectTensor(reduceAll("mean", tensor(DType::I32, {2}, {-3, 0}), "i32"),
               tensor(DType::I32, {}, {-1}));
}

/// max of bools is any, min is all.
TEST(Reduce, Bools) {
  Tensor x = tensor(DType::Bool, {2}, {0, 1});
  expectTensor(reduceAll("max", x, "i1"), tensor(DType::Bool, {}, {1}));
  expectTensor(reduceAll("min", x, "i1"), tensor(DType::Bool, {}, {0}));
}

/// Sums of f32 accumulate in f64, and f16 rounds once.
TEST(Reduce, AccumulatesInF64) {
  expectTensor(reduceAll("sum", f32({3}, {1e10, 1, -1e10}), "f32"),
               f32({}, {1}));
  expectTensor(reduceAll("sum", tensor(DType::F16, {3}, {2048, 1, 1}), "f16"),
               tensor(DType::F16, {}, {2050}));
}

Result<Tensors> argReduce(const std::string &kind, const Tensor &x,
                          const std::string &more = "") {
  return runOp("tw.arg_reduce " + kind + " %a axis 0 " + more + " : tensor<" +
                   std::to_string(x.size()) + "xf32> -> tensor<i64>",
               {x});
}

/// The first of equals, or the last; zeros are equal; NaN beats everything.
TEST(ArgReduce, TiesAndNaN) {
  Tensor x = f32({5}, {1, 3, 2, 3, 1});
  expectTensor(argReduce("max", x), i64({}, {1}));
  expectTensor(argReduce("max", x, "last"), i64({}, {3}));
  expectTensor(argReduce("min", x), i64({}, {0}));
  expectTensor(argReduce("min", x, "last"), i64({}, {4}));
  expectTensor(argReduce("max", f32({2}, {-0.0, 0.0})), i64({}, {0}));
  Tensor y = f32({4}, {1, NaN, inf, NaN});
  expectTensor(argReduce("max", y), i64({}, {1}));
  expectTensor(argReduce("min", y), i64({}, {1}));
  expectTensor(argReduce("max", y, "last"), i64({}, {3}));
}

/// An inner axis.
TEST(ArgReduce, InnerAxis) {
  expectTensor(runOp("tw.arg_reduce max %a axis 1 : tensor<2x2x2xf32> -> "
                     "tensor<2x2xi64>",
                     {f32({2, 2, 2}, {1, 8, 3, 4, 7, 6, 5, 9})}),
               i64({2, 2}, {1, 0, 0, 1}));
}

/// Large numbers do not overflow; the result is e^x over the sum.
TEST(Softmax, Values) {
  expectTensor(runOp("tw.softmax %a axis 1 : tensor<1x3xf32> -> "
                     "tensor<1x3xf32>",
                     {f32({1, 3}, {0, std::log(2.0), 0})}),
               f32({1, 3}, {0.25, 0.5, 0.25}), 1e-6);
  expectTensor(runOp("tw.softmax %a axis 1 log : tensor<1x3xf32> -> "
                     "tensor<1x3xf32>",
                     {f32({1, 3}, {1000, 1000, -inf})}),
               f32({1, 3}, {-std::log(2.0), -std::log(2.0), -inf}), 1e-6);
}

/// The first axis; infinities and NaN make a whole column NaN.
TEST(Softmax, SpecialValues) {
  expectTensor(runOp("tw.softmax %a axis 0 : tensor<2x4xf32> -> "
                     "tensor<2x4xf32>",
                     {f32({2, 4}, {0, inf, NaN, -inf, 0, 0, 0, -inf})}),
               f32({2, 4}, {0.5, NaN, NaN, NaN, 0.5, NaN, NaN, NaN}));
}

/// Mean 2, variance 2 (biased): 0 and 4 become -2 and 2 over sqrt(4 + eps).
TEST(Normalize, MeanAndRms) {
  expectTensor(runOp("tw.normalize %a axes [1] epsilon 5.0 : tensor<2x2xf32> "
                     "-> tensor<2x2xf32>",
                     {f32({2, 2}, {0, 4, 1, 1})}),
               f32({2, 2}, {-2.0 / 3, 2.0 / 3, 0, 0}), 1e-6);
  expectTensor(runOp("tw.normalize %a axes [0, 2] epsilon 1.5 rms : "
                     "tensor<2x1x2xf32> -> tensor<2x1x2xf32>",
                     {f32({2, 1, 2}, {1, 1, 2, 2})}),
               f32({2, 1, 2}, {0.5, 0.5, 1, 1}), 1e-6);
}

/// A large mean does not cancel the variance away.
TEST(Normalize, LargeMean) {
  expectTensor(runOp("tw.normalize %a axes [0] epsilon 0.0 : tensor<2xf32> -> "
                     "tensor<2xf32>",
                     {f32({2}, {1e7, 1e7 + 2})}),
               f32({2}, {-1, 1}), 1e-6);
}

Result<Tensors> scan(const std::string &kind, const std::string &more,
                     const Tensor &x, const std::string &element = "f32") {
  std::string type = "tensor<" + std::to_string(x.size()) + "x" + element + ">";
  return runOp("tw.scan " + kind + " %a axis 0 " + more + " : " + type +
                   " -> " + type,
               {x});
}

/// Forward and backward, with and without the element itself.
TEST(Scan, Sum) {
  Tensor x = f32({3}, {1, 2, 3});
  expectTensor(scan("sum", "", x), f32({3}, {1, 3, 6}));
  expectTensor(scan("sum", "exclusive", x), f32({3}, {0, 1, 3}));
  expectTensor(scan("sum", "reverse", x), f32({3}, {6, 5, 3}));
  expectTensor(scan("sum", "exclusive reverse", x), f32({3}, {5, 3, 0}));
}

/// The other kinds, and wrapping integers.
TEST(Scan, OtherKinds) {
  expectTensor(scan("max", "exclusive", f32({3}, {1, NaN, 3})),
               f32({3}, {-inf, 1, NaN}));
  expectTensor(scan("min", "", f32({3}, {3, 5, 1})), f32({3}, {3, 3, 1}));
  expectTensor(scan("prod", "", tensor(DType::I8, {3}, {16, 16, 3}), "i8"),
               tensor(DType::I8, {3}, {16, 0, 0}));
}

/// The largest k, sorted; equals keep their order, NaN is the largest.
TEST(TopK, LargestAndSmallest) {
  Tensor x = f32({5}, {2, NaN, 3, 2, 3});
  auto run = [&](const std::string &more) {
    return runOp("tw.top_k %a axis 0 " + more +
                     " : tensor<5xf32> -> tensor<4xf32>, tensor<4xi64>",
                 {x});
  };
  Result<Tensors> largest = run(""), smallest = run("smallest");
  expectTensor(largest, f32({4}, {NaN, 3, 3, 2}));
  expectTensor(largest, i64({4}, {1, 2, 4, 0}), 0, 1);
  expectTensor(smallest, f32({4}, {2, 2, 3, 3}));
  expectTensor(smallest, i64({4}, {0, 3, 2, 4}), 0, 1);
}

/// The first axis of a matrix of unsigned numbers.
TEST(TopK, FirstAxis) {
  Result<Tensors> result =
      runOp("tw.top_k %a axis 0 : tensor<3x2xui8> -> tensor<1x2xui8>, "
            "tensor<1x2xi64>",
            {tensor(DType::U8, {3, 2}, {1, 200, 255, 3, 4, 5})});
  expectTensor(result, tensor(DType::U8, {1, 2}, {255, 200}));
  expectTensor(result, i64({1, 2}, {1, 0}), 0, 1);
}

/// A size that is only known when the op has run: @main with a result type.
Result<Tensors> runCounted(const std::string &op, const std::string &arguments,
                           const std::string &results,
                           llvm::ArrayRef<Tensor> inputs) {
  std::string names;
  size_t count = 0;
  for (size_t at = results.find("tensor<"); at != std::string::npos;
       at = results.find("tensor<", at + 1))
    names += (count ? ", %r#" : "%r#") + std::to_string(count), ++count;
  return parseAndInterpret("func.func @main(" + arguments + ") -> (" + results +
                               ") {\n %r:" + std::to_string(count) + " = " +
                               op + "\n return " + names + " : " + results +
                               "\n}",
                           inputs);
}

/// Coordinates in row-major order; NaN is not 0, -0 is.
TEST(NonZero, Coordinates) {
  expectTensor(runCounted("tw.non_zero %a count \"n\" : tensor<2x3xf32> -> "
                          "tensor<?x2xi64, #tw.dims<\"n\">>",
                          "%a: tensor<2x3xf32>",
                          "tensor<?x2xi64, #tw.dims<\"n\">>",
                          {f32({2, 3}, {0, 1, -0.0, NaN, 0, 2})}),
               i64({3, 2}, {0, 1, 1, 0, 1, 2}));
}

/// A scalar has coordinates without axes: one of them if it is not 0.
TEST(NonZero, Scalar) {
  expectTensor(runCounted("tw.non_zero %a count \"n\" : tensor<f32> -> "
                          "tensor<?x0xi64, #tw.dims<\"n\">>",
                          "%a: tensor<f32>", "tensor<?x0xi64, #tw.dims<\"n\">>",
                          {f32({}, {5})}),
               i64({1, 0}, {}));
}

Result<Tensors> unique(const Tensor &x, const std::string &attributes) {
  std::string counted = "tensor<?xi64, #tw.dims<\"n\">>";
  std::string in = "tensor<" + std::to_string(x.size()) + "xf32>";
  std::string results = "tensor<?xf32, #tw.dims<\"n\">>, " + counted +
                        ", tensor<" + std::to_string(x.size()) + "xi64>, " +
                        counted;
  return runCounted("tw.unique %a count \"n\" " + attributes + " : " + in +
                        " -> " + results,
                    "%a: " + in, results, {x});
}

/// ONNX's example, sorted and in order of appearance.
TEST(Unique, SortedOrNot) {
  Tensor x = f32({6}, {2, 1, 1, 3, 4, 3});
  Result<Tensors> sorted = unique(x, "{sorted}");
  expectTensor(sorted, f32({4}, {1, 2, 3, 4}));
  expectTensor(sorted, i64({4}, {1, 0, 3, 4}), 0, 1);
  expectTensor(sorted, i64({6}, {1, 0, 0, 2, 3, 2}), 0, 2);
  expectTensor(sorted, i64({4}, {2, 1, 2, 1}), 0, 3);
  Result<Tensors> asFound = unique(x, "");
  expectTensor(asFound, f32({4}, {2, 1, 3, 4}));
  expectTensor(asFound, i64({4}, {0, 1, 3, 4}), 0, 1);
  expectTensor(asFound, i64({6}, {0, 1, 1, 2, 3, 2}), 0, 2);
  expectTensor(asFound, i64({4}, {1, 2, 2, 1}), 0, 3);
}

/// Zeros are one, each NaN is its own and comes last; nothing has nothing.
TEST(Unique, SpecialValues) {
  Result<Tensors> result =
      unique(f32({5}, {NaN, 0.0, NaN, -0.0, 1}), "{sorted}");
  expectTensor(result, f32({4}, {0, 1, NaN, NaN}));
  expectTensor(result, i64({4}, {2, 1, 1, 1}), 0, 3);
  expectTensor(unique(f32({0}, {}), "{sorted}"), f32({0}, {}));
}

/// Rows compare lexicographically.
TEST(Unique, Axis) {
  std::string counted = "tensor<?xi64, #tw.dims<\"n\">>";
  std::string results = "tensor<?x3xf32, #tw.dims<\"n\">>, " + counted +
                        ", tensor<3xi64>, " + counted;
  Result<Tensors> result =
      runCounted("tw.unique %a count \"n\" {axis = 0 : i64, sorted} : "
                 "tensor<3x3xf32> -> " +
                     results,
                 "%a: tensor<3x3xf32>", results,
                 {f32({3, 3}, {1, 0, 1, 1, 0, 0, 1, 0, 1})});
  expectTensor(result, f32({2, 3}, {1, 0, 0, 1, 0, 1}));
  expectTensor(result, i64({2}, {1, 0}), 0, 1);
  expectTensor(result, i64({3}, {1, 0, 1}), 0, 2);
  expectTensor(result, i64({2}, {1, 2}), 0, 3);
}

Result<Tensors> suppress(const std::string &more, const Tensor &boxes,
                         const Tensor &scores, double perClass, double iou,
                         double score) {
  std::string b = "tensor<" + std::to_string(boxes.shape()[0]) + "x" +
                  std::to_string(boxes.shape()[1]) + "x4xf32>";
  std::string s = "tensor<" + std::to_string(scores.shape()[0]) + "x" +
                  std::to_string(scores.shape()[1]) + "x" +
                  std::to_string(scores.shape()[2]) + "xf32>";
  std::string result = "tensor<?x3xi64, #tw.dims<\"n\">>";
  return runCounted(
      "tw.non_max_suppression %a, %b, %c, %d, %e count \"n\" " + more + " : (" +
          b + ", " + s + ", tensor<i64>, tensor<f32>, tensor<f32>) -> " +
          result,
      "%a: " + b + ", %b: " + s +
          ", %c: tensor<i64>, %d: tensor<f32>, %e: tensor<f32>",
      result,
      {boxes, scores, i64({}, {perClass}), f32({}, {iou}), f32({}, {score})});
}

std::vector<double> cornerBoxes() {
  return {0, 0,  1, 1,  0, 0.1,  1, 1.1,  0, -0.1, 1, 0.9,
          0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100,  1, 101};
}
std::vector<double> boxScores() { return {0.9, 0.75, 0.6, 0.95, 0.5, 0.3}; }

/// ONNX's examples: the limits one after the other.
TEST(NonMaxSuppression, OnnxExamples) {
  Tensor boxes = f32({1, 6, 4}, cornerBoxes()),
         scores = f32({1, 1, 6}, boxScores());
  expectTensor(suppress("", boxes, scores, 3, 0.5, 0),
               i64({3, 3}, {0, 0, 3, 0, 0, 0, 0, 0, 5}));
  expectTensor(suppress("", boxes, scores, 2, 0.5, 0),
               i64({2, 3}, {0, 0, 3, 0, 0, 0}));
  expectTensor(suppress("", boxes, scores, 3, 0.5, 0.4),
               i64({2, 3}, {0, 0, 3, 0, 0, 0}));
  expectTensor(suppress("", boxes, scores, 0, 0.5, 0), i64({0, 3}, {}));
}

/// The same boxes as centre and size; corners in any order.
TEST(NonMaxSuppression, OtherBoxes) {
  std::vector<double> corners = cornerBoxes(), centers, flipped;
  for (size_t i = 0; i < corners.size(); i += 4) {
    const double *b = &corners[i];
    centers.insert(centers.end(), {(b[1] + b[3]) / 2, (b[0] + b[2]) / 2,
                                   b[3] - b[1], b[2] - b[0]});
    flipped.insert(flipped.end(), {b[2], b[3], b[0], b[1]});
  }
  Tensor scores = f32({1, 1, 6}, boxScores());
  Tensor expected = i64({3, 3}, {0, 0, 3, 0, 0, 0, 0, 0, 5});
  expectTensor(suppress("{center_point_box}", f32({1, 6, 4}, centers), scores,
                        3, 0.5, 0),
               expected);
  expectTensor(suppress("", f32({1, 6, 4}, flipped), scores, 3, 0.5, 0),
               expected);
}

/// Equal scores in order of the index; classes and images one after the other.
TEST(NonMaxSuppression, TiesAndClasses) {
  std::vector<double> two{0, 0, 1, 1, 5, 5, 6, 6, 0, 0, 1, 1, 5, 5, 6, 6};
  expectTensor(suppress("", f32({2, 2, 4}, two),
                        f32({2, 2, 2}, {1, 1, NaN, 2, 3, 3, 0, -1}), 9, 0.5, 0),
               i64({5, 3}, {0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1}));
}

} // namespace
