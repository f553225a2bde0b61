//===- WindowTest.cpp - pooling, resize, grid_sample, roi_align ----------===//
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

Result<Tensors> pool1d(const std::string &kind, const Tensor &x,
                       const std::string &parameters, int64_t size,
                       const std::string &element = "f32") {
  return runOp("tw.pool " + kind + " %a " + parameters + " : tensor<1x" +
                   std::to_string(x.size()) + "x1x" + element +
                   "> -> tensor<1x" + std::to_string(size) + "x1x" + element +
                   ">",
               {x});
}

/// Max over windows with stride and dilation; NaN wins.
TEST(Pool, Max) {
  expectTensor(pool1d("max", f32({1, 5, 1}, {3, 1, 2, NaN, 0}),
                      "window [2] strides [1] dilations [2] low <0> high <0>",
                      3),
               f32({1, 3, 1}, {3, NaN, 2}));
}

/// Padding takes no part in a maximum; a window of padding only has the lowest.
TEST(Pool, MaxOfPadding) {
  expectTensor(pool1d("max", f32({1, 2, 1}, {-5, -7}),
                      "window [1] strides [1] dilations [1] low <1> high <0>",
                      3),
               f32({1, 3, 1}, {-inf, -5, -7}));
  expectTensor(pool1d("max", tensor(DType::I8, {1, 1, 1}, {-5}),
                      "window [1] strides [1] dilations [1] low <1> high <0>",
                      2, "i8"),
               tensor(DType::I8, {1, 2, 1}, {-128, -5}));
}

/// The three divisors of an average in a window that overhangs the padding.
TEST(Pool, Averages) {
  Tensor x = f32({1, 4, 1}, {1, 2, 3, 4});
  std::string window = "window [3] strides [2] dilations [1] low <1> high <0>";
  // windows: (pad 1 2) (2 3 4) (4 - -)
  expectTensor(pool1d("sum", x, window, 3), f32({1, 3, 1}, {3, 9, 4}));
  expectTensor(pool1d("average", x, window, 3), f32({1, 3, 1}, {1.5, 3, 4}));
  expectTensor(pool1d("average_with_padding", x, window, 3),
               f32({1, 3, 1}, {1, 3, 4}));
}

/// Two spatial axes and two channels: channels stay apart.
TEST(Pool, TwoAxes) {
  expectTensor(runOp("tw.pool max %a window [2, 2] strides [2, 2] dilations "
                     "[1, 1] low <0, 0> high <0, 0> : tensor<1x2x4x2xf32> -> "
                     "tensor<1x1x2x2xf32>",
                     {iota(DType::F32, {1, 2, 4, 2})}),
               f32({1, 1, 2, 2}, {10, 11, 14, 15}));
}

/// Positions count in the layout [N, C, spatial...], the first maximum wins.
TEST(Pool, MaxIndices) {
  // Two channels of 2 x 2: channel 0 is 1 5 / 5 2, channel 1 is 0 0 / 0 9.
  Tensor x = f32({1, 2, 2, 2}, {1, 0, 5, 0, 5, 0, 2, 9});
  std::string op = "tw.max_pool_indices %a window [2, 2] strides [1, 1] "
                   "dilations [1, 1] low <0, 0> ";
  std::string types = ": tensor<1x2x2x2xf32> -> tensor<1x1x1x2xi64>";
  expectTensor(runOp(op + types, {x}), i64({1, 1, 1, 2}, {1, 4 + 3}));
  expectTensor(runOp(op + "column_major " + types, {x}),
               i64({1, 1, 1, 2}, {2, 4 + 3}));
}

/// ONNX's test data for Resize of a 2D image, [1, h, w, 1] here.
struct ResizeCase {
  const char *name;
  const char *parameters; // mode, then what follows the operand
  const char *attributes;
  std::vector<int64_t> in, out;
  std::vector<double> expected;
};

Result<Tensors> resize(const ResizeCase &c) {
  auto type = [](const std::vector<int64_t> &s) {
    return "tensor<" + std::to_string(s[0]) + "x" + std::to_string(s[1]) +
           "xf32>";
  };
  std::string parameters = c.parameters;
  size_t space = parameters.find(' ');
  return runOp("tw.resize " + parameters.substr(0, space) + " %a" +
                   parameters.substr(space) + " " + c.attributes + " : " +
                   type(c.in) + " -> " + type(c.out),
               {iota(DType::F32, c.in, 1)});
}

/// The expected outputs are those in ONNX's operator documentation.
TEST(Resize, OnnxExamples) {
  const ResizeCase cases[] = {
      {"upsample_scales_nearest",
       "nearest half_pixel round_prefer_floor",
       "{scales = array<f64: 2.0, 3.0>}",
       {2, 2},
       {4, 6},
       {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2,
        3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4}},
      {"downsample_scales_nearest",
       "nearest half_pixel round_prefer_floor",
       "{scales = array<f64: 0.6, 0.6>}",
       {2, 4},
       {1, 2},
       {1, 3}},
      {"upsample_sizes_nearest_ceil_half_pixel",
       "nearest half_pixel ceil",
       "",
       {4, 4},
       {8, 8},
       {1,  2,  2,  3,  3,  4,  4,  4,  5,  6,  6,  7,  7,  8,  8,  8,
        5,  6,  6,  7,  7,  8,  8,  8,  9,  10, 10, 11, 11, 12, 12, 12,
        9,  10, 10, 11, 11, 12, 12, 12, 13, 14, 14, 15, 15, 16, 16, 16,
        13, 14, 14, 15, 15, 16, 16, 16, 13, 14, 14, 15, 15, 16, 16, 16}},
      {"upsample_sizes_nearest_floor_align_corners",
       "nearest align_corners floor",
       "",
       {4, 4},
       {8, 8},
       {1, 1, 1, 2,  2,  3,  3,  4,  1,  1,  1,  2,  2,  3,  3,  4,
        1, 1, 1, 2,  2,  3,  3,  4,  5,  5,  5,  6,  6,  7,  7,  8,
        5, 5, 5, 6,  6,  7,  7,  8,  9,  9,  9,  10, 10, 11, 11, 12,
        9, 9, 9, 10, 10, 11, 11, 12, 13, 13, 13, 14, 14, 15, 15, 16}},
      {"upsample_scales_linear",
       "linear half_pixel round_prefer_floor",
       "{scales = array<f64: 2.0, 2.0>}",
       {2, 2},
       {4, 4},
       {1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25,
        3.75, 4}},
      {"upsample_scales_linear_align_corners",
       "linear align_corners round_prefer_floor",
       "{scales = array<f64: 2.0, 2.0>}",
       {2, 2},
       {4, 4},
       {1, 1.33333333, 1.66666667, 2, 1.66666667, 2, 2.33333333, 2.66666667,
        2.33333333, 2.66666667, 3, 3.33333333, 3, 3.33333333, 3.66666667, 4}},
      {"downsample_scales_linear",
       "linear half_pixel round_prefer_floor",
       "{scales = array<f64: 0.6, 0.6>}",
       {2, 4},
       {1, 2},
       {2.6666665, 4.3333331}},
      {"downsample_scales_linear_align_corners",
       "linear align_corners round_prefer_floor",
       "{scales = array<f64: 0.6, 0.6>}",
       {2, 4},
       {1, 2},
       {1, 3.142857}},
      {"downsample_sizes_linear_pytorch_half_pixel",
       "linear pytorch_half_pixel round_prefer_floor",
       "",
       {4, 4},
       {3, 1},
       {1.6666666, 7, 12.333333}},
      {"downsample_scales_linear_half_pixel_symmetric",
       "linear half_pixel_symmetric round_prefer_floor",
       "{scales = array<f64: 1.0, 0.6>}",
       {1, 4},
       {1, 2},
       {1.6666667, 3.3333333}},
      {"upsample_scales_linear_half_pixel_symmetric",
       "linear half_pixel_symmetric round_prefer_floor",
       "{scales = array<f64: 2.3, 2.94>}",
       {2, 2},
       {4, 5},
       {1,          1.15986395, 1.5,        1.84013605, 2,
        1.56521738, 1.72508133, 2.06521738, 2.40535343, 2.56521738,
        2.43478262, 2.59464657, 2.93478262, 3.27491867, 3.43478262,
        3,          3.15986395, 3.5,        3.84013605, 4}},
      {"downsample_scales_cubic",
       "cubic half_pixel round_prefer_floor",
       "{scales = array<f64: 0.8, 0.8>}",
       {4, 4},
       {3, 3},
       {1.47119141, 2.78125, 4.08251953, 6.71142578, 8.02148438, 9.32275391,
        11.91650391, 13.2265625, 14.52783203}},
      {"downsample_scales_cubic_A_n0p5_exclude_outside",
       "cubic half_pixel round_prefer_floor",
       "{scales = array<f64: 0.8, 0.8>, cubic_coefficient = -0.5 : f32, "
       "exclude_outside}",
       {4, 4},
       {3, 3},
       {1.36812675, 2.6695014, 4.0133367, 6.57362535, 7.875, 9.2188353,
        11.94896657, 13.25034122, 14.59417652}},
      {"downsample_scales_linear_antialias",
       "linear half_pixel round_prefer_floor",
       "{scales = array<f64: 0.6, 0.6>, antialias}",
       {4, 4},
       {2, 2},
       {2.875, 4.5, 9.375, 11}},
      {"downsample_scales_cubic_antialias",
       "cubic half_pixel round_prefer_floor",
       "{scales = array<f64: 0.6, 0.6>, antialias}",
       {4, 4},
       {2, 2},
       {2.5180721, 4.2858863, 9.589329, 11.357142}},
      {"tf_crop_and_resize",
       "linear tf_crop_and_resize round_prefer_floor",
       "{roi = array<f32: 0.4, 0.6, 0.6, 0.8>}",
       {4, 4},
       {3, 3},
       {7.6, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6}},
      {"tf_crop_and_resize_extrapolation_value",
       "linear tf_crop_and_resize round_prefer_floor",
       "{roi = array<f32: 0.4, 0.6, 1.2, 1.7>, extrapolation_value = 10.0 : "
       "f32}",
       {4, 4},
       {3, 3},
       {7.6, 10, 10, 12.4, 10, 10, 10, 10, 10}},
  };
  for (const ResizeCase &c : cases) {
    SCOPED_TRACE(c.name);
    expectTensor(resize(c), f32(c.out, c.expected), 1e-5);
  }
}

/// The first row of ONNX's cubic upsampling of 4 x 4, with the two kinds of
/// edge.
TEST(Resize, CubicUpsampling) {
  auto firstRow = [](const char *attributes) {
    Result<Tensors> result = resize({"",
                                     "cubic half_pixel round_prefer_floor",
                                     attributes,
                                     {4, 4},
                                     {8, 8},
                                     {}});
    EXPECT_TRUE(bool(result)) << result.error().message;
    std::vector<double> all = values((*result)[0]);
    return f32({8}, std::vector<double>(all.begin(), all.begin() + 8));
  };
  auto expectRow = [](const Tensor &row, const std::vector<double> &expected) {
    expectTensor(Tensors{row}, f32({8}, expected), 1e-6);
  };
  expectRow(firstRow("{scales = array<f64: 2.0, 2.0>}"),
            {0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625,
             3.38671875, 3.68359375});
  expectRow(firstRow("{scales = array<f64: 2.0, 2.0>, cubic_coefficient = -0.5 "
                     ": f32, exclude_outside}"),
            {0.55882353, 0.81494204, 1.35698249, 1.89705882, 2.39705882,
             2.93713516, 3.47917561, 3.73529412});
}

/// Nearest copies bits, also where f64 could not hold them; integers that are
/// interpolated truncate.
TEST(Resize, Integers) {
  Tensor x(DType::I64, {1});
  x.as<int64_t>()[0] = (int64_t(1) << 60) + 1;
  Result<Tensors> copied =
      runOp("tw.resize nearest %a half_pixel floor : tensor<1xi64> -> "
            "tensor<2xi64>",
            {x});
  ASSERT_TRUE(bool(copied)) << copied.error().message;
  EXPECT_EQ((*copied)[0].as<int64_t>()[1], (int64_t(1) << 60) + 1);
  expectTensor(runOp("tw.resize linear %a align_corners floor : tensor<2xui8> "
                     "-> tensor<3xui8>",
                     {tensor(DType::U8, {2}, {0, 255})}),
               tensor(DType::U8, {3}, {0, 127, 255}));
}

Result<Tensors> gridSample(const std::string &kind, const std::string &more,
                           const Tensor &image,
                           const std::vector<double> &points) {
  int64_t count = int64_t(points.size());
  std::string n = std::to_string(count);
  return runOp("tw.grid_sample " + kind + " %a, %b " + more + " : tensor<1x" +
                   std::to_string(image.size()) + "x1xf32>, tensor<1x" + n +
                   "x1xf32> -> tensor<1x" + n + "x1xf32>",
               {image, f32({1, count, 1}, points)});
}

/// pytorch_half_pixel reads element 0 for a result of one element, also where a
/// scale gives one and a half.
TEST(Resize, PytorchHalfPixelOfOneElement) {
  expectTensor(runOp("tw.resize linear %a pytorch_half_pixel "
                     "round_prefer_floor {scales = array<f64: 0.5>} : "
                     "tensor<3xf32> -> tensor<1xf32>",
                     {f32({3}, {1, 2, 4})}),
               f32({1}, {1}));
}

/// The three paddings on one axis of 4 elements, whose borders are at -1 and 1.
TEST(GridSample, Paddings) {
  Tensor x = f32({1, 4, 1}, {1, 2, 3, 4});
  // Coordinates (n + 1) * 2 - 0.5: -0.5, 0.25, 3.5, 4.5.
  std::vector<double> points{-1, -0.625, 1, 1.5};
  expectTensor(gridSample("linear constant", "", x, points),
               f32({1, 4, 1}, {0.5, 1.25, 2, 0}), 1e-6);
  expectTensor(gridSample("linear edge", "", x, points),
               f32({1, 4, 1}, {1, 1.25, 4, 4}), 1e-6);
  // 4.5 reflects at 3.5 to 2.5.
  expectTensor(gridSample("linear reflect", "", x, points),
               f32({1, 4, 1}, {1, 1.25, 4, 3.5}), 1e-6);
}

/// With aligned corners -1 and 1 are the first and the last element.
TEST(GridSample, AlignCorners) {
  Tensor x = f32({1, 3, 1}, {1, 2, 4});
  expectTensor(gridSample("linear constant", "align_corners", x, {-1, 0.5, 1}),
               f32({1, 3, 1}, {1, 3, 4}), 1e-6);
  // Reflection at the elements: coordinate 3 is 1, -1.5 is 1.5.
  expectTensor(gridSample("linear reflect", "align_corners", x, {2, -2.5}),
               f32({1, 2, 1}, {2, 3}), 1e-6);
}

/// Nearest rounds ties to even; NaN counts as -1.
TEST(GridSample, Nearest) {
  Tensor x = f32({1, 4, 1}, {1, 2, 3, 4});
  // With aligned corners the coordinate is (n + 1) * 1.5: 0.5, 1.5, 0.
  expectTensor(
      gridSample("nearest edge", "align_corners", x, {-2.0 / 3, 0, NaN}),
      f32({1, 3, 1}, {1, 3, 1}));
}

/// Cubic with a = -0.75: halfway between 1 and 4 in 0, 1, 4, 9.
TEST(GridSample, Cubic) {
  Tensor x = f32({1, 4, 1}, {0, 1, 4, 9});
  expectTensor(gridSample("cubic constant", "", x, {0}),
               f32({1, 1, 1}, {2.125}), 1e-6);
  // At 0 the elements are 0 to the left for zeros, 0 for the edge: the same.
  expectTensor(gridSample("cubic edge", "align_corners", x, {1}),
               f32({1, 1, 1}, {9}), 1e-6);
}

/// A point between a border and the outermost element stays where it is; one
/// outside goes to that element.
TEST(GridSample, CubicAtTheEdge) {
  Tensor x = f32({1, 4, 1}, {0, 1, 4, 9});
  // Coordinates -0.25, whose taps are 0, 0, 0, 1, and -1.
  expectTensor(gridSample("cubic edge", "", x, {-0.875, -1.25}),
               f32({1, 2, 1}, {-0.10546875, 0}), 1e-6);
}

/// Two axes: the grid holds x before y. The value of pixel (y, x) is 10 y + x.
TEST(GridSample, LastAxisFirst) {
  Tensor x = f32({1, 2, 3, 1}, {0, 1, 2, 10, 11, 12});
  expectTensor(
      runOp("tw.grid_sample linear constant %a, %b align_corners : "
            "tensor<1x2x3x1xf32>, tensor<1x1x2x2xf32> -> tensor<1x1x2x1xf32>",
            {x, f32({1, 1, 2, 2}, {1, -1, -0.5, 0})}),
      f32({1, 1, 2, 1}, {2, 5.5}), 1e-6);
}

Result<Tensors> roiAlign(const std::string &kind, const std::string &attributes,
                         const Tensor &image, const std::vector<double> &roi,
                         int64_t size) {
  std::string n = std::to_string(size), e = std::to_string(image.shape()[1]);
  return runOp("tw.roi_align " + kind + " %a, %b, %c {" + attributes +
                   "} : tensor<1x" + e + "x" + e +
                   "x1xf32>, tensor<1x4xf32>, tensor<1xi64> -> tensor<1x" + n +
                   "x" + n + "x1xf32>",
               {image, f32({1, 4}, roi), i64({1}, {0})});
}

/// On a linear image the average of a bin is the value in its middle.
TEST(RoiAlign, LinearImage) {
  Tensor image = iota(DType::F32, {1, 10, 10, 1}); // 10 y + x
  // Corners x 2..6, y 1..5 (times 1), half a pixel off: bins of 2.
  expectTensor(roiAlign("average",
                        "half_pixel = true, sampling_ratio = 2 : i64, "
                        "spatial_scale = 1.0 : f32",
                        image, {2, 1, 6, 5}, 2),
               f32({1, 2, 2, 1}, {17.5, 17.5 + 2, 37.5, 37.5 + 2}), 1e-6);
  // Adaptive sampling, other scale, no half pixel.
  expectTensor(roiAlign("average",
                        "half_pixel = false, sampling_ratio = 0 : i64, "
                        "spatial_scale = 0.5 : f32",
                        image, {4, 2, 12, 10}, 2),
               f32({1, 2, 2, 1}, {23, 25, 43, 45}), 1e-6);
}

/// max takes the largest weighted neighbour, as ONNX's reference does.
TEST(RoiAlign, Max) {
  Tensor image = f32({1, 2, 2, 1}, {1, 2, 3, 4});
  // One sample at (0.5, 0.5): every weight is 1/4.
  expectTensor(roiAlign("max",
                        "half_pixel = false, sampling_ratio = 1 : i64, "
                        "spatial_scale = 1.0 : f32",
                        image, {0, 0, 1, 1}, 1),
               f32({1, 1, 1, 1}, {1}), 1e-6);
}

/// Samples more than one element outside count as 0.
TEST(RoiAlign, Outside) {
  Tensor image = f32({1, 2, 2, 1}, {5, 5, 5, 5});
  expectTensor(roiAlign("average",
                        "half_pixel = false, sampling_ratio = 1 : i64, "
                        "spatial_scale = 1.0 : f32",
                        image, {-4, 0, 4, 2}, 2),
               f32({1, 2, 2, 1}, {0, 5, 0, 5}), 1e-6);
}

} // namespace
