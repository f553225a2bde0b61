//===- Einsum.cpp - ONNX Einsum ----------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "Registry.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::onnximport;

//===----------------------------------------------------------------------===//
// An operand is a value with a label per axis. Letters are themselves; the axes
// of an ellipsis get labels below 0, counted from the right, so that they align
// as in broadcasting: "...ij" of rank 4 is [-2, -1, 'i', 'j'].
//
// Operands are contracted from left to right. For each pair the labels that
// nobody needs afterwards are summed: in one operand alone by a reduction, in
// both by a matrix product [batch, left, k] x [batch, k, right].
//===----------------------------------------------------------------------===//

namespace {

using Labels = SmallVector<int>;
struct Term {
  Value value;
  Labels labels;
};

class EinsumImporter {
public:
  explicit EinsumImporter(Node &n) : n(n) {}
  void run();

private:
  bool parse(StringRef text, int64_t rank, Labels &labels);
  /// Repeated labels of one operand: only the diagonal is left.
  Term diagonal(Term term);
  Term sumAway(Term term, const std::set<int> &keep);
  Term multiply(Term a, Term b);
  Term contract(Term a, Term b, const std::set<int> &keep);
  Value arrange(const Term &term, const Labels &order);

  Node &n;
};

} // namespace

bool EinsumImporter::parse(StringRef text, int64_t rank, Labels &labels) {
  size_t dots = text.find("...");
  StringRef before = text.substr(0, dots);
  StringRef after = dots == StringRef::npos ? "" : text.substr(dots + 3);
  for (char c : (before + after).str())
    if (!llvm::isAlpha(c)) {
      n.fail("attribute 'equation': unexpected '" + Twine(c) + "'");
      return false;
    }
  int64_t hidden = rank - int64_t(before.size() + after.size());
  if (hidden < 0 || (hidden > 0 && dots == StringRef::npos)) {
    n.fail("attribute 'equation': '" + text +
           "' does not fit a tensor of rank " + Twine(rank));
    return false;
  }
  labels.assign(before.begin(), before.end());
  for (int64_t i = hidden; i > 0; --i)
    labels.push_back(int(-i));
  labels.append(after.begin(), after.end());
  return true;
}

Term EinsumImporter::diagonal(Term term) {
  for (size_t i = 0; i < term.labels.size(); ++i)
    for (size_t j = i + 1; j < term.labels.size() && !n.failed(); ++j) {
      if (term.labels[i] != term.labels[j])
        continue;
      Shape shape = n.shape(term.value);
      int64_t rank = shape.rank(), a = int64_t(i), b = int64_t(j);
      n.equal(shape[a], shape[b], "a repeated index");
      Value row = n.alongAxis(n.iota(shape[a], n.i64()), a, rank);
      Value column = n.alongAxis(n.iota(shape[b], n.i64()), b, rank);
      Value on = n.compare(CompareKind::Eq, row, column);
      Value zero = n.like(term.value, 0);
      term.value =
          n.reduce(ReduceKind::Sum, n.select(on, term.value, zero), {b}, false);
      term.labels.erase(term.labels.begin() + ptrdiff_t(j));
      --j;
    }
  return term;
}

Term EinsumImporter::sumAway(Term term, const std::set<int> &keep) {
  SmallVector<int64_t> axes;
  Labels left;
  for (auto [axis, label] : llvm::enumerate(term.labels))
    if (keep.count(label))
      left.push_back(label);
    else
      axes.push_back(int64_t(axis));
  return {n.reduce(ReduceKind::Sum, term.value, axes, false), left};
}

/// The operand with its axes in the order of `order`; missing ones have size 1.
Value EinsumImporter::arrange(const Term &term, const Labels &order) {
  SmallVector<int64_t> permutation, missing;
  for (auto [position, label] : llvm::enumerate(order)) {
    auto found = llvm::find(term.labels, label);
    if (found == term.labels.end())
      missing.push_back(int64_t(position));
    else
      permutation.push_back(found - term.labels.begin());
  }
  Value moved = n.transpose(term.value, permutation);
  return missing.empty() ? moved : n.unsqueeze(moved, missing);
}

Term EinsumImporter::multiply(Term a, Term b) {
  Labels order = a.labels;
  for (int label : b.labels)
    if (!llvm::is_contained(order, label))
      order.push_back(label);
  return {n.mul(arrange(a, order), arrange(b, order)), order};
}

Term EinsumImporter::contract(Term a, Term b, const std::set<int> &keep) {
  std::set<int> inA(a.labels.begin(), a.labels.end());
  std::set<int> inB(b.labels.begin(), b.labels.end());
  auto unite = [](std::set<int> s, const std::set<int> &t) {
    s.insert(t.begin(), t.end());
    return s;
  };
  a = sumAway(a, unite(keep, inB));
  b = sumAway(b, unite(keep, inA));
  // Broadcasting: an axis of size 1 against a larger one is as good as missing.
  auto dropOnes = [&](Term &term, const Term &other) {
    for (size_t i = 0; i < term.labels.size(); ++i) {
      auto found = llvm::find(other.labels, term.labels[i]);
      if (found == other.labels.end() ||
          !n.shape(term.value)[int64_t(i)].isConstant(1) ||
          n.shape(other.value)[found - other.labels.begin()].isConstant(1))
        continue;
      term.value = n.squeeze(term.value, {int64_t(i)});
      term.labels.erase(term.labels.begin() + ptrdiff_t(i));
      --i;
    }
  };
  dropOnes(a, b);
  dropOnes(b, a);
  Labels batch, left, right, inner;
  for (int label : a.labels)
    (!llvm::is_contained(b.labels, label) ? left
     : keep.count(label)                  ? batch
                                          : inner)
        .push_back(label);
  for (int label : b.labels)
    if (!llvm::is_contained(a.labels, label))
      right.push_back(label);
  if (inner.empty())
    return sumAway(multiply(a, b), keep);

  auto join = [](std::initializer_list<Labels> parts) {
    Labels all;
    for (const Labels &part : parts)
      all.append(part.begin(), part.end());
    return all;
  };
  auto size = [&](const Term &term, const Labels &labels) {
    DimExpr total(1);
    for (int label : labels)
      total =
          total *
          n.shape(
              term.value)[llvm::find(term.labels, label) - term.labels.begin()];
    return total;
  };
  Dims batchDims, resultDims;
  for (int label : batch)
    batchDims.push_back(size(a, {label}));
  for (int label : inner)
    n.equal(size(a, {label}), size(b, {label}), "a summed index");
  Dims lhs = batchDims, rhs = batchDims;
  lhs.push_back(size(a, left));
  lhs.push_back(size(a, inner));
  rhs.push_back(size(b, inner));
  rhs.push_back(size(b, right));
  for (int label : batch)
    resultDims.push_back(size(a, {label}));
  for (int label : left)
    resultDims.push_back(size(a, {label}));
  for (int label : right)
    resultDims.push_back(size(b, {label}));
  Value x = n.reshape(arrange(a, join({batch, left, inner})), lhs);
  Value y = n.reshape(arrange(b, join({batch, inner, right})), rhs);
  Term product{n.reshape(n.matmul(x, y), resultDims),
               join({batch, left, right})};
  return sumAway(product, keep);
}

void EinsumImporter::run() {
  std::string equation = n.text("equation", "");
  llvm::erase(equation, ' ');
  auto [inputs, output] = StringRef(equation).split("->");
  bool explicitly = StringRef(equation).contains("->");
  SmallVector<StringRef> parts;
  inputs.split(parts, ',');
  if (parts.size() != n.inputs.size())
    return n.fail("attribute 'equation': expected " + Twine(n.inputs.size()) +
                  " terms, but got " + Twine(parts.size()));
  std::vector<Term> terms;
  std::map<int, int> count;
  int64_t hidden = 0;
  for (auto [i, part] : llvm::enumerate(parts)) {
    Term term{n.in(int64_t(i)), {}};
    if (!term.value)
      return n.fail("input " + Twine(i) + " is missing");
    if (!parse(part, n.rank(term.value), term.labels))
      return;
    for (int label : term.labels) {
      ++count[label];
      hidden = std::max<int64_t>(hidden, -label);
    }
    terms.push_back(diagonal(term));
  }
  Labels wanted;
  if (explicitly) {
    size_t dots = output.find("...");
    int64_t letters =
        int64_t(output.size()) - (dots == StringRef::npos ? 0 : 3);
    if (!parse(output, letters + (dots == StringRef::npos ? 0 : hidden),
               wanted))
      return;
  } else {
    // The ellipsis, then what occurs once, in the order of the alphabet.
    for (auto [label, times] : count)
      if (label < 0 || times == 1)
        wanted.push_back(label);
  }
  for (auto [i, label] : llvm::enumerate(wanted))
    if (!count.count(label) ||
        llvm::is_contained(ArrayRef(wanted).drop_front(i + 1), label))
      return n.fail(
          "attribute 'equation': an index of the output is not in the "
          "inputs, or is there twice");
  Term result = terms.front();
  for (size_t i = 1; i <= terms.size() && !n.failed(); ++i) {
    std::set<int> keep(wanted.begin(), wanted.end());
    for (size_t later = i + 1; later < terms.size(); ++later)
      keep.insert(terms[later].labels.begin(), terms[later].labels.end());
    result = i < terms.size() ? contract(result, terms[i], keep)
                              : sumAway(result, keep);
  }
  if (!n.failed())
    n.result(0, arrange(result, wanted));
}

static void importEinsum(Node &n) { EinsumImporter(n).run(); }

llvm::ArrayRef<OpRow> onnximport::einsumOps() {
  static const OpRow rows[] = {
      {"Einsum", 12, Newest, 1, Many, Number, importEinsum},
  };
  return rows;
}
