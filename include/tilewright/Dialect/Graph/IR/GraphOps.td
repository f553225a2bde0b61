//===- GraphOps.td - the operations of the tw dialect ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS

include "tilewright/Dialect/Graph/IR/GraphDialect.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types and base classes
//===----------------------------------------------------------------------===//

// Signed integers are signless (i8), unsigned ones are ui8 to ui64, bool is i1.
def Graph_Element : AnyTypeOf<[I1, I8, I16, I32, I64, UI8, UI16, UI32, UI64,
                               F16, BF16, F32, F64], "an element type of tw">;


// The dynamic axes of every tensor are named: the encoding is a #tw.dims.
class Graph_TensorOf<list<Type> elements>
    : RankedTensorOf<elements, [CPred<"::tilewright::graph::hasDims($_self)">],
                     "ranked tensor with named dynamic axes (#tw.dims)">;
def Graph_Tensor : Graph_TensorOf<[Graph_Element]>;
def Graph_FloatTensor : Graph_TensorOf<[F16, BF16, F32, F64]>;
def Graph_IntTensor : Graph_TensorOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
def Graph_IndexTensor : Graph_TensorOf<[I32, I64]>;
def Graph_BoolTensor : Graph_TensorOf<[I1]>;

// Upstream's I64Attr reads as unsigned.
def Graph_IntAttr : TypedSignlessIntegerAttrBase<I64, "int64_t", "64-bit signless integer attribute"> {
  let convertFromStorage = "$_self.getInt()";
}

class Graph_Op<string mnemonic, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic, traits>;

/// Result types follow from operands and attributes. A result type may say a
/// size otherwise than the inferred one does (they are taken as equal), unless
/// both are different constants. All checks are part of the inference.
class Graph_InferredOp<string mnemonic, list<Trait> traits = []>
    : Graph_Op<mnemonic, !listconcat([Pure,
        InferTypeOpAdaptorWithIsCompatible], traits)> {
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange a, ::mlir::TypeRange b) {
      return ::tilewright::graph::areCompatible(a, b);
    }
  }];
}

/// The shape of the result is given (it may hold expressions that nothing else
/// says); the verifier checks it.
class Graph_ShapedOp<string mnemonic, list<Trait> traits = []>
    : Graph_Op<mnemonic, !listconcat([Pure], traits)> {
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Constants and sizes
//===----------------------------------------------------------------------===//

def Graph_ConstantOp : Graph_Op<"constant", [Pure, ConstantLike,
    AllTypesMatch<["value", "result"]>]> {
  let summary = "a constant of at most 1 KiB";
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let extraClassDeclaration = [{
    /// Larger constants are weights, or broadcasts of small constants.
    static constexpr int64_t maxBytes = 1024;
    ::mlir::RankedTensorType getType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Graph_WeightOp : Graph_Op<"weight", [Pure]> {
  let summary = "a constant whose bytes are in the weight store";
  let description = [{
    `key` is the weight's number in the `WeightStore` that goes with the module;
    `name` is what the model calls it. The type is static.
  }];
  let arguments = (ins Graph_IntAttr:$key, StrAttr:$name);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$key $name attr-dict `:` type($result)";
  let extraClassDeclaration = [{
    ::mlir::RankedTensorType getType() {
      return ::llvm::cast<::mlir::RankedTensorType>(getResult().getType());
    }
  }];
  let hasVerifier = 1;
}

def Graph_FromDimsOp : Graph_InferredOp<"from_dims"> {
  let summary = "sizes as a tensor of i64";
  let description = [{
    `tw.from_dims #tw.dims<"N", "2*H"> : tensor<2xi64>`. This is all that is left
    of a model's shape arithmetic.
  }];
  let arguments = (ins Graph_DimsAttr:$dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$dims attr-dict `:` type($result)";
}

def Graph_BindDimsOp : Graph_Op<"bind_dims"> {
  let summary = "gives names to sizes that were computed as values";
  let description = [{
    Element i of the integer tensor (rank 0 or 1) becomes symbol i from here on.
    It has a side effect: it stays before the ops whose types use the symbols.
  }];
  let arguments = (ins Graph_IntTensor:$values, StrArrayAttr:$symbols);
  let assemblyFormat = "$values `as` $symbols attr-dict `:` type($values)";
  let hasVerifier = 1;
}

def Graph_CheckDimsOp : Graph_Op<"check_dims"> {
  let summary = "an equality of sizes that is checked at run time";
  let arguments = (ins Graph_DimsAttr:$lhs, Graph_DimsAttr:$rhs, StrAttr:$message);
  let assemblyFormat = "$lhs `equals` $rhs `,` $message attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise. Operands broadcast as NumPy's do: aligned at the last axis, an
// axis of static size 1 (or a missing one) is repeated. Two different dynamic
// expressions on an axis are taken as equal; importers add a tw.check_dims.
//===----------------------------------------------------------------------===//

def Graph_UnaryOp : Graph_InferredOp<"unary"> {
  let summary = "elementwise function of one operand";
  let arguments = (ins Graph_UnaryKindAttr:$kind, Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

def Graph_BinaryOp : Graph_InferredOp<"binary"> {
  let summary = "elementwise function of two operands of one type";
  let arguments = (ins Graph_BinaryKindAttr:$kind, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_CompareOp : Graph_InferredOp<"compare"> {
  let summary = "elementwise comparison; false if an operand is NaN, but `ne` true";
  let arguments = (ins Graph_CompareKindAttr:$kind, Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_BoolTensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasCanonicalizer = 1;
}

def Graph_SelectOp : Graph_InferredOp<"select"> {
  let summary = "elementwise choice: condition ? on_true : on_false";
  let arguments = (ins Graph_BoolTensor:$condition, Graph_Tensor:$on_true, Graph_Tensor:$on_false);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$condition `,` $on_true `,` $on_false attr-dict `:` type($condition) `,` type($on_true) `,` type($on_false) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_CastOp : Graph_ShapedOp<"cast"> {
  let summary = "conversion of the element type";
  let description = [{
    Float to integer truncates; NaN gives 0; out of range saturates. Integer to
    integer wraps. To bool: != 0 (NaN is true). See docs/Semantics.md.
  }];
  let arguments = (ins Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Shape and data movement
//===----------------------------------------------------------------------===//

def Graph_ReshapeOp : Graph_ShapedOp<"reshape"> {
  let summary = "the same elements in row-major order under another shape";
  let arguments = (ins Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_BroadcastOp : Graph_ShapedOp<"broadcast"> {
  let summary = "repeats axes of static size 1, and missing leading ones, up to the result's shape";
  let arguments = (ins Graph_Tensor:$operand);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_TransposeOp : Graph_InferredOp<"transpose"> {
  let summary = "permutes the axes: axis i of the result is axis permutation[i] of the operand";
  let arguments = (ins Graph_Tensor:$operand, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand $permutation attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_ConcatOp : Graph_InferredOp<"concat"> {
  let summary = "joins tensors along an axis";
  let arguments = (ins Variadic<Graph_Tensor>:$operands, Graph_IntAttr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operands `axis` $axis attr-dict `:` type($operands) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_SliceOp : Graph_ShapedOp<"slice"> {
  let summary = "result[i] = operand[starts + i * steps], per axis; sizes are the result's";
  let description = [{
    One start (an expression) and one step (a constant, not 0) per axis. Steps
    may be negative. Every element read is inside the operand: whoever builds
    the op has clamped starts and sizes.
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_DimsAttr:$starts, DenseI64ArrayAttr:$steps);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `starts` $starts `steps` $steps attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_PadOp : Graph_InferredOp<"pad"> {
  let summary = "adds elements before (`low`) and after (`high`) each axis; negative widths remove";
  let description = [{
    `value` (rank 0) is what a constant padding holds; other modes have no value.
    Reflect does not repeat the edge element.
  }];
  let arguments = (ins Graph_Tensor:$operand, Optional<Graph_Tensor>:$value,
                       Graph_PadModeAttr:$mode, Graph_DimsAttr:$low, Graph_DimsAttr:$high);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$mode $operand (`with` $value^ `:` type($value))? `low` $low `high` $high attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
}

def Graph_GatherOp : Graph_InferredOp<"gather"> {
  let summary = "takes slices of an axis by index; the indices' shape replaces the axis";
  let description = [{
    result[a..., i..., b...] = operand[a..., indices[i...], b...]. An index
    counts from the end if negative; one out of range is clamped.
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_IntAttr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $indices `axis` $axis attr-dict `:` type($operand) `,` type($indices) `->` type($result)";
  let hasCanonicalizer = 1;
}

def Graph_GatherElementsOp : Graph_InferredOp<"gather_elements"> {
  let summary = "result[..., i, ...] = operand[..., indices[..., i, ...], ...]";
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_IntAttr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $indices `axis` $axis attr-dict `:` type($operand) `,` type($indices) `->` type($result)";
}

def Graph_GatherNDOp : Graph_InferredOp<"gather_nd"> {
  let summary = "ONNX GatherND: the last axis of the indices addresses leading axes of the operand";
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_IntAttr:$batch_dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $indices `batch_dims` $batch_dims attr-dict `:` type($operand) `,` type($indices) `->` type($result)";
}

def Graph_ScatterElementsOp : Graph_InferredOp<"scatter_elements"> {
  let summary = "a copy of the operand in which result[..., indices[..., i, ...], ...] is combined with updates[..., i, ...]";
  let description = [{ Updates are applied in row-major order. An index out of range writes nothing. }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_Tensor:$updates,
                       Graph_IntAttr:$axis, Graph_ReduceKindAttr:$reduction);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$reduction $operand `,` $indices `,` $updates `axis` $axis attr-dict `:` type($operand) `,` type($indices) `,` type($updates) `->` type($result)";
}

def Graph_ScatterNDOp : Graph_InferredOp<"scatter_nd"> {
  let summary = "ONNX ScatterND: slices of updates are combined into a copy of the operand";
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$indices, Graph_Tensor:$updates,
                       Graph_ReduceKindAttr:$reduction);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$reduction $operand `,` $indices `,` $updates attr-dict `:` type($operand) `,` type($indices) `,` type($updates) `->` type($result)";
}

def Graph_ReverseSequenceOp : Graph_InferredOp<"reverse_sequence"> {
  let summary = "reverses the first lengths[b] elements of the time axis for each batch b";
  let arguments = (ins Graph_Tensor:$operand, Graph_IndexTensor:$lengths, Graph_IntAttr:$time_axis, Graph_IntAttr:$batch_axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$operand `,` $lengths `time` $time_axis `batch` $batch_axis attr-dict `:` type($operand) `,` type($lengths) `->` type($result)";
}

def Graph_RangeOp : Graph_ShapedOp<"range"> {
  let summary = "result[i] = start + i * delta, rank 1";
  let description = [{ Multiplied and added in the element type (f16 and bf16 in f32). }];
  let arguments = (ins Graph_Tensor:$start, Graph_Tensor:$delta);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$start `,` $delta attr-dict `:` type($start) `,` type($delta) `->` type($result)";
}

//===----------------------------------------------------------------------===//
// Contractions and windows: channels-last
//===----------------------------------------------------------------------===//

def Graph_MatmulOp : Graph_ShapedOp<"matmul"> {
  let summary = "matrix product over the last two axes, leading axes broadcast; both operands of rank 2 or more";
  let description = [{
    With `transpose_lhs` (`transpose_rhs`) the last two axes of that operand are
    taken swapped. Floats accumulate in f32 (f64 for f64); integers multiply and
    accumulate, wrapping, in the result's element type.
  }];
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs, UnitAttr:$transpose_lhs, UnitAttr:$transpose_rhs);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$lhs (`transposed` $transpose_lhs^)? `,` $rhs (`transposed` $transpose_rhs^)? attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasCanonicalizer = 1;
}

def Graph_ConvOp : Graph_ShapedOp<"conv"> {
  let summary = "convolution (cross-correlation) over any number of spatial axes";
  let description = [{
    input: [N, spatial..., C], filter: [kernel..., C / groups, O], result:
    [N, spatial..., O]. Output channels of group g are g * O / groups onward.
    The arrays have one entry per spatial axis; padding is zeros.
    size = floordiv(input + low + high - dilation * (kernel - 1) - 1, stride) + 1.
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
    input: [N, spatial..., C], filter: [kernel..., C / groups, O], result
    [N, spatial..., O], given: element x of the input adds input[x] * filter[k]
    to result[x * stride + k * dilation - pad_low] where that is inside.
    Group g takes input channels g * C / groups onward to output channels
    g * O / groups onward.
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
    Elements outside the input do not take part (max of none: the lowest value;
    average of none: 0). The result's size is given: ceil mode may exceed the
    padded input. `pad_high` only matters for `average_with_padding`.
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
    i64. The position is the flat index in a tensor of the layout [N, C,
    spatial...], as ONNX MaxPool numbers them; with `column_major` the spatial
    axes are counted column-major.
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
    ONNX Resize. `scales` has one entry per axis, or is empty: then a scale is
    result size / input size. `roi` (2 * rank values, starts then ends) goes with
    tf_crop_and_resize.
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_ResizeModeAttr:$mode,
                       Graph_ResizeCoordinatesAttr:$coordinates, Graph_NearestRoundingAttr:$rounding,
                       DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$scales,
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
    Point coordinates in [-1, 1], last spatial axis first, as ONNX GridSample.
    `padding` is constant (zeros), edge (border) or reflect.
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$grid,
                       Graph_ResizeModeAttr:$mode, Graph_PadModeAttr:$padding, UnitAttr:$align_corners);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$mode $padding $input `,` $grid (`align_corners` $align_corners^)? attr-dict `:` type($input) `,` type($grid) `->` type($result)";
}

def Graph_RoiAlignOp : Graph_ShapedOp<"roi_align"> {
  let summary = "ONNX RoiAlign on [N, H, W, C]; result [rois, h, w, C]";
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$rois, Graph_IndexTensor:$batch_indices,
                       Graph_PoolKindAttr:$kind, F32Attr:$spatial_scale, Graph_IntAttr:$sampling_ratio, BoolAttr:$half_pixel);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$kind $input `,` $rois `,` $batch_indices attr-dict `:` type($input) `,` type($rois) `,` type($batch_indices) `->` type($result)";
}

//===----------------------------------------------------------------------===//
// Reductions, normalisations, scans
//===----------------------------------------------------------------------===//

def Graph_ReduceOp : Graph_InferredOp<"reduce"> {
  let summary = "reduces axes, which leave the shape; no elements give the neutral value (mean: NaN, integers 0)";
  let arguments = (ins Graph_ReduceKindAttr:$kind, Graph_Tensor:$operand, DenseI64ArrayAttr:$axes);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $operand `axes` $axes attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_ArgReduceOp : Graph_InferredOp<"arg_reduce"> {
  let summary = "index (i64) of the largest (max) or smallest (min) element of an axis, which leaves the shape";
  let description = [{ The first of equals, or the last with `last`. NaN counts as the largest (smallest). }];
  let arguments = (ins Graph_ReduceKindAttr:$kind, Graph_Tensor:$operand, Graph_IntAttr:$axis, UnitAttr:$last);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "$kind $operand `axis` $axis (`last` $last^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_SoftmaxOp : Graph_InferredOp<"softmax"> {
  let summary = "exp(x - max) / sum of it along an axis; with `log`, its logarithm";
  let arguments = (ins Graph_FloatTensor:$operand, Graph_IntAttr:$axis, UnitAttr:$log);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$operand `axis` $axis (`log` $log^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_NormalizeOp : Graph_InferredOp<"normalize"> {
  let summary = "(x - mean) / sqrt(variance + epsilon) over axes; with `rms`, x / sqrt(mean of x^2 + epsilon)";
  let description = [{
    The core of LayerNorm, InstanceNorm, GroupNorm, RMSNorm; scale and bias are
    elementwise ops after it. The variance is the biased one, from the
    differences to the mean (two passes).
  }];
  let arguments = (ins Graph_FloatTensor:$operand, DenseI64ArrayAttr:$axes, F64Attr:$epsilon, UnitAttr:$rms);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$operand `axes` $axes `epsilon` $epsilon (`rms` $rms^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_ScanOp : Graph_InferredOp<"scan"> {
  let summary = "running sum, product, max or min along an axis";
  let arguments = (ins Graph_ReduceKindAttr:$kind, Graph_Tensor:$operand, Graph_IntAttr:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$kind $operand `axis` $axis (`exclusive` $exclusive^)? (`reverse` $reverse^)? attr-dict `:` type($operand) `->` type($result)";
}

def Graph_AttentionOp : Graph_InferredOp<"attention"> {
  let summary = "softmax(scale * Q K^T + mask, causal) V with grouped heads";
  let description = [{
    query [B, L, H, E], key [B, S, G, E], value [B, S, G, F] -> [B, L, H, F];
    head h uses group h / (H / G). `mask` broadcasts to [B, H, L, S]: floats are
    added, bools keep (true) or drop. With `causal` query i sees keys up to
    i + S - L. `softcap` c > 0: c * tanh(x / c) before the mask. `rows` says what
    a row gives whose scores are all minus infinity (no key), or one of them NaN.
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Optional<Graph_Tensor>:$mask, F64Attr:$scale,
                       DefaultValuedAttr<F64Attr, "0.0">:$softcap,
                       DefaultValuedAttr<Graph_UndefinedRowsAttr, "::tilewright::graph::UndefinedRows::ZeroIfEmpty">:$rows,
                       UnitAttr:$causal);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$query `,` $key `,` $value (`mask` $mask^ `:` type($mask))? `scale` $scale (`causal` $causal^)? (`rows` $rows^)? attr-dict `:` type($query) `,` type($key) `,` type($value) `->` type($result)";
}

//===----------------------------------------------------------------------===//
// Sorting and selection
//===----------------------------------------------------------------------===//

def Graph_TopKOp : Graph_ShapedOp<"top_k"> {
  let summary = "the k largest (or smallest) elements of an axis, sorted, with their indices (i64)";
  let description = [{
    k is the result's size. Equal elements keep their order; NaN counts as the
    largest of all.
  }];
  let arguments = (ins Graph_Tensor:$operand, Graph_IntAttr:$axis, UnitAttr:$smallest);
  let results = (outs Graph_Tensor:$values, Graph_IndexTensor:$indices);
  let assemblyFormat = "$operand `axis` $axis (`smallest` $smallest^)? attr-dict `:` type($operand) `->` type($values) `,` type($indices)";
}

def Graph_NonZeroOp : Graph_Op<"non_zero"> {
  let summary = "coordinates of the elements that are not 0, row-major: [count, rank]";
  let description = [{
    Binds the symbol `count` when it has run: the result's type uses it. The
    result is [count, rank] (ONNX's is its transpose).
  }];
  let arguments = (ins Graph_Tensor:$operand, StrAttr:$count);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "$operand `count` $count attr-dict `:` type($operand) `->` type($result)";
  let hasVerifier = 1;
}

def Graph_UniqueOp : Graph_Op<"unique"> {
  let summary = "ONNX Unique: the distinct elements (or slices of `axis`)";
  let description = [{
    Binds the symbol `count` when it has run. indices, counts: [count]; inverse:
    one entry per element (slice).
  }];
  let arguments = (ins Graph_Tensor:$operand, OptionalAttr<Graph_IntAttr>:$axis, UnitAttr:$sorted, StrAttr:$count);
  let results = (outs Graph_Tensor:$values, Graph_IndexTensor:$indices, Graph_IndexTensor:$inverse, Graph_IndexTensor:$counts);
  let assemblyFormat = "$operand `count` $count attr-dict `:` type($operand) `->` type(results)";
  let hasVerifier = 1;
}

def Graph_NonMaxSuppressionOp : Graph_Op<"non_max_suppression"> {
  let summary = "ONNX NonMaxSuppression: [count, 3] of (batch, class, box)";
  let description = [{
    boxes [B, N, 4], scores [B, C, N]; the three limits are scalars. Binds the
    symbol `count`.
  }];
  let arguments = (ins Graph_FloatTensor:$boxes, Graph_FloatTensor:$scores,
                       Graph_Tensor:$max_per_class, Graph_Tensor:$iou_threshold, Graph_Tensor:$score_threshold,
                       UnitAttr:$center_point_box, StrAttr:$count);
  let results = (outs Graph_IndexTensor:$result);
  let assemblyFormat = "operands `count` $count attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Control flow and kernels
//===----------------------------------------------------------------------===//

def Graph_YieldOp : Graph_Op<"yield", [Pure, ReturnLike, Terminator,
    ParentOneOf<["IfOp", "LoopOp", "KernelOp"]>]> {
  let summary = "ends a region and gives its results";
  let arguments = (ins Variadic<Graph_Tensor>:$operands);
  let assemblyFormat = "($operands^ `:` type($operands))? attr-dict";
}

def Graph_IfOp : Graph_Op<"if", [SingleBlock, NoRegionArguments]> {
  let summary = "runs one of two regions";
  let description = [{
    The regions may use values from outside. Where the branches' result types
    differ in a size, the result's type holds a fresh symbol, which both branches
    bind: `result_symbols` names them, and `then_dims` and `else_dims` hold what
    each is after that branch.
  }];
  let arguments = (ins Graph_BoolTensor:$condition,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$result_symbols,
                       OptionalAttr<Graph_DimsAttr>:$then_dims, OptionalAttr<Graph_DimsAttr>:$else_dims);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$then_region, SizedRegion<1>:$else_region);
  let assemblyFormat = "$condition attr-dict `:` functional-type($condition, $results) $then_region `else` $else_region";
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Graph_LoopOp : Graph_Op<"loop", [SingleBlock, AttrSizedOperandSegments]> {
  let summary = "a loop with carried values and stacked outputs (ONNX Loop and Scan)";
  let description = [{
    Body arguments: iteration (i64, rank 0), then the carried values. The body
    yields: condition (i1, rank 0; true: go on), the carried values, then the
    values to stack. Results: the carried values at the end, then each stacked
    value with a new first axis of size `trips`.

    The loop ends after `max_trips` (absent: no limit) or when the condition is
    false. `trips` is a symbol that is bound when the loop has ended. Carried
    values keep their type; sizes that change from trip to trip are symbols named
    in `carried_symbols`, which hold `next_dims` after each trip and `init_dims`
    before the first; in the result's types they have their last value.
  }];
  let arguments = (ins Optional<Graph_IndexTensor>:$max_trips, Optional<Graph_BoolTensor>:$condition,
                       Variadic<Graph_Tensor>:$carried, StrAttr:$trips,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$carried_symbols,
                       OptionalAttr<Graph_DimsAttr>:$init_dims, OptionalAttr<Graph_DimsAttr>:$next_dims);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "(`max_trips` $max_trips^ `:` type($max_trips))? (`while` $condition^ `:` type($condition))? `carried` `(` $carried `)` `trips` $trips attr-dict `:` functional-type($carried, $results) $body";
  let hasVerifier = 1;
}

def Graph_KernelOp : Graph_Op<"kernel", [IsolatedFromAbove, SingleBlock]> {
  let summary = "one kernel launch: its body runs as one kernel";
  let description = [{
    The unit of code generation, made by `tw-form-kernels`. Block arguments stand
    for the operands, in order, with the same types. `sym_name` is unique in the
    module and names the kernel in plans, profiles and messages.
  }];
  let arguments = (ins StrAttr:$sym_name, Variadic<Graph_Tensor>:$inputs);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `(` $inputs `)` attr-dict-with-keyword `:` functional-type($inputs, $results) $body";
  let hasVerifier = 1;
}

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPS
