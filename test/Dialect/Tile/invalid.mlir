// RUN: tw-opt %s --split-input-file --verify-diagnostics

func.func @load_rank(%b: memref<?x?xf32>, %i: index) {
  // expected-error @+1 {{expected tile and buffer of the same rank, but got 1 and 2}}
  %t = tile.load %b[%i] valid [0 to 8] strides [1] : memref<?x?xf32> -> tensor<8xf32>
  return
}

// -----

func.func @load_element(%b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{tile holds 'f16', but the buffer holds 'f32'}}
  %t = tile.load %b[%i] valid [0 to 8] strides [1] : memref<?xf32> -> tensor<8xf16>
  return
}

// -----

func.func @load_offsets(%b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{expected 1 offsets, but got 2}}
  %t = tile.load %b[%i, %i] valid [0 to 8] strides [1] : memref<?xf32> -> tensor<8xf32>
  return
}

// -----

func.func @load_bounds(%b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{expected bounds for 1 axes, but got 2}}
  %t = tile.load %b[%i] valid [0 to 8, 0 to 8] strides [1] : memref<?xf32> -> tensor<8xf32>
  return
}

// -----

func.func @bound_outside(%b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{bound 9 of axis 0 is outside 0 to 8}}
  %t = tile.load %b[%i] valid [0 to 9] strides [1] : memref<?xf32> -> tensor<8xf32>
  return
}

// -----

func.func @fill_type(%b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{fill has type 'f64', but the tile holds 'f32'}}
  %t = tile.load %b[%i] valid [0 to 8] strides [1] fill 0.0 : f64 : memref<?xf32> -> tensor<8xf32>
  return
}

// -----

func.func @bool_buffer(%i: index) {
  // A bool is a byte in memory.
  // expected-error @+1 {{must be memref of 8-bit signless integer}}
  %t = tile.scratch() : memref<8xi1>
  return
}

// -----

func.func @store_repeats(%t: tensor<8xf32>, %b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{stride 0 of axis 0 writes one element more than once}}
  tile.store %t, %b[%i] valid [0 to 8] strides [0] : tensor<8xf32>, memref<?xf32>
  return
}

// -----

func.func @gather_axes(%b: memref<?x4xf32>, %c: tensor<8xi64>) {
  // expected-error @+1 {{expected a tile of coordinates for each of 2 axes, but got 1}}
  %t = tile.gather %b[%c : tensor<8xi64>] valid [0 to 8] : memref<?x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @gather_shape(%b: memref<?xf32>, %c: tensor<4xi64>) {
  // expected-error @+1 {{coordinates 'tensor<4xi64>' do not have the shape of the result 'tensor<8xf32>'}}
  %t = tile.gather %b[%c : tensor<4xi64>] valid [0 to 8] : memref<?xf32> -> tensor<8xf32>
  return
}

// -----

func.func @dot_k(%a: tensor<8x4xf32>, %b: tensor<8x4xf32>, %c: tensor<8x4xf32>) {
  // expected-error @+1 {{k is 4 in lhs and 8 in rhs}}
  %d = tile.dot %a, %b, %c : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @dot_batch(%a: tensor<2x8x4xf32>, %b: tensor<3x4x4xf32>, %c: tensor<2x8x4xf32>) {
  // expected-error @+1 {{sizes of batch axis 0 differ: 2, 3 and 2}}
  %d = tile.dot %a, %b, %c : tensor<2x8x4xf32>, tensor<3x4x4xf32> -> tensor<2x8x4xf32>
  return
}

// -----

func.func @dot_narrow(%a: tensor<8x4xf32>, %b: tensor<4x4xf32>, %c: tensor<8x4xf16>) {
  // expected-error @+1 {{cannot accumulate 'f32' in 'f16'}}
  %d = tile.dot %a, %b, %c : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf16>
  return
}

// -----

func.func @reduce_kind(%t: tensor<8xi32>) {
  // expected-error @+1 {{kind addf does not combine 'i32'}}
  %r = tile.reduce <addf> %t axis 0 : tensor<8xi32> -> tensor<i32>
  return
}

// -----

func.func @reduce_axis(%t: tensor<8xf32>) {
  // expected-error @+1 {{axis 1 is outside the rank 1}}
  %r = tile.scan <addf> %t axis 1 : tensor<8xf32>
  return
}

// -----

func.func @reduce_type(%t: tensor<8x4xf32>) {
  // expected-error @+1 {{expected the result 'tensor<8xf32>', but got 'tensor<4xf32>'}}
  %r = tile.reduce <addf> %t axis 1 : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @broadcast(%t: tensor<2x4xf32>) {
  // expected-error @+1 {{cannot repeat axis 0 of size 2 to 8}}
  %r = tile.broadcast %t : tensor<2x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @transpose(%t: tensor<2x4xf32>) {
  // expected-error @+1 {{expected a permutation of the 2 axes}}
  %r = tile.transpose %t [0, 0] : tensor<2x4xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @reshape(%t: tensor<2x4xf32>) {
  // expected-error @+1 {{operand has 8 elements, but the result has 9}}
  %r = tile.reshape %t : tensor<2x4xf32> -> tensor<9xf32>
  return
}

// -----

func.func @iota(%i: index) {
  // expected-error @+1 {{axis 2 is outside the rank 1}}
  %r = tile.iota %i axis 2 : tensor<8xindex>
  return
}

// -----

func.func @scratch(%i: index) {
  // expected-error @+1 {{expected 1 sizes, but got 2}}
  %r = tile.scratch(%i, %i) : memref<?xf32>
  return
}

// -----

func.func @dynamic_tile(%b: memref<?xf32>, %i: index) {
  // expected-error @+1 {{must be statically shaped tensor}}
  %t = tile.load %b[%i] valid [0 to 8] strides [1] : memref<?xf32> -> tensor<?xf32>
  return
}
