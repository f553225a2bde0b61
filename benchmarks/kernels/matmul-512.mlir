func.func @mm(%a: memref<512x512xf32> {tile.dims = ["512", "512"]},
              %b: memref<512x512xf32> {tile.dims = ["512", "512"]},
              %c: memref<512x512xf32> {tile.dims = ["512", "512"]})
    attributes {tile.kernel, tile.sizes = [], tile.inputs = 2 : i64, tile.blocks = "1024"} {
  %zero = arith.constant dense<0.0> : tensor<8x32xf32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 512 : index
  %c512 = arith.constant 512 : index
  scf.forall (%j, %i) = (0, 0) to (512, 512) step (32, 8) {
    %acc = scf.for %k = %c0 to %c512 step %c16 iter_args(%x = %zero) -> (tensor<8x32xf32>) {
      %ta = tile.load %a[%i, %k] valid [0 to 8, 0 to 512] strides [1, 1] : memref<512x512xf32> -> tensor<8x512xf32>
      %tb = tile.load %b[%k, %j] valid [0 to 512, 0 to 32] strides [1, 1] : memref<512x512xf32> -> tensor<512x32xf32>
      %d = tile.dot %ta, %tb, %x : tensor<8x512xf32>, tensor<512x32xf32> -> tensor<8x32xf32>
      scf.yield %d : tensor<8x32xf32>
    }
    tile.store %acc, %c[%i, %j] valid [0 to 8, 0 to 32] strides [1, 1] : tensor<8x32xf32>, memref<512x512xf32>
  }
  return
}
