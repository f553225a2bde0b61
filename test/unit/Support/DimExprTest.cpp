//===- DimExprTest.cpp - expressions of sizes -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/DimExpr.h"

#include "TestSupport.h"

#include "tilewright/Support/DimExprVisitor.h"
#include "tilewright/Support/DimProgram.h"

#include <random>

using namespace tilewright;

namespace {

std::string canonical(const std::string &text) {
  auto parsed = DimExpr::parse(text);
  return parsed ? parsed->str() : parsed.error().message;
}

DimExpr expr(const std::string &text) {
  auto parsed = DimExpr::parse(text);
  EXPECT_TRUE(bool(parsed)) << test::messageOf(parsed);
  return parsed ? *parsed : DimExpr();
}

// Sums and products become one sorted polynomial, the constant last.
TEST(DimExpr, PolynomialsAreCanonical) {
  EXPECT_EQ(canonical("N*2 + N"), "3*N");
  EXPECT_EQ(canonical("1 + H"), "H + 1");
  EXPECT_EQ(canonical("(W + 1)*(H - 1)"), "H*W + H - W - 1");
  EXPECT_EQ(canonical("N - N"), "0");
  EXPECT_EQ(canonical("-(N - 2)"), "-N + 2");
  EXPECT_EQ(canonical("N*N*2"), "2*N*N");
  EXPECT_EQ(canonical("-9223372036854775808"), "-9223372036854775808");
}

// Division by a constant splits off what divides and joins nested divisions, so
// that the sizes that chains of strided convolutions give have one text.
TEST(DimExpr, DivisionsAreCanonical) {
  EXPECT_EQ(canonical("floordiv(H - 1, 2) + 1"), "floordiv(H + 1, 2)");
  EXPECT_EQ(canonical("ceildiv(H, 2)"), "floordiv(H + 1, 2)");
  EXPECT_EQ(canonical("floordiv(4*N, 2)"), "2*N");
  EXPECT_EQ(canonical("floordiv(3*N, 6)"), "floordiv(N, 2)");
  EXPECT_EQ(canonical("floordiv(2*N + 1, 4)"), "floordiv(N, 2)");
  EXPECT_EQ(canonical("floordiv(floordiv(H + 1, 2) + 1, 2)"),
            "floordiv(H + 3, 4)");
  EXPECT_EQ(canonical("floordiv(N, -2)"), "-N + floordiv(N, 2)");
  EXPECT_EQ(canonical("mod(6*N, 4)"), "2*mod(N, 2)");
  EXPECT_EQ(canonical("mod(N + 8, 4)"), "mod(N, 4)");
  EXPECT_EQ(canonical("floordiv(N, M)"), "floordiv(N, M)");
}

// Division and modulo round down, and by 0 they give 0.
TEST(DimExpr, ConstantDivisionRoundsDown) {
  EXPECT_EQ(canonical("floordiv(-7, 2)"), "-4");
  EXPECT_EQ(canonical("ceildiv(-7, 2)"), "-3");
  EXPECT_EQ(canonical("mod(-7, 2)"), "1");
  EXPECT_EQ(canonical("mod(7, -2)"), "-1");
  EXPECT_EQ(canonical("floordiv(N, 0) + ceildiv(N, 0) + mod(N, 0)"), "0");
}

// Nested min and max are one sorted list without operands that cannot win.
TEST(DimExpr, ExtremaAreCanonical) {
  EXPECT_EQ(canonical("min(N, N + 1)"), "N");
  EXPECT_EQ(canonical("max(N, N + 1)"), "N + 1");
  EXPECT_EQ(canonical("min(b, min(a, c))"), canonical("min(c, min(b, a))"));
  EXPECT_EQ(canonical("max(3, max(N, 5))"), "max(5, N)");
}

// Every syntax error names the column.
TEST(DimExpr, SyntaxErrorsGiveTheColumn) {
  EXPECT_ERROR(DimExpr::parse(""), "column 1: expected a number");
  EXPECT_ERROR(DimExpr::parse("N +"), "column 4: expected a number");
  EXPECT_ERROR(DimExpr::parse("N N"), "column 3: expected an operator");
  EXPECT_ERROR(DimExpr::parse("(N"), "column 3: expected ')'");
  EXPECT_ERROR(DimExpr::parse("mod(N)"), "column 6: expected ','");
  EXPECT_ERROR(DimExpr::parse("min"), "expected '(' after min");
  EXPECT_ERROR(DimExpr::parse("9223372036854775808"), "does not fit in 64");
  EXPECT_ERROR(DimExpr::parse("2x"), "column 2: expected an operator");
  EXPECT_ERROR(DimExpr::parse(std::string(100000, '(')), "too deeply");
  EXPECT_ERROR(DimExpr::parse(std::string("N\0", 2)), "expected an operator");
}

// Numbers that leave 64 bits, and expressions without bound, become one value
// that says so when it is evaluated.
TEST(DimExpr, OverflowIsKept) {
  DimExpr large(INT64_MAX);
  DimExpr over = large * DimExpr(2);
  EXPECT_EQ(over.str(), "overflow()");
  EXPECT_EQ((over - over).str(), "overflow()");
  EXPECT_EQ(canonical("overflow() + 1"), "overflow()");
  EXPECT_EQ(DimExpr::floorDiv(over, 2).str(), "overflow()");
  EXPECT_ERROR(over.evaluate({}), "too large");
  DimExpr sum(1);
  for (int i = 0; i < 20; ++i)
    sum = sum * (DimExpr::symbol("s" + std::to_string(i)) + 1);
  EXPECT_EQ(sum.str(), "overflow()");
}

// A value needs all symbols and must fit.
TEST(DimExpr, EvaluateChecks) {
  EXPECT_EQ(*expr("N*floordiv(H + 1, 2)").evaluate({{"N", 3}, {"H", 5}}), 9);
  EXPECT_ERROR(expr("N + M").evaluate({{"N", 1}}),
               "symbol M in the size M + N");
  EXPECT_ERROR(expr("N*N").evaluate({{"N", int64_t(1) << 40}}),
               "does not fit in 64 bits");
  // Only the whole has to fit.
  EXPECT_EQ(*expr("N*N - M*M")
                 .evaluate({{"N", int64_t(1) << 40}, {"M", int64_t(1) << 40}}),
            0);
}

// A compiled expression has no value where evaluate has none.
TEST(DimExpr, ProgramOverflow) {
  int64_t large = int64_t(1) << 40, max = INT64_MAX;
  EXPECT_FALSE(DimProgram(expr("N*N"), {{"N", 0}}).evaluate(&large));
  EXPECT_EQ(DimProgram(expr("N*N - N*N + 7"), {{"N", 0}}).evaluate(&large), 7);
  EXPECT_FALSE(DimProgram(expr("min(N + 1, 5)"), {{"N", 0}}).evaluate(&max));
  EXPECT_FALSE(DimProgram(expr("overflow()"), {}).evaluate(nullptr));
}

// A visitor sees what a stack machine would run, and no overflow().
TEST(DimExpr, Visit) {
  struct Writer : DimExprVisitor {
    void constant(int64_t value) override { text += std::to_string(value); }
    void symbol(const std::string &name) override { text += name; }
    void add() override { text += "+"; }
    void multiply() override { text += "*"; }
    void call(DimFunction function) override { text += "FCMmx"[int(function)]; }
    std::string text;
  };
  auto show = [](const std::string &text) {
    Writer writer;
    return visit(expr(text), writer) ? writer.text : "none";
  };
  EXPECT_EQ(show("0"), "0");
  EXPECT_EQ(show("N - 3"), "N-3+");
  EXPECT_EQ(show("2*N*H + floordiv(M, 4)"), "2H*N*M4F+");
  EXPECT_EQ(show("max(N, 1) * min(H, 2)"), "1Nx2Hm*");
  EXPECT_EQ(show("mod(N, overflow())"), "none");
}

// Substitution rebuilds the canonical form.
TEST(DimExpr, Substitute) {
  EXPECT_EQ(expr("floordiv(H + 1, 2) + N")
                .substitute({{"H", expr("2*K + 1")}, {"N", DimExpr(4)}})
                .str(),
            "K + 5");
}

// Exact division takes the divisor as not 0.
TEST(DimExpr, DivideExactly) {
  EXPECT_EQ(DimExpr::divideExactly(expr("6*N*H"), expr("2*H"))->str(), "3*N");
  EXPECT_EQ(DimExpr::divideExactly(expr("H*H - 1"), expr("H + 1"))->str(),
            "H - 1");
  EXPECT_FALSE(DimExpr::divideExactly(expr("N + 1"), expr("N")));
  EXPECT_FALSE(DimExpr::divideExactly(expr("3*N"), expr("2*N")));
  EXPECT_FALSE(DimExpr::divideExactly(expr("N"), expr("0")));
}

std::string quotient(const std::vector<std::string> &a,
                     const std::vector<std::string> &b) {
  std::vector<DimExpr> above, below;
  for (const std::string &text : a)
    above.push_back(expr(text));
  for (const std::string &text : b)
    below.push_back(expr(text));
  return DimExpr::quotient(above, below).str();
}

// The size that is left when the others are known: the divisor is not 0, so
// numbers, symbols and sums cancel, however they are spread over the factors.
TEST(DimExpr, Quotient) {
  EXPECT_EQ(quotient({"4*b", "1", "l"}, {"b", "4", "l"}), "1");
  EXPECT_EQ(quotient({"b*l"}, {"l", "4"}), "floordiv(b, 4)");
  EXPECT_EQ(quotient({"6*b*l"}, {"4", "b"}), "floordiv(l, 2) + l");
  EXPECT_EQ(quotient({"b*(N + 1)", "6"}, {"2*N + 2", "3"}), "b");
  EXPECT_EQ(quotient({"2*b*(N + 1)"}, {"4*N + 4"}), "floordiv(b, 2)");
  EXPECT_EQ(quotient({"H*W + H + W + 1"}, {"H + 1"}), "W + 1");
  EXPECT_EQ(quotient({"H + 1", "W + 1"}, {"H*W + H + W + 1"}), "1");
  EXPECT_EQ(quotient({"floordiv(H, 2)*3"}, {"floordiv(H, 2)"}), "3");
  EXPECT_EQ(quotient({"N"}, {"M"}), "floordiv(N, M)");
  EXPECT_EQ(quotient({"N"}, {"0"}), "0");
  EXPECT_EQ(quotient({"0"}, {"N"}), "0");
  EXPECT_EQ(quotient({}, {}), "1");
}

// Ranges decide extrema and divisions.
TEST(DimExpr, SimplifyUsesRanges) {
  SymbolRanges ranges{{"W", {32, 1280, 8}}, {"K", {4, 4, 1}}, {"N", {1, 8, 1}}};
  EXPECT_EQ(expr("max(W, 16)").simplify(ranges).str(), "W");
  EXPECT_EQ(expr("min(W, 16)").simplify(ranges).str(), "16");
  EXPECT_EQ(expr("max(M, 0)").simplify(ranges).str(), "M");
  EXPECT_EQ(expr("8*floordiv(W, 8)").simplify(ranges).str(), "W");
  EXPECT_EQ(expr("8*floordiv(W + 7, 8)").simplify(ranges).str(), "W");
  EXPECT_EQ(expr("mod(W + M, 8)").simplify(ranges).str(), "mod(M, 8)");
  EXPECT_EQ(expr("floordiv(N*M, N)").simplify(ranges).str(), "M");
  EXPECT_EQ(expr("floordiv(M*W, M)").simplify(ranges).str(),
            "floordiv(M*W, M)");
  EXPECT_EQ(expr("floordiv(N, 16) + K").simplify(ranges).str(), "4");
  // Common factors that are not 0 cancel; M may be.
  EXPECT_EQ(expr("floordiv(6*M*N, 4*M*N)").simplify(ranges).str(),
            "floordiv(3*M, 2*M)");
  EXPECT_EQ(expr("floordiv(M*(H + 1), N*(H + 1))").simplify(ranges).str(),
            "floordiv(M, N)");
}

// Bounds hold for every value in the ranges and know multiples.
TEST(DimExpr, Bounds) {
  SymbolRanges ranges{{"W", {32, 1280, 8}}, {"x", {-3, 5, 1}}};
  SymbolRange range = expr("2*W + 16").bounds(ranges);
  EXPECT_EQ(range.lo, 80);
  EXPECT_EQ(range.hi, 2576);
  EXPECT_EQ(range.multiple, 16);
  range = expr("x*W").bounds(ranges);
  EXPECT_EQ(range.lo, -3840);
  EXPECT_EQ(range.hi, 6400);
  EXPECT_EQ(expr("M").bounds({}).lo, 0);
}

// The largest number of 64 bits is a bound like others, not infinity.
TEST(DimExpr, BoundsAtTheEnd) {
  SymbolRanges ranges{{"x", {-3, -1, 1}}, {"y", {INT64_MIN, INT64_MAX, 1}}};
  EXPECT_EQ(expr("9223372036854775807 + x").bounds(ranges).hi, INT64_MAX - 1);
  EXPECT_EQ(expr("x - 9223372036854775807").bounds(ranges).lo, INT64_MIN);
  EXPECT_EQ(expr("min(y, 9223372036854775807 + x)").bounds(ranges).hi,
            INT64_MAX - 1);
  EXPECT_EQ(expr("y*y*y*y").bounds(ranges).hi, INT64_MAX);
  EXPECT_EQ(expr("y*y*y*y - y*y*y").bounds(ranges).lo, INT64_MIN);
  EXPECT_EQ(expr("M*M*M - M*M*M*M*M").bounds({}).lo, INT64_MIN);
}

/// A random expression's text over a, b, c.
std::string randomText(std::mt19937 &random, int depth) {
  auto pick = [&](int n) { return int(random() % unsigned(n)); };
  if (depth == 0)
    return pick(2) ? std::string(1, char('a' + pick(3)))
                   : std::to_string(pick(9) - 3);
  std::string lhs = randomText(random, depth - 1);
  std::string rhs = randomText(random, depth - 1);
  const char *functions[] = {"floordiv", "ceildiv", "mod", "min", "max"};
  int kind = pick(8);
  if (kind < 3)
    return "(" + lhs + ")" + "+-*"[kind] + "(" + rhs + ")";
  return std::string(functions[kind - 3]) + "(" + lhs + ", " + rhs + ")";
}

int64_t floorDivide(int64_t a, int64_t b) {
  if (b == 0)
    return 0;
  int64_t q = a / b;
  return q - (a % b != 0 && (a < 0) != (b < 0));
}

/// A second, naive evaluator of the text: the slow twin.
struct Naive {
  const std::string &text;
  const SymbolBindings &bindings;
  size_t at = 0;
  int64_t number() {
    if (text[at] == '(') {
      ++at;
      int64_t a = number();
      ++at; // ')'
      char op = text[at++];
      ++at; // '('
      int64_t b = number();
      ++at;
      return op == '+' ? a + b : op == '-' ? a - b : a * b;
    }
    size_t end = text.find_first_of("(,)", at);
    std::string word = text.substr(at, end - at);
    at = end == std::string::npos ? text.size() : end;
    if (at == text.size() || text[at] != '(')
      return bindings.count(word) ? bindings.at(word) : std::stoll(word);
    ++at;
    int64_t a = number();
    at += 2;
    int64_t b = number();
    ++at;
    if (word == "floordiv")
      return floorDivide(a, b);
    if (word == "ceildiv")
      return -floorDivide(-a, b);
    if (word == "mod")
      return b == 0 ? 0 : a - floorDivide(a, b) * b;
    return word == "min" ? std::min(a, b) : std::max(a, b);
  }
};

// On random expressions: the canonical form keeps the value, its text parses to
// itself, simplify keeps the value inside the ranges, bounds hold, and the
// compiled program gives the same.
TEST(DimExpr, RandomExpressionsKeepTheirValue) {
  std::mt19937 random(1);
  SymbolRanges ranges{{"a", {0, 12, 4}}, {"b", {-3, 4, 1}}, {"c", {1, 9, 3}}};
  for (int i = 0; i < 3000; ++i) {
    std::string text = randomText(random, 1 + i % 4);
    DimExpr parsed = expr(text);
    ASSERT_EQ(expr(parsed.str()).str(), parsed.str()) << text;
    DimExpr simple = parsed.simplify(ranges);
    SymbolRange bounds = parsed.bounds(ranges);
    DimProgram program(parsed, {{"a", 0}, {"b", 1}, {"c", 2}});
    for (int j = 0; j < 8; ++j) {
      SymbolBindings bindings{{"a", int64_t(random() % 4) * 4},
                              {"b", int64_t(random() % 8) - 3},
                              {"c", 3 + int64_t(random() % 3) * 3}};
      int64_t value = Naive{text, bindings}.number();
      ASSERT_EQ(*parsed.evaluate(bindings), value)
          << text << " = " << parsed.str();
      ASSERT_EQ(*simple.evaluate(bindings), value)
          << text << " simplified to " << simple.str();
      int64_t slots[] = {bindings["a"], bindings["b"], bindings["c"]};
      ASSERT_EQ(program.evaluate(slots), value) << text;
      ASSERT_LE(bounds.lo, value) << text;
      ASSERT_GE(bounds.hi, value) << text;
      ASSERT_EQ(value % bounds.multiple, 0) << text;
    }
  }
}

} // namespace
