// RUN: tw-opt %s --tw-hoist-weights --verify-diagnostics

// @weights is made once.
// expected-error @+1 {{tw-hoist-weights has run before: @weights exists}}
module {
  func.func private @weights() -> (tensor<1xf32> {tw.key = 4294967296 : i64}) {
    %c = tw.weight 0 "w" : tensor<1xf32>
    return %c : tensor<1xf32>
  }
  func.func @main() {
    return
  }
}
