// What the attributes of tw and the types that hold them refuse.
// RUN: tw-opt %s --split-input-file --verify-diagnostics

// A size expression must parse; the message says where it does not.
// expected-error @+1 {{size expression 'N +', column 4: expected a number, a symbol or '('}}
func.func @dims_syntax(%x: tensor<?xf32, #tw.dims<"N +">>)

// -----

// Every dynamic axis has an expression.
// expected-error @+1 {{expected one size expression for each of 2 dynamic axes, but got 1}}
func.func private @dims_count(%x: tensor<?x?xf32, #tw.dims<"N">>)

// -----

// Static axes have none.
// expected-error @+1 {{expected one size expression for each of 0 dynamic axes, but got 1}}
func.func private @dims_of_static(%x: tensor<4xf32, #tw.dims<"N">>)

// -----

// An axis of a known size is static in the type, also where the expression is
// known to be constant only when it is simplified.
// expected-error @+1 {{the axis of constant size 3 must be static in the type}}
func.func private @dims_constant(%x: tensor<?xf32, #tw.dims<"N + 3 - N">>)

// -----

// A range is not empty.
// expected-error @+1 {{expected lo <= hi, but got 3 > 2}}
module attributes {tw.symbols = {N = #tw.range<3, 2, 1>}} {}

// -----

// Every size is a multiple of 1 at least.
// expected-error @+1 {{expected a multiple of at least 1, but got 0}}
module attributes {tw.symbols = {N = #tw.range<1, 2, 0>}} {}

// -----

// Symbols have ranges.
// expected-error @+1 {{expected 'tw.symbols' to be a dictionary of #tw.range}}
module attributes {tw.symbols = {N = 4 : i64}} {}

// -----

// A range belongs to a symbol.
// expected-error @+1 {{expected 'tw.symbols' to be a dictionary of #tw.range}}
module attributes {tw.symbols = #tw.range<1, 2, 1>} {}

// -----

// The metadata of a model are strings.
// expected-error @+1 {{expected 'tw.metadata' to be a dictionary of strings}}
module attributes {tw.metadata = {version = 4 : i64}} {}

// -----

// The producer is a string.
// expected-error @+1 {{expected 'tw.producer' to be a string}}
module attributes {tw.producer = 4 : i64} {}

// -----

// What belongs to the module stands on nothing else.
// expected-error @+1 {{'func.func' op has 'tw.symbols', which belongs to a module}}
func.func private @symbols_of_function() attributes {tw.symbols = {}}

// -----

// A misspelt attribute is an error rather than ignored.
// expected-error @+1 {{has unknown attribute 'tw.symbol'}}
module attributes {tw.symbol = {}} {}

// -----

// A model's names are strings.
// expected-error @+1 {{expected 'tw.name' to be a string}}
func.func private @argument_name(%x: tensor<4xf32> {tw.name = 4 : i64})

// -----

// Results are checked like arguments.
// expected-error @+1 {{expected 'tw.name' to be a string}}
func.func private @result_name() -> (tensor<4xf32> {tw.name})

// -----

// A weight's key is a number of the weight store.
// expected-error @+1 {{expected 'tw.key' to be an i64}}
func.func private @key_type() -> (tensor<4xf32> {tw.key = 4 : i32})

// -----

// Arguments and results have no other attributes of tw.
// expected-error @+1 {{has unknown attribute 'tw.keys' on an argument or result}}
func.func private @argument_attribute(%x: tensor<4xf32> {tw.keys = 4 : i64})

// -----

// A tensor of tw names its dynamic axes.
func.func @no_encoding(%x: tensor<?xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor with named dynamic axes (#tw.dims) of an element type of tw values, but got 'tensor<?xf32>'}}
  %0 = tw.unary abs %x : tensor<?xf32> -> tensor<?xf32>
  return
}

// -----

// An encoding that is not tw's says nothing to tw.
func.func @other_encoding(%x: tensor<4xf32, 3>) {
  // expected-error @+1 {{operand #0 must be ranked tensor with named dynamic axes}}
  %0 = tw.unary abs %x : tensor<4xf32, 3> -> tensor<4xf32, 3>
  return
}

// -----

// The rank is known.
func.func @unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{expected builtin.tensor, but found 'tensor<*xf32>'}}
  %0 = tw.unary abs %x : tensor<*xf32> -> tensor<*xf32>
  return
}

// -----

// Signed integers are signless in tw.
func.func @element_type(%x: tensor<4xsi32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor with named dynamic axes (#tw.dims) of an element type of tw values, but got 'tensor<4xsi32>'}}
  %0 = tw.unary abs %x : tensor<4xsi32> -> tensor<4xsi32>
  return
}
