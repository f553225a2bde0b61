//===- GraphToLoopsTest.cpp - loop kernels against the reference ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each op runs in the reference interpreter; then its kernel of loops runs in
// the tile interpreter with the same operands, twice with different contents of
// whatever may be anything, and must give the same results.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Conversion/GraphToLoops/GraphToLoops.h"

#include "Random.h"

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"
#include "tilewright/Dialect/Tile/IR/Kernel.h"
#include "tilewright/Dialect/Tile/IR/TileOps.h"
#include "tilewright/Dialect/Tile/Interpreter/Interpreter.h"
#include "tilewright/Dialect/Tile/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tilewright;

namespace {
std::vector<std::string> numbers() {
  return {"i8",  "ui8",  "i16", "ui16", "i32", "ui32",
          "i64", "ui64", "f16", "bf16", "f32", "f64"};
}

class GraphToLoopsTest : public testing::Test {
protected:
  GraphToLoopsTest() {
    DialectRegistry registry;
    registry.insert<arith::ArithDialect, func::FuncDialect, math::MathDialect,
                    memref::MemRefDialect, scf::SCFDialect, graph::GraphDialect,
                    tile::TileDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Few different values, so that there are ties; NaN, infinities and -0.
  Tensor withTies(DType type, std::vector<int64_t> shape) {
    Tensor result(type, std::move(shape));
    for (int64_t i = 0; i < result.size(); ++i) {
      int64_t number = random.integer(-5, 5);
      double value = number * 0.5;
      switch (random.integer(0, 23)) {
      case 0:
        value = std::numeric_limits<double>::quiet_NaN();
        break;
      case 1:
        value = std::numeric_limits<double>::infinity();
        break;
      case 2:
        value = -0.0;
        break;
      default:
        break;
      }
      if (isFloat(type))
        setNumber(result, i, value);
      else
        setInteger(result, i, type == DType::Bool ? number & 1 : number);
    }
    return result;
  }
  /// "tensor<?x?xf32, #tw.dims<"N", "M">>" of sizes and an element type.
  static std::string type(const std::vector<std::string> &sizes,
                          const std::string &element) {
    std::string text = "tensor<", names;
    for (const std::string &size : sizes) {
      bool constant = !size.empty() && isdigit(size[0]);
      text += (constant ? size : "?") + "x";
      if (!constant)
        names += (names.empty() ? "\"" : ", \"") + size + "\"";
    }
    return text + element + (names.empty() ? "" : ", #tw.dims<" + names + ">") +
           ">";
  }

  /// The kernel of the only op that has one in @main.
  func::FuncOp emit(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return {};
    main = *module->getOps<func::FuncOp>().begin();
    Operation *op = nullptr;
    main.walk([&](Operation *candidate) {
      if (hasLoopKernel(candidate))
        op = candidate;
    });
    OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
    FailureOr<func::FuncOp> kernel = emitLoopKernel(op, "kernel", builder);
    if (failed(kernel) || failed(verify(*kernel)) ||
        failed(tile::verifyKernel(*kernel)))
      return {};
    return *kernel;
  }

  void check(const std::string &text, const std::vector<Tensor> &inputs) {
    SCOPED_TRACE(text);
    func::FuncOp kernel = emit(text);
    ASSERT_TRUE(bool(kernel));
    FailureOr<tile::KernelInfo> info = tile::getKernelInfo(kernel);
    ASSERT_TRUE(succeeded(info));

    std::vector<Tensor> operands, expected;
    SymbolBindings bindings;
    graph::InterpreterOptions options;
    options.observer = [&](const graph::Observation &seen) {
      if (hasLoopKernel(seen.op)) {
        operands.assign(seen.operands.begin(), seen.operands.end());
        expected.assign(seen.results.begin(), seen.results.end());
        bindings = seen.bindings;
      }
      return Status::success();
    };
    auto reference = graph::interpret(main, inputs, WeightStore(), options);
    ASSERT_TRUE(bool(reference)) << reference.error().message;

    for (uint64_t seed : {1, 2}) {
      auto results = tile::interpretKernel(kernel, operands, bindings, {seed});
      ASSERT_TRUE(bool(results)) << results.error().message;
      if (!info->count.empty()) {
        EXPECT_EQ(results->back().as<int64_t>()[0], bindings[info->count]);
        results->pop_back();
      }
      ASSERT_EQ(results->size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        // Results that use the count fill the front of their buffer.
        ASSERT_LE(expected[i].size(), (*results)[i].size());
        Tensor actual(expected[i].type(), expected[i].shape(),
                      (*results)[i].data());
        Result<double> difference = relativeError(actual, expected[i]);
        ASSERT_TRUE(bool(difference)) << difference.error().message;
        double bound = expected[i].type() == DType::BF16  ? 1e-2
                       : expected[i].type() == DType::F16 ? 2e-3
                                                          : 1e-5;
        EXPECT_LE(*difference, bound) << "result " << i << ", seed " << seed
                                      << ", of " << expected[i].typeString();
      }
    }
  }

  static DType dtype(const std::string &element) {
    if (element == "i1")
      return DType::Bool;
    std::string name = element[0] == 'u' ? element.substr(1) : element;
    if (element[0] == 'u')
      name[0] = 'u';
    return *parseDType(name);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp main;
  test::Random random{7};
};

std::vector<std::string> withBool(std::vector<std::string> elements) {
  elements.push_back("i1");
  return elements;
}
} // namespace

// top_k: ties keep their order, NaN is the largest; all axes and types.
TEST_F(GraphToLoopsTest, TopK) {
  for (const std::string &element : numbers())
    for (std::string smallest : {"", " smallest"}) {
      std::string in = type({"N", "S", "3"}, element);
      std::string text =
          "func.func @main(%x: " + in + ") -> (" +
          type({"N", "2", "3"}, element) + ", " + type({"N", "2", "3"}, "i64") +
          ") {\n  %v, %i = tw.top_k %x axis 1" + smallest + " : " + in +
          " -> " + type({"N", "2", "3"}, element) + ", " +
          type({"N", "2", "3"}, "i64") +
          "\n  return %v, %i : " + type({"N", "2", "3"}, element) + ", " +
          type({"N", "2", "3"}, "i64") + "\n}";
      for (int64_t n : {0, 2})
        for (int64_t s : {2, 7, 16})
          check(text, {withTies(dtype(element), {n, s, 3})});
    }
}

// top_k of a whole axis is a sort; one element, none.
TEST_F(GraphToLoopsTest, Sort) {
  std::string in = type({"N"}, "f32"), out = type({"N"}, "i64");
  std::string text = "func.func @main(%x: " + in + ") -> (" + in + ", " + out +
                     ") {\n  %v, %i = tw.top_k %x axis 0 : " + in + " -> " +
                     in + ", " + out + "\n  return %v, %i : " + in + ", " +
                     out + "\n}";
  for (int64_t n : {0, 1, 2, 3, 33})
    check(text, {withTies(DType::F32, {n})});
}

// non_zero: NaN counts, -0 does not; any rank.
TEST_F(GraphToLoopsTest, NonZero) {
  for (const std::string &element : withBool(numbers())) {
    std::string in = type({"N", "M"}, element), out = type({"c", "2"}, "i64");
    std::string text = "func.func @main(%x: " + in + ") -> " + out +
                       " {\n  %i = tw.non_zero %x count \"c\" : " + in +
                       " -> " + out + "\n  return %i : " + out + "\n}";
    for (int64_t n : {0, 1, 5})
      check(text, {withTies(dtype(element), {n, 3})});
  }
  std::string out = type({"c", "0"}, "i64");
  std::string text = "func.func @main(%x: tensor<f32>) -> " + out +
                     " {\n  %i = tw.non_zero %x count \"c\" : tensor<f32> -> " +
                     out + "\n  return %i : " + out + "\n}";
  check(text, {Tensor::of<float>(DType::F32, {}, {2})});
  check(text, {Tensor::of<float>(DType::F32, {}, {0})});
}

// unique: sorted or by first occurrence; elements or slices; each NaN for
// itself.
TEST_F(GraphToLoopsTest, Unique) {
  for (const std::string &element :
       withBool({"i8", "ui8", "i64", "f16", "f32", "f64"}))
    for (int axis : {-1, 0, 1})
      for (bool sorted : {false, true}) {
        std::string in = type({"N", "M"}, element);
        std::string rows = axis < 0 ? "N*M" : axis == 0 ? "N" : "M";
        std::string values = axis < 0    ? type({"c"}, element)
                             : axis == 0 ? type({"c", "M"}, element)
                                         : type({"N", "c"}, element);
        std::string results = values + ", " + type({"c"}, "i64") + ", " +
                              type({axis < 0 ? "M*N" : rows}, "i64") + ", " +
                              type({"c"}, "i64");
        std::string attributes;
        if (axis >= 0)
          attributes = "axis = " + std::to_string(axis) + " : i64";
        if (sorted)
          attributes += std::string(attributes.empty() ? "" : ", ") + "sorted";
        std::string text = "func.func @main(%x: " + in + ") -> (" + results +
                           ") {\n  %0:4 = tw.unique %x count \"c\"" +
                           (attributes.empty() ? "" : " {" + attributes + "}") +
                           " : " + in + " -> " + results +
                           "\n  return %0#0, %0#1, %0#2, %0#3 : " + results +
                           "\n}";
        for (auto [n, m] :
             {std::pair<int64_t, int64_t>{0, 3}, {1, 1}, {6, 2}, {3, 9}})
          check(text, {withTies(dtype(element), {n, m})});
      }
}

// scan along every axis, each kind and direction.
TEST_F(GraphToLoopsTest, Scan) {
  for (const std::string &element : numbers())
    for (std::string kind : {"sum", "prod", "max", "min"})
      for (std::string mode :
           {"", " exclusive", " reverse", " exclusive reverse"}) {
        std::string in = type({"N", "S", "2"}, element);
        std::string text = "func.func @main(%x: " + in + ") -> " + in +
                           " {\n  %y = tw.scan " + kind + " %x axis 1" + mode +
                           " : " + in + " -> " + in + "\n  return %y : " + in +
                           "\n}";
        for (int64_t s : {0, 1, 5})
          check(text, {withTies(dtype(element), {2, s, 2})});
      }
}

// concat of many operands, some empty, one of them twice.
TEST_F(GraphToLoopsTest, Concat) {
  for (const std::string &element : withBool(numbers())) {
    std::string x = type({"N", "S", "2"}, element);
    std::string y = type({"N", "3", "2"}, element);
    std::string out = type({"N", "S*4 + 15", "2"}, element);
    std::string text =
        "func.func @main(%x: " + x + ", %y: " + y + ") -> " + out +
        " {\n  %z = tw.concat %x, %y, %y, %x, %y, %x, %y, "
        "%y, %x axis 1 : " +
        x + ", " + y + ", " + y + ", " + x + ", " + y + ", " + x + ", " + y +
        ", " + y + ", " + x + " -> " + out + "\n  return %z : " + out + "\n}";
    for (auto [n, s] : {std::pair<int64_t, int64_t>{0, 3}, {2, 0}, {3, 5}})
      check(text, {withTies(dtype(element), {n, s, 2}),
                   withTies(dtype(element), {n, 3, 2})});
  }
}

// scatter_elements: updates of one element in order, indices out of range
// ignored, fewer updates than elements.
TEST_F(GraphToLoopsTest, ScatterElements) {
  for (const std::string &element : numbers())
    for (std::string kind : {"none", "sum", "prod", "max", "min"})
      for (int axis : {0, 1}) {
        std::string in = type({"N", "M"}, element);
        std::string index = type({"K", "L"}, axis ? "i64" : "i32");
        std::string update = type({"K", "L"}, element);
        std::string text = "func.func @main(%x: " + in + ", %i: " + index +
                           ", %u: " + update + ") -> " + in +
                           " {\n  %y = tw.scatter_elements " + kind +
                           " %x, %i, %u axis " + std::to_string(axis) + " : " +
                           in + ", " + index + ", " + update + " -> " + in +
                           "\n  return %y : " + in + "\n}";
        DType i = axis ? DType::I64 : DType::I32;
        for (auto [k, l] : {std::pair<int64_t, int64_t>{0, 2}, {4, 3}, {2, 2}})
          check(text, {withTies(dtype(element), {4, 3}),
                       random.tensor(i, {k, l}, -6, 6),
                       withTies(dtype(element), {k, l})});
      }
}

// scatter_nd: slices of every depth; longer than a stripe.
TEST_F(GraphToLoopsTest, ScatterND) {
  for (std::string element : {"i8", "ui32", "bf16", "f32"})
    for (std::string kind : {"none", "max", "min"})
      for (int depth : {1, 2, 3}) {
        std::vector<std::string> names = {"A", "B", "C"};
        std::vector<std::string> updates = {"T"};
        updates.insert(updates.end(), names.begin() + depth, names.end());
        std::string in = type(names, element);
        std::string index = type({"T", std::to_string(depth)}, "i64");
        std::string update = type(updates, element);
        std::string text =
            "func.func @main(%x: " + in + ", %i: " + index + ", %u: " + update +
            ") -> " + in + " {\n  %y = tw.scatter_nd " + kind +
            " %x, %i, %u : " + in + ", " + index + ", " + update + " -> " + in +
            "\n  return %y : " + in + "\n}";
        for (int64_t t : {0, 1, 6}) {
          std::vector<int64_t> shape = {3, 2, 70};
          std::vector<int64_t> sizes = {t};
          sizes.insert(sizes.end(), shape.begin() + depth, shape.end());
          check(text, {withTies(dtype(element), shape),
                       random.tensor(DType::I64, {t, depth}, -4, 4),
                       withTies(dtype(element), sizes)});
        }
      }
}

// max_pool_indices: padding, strides, dilations, both numberings, windows
// without elements.
TEST_F(GraphToLoopsTest, MaxPoolIndices) {
  for (std::string element : {"i8", "ui8", "f16", "f32"})
    for (std::string mode : {"", " column_major"}) {
      std::string in = type({"N", "H", "7", "2"}, element);
      std::string out = type({"N", "floordiv(H + 3, 2)", "6", "2"}, "i64");
      std::string text =
          "func.func @main(%x: " + in + ") -> " + out +
          " {\n  %y = tw.max_pool_indices %x window [2, 3] strides [2, 1] "
          "dilations [1, 2] low <\"3\", \"1\">" +
          mode + " : " + in + " -> " + out + "\n  return %y : " + out + "\n}";
      for (int64_t h : {1, 4, 5})
        check(text, {withTies(dtype(element), {2, h, 7, 2})});
    }
}

// resize with antialias: smaller and larger, by sizes and by scales, what
// stands outside left out, a crop that leaves the operand, nothing to sample.
TEST_F(GraphToLoopsTest, ResizeWithAntialias) {
  for (std::string element : {"f16", "f32"})
    for (std::string mode : {"linear", "cubic"})
      for (std::string how :
           {"half_pixel round_prefer_floor {antialias",
            "pytorch_half_pixel round_prefer_floor {antialias, exclude_outside",
            "align_corners round_prefer_floor {antialias, scales = array<f64: "
            "1.0, 0.4, 1.7>",
            "tf_crop_and_resize round_prefer_floor {antialias, roi = "
            "array<f32: 0.0, 0.2, -0.3, 1.0, 0.7, 0.9>, extrapolation_value = "
            "7.0 : f32"}) {

        bool scaled = how.find("scales") != std::string::npos;
        std::string rows = scaled ? "floordiv(2*H, 5)" : "h";
        std::string columns = scaled ? "floordiv(17*W, 10)" : "w";
        std::string in = type({"3", "H", "W"}, element);
        std::string out = type({"3", rows, columns}, element);
        std::string sizes = type({"h", "w"}, "i1");
        std::string model = "func.func @main(%x: " + in + ", %s: " + sizes +
                            ") -> " + out + " {\n  %y = tw.resize " + mode +
                            " %x " + how + "} : " + in + " -> " + out +
                            "\n  return %y : " + out + "\n}";
        for (auto [h, w] : std::vector<std::pair<int64_t, int64_t>>{
                 {3, 4}, {1, 1}, {11, 15}, {0, 2}})
          for (int64_t height : {10, 0})
            check(model, {random.tensor(dtype(element), {3, height, 7}, 0, 20),
                          Tensor(DType::Bool, {h, w})});
      }
}

// roi_align: average and maximum, adaptive and fixed sampling, regions partly
// and wholly outside.
TEST_F(GraphToLoopsTest, RoiAlign) {
  for (std::string element : {"f16", "f32", "f64"})
    for (std::string kind : {"max", "average"})
      for (int ratio : {0, 2})
        for (std::string half : {"true", "false"}) {
          std::string in = type({"N", "H", "W", "3"}, element);
          std::string rois = type({"R", "4"}, element);
          std::string images = type({"R"}, "i64");
          std::string out = type({"R", "2", "3", "3"}, element);
          std::string text =
              "func.func @main(%x: " + in + ", %r: " + rois +
              ", %b: " + images + ") -> " + out + " {\n  %y = tw.roi_align " +
              kind +
              " %x, %r, %b {spatial_scale = 0.5 : f32, sampling_ratio = " +
              std::to_string(ratio) + " : i64, half_pixel = " + half +
              "} : " + in + ", " + rois + ", " + images + " -> " + out +
              "\n  return %y : " + out + "\n}";
          for (int64_t r : {0, 1, 5})
            check(text, {random.tensor(dtype(element), {2, 6, 5, 3}, -2, 2),
                         random.tensor(dtype(element), {r, 4}, -6, 20),
                         random.tensor(DType::I64, {r}, -3, 4)});
          // Nothing to sample.
          check(text, {Tensor(dtype(element), {2, 0, 5, 3}),
                       random.tensor(dtype(element), {1, 4}, -6, 20),
                       random.tensor(DType::I64, {1}, 0, 2)});
        }
}

// non_max_suppression: both box forms, ties, limits that keep all or nothing.
TEST_F(GraphToLoopsTest, NonMaxSuppression) {
  for (std::string element : {"f16", "f32", "f64"})
    for (bool center : {false, true}) {
      std::string boxes = type({"B", "N", "4"}, element);
      std::string scores = type({"B", "C", "N"}, element);
      std::string out = type({"c", "3"}, "i64");
      std::string types =
          boxes + ", " + scores + ", tensor<i64>, tensor<f32>, tensor<f32>";
      std::string text =
          "func.func @main(%b: " + boxes + ", %s: " + scores +
          ", %m: tensor<i64>, %i: tensor<f32>, %t: tensor<f32>) -> " + out +
          " {\n  %y = tw.non_max_suppression %b, %s, %m, %i, %t "
          "count \"c\"" +
          (center ? " {center_point_box}" : "") + " : (" + types + ") -> " +
          out + "\n  return %y : " + out + "\n}";
      for (int64_t n : {0, 1, 12})
        for (int64_t limit : {-1, 0, 3, 100})
          for (float iou : {0.0f, 0.4f})
            check(text,
                  {center ? random.tensor(dtype(element), {2, n, 4}, 0.5, 4)
                          : random.tensor(dtype(element), {2, n, 4}, -2, 2),
                   withTies(dtype(element), {2, 3, n}),
                   Tensor::of<int64_t>(DType::I64, {}, {limit}),
                   Tensor::of<float>(DType::F32, {}, {iou}),
                   Tensor::of<float>(DType::F32, {}, {-1.0f})});
    }
}

// An op that has tiles is refused by name.
TEST_F(GraphToLoopsTest, OtherOps) {
  module = parseSourceString<ModuleOp>(
      "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %y = tw.unary exp %x : tensor<4xf32> -> tensor<4xf32>\n"
      "  return %y : tensor<4xf32>\n}",
      &context);
  ASSERT_TRUE(bool(module));
  Operation &op = (*module->getOps<func::FuncOp>().begin()).front().front();
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  EXPECT_TRUE(failed(emitLoopKernel(&op, "k", builder)));
  EXPECT_EQ(message, "'tw.unary' op has no kernel of loops");
}
