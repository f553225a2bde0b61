//===- TilingTest.cpp -----------------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each test builds a small graph, forms its kernels, runs the graph in the
// reference interpreter, and feeds every kernel's reference inputs to its tiled
// form in the tile interpreter. Sizes around the tiles, static and dynamic.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Dialect/Graph/IR/Dims.h"
#include "tilewright/Dialect/Graph/Interpreter/Interpreter.h"
#include "tilewright/Dialect/Tile/Interpreter/Interpreter.h"
#include "tilewright/Pipeline/LowerKernels.h"
#include "tilewright/Pipeline/Pipelines.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;

namespace {

class TilingTest : public testing::Test {
protected:
  TilingTest() : builder(&context) {
    DialectRegistry registry;
    registerCompilerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Starts a new graph.
  void start() {
    module = ModuleOp::create(builder.getUnknownLoc());
    main = func::FuncOp::create(builder.getUnknownLoc(), "main",
                                builder.getFunctionType({}, {}));
    module->push_back(main);
    builder.setInsertionPointToStart(main.addEntryBlock());
    inputs.clear();
  }
  Location loc() { return builder.getUnknownLoc(); }

  /// An input of these sizes; `dynamic` ones become symbols.
  Value input(std::vector<int64_t> shape, DType type = DType::F32,
              bool dynamic = false, double low = -2, double high = 2) {
    Dims dims;
    for (int64_t size : shape) {
      std::string name = "d" + std::to_string(size);
      dims.push_back(dynamic && size != 1 ? DimExpr::symbol(name)
                                          : DimExpr(size));
    }
    inputs.push_back(random(type, shape, low, high));
    return main.front().addArgument(
        getTensorType(&context, dims, getElementType(&context, type)), loc());
  }

  Tensor random(DType type, std::vector<int64_t> shape, double low,
                double high) {
    Tensor tensor(type, shape);
    std::uniform_real_distribution<double> draw(low, high);
    for (int64_t i = 0; i < tensor.size(); ++i) {
      double value = draw(generator);
      switch (type) {
      case DType::F32:
        tensor.as<float>()[i] = float(value);
        break;
      case DType::F64:
        tensor.as<double>()[i] = value;
        break;
      case DType::F16:
        tensor.as<uint16_t>()[i] = floatToF16(float(value));
        break;
      case DType::BF16:
        tensor.as<uint16_t>()[i] = floatToBF16(float(value));
        break;
      case DType::Bool:
        tensor.as<uint8_t>()[i] = value > 0;
        break;
      case DType::I64:
        tensor.as<int64_t>()[i] = int64_t(std::floor(value));
        break;
      case DType::I32:
        tensor.as<int32_t>()[i] = int32_t(std::floor(value));
        break;
      case DType::I8:
        tensor.as<int8_t>()[i] = int8_t(std::floor(value));
        break;
      case DType::U8:
        tensor.as<uint8_t>()[i] = uint8_t(std::abs(std::floor(value)));
        break;
      default:
        ADD_FAILURE() << "no random values of this type";
      }
    }
    return tensor;
  }

  Value scalar(double value) {
    auto type = RankedTensorType::get({}, builder.getF32Type());
    return ConstantOp::create(builder, loc(), type,
                              DenseElementsAttr::get(type, float(value)));
  }
  Type typeOf(std::vector<DimExpr> dims, Type element) {
    return getTensorType(&context, Dims(dims.begin(), dims.end()), element);
  }

  struct Run {
    std::vector<Tensor> operands, results;
    SymbolBindings bindings;
  };

  /// Whether a kernel's function gives what the reference did.
  bool isSame(const Run &run, const LoweredKernel &kernel, ModuleOp functions,
              double bound) {
    auto function = functions.lookupSymbol<func::FuncOp>(kernel.symbol);
    std::vector<int64_t> sizes;
    for (const DimExpr &size : kernel.sizes)
      sizes.push_back(*size.evaluate(run.bindings));
    for (uint64_t seed : {1, 2}) {
      std::vector<Tensor> actual;
      for (const Tensor &expected : run.results)
        actual.emplace_back(expected.type(), expected.shape());
      Status status =
          tile::interpretKernel(function, run.operands, actual, sizes, {seed});
      EXPECT_TRUE(bool(status)) << (status ? "" : status.error().message);
      if (!status) {
        function.dump();
        return false;
      }
      for (auto [a, e] : llvm::zip(actual, run.results)) {
        auto difference = relativeError(a, e);
        EXPECT_TRUE(bool(difference));
        EXPECT_LE(*difference, bound)
            << kernel.name << " of " << e.typeString();
        if (*difference > bound) {
          module->dump();
          function.dump();
          return false;
        }
      }
    }
    return true;
  }

  /// Ends the graph and checks every kernel; gives back how many there are.
  size_t check(std::vector<Value> results, double bound = 1e-5) {
    func::ReturnOp::create(builder, loc(), results);
    main.setFunctionType(builder.getFunctionType(
        main.front().getArgumentTypes(), ValueRange(results).getTypes()));
    PassManager passes(&context);
    buildKernelPipeline(passes);
    EXPECT_TRUE(succeeded(passes.run(*module)));

    std::vector<Run> runs;
    InterpreterOptions options;
    options.observer = [&](const Observation &seen) {
      if (isa<KernelOp>(seen.op))
        runs.push_back({{seen.operands.begin(), seen.operands.end()},
                        {seen.results.begin(), seen.results.end()},
                        seen.bindings});
      return Status::success();
    };
    auto outputs = interpret(main, inputs, weights, options);
    EXPECT_TRUE(bool(outputs)) << (outputs ? "" : outputs.error().message);
    if (!outputs)
      return 0;
    // The tiled form, and the loops on scalars that stand in for it.
    for (bool scalarLoops : {false, true}) {
      LoweringOptions lowering;
      lowering.scalarLoops = scalarLoops;
      auto lowered = lowerKernels(*module, lowering);
      EXPECT_TRUE(succeeded(lowered));
      if (failed(lowered))
        return 0;
      EXPECT_EQ(runs.size(), lowered->kernels.size());
      for (auto [run, kernel] : llvm::zip(runs, lowered->kernels))
        if (!isSame(run, kernel, *lowered->module, bound))
          return 0;
    }
    return runs.size();
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  func::FuncOp main;
  std::vector<Tensor> inputs;
  WeightStore weights;
  std::mt19937_64 generator{42};
};

// A chain of elementwise ops with broadcasts of every kind is one kernel.
TEST_F(TilingTest, ElementwiseWithBroadcasts) {
  for (bool dynamic : {false, true})
    for (int64_t n : {1, 3, 63, 64, 65, 131, 0}) {
      start();
      Value x = input({5, n}, DType::F32, dynamic),
            row = input({n}, DType::F32, dynamic),
            column = input({5, 1}, DType::F32, dynamic);
      Value y = BinaryOp::create(builder, loc(), BinaryKind::Add, x, row);
      y = BinaryOp::create(builder, loc(), BinaryKind::Mul, y, column);
      y = UnaryOp::create(builder, loc(), UnaryKind::Tanh, y);
      y = BinaryOp::create(builder, loc(), BinaryKind::Max, y, scalar(0.25));
      EXPECT_EQ(check({y}), 1u);
    }
}

// Every unary function on f32, f16 and f64, over its whole domain and outside.
TEST_F(TilingTest, EveryUnary) {
  for (int kind = 0; kind <= int(UnaryKind::IsNaN); ++kind) {
    if (UnaryKind(kind) == UnaryKind::Not)
      continue;
    for (DType type : {DType::F32, DType::F16, DType::F64}) {
      start();
      Value x = input({70}, type);
      check({UnaryOp::create(builder, loc(), UnaryKind(kind), x)},
            type == DType::F16 ? 1e-3 : 1e-5);
    }
  }
}

// Integer arithmetic is total: divisors and exponents include 0 and -1.
TEST_F(TilingTest, EveryBinaryOnIntegers) {
  for (BinaryKind kind :
       {BinaryKind::Add, BinaryKind::Sub, BinaryKind::Mul, BinaryKind::Div,
        BinaryKind::Mod, BinaryKind::Rem, BinaryKind::Max, BinaryKind::Min,
        BinaryKind::Pow, BinaryKind::And, BinaryKind::Or, BinaryKind::Xor,
        BinaryKind::Shl, BinaryKind::Shr})
    for (DType type : {DType::I8, DType::U8, DType::I32, DType::I64}) {
      start();
      Value x = input({200}, type, false, -130, 130),
            y = input({200}, type, false, -3, 4);
      check({BinaryOp::create(builder, loc(), kind, x, y)}, 0);
    }
}

// A bool is a byte in memory and a bit in a body.
TEST_F(TilingTest, CompareAndSelect) {
  start();
  Value x = input({3, 17}), y = input({3, 17}), keep = input({17}, DType::Bool);
  Value less = CompareOp::create(builder, loc(), CompareKind::Lt, x, y);
  Value both = BinaryOp::create(builder, loc(), BinaryKind::And, less, keep);
  Value z = SelectOp::create(builder, loc(), both, x, y);
  EXPECT_EQ(check({both, z}), 1u);
}

// Float to integer saturates and NaN gives 0, in every width.
TEST_F(TilingTest, Casts) {
  for (DType to : {DType::I8, DType::U8, DType::I32, DType::I64, DType::Bool,
                   DType::F16, DType::BF16, DType::F64}) {
    start();
    Value x = input({40}, DType::F32, false, -300, 300);
    inputs[0].as<float>()[0] = NAN;
    inputs[0].as<float>()[1] = INFINITY;
    inputs[0].as<float>()[2] = -INFINITY;
    inputs[0].as<float>()[3] = 3e38f;
    auto type = cast<RankedTensorType>(x.getType());
    check({CastOp::create(builder, loc(),
                          withElement(type, getElementType(&context, to)), x)},
          to == DType::F16 || to == DType::BF16 ? 1e-2 : 0);
  }
}

// Transposes of ranks 2 to 4.
TEST_F(TilingTest, Transposes) {
  for (bool dynamic : {false, true})
    for (const std::vector<int64_t> &permutation :
         std::vector<std::vector<int64_t>>{
             {1, 0}, {0, 2, 1}, {2, 0, 1}, {0, 2, 3, 1}, {3, 1, 0, 2}}) {
      start();
      std::vector<int64_t> shape = {7, 19, 33, 5};
      shape.resize(permutation.size());
      Value x = input(shape, DType::F32, dynamic);
      check({TransposeOp::create(builder, loc(), x, permutation)}, 0);
    }
}

// Matrix products of odd sizes, with batches, broadcasts and transposed
// operands.
TEST_F(TilingTest, Matmul) {
  for (bool dynamic : {false, true})
    for (const auto &[m, n, k] : std::vector<std::array<int64_t, 3>>{
             {1, 1, 1}, {7, 33, 5}, {8, 32, 4}, {17, 64, 13}, {3, 100, 0}}) {
      start();
      Value x = input({m, k}, DType::F32, dynamic),
            w = input({k, n}, DType::F32, dynamic),
            b = input({n}, DType::F32, dynamic);
      Value y = MatmulOp::create(
          builder, loc(),
          typeOf({getDim(x, 0), getDim(w, 1)}, builder.getF32Type()), x, w,
          false, false);
      y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, b);
      EXPECT_EQ(check({y}), 1u);
      start();
      x = input({2, 3, k, m}, DType::F32, dynamic),
      w = input({3, n, k}, DType::F32, dynamic);
      Dims xs = getDims(x), ws = getDims(w);
      y = MatmulOp::create(
          builder, loc(),
          typeOf({xs[0], xs[1], xs[3], ws[1]}, builder.getF32Type()), x, w,
          true, true);
      check({y});
    }
}

// f16 accumulates in f32, integers wrap.
TEST_F(TilingTest, MatmulTypes) {
  for (DType type : {DType::F16, DType::BF16, DType::F64, DType::I32}) {
    start();
    Value x = input({9, 40}, type), w = input({40, 21}, type);
    check({MatmulOp::create(builder, loc(),
                            typeOf({9, 21}, getElementType(&context, type)), x,
                            w, false, false)},
          type == DType::BF16  ? 1e-2
          : type == DType::F16 ? 1e-3
                               : 1e-5);
  }
}

// Operands of other types than the result's: each is widened by its own sign.
TEST_F(TilingTest, ContractionsOfMixedTypes) {
  Type i32 = builder.getI32Type(), f32 = builder.getF32Type();
  using Types = std::pair<DType, DType>;
  for (auto [a, b] : {Types{DType::U8, DType::I8},
                      {DType::U8, DType::U8},
                      {DType::I8, DType::I32},
                      {DType::I64, DType::U8}}) {
    double low = a == DType::U8 ? 0 : -120, high = a == DType::U8 ? 255 : 120;
    double rightLow = b == DType::U8 ? 0 : -120;
    double rightHigh = b == DType::U8 ? 255 : 120;
    start();
    Value x = input({9, 40}, a, false, low, high);
    Value w = input({40, 21}, b, false, rightLow, rightHigh);
    check({MatmulOp::create(builder, loc(), typeOf({9, 21}, i32), x, w, false,
                            false)},
          0);
  }
  for (auto [a, b, result] :
       {std::tuple{DType::U8, DType::I8, i32}, {DType::F16, DType::F16, f32}})
    for (int64_t groups : {1, 2, 4}) {
      start();
      bool isInteger = a == DType::U8;
      Value x = input({1, 7, 7, 4}, a, false, isInteger ? 0 : -2,
                      isInteger ? 255 : 2);
      Value w = input({3, 3, 4 / groups, 8 / (groups == 4 ? 2 : 1)}, b, false,
                      isInteger ? -120 : -2, isInteger ? 120 : 2);
      int64_t channels = groups == 4 ? 4 : 8;
      SmallVector<int64_t> ones{1, 1};
      auto pads = getDimsAttr(&context, Dims{1, 1});
      check({ConvOp::create(builder, loc(), typeOf({1, 7, 7, channels}, result),
                            x, w, ones, ones, pads, pads, groups)},
            isInteger ? 0 : 1e-5);
    }
}

// Convolutions: padding, strides, dilations, groups, depthwise, 1 to 3 spatial
// axes.
TEST_F(TilingTest, Conv) {
  struct Case {
    std::vector<int64_t> spatial, kernel;
    int64_t channels, outputs, groups, stride, dilation, pad;
  };
  std::vector<Case> cases = {{{9, 11}, {3, 3}, 3, 8, 1, 2, 1, 1},
                             {{8, 8}, {1, 1}, 16, 33, 1, 1, 1, 0},
                             {{7, 7}, {3, 3}, 12, 12, 12, 1, 1, 1},
                             {{10, 9}, {5, 3}, 8, 12, 4, 1, 2, 2},
                             {{20}, {4}, 5, 7, 1, 3, 1, 2},
                             {{4, 5, 6}, {2, 3, 2}, 2, 4, 2, 1, 1, 1},
                             {{6, 6}, {3, 3}, 4, 8, 4, 1, 1, 1},
                             {{5, 5}, {3, 3}, 33, 40, 1, 1, 1, 1},
                             {{1}, {3}, 8, 16, 1, 1, 1, 1},
                             {{4}, {3}, 8, 16, 1, 2, 1, 1},
                             {{1, 1}, {3, 3}, 8, 16, 1, 1, 1, 1}};
  for (const Case &c : cases)
    for (bool dynamic : {false, true}) {
      start();
      std::vector<int64_t> xs = {2}, ws = c.kernel;
      for (int64_t size : c.spatial)
        xs.push_back(size);
      xs.push_back(c.channels);
      ws.push_back(c.channels / c.groups);
      ws.push_back(c.outputs);
      // Batch and spatial axes dynamic, channels static.
      Dims dims, out;
      for (size_t i = 0; i < xs.size(); ++i)
        dims.push_back(dynamic && i + 1 < xs.size()
                           ? DimExpr::symbol("x" + std::to_string(i))
                           : DimExpr(xs[i]));
      inputs.push_back(random(DType::F32, xs, -1, 1));
      Value x = main.front().addArgument(
          getTensorType(&context, dims, builder.getF32Type()), loc());
      Value w = input(ws);
      Value bias = input({c.outputs});
      out.push_back(dims[0]);
      size_t rank = c.spatial.size();
      for (size_t i = 0; i < rank; ++i)
        out.push_back(
            DimExpr::floorDiv(
                dims[i + 1] +
                    DimExpr(2 * c.pad - c.dilation * (c.kernel[i] - 1) - 1),
                c.stride) +
            1);
      out.push_back(c.outputs);
      std::vector<int64_t> strides(rank, c.stride), dilations(rank, c.dilation);
      Dims pads(rank, DimExpr(c.pad));
      auto padAttr = getDimsAttr(&context, pads);
      Value y = ConvOp::create(
          builder, loc(), getTensorType(&context, out, builder.getF32Type()), x,
          w, strides, dilations, padAttr, padAttr, c.groups);
      y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, bias);
      EXPECT_EQ(check({y}), 1u);
    }
}

// Transposed convolutions, with groups and with a single channel per group.
TEST_F(TilingTest, ConvTranspose) {
  for (const auto &[stride, dilation, channels, groups] :
       std::vector<std::array<int64_t, 4>>{{2, 1, 6, 1},
                                           {3, 2, 6, 1},
                                           {1, 1, 6, 2},
                                           {2, 1, 1, 1},
                                           {1, 2, 2, 2}}) {
    start();
    int64_t pad = 1, size = (5 - 1) * stride + dilation * 2 + 1 - 2 * pad;
    Value x = input({2, 5, 5, channels}),
          w = input({3, 3, channels / groups, 8});
    check({ConvTransposeOp::create(
        builder, loc(), typeOf({2, size, size, 8}, builder.getF32Type()), x, w,
        ArrayRef<int64_t>{stride, stride},
        ArrayRef<int64_t>{dilation, dilation},
        getDimsAttr(&context, {pad, pad}), groups)});
  }
}

// Pooling of each kind: windows that leave the input, with dilation.
TEST_F(TilingTest, Pool) {
  for (PoolKind kind : {PoolKind::Max, PoolKind::Sum, PoolKind::Average,
                        PoolKind::AverageWithPadding})
    for (const auto &[stride, dilation, pad] :
         std::vector<std::array<int64_t, 3>>{{1, 1, 0}, {2, 1, 1}, {2, 2, 2}}) {
      start();
      auto size = [&](int64_t in) {
        return (in + 2 * pad - dilation * 2 - 1) / stride + 1;
      };
      Value x = input({2, 9, 12, 70});
      auto pads = getDimsAttr(&context, {pad, pad});
      check({PoolOp::create(
          builder, loc(),
          typeOf({2, size(9), size(12), 70}, builder.getF32Type()), kind, x,
          ArrayRef<int64_t>{3, 3}, ArrayRef<int64_t>{stride, stride},
          ArrayRef<int64_t>{dilation, dilation}, pads, pads)});
    }
}

// Reductions over every set of axes, rows longer and shorter than a tile.
TEST_F(TilingTest, Reductions) {
  for (bool dynamic : {false, true})
    for (ReduceKind kind : {ReduceKind::Sum, ReduceKind::Mean, ReduceKind::Prod,
                            ReduceKind::Max, ReduceKind::Min})
      for (const std::vector<int64_t> &axes : std::vector<std::vector<int64_t>>{
               {0}, {1}, {2}, {1, 2}, {0, 1, 2}, {0, 2}}) {
        start();
        Value x = input({5, 9, 130}, DType::F32, dynamic, 0.9, 1.1);
        check({ReduceOp::create(builder, loc(), kind, x, axes)});
      }
}

// Integer and bool reductions; no elements give the neutral value. The sum of a
// mean does not fit in 8 bits.
TEST_F(TilingTest, IntegerReductions) {
  for (DType type : {DType::I8, DType::U8, DType::I64, DType::Bool})
    for (ReduceKind kind :
         {ReduceKind::Sum, ReduceKind::Mean, ReduceKind::Max, ReduceKind::Min})
      for (int64_t n : {0, 3, 70}) {
        if (type == DType::Bool &&
            (kind == ReduceKind::Sum || kind == ReduceKind::Mean))
          continue;
        start();
        Value x = input({4, n}, type, false, -100, 100);
        check({ReduceOp::create(builder, loc(), kind, x, ArrayRef<int64_t>{1})},
              0);
      }
}

// argmax and argmin: first and last of equals.
TEST_F(TilingTest, ArgReductions) {
  for (ReduceKind kind : {ReduceKind::Max, ReduceKind::Min})
    for (bool last : {false, true})
      for (int64_t axis : {0, 1, 2}) {
        start();
        Value x = input({4, 70, 3}, DType::I32, false, -3, 3);
        check({ArgReduceOp::create(builder, loc(), kind, x, axis, last)}, 0);
      }
}

// Softmax with what comes before and after it is one kernel.
TEST_F(TilingTest, Softmax) {
  for (bool dynamic : {false, true})
    for (bool log : {false, true})
      for (const auto &[rows, columns] : std::vector<std::array<int64_t, 2>>{
               {1, 1}, {5, 64}, {4, 65}, {9, 131}, {3, 7}}) {
        start();
        Value x = input({rows, columns}, DType::F32, dynamic);
        x = BinaryOp::create(builder, loc(), BinaryKind::Mul, x, scalar(0.3));
        Value y = SoftmaxOp::create(builder, loc(), x, 1, log);
        y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, scalar(1));
        EXPECT_EQ(check({y}), 1u);
        if (columns > 65)
          continue;
        start();
        x = input({rows, columns, 3}, DType::F32, dynamic);
        check({SoftmaxOp::create(builder, loc(), x, 1, log)});
      }
}

// LayerNorm, InstanceNorm and RMSNorm, with scale and bias.
TEST_F(TilingTest, Normalize) {
  for (bool rms : {false, true})
    for (const std::vector<int64_t> &axes :
         std::vector<std::vector<int64_t>>{{2}, {1, 2}, {1}}) {
      start();
      Value x = input({3, 10, 130}), scale = input({130}), bias = input({130});
      Value y =
          NormalizeOp::create(builder, loc(), x, axes, APFloat(1e-5), rms);
      y = BinaryOp::create(builder, loc(), BinaryKind::Mul, y, scale);
      y = BinaryOp::create(builder, loc(), BinaryKind::Add, y, bias);
      EXPECT_EQ(check({y}), 1u);
    }
}

// Slices with steps, concatenations and padding are addresses.
TEST_F(TilingTest, SliceConcatPad) {
  start();
  Value x = input({6, 40, 70}), y = input({6, 11, 70});
  Value s = SliceOp::create(
      builder, loc(), typeOf({2, 13, 35}, builder.getF32Type()), x,
      getDimsAttr(&context, {1, 1, 0}), ArrayRef<int64_t>{3, 3, 2});
  check({s}, 0);
  start();
  x = input({6, 40, 70}), y = input({6, 11, 70});
  check({ConcatOp::create(builder, loc(), ValueRange{x, y, x}, 1)}, 0);
  start();
  x = input({6, 40, 70}), y = input({6, 40, 3});
  check({ConcatOp::create(builder, loc(), ValueRange{x, y}, 2)}, 0);
  start();
  x = input({6, 40, 70});
  check({PadOp::create(builder, loc(), x, scalar(1.5), PadMode::Constant,
                       getDimsAttr(&context, {0, 2, 3}),
                       getDimsAttr(&context, {1, 0, 5}))},
        0);
  start();
  x = input({6, 40, 70});
  check({PadOp::create(builder, loc(), x, scalar(1.5), PadMode::Constant,
                       getDimsAttr(&context, {0, -2, 3}),
                       getDimsAttr(&context, {1, 0, -5}))},
        0);
  // Two parts of other sizes than the tile, then something per channel.
  start();
  x = input({2, 3, 256}), y = input({2, 3, 32});
  Value both = ConcatOp::create(builder, loc(), ValueRange{x, y}, 2);
  Value scale = input({288});
  check({both, BinaryOp::create(builder, loc(), BinaryKind::Mul, both, scale)},
        0);
  for (PadMode mode : {PadMode::Reflect, PadMode::Edge, PadMode::Wrap}) {
    start();
    x = input({2, 6, 7});
    check({PadOp::create(builder, loc(), x, Value(), mode,
                         getDimsAttr(&context, {0, 2, 3}),
                         getDimsAttr(&context, {1, 1, 5}))},
          0);
    // Negative widths take elements away before the mode looks at an axis.
    start();
    x = input({4, 6, 7});
    check({PadOp::create(builder, loc(), x, Value(), mode,
                         getDimsAttr(&context, {-1, 2, -2}),
                         getDimsAttr(&context, {2, -3, -1}))},
          0);
  }
}

// Slices whose last elements no bound of the operand proves to be inside: steps
// that leave a rest, ends before the operand's, sizes that are other symbols.
TEST_F(TilingTest, SlicesWithinTheOperand) {
  struct Case {
    int64_t size, start, step, count;
  };
  for (Case c : {Case{200, 1, 2, 100},
                 {201, 0, 2, 101},
                 {200, 5, 3, 60},
                 {200, 3, 1, 90},
                 {7, 6, 1, 1},
                 {130, 0, 64, 3}})
    for (bool dynamic : {false, true})
      for (bool later : {false, true}) {
        start();
        Value x = input({3, c.size}, DType::F32, dynamic);
        DimExpr count = c.count, rows = getDim(x, 0);
        // The symbol of another input.
        if (dynamic)
          count =
              getDim(input({c.count + (c.count == 1)}, DType::F32, true), 0);
        if (dynamic && c.count == 1)
          continue;
        if (later)
          x = UnaryOp::create(builder, loc(), x.getType(), UnaryKind::Exp, x);
        Value y = SliceOp::create(builder, loc(),
                                  typeOf({rows, count}, builder.getF32Type()),
                                  x, getDimsAttr(&context, Dims{0, c.start}),
                                  SmallVector<int64_t>{1, c.step});
        check({y});
        // A reduction asks for its own fill.
        start();
        x = input({3, c.size}, DType::F32);
        y = SliceOp::create(builder, loc(),
                            typeOf({3, c.count}, builder.getF32Type()), x,
                            getDimsAttr(&context, Dims{0, c.start}),
                            SmallVector<int64_t>{1, c.step});
        check(
            {ReduceOp::create(builder, loc(), typeOf({3}, builder.getF32Type()),
                              ReduceKind::Max, y, ArrayRef<int64_t>{1})});
      }
}

// Gathers take any index: from the end if negative, clamped if outside.
TEST_F(TilingTest, Gathers) {
  for (int64_t axis : {0, 1, 2}) {
    start();
    Value x = input({6, 9, 20}), i = input({4, 3}, DType::I64, false, -12, 12);
    check({GatherOp::create(builder, loc(), x, i, axis)}, 0);
  }
  start();
  Value x = input({6, 9, 20}),
        i = input({6, 5, 20}, DType::I32, false, -12, 12);
  check({GatherElementsOp::create(builder, loc(), x, i, 1)}, 0);
  start();
  x = input({6, 9, 20}), i = input({6, 3, 2}, DType::I64, false, -4, 9);
  check({GatherNDOp::create(builder, loc(), x, i, 1)}, 0);
}

// Of an empty axis nothing is read: the elements are 0.
TEST_F(TilingTest, GathersOfAnEmptyAxis) {
  for (bool dynamic : {false, true}) {
    start();
    Value x = input({0, 3}, DType::F32, dynamic);
    Value i = input({4}, DType::I64, false, -2, 2);
    check({GatherOp::create(builder, loc(), x, i, 0)}, 0);
    start();
    x = input({0}, DType::F32, dynamic);
    i = input({}, DType::I64);
    check({GatherOp::create(builder, loc(), x, i, 0)}, 0);
    start();
    x = input({3, 0}, DType::F32, dynamic);
    i = input({3, 70}, DType::I64, false, -2, 2);
    check({GatherElementsOp::create(builder, loc(), x, i, 1)}, 0);
  }
}

// Resizes of every mode.
TEST_F(TilingTest, Resize) {
  for (ResizeMode mode :
       {ResizeMode::Nearest, ResizeMode::Linear, ResizeMode::Cubic})
    for (ResizeCoordinates coordinates :
         {ResizeCoordinates::HalfPixel, ResizeCoordinates::AlignCorners,
          ResizeCoordinates::Asymmetric, ResizeCoordinates::PytorchHalfPixel,
          ResizeCoordinates::HalfPixelSymmetric}) {
      start();
      Value x = input({1, 5, 7, 3});
      check({ResizeOp::create(
                builder, loc(), typeOf({1, 10, 4, 3}, builder.getF32Type()), x,
                mode, coordinates, NearestRounding::RoundPreferFloor,
                ArrayRef<float>{}, ArrayRef<float>{}, APFloat(-0.75f),
                APFloat(0.0f), false, false)},
            1e-4);
    }
}

// Coordinates that are whole but for rounding: 1.5 / 0.6 - 0.5 is 2.
TEST_F(TilingTest, ResizeToWholeCoordinates) {
  for (NearestRounding rounding :
       {NearestRounding::Floor, NearestRounding::Ceil}) {
    start();
    Value x = input({1, 5, 35, 1});
    check({ResizeOp::create(builder, loc(),
                            typeOf({1, 3, 21, 1}, builder.getF32Type()), x,
                            ResizeMode::Nearest, ResizeCoordinates::HalfPixel,
                            rounding, ArrayRef<float>{}, ArrayRef<float>{},
                            APFloat(-0.75f), APFloat(0.0f), false, false)},
          0);
  }
}

// A weight of 0 hides an infinite element.
TEST_F(TilingTest, ResizeHidesInfinity) {
  start();
  Value x = input({1, 5, 1});
  inputs[0].as<float>()[2] = std::numeric_limits<float>::infinity();
  check({ResizeOp::create(
      builder, loc(), typeOf({1, 9, 1}, builder.getF32Type()), x,
      ResizeMode::Linear, ResizeCoordinates::AlignCorners,
      NearestRounding::RoundPreferFloor, ArrayRef<float>{}, ArrayRef<float>{},
      APFloat(-0.75f), APFloat(0.0f), false, false)});
}

// Points inside, between a border and the outermost element, outside, infinite
// and NaN.
TEST_F(TilingTest, GridSample) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (ResizeMode mode :
       {ResizeMode::Nearest, ResizeMode::Linear, ResizeMode::Cubic})
    for (PadMode padding : {PadMode::Constant, PadMode::Edge, PadMode::Reflect})
      for (bool align : {false, true}) {
        start();
        Value x = input({1, 5, 2});
        Value grid = input({1, 9, 1}, DType::F64);
        std::vector<double> points{0.1, -0.95, 0.99,         -1.3, 1.4,
                                   7.7, inf,   std::nan(""), -inf};
        std::copy(points.begin(), points.end(), inputs[1].as<double>());
        check({GridSampleOp::create(
            builder, loc(), typeOf({1, 9, 2}, builder.getF32Type()), x, grid,
            ResizeModeAttr::get(&context, mode),
            PadModeAttr::get(&context, padding),
            align ? builder.getUnitAttr() : UnitAttr())});
      }
}

} // namespace
