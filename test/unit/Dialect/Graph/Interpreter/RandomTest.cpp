//===- RandomTest.cpp - random ops against plain loops --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The definition of each op, written down once more as a loop over coordinates,
// without a thought for speed. Values are small integers in f64, so that every
// sum is exact and the results must be equal.
//
//===----------------------------------------------------------------------===//

#include "Random.h"
#include "InterpreterTestSupport.h"

#include <numeric>

using namespace tilewright;
using namespace tilewright::test;

namespace {

using Shape = std::vector<int64_t>;

class RandomOps : public Random {
public:
  using Random::Random;
  Shape shape(int64_t rank, int64_t low, int64_t high) {
    Shape result;
    for (int64_t i = 0; i < rank; ++i)
      result.push_back(integer(low, high));
    return result;
  }
  /// Whole numbers, whose sums are exact in any order.
  Tensor tensor(const Shape &shape) {
    Tensor result(DType::F64, shape);
    for (int64_t i = 0; i < result.size(); ++i)
      result.as<double>()[i] = double(integer(-8, 8));
    return result;
  }
};

/// Calls fn(coordinates) for every place of a shape, in row-major order.
template <typename Fn> void forEach(const Shape &shape, Fn fn) {
  int64_t count = Tensor(DType::Bool, shape).size();
  Shape at(shape.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    fn(at);
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++at[axis] < shape[axis])
        break;
      at[axis] = 0;
    }
  }
}

/// A tensor by a function of the coordinates.
template <typename Fn> Tensor make(const Shape &shape, Fn fn) {
  Tensor result(DType::F64, shape);
  int64_t i = 0;
  forEach(shape, [&](const Shape &at) { result.as<double>()[i++] = fn(at); });
  return result;
}

bool isInside(const Tensor &x, const Shape &at) {
  for (size_t i = 0; i < at.size(); ++i)
    if (at[i] < 0 || at[i] >= x.shape()[i])
      return false;
  return true;
}
double get(const Tensor &x, const Shape &at) {
  int64_t flat = 0;
  for (size_t i = 0; i < at.size(); ++i)
    flat = flat * x.shape()[i] + at[i];
  return x.as<double>()[flat];
}

std::string list(const Shape &values) {
  std::string text;
  for (int64_t value : values)
    text += (text.empty() ? "" : ", ") + std::to_string(value);
  return text;
}
std::string type(const Shape &shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f64>";
}
Shape concat(int64_t first, const Shape &middle, int64_t last) {
  Shape result{first};
  result.insert(result.end(), middle.begin(), middle.end());
  result.push_back(last);
  return result;
}

/// Parameters of a random window over 1 to 3 axes, and sizes on which it fits.
struct RandomWindow {
  Shape sizes, kernel, strides, dilations, low, high, out;
  explicit RandomWindow(RandomOps &random) {
    int64_t rank = random.integer(1, 3);
    sizes = random.shape(rank, 1, 6);
    kernel = random.shape(rank, 1, 3);
    strides = random.shape(rank, 1, 3);
    dilations = random.shape(rank, 1, 2);
    low = random.shape(rank, 0, 2);
    for (int64_t i = 0; i < rank; ++i) {
      int64_t extent = dilations[i] * (kernel[i] - 1) + 1;
      high.push_back(random.integer(0, 2));
      high[i] = std::max(high[i], extent - sizes[i] - low[i]);
      out.push_back((sizes[i] + low[i] + high[i] - extent) / strides[i] + 1);
    }
  }
  /// Where kernel element k of the window at o lies.
  Shape at(const Shape &o, const Shape &k) const {
    Shape result;
    for (size_t i = 0; i < sizes.size(); ++i)
      result.push_back(o[i] * strides[i] - low[i] + k[i] * dilations[i]);
    return result;
  }
};

Shape middle(const Shape &at) { return Shape(at.begin() + 1, at.end() - 1); }

/// result[n, o, c] = sum of input[n, window at o, group of c] * filter.
TEST(Random, Conv) {
  RandomOps random(1);
  for (int trial = 0; trial < 60; ++trial) {
    RandomWindow w(random);
    int64_t groups = random.integer(1, 3), perGroup = random.integer(1, 3);
    int64_t outPerGroup = random.integer(1, 3), batch = random.integer(0, 2);
    Tensor x = random.tensor(concat(batch, w.sizes, groups * perGroup));
    Shape filterShape = w.kernel;
    filterShape.insert(filterShape.end(), {perGroup, groups * outPerGroup});
    Tensor f = random.tensor(filterShape);
    Tensor expected =
        make(concat(batch, w.out, groups * outPerGroup), [&](const Shape &at) {
          double sum = 0;
          int64_t o = at.back(), g = o / outPerGroup;
          forEach(w.kernel, [&](const Shape &k) {
            for (int64_t c = 0; c < perGroup; ++c) {
              Shape from = concat(at[0], w.at(middle(at), k), g * perGroup + c);
              Shape weight = k;
              weight.insert(weight.end(), {c, o});
              if (isInside(x, from))
                sum += get(x, from) * get(f, weight);
            }
          });
          return sum;
        });
    expectTensor(runOp("tw.conv %a, %b strides [" + list(w.strides) +
                           "] dilations [" + list(w.dilations) + "] low <" +
                           list(w.low) + "> high <" + list(w.high) +
                           "> groups " + std::to_string(groups) + " : " +
                           type(x.shape()) + ", " + type(f.shape()) + " -> " +
                           type(expected.shape()),
                       {x, f}),
                 expected);
  }
}

/// Transposed convolution is the adjoint of convolution: <conv(x), y> is
/// <x, transposed(y)> for the filter with its two channel axes swapped.
TEST(Random, ConvTransposeIsTheAdjoint) {
  RandomOps random(2);
  for (int trial = 0; trial < 60; ++trial) {
    RandomWindow w(random);
    int64_t in = random.integer(1, 3), out = random.integer(1, 3);
    Tensor x = random.tensor(concat(2, w.sizes, in));
    Tensor y = random.tensor(concat(2, w.out, out));
    Shape filterShape = w.kernel, swapped = w.kernel;
    filterShape.insert(filterShape.end(), {in, out});
    swapped.insert(swapped.end(), {out, in});
    Tensor f = random.tensor(filterShape);
    Tensor g = make(swapped, [&](Shape at) {
      std::swap(at[at.size() - 1], at[at.size() - 2]);
      return get(f, at);
    });
    std::string window = " strides [" + list(w.strides) + "] dilations [" +
                         list(w.dilations) + "] low <" + list(w.low) + ">";
    Result<Tensors> forward =
        runOp("tw.conv %a, %b" + window + " high <" + list(w.high) +
                  "> groups 1 : " + type(x.shape()) + ", " + type(f.shape()) +
                  " -> " + type(y.shape()),
              {x, f});
    Result<Tensors> backward = runOp(
        "tw.conv_transpose %a, %b" + window + " groups 1 : " + type(y.shape()) +
            ", " + type(g.shape()) + " -> " + type(x.shape()),
        {y, g});
    ASSERT_TRUE(bool(forward)) << forward.error().message;
    ASSERT_TRUE(bool(backward)) << backward.error().message;
    double left = 0, right = 0;
    for (int64_t i = 0; i < y.size(); ++i)
      left += (*forward)[0].as<double>()[i] * y.as<double>()[i];
    for (int64_t i = 0; i < x.size(); ++i)
      right += (*backward)[0].as<double>()[i] * x.as<double>()[i];
    EXPECT_EQ(left, right);
  }
}

/// Sum and max over the elements of a window that are inside.
TEST(Random, Pool) {
  RandomOps random(3);
  for (int trial = 0; trial < 60; ++trial) {
    RandomWindow w(random);
    Tensor x = random.tensor(concat(2, w.sizes, random.integer(1, 3)));
    Shape shape = concat(2, w.out, x.shape().back());
    for (bool isMax : {false, true}) {
      Tensor expected = make(shape, [&](const Shape &at) {
        double value = isMax ? -inf : 0;
        forEach(w.kernel, [&](const Shape &k) {
          Shape from = concat(at[0], w.at(middle(at), k), at.back());
          if (isInside(x, from))
            value =
                isMax ? std::max(value, get(x, from)) : value + get(x, from);
        });
        return value;
      });
      expectTensor(runOp(std::string("tw.pool ") + (isMax ? "max" : "sum") +
                             " %a window [" + list(w.kernel) + "] strides [" +
                             list(w.strides) + "] dilations [" +
                             list(w.dilations) + "] low <" + list(w.low) +
                             "> high <" + list(w.high) +
                             "> : " + type(x.shape()) + " -> " + type(shape),
                         {x}),
                   expected);
    }
  }
}

/// Any axes, any rank: sum, and mean as the sum over the count.
TEST(Random, Reduce) {
  RandomOps random(4);
  for (int trial = 0; trial < 100; ++trial) {
    Tensor x = random.tensor(random.shape(random.integer(0, 4), 0, 4));
    Shape axes, kept, sizes;
    for (int64_t i = 0; i < x.rank(); ++i)
      if (random.integer(0, 1)) {
        axes.push_back(i);
        sizes.push_back(x.shape()[i]);
      } else {
        kept.push_back(i);
      }
    Shape shape;
    for (int64_t axis : kept)
      shape.push_back(x.shape()[axis]);
    Tensor expected = make(shape, [&](const Shape &at) {
      double sum = 0;
      forEach(sizes, [&](const Shape &k) {
        Shape from(x.rank());
        for (size_t i = 0; i < kept.size(); ++i)
          from[kept[i]] = at[i];
        for (size_t i = 0; i < axes.size(); ++i)
          from[axes[i]] = k[i];
        sum += get(x, from);
      });
      return sum;
    });
    expectTensor(runOp("tw.reduce sum %a axes [" + list(axes) +
                           "] : " + type(x.shape()) + " -> " + type(shape),
                       {x}),
                 expected);
  }
}

/// Permutations, slices with any steps, and constant padding.
TEST(Random, Movement) {
  RandomOps random(5);
  for (int trial = 0; trial < 100; ++trial) {
    int64_t rank = random.integer(0, 4);
    Tensor x = random.tensor(random.shape(rank, 1, 5));
    Shape permutation(rank), starts, steps, sliced, low, high, padded;
    std::iota(permutation.begin(), permutation.end(), 0);
    for (int64_t i = rank - 1; i > 0; --i)
      std::swap(permutation[i], permutation[random.integer(0, i)]);
    Shape transposed;
    for (int64_t i = 0; i < rank; ++i) {
      int64_t size = x.shape()[i];
      transposed.push_back(x.shape()[permutation[i]]);
      steps.push_back(random.integer(1, 2) * (random.integer(0, 1) ? 1 : -1));
      starts.push_back(random.integer(0, size - 1));
      int64_t room = steps[i] > 0 ? size - 1 - starts[i] : starts[i];
      sliced.push_back(random.integer(0, room / std::abs(steps[i]) + 1));
      low.push_back(random.integer(-size, 2));
      high.push_back(random.integer(-size - std::min<int64_t>(low[i], 0), 2));
      padded.push_back(size + low[i] + high[i]);
    }
    expectTensor(runOp("tw.transpose %a [" + list(permutation) +
                           "] : " + type(x.shape()) + " -> " + type(transposed),
                       {x}),
                 make(transposed, [&](const Shape &at) {
                   Shape from(rank);
                   for (int64_t i = 0; i < rank; ++i)
                     from[permutation[i]] = at[i];
                   return get(x, from);
                 }));
    expectTensor(runOp("tw.slice %a starts <" + list(starts) + "> steps [" +
                           list(steps) + "] : " + type(x.shape()) + " -> " +
                           type(sliced),
                       {x}),
                 make(sliced, [&](Shape at) {
                   for (int64_t i = 0; i < rank; ++i)
                     at[i] = starts[i] + at[i] * steps[i];
                   return get(x, at);
                 }));
    if (llvm::any_of(padded, [](int64_t size) { return size < 0; }))
      continue;
    expectTensor(runOp("tw.pad constant %a with %b : tensor<f64> low <" +
                           list(low) + "> high <" + list(high) +
                           "> : " + type(x.shape()) + " -> " + type(padded),
                       {x, tensor(DType::F64, {}, {99})}),
                 make(padded, [&](Shape at) {
                   for (int64_t i = 0; i < rank; ++i)
                     at[i] -= low[i];
                   return isInside(x, at) ? get(x, at) : 99;
                 }));
  }
}

/// Two operands whose axes are missing, 1, or equal.
TEST(Random, Broadcasting) {
  RandomOps random(6);
  for (int trial = 0; trial < 100; ++trial) {
    Shape shape = random.shape(random.integer(0, 4), 0, 4);
    auto operand = [&] {
      Shape own(shape.begin() + random.integer(0, int64_t(shape.size())),
                shape.end());
      for (int64_t &size : own)
        if (random.integer(0, 2) == 0)
          size = 1;
      return random.tensor(own);
    };
    Tensor a = operand(), b = operand();
    Shape result(std::max(a.rank(), b.rank()), 1);
    for (const Tensor *x : {&a, &b})
      for (int64_t i = 1; i <= x->rank(); ++i)
        if (int64_t size = x->shape()[x->rank() - i]; size != 1)
          result[result.size() - i] = size;
    auto read = [&](const Tensor &x, const Shape &at) {
      Shape from(at.end() - x.rank(), at.end());
      for (int64_t i = 0; i < x.rank(); ++i)
        if (x.shape()[i] == 1)
          from[i] = 0;
      return get(x, from);
    };
    expectTensor(runOp("tw.binary sub %a, %b : " + type(a.shape()) + ", " +
                           type(b.shape()) + " -> " + type(result),
                       {a, b}),
                 make(result, [&](const Shape &at) {
                   return read(a, at) - read(b, at);
                 }));
  }
}

/// Bilinear samples of random points, by the formula for two axes.
TEST(Random, GridSample) {
  RandomOps random(7);
  for (int trial = 0; trial < 30; ++trial) {
    int64_t h = random.integer(1, 5), w = random.integer(1, 5);
    Tensor x = random.tensor({1, h, w, 2});
    Tensor grid = make({1, 3, 4, 2}, [&](const Shape &) {
      return double(random.integer(-150, 150)) / 100;
    });
    Tensor expected = make({1, 3, 4, 2}, [&](const Shape &at) {
      double px = ((get(grid, {0, at[1], at[2], 0}) + 1) * double(w) - 1) / 2;
      double py = ((get(grid, {0, at[1], at[2], 1}) + 1) * double(h) - 1) / 2;
      double sum = 0;
      forEach({h, w}, [&](const Shape &p) {
        double weight = std::max(0.0, 1 - std::fabs(py - double(p[0]))) *
                        std::max(0.0, 1 - std::fabs(px - double(p[1])));
        sum += weight * get(x, {0, p[0], p[1], at[3]});
      });
      return sum;
    });
    expectTensor(
        runOp("tw.grid_sample linear constant %a, %b : " + type(x.shape()) +
                  ", " + type(grid.shape()) + " -> " + type(expected.shape()),
              {x, grid}),
        expected, 1e-12);
  }
}

} // namespace
