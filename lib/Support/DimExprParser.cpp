//===- DimExprParser.cpp - from text to expression ------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimExprNode.h"

namespace tilewright {

namespace {
bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }

class Parser {
public:
  explicit Parser(std::string_view text) : text(text) {}

  Result<DimExpr> parse() {
    Result<DimExpr> result = parseExpr();
    if (result && peek() != '\0')
      return fail("expected an operator or the end");
    if (result && at < text.size())
      return fail("expected an operator or the end");
    return result;
  }

private:
  Result<DimExpr> parseExpr() {
    Result<DimExpr> result = parseTerm();
    while (result && (peek() == '+' || peek() == '-')) {
      bool plus = text[at++] == '+';
      Result<DimExpr> next = parseTerm();
      if (!next)
        return next;
      result = plus ? *result + *next : *result - *next;
    }
    return result;
  }

  Result<DimExpr> parseTerm() {
    Result<DimExpr> result = parseFactor();
    while (result && peek() == '*') {
      ++at;
      Result<DimExpr> next = parseFactor();
      if (!next)
        return next;
      result = *result * *next;
    }
    return result;
  }

  Result<DimExpr> parseFactor() {
    // The text may come from a corrupt file: bound the recursion.
    if (depth > 200)
      return fail("the expression is nested too deeply");
    ++depth;
    Result<DimExpr> result = parsePrimary();
    --depth;
    return result;
  }

  Result<DimExpr> parsePrimary() {
    char c = peek();
    if (isDigit(c))
      return parseInteger(/*negative=*/false);
    if (isLetter(c))
      return parseName();
    if (c == '-') {
      ++at;
      if (isDigit(peek()))
        return parseInteger(/*negative=*/true);
      Result<DimExpr> operand = parseFactor();
      if (!operand)
        return operand;
      return DimExpr(-1) * *operand;
    }
    if (c == '(') {
      ++at;
      Result<DimExpr> inner = parseExpr();
      if (!inner)
        return inner;
      if (!eat(')'))
        return fail("expected ')'");
      return inner;
    }
    return fail("expected a number, a symbol or '('");
  }

  Result<DimExpr> parseInteger(bool negative) {
    int64_t value = 0;
    for (; at < text.size() && isDigit(text[at]); ++at) {
      int digit = text[at] - '0';
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_sub_overflow(value, digit, &value))
        return fail("the number does not fit in 64 bits");
    }
    if (!negative && __builtin_sub_overflow(0, value, &value))
      return fail("the number does not fit in 64 bits");
    if (at < text.size() && (isLetter(text[at]) || text[at] == '.'))
      return fail("expected an operator or the end");
    return DimExpr(value);
  }

  Result<DimExpr> parseName() {
    size_t start = at;
    while (at < text.size() &&
           (isLetter(text[at]) || isDigit(text[at]) || text[at] == '.'))
      ++at;
    std::string_view name = text.substr(start, at - start);
    for (DimFunction function :
         {DimFunction::FloorDiv, DimFunction::CeilDiv, DimFunction::Mod,
          DimFunction::Min, DimFunction::Max})
      if (name == functionName(function))
        return parseCall(function);
    if (name == "overflow" && peek() == '(') {
      ++at;
      if (!eat(')'))
        return fail("expected ')'");
      return DimExpr::Node::makeOverflow();
    }
    return DimExpr::symbol(name);
  }

  Result<DimExpr> parseCall(DimFunction function) {
    if (!eat('('))
      return fail(std::string("expected '(' after ") + functionName(function));
    Result<DimExpr> lhs = parseExpr();
    if (!lhs)
      return lhs;
    if (!eat(','))
      return fail("expected ','");
    Result<DimExpr> rhs = parseExpr();
    if (!rhs)
      return rhs;
    if (!eat(')'))
      return fail("expected ')'");
    return buildFunction(function, *lhs, *rhs);
  }

  char peek() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
      ++at;
    return at < text.size() ? text[at] : '\0';
  }
  bool eat(char c) {
    if (peek() != c)
      return false;
    ++at;
    return true;
  }
  Error fail(std::string_view what) const {
    return tilewright::error("size expression '", text, "', column ", at + 1,
                             ": ", what);
  }

  std::string_view text;
  size_t at = 0;
  int depth = 0;
};
} // namespace

Result<DimExpr> DimExpr::parse(std::string_view text) {
  return Parser(text).parse();
}

} // namespace tilewright
