// What the verifiers of reductions, normalisations, scans and attention refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// `none` is for scatters only.
func.func @reduce_none(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{none is not a reduction}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reduce none %x axes [0] : tensor<2x3x4xf32> -> tensor<3x4xf32>
  return
}

// -----

// Bools have an any (max) and an all (min), no sum.
func.func @reduce_bools(%x: tensor<2x3xi1>) {
  // expected-error @+2 {{sum expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reduce sum %x axes [0] : tensor<2x3xi1> -> tensor<3xi1>
  return
}

// -----

// Reduced axes are the operand's.
func.func @reduce_axis(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 3, but got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reduce sum %x axes [3] : tensor<2x3x4xf32> -> tensor<2x3xf32>
  return
}

// -----

// Axes have one spelling.
func.func @reduce_order(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected ascending axes, but got 1 before 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reduce sum %x axes [1, 0] : tensor<2x3x4xf32> -> tensor<4xf32>
  return
}

// -----

// An axis is reduced once.
func.func @reduce_twice(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected ascending axes, but got 1 before 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reduce sum %x axes [1, 1] : tensor<2x3x4xf32> -> tensor<2x4xf32>
  return
}

// -----

// The axes leave the shape.
func.func @reduce_result(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<2x4xf32>' are incompatible with return type(s) of operation 'tensor<2x1x4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.reduce sum %x axes [1] : tensor<2x3x4xf32> -> tensor<2x1x4xf32>
  return
}

// -----

// Only an extremum has a place.
func.func @arg_reduce_kind(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected kind max or min, but got sum}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.arg_reduce sum %x axis 1 : tensor<2x3x4xf32> -> tensor<2x4xi64>
  return
}

// -----

// Bools have no order.
func.func @arg_reduce_bools(%x: tensor<2x3xi1>) {
  // expected-error @+2 {{expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.arg_reduce max %x axis 1 : tensor<2x3xi1> -> tensor<2xi64>
  return
}

// -----

// The axis is one of the operand's.
func.func @arg_reduce_axis(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 3, but got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.arg_reduce max %x axis 3 : tensor<2x3x4xf32> -> tensor<2x4xi64>
  return
}

// -----

// Indices are i64.
func.func @arg_reduce_result(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<2x4xi64>' are incompatible with return type(s) of operation 'tensor<2x4xi32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.arg_reduce max %x axis 1 : tensor<2x3x4xf32> -> tensor<2x4xi32>
  return
}

// -----

// Axes are counted from the front only.
func.func @softmax_axis(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 3, but got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.softmax %x axis -1 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// Exponentials are floats.
func.func @softmax_integers(%x: tensor<4xi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor with named dynamic axes (#tw.dims) of 16-bit float or bfloat16 type or 32-bit float or 64-bit float values, but got 'tensor<4xi32>'}}
  %0 = tw.softmax %x axis 0 : tensor<4xi32> -> tensor<4xi32>
  return
}

// -----

// A mean is one of something.
func.func @normalize_axes(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected at least one axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.normalize %x axes [] epsilon 1.0e-5 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// Normalised axes are the operand's.
func.func @normalize_axis(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 3, but got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.normalize %x axes [2, 3] epsilon 1.0e-5 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// A negative epsilon could make a root of a negative number.
func.func @normalize_epsilon(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an epsilon of 0 or more, but got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.normalize %x axes [2] epsilon -1.0 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// NaN is no epsilon.
func.func @normalize_nan(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an epsilon of 0 or more, but got nan}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.normalize %x axes [2] epsilon 0x7FF8000000000000 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// A running mean is no scan.
func.func @scan_kind(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected kind sum, prod, max or min, but got mean}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scan mean %x axis 0 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// Bools have no order.
func.func @scan_bools(%x: tensor<2x3xi1>) {
  // expected-error @+2 {{expected numbers, but got 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scan max %x axis 0 : tensor<2x3xi1> -> tensor<2x3xi1>
  return
}

// -----

// The axis is one of the operand's.
func.func @scan_axis(%x: tensor<2x3x4xf32>) {
  // expected-error @+2 {{expected an axis of a tensor of rank 3, but got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.scan sum %x axis 3 : tensor<2x3x4xf32> -> tensor<2x3x4xf32>
  return
}

// -----

// Heads are an axis of their own.
func.func @attention_rank(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x16xf32>, %v: tensor<2x6x2x32xf32>) {
  // expected-error @+2 {{expected query, key and value of rank 4, but got ranks 4, 3 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x16xf32>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// Query, key and value have one element type.
func.func @attention_types(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf16>, %v: tensor<2x6x2x32xf32>) {
  // expected-error @+2 {{expected query, key and value of one element type, but got 'f32', 'f16' and 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf16>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// A query looks at keys of its own batch.
func.func @attention_key_batch(%q: tensor<2x5x8x16xf32>, %k: tensor<3x6x2x16xf32>, %v: tensor<2x6x2x32xf32>) {
  // expected-error @+2 {{expected equal batch sizes of query and key, but got 2 and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<3x6x2x16xf32>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// A key belongs to a value of its own batch.
func.func @attention_value_batch(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<3x6x2x32xf32>) {
  // expected-error @+2 {{expected equal batch sizes of key and value, but got 2 and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf32>, tensor<3x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// Every key has a value.
func.func @attention_lengths(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x7x2x32xf32>) {
  // expected-error @+2 {{expected equal sequence lengths of key and value, but got 6 and 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf32>, tensor<2x7x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// Keys and values are grouped alike.
func.func @attention_groups(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x4x32xf32>) {
  // expected-error @+2 {{expected equal numbers of groups of key and value, but got 2 and 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x4x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// Queries are contracted with keys.
func.func @attention_head_size(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x8xf32>, %v: tensor<2x6x2x32xf32>) {
  // expected-error @+2 {{expected equal head sizes of query and key, but got 16 and 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x8xf32>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// Every group serves as many heads.
func.func @attention_heads(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x3x16xf32>, %v: tensor<2x6x3x32xf32>) {
  // expected-error @+2 {{expected a number of heads divisible by the number of groups, but got 8 and 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x3x16xf32>, tensor<2x6x3x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// No groups serve no heads.
func.func @attention_no_groups(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x0x16xf32>, %v: tensor<2x6x0x32xf32>) {
  // expected-error @+2 {{expected a number of heads divisible by the number of groups, but got 8 and 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x0x16xf32>, tensor<2x6x0x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// A mask chooses or is added.
func.func @attention_mask_type(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x32xf32>,
                               %m: tensor<5x6xi8>) {
  // expected-error @+2 {{expected a mask of i1 or 'f32', but got 'i8'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v mask %m : tensor<5x6xi8> scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// A mask has an entry per query and key, up to broadcasting.
func.func @attention_mask_shape(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x32xf32>,
                                %m: tensor<5x7xf32>) {
  // expected-error @+2 {{expected a mask that broadcasts to [2, 8, 5, 6], but got [5, 7]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v mask %m : tensor<5x7xf32> scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}

// -----

// The mask is repeated, the scores are not.
func.func @attention_mask_rank(%q: tensor<2x5x8x16xf32>, %k: tensor<2x6x2x16xf32>, %v: tensor<2x6x2x32xf32>,
                               %m: tensor<3x2x8x5x6xf32>) {
  // expected-error @+2 {{expected a mask that broadcasts to [2, 8, 5, 6], but got [3, 2, 8, 5, 6]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = tw.attention %q, %k, %v mask %m : tensor<3x2x8x5x6xf32> scale 0.25
    : tensor<2x5x8x16xf32>, tensor<2x6x2x16xf32>, tensor<2x6x2x32xf32> -> tensor<2x5x8x32xf32>
  return
}
