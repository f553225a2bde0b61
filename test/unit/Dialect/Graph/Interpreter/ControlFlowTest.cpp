//===- ControlFlowTest.cpp - branches and loops --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTestSupport.h"
#include "TestSupport.h"

using namespace tilewright;
using namespace tilewright::test;

namespace {

/// Only the branch taken runs; the size of the result is that branch's.
TEST(If, BranchesOfDifferentSizes) {
  const char *text = R"(
    func.func @main(%c: tensor<i1>, %x: tensor<?xf32, #tw.dims<"N">>) -> (tensor<?xf32, #tw.dims<"R">>, tensor<1xi64>) {
      %0 = tw.if %c {result_symbols = ["R"], then_dims = #tw.dims<"N">, else_dims = #tw.dims<"2*N">}
          : (tensor<i1>) -> tensor<?xf32, #tw.dims<"R">> {
        tw.yield %x : tensor<?xf32, #tw.dims<"N">>
      } else {
        %y = tw.concat %x, %x axis 0 : tensor<?xf32, #tw.dims<"N">>, tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"2*N">>
        tw.yield %y : tensor<?xf32, #tw.dims<"2*N">>
      }
      %1 = tw.from_dims <"R"> : tensor<1xi64>
      return %0, %1 : tensor<?xf32, #tw.dims<"R">>, tensor<1xi64>
    })";
  Tensor x = f32({2}, {1, 2});
  Result<Tensors> taken =
      parseAndInterpret(text, {tensor(DType::Bool, {}, {1}), x});
  expectTensor(taken, x);
  expectTensor(taken, i64({1}, {2}), 0, 1);
  Result<Tensors> other =
      parseAndInterpret(text, {tensor(DType::Bool, {}, {0}), x});
  expectTensor(other, f32({4}, {1, 2, 1, 2}));
  expectTensor(other, i64({1}, {4}), 0, 1);
}

/// Doubles %x until the limit or until it exceeds 10; stacks every value.
constexpr const char *doubling = R"(
  func.func @main(%n: tensor<i64>, %c: tensor<i1>, %x: tensor<f32>) -> (tensor<f32>, tensor<?xf32, #tw.dims<"T">>, tensor<?xi64, #tw.dims<"T">>) {
    %ten = tw.constant dense<10.0> : tensor<f32>
    %0:3 = tw.loop max_trips %n : tensor<i64> while %c : tensor<i1> carried(%x) trips "T"
        : (tensor<f32>) -> (tensor<f32>, tensor<?xf32, #tw.dims<"T">>, tensor<?xi64, #tw.dims<"T">>) {
    ^bb0(%i: tensor<i64>, %s: tensor<f32>):
      %1 = tw.binary add %s, %s : tensor<f32>, tensor<f32> -> tensor<f32>
      %2 = tw.compare lt %1, %ten : tensor<f32>, tensor<f32> -> tensor<i1>
      tw.yield %2, %1, %s, %i : tensor<i1>, tensor<f32>, tensor<f32>, tensor<i64>
    }
    return %0#0, %0#1, %0#2 : tensor<f32>, tensor<?xf32, #tw.dims<"T">>, tensor<?xi64, #tw.dims<"T">>
  })";

Result<Tensors> runDoubling(double limit, bool condition) {
  return parseAndInterpret(
      doubling, {i64({}, {limit}), tensor(DType::Bool, {}, {double(condition)}),
                 f32({}, {1})});
}

/// The limit ends the loop.
TEST(Loop, EndsAtTheLimit) {
  Result<Tensors> result = runDoubling(2, true);
  expectTensor(result, f32({}, {4}));
  expectTensor(result, f32({2}, {1, 2}), 0, 1);
  expectTensor(result, i64({2}, {0, 1}), 0, 2);
}

/// A false condition ends the loop after the trip that yields it.
TEST(Loop, EndsByCondition) {
  Result<Tensors> result = runDoubling(100, true);
  expectTensor(result, f32({}, {16}));
  expectTensor(result, f32({4}, {1, 2, 4, 8}), 0, 1);
}

/// No trip at all: the carried value stays, the stacked ones are empty.
TEST(Loop, NoTrips) {
  for (auto [limit, condition] :
       {std::pair(0.0, true), std::pair(-3.0, true), std::pair(5.0, false)}) {
    Result<Tensors> result = runDoubling(limit, condition);
    expectTensor(result, f32({}, {1}));
    expectTensor(result, f32({0}, {}), 0, 1);
  }
}

/// What only the body binds is 0 when there is no trip, also if an earlier run
/// of the loop has bound it.
TEST(Loop, NoTripsBindNothing) {
  const char *text = R"(
    func.func @main(%n: tensor<i64>, %k: tensor<i64>) -> tensor<?x?x1xi64, #tw.dims<"T", "K">> {
      %true = tw.constant dense<true> : tensor<i1>
      %0 = tw.loop max_trips %n : tensor<i64> carried() trips "T" : () -> tensor<?x?x1xi64, #tw.dims<"T", "K">> {
      ^bb0(%i: tensor<i64>):
        tw.bind_dims %k as ["K"] : tensor<i64>
        %one = tw.constant dense<1> : tensor<1xi64>
        %1 = tw.broadcast %one : tensor<1xi64> -> tensor<?x1xi64, #tw.dims<"K">>
        tw.yield %true, %1 : tensor<i1>, tensor<?x1xi64, #tw.dims<"K">>
      }
      return %0 : tensor<?x?x1xi64, #tw.dims<"T", "K">>
    })";
  expectTensor(parseAndInterpret(text, {i64({}, {0}), i64({}, {3})}),
               i64({0, 0, 1}, {}));
  expectTensor(parseAndInterpret(text, {i64({}, {1}), i64({}, {2})}),
               i64({1, 2, 1}, {1, 1}));
  // Two trips outside; the inner loop runs two trips and then none.
  expectTensor(parseAndInterpret(R"(
    func.func @main(%n: tensor<i64>, %k: tensor<i64>) -> tensor<?x2xi64, #tw.dims<"T">> {
      %true = tw.constant dense<true> : tensor<i1>
      %two = tw.constant dense<2> : tensor<i64>
      %0 = tw.loop max_trips %n : tensor<i64> carried() trips "T" : () -> tensor<?x2xi64, #tw.dims<"T">> {
      ^bb0(%i: tensor<i64>):
        %r = tw.binary mul %i, %two : tensor<i64>, tensor<i64> -> tensor<i64>
        %trips = tw.binary sub %two, %r : tensor<i64>, tensor<i64> -> tensor<i64>
        %1 = tw.loop max_trips %trips : tensor<i64> carried() trips "I" : () -> tensor<?x?xi64, #tw.dims<"I", "K">> {
        ^bb0(%j: tensor<i64>):
          tw.bind_dims %k as ["K"] : tensor<i64>
          %one = tw.constant dense<1> : tensor<1xi64>
          %2 = tw.broadcast %one : tensor<1xi64> -> tensor<?xi64, #tw.dims<"K">>
          tw.yield %true, %2 : tensor<i1>, tensor<?xi64, #tw.dims<"K">>
        }
        %s = tw.from_dims <"I", "K"> : tensor<2xi64>
        tw.yield %true, %s : tensor<i1>, tensor<2xi64>
      }
      return %0 : tensor<?x2xi64, #tw.dims<"T">>
    })",
                                 {i64({}, {2}), i64({}, {3})}),
               i64({2, 2}, {2, 3, 0, 0}));
}

/// A carried value that grows: its size is a symbol that follows each trip.
TEST(Loop, CarriedSizes) {
  Result<Tensors> result = parseAndInterpret(R"(
    func.func @main(%n: tensor<i64>, %x: tensor<?xf32, #tw.dims<"N">>) -> (tensor<?xf32, #tw.dims<"S">>, tensor<?x1xi64, #tw.dims<"T">>) {
      %true = tw.constant dense<true> : tensor<i1>
      %0:2 = tw.loop max_trips %n : tensor<i64> carried(%x) trips "T"
          {carried_symbols = ["S"], init_dims = #tw.dims<"N">, next_dims = #tw.dims<"S + N">}
          : (tensor<?xf32, #tw.dims<"N">>) -> (tensor<?xf32, #tw.dims<"S">>, tensor<?x1xi64, #tw.dims<"T">>) {
      ^bb0(%i: tensor<i64>, %s: tensor<?xf32, #tw.dims<"S">>):
        %1 = tw.concat %s, %x axis 0 : tensor<?xf32, #tw.dims<"S">>, tensor<?xf32, #tw.dims<"N">> -> tensor<?xf32, #tw.dims<"S + N">>
        %2 = tw.from_dims <"S"> : tensor<1xi64>
        tw.yield %true, %1, %2 : tensor<i1>, tensor<?xf32, #tw.dims<"S + N">>, tensor<1xi64>
      }
      return %0#0, %0#1 : tensor<?xf32, #tw.dims<"S">>, tensor<?x1xi64, #tw.dims<"T">>
    })",
                                             {i64({}, {3}), f32({2}, {1, 2})});
  expectTensor(result, f32({8}, {1, 2, 1, 2, 1, 2, 1, 2}));
  expectTensor(result, i64({3, 1}, {2, 4, 6}), 0, 1);
}

/// An op in a loop may bind its symbol anew in every trip.
TEST(Loop, SymbolsBoundInTheBody) {
  expectTensor(parseAndInterpret(R"(
    func.func @main(%n: tensor<i64>, %x: tensor<i64>) -> tensor<i64> {
      %true = tw.constant dense<true> : tensor<i1>
      %one = tw.constant dense<1> : tensor<i64>
      %0 = tw.loop max_trips %n : tensor<i64> carried(%x) trips "T" : (tensor<i64>) -> tensor<i64> {
      ^bb0(%i: tensor<i64>, %s: tensor<i64>):
        tw.bind_dims %i as ["K"] : tensor<i64>
        %1 = tw.range %one, %one : tensor<i64>, tensor<i64> -> tensor<?xi64, #tw.dims<"K">>
        %2 = tw.reduce sum %1 axes [0] : tensor<?xi64, #tw.dims<"K">> -> tensor<i64>
        %3 = tw.binary add %s, %2 : tensor<i64>, tensor<i64> -> tensor<i64>
        tw.yield %true, %3 : tensor<i1>, tensor<i64>
      }
      return %0 : tensor<i64>
    })",
                                 {i64({}, {4}), i64({}, {0})}),
               i64({}, {0 + 1 + 3 + 6}));
}

/// An error in a loop names the loop's node, the trip and the inner node.
TEST(Loop, ErrorsNameTheTrip) {
  EXPECT_ERROR(parseAndInterpret(R"(
    func.func @main(%n: tensor<i64>) {
      %true = tw.constant dense<true> : tensor<i1>
      tw.loop max_trips %n : tensor<i64> carried() trips "T" : () -> () {
      ^bb0(%i: tensor<i64>):
        tw.bind_dims %i as ["K"] : tensor<i64>
        tw.check_dims <"K"> equals <0>, "only the first trip" loc("inner"("Reshape"))
        tw.yield %true : tensor<i1>
      } loc("outer"("Loop"))
      return
    })",
                                 {i64({}, {4})}),
               "node 'outer' (Loop), tw.loop: trip 1: node 'inner' (Reshape): "
               "only the first trip: K is 1, but 0 is 0");
}

} // namespace
