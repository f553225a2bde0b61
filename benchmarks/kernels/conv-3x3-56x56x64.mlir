#in = affine_map<(d0, d1) -> (d0 + d1 - 1)>
#lo = affine_map<(d0) -> (-d0, 8)>
#hi = affine_map<(d0) -> (-d0 + 56, 8)>
#pos = affine_map<(d0) -> (d0, 0)>
#one = affine_map<(d0) -> (-d0, 1)>
#oneh = affine_map<(d0) -> (-d0 + 56, 1)>
func.func @conv(%x: memref<56x56x64xf32> {tile.dims = ["56", "56", "64"]},
                %w: memref<3x3x64x64xf32> {tile.dims = ["3", "3", "64", "64"]},
                %y: memref<56x56x64xf32> {tile.dims = ["56", "56", "64"]})
    attributes {tile.kernel, tile.sizes = [], tile.inputs = 2 : i64, tile.blocks = "784"} {
  %zero = arith.constant dense<0.0> : tensor<8x32xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.forall (%oc, %oh, %ow) = (0, 0, 0) to (64, 56, 56) step (32, 1, 8) {
    %acc = scf.for %kh = %c0 to %c3 step %c1 iter_args(%p = %zero) -> (tensor<8x32xf32>) {
      %ih = affine.apply #in(%oh, %kh)
      %hl0 = affine.min #one(%ih)
      %hl = affine.max #pos(%hl0)
      %hh0 = affine.min #oneh(%ih)
      %hh = affine.max #pos(%hh0)
      %acc2 = scf.for %kw = %c0 to %c3 step %c1 iter_args(%q = %p) -> (tensor<8x32xf32>) {
        %iw = affine.apply #in(%ow, %kw)
        %wl0 = affine.min #lo(%iw)
        %wl = affine.max #pos(%wl0)
        %wh0 = affine.min #hi(%iw)
        %wh = affine.max #pos(%wh0)
        %t = tile.load %x[%ih, %iw, %c0] valid [%hl to %hh, %wl to %wh, 0 to 64] strides [1, 1, 1] fill 0.0 : f32 : memref<56x56x64xf32> -> tensor<1x8x64xf32>
        %t1 = tile.reshape %t : tensor<1x8x64xf32> -> tensor<8x64xf32>
        %f = tile.load %w[%kh, %kw, %c0, %oc] valid [0 to 1, 0 to 1, 0 to 64, 0 to 32] strides [1, 1, 1, 1] : memref<3x3x64x64xf32> -> tensor<1x1x64x32xf32>
        %f1 = tile.reshape %f : tensor<1x1x64x32xf32> -> tensor<64x32xf32>
        %d = tile.dot %t1, %f1, %q : tensor<8x64xf32>, tensor<64x32xf32> -> tensor<8x32xf32>
        scf.yield %d : tensor<8x32xf32>
      }
      scf.yield %acc2 : tensor<8x32xf32>
    }
    %r = arith.maximumf %acc, %zero : tensor<8x32xf32>
    %out = tile.reshape %r : tensor<8x32xf32> -> tensor<1x8x32xf32>
    tile.store %out, %y[%oh, %ow, %oc] valid [0 to 1, 0 to 8, 0 to 32] strides [1, 1, 1] : tensor<1x8x32xf32>, memref<56x56x64xf32>
  }
  return
}
