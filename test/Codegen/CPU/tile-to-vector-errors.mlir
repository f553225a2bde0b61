// RUN: tw-opt %s -tile-to-vector -split-input-file -verify-diagnostics

// A buffer's size must follow from the kernel's size arguments.
// expected-error @below {{the size 'N*M' needs 'M', which is not among tile.sizes}}
func.func @unknown(%x: memref<?xf32> {tile.dims = ["N*M"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 0 : i64, tile.blocks = "1"} {
  return
}

// -----

// expected-error @below {{has 1 index arguments, but tile.sizes has 2}}
func.func @count(%N: index)
    attributes {tile.kernel, tile.sizes = ["N", "M"], tile.inputs = 0 : i64, tile.blocks = "1"} {
  return
}

// -----

// expected-error @below {{buffer argument 0 has rank 1, but tile.dims has 2 sizes}}
func.func @rank(%x: memref<?xf32> {tile.dims = ["N", "M"]}, %N: index)
    attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 0 : i64, tile.blocks = "1"} {
  return
}

// -----

// expected-error @below {{expected tile.blocks, a string}}
func.func @blocks() attributes {tile.kernel, tile.sizes = [], tile.inputs = 0 : i64} {
  return
}

// -----

// expected-error @below {{argument 0 is 'f32', but a kernel takes memrefs and index values}}
func.func @scalar(%x: f32) attributes {tile.kernel, tile.sizes = [], tile.inputs = 0 : i64, tile.blocks = "1"} {
  return
}

// -----

// Scratch that depends on the block has no size before the launch.
func.func @scratch(%N: index) attributes {tile.kernel, tile.sizes = ["N"], tile.inputs = 0 : i64, tile.blocks = "N"} {
  scf.forall (%i) = (0) to (%N) step (1) {
    // expected-error @below {{size 0 is not a function of the kernel's sizes}}
    %b = tile.scratch(%i) : memref<?xf32>
  }
  return
}

// -----

// Only the ops on buffers that a kernel has.
func.func @copy(%x: memref<4xf32> {tile.dims = ["4"]}, %y: memref<4xf32> {tile.dims = ["4"]})
    attributes {tile.loops, tile.sizes = [], tile.inputs = 1 : i64, tile.blocks = "1"} {
  scf.forall (%i) = (0) to (1) step (1) {
    // expected-error @below {{is not among the ops on buffers that a kernel has}}
    memref.copy %x, %y : memref<4xf32> to memref<4xf32>
  }
  return
}
