
#m8 = affine_map<(d0)[s0] -> (s0 - d0, 8)>
#n32 = affine_map<(d0)[s0] -> (s0 - d0, 32)>
#k16 = affine_map<(d0)[s0] -> (s0 - d0, 16)>
func.func @mm(%a: memref<?x?xf32> {tile.dims = ["M", "K"]},
              %b: memref<?x?xf32> {tile.dims = ["K", "N"]},
              %bias: memref<?xf32> {tile.dims = ["N"]},
              %c: memref<?x?xf32> {tile.dims = ["M", "N"]},
              %M: index, %N: index, %K: index)
    attributes {tile.kernel, tile.sizes = ["M", "N", "K"], tile.inputs = 3 : i64,
                tile.blocks = "ceildiv(M, 8)*ceildiv(N, 32)"} {
  %zero = arith.constant dense<0.0> : tensor<8x32xf32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  scf.forall (%i, %j) = (0, 0) to (%M, %N) step (8, 32) {
    %m = affine.min #m8(%i)[%M]
    %n = affine.min #n32(%j)[%N]
    %acc = scf.for %k = %c0 to %K step %c16 iter_args(%x = %zero) -> (tensor<8x32xf32>) {
      %q = affine.min #k16(%k)[%K]
      %ta = tile.load %a[%i, %k] valid [0 to %m, 0 to %q] strides [1, 1] fill 0.0 : f32 : memref<?x?xf32> -> tensor<8x16xf32>
      %tb = tile.load %b[%k, %j] valid [0 to %q, 0 to %n] strides [1, 1] fill 0.0 : f32 : memref<?x?xf32> -> tensor<16x32xf32>
      %d = tile.dot %ta, %tb, %x : tensor<8x16xf32>, tensor<16x32xf32> -> tensor<8x32xf32>
      scf.yield %d : tensor<8x32xf32>
    }
    %t = tile.load %bias[%j] valid [0 to %n] strides [1] : memref<?xf32> -> tensor<32xf32>
    %t1 = tile.reshape %t : tensor<32xf32> -> tensor<1x32xf32>
    %t2 = tile.broadcast %t1 : tensor<1x32xf32> -> tensor<8x32xf32>
    %s = arith.addf %acc, %t2 : tensor<8x32xf32>
    %r = arith.maximumf %s, %zero : tensor<8x32xf32>
    tile.store %r, %c[%i, %j] valid [0 to %m, 0 to %n] strides [1, 1] : tensor<8x32xf32>, memref<?x?xf32>
  }
  return
}
