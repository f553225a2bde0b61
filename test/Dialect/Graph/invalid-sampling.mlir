// What the verifiers of ops that interpolate refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// A resize converts nothing.
func.func @resize_element(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected the operand's element type 'f32', but got 'f16'}}
  %0 = tw.resize linear %x half_pixel floor : tensor<1x8x8x4xf32> -> tensor<1x16x16x4xf16>
  return
}

// -----

// Bools are not interpolated.
func.func @resize_bools(%x: tensor<4xi1>) {
  // expected-error @+1 {{expected numbers, but got 'i1'}}
  %0 = tw.resize linear %x half_pixel floor : tensor<4xi1> -> tensor<8xi1>
  return
}

// -----

// A resize keeps the axes.
func.func @resize_rank(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected a result of rank 4, but got rank 3}}
  %0 = tw.resize linear %x half_pixel floor : tensor<1x8x8x4xf32> -> tensor<1x16x16xf32>
  return
}

// -----

// Every axis has a scale, or none has.
func.func @resize_scales_count(%x: tensor<1x8x8x4xf32>) {
  // expected-error @+1 {{expected no scales or 4, but got 2}}
  %0 = tw.resize linear %x half_pixel floor {scales = array<f64: 2.0, 2.0>}
    : tensor<1x8x8x4xf32> -> tensor<1x16x16x4xf32>
  return
}

// -----

// A scale is positive.
func.func @resize_scale(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected scales above 0, but got }}
  %0 = tw.resize linear %x half_pixel floor {scales = array<f64: -2.0>} : tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

// NaN is no scale either.
func.func @resize_scale_nan(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected scales above 0, but got }}
  %0 = tw.resize linear %x half_pixel floor {scales = array<f64: 0x7FF8000000000000>} : tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

// A crop says what it crops.
func.func @resize_no_roi(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a roi of 2 values with tf_crop_and_resize, but got 0}}
  %0 = tw.resize linear %x tf_crop_and_resize floor : tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

// Only a crop has a region.
func.func @resize_roi(%x: tensor<4xf32>) {
  // expected-error @+1 {{expected a roi of 0 values with half_pixel, but got 2}}
  %0 = tw.resize linear %x half_pixel floor {roi = array<f32: 0.0, 1.0>} : tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

// A grid has the axes of its result, and the last one holds the point.
func.func @grid_rank(%x: tensor<2x8x8x4xf32>, %g: tensor<2x5x2xf32>) {
  // expected-error @+2 {{expected an input and a grid of one rank, 3 or more, but got ranks 4 and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.grid_sample linear constant %x, %g : tensor<2x8x8x4xf32>, tensor<2x5x2xf32> -> tensor<2x5x6x4xf32>
  return
}

// -----

// A point has one coordinate per spatial axis.
func.func @grid_coordinates(%x: tensor<2x8x8x4xf32>, %g: tensor<2x5x6x3xf32>) {
  // expected-error @+2 {{expected 2 coordinates in the grid's last axis, but got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.grid_sample linear constant %x, %g : tensor<2x8x8x4xf32>, tensor<2x5x6x3xf32> -> tensor<2x5x6x4xf32>
  return
}

// -----

// Every image has a grid.
func.func @grid_batch(%x: tensor<2x8x8x4xf32>, %g: tensor<3x5x6x2xf32>) {
  // expected-error @+2 {{expected equal batch sizes, but got 2 and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.grid_sample linear constant %x, %g : tensor<2x8x8x4xf32>, tensor<3x5x6x2xf32> -> tensor<2x5x6x4xf32>
  return
}

// -----

// ONNX has no such padding for grids.
func.func @grid_wrap(%x: tensor<2x8x8x4xf32>, %g: tensor<2x5x6x2xf32>) {
  // expected-error @+2 {{has no padding mode wrap}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.grid_sample linear wrap %x, %g : tensor<2x8x8x4xf32>, tensor<2x5x6x2xf32> -> tensor<2x5x6x4xf32>
  return
}

// -----

// Regions are those of images.
func.func @roi_rank(%x: tensor<8x8x4xf32>, %r: tensor<7x4xf32>, %b: tensor<7xi64>) {
  // expected-error @+1 {{expected an input and a result of rank 4, but got ranks 3 and 4}}
  %0 = tw.roi_align average %x, %r, %b {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<8x8x4xf32>, tensor<7x4xf32>, tensor<7xi64> -> tensor<7x3x3x4xf32>
  return
}

// -----

// A region is two corners.
func.func @roi_corners(%x: tensor<2x8x8x4xf32>, %r: tensor<7x5xf32>, %b: tensor<7xi64>) {
  // expected-error @+1 {{expected rois [R, 4] and batch indices [R], but got [7, 5] and [7]}}
  %0 = tw.roi_align average %x, %r, %b {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<2x8x8x4xf32>, tensor<7x5xf32>, tensor<7xi64> -> tensor<7x3x3x4xf32>
  return
}

// -----

// Every region says its image.
func.func @roi_batches(%x: tensor<2x8x8x4xf32>, %r: tensor<7x4xf32>, %b: tensor<6xi64>) {
  // expected-error @+1 {{expected rois [R, 4] and batch indices [R], but got [7, 4] and [6]}}
  %0 = tw.roi_align average %x, %r, %b {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<2x8x8x4xf32>, tensor<7x4xf32>, tensor<6xi64> -> tensor<7x3x3x4xf32>
  return
}

// -----

// The result has a patch per region, with the input's channels.
func.func @roi_result(%x: tensor<2x8x8x4xf32>, %r: tensor<7x4xf32>, %b: tensor<7xi64>) {
  // expected-error @+1 {{expected a result of 7 rois and 4 channels, but got [7, 3, 3, 5]}}
  %0 = tw.roi_align average %x, %r, %b {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<2x8x8x4xf32>, tensor<7x4xf32>, tensor<7xi64> -> tensor<7x3x3x5xf32>
  return
}

// -----

// Regions are given in the input's element type.
func.func @roi_element(%x: tensor<2x8x8x4xf32>, %r: tensor<7x4xf16>, %b: tensor<7xi64>) {
  // expected-error @+1 {{expected input, rois and result of one element type}}
  %0 = tw.roi_align average %x, %r, %b {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<2x8x8x4xf32>, tensor<7x4xf16>, tensor<7xi64> -> tensor<7x3x3x4xf32>
  return
}

// -----

// Samples of a region are averaged, or the largest is taken.
func.func @roi_kind(%x: tensor<2x8x8x4xf32>, %r: tensor<7x4xf32>, %b: tensor<7xi64>) {
  // expected-error @+1 {{expected kind max or average, but got sum}}
  %0 = tw.roi_align sum %x, %r, %b {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
    : tensor<2x8x8x4xf32>, tensor<7x4xf32>, tensor<7xi64> -> tensor<7x3x3x4xf32>
  return
}

// -----

// 0 means as many samples as the region's size asks for.
func.func @roi_ratio(%x: tensor<2x8x8x4xf32>, %r: tensor<7x4xf32>, %b: tensor<7xi64>) {
  // expected-error @+1 {{expected a sampling ratio of 0 or more, but got -1}}
  %0 = tw.roi_align average %x, %r, %b {half_pixel = true, sampling_ratio = -1 : i64, spatial_scale = 0.25 : f32}
    : tensor<2x8x8x4xf32>, tensor<7x4xf32>, tensor<7xi64> -> tensor<7x3x3x4xf32>
  return
}
