// Shape arithmetic and the ranges of symbols.
// RUN: tw-opt %s --split-input-file --tw-simplify-shapes | FileCheck %s

// The description's example: expressions that are equal get one form, the check
// goes, the product is a list of one size.
module attributes {tw.symbols = {W = #tw.range<8, 640, 8>}} {
// CHECK-LABEL: func.func @multiples
// CHECK-NEXT: %[[P:.*]] = tw.from_dims <"N*floordiv(W, 8)"> : tensor<1xi64>
// CHECK-NEXT: %[[S:.*]] = tw.reshape %[[P]] : tensor<1xi64> -> tensor<i64>
// CHECK-NEXT: return %[[S]]
func.func @multiples(%x: tensor<?x?xf32, #tw.dims<"N", "W">>) -> tensor<i64> {
  %s = tw.from_dims <"N", "floordiv(W + 7, 8)"> : tensor<2xi64>
  %p = tw.reduce prod %s axes [0] : tensor<2xi64> -> tensor<i64>
  tw.check_dims <"floordiv(W + 7, 8)"> equals <"floordiv(W, 8)">, "joined"
  return %p : tensor<i64>
}
}

// -----

// Types are written in the same form, also what the function returns.
module attributes {tw.symbols = {H = #tw.range<32, 640, 32>}} {
// CHECK-LABEL: func.func @types
// CHECK-SAME: -> tensor<?xf32, #tw.dims<"2*floordiv(H, 32)">>
// CHECK-NEXT: tw.slice %arg0 {{.*}} -> tensor<?xf32, #tw.dims<"2*floordiv(H, 32)">>
// CHECK-NEXT: tw.slice %arg0 {{.*}} -> tensor<?xf32, #tw.dims<"2*floordiv(H, 32)">>
// CHECK-NEXT: tw.binary add
// CHECK-NEXT: return
func.func @types(%x: tensor<?xf32, #tw.dims<"H">>) -> tensor<?xf32, #tw.dims<"floordiv(H + 15, 16)">> {
  %a = tw.slice %x starts <0> steps [16] : tensor<?xf32, #tw.dims<"H">> -> tensor<?xf32, #tw.dims<"floordiv(H + 15, 16)">>
  %b = tw.slice %x starts <0> steps [16] : tensor<?xf32, #tw.dims<"H">> -> tensor<?xf32, #tw.dims<"2*floordiv(H + 31, 32)">>
  tw.check_dims <"floordiv(H + 15, 16)"> equals <"2*floordiv(H + 31, 32)">, "operands"
  %c = tw.binary add %a, %b : tensor<?xf32, #tw.dims<"floordiv(H + 15, 16)">>, tensor<?xf32, #tw.dims<"2*floordiv(H + 31, 32)">> -> tensor<?xf32, #tw.dims<"floordiv(H + 15, 16)">>
  return %c : tensor<?xf32, #tw.dims<"floordiv(H + 15, 16)">>
}
}

// -----

// Nothing says that this holds (it does: one of two neighbours is even).
// CHECK-LABEL: func.func @open
// CHECK: tw.check_dims <"H*H + H"> equals <"2*floordiv(H*H + H, 2)">
func.func @open(%x: tensor<?xf32, #tw.dims<"H">>) -> tensor<?xf32, #tw.dims<"H">> {
  tw.check_dims <"H*H + H"> equals <"2*floordiv(H*H + H, 2)">, "operands"
  return %x : tensor<?xf32, #tw.dims<"H">>
}

// -----

// Gather, slice, concat and arithmetic on shapes; another integer type is a
// cast of the list.
// CHECK-LABEL: func.func @arithmetic
// CHECK-NEXT: %[[D:.*]] = tw.from_dims <"2*N", "H*W - 1"> : tensor<2xi64>
// CHECK-NEXT: %[[C:.*]] = tw.cast %[[D]] : tensor<2xi64> -> tensor<2xi32>
// CHECK-NEXT: return %[[C]]
func.func @arithmetic(%x: tensor<?x?x?xf32, #tw.dims<"N", "H", "W">>) -> tensor<2xi32> {
  %s = tw.from_dims <"N", "H", "W"> : tensor<3xi64>
  %zero = tw.constant dense<0> : tensor<1xi64>
  %two = tw.constant dense<2> : tensor<i64>
  %one = tw.constant dense<1> : tensor<1xi32>
  %n = tw.gather %s, %zero axis 0 : tensor<3xi64>, tensor<1xi64> -> tensor<1xi64>
  %nn = tw.binary mul %n, %two : tensor<1xi64>, tensor<i64> -> tensor<1xi64>
  %hw = tw.slice %s starts <1> steps [1] : tensor<3xi64> -> tensor<2xi64>
  %area = tw.reduce prod %hw axes [0] : tensor<2xi64> -> tensor<i64>
  %a1 = tw.reshape %area : tensor<i64> -> tensor<1xi64>
  %a2 = tw.cast %a1 : tensor<1xi64> -> tensor<1xi32>
  %a3 = tw.binary sub %a2, %one : tensor<1xi32>, tensor<1xi32> -> tensor<1xi32>
  %n2 = tw.cast %nn : tensor<1xi64> -> tensor<1xi32>
  %all = tw.concat %n2, %a3 axis 0 : tensor<1xi32>, tensor<1xi32> -> tensor<2xi32>
  return %all : tensor<2xi32>
}

// -----

// Floor of a scaled size; Where and Equal of sizes; ranges of known numbers.
// CHECK-LABEL: func.func @floats
// CHECK-DAG: %[[A:.*]] = tw.from_dims <"floordiv(N, 2)"> : tensor<1xi64>
// CHECK-DAG: %[[B:.*]] = tw.from_dims <3, "N"> : tensor<2xi64>
// CHECK-DAG: %[[C:.*]] = tw.from_dims <"N", "N + 2", "N + 4"> : tensor<3xi64>
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @floats(%x: tensor<?x3xf32, #tw.dims<"N">>) -> (tensor<1xi64>, tensor<2xi64>, tensor<3xi64>) {
  %n = tw.from_dims <"N"> : tensor<1xi64>
  %half = tw.constant dense<0.5> : tensor<f32>
  %f = tw.cast %n : tensor<1xi64> -> tensor<1xf32>
  %g = tw.binary mul %f, %half : tensor<1xf32>, tensor<f32> -> tensor<1xf32>
  %h = tw.unary floor %g : tensor<1xf32> -> tensor<1xf32>
  %i = tw.cast %h : tensor<1xf32> -> tensor<1xi64>
  %want = tw.constant dense<[-1, 1]> : tensor<2xi64>
  %minus = tw.constant dense<-1> : tensor<2xi64>
  %is = tw.compare eq %want, %minus : tensor<2xi64>, tensor<2xi64> -> tensor<2xi1>
  %three = tw.from_dims <3, "N"> : tensor<2xi64>
  %s = tw.select %is, %three, %three : tensor<2xi1>, tensor<2xi64>, tensor<2xi64> -> tensor<2xi64>
  %two = tw.constant dense<2> : tensor<i64>
  %start = tw.reshape %n : tensor<1xi64> -> tensor<i64>
  %r = tw.range %start, %two : tensor<i64>, tensor<i64> -> tensor<3xi64>
  return %i, %s, %r : tensor<1xi64>, tensor<2xi64>, tensor<3xi64>
}

// -----

// The range decides the comparison, that the branch.
module attributes {tw.symbols = {N = #tw.range<1, 32, 1>}} {
// CHECK-LABEL: func.func @branch
// CHECK-NOT: tw.if
// CHECK: %[[Y:.*]] = tw.unary neg %arg0
// CHECK-NEXT: return %[[Y]]
func.func @branch(%x: tensor<?xf32, #tw.dims<"N">>) -> tensor<?xf32, #tw.dims<"N">> {
  %n = tw.from_dims <"N"> : tensor<1xi64>
  %s = tw.reshape %n : tensor<1xi64> -> tensor<i64>
  %limit = tw.constant dense<64> : tensor<i64>
  %c = tw.compare lt %s, %limit : tensor<i64>, tensor<i64> -> tensor<i1>
  %y = tw.if %c : (tensor<i1>) -> tensor<?xf32, #tw.dims<"N">> {
    %a = tw.unary neg %x : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"N">>
    tw.yield %a : tensor<?xf32, #tw.dims<"N">>
  } else {
    tw.yield %x : tensor<?xf32, #tw.dims<"N">>
  }
  return %y : tensor<?xf32, #tw.dims<"N">>
}
}

// -----

// A check that never holds goes with the branch that is never taken.
module attributes {tw.symbols = {N = #tw.range<1, 1, 1>}} {
// CHECK-LABEL: func.func @never_taken
// CHECK-NOT: tw.if
// CHECK-NOT: tw.check_dims
// CHECK: return %arg0
func.func @never_taken(%x: tensor<4xf32>, %z: tensor<?xf32, #tw.dims<"N">>) -> tensor<4xf32> {
  %n = tw.from_dims <"N"> : tensor<1xi64>
  %s = tw.reshape %n : tensor<1xi64> -> tensor<i64>
  %limit = tw.constant dense<64> : tensor<i64>
  %c = tw.compare lt %s, %limit : tensor<i64>, tensor<i64> -> tensor<i1>
  %y = tw.if %c : (tensor<i1>) -> tensor<4xf32> {
    tw.yield %x : tensor<4xf32>
  } else {
    tw.check_dims <"N"> equals <2>, "sizes of operands"
    tw.yield %x : tensor<4xf32>
  }
  return %y : tensor<4xf32>
}
}

// -----

// What a symbol is bound to is known after all; one that is bound to data stays,
// and arithmetic behind it is on its symbol.
// CHECK-LABEL: func.func @bound
// CHECK-NOT: as ["a"]
// CHECK: tw.slice %arg0 {{.*}} -> tensor<?xf32, #tw.dims<"floordiv(N, 2)">>
// CHECK: tw.bind_dims %arg1 as ["b"]
// CHECK: tw.from_dims <"2*b"> : tensor<1xi64>
// CHECK: return
func.func @bound(%x: tensor<?xf32, #tw.dims<"N">>, %d: tensor<1xi64>) -> (tensor<?xf32, #tw.dims<"a">>, tensor<1xi64>) {
  %n = tw.from_dims <"N"> : tensor<1xi64>
  %two = tw.constant dense<2> : tensor<1xi64>
  %h = tw.binary div %n, %two : tensor<1xi64>, tensor<1xi64> -> tensor<1xi64>
  tw.bind_dims %h as ["a"] : tensor<1xi64>
  %s = tw.slice %x starts <0> steps [1] : tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"a">>
  tw.bind_dims %d as ["b"] : tensor<1xi64>
  %e = tw.binary mul %d, %two : tensor<1xi64>, tensor<1xi64> -> tensor<1xi64>
  return %s, %e : tensor<?xf32, #tw.dims<"a">>, tensor<1xi64>
}

// -----

// In front of the binding the value has no name yet.
// CHECK-LABEL: func.func @before
// CHECK-NEXT: %[[TWO:.*]] = tw.constant
// CHECK-NEXT: %[[E:.*]] = tw.binary mul %arg0, %[[TWO]]
// CHECK-NEXT: tw.bind_dims %[[E]] as ["b"]
func.func @before(%d: tensor<1xi64>) -> tensor<1xi64> {
  %two = tw.constant dense<2> : tensor<1xi64>
  %e = tw.binary mul %d, %two : tensor<1xi64>, tensor<1xi64> -> tensor<1xi64>
  tw.bind_dims %e as ["b"] : tensor<1xi64>
  return %e : tensor<1xi64>
}

// -----

// A grid of coordinates, as PyTorch exports mask[arange(N)[:, None], arange(3)].
// CHECK-LABEL: func.func @grid
// CHECK-NOT: tw.gather_nd
// CHECK: return %arg0
func.func @grid(%x: tensor<?x3xi1, #tw.dims<"N">>) -> tensor<?x3xi1, #tw.dims<"N">> {
  %zero = tw.constant dense<0> : tensor<i64>
  %one = tw.constant dense<1> : tensor<i64>
  %r = tw.range %zero, %one : tensor<i64>, tensor<i64> -> tensor<?xi64, #tw.dims<"N">>
  %r1 = tw.reshape %r : tensor<?xi64, #tw.dims<"N">> -> tensor<?x1xi64, #tw.dims<"N">>
  %i = tw.broadcast %r1 : tensor<?x1xi64, #tw.dims<"N">> -> tensor<?x3xi64, #tw.dims<"N">>
  %i1 = tw.reshape %i : tensor<?x3xi64, #tw.dims<"N">> -> tensor<?x3x1xi64, #tw.dims<"N">>
  %c = tw.constant dense<[0, 1, 2]> : tensor<3xi64>
  %j = tw.broadcast %c : tensor<3xi64> -> tensor<?x3xi64, #tw.dims<"N">>
  %j1 = tw.reshape %j : tensor<?x3xi64, #tw.dims<"N">> -> tensor<?x3x1xi64, #tw.dims<"N">>
  %g = tw.concat %i1, %j1 axis 2 : tensor<?x3x1xi64, #tw.dims<"N">>, tensor<?x3x1xi64, #tw.dims<"N">> -> tensor<?x3x2xi64, #tw.dims<"N">>
  %y = tw.gather_nd %x, %g batch_dims 0 : tensor<?x3xi1, #tw.dims<"N">>, tensor<?x3x2xi64, #tw.dims<"N">> -> tensor<?x3xi1, #tw.dims<"N">>
  return %y : tensor<?x3xi1, #tw.dims<"N">>
}

// -----

// The grid counts the columns first (a transpose), or backwards, or takes a part.
// CHECK-LABEL: func.func @other_grids
// CHECK-COUNT-3: tw.gather_nd
func.func @other_grids(%x: tensor<3x3xf32>, %z: tensor<4x3xf32>) -> (tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>) {
  %c = tw.constant dense<[0, 1, 2]> : tensor<3xi64>
  %d = tw.constant dense<[2, 1, 0]> : tensor<3xi64>
  %row = tw.reshape %c : tensor<3xi64> -> tensor<3x1x1xi64>
  %i = tw.broadcast %row : tensor<3x1x1xi64> -> tensor<3x3x1xi64>
  %column = tw.reshape %c : tensor<3xi64> -> tensor<3x1xi64>
  %j = tw.broadcast %column : tensor<3x1xi64> -> tensor<3x3x1xi64>
  %down = tw.reshape %d : tensor<3xi64> -> tensor<3x1xi64>
  %k = tw.broadcast %down : tensor<3x1xi64> -> tensor<3x3x1xi64>
  %g1 = tw.concat %j, %i axis 2 : tensor<3x3x1xi64>, tensor<3x3x1xi64> -> tensor<3x3x2xi64>
  %g2 = tw.concat %i, %k axis 2 : tensor<3x3x1xi64>, tensor<3x3x1xi64> -> tensor<3x3x2xi64>
  %g3 = tw.concat %i, %j axis 2 : tensor<3x3x1xi64>, tensor<3x3x1xi64> -> tensor<3x3x2xi64>
  %y1 = tw.gather_nd %x, %g1 batch_dims 0 : tensor<3x3xf32>, tensor<3x3x2xi64> -> tensor<3x3xf32>
  %y2 = tw.gather_nd %x, %g2 batch_dims 0 : tensor<3x3xf32>, tensor<3x3x2xi64> -> tensor<3x3xf32>
  %y3 = tw.gather_nd %z, %g3 batch_dims 0 : tensor<4x3xf32>, tensor<3x3x2xi64> -> tensor<3x3xf32>
  return %y1, %y2, %y3 : tensor<3x3xf32>, tensor<3x3xf32>, tensor<3x3xf32>
}
