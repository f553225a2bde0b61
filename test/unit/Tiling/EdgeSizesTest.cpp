//===- EdgeSizesTest.cpp - sizes around what the schedule chose -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels whose sizes are all unknown, run with each axis of the result at 0, 1
// and around the edges of its own tile and block.
//
//===----------------------------------------------------------------------===//

#include "TilingTest.h"

#include "tilewright/Conversion/GraphToLinalg/GraphToLinalg.h"
#include "tilewright/Tiling/Schedule.h"

#include <set>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::graph;
using test::TilingTest;

namespace {

using Shape = std::vector<int64_t>;

struct EdgeSizes : TilingTest {
  /// An input whose axes from `first` up to `last` have unknown sizes.
  Value dynamic(const Shape &shape, size_t first = 0, size_t last = 8) {
    Dims dims(shape.begin(), shape.end());
    for (size_t i = first; i < std::min(last, shape.size()); ++i)
      if (shape[i] != 1)
        dims[i] = DimExpr::symbol("d" + std::to_string(shape[i]));
    inputs.push_back(random.tensor(DType::F32, shape, -2, 2));
    return main.front().addArgument(
        getTensorType(&context, dims, builder.getF32Type()), loc());
  }

  Value reduce(const Shape &shape, int64_t axis) {
    return ReduceOp::create(builder, loc(), ReduceKind::Max, dynamic(shape),
                            ArrayRef<int64_t>{axis});
  }

  /// What is chosen for the only kernel of the graph that computes `result`.
  Schedule scheduleOf(Value result) {
    finish({result});
    PassManager passes(&context);
    buildKernelPipeline(passes);
    EXPECT_TRUE(succeeded(passes.run(*module)));
    auto kernels = llvm::to_vector(main.getOps<KernelOp>());
    EXPECT_EQ(kernels.size(), 1u);
    auto function = convertKernelToLinalg(kernels[0], *module);
    EXPECT_TRUE(succeeded(function));
    return chooseSchedule(*function, LoweringOptions().unit);
  }

  /// `graph` makes a result of the shape that it is given, or none if there is
  /// no such result. `sizes`: of a result whose axes all differ.
  void checkEdges(const Shape &sizes,
                  llvm::function_ref<Value(const Shape &)> graph) {
    start();
    Schedule schedule = scheduleOf(graph(sizes));
    ASSERT_EQ(schedule.tile.size(), sizes.size());
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      std::set<int64_t> edges = {0, 1};
      for (int64_t step : {schedule.tile[axis], schedule.block[axis]})
        if (step <= 256)
          edges.insert(
              {std::max<int64_t>(step - 1, 0), step, step + 1, 2 * step + 3});
      for (int64_t size : edges) {
        SCOPED_TRACE("axis " + std::to_string(axis) + " of " +
                     std::to_string(size));
        Shape shape = sizes;
        shape[axis] = size;
        start();
        if (Value result = graph(shape))
          EXPECT_EQ(check({result}), 1u);
      }
    }
  }
};

TEST_F(EdgeSizes, Elementwise) {
  checkEdges({5, 6}, [&](const Shape &s) -> Value {
    return UnaryOp::create(builder, loc(), UnaryKind::Exp, dynamic(s));
  });
  checkEdges({5, 6}, [&](const Shape &s) -> Value {
    Value x = dynamic(s), y = dynamic({s[1]});
    return BinaryOp::create(builder, loc(), BinaryKind::Add, x, y);
  });
}

TEST_F(EdgeSizes, Movement) {
  checkEdges({5, 6, 7}, [&](const Shape &s) -> Value {
    return TransposeOp::create(builder, loc(), dynamic({s[2], s[0], s[1]}),
                               ArrayRef<int64_t>{1, 2, 0});
  });
  checkEdges({5, 6}, [&](const Shape &s) -> Value {
    Value half = dynamic({s[0], s[1] / 2});
    Value rest = dynamic({s[0], s[1] - s[1] / 2});
    return ConcatOp::create(builder, loc(), ValueRange{half, rest}, 1);
  });
}

TEST_F(EdgeSizes, Reduction) {
  for (int64_t axis : {0, 1, 2})
    checkEdges({5, 6}, [&](const Shape &s) -> Value {
      Shape shape = s;
      shape.insert(shape.begin() + axis, 7);
      return reduce(shape, axis);
    });
  for (int64_t axis : {0, 1})
    checkEdges({5, 6}, [&](const Shape &s) -> Value {
      return SoftmaxOp::create(builder, loc(), dynamic(s), axis, false);
    });
}

TEST_F(EdgeSizes, Matmul) {
  checkEdges({3, 5, 6}, [&](const Shape &s) -> Value {
    Value x = dynamic({s[0], s[1], 9}), y = dynamic({s[0], 9, s[2]});
    Dims dims = {getDim(x, 0), getDim(x, 1), getDim(y, 2)};
    return MatmulOp::create(builder, loc(),
                            getTensorType(&context, dims, builder.getF32Type()),
                            x, y, false, false);
  });
}

// Convolutions and pools of 3 x 3 that keep the size, which is not 0: the
// window would not fit.
TEST_F(EdgeSizes, Windows) {
  SmallVector<int64_t> ones = {1, 1};
  auto pads = getDimsAttr(&context, {1, 1});
  checkEdges({2, 5, 6, 7}, [&](const Shape &s) -> Value {
    if (s[1] == 0 || s[2] == 0)
      return {};
    Value x = dynamic({s[0], s[1], s[2], 4}, 0, 3);
    Value w = dynamic({3, 3, 4, s[3]}, 3, 4);
    Dims dims = getDims(x);
    dims[3] = getDim(w, 3);
    return ConvOp::create(builder, loc(),
                          getTensorType(&context, dims, builder.getF32Type()),
                          x, w, ones, ones, pads, pads, 1);
  });
  checkEdges({2, 5, 6, 7}, [&](const Shape &s) -> Value {
    if (s[1] == 0 || s[2] == 0)
      return {};
    Value x = dynamic(s);
    return PoolOp::create(builder, loc(), x.getType(), PoolKind::Max, x,
                          ArrayRef<int64_t>{3, 3}, ones, ones, pads, pads);
  });
}

} // namespace
