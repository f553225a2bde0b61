// What is wrong with a schedule is said.
// RUN: tw-opt %s --tw-tile-kernels --split-input-file --verify-diagnostics

// One number for each axis of the results.
// expected-error @+1 {{expected a schedule with arrays 'block' and 'tile' of 2 numbers, the rank of the results}}
func.func @kernel(%x: tensor<4x20xf32>) -> tensor<4x20xf32>
    attributes {tile.sizes = [], tile.schedule = {block = array<i64: 1>, tile = array<i64: 1>}} {
  return %x : tensor<4x20xf32>
}

// -----

// Blocks are not negative.
// expected-error @+1 {{expected every tile of a schedule to divide its block, but got 8 and -8}}
func.func @kernel(%x: tensor<4x20xf32>) -> tensor<4x20xf32>
    attributes {tile.sizes = [], tile.schedule = {block = array<i64: -8, 16>, tile = array<i64: 8, 16>}} {
  return %x : tensor<4x20xf32>
}

// -----

// A block is whole tiles.
// expected-error @+1 {{expected every tile of a schedule to divide its block, but got 3 and 4}}
func.func @kernel(%x: tensor<4x20xf32>) -> tensor<4x20xf32>
    attributes {tile.sizes = [], tile.schedule = {block = array<i64: 4, 16>, tile = array<i64: 3, 16>}} {
  return %x : tensor<4x20xf32>
}

// -----

// Steps of reductions are positive.
// expected-error @+1 {{expected a positive 'reduction' of a schedule, but got 0}}
func.func @kernel(%x: tensor<4x20xf32>) -> tensor<4x20xf32>
    attributes {tile.sizes = [], tile.schedule = {block = array<i64: 1, 16>, tile = array<i64: 1, 16>, reduction = 0 : i64}} {
  return %x : tensor<4x20xf32>
}
