//===- WindowOps.td - contractions and windows ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_WINDOWOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_WINDOWOPS

include "tilewright/Dialect/Graph/IR/GraphOpBase.td"

def Graph_WindowOps : OpDocGroup {
  let summary = "Contractions and windows";
  let description = [{
    Spatial ops are channels-last: [N, spatial..., C] with any number of spatial
    axes.
  }];
}

let opDocGroup = Graph_WindowOps in {

def Graph_MatmulOp : Graph_ShapedOp<"matmul"> {
  let summary = "matrix product over the last two axes, leading axes broadcast; both operands of rank 2 or more";
  let description = [{
    lhs: [batch..., m, k], rhs: [batch..., k, n], result: [batch..., m, n]. The
    batch axes broadcast. With `transpose_lhs` (`transpose_rhs`) the last two
    axes of that operand are taken swapped. Floats have one element type, and
    the result has the same or f32; they accumulate in f32 (f64 for f64).
    Integers may differ in type; they multiply and accumulate, wrapping, in the
    result's.

    No elements to add, and mixed integers: docs/Semantics.md, Contractions and
    windows.

    ```mlir
    // %a: tensor<?x5x4xf32, #tw.dims<"N">>, %b: tensor<7x4xf32>
    %c = tw.matmul %a, %b transposed
      : tensor<?x5x4xf32, #tw.dims<"N">>, tensor<7x4xf32> -> tensor<?x5x7xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs, UnitAttr:$transpose_lhs, UnitAttr:$transpose_rhs);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$lhs (`transposed` $transpose_lhs^)? `,` $rhs (`transposed` $transpose_rhs^)? attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasCanonicalizer = 1;
}

def Graph_ConvOp : Graph_ShapedOp<"conv"> {
  let summary = "convolution (cross-correlation) over any number of spatial axes";
  let description = [{
    input: [N, spatial..., C], filter: [kernel..., C / groups, O], result: [N,
    spatial..., O]. Output channels of group g are g * O / groups onward. The
    arrays have one entry per spatial axis; padding is zeros. A spatial size is
    floordiv(input + low + high - dilation * (kernel - 1) - 1, stride) + 1.
    Element types are those of `tw.matmul`. The kernel's sizes are constant.

    Filters that do not fit, and padding times infinity: docs/Semantics.md,
    Contractions and windows.

    ```mlir
    // %x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %f: tensor<3x3x2x6xf32>
    %y = tw.conv %x, %f strides [2, 2] dilations [1, 1] low <0, 0> high <1, 1> groups 2
      : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x2x6xf32> -> tensor<?x4x4x6xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$filter,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       Graph_DimsAttr:$pad_low, Graph_DimsAttr:$pad_high, Graph_IntAttr:$groups);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `,` $filter `strides` $strides `dilations` $dilations `low` $pad_low `high` $pad_high `groups` $groups attr-dict `:` type($input) `,` type($filter) `->` type($result)";
}

def Graph_ConvTransposeOp : Graph_ShapedOp<"conv_transpose"> {
  let summary = "transposed convolution";
  let description = [{
    input: [N, spatial..., C], filter: [kernel..., C / groups, O], result [N,
    spatial..., O], given: element x of the input adds input[x] * filter[k] to
    result[x * stride + k * dilation - pad_low] where that is inside. Group g
    takes input channels g * C / groups onward to output channels g * O / groups
    onward. Element types are those of `tw.matmul`.

    ```mlir
    // %x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %f: tensor<3x3x4x2xf32>
    %y = tw.conv_transpose %x, %f strides [2, 2] dilations [1, 1] low <1, 1> groups 1
      : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<3x3x4x2xf32> -> tensor<?x16x16x2xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$filter,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       Graph_DimsAttr:$pad_low, Graph_IntAttr:$groups);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `,` $filter `strides` $strides `dilations` $dilations `low` $pad_low `groups` $groups attr-dict `:` type($input) `,` type($filter) `->` type($result)";
}

def Graph_PoolOp : Graph_ShapedOp<"pool"> {
  let summary = "a window function over the spatial axes of [N, spatial..., C]";
  let description = [{
    Element k of the window at position o is input element o * stride -
    pad_low + k * dilation; elements outside the input do not take part (max of
    none: the lowest value; average of none: 0). `max` and `sum` take floats and
    integers, the averages floats. The arrays have one entry per spatial axis.
    The result's size is given: ceil mode may exceed the padded input.
    `pad_high` only matters for `average_with_padding`.

    NaN and the averages' divisors: docs/Semantics.md, Contractions and windows.

    ```mlir
    // %x: tensor<?x8x8x4xf32, #tw.dims<"N">>
    %y = tw.pool average %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0> high <0, 0>
      : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x4x4x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_PoolKindAttr:$kind, Graph_Tensor:$input,
                       DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       Graph_DimsAttr:$pad_low, Graph_DimsAttr:$pad_high);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $input `window` $window `strides` $strides `dilations` $dilations `low` $pad_low `high` $pad_high attr-dict `:` type($input) `->` type($result)";
}

def Graph_MaxPoolIndicesOp : Graph_ShapedOp<"max_pool_indices"> {
  let summary = "for each max-pooling window the position of its (first) maximum";
  let description = [{
    input: [N, spatial..., C] of numbers, result: the same axes, i64. The
    position is the flat index in a tensor of the layout [N, C, spatial...], as
    ONNX MaxPool numbers them; with `column_major` the spatial axes are counted
    column-major. Windows lie as in `tw.pool`. The first NaN counts as the
    maximum; a window without elements gives 0.

    ```mlir
    // %x: tensor<?x8x8x4xf32, #tw.dims<"N">>
    %i = tw.max_pool_indices %x window [2, 2] strides [2, 2] dilations [1, 1] low <0, 0>
      : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x4x4x4xi64, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input,
                       DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       Graph_DimsAttr:$pad_low, UnitAttr:$column_major);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "$input `window` $window `strides` $strides `dilations` $dilations `low` $pad_low (`column_major` $column_major^)? attr-dict `:` type($input) `->` type($result)";
}

def Graph_ResizeOp : Graph_ShapedOp<"resize"> {
  let summary = "interpolates to the result's shape, any rank, all axes";
  let description = [{
    ONNX Resize of floats or integers. `coordinates` says where an element of
    the result lies on the operand, `rounding` which element `nearest` takes
    (other modes ignore it), `cubic_coefficient` is a of the cubic filter.
    `scales` has one entry per axis, above 0, or is empty: then a scale is
    result size / input size. With `exclude_outside` elements outside of the
    operand have weight 0 and the others are normalised; with `antialias`
    downscaling widens the filter of `linear` and `cubic`. `tf_crop_and_resize`
    has a `roi` (2 * rank values, starts then ends) and gives
    `extrapolation_value` outside of the operand.

    Edges, empty operands and integers: docs/Semantics.md, Contractions and
    windows.

    ```mlir
    // %x: tensor<?x8x8x4xf32, #tw.dims<"N">>
    %y = tw.resize linear %x half_pixel floor
      : tensor<?x8x8x4xf32, #tw.dims<"N">> -> tensor<?x16x16x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_ResizeModeAttr:$mode,
                       Graph_ResizeCoordinatesAttr:$coordinates, Graph_NearestRoundingAttr:$rounding,
                       DefaultValuedAttr<DenseF64ArrayAttr, "{}">:$scales,
                       DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$roi,
                       DefaultValuedAttr<F32Attr, "-0.75f">:$cubic_coefficient,
                       DefaultValuedAttr<F32Attr, "0.0f">:$extrapolation_value,
                       UnitAttr:$exclude_outside, UnitAttr:$antialias);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$mode $operand $coordinates $rounding attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

def Graph_GridSampleOp : Graph_InferredOp<"grid_sample"> {
  let summary = "samples [N, spatial..., C] at the points of a grid [N, out..., k]";
  let description = [{
    input: [N, spatial..., C] with k >= 1 spatial axes, grid: [N, out..., k]
    with k axes out, result: [N, out..., C] of the input's element type. A point
    has one coordinate per spatial axis, the last axis first, as ONNX
    GridSample: -1 and 1 are the outer edges of the outermost elements, or with
    `align_corners` their centres. `mode` interpolates (`cubic` with coefficient
    -0.75); `padding` says what stands outside: `constant` zeros, `edge` the
    border or `reflect`.

    NaN coordinates, weights of 0 and empty axes: docs/Semantics.md,
    Contractions and windows.

    ```mlir
    // %x: tensor<?x8x8x4xf32, #tw.dims<"N">>, %grid: tensor<?x5x6x2xf32, #tw.dims<"N">>
    %y = tw.grid_sample linear constant %x, %grid align_corners
      : tensor<?x8x8x4xf32, #tw.dims<"N">>, tensor<?x5x6x2xf32, #tw.dims<"N">>
        -> tensor<?x5x6x4xf32, #tw.dims<"N">>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$grid,
                       Graph_ResizeModeAttr:$mode, Graph_PadModeAttr:$padding, UnitAttr:$align_corners);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$mode $padding $input `,` $grid (`align_corners` $align_corners^)? attr-dict `:` type($input) `,` type($grid) `->` type($result)";
}

def Graph_RoiAlignOp : Graph_ShapedOp<"roi_align"> {
  let summary = "ONNX RoiAlign on [N, H, W, C]; result [rois, h, w, C]";
  let description = [{
    Region r is rois[r] = (x1, y1, x2, y2) times `spatial_scale`, less 0.5 with
    `half_pixel` (else at least 1 wide and high), on image batch_indices[r]; it
    is cut into h * w bins. In each bin `sampling_ratio` points per axis are
    interpolated (0: as many as the bin has pixels, rounded up). `average` is
    their mean; `max` is the largest of the points' weighted neighbours, as in
    ONNX.

    Points outside and batch indices out of range: docs/Semantics.md,
    Contractions and windows, Indices.

    ```mlir
    // %x: tensor<2x8x8x4xf32>, %rois: tensor<7x4xf32>, %images: tensor<7xi64>
    %y = tw.roi_align average %x, %rois, %images
      {half_pixel = true, sampling_ratio = 2 : i64, spatial_scale = 0.25 : f32}
      : tensor<2x8x8x4xf32>, tensor<7x4xf32>, tensor<7xi64> -> tensor<7x3x3x4xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$rois, Graph_IndexTensor:$batch_indices,
                       Graph_PoolKindAttr:$kind, F32Attr:$spatial_scale, Graph_IntAttr:$sampling_ratio, BoolAttr:$half_pixel);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$kind $input `,` $rois `,` $batch_indices attr-dict `:` type($input) `,` type($rois) `,` type($batch_indices) `->` type($result)";
}

} // opDocGroup

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_WINDOWOPS
