//===- OpsTest.cpp - each tile op against the tile interpreter ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

using namespace tilewright;
using namespace tilewright::cpu;

namespace {
class Ops : public testing::TestWithParam<CpuTarget> {
protected:
  /// Runs a kernel of one block (see oneBlockKernel).
  void check(const std::vector<std::string> &types, const std::string &body,
             double tolerance = 0) {
    SCOPED_TRACE(body);
    expectSameAsInterpreter(oneBlockKernel(types, body), GetParam(), {{}},
                            tolerance);
  }
};

std::string shapeText(const std::vector<int64_t> &shape, const char *type) {
  std::string text;
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + type;
}

/// A full load of buffer %NAME as tile %NAMEt, or a full store to it.
std::string access(bool store, char name, const std::vector<int64_t> &shape,
                   const char *type) {
  std::string offsets, bounds, strides, text = shapeText(shape, type);
  for (size_t i = 0; i < shape.size(); ++i) {
    offsets += i ? ", %c0" : "%c0";
    bounds += (i ? ", 0 to " : "0 to ") + std::to_string(shape[i]);
    strides += i ? ", 1" : "1";
  }
  std::string where = std::string("%") + name + "[" + offsets + "] valid [" +
                      bounds + "] strides [" + strides + "]";
  if (store)
    return "tile.store %r, " + where + " : tensor<" + text + ">, memref<" +
           text + ">\n";
  return std::string("%") + name + "t = tile.load " + where + " : memref<" +
         text + "> -> tensor<" + text + ">\n";
}
std::string load(char name, const std::vector<int64_t> &shape,
                 const char *type = "f32") {
  return access(false, name, shape, type);
}
std::string store(char name, const std::vector<int64_t> &shape,
                  const char *type = "f32") {
  return access(true, name, shape, type);
}
std::string tensor(const std::vector<int64_t> &shape,
                   const char *type = "f32") {
  return "tensor<" + shapeText(shape, type) + ">";
}
} // namespace

INSTANTIATE_TEST_SUITE_P(Targets, Ops, testing::ValuesIn(runnableTargets()),
                         targetName);

/// Shapes with odd axes, axes of one, and tiles too large for the registers.
static std::vector<std::vector<int64_t>> shapes() {
  return {{1},       {3},      {17},     {64},      {1, 1},    {5, 3},
          {3, 17},   {8, 32},  {16, 1},  {1, 40},   {2, 3, 5}, {4, 1, 16},
          {3, 4, 1}, {40, 70}, {100, 9}, {3, 1500}, {300, 1},  {5, 70, 33}};
}

// Along every axis, in the documented order: equal to the bit.
TEST_P(Ops, ReduceSum) {
  for (const auto &shape : shapes())
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      std::vector<int64_t> result = shape;
      result.erase(result.begin() + axis);
      check({shapeText(shape, "f32"), shapeText(result, "f32")},
            load('a', shape) + "%r = tile.reduce <addf> %at axis " +
                std::to_string(axis) + " : " + tensor(shape) + " -> " +
                tensor(result) + "\n" + store('b', result));
    }
}

// Every kind on the types that it has.
TEST_P(Ops, ReduceKinds) {
  std::vector<int64_t> shape = {5, 19}, result = {5};
  auto run = [&](const char *kind, const char *type) {
    check({shapeText(shape, type), shapeText(result, type)},
          load('a', shape, type) + "%r = tile.reduce <" + kind +
              "> %at axis 1 : " + tensor(shape, type) + " -> " +
              tensor(result, type) + "\n" + store('b', result, type));
  };
  for (const char *type : {"f32", "f64"})
    for (const char *kind : {"addf", "mulf", "maximumf", "minimumf"})
      run(kind, type);
  for (const char *type : {"i8", "i16", "i32", "i64"})
    for (const char *kind :
         {"addi", "muli", "maxsi", "maxui", "minsi", "minui", "andi", "ori"})
      run(kind, type);
}

TEST_P(Ops, Scan) {
  for (const auto &shape : shapes())
    for (size_t axis = 0; axis < shape.size(); ++axis)
      check({shapeText(shape, "f32"), shapeText(shape, "f32")},
            load('a', shape) + "%r = tile.scan <addf> %at axis " +
                std::to_string(axis) + " : " + tensor(shape) + "\n" +
                store('b', shape));
}

// Every permutation of two and three axes, in registers and in memory.
TEST_P(Ops, Transpose) {
  std::vector<std::vector<int64_t>> shapes = {
      {1, 1},   {3, 17},   {16, 16},   {8, 32},    {7, 1},
      {70, 90}, {2, 3, 5}, {1, 16, 4}, {3, 33, 50}};
  for (const auto &shape : shapes) {
    std::vector<int> order(shape.size());
    for (size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    do {
      std::vector<int64_t> result;
      std::string list;
      for (int axis : order) {
        result.push_back(shape[axis]);
        list += (list.empty() ? "" : ", ") + std::to_string(axis);
      }
      check({shapeText(shape, "f32"), shapeText(result, "f32")},
            load('a', shape) + "%r = tile.transpose %at [" + list +
                "] : " + tensor(shape) + " -> " + tensor(result) + "\n" +
                store('b', result));
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_P(Ops, TransposeTypes) {
  std::vector<int64_t> shape = {9, 20}, result = {20, 9};
  for (const char *type : {"i8", "i16", "i32", "i64", "f16", "bf16", "f64"})
    check({shapeText(shape, type), shapeText(result, type)},
          load('a', shape, type) +
              "%r = tile.transpose %at [1, 0] : " + tensor(shape, type) +
              " -> " + tensor(result, type) + "\n" + store('b', result, type));
}

// Some columns of the operand are used, the others are not even computed.
TEST_P(Ops, TransposePart) {
  for (int64_t rows : {3, 4, 8, 16})
    for (int64_t lanes : {6, 10, 14, 18, 31})
      for (auto [first, last] :
           {std::pair<int64_t, int64_t>{1, lanes}, {0, lanes - 1}, {2, 4}}) {
        std::vector<int64_t> shape = {rows, lanes}, result = {lanes, rows};
        check({shapeText(shape, "f32"), shapeText(result, "f32")},
              load('a', shape) +
                  "%t = tile.transpose %at [1, 0] : " + tensor(shape) + " -> " +
                  tensor(result) + "\n%r = tile.clip %t valid [" +
                  std::to_string(first) + " to " + std::to_string(last) +
                  ", 0 to " + std::to_string(rows) + "] fill 0.0 : f32 : " +
                  tensor(result) + "\n" + store('b', result));
      }
}

TEST_P(Ops, Reshape) {
  std::vector<std::pair<std::vector<int64_t>, std::vector<int64_t>>> cases = {
      {{6}, {2, 3}},     {{2, 3}, {3, 2}},        {{4, 16}, {64}},
      {{12}, {12, 1}},   {{12, 1}, {3, 4}},       {{2, 3, 4}, {6, 4}},
      {{1, 8, 3}, {24}}, {{5, 7}, {7, 5}},        {{40, 96}, {96, 40}},
      {{1}, {1, 1, 1}},  {{100, 50}, {2, 50, 50}}};
  for (auto &[from, to] : cases)
    check({shapeText(from, "f32"), shapeText(to, "f32")},
          load('a', from) + "%n = arith.negf %at : " + tensor(from) +
              "\n%q = tile.reshape %n : " + tensor(from) + " -> " + tensor(to) +
              "\n%r = arith.negf %q : " + tensor(to) + "\n" + store('b', to));
}

TEST_P(Ops, Broadcast) {
  std::vector<std::pair<std::vector<int64_t>, std::vector<int64_t>>> cases = {
      {{1}, {17}},        {{4, 1}, {4, 32}},      {{1, 32}, {4, 32}},
      {{1, 1}, {3, 5}},   {{3, 1, 4}, {3, 5, 4}}, {{64, 1}, {64, 90}},
      {{1, 90}, {64, 90}}};
  for (auto &[from, to] : cases)
    check({shapeText(from, "f32"), shapeText(to, "f32")},
          load('a', from) + "%n = math.absf %at : " + tensor(from) +
              "\n%r = tile.broadcast %n : " + tensor(from) + " -> " +
              tensor(to) + "\n" + store('b', to));
}

TEST_P(Ops, Iota) {
  for (const auto &shape : shapes())
    for (size_t axis = 0; axis < shape.size(); ++axis)
      for (const char *type : {"i32", "i64"})
        check({"1xi32", shapeText(shape, type)},
              "%c5 = arith.constant 5 : index\n%r = tile.iota %c5 axis " +
                  std::to_string(axis) + " : " + tensor(shape, type) + "\n" +
                  store('b', shape, type));
}

// Batches, transposed operands, sizes around those of a register tile.
TEST_P(Ops, Dot) {
  struct Case {
    std::vector<int64_t> batch;
    int64_t m, n, k;
  };
  std::vector<Case> cases = {
      {{}, 1, 1, 1},     {{}, 8, 32, 4},    {{}, 3, 17, 5},
      {{}, 1, 64, 40},   {{}, 9, 33, 70},   {{2}, 4, 16, 8},
      {{}, 70, 100, 19}, {{3, 2}, 2, 3, 5}, {{2}, 33, 90, 40}};
  for (const Case &c : cases)
    for (int transposes = 0; transposes < 4; ++transposes) {
      auto shape = [&](int64_t x, int64_t y, bool swap) {
        std::vector<int64_t> result = c.batch;
        result.push_back(swap ? y : x);
        result.push_back(swap ? x : y);
        return result;
      };
      auto lhs = shape(c.m, c.k, transposes & 1),
           rhs = shape(c.k, c.n, transposes & 2), acc = shape(c.m, c.n, false);
      std::string attributes;
      if (transposes)
        attributes = std::string("{") +
                     (transposes & 1 ? "transpose_lhs" : "") +
                     (transposes == 3 ? ", " : "") +
                     (transposes & 2 ? "transpose_rhs" : "") + "} ";
      check({shapeText(lhs, "f32"), shapeText(rhs, "f32"),
             shapeText(acc, "f32"), shapeText(acc, "f32")},
            load('a', lhs) + load('b', rhs) + load('c', acc) +
                "%r = tile.dot %at, %bt, %ct " + attributes + ": " +
                tensor(lhs) + ", " + tensor(rhs) + " -> " + tensor(acc) + "\n" +
                store('d', acc));
      // Computed operands.
      check({shapeText(lhs, "f32"), shapeText(rhs, "f32"),
             shapeText(acc, "f32"), shapeText(acc, "f32")},
            load('a', lhs) + load('b', rhs) + load('c', acc) +
                "%ae = arith.mulf %at, %at : " + tensor(lhs) +
                "\n%be = arith.addf %bt, %bt : " + tensor(rhs) +
                "\n%r = tile.dot %ae, %be, %ct " + attributes + ": " +
                tensor(lhs) + ", " + tensor(rhs) + " -> " + tensor(acc) + "\n" +
                store('d', acc));
    }
}

// Narrow operands widen, by sign or with zeros.
TEST_P(Ops, DotTypes) {
  auto run = [&](const char *lhs, const char *rhs, const char *acc,
                 const char *attributes, double tolerance = 0) {
    std::vector<int64_t> a = {5, 12}, b = {12, 18}, c = {5, 18};
    check({shapeText(a, lhs), shapeText(b, rhs), shapeText(c, acc),
           shapeText(c, acc)},
          load('a', a, lhs) + load('b', b, rhs) + load('c', c, acc) +
              "%r = tile.dot %at, %bt, %ct " + attributes + " : " +
              tensor(a, lhs) + ", " + tensor(b, rhs) + " -> " + tensor(c, acc) +
              "\n" + store('d', c, acc),
          tolerance);
  };
  run("i8", "i8", "i32", "");
  run("i8", "i8", "i32", "{unsigned_lhs}");
  run("i8", "i8", "i32", "{unsigned_lhs, unsigned_rhs}");
  run("i32", "i32", "i32", "");
  run("i64", "i64", "i64", "");
  run("f16", "f16", "f32", "");
  run("bf16", "bf16", "f32", "");
  run("f64", "f64", "f64", "");
}

// Storage in f16 and bf16, arithmetic in f32, and bools as bytes.
TEST_P(Ops, NarrowStorage) {
  for (const char *type : {"f16", "bf16"})
    for (const std::vector<int64_t> &shape :
         {std::vector<int64_t>{1}, {33}, {3, 17}, {60, 64}})
      check({shapeText(shape, type), shapeText(shape, type)},
            load('a', shape, type) +
                "%w = arith.extf %at : " + tensor(shape, type) + " to " +
                tensor(shape) + "\n%s = arith.mulf %w, %w : " + tensor(shape) +
                "\n%r = arith.truncf %s : " + tensor(shape) + " to " +
                tensor(shape, type) + "\n" + store('b', shape, type));
  std::vector<int64_t> shape = {3, 19};
  check({shapeText(shape, "f32"), shapeText(shape, "f32"),
         shapeText(shape, "i8")},
        load('a', shape) + load('b', shape) +
            "%lt = arith.cmpf olt, %at, %bt : " + tensor(shape) +
            "\n%n = arith.cmpf ogt, %at, %bt : " + tensor(shape) +
            "\n%o = arith.xori %lt, %n : " + tensor(shape, "i1") +
            "\n%r = arith.extui %o : " + tensor(shape, "i1") + " to " +
            tensor(shape, "i8") + "\n" + store('c', shape, "i8"));
}

// Conversions that x86 has no instruction for.
TEST_P(Ops, Conversions) {
  std::vector<int64_t> shape = {37};
  auto run = [&](const char *op, const char *from, const char *to) {
    check({shapeText(shape, from), shapeText(shape, to)},
          load('a', shape, from) + "%r = arith." + op +
              " %at : " + tensor(shape, from) + " to " + tensor(shape, to) +
              "\n" + store('b', shape, to));
  };
  for (const char *narrow : {"f16", "bf16"}) {
    run("truncf", "f64", narrow);
    run("extf", narrow, "f64");
    run("sitofp", "i32", narrow);
    run("uitofp", "i8", narrow);
    run("sitofp", "i64", narrow);
    run("fptosi", narrow, "i32");
  }
  for (const char *integer : {"i8", "i16", "i32", "i64"})
    for (const char *real : {"f32", "f64"}) {
      run("sitofp", integer, real);
      run("uitofp", integer, real);
      run("fptosi", real, integer);
    }
}

// Bounds on both sides of every axis, with and without a fill, strides.
TEST_P(Ops, BoundedLoads) {
  for (const char *fill : {"", "fill 7.0 : f32 "})
    for (const char *strides : {"1, 1", "2, 1", "1, 3", "0, 1"}) {
      check(
          {"1xi8", "40x60xf32", "6x17xf32"},
          std::string("%c2 = arith.constant 2 : index\n") +
              "%x = tile.load %b[%c2, %c2] valid [1 to 5, 3 to 16] strides [" +
              strides + "] " + fill +
              ": memref<40x60xf32> -> tensor<6x17xf32>\n"
              "tile.store %x, %c[%c0, %c0] valid [1 to 5, 3 to 16] strides "
              "[1, 1] : tensor<6x17xf32>, memref<6x17xf32>\n"
              "%z = arith.constant dense<0.0> : tensor<6x17xf32>\n"
              "tile.store %z, %c[%c0, %c0] valid [0 to 1, 0 to 17] strides [1, "
              "1] : tensor<6x17xf32>, memref<6x17xf32>\n"
              "tile.store %z, %c[%c0, %c0] valid [5 to 6, 0 to 17] strides [1, "
              "1] : tensor<6x17xf32>, memref<6x17xf32>\n"
              "tile.store %z, %c[%c0, %c0] valid [1 to 5, 0 to 3] strides [1, "
              "1] : tensor<6x17xf32>, memref<6x17xf32>\n"
              "tile.store %z, %c[%c0, %c0] valid [1 to 5, 16 to 17] strides "
              "[1, 1] : tensor<6x17xf32>, memref<6x17xf32>\n");
      if (*fill)
        check({"1xi8", "200x300xf32", "66x70xf32"},
              std::string("%c2 = arith.constant 2 : index\n") +
                  "%r = tile.load %b[%c2, %c2] valid [1 to 60, 3 to 68] "
                  "strides [" +
                  strides + "] " + fill +
                  ": memref<200x300xf32> -> tensor<66x70xf32>\n" +
                  store('c', {66, 70}));
    }
}

TEST_P(Ops, StridedStore) {
  check({"4x16xf32", "4x16xf32"},
        load('a', {4, 16}) +
            "%c1 = arith.constant 1 : index\n"
            "%l = tile.load %a[%c0, %c0] valid [0 to 4, 0 to 8] strides [1, 2] "
            ": memref<4x16xf32> -> tensor<4x8xf32>\n"
            "%h = tile.load %a[%c0, %c1] valid [0 to 4, 0 to 8] strides [1, 2] "
            ": memref<4x16xf32> -> tensor<4x8xf32>\n"
            "tile.store %l, %b[%c0, %c1] valid [0 to 4, 0 to 8] strides [1, 2] "
            ": tensor<4x8xf32>, memref<4x16xf32>\n"
            "tile.store %h, %b[%c0, %c0] valid [0 to 4, 0 to 5] strides [1, 2] "
            ": tensor<4x8xf32>, memref<4x16xf32>\n"
            "tile.store %h, %b[%c0, %c0] valid [0 to 4, 5 to 8] strides [1, 2] "
            ": tensor<4x8xf32>, memref<4x16xf32>\n");
}

TEST_P(Ops, Clip) {
  for (const auto &shape : shapes()) {
    if (shape.size() != 2 || shape[0] < 3 || shape[1] < 3)
      continue;
    std::string bounds = "[1 to " + std::to_string(shape[0] - 1) + ", 2 to " +
                         std::to_string(shape[1] - 1) + "]";
    check({shapeText(shape, "f32"), shapeText(shape, "f32")},
          load('a', shape) + "%n = arith.negf %at : " + tensor(shape) +
              "\n%r = tile.clip %n valid " + bounds +
              " fill 3.0 : f32 : " + tensor(shape) + "\n" + store('b', shape));
  }
}

// Any coordinates, and the special case of whole rows.
TEST_P(Ops, Gather) {
  for (const std::vector<int64_t> &shape :
       {std::vector<int64_t>{5, 18}, {1, 1}, {40, 66}}) {
    std::string index = tensor(shape, "i32");
    std::string head = load('a', shape, "i32") +
                       "%m = arith.constant dense<7> : " + index +
                       "\n%row = arith.andi %at, %m : " + index + "\n";
    check({shapeText(shape, "i32"), "8x8xf32", shapeText(shape, "f32")},
          head + "%s = arith.constant dense<3> : " + index +
              "\n%t = arith.shrui %at, %s : " + index +
              "\n%col = arith.andi %t, %m : " + index +
              "\n%r = tile.gather %b[%row, %col : " + index + ", " + index +
              "] valid [0 to " + std::to_string(shape[0]) + ", 0 to " +
              std::to_string(shape[1]) + "] : memref<8x8xf32> -> " +
              tensor(shape) + "\n" + store('c', shape));
    std::vector<int64_t> column = {shape[0], 1};
    std::string columnType = tensor(column, "i32");
    check(
        {shapeText(column, "i32"), "8x99xf32", shapeText(shape, "f32")},
        load('a', column, "i32") + "%m = arith.constant dense<7> : " +
            columnType + "\n%one = arith.andi %at, %m : " + columnType +
            "\n%row = tile.broadcast %one : " + columnType + " -> " + index +
            "\n%c3 = arith.constant 3 : index\n%col = tile.iota %c3 axis 1 : " +
            index + "\n%r = tile.gather %b[%row, %col : " + index + ", " +
            index + "] valid [0 to " + std::to_string(shape[0]) + ", 0 to " +
            std::to_string(shape[1]) +
            "] fill 0.0 : f32 : memref<8x99xf32> -> " + tensor(shape) + "\n" +
            store('c', shape));
  }
}

// Tiles that loops and branches carry, small and too large for registers.
TEST_P(Ops, CarriedTiles) {
  for (const std::vector<int64_t> &shape :
       {std::vector<int64_t>{1}, {3, 17}, {70, 90}}) {
    std::string type = tensor(shape);
    std::string body =
        load('a', shape) + load('b', shape) +
        "%c1 = arith.constant 1 : index\n%c5 = arith.constant 5 : index\n"
        "%c3 = arith.constant 3 : index\n"
        // The two tiles change places in every step.
        "%p, %q = scf.for %i = %c0 to %c5 step %c1 iter_args(%x = %at, %y = "
        "%bt) -> (" +
        type + ", " + type + ") {\n%s = arith.addf %x, %y : " + type +
        "\n%even = arith.cmpi ult, %i, %c3 : index\n%v = scf.if %even -> (" +
        type + ") {\n%w = arith.mulf %s, %x : " + type +
        "\nscf.yield %w : " + type + "\n} else {\nscf.yield %y : " + type +
        "\n}\nscf.yield %v, %x : " + type + ", " + type +
        "\n}\n%r = arith.subf %p, %q : " + type + "\n";
    check({shapeText(shape, "f32"), shapeText(shape, "f32"),
           shapeText(shape, "f32")},
          body + store('c', shape), 1e-6);
    // And the plain exchange.
    check({shapeText(shape, "f32"), shapeText(shape, "f32"),
           shapeText(shape, "f32")},
          load('a', shape) + load('b', shape) +
              "%c1 = arith.constant 1 : index\n%c5 = arith.constant 5 : index\n"
              "%p, %r = scf.for %i = %c0 to %c5 step %c1 iter_args(%x = %at, "
              "%y = %bt) -> (" +
              type + ", " + type + ") {\nscf.yield %y, %x : " + type + ", " +
              type + "\n}\n" + store('c', shape));
  }
}

// A buffer of the block, written in one loop and read in another.
TEST_P(Ops, Scratch) {
  check({"4x64xf32", "64x4xf32"},
        "%c1 = arith.constant 1 : index\n%c4 = arith.constant 4 : index\n"
        "%s = tile.scratch() : memref<64x4xf32>\n"
        "%o = tile.scratch() : memref<3xi8>\n"
        "scf.for %i = %c0 to %c4 step %c1 {\n"
        "%x = tile.load %a[%i, %c0] valid [0 to 1, 0 to 64] strides [1, 1] : "
        "memref<4x64xf32> -> tensor<1x64xf32>\n"
        "%t = tile.transpose %x [1, 0] : tensor<1x64xf32> -> tensor<64x1xf32>\n"
        "tile.store %t, %s[%c0, %i] valid [0 to 64, 0 to 1] strides [1, 1] : "
        "tensor<64x1xf32>, memref<64x4xf32>\n"
        "}\n"
        "%r = tile.load %s[%c0, %c0] valid [0 to 64, 0 to 4] strides [1, 1] : "
        "memref<64x4xf32> -> tensor<64x4xf32>\n" +
            store('b', {64, 4}));
}
