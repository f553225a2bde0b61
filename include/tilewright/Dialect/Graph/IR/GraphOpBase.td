//===- GraphOpBase.td - types and base classes of the ops of tw -----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPBASE
#define TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPBASE

include "tilewright/Dialect/Graph/IR/GraphDialect.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

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

#endif // TILEWRIGHT_DIALECT_GRAPH_IR_GRAPHOPBASE
