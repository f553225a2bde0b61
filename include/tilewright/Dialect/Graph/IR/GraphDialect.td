//===- GraphDialect.td - the tw dialect, its attributes and enums ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHDIALECT
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHDIALECT

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"

def Graph_Dialect : Dialect {
  let name = "tw";
  let summary = "Whole-tensor operations of deep-learning models";
  let description = [{
    The graph dialect: a model as importers leave it. Every value is a ranked
    tensor; spatial ops are channels-last; sizes are constants or expressions
    over named symbols, kept in the tensor type's encoding `#tw.dims`; there are
    no operands that hold shapes. Every op carries the name of the model's node
    as its location.
  }];
  let cppNamespace = "::tilewright::graph";
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{
    void registerAttributes();

    /// Names of the attributes that the dialect puts on other dialects' ops.
    static constexpr ::llvm::StringLiteral symbolsName = "tw.symbols";
    static constexpr ::llvm::StringLiteral metadataName = "tw.metadata";
    static constexpr ::llvm::StringLiteral producerName = "tw.producer";
    static constexpr ::llvm::StringLiteral valueName = "tw.name";
    static constexpr ::llvm::StringLiteral keyName = "tw.key";
  }];
}

class Graph_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Graph_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Graph_DimsAttr : Graph_Attr<"Dims", "dims",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "a list of size expressions";
  let description = [{
    Expressions of `DimExpr`'s language in canonical text:
    `#tw.dims<"N", "floordiv(H + 1, 2)">`; constants are printed bare:
    `#tw.dims<0, "N", 1>`. Other spellings of an expression are parsed and made
    canonical. As the encoding of a tensor type it lists the dynamic axes only,
    in order (none of them constant); as an attribute of an op (slice starts, pad
    widths) it lists every axis.
  }];
  let parameters = (ins OptionalArrayRefParameter<"::mlir::StringAttr">:$texts);
  let hasCustomAssemblyFormat = 1;
  let builders = [AttrBuilder<(ins "::llvm::ArrayRef<::tilewright::DimExpr>":$exprs)>];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The expressions, parsed.
    ::llvm::SmallVector<::tilewright::DimExpr> exprs() const;
  }];
}

def Graph_RangeAttr : Graph_Attr<"Range", "range"> {
  let summary = "what is known of a symbol: lo..hi, a multiple of m";
  let description = [{
    The module attribute `tw.symbols` is a dictionary from symbol to
    `#tw.range<lo, hi, multiple>`; a symbol that is missing there is a size:
    `[0, 2^62]`, multiple 1. Symbols bound from values may be negative.
  }];
  let parameters = (ins "int64_t":$lo, "int64_t":$hi, "int64_t":$multiple);
  let assemblyFormat = "`<` $lo `,` $hi `,` $multiple `>`";
  let genVerifyDecl = 1;
}

class Graph_Enum<string name, string summary,
                 list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tilewright::graph";
  let genSpecializedAttr = 0;
}
class Graph_EnumAttr<EnumInfo info, string attrMnemonic>
    : EnumAttr<Graph_Dialect, info, attrMnemonic> {
  let assemblyFormat = "$value";
}

def Graph_UnaryKind : Graph_Enum<"UnaryKind", "elementwise function of one operand", [
  I32EnumAttrCase<"Abs", 0, "abs">,
  I32EnumAttrCase<"Neg", 1, "neg">,
  I32EnumAttrCase<"Sign", 2, "sign">,
  I32EnumAttrCase<"Exp", 3, "exp">,
  I32EnumAttrCase<"Log", 4, "log">,
  I32EnumAttrCase<"Sqrt", 5, "sqrt">,
  I32EnumAttrCase<"Rsqrt", 6, "rsqrt">,
  I32EnumAttrCase<"Reciprocal", 7, "reciprocal">,
  I32EnumAttrCase<"Floor", 8, "floor">,
  I32EnumAttrCase<"Ceil", 9, "ceil">,
  I32EnumAttrCase<"Round", 10, "round">,      // half to even
  I32EnumAttrCase<"Sin", 11, "sin">,
  I32EnumAttrCase<"Cos", 12, "cos">,
  I32EnumAttrCase<"Tan", 13, "tan">,
  I32EnumAttrCase<"Asin", 14, "asin">,
  I32EnumAttrCase<"Acos", 15, "acos">,
  I32EnumAttrCase<"Atan", 16, "atan">,
  I32EnumAttrCase<"Sinh", 17, "sinh">,
  I32EnumAttrCase<"Cosh", 18, "cosh">,
  I32EnumAttrCase<"Tanh", 19, "tanh">,
  I32EnumAttrCase<"Asinh", 20, "asinh">,
  I32EnumAttrCase<"Acosh", 21, "acosh">,
  I32EnumAttrCase<"Atanh", 22, "atanh">,
  I32EnumAttrCase<"Erf", 23, "erf">,
  I32EnumAttrCase<"Sigmoid", 24, "sigmoid">,
  I32EnumAttrCase<"Not", 25, "not">,          // logical on i1, bitwise on integers
  I32EnumAttrCase<"IsNaN", 26, "isnan">,      // float -> i1
]>;
def Graph_UnaryKindAttr : Graph_EnumAttr<Graph_UnaryKind, "unary_kind">;

def Graph_BinaryKind : Graph_Enum<"BinaryKind", "elementwise function of two operands", [
  I32EnumAttrCase<"Add", 0, "add">,
  I32EnumAttrCase<"Sub", 1, "sub">,
  I32EnumAttrCase<"Mul", 2, "mul">,
  I32EnumAttrCase<"Div", 3, "div">,           // integers: truncates
  I32EnumAttrCase<"Mod", 4, "mod">,           // integers: sign of the divisor (Python)
  I32EnumAttrCase<"Rem", 5, "rem">,           // sign of the dividend (C fmod, %)
  I32EnumAttrCase<"Max", 6, "max">,           // NaN if an operand is NaN
  I32EnumAttrCase<"Min", 7, "min">,
  I32EnumAttrCase<"Pow", 8, "pow">,
  I32EnumAttrCase<"And", 9, "and">,           // logical on i1, bitwise on integers
  I32EnumAttrCase<"Or", 10, "or">,
  I32EnumAttrCase<"Xor", 11, "xor">,
  I32EnumAttrCase<"Shl", 12, "shl">,
  I32EnumAttrCase<"Shr", 13, "shr">,
  I32EnumAttrCase<"Atan2", 14, "atan2">,
]>;
def Graph_BinaryKindAttr : Graph_EnumAttr<Graph_BinaryKind, "binary_kind">;

def Graph_CompareKind : Graph_Enum<"CompareKind", "elementwise comparison", [
  I32EnumAttrCase<"Eq", 0, "eq">,
  I32EnumAttrCase<"Ne", 1, "ne">,
  I32EnumAttrCase<"Lt", 2, "lt">,
  I32EnumAttrCase<"Le", 3, "le">,
  I32EnumAttrCase<"Gt", 4, "gt">,
  I32EnumAttrCase<"Ge", 5, "ge">,
]>;
def Graph_CompareKindAttr : Graph_EnumAttr<Graph_CompareKind, "compare_kind">;

def Graph_ReduceKind : Graph_Enum<"ReduceKind", "how a reduction or scatter combines", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Mean", 1, "mean">,
  I32EnumAttrCase<"Prod", 2, "prod">,
  I32EnumAttrCase<"Max", 3, "max">,           // NaN if an element is NaN
  I32EnumAttrCase<"Min", 4, "min">,
  I32EnumAttrCase<"None", 5, "none">,         // scatter only: the last update wins
]>;
def Graph_ReduceKindAttr : Graph_EnumAttr<Graph_ReduceKind, "reduce_kind">;

def Graph_UndefinedRows : Graph_Enum<"UndefinedRows", "what attention gives where softmax is not defined", [
  I32EnumAttrCase<"ZeroIfEmpty", 0, "zero_if_empty">, // 0 if every score is -inf, NaN if one is NaN
  I32EnumAttrCase<"NaN", 1, "nan">,                   // NaN: softmax as it is
  I32EnumAttrCase<"Zero", 2, "zero">,                 // weights that are NaN count as 0
]>;
def Graph_UndefinedRowsAttr : Graph_EnumAttr<Graph_UndefinedRows, "undefined_rows">;

def Graph_PoolKind : Graph_Enum<"PoolKind", "what a pooling window computes", [
  I32EnumAttrCase<"Max", 0, "max">,
  I32EnumAttrCase<"Sum", 1, "sum">,
  I32EnumAttrCase<"Average", 2, "average">,                    // divides by the elements inside
  I32EnumAttrCase<"AverageWithPadding", 3, "average_with_padding">, // divides by the elements inside the padded input
]>;
def Graph_PoolKindAttr : Graph_EnumAttr<Graph_PoolKind, "pool_kind">;

def Graph_PadMode : Graph_Enum<"PadMode", "what stands outside a padded tensor", [
  I32EnumAttrCase<"Constant", 0, "constant">,
  I32EnumAttrCase<"Reflect", 1, "reflect">,
  I32EnumAttrCase<"Edge", 2, "edge">,
  I32EnumAttrCase<"Wrap", 3, "wrap">,
]>;
def Graph_PadModeAttr : Graph_EnumAttr<Graph_PadMode, "pad_mode">;

def Graph_ResizeMode : Graph_Enum<"ResizeMode", "interpolation", [
  I32EnumAttrCase<"Nearest", 0, "nearest">,
  I32EnumAttrCase<"Linear", 1, "linear">,
  I32EnumAttrCase<"Cubic", 2, "cubic">,
]>;
def Graph_ResizeModeAttr : Graph_EnumAttr<Graph_ResizeMode, "resize_mode">;

def Graph_ResizeCoordinates : Graph_Enum<"ResizeCoordinates", "output to input coordinate of a resize", [
  I32EnumAttrCase<"HalfPixel", 0, "half_pixel">,
  I32EnumAttrCase<"HalfPixelSymmetric", 1, "half_pixel_symmetric">,
  I32EnumAttrCase<"PytorchHalfPixel", 2, "pytorch_half_pixel">,
  I32EnumAttrCase<"AlignCorners", 3, "align_corners">,
  I32EnumAttrCase<"Asymmetric", 4, "asymmetric">,
  I32EnumAttrCase<"TfCropAndResize", 5, "tf_crop_and_resize">,
]>;
def Graph_ResizeCoordinatesAttr : Graph_EnumAttr<Graph_ResizeCoordinates, "resize_coordinates">;

def Graph_NearestRounding : Graph_Enum<"NearestRounding", "rounding of a nearest-neighbour coordinate", [
  I32EnumAttrCase<"RoundPreferFloor", 0, "round_prefer_floor">,
  I32EnumAttrCase<"RoundPreferCeil", 1, "round_prefer_ceil">,
  I32EnumAttrCase<"Floor", 2, "floor">,
  I32EnumAttrCase<"Ceil", 3, "ceil">,
]>;
def Graph_NearestRoundingAttr : Graph_EnumAttr<Graph_NearestRounding, "nearest_rounding">;

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHDIALECT
